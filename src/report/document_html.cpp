#include <fmt/core.h>

#include "report/exhibits.h"
#include "report/map_picture.h"
#include "report/markup.h"
#include "report/page_style.h"
#include "report/situation.h"

namespace firmground::report {

namespace {

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
      escaped(report_title(s)) + "</title><style>" + kPageStyle +
      "</style></head><body><main>\n<header><h1 dir=\"auto\">" + escaped(report_title(s)) + "</h1>" +
      element("p", "quiet", s.programme) + element("p", "scope", report_scope(s)) + "</header>\n";
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
