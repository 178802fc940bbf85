#include "cli/closer_look.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "estimate/surveys.h"
#include "pipeline/closer_look.h"
#include "pipeline/told_besides.h"

namespace firmground::cli {

namespace {

using Json = nlohmann::ordered_json;
using estimate::PolygonEstimate;
using estimate::PolygonSurvey;

constexpr std::size_t kSurveysShown = 15;
constexpr std::size_t kPolygonsShown = 10;
constexpr double kHectare = 10'000;

const std::vector<PolygonEstimate>& polygons_of(const pipeline::StoredEstimate& stored, const std::string& kind) {
  static const std::vector<PolygonEstimate> none;
  const auto at = stored.polygons.find(kind);
  return at == stored.polygons.end() ? none : at->second;
}

const std::vector<PolygonSurvey>& surveys_of(const pipeline::StoredEstimate& stored) {
  static const std::vector<PolygonSurvey> none;
  return stored.closer ? stored.closer->surveys : none;
}

std::string in_words(const estimate::WithoutEvidence& without, const PolygonEstimate& polygon) {
  const std::string items = fmt::format("without {}: {:.1f} items expected instead of {:.1f}", without.evidence,
                                        without.items_mean, polygon.items_mean);
  const std::string none = fmt::format("{:.2f}", without.probability_none);
  const std::string none_now = fmt::format("{:.2f}", polygon.probability_none);
  return none == none_now ? items : fmt::format("{}, P(no item) {} instead of {}", items, none, none_now);
}

void print_surveys(const estimate::SurveySettings& settings, const std::vector<PolygonSurvey>& surveys) {
  const std::vector<PolygonSurvey> first = estimate::which_first(surveys);
  const auto pay = static_cast<std::size_t>(
      std::count_if(first.begin(), first.end(), [](const PolygonSurvey& s) { return s.net > 0; }));
  fmt::print(
      "\nWhich survey first: technical survey at {:g} a m2 that finds {:.0f} % of mines and {:.0f} % of ERW, clearance "
      "at "
      "{:g} a m2 that finds {:.0f} %, a loss of {:g} for an item left. At these figures clearing costs less than "
      "leaving "
      "from {:.2f} items in a hectare on. The figures and the decision are people's.\n",
      settings.survey_cost_m2, 100 * settings.detection_of(evidence::OrdnanceClass::mines),
      100 * settings.detection_of(evidence::OrdnanceClass::erw), settings.clearance_cost_m2,
      100 * settings.clearance_finds(), settings.loss_per_item, settings.break_even_per_ha());
  fmt::print(
      "A survey is expected to save more than it costs in {} of {} polygons with ground that nobody searched{}\n", pay,
      first.size(), pay == 0 ? "." : ":");
  if (pay == 0) {
    return;
  }
  fmt::print("{:>4} {:<16} {:<16} {:>7} {:>7} {:>15} {:>14} {:<8} {:>6} {:>10} {:>10} {:>9}\n", "", "polygon",
             "survey of", "ha", "of ha", "items, +- now", "+- after", "now", "change", "saves", "net", "m2 per m2");
  for (std::size_t i = 0; i < std::min(pay, kSurveysShown); ++i) {
    const PolygonSurvey& s = first[i];
    fmt::print("{:>4} {:<16} {:<16} {:>7.2f} {:>7.2f} {:>15} {:>14.1f} {:<8} {:>6.2f} {:>10.0f} {:>10.0f} {:>+9.1f}\n",
               i + 1, s.id, estimate::to_string(s.kind), s.area_m2 / kHectare, s.ground_m2 / kHectare,
               fmt::format("{:.1f} +- {:.1f}", s.items, s.items_sd), s.items_sd_after,
               pipeline::to_string(s.decision.now), s.decision.chance_of_change, s.decision.value, s.net,
               s.avoided_m2 / s.area_m2);
  }
  const PolygonSurvey& s = first.front();
  fmt::print(
      "{}: {:.1f} items are expected in {:.1f} ha that nobody searched; {:.1f} if the survey finds nothing "
      "(chance {:.2f}), {:.1f} if it finds something.\n",
      s.id, s.items, s.ground_m2 / kHectare, s.items_if_none, 1 - s.chance_of_find, s.items_if_any);
  fmt::print(
      "change: chance that the survey turns the decision; m2 per m2: clearance avoided for each square metre surveyed, "
      "negative where it is expected to lead to more clearance.\n");
}

void print_without(const std::vector<PolygonEstimate>& polygons) {
  std::vector<const PolygonEstimate*> most;
  for (const PolygonEstimate& polygon : polygons) {
    if (!polygon.without.empty()) {
      most.push_back(&polygon);
    }
  }
  std::stable_sort(most.begin(), most.end(),
                   [](const auto* a, const auto* b) { return a->items_mean > b->items_mean; });
  fmt::print(
      "\nWhat the evidence is worth, the rest of the fit as it is ({} polygons; those with most items expected):\n",
      polygons.size());
  for (std::size_t i = 0; i < std::min(most.size(), kPolygonsShown); ++i) {
    fmt::print("{}\n", most[i]->id);
    for (const estimate::WithoutEvidence& without : most[i]->without) {
      fmt::print("  {}\n", in_words(without, *most[i]));
    }
  }
}

}  // namespace

void add_closer_look_options(CLI::App& verb, CloserLookArguments& asked) {
  estimate::SurveySettings& s = asked.settings;
  verb.add_flag("--without-evidence", asked.without_evidence,
                "Also tell what each polygon would hold without each group of evidence, the rest of the fit as it is");
  verb.add_flag(
      "--surveys", asked.surveys,
      "Also tell which technical survey of each polygon would change most what is decided about it, and which "
      "to begin with");
  const auto add = [&](const char* name, double& value, double least, const char* help) {
    verb.add_option(name, value, help)->check(within(least, 1e12))->capture_default_str();
  };
  add("--clearance-cost", s.clearance_cost_m2, 1e-6, "--surveys: clearance of a square metre, in any currency");
  add("--survey-cost", s.survey_cost_m2, 0, "--surveys: technical survey of a square metre");
  add("--loss-per-item", s.loss_per_item, 1e-6, "--surveys: loss from one item left in ground that is released");
  verb.add_option(
          "--survey-detection", s.detection,
          "--surveys: probability that technical survey finds an item it passes over (default: by class, as the "
          "estimate takes it)")
      ->check(within(0.01, 0.995));
}

void ask_closer_look(const CloserLookArguments& asked, const std::string& polygons,
                     pipeline::EstimateRequest& request) {
  request.closer = polygons;
  request.estimate.closer.without_evidence = asked.without_evidence;
  if (asked.surveys) {
    request.estimate.closer.surveys = asked.settings;
  }
}

CloserLookArguments closer_look_told(const pipeline::StoredEstimate& stored, const std::string& polygons) {
  CloserLookArguments told;
  told.without_evidence = pipeline::evidence_told(stored, polygons);
  told.surveys = pipeline::surveys_told(stored, polygons);
  if (told.surveys) {
    told.settings = *stored.closer->settings;
  }
  return told;
}

TableColumns closer_look_columns(const CloserLookArguments& asked, const pipeline::StoredEstimate& stored) {
  TableColumns columns;
  const auto ranked = std::make_shared<std::map<std::string, std::pair<std::size_t, PolygonSurvey>>>();
  if (asked.without_evidence) {
    columns.names += ",without_evidence";
  }
  if (asked.surveys) {
    columns.names +=
        ",survey_rank,survey,survey_m2,survey_cost,not_searched_m2,not_searched_items,items_sd,items_sd_after,"
        "chance_of_find,items_if_nothing_found,items_if_something_found,decision_now,chance_of_change,survey_value,"
        "value_of_knowing,net_saving,clearance_avoided_m2";
    std::size_t rank = 0;
    for (PolygonSurvey& survey : estimate::which_first(surveys_of(stored))) {
      std::string id = survey.id;
      ranked->emplace(std::move(id), std::pair(++rank, std::move(survey)));
    }
  }
  columns.row = [asked, ranked](const PolygonEstimate& polygon) {
    std::string row;
    if (asked.without_evidence && !polygon.besides_known) {
      row += ",";
    } else if (asked.without_evidence) {
      std::string words;
      for (const estimate::WithoutEvidence& without : polygon.without) {
        words += (words.empty() ? "" : "; ") + in_words(without, polygon);
      }
      row += "," + csv_quoted(words);
    }
    const auto at = ranked->find(polygon.id);
    if (asked.surveys && at == ranked->end()) {
      row += ",,,,,,,,,,,,,,,,,";
    } else if (asked.surveys) {
      const PolygonSurvey& s = at->second.second;
      row += fmt::format(
          ",{},{},{:.0f},{:.0f},{:.0f},{:.3f},{:.3f},{:.3f},{:.4f},{:.3f},{:.3f},{},{:.4f},{:.0f},{:.0f},{:.0f},{:.0f}",
          at->second.first, estimate::to_string(s.kind), s.area_m2, s.cost, s.ground_m2, s.items, s.items_sd,
          s.items_sd_after, s.chance_of_find, s.items_if_none, s.items_if_any, pipeline::to_string(s.decision.now),
          s.decision.chance_of_change, s.decision.value, s.most, s.net, s.avoided_m2);
    }
    return row;
  };
  return columns;
}

std::string closer_look_json(const CloserLookArguments& asked, const std::string& polygons,
                             const pipeline::StoredEstimate& stored) {
  Json json = Json::object();
  if (asked.without_evidence) {
    Json& by_polygon = json["without_evidence"] = Json::array();
    for (const PolygonEstimate& polygon : polygons_of(stored, polygons)) {
      Json groups = Json::array();
      for (const estimate::WithoutEvidence& without : polygon.without) {
        groups.push_back({{"evidence", without.evidence},
                          {"items_mean", without.items_mean},
                          {"probability_none", without.probability_none}});
      }
      by_polygon.push_back({{"id", polygon.id},
                            {"items_mean", polygon.items_mean},
                            {"probability_none", polygon.probability_none},
                            {"without", polygon.besides_known ? std::move(groups) : Json(nullptr)}});
    }
  }
  if (asked.surveys) {
    Json ranking = Json::array();
    for (const PolygonSurvey& survey : estimate::which_first(surveys_of(stored))) {
      Json ranked = {{"rank", ranking.size() + 1}};
      ranked.update(pipeline::survey_json(survey));
      ranking.push_back(std::move(ranked));
    }
    json["surveys"] = {{"settings", pipeline::settings_json(asked.settings)}, {"ranking", std::move(ranking)}};
  }
  return json.dump();
}

void print_closer_look(const CloserLookArguments& asked, const std::string& polygons,
                       const pipeline::StoredEstimate& stored) {
  if (asked.without_evidence) {
    print_without(polygons_of(stored, polygons));
  }
  if (asked.surveys) {
    print_surveys(asked.settings, surveys_of(stored));
  }
}

}  // namespace firmground::cli
