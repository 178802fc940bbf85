#include "evidence/record_accuracy.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>

#include "base/parallel.h"
#include "evidence/accuracy_figures.h"
#include "mineaction/code_lists.h"

namespace firmground::evidence {

namespace {

using geo::Xy;
using Members = std::vector<std::size_t>;

/// Blunders of projection, zone or axes move a record by more than that; their cause tells it, a mean does not.
constexpr double kFarOff_m = 500;

/// What figures of every group are made from.
struct Programme {
  const mineaction::Snapshot& snapshot;
  const Reconciliation& result;
  const std::vector<RecordEvidence>& evidence;
  std::vector<FindCluster> clusters;
  std::optional<double> m2_per_field, m2_per_day;
};

const mineaction::MinefieldRecord& record_of(const Programme& all, std::size_t i) {
  return all.snapshot.minefield_records[all.evidence[i].record];
}

/// Chance that the true middle lies within `reach_m` of the drawn one: a round normal law about the likeliest offset
/// with half of it inside the 50 % radius.
double chance_within(const RecordVerdict& verdict, double reach_m) {
  constexpr int kRings = 24;
  constexpr int kSpokes = 24;
  const double sigma_m = std::max(1.0, verdict.radius50_m) / std::sqrt(2 * std::numbers::ln2);
  int inside = 0;
  for (int ring = 0; ring < kRings; ++ring) {
    const double away_m = sigma_m * std::sqrt(-2 * std::log(1 - (ring + 0.5) / kRings));
    for (int spoke = 0; spoke < kSpokes; ++spoke) {
      const double angle = 2 * std::numbers::pi * (spoke + 0.5) / kSpokes;
      inside += std::hypot(verdict.dx_m + away_m * std::cos(angle), verdict.dy_m + away_m * std::sin(angle)) <= reach_m;
    }
  }
  return static_cast<double>(inside) / (kRings * kSpokes);
}

bool is_located(const Programme& all, std::size_t i) {
  return all.evidence[i].found > 0 && !all.evidence[i].drawn.empty();
}

double bearing_deg(Xy move) {
  return std::fmod(std::atan2(move.x, move.y) * 180 / std::numbers::pi + 360, 360);
}

/// Mean move from the drawn to the true place: its length, or its bearing.
struct Moves {
  std::vector<Xy> moves;
  std::vector<double> weights;

  Xy mean(std::span<const std::uint16_t> times) const {
    Xy sum;
    double all = 0;
    for (std::size_t i = 0; i < moves.size(); ++i) {
      sum.x += times[i] * weights[i] * moves[i].x;
      sum.y += times[i] * weights[i] * moves[i].y;
      all += times[i] * weights[i];
    }
    return {sum.x / all, sum.y / all};
  }
};

Moves moves_of(const Programme& all, const Members& members) {
  Moves moves;
  for (const std::size_t i : members) {
    const RecordVerdict& verdict = all.result.records[i];
    if (is_located(all, i) && std::hypot(verdict.dx_m, verdict.dy_m) < kFarOff_m) {
      moves.moves.push_back({-verdict.dx_m, -verdict.dy_m});
      moves.weights.push_back(verdict.probability_exists);
    }
  }
  return moves;
}

/// Least squares in the complex plane: true = a drawn + b.
std::optional<GroupFit> fit_of(const Programme& all, const Members& members) {
  using Complex = std::complex<double>;
  std::vector<std::pair<Complex, Complex>> pairs;
  Complex drawn_mean;
  Complex true_mean;
  for (const std::size_t i : members) {
    const RecordVerdict& verdict = all.result.records[i];
    if (is_located(all, i) && std::hypot(verdict.dx_m, verdict.dy_m) < kFarOff_m) {
      const Xy at = geo::centroid(record_of(all, i).geometry);
      pairs.emplace_back(Complex(at.x, at.y), Complex(at.x - verdict.dx_m, at.y - verdict.dy_m));
      drawn_mean += pairs.back().first;
      true_mean += pairs.back().second;
    }
  }
  if (pairs.size() < kEnoughForInterval) {
    return std::nullopt;
  }
  const auto n = static_cast<double>(pairs.size());
  drawn_mean /= n;
  true_mean /= n;
  Complex product;
  double square = 0;
  for (const auto& [drawn, truth] : pairs) {
    product += std::conj(drawn - drawn_mean) * (truth - true_mean);
    square += std::norm(drawn - drawn_mean);
  }
  if (square == 0) {
    return std::nullopt;
  }
  const Complex turn = product / square;
  double residual = 0;
  for (const auto& [drawn, truth] : pairs) {
    residual += std::norm(truth - true_mean - turn * (drawn - drawn_mean));
  }
  return GroupFit{std::arg(turn) * 180 / std::numbers::pi, std::abs(turn), std::sqrt(residual / n),
                  static_cast<std::int64_t>(pairs.size())};
}

void measure_location(const Programme& all, const Members& members, base::Random& random, AccuracyGroup& group) {
  std::vector<Weighted> moved;
  std::vector<Weighted> turned;
  std::vector<Weighted> residual;
  for (const std::size_t i : members) {
    const RecordVerdict& verdict = all.result.records[i];
    const RecordEvidence& evidence = all.evidence[i];
    if (is_located(all, i)) {
      moved.push_back({std::hypot(verdict.dx_m, verdict.dy_m), verdict.probability_exists});
    }
    if (evidence.fit) {
      residual.push_back({evidence.fit->residual_m, verdict.probability_exists});
      if (evidence.fit->rotation_deg) {
        turned.push_back({*evidence.fit->rotation_deg, verdict.probability_exists});
      }
    }
  }
  group.moved_m = median_of(std::move(moved), random);
  group.rotation_deg = median_of(std::move(turned), random);
  group.residual_m = median_of(std::move(residual), random);
  const Moves moves = moves_of(all, members);
  const std::vector<std::uint16_t> once(moves.moves.size(), 1);
  const double centre_deg = moves.moves.empty() ? 0 : bearing_deg(moves.mean(once));
  group.shift_m = bootstrapped(moves.moves.size(), random, [&](std::span<const std::uint16_t> times) {
    const Xy mean = moves.mean(times);
    return std::hypot(mean.x, mean.y);
  });
  group.bearing_deg = bootstrapped(moves.moves.size(), random, [&](std::span<const std::uint16_t> times) {
    return centre_deg + std::remainder(bearing_deg(moves.mean(times)) - centre_deg, 360);
  });
  group.fit = fit_of(all, members);
}

void measure_overlap(const Programme& all, const Members& members, base::Random& random, AccuracyGroup& group) {
  std::vector<Weighted> drawn;
  std::vector<Weighted> placed;
  for (const std::size_t i : members) {
    const double weight = all.result.records[i].probability_exists;
    if (all.evidence[i].iou_drawn) {
      drawn.push_back({*all.evidence[i].iou_drawn, weight});
    }
    if (all.evidence[i].iou) {
      placed.push_back({*all.evidence[i].iou, weight});
    }
  }
  group.overlap_drawn = mean_of(drawn, random);
  group.overlap = mean_of(placed, random);
}

bool is_counted(const Programme& all, std::size_t i) {
  return record_of(all, i).mines_recorded.value_or(0) > 0 && all.evidence[i].effort >= kSearchedEnough;
}

std::int64_t found_as_recorded(const Programme& all, std::size_t i) {
  const bool any = record_of(all, i).device == mineaction::Device::unknown;
  return any ? all.evidence[i].found : all.evidence[i].found_of_type;
}

PartOf count_of(const Programme& all, std::size_t i) {
  return {static_cast<double>(found_as_recorded(all, i)),
          static_cast<double>(*record_of(all, i).mines_recorded) * all.evidence[i].effort};
}

void measure_count(const Programme& all, const Members& members, base::Random& random, AccuracyGroup& group) {
  std::map<std::string, std::vector<PartOf>> by_device;
  std::vector<PartOf> counts;
  std::vector<PartOf> types;
  for (const std::size_t i : members) {
    const RecordEvidence& evidence = all.evidence[i];
    if (is_counted(all, i)) {
      counts.push_back(count_of(all, i));
      by_device[std::string(mineaction::to_string(record_of(all, i).device))].push_back(counts.back());
    }
    if (record_of(all, i).device != mineaction::Device::unknown && evidence.found > 0) {
      types.push_back({static_cast<double>(evidence.found_of_type), static_cast<double>(evidence.found)});
    }
  }
  group.found_of_recorded = ratio_of(counts, random);
  group.type_agreement = ratio_of(types, random);
  for (const auto& [device, of_device] : by_device) {
    TypeCount count{device, static_cast<std::int64_t>(of_device.size()), 0, 0, ratio_of(of_device, random)};
    for (const PartOf& each : of_device) {
      count.found += std::llround(each.part);
      count.recorded += each.whole;
    }
    group.by_type.push_back(std::move(count));
  }
}

/// Clusters in the country of the group: the box round where its fields lie.
void measure_completeness(const Programme& all, const Members& members, base::Random& random, AccuracyGroup& group) {
  constexpr double kRound_m = 500;
  geo::Box country;
  for (const std::size_t i : members) {
    if (all.result.records[i].probability_exists >= 0.5 && !all.evidence[i].ground.empty()) {
      country.include(geo::centroid(all.evidence[i].ground));
    }
  }
  std::vector<double> unrecorded;
  for (const FindCluster& cluster : all.clusters) {
    if (group.by == "all" || (!country.empty() && country.grown(kRound_m).contains(cluster.middle))) {
      unrecorded.push_back(cluster.away_m ? 0 : 1);
    }
  }
  group.unrecorded = share_of(unrecorded, random);
}

void measure_causes(const Programme& all, const Members& members, base::Random& random, AccuracyGroup& group) {
  std::map<std::string, std::vector<PartOf>> weights;
  std::map<std::string, std::vector<double>> ratios;
  Members judged;
  for (const std::size_t i : members) {
    if (all.evidence[i].searched_near && !all.result.records[i].hypotheses.empty()) {
      judged.push_back(i);
      for (const auto& [id, weight] : all.result.records[i].hypotheses) {
        weights[id];
      }
    }
  }
  for (auto& [id, parts] : weights) {
    for (const std::size_t i : judged) {
      const RecordVerdict& verdict = all.result.records[i];
      const auto at = verdict.hypotheses.find(id);
      const double weight = at == verdict.hypotheses.end() ? 0 : at->second;
      parts.push_back({verdict.probability_exists * weight, verdict.probability_exists});
      if (verdict.hypothesis == id) {
        ratios[id].push_back(verdict.against_recorded);
      }
    }
    Cause cause{id, ratio_of(parts, random), 0, std::nullopt};
    std::vector<double>& times = ratios[id];
    cause.likeliest = static_cast<std::int64_t>(times.size());
    std::erase_if(times, [](double ratio) { return ratio <= 0; });
    if (!times.empty()) {
      std::sort(times.begin(), times.end());
      cause.times_likelier = times[times.size() / 2];
    }
    group.causes.push_back(std::move(cause));
  }
  std::stable_sort(group.causes.begin(), group.causes.end(), [](const Cause& a, const Cause& b) {
    return a.share.value.value_or(-1) > b.share.value.value_or(-1);
  });
}

/// Ground within `reach_m` of an outline, as of a convex one (Steiner).
double grown_area_m2(const geo::PlanarGeometry& ground, double reach_m) {
  double area = 0;
  double edge = 0;
  for (const auto& polygon : ground.polygons) {
    area += std::abs(geo::planar_ring_area(polygon.outer));
    for (std::size_t k = 0; k < polygon.outer.size(); ++k) {
      const Xy a = polygon.outer[k];
      const Xy b = polygon.outer[(k + 1) % polygon.outer.size()];
      edge += std::hypot(b.x - a.x, b.y - a.y);
    }
  }
  return area + edge * reach_m + std::numbers::pi * reach_m * reach_m;
}

/// Ground that holds the field with 90 %, given that it was laid: round the outline under each reading, the likeliest
/// first, as far as a normal law reaches of which half lies within the 50 % radius.
double region90_m2(const RecordVerdict& verdict, const geo::PlanarGeometry& ground) {
  const double reach_m =
      std::min(verdict.radius90_m, verdict.radius50_m * std::sqrt(std::numbers::ln10 / std::numbers::ln2));
  std::vector<double> weights;
  weights.reserve(verdict.hypotheses.size());
  for (const auto& [id, weight] : verdict.hypotheses) {
    weights.push_back(weight);
  }
  std::sort(weights.rbegin(), weights.rend());
  double told = 0;
  double readings = 0;
  for (const double weight : weights) {
    if (told < 0.9) {
      told += weight;
      ++readings;
    }
  }
  return std::max(1.0, readings) * grown_area_m2(ground, reach_m);
}

void measure_usefulness(const Programme& all, const Members& members, base::Random& random, AccuracyGroup& group) {
  if (!all.m2_per_field) {
    return;
  }
  std::vector<Weighted> saved;
  std::vector<Weighted> days;
  for (const std::size_t i : members) {
    if (all.evidence[i].ground.empty()) {
      continue;
    }
    const RecordVerdict& verdict = all.result.records[i];
    const double without_m2 = 0.9 * verdict.probability_exists * *all.m2_per_field;
    // Who knows how large the region is leaves it aside where it would cost more than it saves.
    saved.push_back({std::max(0.0, without_m2 - region90_m2(verdict, all.evidence[i].ground)), 1});
    if (all.m2_per_day) {
      days.push_back({saved.back().value / *all.m2_per_day, 1});
    }
  }
  group.saved_m2 = mean_of(saved, random);
  group.saved_days = mean_of(days, random);
}

/// Chance that a record passes a definition; nothing where nothing tells.
using Pass = std::optional<double> (*)(const Programme&, std::size_t);

struct Reading {
  const char* id;
  const char* words;
  Pass pass;
};

std::optional<double> when(bool told, double chance) {
  return told ? std::optional(chance) : std::nullopt;
}

double laid(const Programme& all, std::size_t i) {
  return all.result.records[i].probability_exists;
}

bool told_as_drawn(const Programme& all, std::size_t i) {
  return all.evidence[i].nearest_m.has_value();
}

std::optional<double> laid_within(const Programme& all, std::size_t i, double reach_m) {
  return when(all.evidence[i].searched_near && !all.evidence[i].drawn.empty(),
              laid(all, i) * chance_within(all.result.records[i], reach_m));
}

constexpr Reading kReadings[] = {
    {"laid", "the field was laid",
     [](const Programme& all, std::size_t i) { return when(all.evidence[i].searched_near, laid(all, i)); }},
    {"not-misread", "the field was laid and the record was not misread",
     [](const Programme& all, std::size_t i) {
       const RecordVerdict& verdict = all.result.records[i];
       const auto at = verdict.hypotheses.find("as-recorded");
       return when(all.evidence[i].searched_near && !verdict.hypotheses.empty(),
                   laid(all, i) * (at == verdict.hypotheses.end() ? 0 : at->second));
     }},
    {"within-100-m", "the field was laid, its middle within 100 m of where it was drawn",
     [](const Programme& all, std::size_t i) { return laid_within(all, i, 100); }},
    {"within-50-m", "the field was laid, its middle within 50 m of where it was drawn",
     [](const Programme& all, std::size_t i) { return laid_within(all, i, 50); }},
    {"mine-within-50-m", "a mine was found within 50 m of the outline as drawn (as the situation report counts)",
     [](const Programme& all, std::size_t i) {
       return when(told_as_drawn(all, i), all.evidence[i].nearest_m.value_or(0) <= 50 ? 1 : 0);
     }},
    {"mine-inside", "a mine was found inside the outline as drawn",
     [](const Programme& all, std::size_t i) {
       return when(told_as_drawn(all, i), all.evidence[i].mines_in_drawn > 0 ? 1 : 0);
     }},
    {"half-the-mines-inside", "half the mines recorded, by what was searched, were found inside the outline as drawn",
     [](const Programme& all, std::size_t i) {
       const double recorded = static_cast<double>(record_of(all, i).mines_recorded.value_or(0));
       return when(
           told_as_drawn(all, i) && recorded > 0,
           static_cast<double>(all.evidence[i].mines_in_drawn) >= recorded * all.evidence[i].drawn_effort / 2 ? 1 : 0);
     }},
    {"half-the-mines", "half the mines recorded, by what was searched, were found where the field lies",
     [](const Programme& all, std::size_t i) {
       if (!is_counted(all, i)) {
         return std::optional<double>();
       }
       const PartOf count = count_of(all, i);
       return std::optional<double>(2 * count.part >= count.whole ? 1 : 0);
     }},
    {"category-found", "a mine of the recorded category was found where the field lies",
     [](const Programme& all, std::size_t i) {
       return when(all.evidence[i].effort >= kSearchedEnough && record_of(all, i).device != mineaction::Device::unknown,
                   all.evidence[i].found_of_type > 0 ? 1 : 0);
     }},
    {"overlap-25", "the outline as drawn and the hull of the mines share a quarter of what both cover",
     [](const Programme& all, std::size_t i) {
       return when(all.evidence[i].iou_drawn.has_value(), all.evidence[i].iou_drawn.value_or(0) >= 0.25 ? 1 : 0);
     }},
};

void measure_definitions(const Programme& all, const Members& members, base::Random& random, AccuracyGroup& group) {
  for (const Reading& reading : kReadings) {
    std::vector<double> chances;
    for (const std::size_t i : members) {
      if (const auto chance = reading.pass(all, i)) {
        chances.push_back(*chance);
      }
    }
    group.definitions.push_back({reading.id, reading.words, share_of(chances, random)});
  }
  std::vector<PartOf> mines;
  for (const std::size_t i : members) {
    if (record_of(all, i).mines_recorded.value_or(0) > 0) {
      mines.push_back(
          {static_cast<double>(found_as_recorded(all, i)), static_cast<double>(*record_of(all, i).mines_recorded)});
    }
  }
  group.definitions.push_back(
      {"mines-found", "mines found so far of those recorded, searched or not", ratio_of(mines, random)});
  group.definitions.push_back(
      {"mines-found-where-searched", "mines found of those recorded, by what was searched", group.found_of_recorded});
  AccuracyFigure recorded = group.unrecorded;
  if (recorded.value) {
    recorded.value = 1 - *recorded.value;
    std::swap(recorded.p05, recorded.p95);
    for (auto* bound : {&recorded.p05, &recorded.p95}) {
      *bound = bound->has_value() ? std::optional(1 - **bound) : std::nullopt;
    }
  }
  group.definitions.push_back({"clusters-recorded", "clusters of mines found that have a record near", recorded});
}

void measure(const Programme& all, const Members& members, std::uint64_t seed, std::uint64_t stream,
             AccuracyGroup& group) {
  base::Random random(seed, stream);
  group.records = static_cast<std::int64_t>(members.size());
  std::vector<double> chances;
  for (const std::size_t i : members) {
    if (all.evidence[i].searched_near) {
      chances.push_back(laid(all, i));
    }
  }
  group.searched = static_cast<std::int64_t>(chances.size());
  group.existence = share_of(chances, random);
  measure_location(all, members, random, group);
  measure_overlap(all, members, random, group);
  measure_count(all, members, random, group);
  measure_completeness(all, members, random, group);
  measure_causes(all, members, random, group);
  measure_usefulness(all, members, random, group);
  measure_definitions(all, members, random, group);
}

/// Members by what groups them; "all" first.
std::vector<std::pair<AccuracyGroup, Members>> groups_of(const Programme& all) {
  constexpr const char* kBy[] = {"source", "unit", "year", "sheet"};
  std::vector<std::map<std::string, Members>> by(std::size(kBy));
  std::vector<std::pair<AccuracyGroup, Members>> groups(1);
  groups.front().first.by = "all";
  for (std::size_t i = 0; i < all.evidence.size(); ++i) {
    const mineaction::MinefieldRecord& record = record_of(all, i);
    groups.front().second.push_back(i);
    by[0][record.source].push_back(i);
    by[1][record.unit].push_back(i);
    by[2][record.recorded_on ? std::to_string(record.recorded_on->year()) : ""].push_back(i);
    by[3][record.sheet].push_back(i);
  }
  for (std::size_t b = 0; b < by.size(); ++b) {
    for (auto& [name, members] : by[b]) {
      AccuracyGroup group;
      group.by = kBy[b];
      group.name = name;
      groups.emplace_back(std::move(group), std::move(members));
    }
  }
  return groups;
}

std::optional<double> median_productivity(const mineaction::Snapshot& snapshot) {
  std::vector<double> rates;
  for (const auto& team : snapshot.teams) {
    if (team.productivity_m2_day && *team.productivity_m2_day > 0) {
      rates.push_back(*team.productivity_m2_day);
    }
  }
  std::sort(rates.begin(), rates.end());
  return rates.empty() ? std::nullopt : std::optional(rates[rates.size() / 2]);
}

}  // namespace

RecordAccuracy record_accuracy(const mineaction::Snapshot& snapshot, const Reconciliation& result,
                               const AccuracyOptions& options) {
  RecordAccuracy accuracy;
  const SearchImage image(snapshot);
  accuracy.records = evidence_of(snapshot, result, image);
  Programme all{snapshot, result, accuracy.records, {}, {}, median_productivity(snapshot)};
  all.clusters = clusters_of(snapshot, image, accuracy.records, result, options.near_m);
  const auto met =
      std::count_if(all.clusters.begin(), all.clusters.end(), [](const FindCluster& c) { return c.searched; });
  if (met > 0 && result.searched_ha > 0) {
    all.m2_per_field = result.searched_ha * 1e4 / static_cast<double>(met);
  }
  accuracy.m2_per_field = all.m2_per_field;
  accuracy.m2_per_day = all.m2_per_day;
  auto groups = groups_of(all);
  base::parallel_for(groups.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t g = begin; g < end; ++g) {
      measure(all, groups[g].second, options.seed, g, groups[g].first);
    }
  });
  for (auto& [group, members] : groups) {
    accuracy.groups.push_back(std::move(group));
  }
  return accuracy;
}

std::vector<const Definition*> nearest_to(const AccuracyGroup& group, double stated) {
  std::vector<const Definition*> nearest;
  for (const Definition& definition : group.definitions) {
    if (definition.share.value) {
      nearest.push_back(&definition);
    }
  }
  std::stable_sort(nearest.begin(), nearest.end(), [&](const Definition* a, const Definition* b) {
    return std::abs(*a->share.value - stated) < std::abs(*b->share.value - stated);
  });
  return nearest;
}

}  // namespace firmground::evidence
