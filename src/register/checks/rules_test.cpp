#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>

#include "base/parallel.h"
#include "register/checks/evaluators.h"
#include "register/checks/rings.h"
#include "register/checks/rule.h"

namespace firmground::registry::checks {
namespace {

using geo::GeographicGeometry;
using geo::LonLat;

constexpr double kWest = 51.2;
constexpr double kSouth = 41.2;

LonLat at(double east, double north) {
  return {kWest + east, kSouth + north};
}

GeographicRing square_ring(double east, double north, double side) {
  return {at(east, north), at(east + side, north), at(east + side, north + side), at(east, north + side)};
}

GeographicGeometry square(double east, double north, double side) {
  return {{}, {}, {{square_ring(east, north, side), {}}}};
}

GeographicGeometry point(double east, double north) {
  return {{at(east, north)}, {}, {}};
}

using Values = std::map<std::string, std::string>;

struct Row {
  std::string kind;
  Values values;
  GeographicGeometry geometry;
  std::vector<Values> earlier{};
};

mineaction::Record record_of(const mineaction::Kind& kind, const Values& values, const GeographicGeometry& geometry) {
  mineaction::Record record;
  record.geometry = geometry;
  std::size_t used = 0;
  for (const mineaction::Field& field : kind.fields) {
    const auto found = values.find(field.name);
    mineaction::Value value;
    if (found != values.end()) {
      ++used;
      switch (field.type) {
        case mineaction::FieldType::integer: value = std::int64_t{std::stoll(found->second)}; break;
        case mineaction::FieldType::real: value = std::stod(found->second); break;
        case mineaction::FieldType::boolean: value = found->second == "y"; break;
        default: value = found->second;
      }
    }
    record.values.push_back(value);
  }
  EXPECT_EQ(used, values.size()) << "a field that " << kind.name << " has not";
  return record;
}

/// A small programme in perfect order. One hundredth of a degree is about a kilometre.
///   districts West (0..0.2) and East (0.2..0.4); HA-1 in West, HA-2 in East; LR-1 clears part of HA-1, LR-2 beside it.
class World {
 public:
  World() {
    add("area-of-interest", {{"name", "Island"}}, square(0, 0, 0.4));
    add("districts", {{"district_id", "D1"}, {"name", "West"}}, square(0, 0, 0.2));
    add("districts", {{"district_id", "D2"}, {"name", "East"}}, square(0.2, 0, 0.2));
    add("baselines", {{"id", "B-2021"}, {"name", "Survey"}, {"estimated_on", "2021-03-01"}, {"area_ha", "1000"}});
    hazard("HA-1", "West", square(0.05, 0.05, 0.01));
    hazard("HA-2", "East", square(0.25, 0.05, 0.01));
    release("LR-1", "HA-1", square(0.05, 0.05, 0.004));
    release("LR-2", "HA-1", square(0.054, 0.05, 0.004));
    release("LR-3", "HA-2", square(0.25, 0.05, 0.004));
    find("FI-1", "LR-1", 0.051, 0.051);
    find("FI-2", "LR-1", 0.052, 0.052);
    add("accidents", {{"accident_id", "AC-1"}, {"occurred_on", "2021-06-01"}, {"killed", "1"}, {"injured", "1"}},
        point(0.06, 0.06));
    victim("VI-1", "AC-1", "killed", "key-1", "40");
    victim("VI-2", "AC-1", "injured", "key-2", "12");
    add("places", {{"id", "P-1"}, {"name", "Ağdam"}, {"district", "D1"}}, point(0.1, 0.1));
    add("places", {{"id", "P-2"}, {"name", "Füzuli"}, {"district", "West"}}, point(0.11, 0.1));
    add("tasks",
        {{"task_id", "TA-1"}, {"hazard_id", "HA-1"}, {"planned_from", "2027-01-01"}, {"planned_to", "2027-05"}},
        square(0.055, 0.055, 0.004));
    add("funding",
        {{"contribution_id", "FU-1"}, {"donor", "State"}, {"year", "2024"}, {"amount", "5e6"}, {"currency", "USD"}});
    add("minefield-records", {{"record_id", "MR-1"}, {"source", "archive"}}, square(0.05, 0.05, 0.003));
    leg("1", "tie-in", "P1");
    leg("2", "boundary", "P2");
    leg("3", "boundary", "P1");
  }

  Row& add(const std::string& kind, Values values, GeographicGeometry geometry = {}) {
    return rows_.emplace_back(Row{kind, std::move(values), std::move(geometry), {}});
  }
  Row& hazard(const std::string& id, const std::string& district, GeographicGeometry geometry) {
    return add("hazards", {{"hazard_id", id}, {"type", "SHA"}, {"reported_on", "2021-01-10"}, {"district", district}},
               geometry);
  }
  Row& release(const std::string& id, const std::string& hazard, GeographicGeometry geometry) {
    return add("land-release",
               {{"release_id", id},
                {"hazard_id", hazard},
                {"outcome", "cleared"},
                {"method", "manual"},
                {"completed_on", "2022-05-10"},
                {"organisation", "Agency"},
                {"depth_cm", "20"}},
               geometry);
  }
  Row& find(const std::string& id, const std::string& release, double east, double north) {
    return add("finds",
               {{"find_id", id},
                {"release_id", release},
                {"found_on", "2022-05-01"},
                {"device", "AP mine"},
                {"model", "PMN"},
                {"count", "1"}},
               point(east, north));
  }
  Row& victim(const std::string& id, const std::string& accident, const std::string& outcome, const std::string& key,
              const std::string& age) {
    Values values = {{"victim_id", id}, {"accident_id", accident}, {"outcome", outcome}, {"sex", "male"}, {"age", age}};
    if (!key.empty()) {
      values["person_key"] = key;
    }
    return add("victims", values);
  }
  Row& leg(const std::string& number, const std::string& role, const std::string& to) {
    return add("minefield-record-legs",
               {{"id", "MR-1-" + number}, {"record_id", "MR-1"}, {"leg", number}, {"role", role}, {"to_point", to}});
  }
  /// The row of that kind with that id (the value of the kind's first field).
  Row& at(const std::string& kind, const std::string& id) {
    const std::string field = mineaction::find_kind(kind)->fields.front().name;
    for (Row& row : rows_) {
      if (row.kind == kind && row.values.contains(field) && row.values.at(field) == id) {
        return row;
      }
    }
    ADD_FAILURE() << kind << " has no " << id;
    return rows_.front();
  }

  Records records() const {
    Records records({geo::Crs::from_epsg(32639).value(), std::nullopt, base::Date(2026, 11, 1)});
    for (const mineaction::Kind& kind : mineaction::kinds()) {
      std::vector<EnteredRecord> entered;
      for (const Row& row : rows_) {
        if (row.kind == kind.name) {
          EnteredRecord& each = entered.emplace_back();
          each.record = record_of(kind, row.values, row.geometry);
          for (const Values& values : row.earlier) {
            each.earlier.push_back(record_of(kind, values, row.geometry));
          }
        }
      }
      records.add(kind, std::move(entered));
    }
    return records;
  }

 private:
  std::vector<Row> rows_;
};

std::vector<Finding> evaluated(const Records& records) {
  return evaluate(standard_rules(), records).value();
}

std::string told(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += fmt::format("{} {} {}: {}\n", finding.rule->id, finding.list->kind().name, finding.list->id(finding.index),
                        finding.text);
  }
  return text;
}

/// One way to break each rule: what a person did, and the record that must be named.
struct Fault {
  std::string rule, kind, id;
  std::function<void(World&)> happens;
};

void append(std::vector<Fault>& all, std::vector<Fault> more) {
  all.insert(all.end(), more.begin(), more.end());
}

std::vector<Fault> faults_of_outlines() {
  const auto outline = [](World& w) -> GeographicRing& { return w.at("hazards", "HA-1").geometry.polygons[0].outer; };
  return {
      {"outline-invalid", "hazards", "HA-1", [=](World& w) { std::swap(outline(w)[1], outline(w)[2]); }},
      {"outline-too-few-corners", "hazards", "HA-1", [=](World& w) { outline(w).resize(2); }},
      {"part-repeated", "hazards", "HA-1",
       [](World& w) {
         auto& polygons = w.at("hazards", "HA-1").geometry.polygons;
         polygons.push_back(polygons[0]);
         std::rotate(polygons[1].outer.begin(), polygons[1].outer.begin() + 1, polygons[1].outer.end());
       }},
      {"corner-repeats-neighbour", "hazards", "HA-1", [=](World& w) { outline(w).push_back(outline(w).back()); }},
      {"last-corner-repeats-first", "hazards", "HA-1", [=](World& w) { outline(w).push_back(outline(w).front()); }},
      {"last-two-repeat-first-two", "hazards", "HA-1",
       [=](World& w) {
         outline(w).push_back(outline(w)[0]);
         outline(w).push_back(outline(w)[1]);
       }},
      {"corner-visited-twice", "hazards", "HA-1",
       [=](World& w) {  // out to a point and back to where it left
         const LonLat corner = outline(w)[1];
         outline(w).insert(outline(w).begin() + 2, {at(0.062, 0.051), at(0.062, 0.052), corner});
       }},
      {"corners-far-apart", "hazards", "HA-1", [=](World& w) { outline(w)[2] = at(0.12, 0.06); }},
      {"parts-overlap", "hazards", "HA-1",
       [](World& w) { w.at("hazards", "HA-1").geometry.polygons.push_back({square_ring(0.0595, 0.05, 0.01), {}}); }},
      {"geometry-missing", "accidents", "AC-1", [](World& w) { w.at("accidents", "AC-1").geometry = {}; }},
      {"point-repeated", "accidents", "AC-1",
       [](World& w) {
         auto& points = w.at("accidents", "AC-1").geometry.points;
         points.push_back(points[0]);
       }},
      {"outline-of-another", "hazards", "HA-3", [](World& w) { w.hazard("HA-3", "West", square(0.05, 0.05, 0.01)); }},
      {"axes-swapped", "accidents", "AC-1",
       [](World& w) {
         LonLat& p = w.at("accidents", "AC-1").geometry.points[0];
         std::swap(p.lon, p.lat);
       }},
      {"position-outside-country", "accidents", "AC-1",
       [](World& w) { w.at("accidents", "AC-1").geometry = point(7, 0.1); }},
  };
}

std::vector<Fault> faults_of_identity() {
  return {
      {"id-looks-like-another", "hazards", "НА-1",
       [](World& w) { w.hazard("НА-1", "West", square(0.08, 0.08, 0.01)); }},  // Cyrillic
      {"id-marked-duplicate", "hazards", "HA-1-DUP01",
       [](World& w) { w.hazard("HA-1-DUP01", "West", square(0.08, 0.08, 0.01)); }},
      {"point-name-repeated", "minefield-record-legs", "MR-1-4", [](World& w) { w.leg("4", "boundary", "p2 "); }},
      {"find-entered-twice", "finds", "FI-3", [](World& w) { w.find("FI-3", "LR-1", 0.051, 0.051); }},
      {"device-line-repeated", "finds", "FI-4",
       [](World& w) {
         w.find("FI-3", "LR-1", 0.0513, 0.051).values["count"] = "7";
         w.find("FI-4", "LR-1", 0.0512, 0.051).values["count"] = "7";
       }},
      {"person-twice", "victims", "VI-3", [](World& w) { w.victim("VI-3", "AC-1", "killed", "key-1", "41"); }},
      {"person-perhaps-twice", "victims", "VI-3", [](World& w) { w.victim("VI-3", "AC-1", "killed", "", "40"); }},
      {"contribution-twice", "funding", "FU-2",
       [](World& w) {
         w.add("funding", {{"contribution_id", "FU-2"},
                           {"donor", "State"},
                           {"year", "2024"},
                           {"amount", "5e6"},
                           {"currency", "USD"}});
       }},
  };
}

std::vector<Fault> faults_of_dates() {
  return {
      {"date-in-future", "finds", "FI-1", [](World& w) { w.at("finds", "FI-1").values["found_on"] = "2062-04-01"; }},
      {"dates-reversed", "tasks", "TA-1", [](World& w) { w.at("tasks", "TA-1").values["planned_to"] = "2026-12"; }},
      {"find-after-completion", "finds", "FI-1",
       [](World& w) { w.at("finds", "FI-1").values["found_on"] = "2022-05-11"; }},
      {"completed-before-reported", "land-release", "LR-3",
       [](World& w) { w.at("land-release", "LR-3").values["completed_on"] = "2020-12-31"; }},
      {"found-before-survey", "finds", "FI-1", [](World& w) { w.at("finds", "FI-1").values["found_on"] = "2020-12"; }},
      {"stale-claim", "hazards", "HA-3",
       [](World& w) { w.hazard("HA-3", "West", square(0.08, 0.08, 0.01)).values["reported_on"] = "2005"; }},
  };
}

std::vector<Fault> faults_of_sums_and_units() {
  const auto declare = [](World& w, const std::string& kind, const std::string& id, const std::string& area,
                          const std::string& unit) {
    w.at(kind, id).values["declared_area"] = area;
    w.at(kind, id).values["declared_area_unit"] = unit;
  };
  return {
      {"casualties-differ-from-victims", "accidents", "AC-1",
       [](World& w) { w.at("accidents", "AC-1").values["injured"] = "2"; }},
      {"casualties-without-victims", "accidents", "AC-2",
       [](World& w) {
         w.add("accidents", {{"accident_id", "AC-2"}, {"occurred_on", "2022"}, {"killed", "2"}}, point(0.1, 0.1));
       }},
      {"releases-exceed-hazard", "hazards", "HA-1",  // HA-1 is 92.7 ha
       [=](World& w) {
         declare(w, "hazards", "HA-1", "92.7", "ha");
         declare(w, "land-release", "LR-1", "100", "ha");
         declare(w, "land-release", "LR-2", "90", "ha");
       }},
      {"expenditure-exceeds-contribution", "funding", "FU-1",
       [](World& w) {
         for (const char* id : {"EX-1", "EX-2"}) {
           w.add("expenditure", {{"expenditure_id", id},
                                 {"contribution_id", "FU-1"},
                                 {"spent_on", "2024-05-01"},
                                 {"amount", "3e6"},
                                 {"currency", "USD"}});
         }
       }},
      {"devices-differ-from-finds", "clearances", "CL-1",
       [](World& w) {
         w.add("clearances", {{"clearance_id", "CL-1"},
                              {"release_id", "LR-1"},
                              {"completed_on", "2022-05-10"},
                              {"ap_mines", "3"},
                              {"av_mines", "0"}});
       }},
      {"baseline-overwritten", "baselines", "B-2021",
       [](World& w) {
         Row& baseline = w.at("baselines", "B-2021");
         baseline.earlier.push_back(baseline.values);
         baseline.values["area_ha"] = "800";
       }},
      {"denominator-drift", "baselines", "B-2023",
       [](World& w) {
         w.add("baselines", {{"id", "B-2023"}, {"name", "Survey"}, {"estimated_on", "2023"}, {"area_ha", "1500"}});
       }},
      {"baselines-disagree", "baselines", "C-2021",
       [](World& w) {
         w.add("baselines", {{"id", "C-2021"}, {"name", "Desk"}, {"estimated_on", "2021-03-01"}, {"area_ha", "1010"}});
       }},
      {"area-in-other-unit", "hazards", "HA-1", [=](World& w) { declare(w, "hazards", "HA-1", "92", "m2"); }},
      {"declared-area-differs", "hazards", "HA-1", [=](World& w) { declare(w, "hazards", "HA-1", "80", "ha"); }},
      {"depth-in-metres", "land-release", "LR-1",
       [](World& w) { w.at("land-release", "LR-1").values["depth_cm"] = "0.2"; }},
  };
}

std::vector<Fault> faults_of_links_and_names() {
  return {
      {"link-missing", "finds", "FI-1", [](World& w) { w.at("finds", "FI-1").values["release_id"] = "LR-9"; }},
      {"find-outside-its-release", "finds", "FI-1",
       [](World& w) { w.at("finds", "FI-1").geometry = point(0.06, 0.06); }},
      {"release-outside-hazards", "land-release", "LR-4",
       [](World& w) { w.release("LR-4", "", square(0.15, 0.15, 0.01)).values.erase("hazard_id"); }},
      {"work-away-from-its-hazard", "land-release", "LR-3",
       [](World& w) { w.at("land-release", "LR-3").values["hazard_id"] = "HA-1"; }},
      {"wrong-district", "hazards", "HA-1", [](World& w) { w.at("hazards", "HA-1").values["district"] = "D2"; }},
      {"district-unknown", "hazards", "HA-1", [](World& w) { w.at("hazards", "HA-1").values["district"] = "Wset"; }},
      {"ground-claimed-twice", "land-release", "LR-2",
       [](World& w) { w.at("land-release", "LR-2").geometry = square(0.0535, 0.05, 0.004); }},
      {"tasks-overlap", "tasks", "TA-2",
       [](World& w) { w.add("tasks", {{"task_id", "TA-2"}}, square(0.056, 0.056, 0.004)); }},
      {"near-duplicate-name", "places", "P-3",
       [](World& w) { w.add("places", {{"id", "P-3"}, {"name", "Агдам"}}, point(0.101, 0.1)); }},
      {"near-duplicate-value", "land-release", "LR-3",
       [](World& w) { w.at("land-release", "LR-3").values["organisation"] = "AGENCY"; }},
      {"unknown-as-text", "finds", "FI-1", [](World& w) { w.at("finds", "FI-1").values["model"] = "Неизвестно"; }},
      {"blanks-around", "finds", "FI-1", [](World& w) { w.at("finds", "FI-1").values["model"] = "PMN\xC2\xA0"; }},
  };
}

std::vector<Fault> all_faults() {
  std::vector<Fault> all = faults_of_outlines();
  append(all, faults_of_identity());
  append(all, faults_of_dates());
  append(all, faults_of_sums_and_units());
  append(all, faults_of_links_and_names());
  return all;
}

TEST(QualityRules, ARegisterInOrderHasNothingToTell) {
  const Records records = World().records();
  EXPECT_EQ(told(evaluated(records)), "");
}

TEST(QualityRules, EachFaultIsToldByItsRuleOfTheRightRecord) {
  for (const Fault& fault : all_faults()) {
    SCOPED_TRACE(fault.rule);
    World world;
    fault.happens(world);
    const Records records = world.records();
    const std::vector<Finding> findings = evaluated(records);
    const auto found = std::find_if(findings.begin(), findings.end(), [&](const Finding& f) {
      return f.rule->id == fault.rule && f.list->kind().name == fault.kind && f.list->id(f.index) == fault.id;
    });
    EXPECT_NE(found, findings.end()) << told(findings);
    for (const Finding& finding : findings) {
      EXPECT_EQ(finding.text.find('{'), std::string::npos) << finding.text;
    }
  }
}

TEST(QualityRules, AnOfferedFixEndsTheFault) {
  std::set<std::string> offered;
  for (const Fault& fault : all_faults()) {
    World world;
    fault.happens(world);
    const Records before = world.records();
    const std::vector<Finding> findings = evaluated(before);
    for (const Finding& finding : findings) {
      if (!finding.fix || finding.rule->id != fault.rule) {
        continue;
      }
      offered.insert(fault.rule);
      Records after({before.crs(), std::nullopt, before.today()});
      for (const auto& list : before.lists()) {
        auto entered = list->all();
        if (list.get() == finding.list) {
          apply(*finding.fix, list->kind(), entered[finding.index].record);
        }
        after.add(list->kind(), entered);
      }
      for (const Finding& left : evaluated(after)) {
        EXPECT_NE(left.rule->id, fault.rule) << left.text;
      }
    }
  }
  for (const Rule& rule : standard_rules()) {
    EXPECT_EQ(offered.contains(rule.id), !rule.fix.empty()) << rule.id;
  }
}

TEST(QualityRules, EveryRuleHasAnEvaluatorAndATestAndTheOtherWayRound) {
  std::vector<std::string> rules, bound, tested;
  for (const Rule& rule : standard_rules()) {
    rules.push_back(rule.id);
    for (const std::string* text : {&rule.title, &rule.what, &rule.text, &rule.why, &rule.remedy, &rule.source}) {
      EXPECT_FALSE(text->empty()) << rule.id;
    }
  }
  for (const Evaluator& evaluator : evaluators()) {
    bound.emplace_back(evaluator.rule);
  }
  for (const Fault& fault : all_faults()) {
    tested.push_back(fault.rule);
  }
  std::sort(tested.begin(), tested.end());
  EXPECT_EQ(rules, bound);
  EXPECT_EQ(rules, tested);
}

TEST(QualityRules, AllFaultsAtOnceAreToldAlikeOnOneThreadAndOnFour) {
  const auto run = [](unsigned threads) {
    base::set_thread_count(threads);
    World world;
    for (const Fault& fault : all_faults()) {
      if (fault.kind != "hazards" && fault.kind != "accidents") {  // these are broken in one way at a time
        fault.happens(world);
      }
    }
    const Records records = world.records();
    std::string text = told(evaluated(records));
    base::set_thread_count(0);
    return text;
  };
  const std::string one = run(1);
  EXPECT_FALSE(one.empty());
  EXPECT_EQ(one, run(4));
}

TEST(QualityRules, AProfileSetsThresholdsAndSwitchesRulesOffWithAReason) {
  const auto rules = rules_of_profile(R"(
    [checks]
    find_tolerance_m = 25.0
    [rules.corners-far-apart]
    gap_m = 8000
    [rules.stale-claim]
    off = "claims are reviewed outside the register until 2027"
  )");
  ASSERT_TRUE(rules) << base::to_text(rules.error());
  const auto rule = [&](std::string_view id) {
    return *std::find_if(rules->begin(), rules->end(), [&](const Rule& r) { return r.id == id; });
  };
  EXPECT_EQ(rule("corners-far-apart").parameter("gap_m"), 8000);
  EXPECT_EQ(rule("find-outside-its-release").parameter("tolerance_m"), 25);
  EXPECT_TRUE(rule("stale-claim").off);
  EXPECT_FALSE(rule("wrong-district").off);
}

TEST(QualityRules, ASettingThatCannotBeIsRefusedInWords) {
  const auto refused = [](std::string_view text) {
    const auto rules = rules_of_profile(text);
    return rules ? std::string() : rules.error().id;
  };
  EXPECT_EQ(refused("[rules.stale-claims]\nyears = 3"), "check.rule_unknown");
  EXPECT_EQ(refused("[rules.stale-claim]\nyear = 3"), "check.parameter_unknown");
  EXPECT_EQ(refused("[rules.stale-claim]\nyears = 0"), "check.parameter_out_of_bounds");
  EXPECT_EQ(refused("[rules.stale-claim]\noff = \"\""), "check.off_without_reason");
}

TEST(WrongDistrict, GroundAcrossABorderMayBearTheNameOfEither) {
  World world;
  Row& hazard = world.hazard("HA-3", "East", square(0.195, 0.1, 0.01));
  EXPECT_EQ(told(evaluated(world.records())), "");
  hazard.values["district"] = "WEST";
  EXPECT_EQ(told(evaluated(world.records())), "");
}

TEST(WrongDistrict, ARoadLiesInEveryDistrictThatItRunsThrough) {
  World world;
  const GeographicGeometry road = {{}, {{at(0.05, 0.1), at(0.35, 0.1)}}, {}};
  world.add("projects", {{"project_id", "PR-1"}, {"district", "West"}}, road);
  world.add("projects", {{"project_id", "PR-2"}, {"district", "East"}}, road);
  EXPECT_EQ(told(evaluated(world.records())), "");
}

TEST(GeometryMissing, AMinefieldRecordGivenByLegsHasAPlace) {
  World world;
  world.at("minefield-records", "MR-1").geometry = {};
  EXPECT_EQ(told(evaluated(world.records())), "");
}

TEST(Dates, AYearAloneIsGivenTheBenefitOfTheDoubt) {
  World world;
  world.at("finds", "FI-1").values["found_on"] = "2022";  // completed on 2022-05-10
  world.at("land-release", "LR-3").values["completed_on"] = "2021";
  EXPECT_EQ(told(evaluated(world.records())), "");
}

TEST(Casualties, APersonEnteredTwiceIsNotAlsoASumThatDoesNotMatch) {
  World world;
  world.victim("VI-3", "AC-1", "killed", "key-1", "40");
  const Records records = world.records();
  for (const Finding& finding : evaluated(records)) {
    EXPECT_EQ(finding.rule->id, "person-twice") << finding.text;
    EXPECT_EQ(finding.text.find("key-1"), std::string::npos) << "a person key is never told";
  }
}

TEST(Casualties, VictimsWhoseOutcomeIsNotSaidMayBeEither) {
  World world;
  world.at("victims", "VI-1").values.erase("outcome");
  EXPECT_EQ(told(evaluated(world.records())), "");
}

}  // namespace
}  // namespace firmground::registry::checks
