#include "report/reconciliation_page.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "report/charts.h"
#include "report/markup.h"
#include "report/page_style.h"
#include "report/reconciliation_pictures.h"
#include "report/wording.h"

namespace firmground::report {

namespace {

using evidence::AccuracyFigure;
using evidence::AccuracyGroup;

constexpr const char* kOwnStyle = R"(
.restricted{border:2px solid var(--suspected-ink,#8f5a00);border-radius:6px;padding:.5rem .9rem;font-weight:700;margin:.8rem 0 0}
.source{display:grid;grid-template-columns:minmax(14rem,19rem) 1fr;gap:1.5rem;align-items:start}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:.5rem;margin:1rem 0 .2rem}
.legend{max-width:860px}
@media(max-width:760px){.source,.pair{grid-template-columns:1fr}}
td small,th small{color:var(--quiet);font-weight:400;white-space:nowrap}.nowrap{white-space:nowrap}
.words td:nth-child(2),.words th:nth-child(2),.searches th:nth-child(n+7),td.text,th.text{text-align:start}tr.near td,tr.near th{background:var(--card);font-weight:700}
@media screen and (prefers-color-scheme:dark){:root{--near:#3d4d5c;--mid:#4f7190;--far:#6fa3d8;--farthest:#b9d8f5;--recorded:#f0b04a;
--reconciled:#c9b6e4;--searched:#3f6f9f}}
)";

struct Form {
  double factor = 1;
  int decimals = 0;
  const char* unit = "";
};
constexpr Form kPercent{100, 0, " %"};
constexpr Form kMetres{1, 0, " m"};
constexpr Form kDegrees{1, 1, "°"};
constexpr Form kBearing{1, 0, "°"};
constexpr Form kHectares{1e-4, 1, " ha"};
constexpr Form kDays{1, 1, ""};

std::string number(double value, const Form& form) {
  return grouped(value * form.factor, form.decimals);
}

/// "62 % <small>51 to 73, 40 records</small>"
std::string told(const AccuracyFigure& figure, const Form& form) {
  if (!figure.value) {
    return "<span class=\"quiet\">not known</span>";
  }
  const bool hardly = *figure.value > 0 && *figure.value * form.factor < 0.5 && form.factor == kPercent.factor;
  std::string text = hardly ? "below 0.5 %" : number(*figure.value, form) + form.unit;
  text += figure.p05 ? fmt::format("<br><small>{} to {}; n = {}</small>", number(*figure.p05, form),
                                   number(*figure.p95, form), figure.basis)
                     : fmt::format("<br><small>n = {}</small>", figure.basis);
  return text;
}

std::string name_of(const AccuracyGroup& group) {
  return group.by == "all" ? "all sources" : group.name.empty() ? "not stated" : group.name;
}

std::string row_start(const std::string& heading) {
  return R"(<tr><th scope="row">)" + heading + "</th>";
}

std::string table_start(const std::vector<std::string>& columns, const char* css_class = "") {
  std::string html = fmt::format(R"(<div class="scroll" tabindex="0"><table class="{}"><thead><tr>)", css_class);
  for (const std::string& column : columns) {
    html += R"(<th scope="col">)" + escaped(column) + "</th>";
  }
  return html + "</tr></thead><tbody>";
}

constexpr const char* kTableEnd = "</tbody></table></div>";

std::vector<const AccuracyGroup*> groups_by(const evidence::RecordAccuracy& accuracy, const std::string& by) {
  std::vector<const AccuracyGroup*> groups;
  for (const AccuracyGroup& group : accuracy.groups) {
    if (group.by == by) {
      groups.push_back(&group);
    }
  }
  return groups;
}

struct Measure {
  const char* words;
  AccuracyFigure AccuracyGroup::* figure;
  Form form;
};

constexpr Measure kMeasures[] = {
    {"1 Existence: the field was laid", &AccuracyGroup::existence, kPercent},
    {"2 Location: from the drawn to the true place", &AccuracyGroup::moved_m, kMetres},
    {"2 mean displacement", &AccuracyGroup::shift_m, kMetres},
    {"2 its bearing, drawn to true", &AccuracyGroup::bearing_deg, kBearing},
    {"2 rotation of the outline (+ counter-clockwise)", &AccuracyGroup::rotation_deg, kDegrees},
    {"2 residual: finds from the fitted outline", &AccuracyGroup::residual_m, kMetres},
    {"3 Overlap with the finds, as drawn", &AccuracyGroup::overlap_drawn, kPercent},
    {"3 Overlap with the finds, as reconciled", &AccuracyGroup::overlap, kPercent},
    {"4 Count: mines found of those recorded, by what was searched", &AccuracyGroup::found_of_recorded, kPercent},
    {"5 Type: mines found that are of the recorded category", &AccuracyGroup::type_agreement, kPercent},
    {"6 Completeness: clusters of mines there without a record", &AccuracyGroup::unrecorded, kPercent},
    {"8 Use: search that one record saves", &AccuracyGroup::saved_m2, kHectares},
    {"8 in days of a team", &AccuracyGroup::saved_days, kDays},
};

std::string fit_words(const AccuracyGroup& group) {
  return group.fit ? fmt::format("{:+.2f}°, scale {:.4f}<br><small>{:.0f} m left; n = {}</small>",
                                 std::round(group.fit->rotation_deg * 100) / 100 + 0.0, group.fit->scale,
                                 group.fit->residual_m, group.fit->records)
                   : "<span class=\"quiet\">not known</span>";
}

std::string measures_section(const ReconciliationPage& page) {
  std::vector<const AccuracyGroup*> groups = groups_by(page.accuracy, "all");
  const auto sources = groups_by(page.accuracy, "source");
  groups.insert(groups.end(), sources.begin(), sources.end());
  std::vector<std::string> columns = {"Measure"};
  for (const AccuracyGroup* group : groups) {
    columns.push_back(name_of(*group));
  }
  std::string html = table_start(columns) + row_start("Records");
  for (const AccuracyGroup* group : groups) {
    html += fmt::format("<td>{}<br><small>{} beside searched ground</small></td>", grouped(group->records),
                        grouped(group->searched));
  }
  html += "</tr>";
  for (const Measure& measure : kMeasures) {
    html += row_start(escaped(measure.words));
    for (const AccuracyGroup* group : groups) {
      html += "<td>" + told(group->*measure.figure, measure.form) + "</td>";
    }
    html += "</tr>";
    if (measure.figure == &AccuracyGroup::residual_m) {
      html += row_start("2 all middles together: turned by, scale");
      for (const AccuracyGroup* group : groups) {
        html += "<td>" + fit_words(*group) + "</td>";
      }
      html += "</tr>";
    }
  }
  html += kTableEnd;
  html +=
      "<p class=\"quiet\">Below each figure its 90 % interval and the records it was measured on. Where no searched "
      "ground, no find or no recorded number tells, it is not known, which is never zero. 7, the cause, stands with "
      "each source.</p>";
  return section("How accurate the records are", html);
}

std::string breakdown_section(const ReconciliationPage& page) {
  std::string html;
  for (const char* by : {"unit", "year", "sheet"}) {
    const auto groups = groups_by(page.accuracy, by);
    html += fmt::format("<details><summary>By {} ({})</summary>",
                        std::string(by) == "unit"   ? "laying unit"
                        : std::string(by) == "year" ? "year of the record"
                                                    : "map sheet",
                        groups.size());
    html += table_start({by, "records", "laid", "drawn to true", "bearing", "overlap, drawn", "mines found", "type",
                         "clusters unrecorded", "likeliest misreading"});
    for (const AccuracyGroup* group : groups) {
      const auto misread = std::find_if(group->causes.begin(), group->causes.end(),
                                        [](const evidence::Cause& c) { return c.hypothesis != "as-recorded"; });
      html += row_start("<bdi>" + escaped(name_of(*group)) + "</bdi>") + "<td>" + grouped(group->records) + "</td>";
      for (const auto& [figure, form] :
           {std::pair(&group->existence, kPercent), std::pair(&group->moved_m, kMetres),
            std::pair(&group->bearing_deg, kBearing), std::pair(&group->overlap_drawn, kPercent),
            std::pair(&group->found_of_recorded, kPercent), std::pair(&group->type_agreement, kPercent),
            std::pair(&group->unrecorded, kPercent)}) {
        html += "<td>" + told(*figure, form) + "</td>";
      }
      html +=
          "<td class=\"text\">" +
          (misread == group->causes.end() ? std::string("<span class=\"quiet\">not known</span>")
                                          : escaped(misread->hypothesis) + "<br>" + told(misread->share, kPercent)) +
          "</td></tr>";
    }
    html += kTableEnd;
    html += "</details>";
  }
  return section("By laying unit, year and map sheet", html);
}

std::string definitions_table(const ReconciliationPage& page, const AccuracyGroup& group) {
  std::vector<const evidence::Definition*> ordered;
  if (page.stated) {
    ordered = evidence::nearest_to(group, *page.stated);
  } else {
    for (const auto& definition : group.definitions) {
      ordered.push_back(&definition);
    }
  }
  std::string html = table_start({"Accurate means: the share of records of which ...", "share", ""});
  for (const evidence::Definition* definition : ordered) {
    const bool holds = page.stated && definition->share.p05 && *definition->share.p05 <= *page.stated &&
                       *page.stated <= *definition->share.p95;
    html += fmt::format(R"(<tr{}><th scope="row">{}</th><td>{}</td><td class="text">{}</td></tr>)",
                        holds ? R"( class="near")" : "", escaped(definition->words), told(definition->share, kPercent),
                        holds ? "the stated figure lies in the interval" : "");
  }
  return html + kTableEnd;
}

std::string definitions_section(const ReconciliationPage& page) {
  std::string html = "<p>One stated figure can mean many things. ";
  html += page.stated ? fmt::format("Stated was {}; the nearest readings stand first.</p>", percent(*page.stated, 0))
                      : std::string("Each reading below gives another figure for the same records.</p>");
  html += definitions_table(page, page.accuracy.groups.front());
  for (const AccuracyGroup* group : groups_by(page.accuracy, "source")) {
    html += "<details><summary><bdi>" + escaped(name_of(*group)) + "</bdi></summary>" +
            definitions_table(page, *group) + "</details>";
  }
  return section(page.stated ? fmt::format("What {} accurate could mean", percent(*page.stated, 0))
                             : std::string("What \"accurate\" could mean"),
                 html);
}

std::string words_of(const ReconciliationPage& page, const std::string& hypothesis) {
  const auto at = std::find_if(page.hypotheses.begin(), page.hypotheses.end(),
                               [&](const evidence::Hypothesis& h) { return h.id == hypothesis; });
  if (at == page.hypotheses.end()) {
    return "";
  }
  const auto words = at->words.find(page.language);
  return words != at->words.end() ? words->second : at->words.at("en");
}

std::string causes_table(const ReconciliationPage& page, const AccuracyGroup& group) {
  std::string html = table_start(
      {"Reading", "in words", "share of laid fields", "likeliest of", "times likelier than as recorded"}, "words");
  for (const evidence::Cause& cause : group.causes) {
    const std::string times = cause.hypothesis == "as-recorded" || !cause.times_likelier
                                  ? std::string("<span class=\"quiet\">&ndash;</span>")
                                  : short_number(std::round(*cause.times_likelier * 10) / 10);
    html += row_start("<code>" + escaped(cause.hypothesis) + "</code>") +
            fmt::format(R"(<td lang="{}" dir="auto">{}</td><td>{}</td><td>{}</td><td>{}</td></tr>)", page.language,
                        escaped(words_of(page, cause.hypothesis)), told(cause.share, kPercent),
                        grouped(cause.likeliest), times);
  }
  return html + kTableEnd;
}

/// Verdicts of one source.
std::vector<std::size_t> members_of(const ReconciliationPage& page, const std::string& source) {
  std::vector<std::size_t> members;
  for (std::size_t i = 0; i < page.result.records.size(); ++i) {
    if (page.result.records[i].source == source) {
      members.push_back(i);
    }
  }
  return members;
}

/// The records that most mines speak of, those that were misread first.
std::vector<std::size_t> with_most_evidence(const ReconciliationPage& page, std::vector<std::size_t> members) {
  constexpr std::size_t kShown = 3;
  constexpr std::int64_t kLeastMines = 5;
  constexpr double kLeastEffort = 0.3;
  std::erase_if(members, [&](std::size_t i) {
    const evidence::RecordEvidence& evidence = page.accuracy.records[i];
    return evidence.found < kLeastMines || evidence.effort < kLeastEffort || evidence.drawn.empty();
  });
  const auto rank = [&](std::size_t i) {
    const evidence::RecordVerdict& verdict = page.result.records[i];
    return verdict.log_ratio * (verdict.hypothesis == "as-recorded" ? 1 : 2 * verdict.hypothesis_probability);
  };
  std::stable_sort(members.begin(), members.end(), [&](std::size_t a, std::size_t b) { return rank(a) > rank(b); });
  members.resize(std::min(members.size(), kShown));
  return members;
}

std::string map_pair(const ReconciliationPage& page, std::size_t i) {
  constexpr double kWide = 340;
  constexpr double kHigh = 280;
  const evidence::RecordVerdict& verdict = page.result.records[i];
  const evidence::RecordEvidence& evidence = page.accuracy.records[i];
  std::string html = R"(<figure><div class="pair">)";
  for (const MapSide side : {MapSide::as_recorded, MapSide::as_reconciled}) {
    html += to_svg(record_map(fmt::format("map-{}-{}", i, static_cast<int>(side)), page.recorded, verdict, evidence,
                              side, kWide, kHigh));
  }
  html += "</div><figcaption dir=\"auto\">" + escaped(evidence::in_words(verdict, page.hypotheses, page.language));
  if (evidence.iou_drawn && evidence.iou) {
    html += fmt::format(" Overlap with the finds: {} as recorded, {} as reconciled.", percent(*evidence.iou_drawn, 0),
                        percent(*evidence.iou, 0));
  }
  const auto settled = page.settled.find(verdict.record_id);
  if (settled != page.settled.end()) {
    html += " A person accepted the reading <code>" + escaped(settled->second) + "</code>.";
  }
  return html + "</figcaption></figure>\n";
}

std::string source_section(const ReconciliationPage& page, const evidence::SourceVerdict& source, std::size_t number) {
  constexpr double kRose = 240;
  const auto members = members_of(page, source.source);
  const auto groups = groups_by(page.accuracy, "source");
  const auto group =
      std::find_if(groups.begin(), groups.end(), [&](const AccuracyGroup* g) { return g->name == source.source; });
  std::string html = fmt::format(
      "<p>{} records, {} of them beside searched ground. A field was laid there: {} ({} to {}). Recorded minus true: "
      "{:+.0f} m east, {:+.0f} m north; spread round it {:.0f} m per axis.</p>",
      grouped(source.records), grouped(source.informative), percent(source.existence.value, 0),
      percent(source.existence.p05, 0), percent(source.existence.p95, 0), source.shift_x_m.value,
      source.shift_y_m.value, source.spread_m.value);
  html += R"(<div class="source"><figure><h3>Where fields lie from where they were drawn</h3>)";
  html += to_svg(displacement_rose(fmt::format("rose-{}", number), "Displacement rose of " + source.source, page.result,
                                   page.accuracy, members, kRose));
  html += "</figure><div><h3>How its records were read</h3>";
  html += group == groups.end() || (*group)->causes.empty()
              ? std::string("<p class=\"quiet\">Not known: no record lies beside searched ground.</p>")
              : causes_table(page, **group);
  html += "</div></div>";
  for (const std::size_t i : with_most_evidence(page, members)) {
    html += map_pair(page, i);
  }
  return section(source.source.empty() ? "Source not recorded" : source.source, html);
}

std::string belief_words(const evidence::Belief& belief) {
  return fmt::format("laid {}, read as <code>{}</code> {}", percent(belief.probability_exists, 0),
                     escaped(belief.hypothesis), percent(belief.hypothesis_probability, 0));
}

std::string searches_table(const ReconciliationPage& page, std::size_t from, std::size_t to) {
  std::string html = table_start({"Record", "doubt, bits", "the strip settles", "middle of the strip", "lies",
                                  "a find is expected", "after a find", "after none"},
                                 "searches");
  for (std::size_t k = from; k < to; ++k) {
    const evidence::NextSearch& search = page.searches[k];
    const geo::LonLat at = page.recorded.crs->to_lon_lat(geo::centroid(search.strip));
    const geo::Box box = geo::bounds(search.strip);
    html += R"(<tr><th scope="row" class="nowrap">)" + escaped(page.result.records[search.verdict].record_id) +
            "</th>" +
            fmt::format(
                "<td>{:.2f}</td><td>{:.2f}</td><td class=\"nowrap\">{:.5f}, {:.5f}</td><td class=\"nowrap\">{}"
                "</td><td>{}</td><td class=\"text\">{}</td><td class=\"text\">{}</td></tr>",
                search.doubt_bits, search.settles_bits, at.lat, at.lon,
                box.max_x - box.min_x > box.max_y - box.min_y ? "east-west" : "north-south",
                percent(search.chance_of_find, 0), belief_words(search.found), belief_words(search.empty));
  }
  return html + kTableEnd;
}

std::string searches_section(const ReconciliationPage& page) {
  constexpr std::size_t kShown = 20;
  if (page.searches.empty()) {
    return section("What would settle doubtful records",
                   "<p class=\"quiet\">No strip of unsearched ground is expected to settle any record further.</p>");
  }
  const std::size_t shown = std::min(kShown, page.searches.size());
  std::string html =
      "<p>For each doubtful record the strip of unsearched ground, 20 m by 100 m, whose search is expected to tell "
      "most about whether the field was laid and how the record was read. Doubt is counted in bits: 1 bit is a coin "
      "toss.</p>" +
      searches_table(page, 0, shown);
  if (shown < page.searches.size()) {
    html += fmt::format("<details><summary>{} more</summary>", page.searches.size() - shown) +
            searches_table(page, shown, page.searches.size()) + "</details>";
  }
  html +=
      "<p class=\"quiet\">Middle: latitude, longitude, WGS 84. A strip is a proposal for survey, not a statement "
      "about ground: whoever goes there treats it as hazardous.</p>";
  return section("What would settle doubtful records", html);
}

std::string calibration_section(const ReconciliationPage& page) {
  std::string html = fmt::format(
      "<p>What P(exists) is worth can be measured only where the truth is known, and no programme knows it. What can "
      "be "
      "asked: {} releases were kept out, the rest was reconciled, and of each record that lies on ground kept out it "
      "was asked whether a mine was found there. The share must rise with P(exists); it stays below it, because fields "
      "lie partly elsewhere, and mines decay and are lifted.</p>",
      grouped(page.held_out.releases));
  if (page.held_out.bins.empty()) {
    return section("Calibration", html + "<p class=\"quiet\">Not known: no record lies on ground kept out.</p>");
  }
  std::vector<ShareRow> rows;
  rows.reserve(page.held_out.bins.size());
  for (const evidence::ExistenceBin& bin : page.held_out.bins) {
    rows.push_back({fmt::format("P(exists) {:.0f} to {:.0f} %", 100 * bin.from, 100 * bin.to), bin.with_finds.value,
                    bin.with_finds.p05, bin.with_finds.p95,
                    fmt::format("{} records, mean {:.0f} %", bin.with_finds.basis, 100 * bin.predicted)});
  }
  html +=
      "<figure>" +
      to_svg(share_dots("calibration", "Records with a mine on ground kept out, by P(exists)",
                        "Share of records with a mine found on ground that was kept out, by the probability that "
                        "their field was laid.",
                        rows, 560)) +
      "<figcaption>Share of records with a mine found on ground kept out, with 90 % interval.</figcaption></figure>";
  return section("Calibration", html);
}

std::string misread_section(const ReconciliationPage& page) {
  constexpr std::size_t kShown = 40;
  std::vector<std::size_t> misread;
  for (std::size_t i = 0; i < page.result.records.size(); ++i) {
    const auto& verdict = page.result.records[i];
    if (verdict.hypothesis != "as-recorded" && verdict.hypothesis_probability >= 0.5 && !verdict.corrected.empty()) {
      misread.push_back(i);
    }
  }
  std::stable_sort(misread.begin(), misread.end(), [&](std::size_t a, std::size_t b) {
    const auto& p = page.result.records[a];
    const auto& q = page.result.records[b];
    return p.hypothesis_probability * p.probability_exists > q.hypothesis_probability * q.probability_exists;
  });
  std::string html = fmt::format("<p>{} records were most likely misread{}.</p><ul>", misread.size(),
                                 misread.size() > kShown ? fmt::format("; the surest {} of them", kShown) : "");
  for (std::size_t k = 0; k < misread.size() && k < kShown; ++k) {
    html += "<li dir=\"auto\">" +
            escaped(evidence::in_words(page.result.records[misread[k]], page.hypotheses, page.language)) + "</li>";
  }
  return section("Records that were most likely misread", html + "</ul>");
}

}  // namespace

std::string to_html(const ReconciliationPage& page) {
  const std::string title = "Minefield records held against the ground";
  std::string html =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\"><title>" +
      title + "</title><style>" + kPageStyle + kOwnStyle + "</style></head><body><main>\n<header><h1>" + title +
      "</h1>" + element("p", "quiet", page.recorded.programme.name) +
      fmt::format("<p>{} records held against {} mines found on {} of searched ground.</p>",
                  grouped(static_cast<std::int64_t>(page.result.records.size())), grouped(page.result.finds_used),
                  hectares(page.result.searched_ha)) +
      "<p class=\"restricted\">restricted: hazard locations</p></header>\n";
  html +=
      "<p>A record is evidence to be tested. A record that nothing was found of may still be right: fields are "
      "lifted, and ground is searched in part. What was recorded is kept as it is.</p>";
  html += measures_section(page) + definitions_section(page);
  html += section("Maps and readings by source",
                  R"(<figure class="legend">)" + to_svg(record_map_legend(700)) + "</figure>");
  for (std::size_t s = 0; s < page.result.sources.size(); ++s) {
    html += source_section(page, page.result.sources[s], s);
  }
  html += searches_section(page) + calibration_section(page) + misread_section(page) + breakdown_section(page);
  html += "<footer><p>restricted: hazard locations</p><p>Stamp <code>" + page.stamp.id() + "</code></p><p><code>" +
          escaped(page.stamp.to_json()) + "</code></p></footer>\n</main></body></html>\n";
  return html;
}

}  // namespace firmground::report
