#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>

#include "mineaction/code_lists.h"
#include "register/checks/evaluators.h"

// Totals against their parts, and the denominator of every share.
namespace firmground::registry::checks {

namespace {

/// Victims listed for one accident, each person once.
struct Casualties {
  std::int64_t killed = 0, injured = 0, not_said = 0;
  std::vector<std::string> ids;
};

std::unordered_map<std::string, Casualties> casualties_by_accident(const KindRecords& victims) {
  const auto accident = victims.field("accident_id");
  const auto outcome = victims.field("outcome");
  const auto person = victims.field("person_key");
  std::unordered_map<std::string, Casualties> by_accident;
  std::set<std::pair<std::string, std::string>> seen;
  for (std::size_t i = 0; i < victims.size(); ++i) {
    const std::string* of = victims.text(i, accident);
    const std::string* key = victims.text(i, person);
    if (of == nullptr || (key != nullptr && !seen.insert({*of, *key}).second)) {
      continue;
    }
    Casualties& casualties = by_accident[*of];
    casualties.ids.push_back(victims.id(i));
    const std::string* what = victims.text(i, outcome);
    std::int64_t& counter = what == nullptr      ? casualties.not_said
                            : *what == "killed"  ? casualties.killed
                            : *what == "injured" ? casualties.injured
                                                 : casualties.not_said;
    ++counter;
  }
  return by_accident;
}

/// What the accident says of one outcome, against the victims listed: 0 when it can be, else how many are too many or
/// too few in the list.
std::int64_t mismatch(std::optional<double> said, std::int64_t listed, std::int64_t not_said) {
  if (!said) {
    return 0;
  }
  const auto wanted = static_cast<std::int64_t>(*said);
  return listed > wanted ? listed - wanted : listed + not_said < wanted ? listed + not_said - wanted : 0;
}

std::string in_words(std::optional<double> number) {
  return number ? fmt::format("{}", *number) : "not known";
}

/// `listed`: accidents with victims on the list, or those without any.
void casualties_against_victims(const Records& records, Findings& findings, bool listed) {
  const KindRecords* accidents = records.of("accidents");
  const KindRecords* victims = records.of("victims");
  // A programme that lists no victims at all keeps them elsewhere: nothing can be compared.
  if (accidents == nullptr || victims == nullptr || victims->size() == 0) {
    return;
  }
  const auto by_accident = casualties_by_accident(*victims);
  const auto killed = accidents->field("killed");
  const auto injured = accidents->field("injured");
  for (std::size_t i = 0; i < accidents->size(); ++i) {
    const auto found = by_accident.find(accidents->id(i));
    if ((found != by_accident.end()) != listed) {
      continue;
    }
    const Casualties none;
    const Casualties& casualties = listed ? found->second : none;
    const auto said_killed = accidents->number(i, killed);
    const auto said_injured = accidents->number(i, injured);
    const std::int64_t off_killed = mismatch(said_killed, casualties.killed, casualties.not_said);
    const std::int64_t off_injured = mismatch(said_injured, casualties.injured, casualties.not_said);
    if (off_killed == 0 && off_injured == 0) {
      continue;
    }
    Finding& finding = findings.add(*accidents, i, off_killed != 0 ? "killed" : "injured",
                                    in_words(off_killed != 0 ? said_killed : said_injured),
                                    {{"killed", in_words(said_killed)},
                                     {"injured", in_words(said_injured)},
                                     {"listed_killed", std::to_string(casualties.killed)},
                                     {"listed_injured", std::to_string(casualties.injured)}});
    for (const std::string& id : casualties.ids) {
      finding.others.push_back({"victims", id});
    }
  }
}

void casualties_differ(const Rule&, const Records& records, Findings& findings) {
  casualties_against_victims(records, findings, true);
}

void casualties_without_victims(const Rule&, const Records& records, Findings& findings) {
  casualties_against_victims(records, findings, false);
}

/// Declared area in square metres; nothing when it or its unit is not known.
std::optional<double> declared_m2(const KindRecords& list, std::size_t i) {
  const auto area = list.number(i, list.field("declared_area"));
  const std::string* unit = list.text(i, list.field("declared_area_unit"));
  return area && unit != nullptr ? std::optional(*area * mineaction::square_metres_per(*unit)) : std::nullopt;
}

void releases_exceed_hazard(const Rule& rule, const Records& records, Findings& findings) {
  const KindRecords* hazards = records.of("hazards");
  const KindRecords* releases = records.of("land-release");
  if (hazards == nullptr || releases == nullptr) {
    return;
  }
  const auto hazard_id = releases->field("hazard_id");
  std::map<std::size_t, std::pair<double, std::vector<RecordName>>> sums;
  for (std::size_t i = 0; i < releases->size(); ++i) {
    const std::string* id = releases->text(i, hazard_id);
    const auto hazard = id != nullptr ? hazards->find(*id) : std::nullopt;
    const auto area = hazard ? declared_m2(*releases, i) : std::nullopt;
    if (area) {
      auto& [sum, parts] = sums[*hazard];
      sum += *area;
      parts.push_back({releases->kind().name, releases->id(i)});
    }
  }
  for (auto& [hazard, sum] : sums) {
    const auto whole = declared_m2(*hazards, hazard);
    // One release larger than its hazardous area is ground outside; several may say the same ground twice.
    if (whole && sum.second.size() > 1 && sum.first > *whole * (1 + rule.parameter("share"))) {
      findings
          .add(*hazards, hazard, "declared_area", fmt::format("{:.0f} m2", *whole),
               {{"whole", fmt::format("{:.0f}", *whole)},
                {"parts", fmt::format("{:.0f}", sum.first)},
                {"count", std::to_string(sum.second.size())}})
          .others = std::move(sum.second);
    }
  }
}

/// Money is summed in its own currency only.
void expenditure_exceeds_contribution(const Rule& rule, const Records& records, Findings& findings) {
  const KindRecords* funding = records.of("funding");
  const KindRecords* spent = records.of("expenditure");
  if (funding == nullptr || spent == nullptr) {
    return;
  }
  const auto currency = funding->field("currency");
  std::map<std::size_t, std::pair<double, std::vector<RecordName>>> sums;
  for (std::size_t i = 0; i < spent->size(); ++i) {
    const std::string* id = spent->text(i, spent->field("contribution_id"));
    const auto contribution = id != nullptr ? funding->find(*id) : std::nullopt;
    const auto amount = spent->number(i, spent->field("amount"));
    const std::string* in = spent->text(i, spent->field("currency"));
    const std::string* given_in = contribution ? funding->text(*contribution, currency) : nullptr;
    if (amount && in != nullptr && given_in != nullptr && *in == *given_in) {
      auto& [sum, parts] = sums[*contribution];
      sum += *amount;
      parts.push_back({spent->kind().name, spent->id(i)});
    }
  }
  for (auto& [contribution, sum] : sums) {
    const auto amount = funding->number(contribution, funding->field("amount"));
    if (amount && sum.first > *amount * (1 + rule.parameter("share"))) {
      findings
          .add(*funding, contribution, "amount", fmt::format("{:.0f}", *amount),
               {{"amount", fmt::format("{:.0f}", *amount)},
                {"spent", fmt::format("{:.0f}", sum.first)},
                {"currency", *funding->text(contribution, currency)},
                {"count", std::to_string(sum.second.size())}})
          .others = std::move(sum.second);
    }
  }
}

/// Counts of a report of clearance, and the words of `device` that each counts.
struct CountedDevices {
  std::string_view field;
  std::vector<std::string_view> devices;
};
const std::vector<CountedDevices>& counted_devices() {
  static const std::vector<CountedDevices> all = {{"ap_mines", {"AP mine"}},
                                                  {"av_mines", {"AV mine"}},
                                                  {"submunitions", {"submunition"}},
                                                  {"erw", {"UXO", "AXO", "ERW"}}};
  return all;
}

/// Items found per release and device.
std::map<std::string, std::map<std::string, double>> items_by_release(const KindRecords& finds) {
  std::map<std::string, std::map<std::string, double>> items;
  for (std::size_t i = 0; i < finds.size(); ++i) {
    const std::string* release = finds.text(i, finds.field("release_id"));
    const std::string* device = finds.text(i, finds.field("device"));
    if (release != nullptr && device != nullptr) {
      items[*release][*device] += finds.number(i, finds.field("count")).value_or(1);
    }
  }
  return items;
}

void devices_differ_from_finds(const Rule&, const Records& records, Findings& findings) {
  const KindRecords* finds = records.of("finds");
  if (finds == nullptr) {
    return;
  }
  const auto items = items_by_release(*finds);
  const auto reports_release = [](const KindRecords& list) {
    return list.field("release_id") && list.field("ap_mines");
  };
  for_each_record(records, findings, reports_release, [&](const KindRecords& list, std::size_t i, Findings& out) {
    const std::string* release = list.text(i, list.field("release_id"));
    const auto found = release != nullptr ? items.find(*release) : items.end();
    // A release of which no find is listed may keep its finds elsewhere: nothing can be compared.
    for (std::size_t c = 0; found != items.end() && c < counted_devices().size(); ++c) {
      const CountedDevices& counted = counted_devices()[c];
      const auto said = list.number(i, list.field(counted.field));
      double listed = 0;
      for (const std::string_view device : counted.devices) {
        const auto of_device = found->second.find(std::string(device));
        listed += of_device != found->second.end() ? of_device->second : 0;
      }
      if (said && *said != listed) {
        out.add(list, i, std::string(counted.field), fmt::format("{}", *said),
                {{"field", std::string(counted.field)},
                 {"said", fmt::format("{}", *said)},
                 {"listed", fmt::format("{}", listed)},
                 {"release", *release}})
            .others = {{"land-release", *release}};
      }
    }
  });
}

/// A baseline whose figure was replaced under the same date: every share made before it can no longer be explained.
void baseline_overwritten(const Rule&, const Records& records, Findings& findings) {
  const KindRecords* baselines = records.of("baselines");
  if (baselines == nullptr) {
    return;
  }
  const auto area = baselines->field("area_ha");
  const auto day = baselines->field("estimated_on");
  for (std::size_t i = 0; i < baselines->size(); ++i) {
    const mineaction::Record& now = (*baselines)[i].record;
    for (const mineaction::Record& before : (*baselines)[i].earlier) {
      const auto* old_area = std::get_if<double>(&before.values[*area]);
      if (old_area != nullptr && before.values[*day] == now.values[*day] &&
          !(before.values[*area] == now.values[*area])) {
        findings.add(*baselines, i, "area_ha", fmt::format("{:g}", baselines->number(i, area).value_or(0)),
                     {{"date", *baselines->text(i, day)},
                      {"before", fmt::format("{:g}", *old_area)},
                      {"after", fmt::format("{:g}", baselines->number(i, area).value_or(0))}});
        break;
      }
    }
  }
}

struct DatedBaseline {
  base::Date date;
  std::size_t index;
  double area_ha;
};

std::vector<DatedBaseline> by_date(const KindRecords& baselines) {
  std::vector<DatedBaseline> dated;
  for (std::size_t i = 0; i < baselines.size(); ++i) {
    const auto date = baselines.date(i, baselines.field("estimated_on"));
    const auto area = baselines.number(i, baselines.field("area_ha"));
    if (date && area) {
      dated.push_back({*date, i, *area});
    }
  }
  std::stable_sort(dated.begin(), dated.end(), [](const auto& a, const auto& b) { return a.date < b.date; });
  return dated;
}

void denominator_drift(const Rule& rule, const Records& records, Findings& findings) {
  const KindRecords* baselines = records.of("baselines");
  const auto dated = baselines != nullptr ? by_date(*baselines) : std::vector<DatedBaseline>();
  for (std::size_t i = 1; i < dated.size(); ++i) {
    const DatedBaseline& before = dated[i - 1];
    const DatedBaseline& after = dated[i];
    const double change = before.area_ha > 0 ? after.area_ha / before.area_ha - 1 : 0;
    if (before.date < after.date && std::abs(change) > rule.parameter("share")) {
      findings
          .add(*baselines, after.index, "area_ha", fmt::format("{:g}", after.area_ha),
               {{"other", baselines->id(before.index)},
                {"before", fmt::format("{:g}", before.area_ha)},
                {"after", fmt::format("{:g}", after.area_ha)},
                {"change", fmt::format("{:+.0f}", 100 * change)},
                {"share", fmt::format("{:.1f}", 10 / (1 + change))}})
          .others = {{"baselines", baselines->id(before.index)}};
    }
  }
}

void baselines_disagree(const Rule&, const Records& records, Findings& findings) {
  const KindRecords* baselines = records.of("baselines");
  const auto dated = baselines != nullptr ? by_date(*baselines) : std::vector<DatedBaseline>();
  for (std::size_t i = 1; i < dated.size(); ++i) {
    if (dated[i - 1].date == dated[i].date && dated[i - 1].area_ha != dated[i].area_ha) {
      findings
          .add(*baselines, dated[i].index, "area_ha", fmt::format("{:g}", dated[i].area_ha),
               {{"other", baselines->id(dated[i - 1].index)},
                {"date", dated[i].date.to_string()},
                {"first", fmt::format("{:g}", dated[i - 1].area_ha)},
                {"second", fmt::format("{:g}", dated[i].area_ha)}})
          .others = {{"baselines", baselines->id(dated[i - 1].index)}};
    }
  }
}

constexpr Evaluator kEvaluators[] = {
    {"casualties-differ-from-victims", casualties_differ},
    {"casualties-without-victims", casualties_without_victims},
    {"releases-exceed-hazard", releases_exceed_hazard},
    {"expenditure-exceeds-contribution", expenditure_exceeds_contribution},
    {"devices-differ-from-finds", devices_differ_from_finds},
    {"baseline-overwritten", baseline_overwritten},
    {"denominator-drift", denominator_drift},
    {"baselines-disagree", baselines_disagree},
};

}  // namespace

std::span<const Evaluator> sum_evaluators() {
  return kEvaluators;
}

}  // namespace firmground::registry::checks
