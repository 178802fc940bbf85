#include "estimate/composition.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <set>

#include "base/check.h"
#include "base/random.h"
#include "estimate/kind_law.h"

namespace firmground::estimate {

namespace {

constexpr double kNearest_m = 300;     ///< radius of the finest scale
constexpr double kFewestCells = 3;     ///< in it
constexpr double kNextScale = 2.3;     ///< radius over that of the scale below
constexpr double kNodesPerRadius = 3;  ///< of the lattices that kernel sums are kept on
constexpr std::int32_t kBucket = 8;    ///< side, in cells
constexpr double kByBucket = 40;       ///< radius in cells from which buckets stand for their cells
constexpr std::uint64_t kBlock = 40;   ///< side of the blocks that are held out, in cells
constexpr std::size_t kMostHeldOut = 3000;
constexpr std::uint64_t kPatch = 8;  ///< side in cells: of a stretch of a minefield, of the ground of one strike
constexpr std::array<std::uint64_t, 3> kSides = {kPatch, 20, 40};  ///< squares whose likeness is learned, in cells
constexpr double kNoEffects = 1e6;                                 ///< ridge that leaves the intercept alone
constexpr std::array kRidges = {1.0, 4.0, 16.0, kNoEffects};
constexpr std::size_t kFolds = 4;
constexpr std::uint8_t kFoundHere = 1;
constexpr std::uint8_t kRecorded = 2;

/// Biweight: smooth, and nothing beyond its radius.
double kernel(double squared, double radius) {
  const double left = 1 - squared / (radius * radius);
  return left > 0 ? left * left : 0;
}

std::uint64_t hash_of(std::uint64_t value) {
  return base::Random(29, value).bits();
}

/// Facts that n items alike are worth (Kish's design effect): 1 item is one, more are at most 1 + concentration.
double worth_of(double n, double concentration) {
  return n * (1 + concentration) / (n + concentration);
}

}  // namespace

struct Composition::Buckets {
  std::int32_t columns;
  std::int32_t rows;
  std::vector<std::vector<std::size_t>> facts;
  std::vector<Parts> part;  ///< of all facts of a bucket

  Buckets(const geo::Grid& grid, const std::vector<Fact>& all)
      : columns((grid.columns + kBucket - 1) / kBucket),
        rows((grid.rows + kBucket - 1) / kBucket),
        facts(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows)),
        part(facts.size()) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::size_t at = static_cast<std::size_t>(static_cast<std::int32_t>(all[i].row) / kBucket) *
                                 static_cast<std::size_t>(columns) +
                             static_cast<std::size_t>(static_cast<std::int32_t>(all[i].column) / kBucket);
      facts[at].push_back(i);
      for (std::size_t j = 0; j < part[at].size(); ++j) {
        part[at][j] += all[i].part[j];
      }
    }
  }

  /// Visits the buckets that a square of the given reach touches.
  template <typename Visit>
  void around(double column, double row, double reach, Visit visit) const {
    const auto bound = [](double at, std::int32_t last) {
      return std::clamp(static_cast<std::int32_t>(std::floor(at / kBucket)), 0, last);
    };
    for (std::int32_t r = bound(row - reach, rows - 1); r <= bound(row + reach, rows - 1); ++r) {
      for (std::int32_t c = bound(column - reach, columns - 1); c <= bound(column + reach, columns - 1); ++c) {
        visit(static_cast<std::size_t>(r) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(c),
              (c + 0.5) * kBucket - 0.5, (r + 0.5) * kBucket - 0.5);
      }
    }
  }

  /// Distance to the nearest fact, in cells.
  double nearest(const std::vector<Fact>& all, double column, double row) const {
    const double farthest = kBucket * static_cast<double>(std::max(columns, rows));
    for (double reach = kBucket;; reach *= 2) {
      double best = farthest * farthest;
      around(column, row, reach, [&](std::size_t bucket, double, double) {
        for (const std::size_t i : facts[bucket]) {
          const double x = static_cast<double>(all[i].column) - column;
          const double y = static_cast<double>(all[i].row) - row;
          best = std::min(best, x * x + y * y);
        }
      });
      if (best <= reach * reach || reach > farthest) {
        return std::sqrt(best);
      }
    }
  }
};

std::uint64_t Composition::square_of(const Fact& fact, std::uint64_t side) {
  return static_cast<std::uint64_t>(fact.row) / side << 32U | static_cast<std::uint64_t>(fact.column) / side;
}

struct Composition::HeldOut {
  std::vector<std::size_t> fact;
  std::vector<Parts> ground;                      ///< what the ground says, learned without the fact's fold
  std::vector<std::array<Parts, kScales>> local;  ///< kernel sums without what is nearer than its like ahead has any
  std::vector<Parts> recorded;
  std::vector<Parts> share;  ///< of all this together
};

Composition::Composition(const evidence::Observations& observations, evidence::OrdnanceClass ordnance_class,
                         const std::vector<SmoothEffect>& effects, const std::vector<CellAhead>& ahead)
    : observations_(observations),
      ordnance_class_(ordnance_class),
      kinds_(evidence::kinds_of(ordnance_class)),
      columns_(observations.grid.columns),
      first_column_(static_cast<std::int32_t>(observations.first_column())),
      first_row_(static_cast<std::int32_t>(observations.first_row())) {
  const evidence::KindFinds& finds = observations.kinds[static_cast<std::size_t>(ordnance_class)];
  if (finds.cells.empty()) {
    return;
  }
  learnt_.told = true;
  mark_cells(finds);
  set_scales();
  learnt_.strength.fill(8);
  learnt_.record_worth = any_recorded_ ? 0.5 : 0;
  HeldOut held;
  take_facts(finds);
  held.fact = sample();
  // What a cell's finds are worth is known once their concentration is: a second round takes that in.
  for (int round = 0; round < 2; ++round) {
    learnt_.fact_concentration = learnt_.cell_concentration;
    take_facts(finds);
    if (round == 0) {
      learn_ground(effects, held);
    }
    hold_out(Buckets(observations.grid, facts_), ahead, held);
    learn_strengths(held);
  }
  learn_likeness(held);
  learn_excess();
  learn_patches();
  for (const CovariateLogit& regression : ground_) {
    learnt_.ground.push_back(regression.coefficients());
  }
  spread_facts(nullptr);
}

Composition::Composition(const evidence::Observations& observations, evidence::OrdnanceClass ordnance_class,
                         const std::vector<SmoothEffect>& effects, LearntKinds learnt,
                         const std::vector<std::uint8_t>* near)
    : observations_(observations),
      ordnance_class_(ordnance_class),
      kinds_(evidence::kinds_of(ordnance_class)),
      columns_(observations.grid.columns),
      first_column_(static_cast<std::int32_t>(observations.first_column())),
      first_row_(static_cast<std::int32_t>(observations.first_row())),
      learnt_(std::move(learnt)) {
  if (!learnt_.told) {
    return;
  }
  const evidence::KindFinds& finds = observations.kinds[static_cast<std::size_t>(ordnance_class)];
  mark_cells(finds);
  set_scales();
  take_facts(finds);
  for (const std::vector<double>& coefficients : learnt_.ground) {
    ground_.emplace_back(observations, effects);
    ground_.back().take(coefficients);
  }
  std::vector<std::uint32_t> near_cells;
  for (std::uint32_t cell = 0; near != nullptr && cell < near->size(); ++cell) {
    if ((*near)[cell] != 0) {
      near_cells.push_back(cell);
    }
  }
  spread_facts(near == nullptr ? nullptr : &near_cells);
}

void Composition::set_scales() {
  double radius = std::max(kNearest_m / observations_.grid.cell_m, kFewestCells);
  for (Nearby& level : nearby_) {
    level.radius = radius;
    level.step = std::max(1, static_cast<std::int32_t>(radius / kNodesPerRadius));
    radius *= kNextScale;
  }
}

void Composition::mark_cells(const evidence::KindFinds& finds) {
  marks_.assign(observations_.grid.size(), 0);
  for (const evidence::KindCount& found : finds.cells) {
    marks_[found.cell] |= kFoundHere;
  }
  if (!observations_.records) {
    return;
  }
  const auto& records = observations_.records->records;
  for (const evidence::RecordShare& share : observations_.records->shares) {
    if (records[share.record].kind && evidence::class_of(*records[share.record].kind) == ordnance_class_) {
      marks_[share.cell] |= kRecorded;
      any_recorded_ = true;
    }
  }
}

Composition::Fact Composition::fact_of(const evidence::KindCount& found, std::int32_t column, std::int32_t row) const {
  Fact fact{found.cell, static_cast<float>(column), static_cast<float>(row), {}, found.count};
  const double n = found.all();
  for (std::size_t j = 0; j < kinds_; ++j) {
    fact.part[j] = worth_of(n, learnt_.fact_concentration) * found.count[j] / n;
  }
  return fact;
}

void Composition::take_facts(const evidence::KindFinds& finds) {
  facts_.clear();
  for (const evidence::KindCount& found : finds.cells) {
    facts_.push_back(fact_of(found, column_of(found.cell), row_of(found.cell)));
  }
  beyond_.clear();
  const std::int32_t of_country = observations_.whole().columns;
  for (const evidence::KindCount& found : finds.beyond) {
    const auto at = static_cast<std::int32_t>(found.cell);
    beyond_.push_back(fact_of(found, at % of_country, at / of_country));
  }
}

/// Whole blocks until the budget is used, spread by a fixed shuffle.
std::vector<std::size_t> Composition::sample() const {
  std::map<std::uint64_t, std::vector<std::size_t>> blocks;
  for (std::size_t i = 0; i < facts_.size(); ++i) {
    blocks[hash_of(square_of(facts_[i], kBlock))].push_back(i);
  }
  std::vector<std::size_t> taken;
  for (const auto& [hash, of_block] : blocks) {
    if (taken.size() >= kMostHeldOut) {
      break;
    }
    taken.insert(taken.end(), of_block.begin(), of_block.end());
  }
  std::sort(taken.begin(), taken.end());
  return taken;
}

/// One regression for each kind but the last, among it and those after it. Cells of one place are alike: together they
/// are worth little more than one fact.
std::vector<CovariateLogit> Composition::ground_of(const std::vector<SmoothEffect>& effects,
                                                   const std::vector<std::size_t>& from, double ridge) const {
  constexpr std::uint64_t kPlace = 16;  // cells: a minefield
  std::vector<CovariateLogit> result;
  for (std::size_t kind = 0; kind + 1 < kinds_; ++kind) {
    std::map<std::uint64_t, double> place_worth;
    CovariateLogit::Facts facts;
    std::vector<std::uint64_t> place;
    for (const std::size_t i : from) {
      const Fact& fact = facts_[i];
      double later = 0;
      for (std::size_t j = kind; j < kinds_; ++j) {
        later += fact.part[j];
      }
      if (later > 0) {
        facts.cells.push_back(fact.cell);
        facts.share.push_back(fact.part[kind] / later);
        facts.weight.push_back(later);
        place.push_back(square_of(fact, kPlace));
        place_worth[place.back()] += later;
      }
    }
    for (std::size_t i = 0; i < place.size(); ++i) {
      const double of_place = place_worth[place[i]];
      facts.weight[i] *= worth_of(of_place, learnt_.cell_concentration) / of_place;
    }
    facts.usual = 1.0 / static_cast<double>(kinds_ - kind);  // Perks' prior: one fact, of all kinds alike
    result.emplace_back(observations_, effects);
    result.back().fit(facts, ridge);
  }
  return result;
}

namespace {

/// -sum worth x log share: less is better.
double surprise(std::span<const double> part, std::span<const double> share) {
  double sum = 0;
  for (std::size_t j = 0; j < share.size(); ++j) {
    sum -= part[j] > 0 ? part[j] * std::log(std::max(share[j], 1e-9)) : 0;
  }
  return sum;
}

}  // namespace

/// How far the ground is believed is what foretells the kinds in blocks held out best.
void Composition::learn_ground(const std::vector<SmoothEffect>& effects, HeldOut& held) {
  const auto fold_of = [&](std::size_t i) { return hash_of(square_of(facts_[i], kBlock) + 1) % kFolds; };
  double least = std::numeric_limits<double>::infinity();
  for (const double ridge : kRidges) {
    double sum = 0;
    std::vector<Parts> told(held.fact.size());
    for (std::size_t fold = 0; fold < kFolds; ++fold) {
      std::vector<std::size_t> rest;
      std::copy_if(held.fact.begin(), held.fact.end(), std::back_inserter(rest),
                   [&](std::size_t i) { return fold_of(i) != fold; });
      ground_ = ground_of(effects, rest, ridge);
      for (std::size_t k = 0; k < held.fact.size(); ++k) {
        const Fact& fact = facts_[held.fact[k]];
        if (fold_of(held.fact[k]) == fold) {
          told[k] = ground_at(fact.cell);
          sum += surprise(std::span(fact.part).first(kinds_), std::span(told[k]).first(kinds_));
        }
      }
    }
    // Without effects the ground is the same everywhere: they must be worth a few facts to be believed.
    constexpr double kWorthHaving = 2;
    if (sum < least - (ridge == kNoEffects ? -kWorthHaving : 0)) {
      least = sum;
      learnt_.ridge = ridge;
      held.ground = std::move(told);
    }
  }
  ground_ = ground_of(effects, held.fact, learnt_.ridge);
  std::map<std::uint64_t, double> places;
  for (const std::size_t i : held.fact) {
    places[square_of(facts_[i], kBlock)] += facts_[i].part[0] + facts_[i].part[1] + facts_[i].part[2];
  }
  for (const auto& [place, part] : places) {
    learnt_.facts += worth_of(part, learnt_.cell_concentration);
  }
  learnt_.facts *= static_cast<double>(facts_.size()) / static_cast<double>(held.fact.size());
}

void Composition::hold_out(const Buckets& buckets, const std::vector<CellAhead>& ahead, HeldOut& held) const {
  std::vector<std::pair<double, double>> distance;  // and how much it matters, cumulated
  distance.reserve(ahead.size());
  for (const CellAhead& cell : ahead) {
    distance.emplace_back(buckets.nearest(facts_, column_of(cell.cell), row_of(cell.cell)), cell.weight);
  }
  std::sort(distance.begin(), distance.end());
  double total = 0;
  for (auto& [d, weight] : distance) {
    weight = total += weight;
  }
  held.local.assign(held.fact.size(), {});
  held.recorded.clear();
  for (std::size_t k = 0; k < held.fact.size(); ++k) {
    const Fact& fact = facts_[held.fact[k]];
    double apart = 1;  // cells: all nearer than this is held out
    if (total > 0) {
      const double u = base::Random(31, fact.cell).uniform() * total;
      apart = std::max(apart, std::lower_bound(distance.begin(), distance.end(), u, [](const auto& d, double at) {
                                return d.second < at;
                              })->first);
    }
    for (std::size_t s = 0; s < kScales; ++s) {
      const double radius = nearby_[s].radius;
      if (apart >= radius) {
        continue;
      }
      Parts& sum = held.local[k][s];
      const auto add = [&](double x, double y, double nearest, const Parts& part) {
        const double squared = x * x + y * y;
        if (squared >= nearest * nearest) {
          const double w = kernel(squared, radius);
          for (std::size_t j = 0; j < kinds_; ++j) {
            sum[j] += w * part[j];
          }
        }
      };
      const auto column = static_cast<double>(fact.column);
      const auto row = static_cast<double>(fact.row);
      buckets.around(column, row, radius, [&](std::size_t bucket, double x, double y) {
        if (radius >= kByBucket) {
          add(x - column, y - row, std::max(apart, 0.75 * kBucket), buckets.part[bucket]);
          return;
        }
        for (const std::size_t other : buckets.facts[bucket]) {
          add(static_cast<double>(facts_[other].column) - column, static_cast<double>(facts_[other].row) - row, apart,
              facts_[other].part);
        }
      });
    }
    held.recorded.push_back(recorded_at(fact.cell));
  }
}

/// Of the coarsest scale first: each draws the shares towards what was found within it (eq. 37).
Composition::Parts Composition::drawn(Parts share, std::span<const Parts> local, const Parts& recorded,
                                      double& from_ground) const {
  from_ground = 1;
  for (std::size_t s = kScales; s-- > 0;) {
    Parts facts = local[s];
    double all = 0;
    for (std::size_t j = 0; j < kinds_; ++j) {
      facts[j] += s == 0 ? learnt_.record_worth * recorded[j] : 0;
      all += facts[j];
    }
    if (all <= 0) {
      continue;
    }
    for (std::size_t j = 0; j < kinds_; ++j) {
      share[j] = (learnt_.strength[s] * share[j] + facts[j]) / (learnt_.strength[s] + all);
    }
    from_ground *= learnt_.strength[s] / (learnt_.strength[s] + all);
  }
  return share;
}

namespace {

/// Weak: a lognormal about `usual`, an e-fold and a half wide.
double log_prior(double value, double usual) {
  const double away = std::log(value / usual) / 1.5;
  return -0.5 * away * away;
}

/// Climbs one parameter after another by factors, until none of them gains.
void climb(const std::vector<double*>& parameters, const std::function<double()>& gain) {
  constexpr std::array kFactors = {4.0, 1.8, 1.25, 1 / 1.25, 1 / 1.8, 0.25};
  constexpr int kRounds = 6;
  double best = gain();
  for (int round = 0; round < kRounds; ++round) {
    const double before = best;
    for (double* parameter : parameters) {
      const double start = *parameter;
      double chosen = start;
      for (const double factor : kFactors) {
        *parameter = std::clamp(start * factor, 1e-3, 1e5);
        const double now = gain();
        if (now > best) {
          best = now;
          chosen = *parameter;
        }
      }
      *parameter = chosen;
    }
    if (best - before < 0.01) {
      break;
    }
  }
}

}  // namespace

void Composition::learn_strengths(HeldOut& held) {
  std::vector<double*> parameters;
  parameters.reserve(kScales + 2);
  for (double& strength : learnt_.strength) {
    parameters.push_back(&strength);
  }
  parameters.push_back(&learnt_.cell_concentration);
  if (any_recorded_) {
    parameters.push_back(&learnt_.record_worth);
  }
  held.share.resize(held.fact.size());
  climb(parameters, [&] {
    double sum = log_prior(learnt_.cell_concentration, 0.5);
    for (const double strength : learnt_.strength) {
      sum += log_prior(strength, 8);
    }
    sum += any_recorded_ ? log_prior(learnt_.record_worth, 0.5) : 0;
    for (std::size_t k = 0; k < held.fact.size(); ++k) {
      double from_ground = 1;
      held.share[k] = drawn(held.ground[k], held.local[k], held.recorded[k], from_ground);
      sum += log_kinds(std::span(held.share[k]).first(kinds_), learnt_.cell_concentration,
                       std::span(facts_[held.fact[k]].count).first(kinds_));
    }
    return sum;
  });
  for (std::size_t k = 0; k < held.fact.size(); ++k) {
    double from_ground = 1;
    held.share[k] = drawn(held.ground[k], held.local[k], held.recorded[k], from_ground);
  }
}

namespace {

/// Of shares whose squared scatter, relative to that of single items, is `correlation`.
double concentration_of(double correlation) {
  return 1 / std::max(correlation, 1e-4) - 1;
}

}  // namespace

/// Finds of a square, its cells together, and the shares that they were foretold with.
struct Composition::Square {
  Parts share{};
  std::array<std::uint32_t, evidence::kMostKindsOfClass> count{};
  double cells = 0;
  std::set<std::uint64_t> patches;
};

std::vector<Composition::Square> Composition::squares_of(const HeldOut& held, std::uint64_t side) const {
  std::map<std::uint64_t, Square> squares;
  for (std::size_t k = 0; k < held.fact.size(); ++k) {
    const Fact& fact = facts_[held.fact[k]];
    Square& square = squares[square_of(fact, side)];
    for (std::size_t j = 0; j < kinds_; ++j) {
      square.count[j] += fact.count[j];
      square.share[j] += held.share[k][j];
    }
    square.cells += 1;
    square.patches.insert(square_of(fact, kPatch));
  }
  std::vector<Square> result;
  for (auto& [at, square] : squares) {
    for (double& share : square.share) {
      share /= square.cells;
    }
    result.push_back(std::move(square));
  }
  return result;
}

/// How alike the cells of a patch are, and the patches of a square, less so the larger it is (eq. 39).
void Composition::learn_likeness(const HeldOut& held) {
  double at_most = 1 / (1 + learnt_.cell_concentration);
  for (std::size_t which = 0; which < kSides.size(); ++which) {
    const std::vector<Square> squares = squares_of(held, kSides[which]);
    double odds = 1;  // of the correlation within what it may be at most
    climb({&odds}, [&] {
      double sum = log_prior(odds, 1);
      learnt_.alike[which] = at_most * odds / (1 + odds);
      for (const Square& square : squares) {
        const auto patches = static_cast<double>(square.patches.size());
        const double correlation =
            which == 0 ? learnt_.alike[0] : learnt_.alike[which] + (learnt_.alike[0] - learnt_.alike[which]) / patches;
        sum += log_kinds(std::span(square.share).first(kinds_), concentration_of(correlation),
                         std::span(square.count).first(kinds_));
      }
      return sum;
    });
    at_most = learnt_.alike[which] = at_most * odds / (1 + odds);
  }
}

double Composition::concentration(double side, double patches) const {
  if (side <= kSides[0]) {
    const double of_cell = 1 / (1 + learnt_.cell_concentration);
    const double along = std::log(std::max(side, 1.0)) / std::log(static_cast<double>(kSides[0]));
    return concentration_of(of_cell * std::pow(learnt_.alike[0] / of_cell, along));
  }
  double correlation = learnt_.alike.back();
  for (std::size_t k = 1; k < kSides.size(); ++k) {
    const auto low_side = static_cast<double>(kSides[k - 1]);
    const auto high_side = static_cast<double>(kSides[k]);
    if (side <= high_side) {
      const double along = std::log(side / low_side) / std::log(high_side / low_side);
      correlation = learnt_.alike[k - 1] * std::pow(learnt_.alike[k] / learnt_.alike[k - 1], along);
      break;
    }
  }
  return concentration_of(correlation + (learnt_.alike[0] - correlation) / std::max(patches, 1.0));
}

/// Cells of one kind may hold fewer items than those of another: AV mines are laid wider apart than AP mines.
void Composition::learn_excess() {
  constexpr double kPriorFacts = 5;  // that every kind is like all
  Parts items{};
  Parts cells{};
  double all_items = 0;
  for (const Fact& fact : facts_) {
    const double n = fact.count[0] + fact.count[1] + fact.count[2];
    for (std::size_t j = 0; j < kinds_; ++j) {
      items[j] += (n - 1) * fact.count[j] / n;
      cells[j] += fact.count[j] / n;
    }
    all_items += n - 1;
  }
  const double usual = all_items / static_cast<double>(facts_.size());
  for (std::size_t j = 0; j < kinds_; ++j) {
    learnt_.excess[j] = usual > 0 ? (items[j] / usual + kPriorFacts) / (cells[j] + kPriorFacts) : 1;
  }
}

void Composition::learn_patches() {
  constexpr double kPriorPatches = 5;  // that those of every kind are like all
  std::map<std::uint64_t, Square> patches;
  for (const Fact& fact : facts_) {
    Square& patch = patches[square_of(fact, kPatch)];
    const double n = fact.count[0] + fact.count[1] + fact.count[2];
    for (std::size_t j = 0; j < kinds_; ++j) {
      patch.share[j] += fact.count[j] / n;
    }
    patch.cells += 1;
  }
  Parts of_kind{};
  for (const auto& [at, patch] : patches) {
    for (std::size_t j = 0; j < kinds_; ++j) {
      learnt_.cells_of_patch[j] += patch.share[j];
      of_kind[j] += patch.share[j] / patch.cells;
    }
  }
  const double usual = static_cast<double>(facts_.size()) / static_cast<double>(patches.size());
  for (std::size_t j = 0; j < kinds_; ++j) {
    learnt_.cells_of_patch[j] = (learnt_.cells_of_patch[j] + kPriorPatches * usual) / (of_kind[j] + kPriorPatches);
  }
}

/// Sums are made at the nodes that shares of the cells `near` are read from, or at all of the country's.
void Composition::lay_nodes(const std::vector<std::uint32_t>* near, Nearby& level) const {
  const auto node_of = [&](std::uint32_t cell) {
    return std::array<std::int32_t, 2>{row_of(cell) / level.step, column_of(cell) / level.step};
  };
  const geo::Grid& grid = observations_.grid;
  std::array<std::int32_t, 2> first = {first_row_ / level.step, first_column_ / level.step};
  std::array<std::int32_t, 2> last = {(first_row_ + grid.rows + level.step - 1) / level.step,
                                      (first_column_ + grid.columns + level.step - 1) / level.step};
  if (near != nullptr && !near->empty()) {
    first = last = node_of(near->front());
    for (const std::uint32_t cell : *near) {
      const std::array<std::int32_t, 2> node = node_of(cell);
      for (std::size_t k = 0; k < 2; ++k) {
        first[k] = std::min(first[k], node[k]);
        last[k] = std::max(last[k], node[k] + 1);
      }
    }
  }
  level.first_row = first[0];
  level.first_column = first[1];
  level.rows = last[0] + 1 - first[0];
  level.columns = last[1] + 1 - first[1];
  const std::size_t nodes = static_cast<std::size_t>(level.rows) * static_cast<std::size_t>(level.columns);
  level.sum.assign(nodes * kinds_, 0.0F);
  level.needed.assign(near == nullptr ? 0 : nodes, 0);
  for (std::size_t i = 0; near != nullptr && i < near->size(); ++i) {
    const auto [row, column] = node_of((*near)[i]);
    for (const std::size_t left : {level.at(row, column), level.at(row + 1, column)}) {
      level.needed[left] = level.needed[left + 1] = 1;
    }
  }
}

/// Adds a fact to the sums at the nodes within its reach.
void Composition::spread(const Fact& fact, Nearby& level) const {
  const auto first = [&](float at, std::int32_t least) {
    return std::max(least, static_cast<std::int32_t>(std::ceil((static_cast<double>(at) - level.radius) / level.step)));
  };
  const auto last = [&](float at, std::int32_t most) {
    return std::min(most, static_cast<std::int32_t>(std::floor((static_cast<double>(at) + level.radius) / level.step)));
  };
  const std::int32_t last_row = last(fact.row, level.first_row + level.rows - 1);
  const std::int32_t last_column = last(fact.column, level.first_column + level.columns - 1);
  for (std::int32_t row = first(fact.row, level.first_row); row <= last_row; ++row) {
    for (std::int32_t column = first(fact.column, level.first_column); column <= last_column; ++column) {
      const std::size_t node = level.at(row, column);
      if (!level.needed.empty() && level.needed[node] == 0) {
        continue;
      }
      const double x = column * level.step - static_cast<double>(fact.column);
      const double y = row * level.step - static_cast<double>(fact.row);
      const double w = kernel(x * x + y * y, level.radius);
      float* at = level.sum.data() + node * kinds_;
      for (std::size_t j = 0; j < kinds_; ++j) {
        at[j] += static_cast<float>(w * fact.part[j]);
      }
    }
  }
}

void Composition::spread_facts(const std::vector<std::uint32_t>* near) {
  for (Nearby& level : nearby_) {
    lay_nodes(near, level);
    for (const std::vector<Fact>* of : {&facts_, &beyond_}) {
      for (const Fact& fact : *of) {
        spread(fact, level);
      }
    }
    level.needed = {};
  }
}

Composition::Parts Composition::recorded_at(std::uint32_t cell) const {
  Parts recorded{};
  if ((marks_[cell] & kRecorded) == 0) {
    return recorded;
  }
  for (const evidence::RecordShare& share : observations_.records->at(cell)) {
    const evidence::RecordedField& record = observations_.records->records[share.record];
    if (record.kind && evidence::class_of(*record.kind) == ordnance_class_) {
      recorded[static_cast<std::size_t>(*record.kind) - evidence::first_kind(ordnance_class_)] +=
          record.findable * static_cast<double>(share.probability);
    }
  }
  return recorded;
}

Composition::Parts Composition::ground_at(std::uint32_t cell) const {
  Parts share{};
  std::array<double, evidence::kMostKindsOfClass> logit{};
  CovariateLogit::logits(ground_, cell, std::span(logit).first(kinds_ - 1));
  double left = 1;
  for (std::size_t j = 0; j + 1 < kinds_; ++j) {
    share[j] = left / (1 + std::exp(-std::clamp(logit[j], -15.0, 15.0)));
    left -= share[j];
  }
  share[kinds_ - 1] = left;
  return share;
}

Composition::Parts Composition::nearby(const Nearby& level, std::uint32_t cell) const {
  const std::int32_t column = column_of(cell);
  const std::int32_t row = row_of(cell);
  const std::int32_t north_row = row / level.step;
  const std::int32_t west_column = column / level.step;
  FG_CHECK(north_row >= level.first_row && north_row + 1 < level.first_row + level.rows &&
           west_column >= level.first_column && west_column + 1 < level.first_column + level.columns);
  const std::size_t node = level.at(north_row, west_column);
  const float* north = level.sum.data() + node * kinds_;
  const float* south = north + static_cast<std::size_t>(level.columns) * kinds_;
  const double x = static_cast<double>(column % level.step) / level.step;
  const double y = static_cast<double>(row % level.step) / level.step;
  Parts sum{};
  for (std::size_t j = 0; j < kinds_; ++j) {
    sum[j] = (1 - y) * ((1 - x) * static_cast<double>(north[j]) + x * static_cast<double>(north[kinds_ + j])) +
             y * ((1 - x) * static_cast<double>(south[j]) + x * static_cast<double>(south[kinds_ + j]));
  }
  return sum;
}

KindShares Composition::at(std::uint32_t cell) const {
  KindShares result;
  std::array<Parts, kScales> local;
  for (std::size_t s = 0; s < kScales; ++s) {
    local[s] = nearby(nearby_[s], cell);
  }
  const bool found = (marks_[cell] & kFoundHere) != 0;
  const auto own = found ? std::lower_bound(facts_.begin(), facts_.end(), cell,
                                            [](const Fact& fact, std::uint32_t at) { return fact.cell < at; })
                         : facts_.end();
  for (std::size_t s = 0; s < kScales && found; ++s) {
    for (std::size_t j = 0; j < kinds_; ++j) {
      local[s][j] = std::max(0.0, local[s][j] - own->part[j]);
    }
  }
  result.share = drawn(ground_at(cell), local, recorded_at(cell), result.from_ground);
  if (found) {  // what is left is of the cell that these came from
    result.found = own->count[0] + own->count[1] + own->count[2];
    for (std::size_t j = 0; j < kinds_; ++j) {
      result.share[j] =
          (learnt_.cell_concentration * result.share[j] + own->count[j]) / (learnt_.cell_concentration + result.found);
    }
    result.from_ground *= learnt_.cell_concentration / (learnt_.cell_concentration + result.found);
  }
  return result;
}

std::vector<Composition::Scale> Composition::scales() const {
  std::vector<Scale> result;
  result.reserve(kScales);
  for (std::size_t s = 0; s < kScales; ++s) {
    result.push_back({nearby_[s].radius * observations_.grid.cell_m, learnt_.strength[s]});
  }
  return result;
}

}  // namespace firmground::estimate
