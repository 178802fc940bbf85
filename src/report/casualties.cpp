#include "report/casualties.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "report/wording.h"

namespace firmground::report {

namespace {

using mineaction::Victim;

constexpr std::int64_t kAdultAge = 18;  // Convention on the Rights of the Child, article 1

void describe(const Victim& victim, Casualties& sum) {
  sum.women += victim.sex == mineaction::Sex::female;
  sum.men += victim.sex == mineaction::Sex::male;
  sum.children += victim.age && *victim.age < kAdultAge;
  sum.adults += victim.age && *victim.age >= kAdultAge;
  sum.civilian += victim.civilian.value_or(false);
  sum.not_civilian += victim.civilian && !*victim.civilian;
}

void add(const Casualties& one, Casualties& sum) {
  sum.total += one.total;
  sum.killed += one.killed;
  sum.injured += one.injured;
  sum.outcome_unknown += one.outcome_unknown;
  sum.women += one.women;
  sum.men += one.men;
  sum.children += one.children;
  sum.adults += one.adults;
  sum.civilian += one.civilian;
  sum.not_civilian += one.not_civilian;
  sum.sex_unknown += one.sex_unknown;
  sum.age_unknown += one.age_unknown;
  sum.civilian_unknown += one.civilian_unknown;
}

}  // namespace

CasualtyCount::CasualtyCount(const mineaction::Snapshot& snapshot)
    : snapshot_(snapshot), by_accident_(snapshot.accidents.size()) {
  std::unordered_map<std::string_view, std::size_t> accident_of;
  for (std::size_t i = 0; i < snapshot.accidents.size(); ++i) {
    accident_of.emplace(snapshot.accidents[i].accident_id, i);
  }
  std::vector<std::vector<const Victim*>> victims(snapshot.accidents.size());
  std::int64_t without_accident = 0;
  for (const Victim& victim : snapshot.victims) {
    const auto found = accident_of.find(victim.accident_id);
    if (found == accident_of.end()) {
      ++without_accident;
    } else {
      victims[found->second].push_back(&victim);
    }
  }
  for (std::size_t i = 0; i < victims.size(); ++i) {
    count(i, victims[i]);
  }
  write_notes(without_accident);
}

void CasualtyCount::count(std::size_t accident, const std::vector<const Victim*>& victims) {
  const mineaction::Accident& said = snapshot_.accidents[accident];
  Casualties& sum = by_accident_[accident];
  std::set<std::string_view> persons;
  std::int64_t described = 0;
  std::int64_t victims_killed = 0;
  std::int64_t victims_injured = 0;
  for (const Victim* victim : victims) {
    // The police and the hospital often report the same person (domain: duplicate person).
    if (!victim->person_key.empty() && !persons.insert(victim->person_key).second) {
      ++repeated_persons_;
      continue;
    }
    ++described;
    victims_killed += victim->outcome == mineaction::VictimOutcome::killed;
    victims_injured += victim->outcome == mineaction::VictimOutcome::injured;
    describe(*victim, sum);
  }
  sum.killed = said.killed.value_or(victims_killed);
  sum.injured = said.injured.value_or(victims_injured);
  const bool complete = said.killed && said.injured;
  sum.outcome_unknown = complete ? 0 : std::max<std::int64_t>(0, described - sum.killed - sum.injured);
  sum.total = sum.killed + sum.injured + sum.outcome_unknown;
  sum.sex_unknown = std::max<std::int64_t>(0, sum.total - sum.women - sum.men);
  sum.age_unknown = std::max<std::int64_t>(0, sum.total - sum.children - sum.adults);
  sum.civilian_unknown = std::max<std::int64_t>(0, sum.total - sum.civilian - sum.not_civilian);
  silent_ += !said.killed && !said.injured && victims.empty();
  fewer_victims_ += described < sum.total;
  if (described > sum.total) {
    ++more_victims_;
    if (first_with_more_.empty()) {
      first_with_more_ =
          fmt::format("{}: {} in the accident, {} victim records", said.accident_id, sum.total, described);
    }
  }
}

void CasualtyCount::write_notes(std::int64_t without_accident) {
  const auto note = [&](std::int64_t count, const char* what, const std::string& so) {
    if (count > 0) {
      notes_.push_back(fmt::format("{}: {}. {}", what, grouped(count), so));
    }
  };
  note(silent_, "Accidents with neither casualty figures nor victim records", "Casualties may be more than counted.");
  note(fewer_victims_, "Accidents with fewer victim records than casualties",
       "The persons not described count as unknown sex, age and civilian status.");
  note(more_victims_, "Accidents with more victim records than casualties",
       fmt::format("First: {}. Totals follow the accident; check the records.", first_with_more_));
  note(repeated_persons_, "Victim records that repeat a person of the same accident", "Each person counts once.");
  note(without_accident, "Victim records that name no recorded accident",
       "They have no date and are in no total, so casualties may be more than counted.");
}

std::optional<Casualties> CasualtyCount::sum(const std::function<bool(const mineaction::Accident&)>& chosen) const {
  if (by_accident_.empty()) {
    return std::nullopt;
  }
  Casualties sum;
  for (std::size_t i = 0; i < by_accident_.size(); ++i) {
    if (chosen(snapshot_.accidents[i])) {
      add(by_accident_[i], sum);
    }
  }
  return sum;
}

}  // namespace firmground::report
