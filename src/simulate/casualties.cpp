#include "simulate/casualties.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/hash.h"

namespace firmground::simulate {

namespace {

using mineaction::Device;
using mineaction::VictimOutcome;

constexpr double kWarBegins = 1991.0;
constexpr double kWarEnds = 2020.862;  // 10 November 2020

/// Rates of one era (domain.md 5.1 and 5.6).
struct Era {
  double civilian, civilian_killed, military_killed, female, child;
};
constexpr Era kBefore{0.62, 0.33, 0.15, 0.011, 0.105};
constexpr Era kSince{0.47, 0.31, 0.08, 0.003, 0.03};

base::Date day_of(double year) {
  const auto whole = static_cast<int>(year);
  const auto days = static_cast<int>((year - whole) * 365);
  return base::Date(base::Date(whole, 1, 1).first_day() + std::chrono::days(days));
}

/// When accidents happened: a war in the early nineties, a long decline, and after 2020 half as many each year.
double year_before(base::Random& random) {
  return random.chance(0.55) ? std::min(kWarEnds - 0.01, kWarBegins + 0.8 + random.gamma(2.2, 0.9))
                             : random.uniform(kWarBegins, kWarEnds - 0.01) * 0.45 +
                                   0.55 * (kWarBegins + std::fmod(random.exponential(8), 29.8));
}

double year_since(base::Random& random) {
  const double u = random.uniform();
  // Shares of the founding case: 180, 88, 70 of 382 in the first three years, the rest after.
  const double since = u < 0.47   ? random.uniform(0, 1)
                       : u < 0.70 ? random.uniform(1, 2)
                       : u < 0.88 ? random.uniform(2, 3)
                                  : random.uniform(3, 5.95);
  return kWarEnds + since;
}

std::int64_t people_hit(base::Random& random) {
  const double u = random.uniform();
  return u < 0.78 ? 1 : u < 0.92 ? 2 : u < 0.97 ? 3 : 4 + static_cast<std::int64_t>(random.index(4));
}

double peril(Device device) {
  switch (device) {
    case Device::ap_mine: return 1.0;
    case Device::av_mine: return 0.35;
    case Device::booby_trap:
    case Device::ied: return 2.0;
    default: return 0.3;
  }
}

/// Chooses items by how often people pass them; each at most once.
class Encounters {
 public:
  Encounters(const Ground& ground, const ItemsByParcel& by_parcel, const std::vector<TrueItem>& items) {
    double sum = 0;
    up_to_.reserve(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      const bool can_happen =
          items[i].fate == TrueItem::Fate::remains || items[i].fate == TrueItem::Fate::lifted_or_decayed;
      sum += can_happen ? peril(items[i].device) * ground.presence(by_parcel.parcel_of_item[i]) : 0;
      up_to_.push_back(sum);
    }
  }
  /// -1 when no item is left that people could meet.
  std::int64_t next(const std::vector<TrueItem>& items, base::Random& random) const {
    for (int attempt = 0; attempt < 100 && !up_to_.empty() && up_to_.back() > 0; ++attempt) {
      const auto at = static_cast<std::size_t>(
          std::upper_bound(up_to_.begin(), up_to_.end(), random.uniform() * up_to_.back()) - up_to_.begin());
      if (at < items.size() && items[at].fate != TrueItem::Fate::detonated) {
        return static_cast<std::int64_t>(at);
      }
    }
    return -1;
  }

 private:
  std::vector<double> up_to_;
};

mineaction::Victim victim_of(const Era& era, base::Random& random) {
  constexpr std::array<const char*, 6> kCivilian = {"farming",         "herding", "travelling",
                                                    "collecting wood", "playing", "returning home"};
  mineaction::Victim victim;
  const bool child = random.chance(era.child);
  victim.civilian = child || random.chance(era.civilian);
  victim.sex = random.chance(era.female) ? mineaction::Sex::female : mineaction::Sex::male;
  if (child || !random.chance(0.12)) {
    victim.age =
        static_cast<std::int64_t>(child ? 5 + random.index(13) : 18 + random.index(*victim.civilian ? 52 : 27));
  }
  victim.outcome = random.chance(*victim.civilian ? era.civilian_killed : era.military_killed) ? VictimOutcome::killed
                                                                                               : VictimOutcome::injured;
  victim.activity = *victim.civilian      ? kCivilian[random.index(kCivilian.size())]
                    : random.chance(0.12) ? "demining"
                                          : "military duty";
  return victim;
}

struct Event {
  mineaction::Accident accident;
  std::vector<mineaction::Victim> victims;
};

Event happen(TrueItem& item, double year, std::int64_t people, const Era& era, base::Random& random) {
  constexpr std::array<double, 5> kPrecision_m = {10, 50, 100, 300, 1000};
  Event event;
  event.accident.occurred_on = day_of(year);
  event.accident.device = random.chance(0.06) ? Device::unknown : item.device;
  const bool old = year < 2005;
  const double precision_m = kPrecision_m[std::min<std::size_t>(4, random.index(4) + (old ? 1 : 0))];
  if (!old || !random.chance(0.05)) {
    event.accident.precision_m = precision_m;
    event.accident.position = geo::Xy{item.position.x + random.normal(0, precision_m / 2),
                                      item.position.y + random.normal(0, precision_m / 2)};
  }
  item.fate = TrueItem::Fate::detonated;
  event.accident.killed = 0;
  event.accident.injured = 0;
  for (std::int64_t i = 0; i < people; ++i) {
    event.victims.push_back(victim_of(era, random));
    ++(event.victims.back().outcome == VictimOutcome::killed ? *event.accident.killed : *event.accident.injured);
  }
  return event;
}

}  // namespace

Casualties suffer_accidents(const Parameters& parameters, std::uint64_t seed, const Ground& ground,
                            const ItemsByParcel& by_parcel, std::vector<TrueItem>& items) {
  const Encounters encounters(ground, by_parcel, items);
  std::vector<Event> events;
  for (const bool since : {false, true}) {
    base::Random random = stream(seed, Stream::accidents, since ? 1 : 0);
    auto people_left = static_cast<std::int64_t>(since ? parameters.casualties_since
                                                       : parameters.casualties_total - parameters.casualties_since);
    while (people_left > 0) {
      const std::int64_t at = encounters.next(items, random);
      if (at < 0) {
        break;
      }
      const std::int64_t people = random.chance(0.04) ? 0 : std::min(people_left, people_hit(random));
      const double year = since ? year_since(random) : year_before(random);
      events.push_back(happen(items[static_cast<std::size_t>(at)], year, people, since ? kSince : kBefore, random));
      people_left -= people;
    }
  }
  std::stable_sort(events.begin(), events.end(),
                   [](const Event& a, const Event& b) { return a.accident.occurred_on < b.accident.occurred_on; });
  Casualties casualties;
  for (Event& event : events) {
    event.accident.accident_id = fmt::format("AC-{:05}", casualties.accidents.size() + 1);
    for (mineaction::Victim& victim : event.victims) {
      victim.accident_id = event.accident.accident_id;
      victim.victim_id = fmt::format("VI-{:05}", casualties.victims.size() + 1);
      victim.person_key = base::content_hash(fmt::format("{} {}", seed, victim.victim_id)).substr(0, 24);
      casualties.victims.push_back(std::move(victim));
    }
    casualties.accidents.push_back(std::move(event.accident));
  }
  return casualties;
}

}  // namespace firmground::simulate
