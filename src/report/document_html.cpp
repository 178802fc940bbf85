#include <fmt/core.h>

#include "report/exhibits.h"
#include "report/map_picture.h"
#include "report/markup.h"
#include "report/situation.h"

namespace firmground::report {

namespace {

/// Neutral in light and dark; on paper always light, cards kept whole. Roles as in picture.h.
constexpr const char* kStyle = R"(
:root{color-scheme:light dark;--text:#1b2733;--quiet:#5b6875;--rule:#d5dbe1;--paper:#ffffff;--card:#f4f6f8}
@media screen and (prefers-color-scheme:dark){:root{--text:#e6ebf0;--quiet:#a3afba;--rule:#38434e;--paper:#14191e;--card:#1e252c;
--land:#262b2b;--water:#1b2630;--district:#7d8894;--road:#b59a76;--contact:#c9b6e4;--cleared:#6fa3d8;--reduced:#3f6f9f;
--cancelled:#52616f;--remaining:#d9952f;--ap-mine:#b78ad8;--av-mine:#8256a8;--erw:#4b3a5c;--killed:#dedede;--injured:#777777;
--national:#55b3a2;--foreign:#2c6a5f;--origin-unknown:#555555;--suspected-ink:#f4a718;--confirmed-ink:#ff7d78}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--text);font:16px/1.5 "Noto Sans","Noto Sans Arabic","Noto Sans Armenian",
"Noto Sans Georgian",system-ui,sans-serif}
main{max-width:1120px;margin:0 auto;padding:2rem 1.25rem 3rem}
header{border-bottom:3px solid var(--cleared,#1f4e79);padding-bottom:1rem;margin-bottom:1.5rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .3rem}h2{font-size:1.2rem;margin:2.2rem 0 .8rem}h3{font-size:1rem;margin:0 0 .5rem}
p{margin:.2rem 0}.quiet{color:var(--quiet)}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(16.5rem,1fr));gap:.8rem;list-style:none;margin:0;padding:0}
.card{background:var(--card);border-radius:6px;padding:.9rem 1rem;display:flex;flex-direction:column;gap:.15rem}
.card h3{font-size:.85rem;color:var(--quiet);margin:0}.value{font-size:1.65rem;font-weight:700;line-height:1.25}
.unknown{font-size:1.15rem;font-weight:400;color:var(--quiet)}.basis{font-size:.88rem}.small{font-size:.78rem;color:var(--quiet)}
details{font-size:.82rem}summary{cursor:pointer;color:var(--quiet)}summary:focus-visible{outline:2px solid var(--cleared,#1f4e79)}
figure{margin:0;min-width:0}figcaption{font-size:.82rem;color:var(--quiet)}
svg{display:block;width:100%;height:auto;font-family:"Noto Sans","Noto Sans Arabic","Noto Sans Armenian","Noto Sans Georgian",sans-serif}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(26rem,100%),1fr));gap:2rem 2.2rem}
.estimate{display:grid;grid-template-columns:minmax(0,3fr) minmax(15rem,2fr);gap:1.5rem;align-items:start}
@media(max-width:760px){.estimate{grid-template-columns:1fr}}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.82rem;margin:.5rem 0}caption{text-align:start;color:var(--quiet)}
th,td{padding:.18rem .6rem;border-bottom:1px solid var(--rule);text-align:end;font-variant-numeric:tabular-nums}
th:first-child,td:first-child{text-align:start}dt{font-weight:700;margin-top:.6rem}dd{margin:0;color:var(--quiet)}
dl{columns:2;column-gap:2rem;font-size:.85rem}dl div{break-inside:avoid}@media(max-width:760px){dl{columns:1}}
footer{margin-top:2.5rem;border-top:1px solid var(--rule);padding-top:.8rem;font-size:.8rem;color:var(--quiet);overflow-wrap:anywhere}
@page{size:A4;margin:14mm}
@media print{body{font-size:11px}main{max-width:none;padding:0}.card,figure,tr{break-inside:avoid}details:not([open]){display:none}
.cards{grid-template-columns:repeat(3,1fr)}.charts{grid-template-columns:1fr 1fr}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
)";

std::string element(const char* tag, const char* css_class, const std::string& text) {
  return text.empty() ? "" : fmt::format(R"(<{} class="{}" dir="auto">{}</{}>)", tag, css_class, escaped(text), tag);
}

std::string card(const Figure& figure) {
  return fmt::format(R"(<li class="card" id="{}"><h3>{}</h3>)", figure.id, escaped(figure.title)) +
         element("p", figure.value == "not known" ? "value unknown" : "value", figure.value) +
         element("p", "basis", figure.basis) + element("p", "small", figure.detail) +
         element("p", "small", figure.date) +
         fmt::format("<details><summary>How computed</summary>{}</details></li>\n", escaped(figure.how));
}

std::string table(const Exhibit& exhibit) {
  std::string html =
      "<details><summary>Numbers as a table</summary><div class=\"scroll\" tabindex=\"0\"><table><caption>" +
      escaped(exhibit.picture.title) + "</caption><thead><tr>";
  for (const std::string& column : exhibit.columns) {
    html += R"(<th scope="col">)" + escaped(column) + "</th>";
  }
  html += "</tr></thead><tbody>";
  for (const auto& row : exhibit.rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      html +=
          i == 0 ? R"(<th scope="row"><bdi>)" + escaped(row[i]) + "</bdi></th>" : "<td>" + escaped(row[i]) + "</td>";
    }
    html += "</tr>";
  }
  return html + "</tbody></table></div></details>";
}

std::string figure(const Exhibit& exhibit) {
  return "<figure><h3>" + escaped(exhibit.picture.title) + "</h3>" + to_svg(exhibit.picture) +
         (exhibit.note.empty() ? "" : "<figcaption>" + escaped(exhibit.note) + "</figcaption>") +
         (exhibit.rows.empty() ? "" : table(exhibit)) + "</figure>\n";
}

std::string section(const std::string& heading, const std::string& content) {
  return "<section><h2>" + escaped(heading) + "</h2>" + content + "</section>\n";
}

std::string estimate_section(const Situation& s, const mineaction::Snapshot& snapshot, const geo::Raster* hazard) {
  const Figure f = key_figures(s).back();
  const std::string words =
      "<div>" + element("p", f.value == "not known" ? "value unknown" : "value", f.value) +
      element("p", "basis", f.basis) + element("p", "small", f.detail) + element("p", "small", f.date) +
      (hazard == nullptr
           ? "<p>No map of probabilities is shown.</p>"
           : "<p>The map shows the probability that at least one item remains in a cell, estimated from finds, empty "
             "searched ground, records, accidents and terrain. Low probability is not absence; where the map is "
             "hatched, "
             "hardly any data speak and the figure is mostly extrapolated.</p>") +
      "</div>";
  if (hazard == nullptr) {
    return section("Where items are likely to remain", words);
  }
  const Picture map = hazard_map(snapshot, *hazard, 420, 420);
  return section(map.title, R"(<div class="estimate"><figure>)" + to_svg(map) + "</figure>" + words + "</div>");
}

std::string notes_section(const Situation& s) {
  if (s.notes.empty()) {
    return "";
  }
  std::string list = "<ul>";
  for (const std::string& note : s.notes) {
    list += "<li>" + escaped(note) + "</li>";
  }
  return section("What to know before quoting", list + "</ul>");
}

std::string definitions_section(const Situation& s) {
  std::string list = "<dl>";
  for (const Definition& d : definitions(s)) {
    list += "<div><dt>" + escaped(d.term) + "</dt><dd>" + escaped(d.meaning) + "</dd></div>";
  }
  return section("Sources and definitions", list + "</dl>");
}

}  // namespace

base::Result<std::string> to_html(const Situation& s, const mineaction::Snapshot& snapshot, const geo::Raster* hazard) {
  constexpr double kWide = 360;
  constexpr double kHigh = 190;
  const Picture map = situation_map(s, snapshot, 760, 640);
  std::string cards = R"(<ul class="cards">)";
  for (const Figure& f : key_figures(s)) {
    cards += card(f);
  }
  cards += "</ul>";
  std::string charts = R"(<div class="charts">)";
  for (const Exhibit& exhibit :
       {released_by_year(s, kWide, kHigh), finds_by_year(s, kWide, kHigh), casualties_by_year(s, kWide, kHigh),
        funding_by_year(s, kWide, kHigh), land_by_district(s, kWide), accuracy_by_source(s, kWide)}) {
    charts += figure(exhibit);
  }
  charts += "</div>";
  std::string html =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>" +
      escaped(report_title(s)) + "</title><style>" + kStyle + "</style></head><body><main>\n<header><h1 dir=\"auto\">" +
      escaped(report_title(s)) + "</h1>" + element("p", "quiet", s.programme) + element("p", "scope", report_scope(s)) +
      "</header>\n";
  html += section("Key figures", cards);
  html += section(map.title, "<figure>" + to_svg(map) + "</figure>");
  html += estimate_section(s, snapshot, hazard);
  html += section("Over time and by place", charts);
  html += notes_section(s) + definitions_section(s);
  html += "<footer><p>Stamp <code>" + s.stamp.id() + "</code></p><p><code>" + escaped(s.stamp.to_json()) +
          "</code></p></footer>\n</main></body></html>\n";
  return html;
}

}  // namespace firmground::report
