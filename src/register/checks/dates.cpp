#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <unordered_map>

#include "mineaction/code_lists.h"
#include "register/checks/evaluators.h"

// The order in which things must have happened. A date known to the month or year only is given the benefit of the
// doubt: a rule speaks when no day that the date can mean would fit.
namespace firmground::registry::checks {

namespace {

using base::Date;
using std::chrono::days;

bool any_kind(const KindRecords&) {
  return true;
}

/// Whether `first` lies after `second` for certain, by more than the tolerance.
bool surely_after(const Date& first, const Date& second, days tolerance = days(0)) {
  return first.first_day() > second.last_day() + tolerance;
}

days tolerance_of(const Rule& rule) {
  return days(static_cast<int>(rule.parameter("tolerance_days")));
}

void date_in_future(const Rule&, const Records& records, Findings& findings) {
  for_each_record(records, findings, any_kind, [&](const KindRecords& list, std::size_t i, Findings& out) {
    for (std::size_t f = 0; f < list.kind().fields.size(); ++f) {
      const mineaction::Field& field = list.kind().fields[f];
      if (field.type != mineaction::FieldType::date || field.future_allowed) {
        continue;
      }
      const auto date = list.date(i, f);
      if (date && date->first_day() > records.today().last_day()) {
        out.add(list, i, field.name, date->to_string(),
                {{"field", field.name}, {"value", date->to_string()}, {"today", records.today().to_string()}});
      }
    }
  });
}

void dates_reversed(const Rule& rule, const Records& records, Findings& findings) {
  for_each_record(records, findings, any_kind, [&](const KindRecords& list, std::size_t i, Findings& out) {
    for (const auto& [first, second] : rule.orders) {
      const auto from = list.date(i, list.field(first));
      const auto to = from ? list.date(i, list.field(second)) : std::nullopt;
      if (to && surely_after(*from, *to)) {
        out.add(list, i, first, from->to_string(),
                {{"first", first}, {"second", second}, {"value", from->to_string()}, {"other", to->to_string()}});
      }
    }
  });
}

/// A date of a record held against one of the record it links to.
struct LinkedDates {
  const KindRecords* target = nullptr;
  std::size_t index = 0;
  Date own, other;
};

/// The two dates when the link leads somewhere and both are known.
std::optional<LinkedDates> linked_dates(const Records& records, const KindRecords& list, std::size_t i,
                                        std::string_view own_date, std::string_view link, std::string_view kind,
                                        std::string_view other_date) {
  const KindRecords* target = records.of(kind);
  const std::string* id = list.text(i, list.field(link));
  const auto found = target != nullptr && id != nullptr ? target->find(*id) : std::nullopt;
  if (!found) {
    return std::nullopt;
  }
  const auto own = list.date(i, list.field(own_date));
  const auto other = target->date(*found, target->field(other_date));
  return own && other ? std::optional(LinkedDates{target, *found, *own, *other}) : std::nullopt;
}

void tell(Findings& out, const KindRecords& list, std::size_t i, const std::string& field, const LinkedDates& dates) {
  const std::string& id = dates.target->id(dates.index);
  out.add(list, i, field, dates.own.to_string(),
          {{"value", dates.own.to_string()}, {"linked", id}, {"other", dates.other.to_string()}})
      .others = {{dates.target->kind().name, id}};
}

void find_after_completion(const Rule& rule, const Records& records, Findings& findings) {
  for_each_record(records, findings, any_kind, [&](const KindRecords& list, std::size_t i, Findings& out) {
    const auto dates = linked_dates(records, list, i, "found_on", "release_id", "land-release", "completed_on");
    if (dates && surely_after(dates->own, dates->other, tolerance_of(rule))) {
      tell(out, list, i, "found_on", *dates);
    }
  });
}

void completed_before_reported(const Rule& rule, const Records& records, Findings& findings) {
  for_each_record(records, findings, any_kind, [&](const KindRecords& list, std::size_t i, Findings& out) {
    const auto dates = linked_dates(records, list, i, "completed_on", "hazard_id", "hazards", "reported_on");
    if (dates && surely_after(dates->other, dates->own, tolerance_of(rule))) {
      tell(out, list, i, "completed_on", *dates);
    }
  });
}

/// A find names its release, the release its hazardous area: the area was surveyed before anything was dug up in it.
void found_before_survey(const Rule& rule, const Records& records, Findings& findings) {
  const KindRecords* releases = records.of("land-release");
  const KindRecords* hazards = records.of("hazards");
  if (releases == nullptr || hazards == nullptr) {
    return;
  }
  const auto hazard_of_release = releases->field("hazard_id");
  const auto reported = hazards->field("reported_on");
  for_each_record(records, findings, any_kind, [&](const KindRecords& list, std::size_t i, Findings& out) {
    const std::string* release = list.text(i, list.field("release_id"));
    const auto found_on = list.date(i, list.field("found_on"));
    const auto r = release != nullptr && found_on ? releases->find(*release) : std::nullopt;
    const std::string* hazard = r ? releases->text(*r, hazard_of_release) : nullptr;
    const auto h = hazard != nullptr ? hazards->find(*hazard) : std::nullopt;
    const auto reported_on = h ? hazards->date(*h, reported) : std::nullopt;
    if (reported_on && surely_after(*reported_on, *found_on, tolerance_of(rule))) {
      tell(out, list, i, "found_on", {hazards, *h, *found_on, *reported_on});
    }
  });
}

/// The latest day that any record speaks of and that is not in the future: an archive is not stale by its own age.
Date latest_information(const Records& records) {
  Date latest;
  for (const auto& list : records.lists()) {
    const auto field = list->field(list->kind().information_date);
    for (std::size_t i = 0; field && i < list->size(); ++i) {
      const auto date = list->date(i, field);
      if (date && *date > latest && date->first_day() <= records.today().last_day()) {
        latest = *date;
      }
    }
  }
  return latest;
}

/// The latest day on which something was done about each hazardous area: any record that links to it counts.
std::unordered_map<std::string, Date> latest_work(const Records& records) {
  std::unordered_map<std::string, Date> latest;
  for (const auto& list : records.lists()) {
    const auto date_field = list->field(list->kind().information_date);
    for (std::size_t f = 0; date_field && f < list->kind().fields.size(); ++f) {
      if (list->kind().fields[f].link_kind != "hazards") {
        continue;
      }
      for (std::size_t i = 0; i < list->size(); ++i) {
        const std::string* hazard = list->text(i, f);
        const auto date = hazard != nullptr ? list->date(i, date_field) : std::nullopt;
        if (date) {
          Date& last = latest.try_emplace(*hazard, *date).first->second;
          last = std::max(last, *date);
        }
      }
    }
  }
  return latest;
}

void stale_claim(const Rule& rule, const Records& records, Findings& findings) {
  const KindRecords* hazards = records.of("hazards");
  if (hazards == nullptr) {
    return;
  }
  const Date now = latest_information(records);
  const auto work = latest_work(records);
  const auto type = hazards->field("type");
  const auto reported = hazards->field("reported_on");
  for (std::size_t i = 0; i < hazards->size(); ++i) {
    const std::string* said = hazards->text(i, type);
    const auto date = hazards->date(i, reported);
    if (!date || (said != nullptr && *said != "SHA") || work.contains(hazards->id(i))) {
      continue;
    }
    const double years =
        std::chrono::duration<double, std::ratio<31556952>>(now.first_day() - date->last_day()).count();
    if (years > rule.parameter("years")) {
      findings.add(*hazards, i, "reported_on", date->to_string(),
                   {{"value", date->to_string()}, {"years", fmt::format("{:.1f}", years)}, {"now", now.to_string()}});
    }
  }
}

constexpr Evaluator kEvaluators[] = {
    {"date-in-future", date_in_future},
    {"dates-reversed", dates_reversed},
    {"find-after-completion", find_after_completion},
    {"completed-before-reported", completed_before_reported},
    {"found-before-survey", found_before_survey},
    {"stale-claim", stale_claim},
};

}  // namespace

std::span<const Evaluator> date_evaluators() {
  return kEvaluators;
}

}  // namespace firmground::registry::checks
