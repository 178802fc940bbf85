#include "simulate/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>

#include "base/parallel.h"

namespace firmground::simulate {

namespace {

using mineaction::Device;
using mineaction::Method;

constexpr std::size_t kItemsPerBlock = 8192;
constexpr double kErwSurvival = 0.9;
constexpr double kWholeFieldLifted = -1;  ///< in place of a share that survives
constexpr double kOverlookedByLifters = 0.02;
constexpr double kSpread = 7;  ///< beta concentration of survival between fields

/// What a release really did: how well it detects, and which side of the polygon it did not reach.
struct Sweep {
  double mines = 0;
  double erw = 0;
  double east = 1;  ///< direction in which the searched part ends
  double north = 0;
  double until_m = std::numeric_limits<double>::infinity();

  bool reached(geo::Xy p) const { return p.x * east + p.y * north <= until_m; }
};

double between_releases(double mean, double concentration, base::Random& random) {
  return mean <= 0 || mean >= 1 ? mean : random.beta(mean * concentration, (1 - mean) * concentration);
}

/// The searched part is the polygon cut by a straight line so that `coverage` of its area lies on the searched side.
void cut_unreached(const Release& release, const Lattice& parcels, double coverage, base::Random& random,
                   Sweep& sweep) {
  const double angle = random.uniform(0, 6.283185307179586);
  sweep.east = std::cos(angle);
  sweep.north = std::sin(angle);
  std::vector<double> along_m;
  for (const std::uint32_t parcel : release.parcels) {
    const auto c = parcels.corners(parcel);
    for (double u = 0.125; u < 1; u += 0.25) {
      for (double v = 0.125; v < 1; v += 0.25) {
        const geo::Xy p{(1 - v) * std::lerp(c[0].x, c[1].x, u) + v * std::lerp(c[3].x, c[2].x, u),
                        (1 - v) * std::lerp(c[0].y, c[1].y, u) + v * std::lerp(c[3].y, c[2].y, u)};
        if (!release.whole_hazard || geo::contains(release.record.geometry, p)) {
          along_m.push_back(p.x * sweep.east + p.y * sweep.north);
        }
      }
    }
  }
  const auto reached = static_cast<std::size_t>(coverage * static_cast<double>(along_m.size()));
  if (reached < along_m.size()) {
    std::nth_element(along_m.begin(), along_m.begin() + static_cast<std::ptrdiff_t>(reached), along_m.end());
    sweep.until_m = along_m[reached];
  }
}

Sweep sweep_of(const Parameters& p, const Release& release, const Lattice& parcels, base::Random random) {
  Sweep sweep;
  std::array<double, 2> mean{};  // mines, ERW
  switch (release.record.method) {
    case Method::manual: mean = {p.detection_manual, p.detection_manual}; break;
    case Method::mechanical: mean = {p.detection_mechanical, p.detection_mechanical}; break;
    case Method::animal: mean = {p.detection_animal, p.detection_animal}; break;
    case Method::bac: mean = {p.detection_bac_mines, p.detection_bac_erw}; break;
    case Method::eod: mean = {p.detection_eod, p.detection_eod}; break;
    case Method::technical_survey: mean = {p.detection_technical_survey, p.detection_technical_survey}; break;
    case Method::nts:
    case Method::unknown: break;
  }
  sweep.mines = between_releases(mean[0], p.detection_concentration, random);
  sweep.erw = between_releases(mean[1], p.detection_concentration, random);
  if (release.record.coverage.value_or(0) < 1 && release.record.coverage) {
    cut_unreached(release, parcels, *release.record.coverage, random, sweep);
  }
  return sweep;
}

enum Group : std::size_t { kAp, kAv, kErw, kOther, kGroups };

Group group_of(Device device) {
  return device == Device::ap_mine ? kAp : device == Device::av_mine ? kAv : mineaction::is_erw(device) ? kErw : kOther;
}

/// Share of each field still there in 2020.
std::vector<double> survival_by_field(const Parameters& parameters, std::uint64_t seed,
                                      const std::vector<TrueItem>& items) {
  std::int32_t last = -1;
  for (const TrueItem& item : items) {
    last = std::max(last, item.field);
  }
  std::vector<double> survival;
  for (std::int32_t field = 0; field <= last; ++field) {
    base::Random random = stream(seed, Stream::fates, static_cast<std::uint64_t>(field));
    survival.push_back(random.chance(parameters.whole_field_lifted)
                           ? 0.02
                           : random.beta(parameters.survival * kSpread, (1 - parameters.survival) * kSpread));
  }
  return survival;
}

/// Per item: it is still there when `lifting` is below `endures`; it comes to light when it is still there and
/// `in_reach`.
struct Chances {
  std::vector<float> endures;
  std::vector<std::uint8_t> in_reach;  ///< 0 no, 1 in a release, 2 by a spot task
};

/// The strength of lifting below which an item is still there: u < s^lifting  <=>  lifting < ln u / ln s.
float endurance(double stays, double luck) {
  if (stays == kWholeFieldLifted) {
    return luck < kOverlookedByLifters ? std::numeric_limits<float>::infinity() : -1.0F;
  }
  return static_cast<float>(std::log(luck) / std::log(stays));
}

Chances chances_of(const Parameters& parameters, std::uint64_t seed, const Ground& ground, const Operations& operations,
                   const ItemsByParcel& by_parcel, const std::vector<TrueItem>& items) {
  std::vector<Sweep> sweeps(operations.releases.size());
  base::parallel_for(sweeps.size(), 64, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      sweeps[i] = sweep_of(parameters, operations.releases[i], ground.parcels, stream(seed, Stream::search, i));
    }
  });
  const std::vector<double> survival = survival_by_field(parameters, seed, items);
  Chances chances{std::vector<float>(items.size()), std::vector<std::uint8_t>(items.size(), 0)};
  base::parallel_for(items.size(), kItemsPerBlock, [&](std::size_t begin, std::size_t end) {
    base::Random random = stream(seed, Stream::fates, (std::uint64_t{1} << 32) + begin);
    for (std::size_t i = begin; i < end; ++i) {
      const TrueItem& item = items[i];
      const double stays = item.field >= 0                    ? survival[static_cast<std::size_t>(item.field)]
                           : mineaction::is_mine(item.device) ? parameters.survival
                                                              : kErwSurvival;
      const double luck = random.uniform();
      const double detect = random.uniform();
      const double report = random.uniform();
      chances.endures[i] = endurance(stays, luck);
      const std::int32_t parcel = by_parcel.parcel_of_item[i];
      const std::int32_t at = parcel >= 0 ? operations.of_parcel[static_cast<std::size_t>(parcel)] : -1;
      bool released = false;
      if (at >= 0) {
        const Release& release = operations.releases[static_cast<std::size_t>(at)];
        released = !release.whole_hazard || geo::contains(release.record.geometry, item.position);
        const Sweep& sweep = sweeps[static_cast<std::size_t>(at)];
        const double detection = mineaction::is_erw(item.device) ? sweep.erw : sweep.mines;
        chances.in_reach[i] = released && detect < detection && sweep.reached(item.position) ? 1 : 0;
      }
      if (!released && report < parameters.spot_rate * ground.presence(parcel)) {
        chances.in_reach[i] = 2;
      }
    }
  });
  return chances;
}

/// The strength of lifting at which exactly `wanted` items of the group come to light; 1 when no total is wanted.
double lifting_for(const Chances& chances, const std::vector<TrueItem>& items, Group group, double wanted) {
  if (wanted <= 0) {
    return 1;
  }
  std::vector<float> endures;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (chances.in_reach[i] != 0 && group_of(items[i].device) == group) {
      endures.push_back(chances.endures[i]);
    }
  }
  const auto count = static_cast<std::size_t>(wanted);
  if (count >= endures.size()) {
    return 0;  // everything in reach comes to light, and it is still too little
  }
  const auto at = endures.begin() + static_cast<std::ptrdiff_t>(count);
  std::nth_element(endures.begin(), at, endures.end(), std::greater<>());
  return *at;
}

std::string model_of(const TrueItem& item, base::Random& random) {
  using Models = std::array<const char*, 4>;
  static constexpr Models kApModels = {"PMN", "PMN-2", "POMZ-2M", "OZM-72"};
  static constexpr Models kAvModels = {"TM-57", "TM-62M", "TM-46", "TM-72"};
  static constexpr Models kUxoModels = {"122 mm shell", "82 mm mortar bomb", "152 mm shell", "RPG-7 grenade"};
  static constexpr Models kSubmunitions = {"ShOAB-0.5", "9N210", "AO-2.5RT", "9N235"};
  static constexpr Models kAxoModels = {"RGD-5 grenade", "82 mm mortar bomb", "7.62 mm box", "F-1 grenade"};
  if (random.chance(0.08)) {
    return {};
  }
  // One field was laid with what the unit had.
  const std::size_t any = random.index(4);
  const std::size_t pick =
      item.field >= 0 && !random.chance(0.06) ? (static_cast<std::size_t>(item.field) * 2654435761U >> 7) % 4 : any;
  switch (item.device) {
    case Device::ap_mine: return kApModels[pick];
    case Device::av_mine: return kAvModels[pick];
    case Device::submunition: return kSubmunitions[pick];
    case Device::axo: return kAxoModels[pick];
    case Device::uxo:
    case Device::erw: return kUxoModels[pick];
    default: return {};
  }
}

struct Entry {
  mineaction::Find find;
  std::vector<std::uint32_t> items;
};

/// Items found side by side on one day are often entered as one line with a count.
bool same_entry(const TrueItem& item, const TrueItem& first, const Entry& entry, base::Random& random) {
  const bool near = std::hypot(item.position.x - first.position.x, item.position.y - first.position.y) < 4;
  return near && item.device == first.device && entry.find.count < 80 &&
         random.chance(item.device == Device::axo ? 0.95 : 0.35);
}

mineaction::Find enter(const TrueItem& item, const Release* release, base::Random& random) {
  mineaction::Find find;
  find.device = item.device;
  find.model = model_of(item, random);
  find.position = {item.position.x + random.normal(0, 2.5), item.position.y + random.normal(0, 2.5)};
  const auto begin = release != nullptr ? release->started.first_day() : kOperationsBegin.first_day();
  const auto end = release != nullptr ? release->record.completed_on.first_day() : kAsOf.first_day();
  const auto days = static_cast<std::size_t>((end - begin).count() + 1);
  find.found_on = base::Date(begin + std::chrono::days(random.index(days)));
  if (release != nullptr) {
    find.release_id = release->record.release_id;
  }
  const double deep_cm =
      mineaction::is_mine(item.device) ? random.uniform(0, 15) : std::min(90.0, random.exponential(9));
  if (!random.chance(0.1)) {
    find.depth_cm = std::round(deep_cm);
  }
  return find;
}

/// Found items in the order of releases (spot tasks last), entered one after another.
std::vector<Entry> entries_of(std::uint64_t seed, const Operations& operations, const ItemsByParcel& by_parcel,
                              const Chances& chances, const std::vector<TrueItem>& items) {
  std::vector<std::vector<std::uint32_t>> by_release(operations.releases.size() + 1);
  for (std::uint32_t i = 0; i < items.size(); ++i) {
    if (items[i].fate == TrueItem::Fate::found) {
      const bool spot = chances.in_reach[i] == 2;
      const std::int32_t parcel = by_parcel.parcel_of_item[i];
      by_release[spot ? operations.releases.size()
                      : static_cast<std::size_t>(operations.of_parcel[static_cast<std::size_t>(parcel)])]
          .push_back(i);
    }
  }
  std::vector<std::vector<Entry>> entered(by_release.size());
  base::parallel_for(by_release.size(), 64, [&](std::size_t begin, std::size_t end) {
    for (std::size_t r = begin; r < end; ++r) {
      base::Random random = stream(seed, Stream::finds, r);
      const Release* release = r < operations.releases.size() ? &operations.releases[r] : nullptr;
      for (const std::uint32_t i : by_release[r]) {
        if (!entered[r].empty() && same_entry(items[i], items[entered[r].back().items[0]], entered[r].back(), random)) {
          ++entered[r].back().find.count;
          entered[r].back().items.push_back(i);
        } else {
          entered[r].push_back({enter(items[i], release, random), {i}});
        }
      }
    }
  });
  std::vector<Entry> entries;
  for (auto& list : entered) {
    std::move(list.begin(), list.end(), std::back_inserter(entries));
  }
  return entries;
}

}  // namespace

std::vector<mineaction::Find> search_releases(const Parameters& parameters, std::uint64_t seed, const Ground& ground,
                                              const Operations& operations, const ItemsByParcel& by_parcel,
                                              std::vector<TrueItem>& items) {
  const Chances chances = chances_of(parameters, seed, ground, operations, by_parcel, items);
  const std::array<double, kGroups> lifting = {lifting_for(chances, items, kAp, parameters.ap_found),
                                               lifting_for(chances, items, kAv, parameters.av_found),
                                               lifting_for(chances, items, kErw, parameters.erw_found), 1.0};
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool there = static_cast<double>(chances.endures[i]) > lifting[group_of(items[i].device)];
    items[i].fate = !there                     ? TrueItem::Fate::lifted_or_decayed
                    : chances.in_reach[i] != 0 ? TrueItem::Fate::found
                                               : TrueItem::Fate::remains;
  }
  std::vector<Entry> entries = entries_of(seed, operations, by_parcel, chances, items);
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.find.found_on < b.find.found_on; });
  std::vector<mineaction::Find> finds;
  for (Entry& entry : entries) {
    for (const std::uint32_t i : entry.items) {
      items[i].find = static_cast<std::int32_t>(finds.size());
    }
    entry.find.find_id = fmt::format("FI-{:06}", finds.size() + 1);
    finds.push_back(std::move(entry.find));
  }
  return finds;
}

}  // namespace firmground::simulate
