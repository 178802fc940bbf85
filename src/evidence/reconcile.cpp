#include "evidence/reconcile.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/check.h"
#include "base/parallel.h"
#include "evidence/known_hypotheses.h"
#include "evidence/record_maps.h"
#include "mineaction/code_lists.h"

namespace firmground::evidence {

namespace {

using base::Result;
using geo::Xy;

constexpr std::size_t kGrain = 8;

/// Share of laid fields of which nothing can be found any more: lifted whole, decayed. What was not found cannot tell
/// it from a field that never was, so it is a prior: Beta(2, 14), wide.
constexpr double kGoneA = 2;
constexpr double kGoneB = 14;
constexpr double kGone = kGoneA / (kGoneA + kGoneB);

struct Source {
  std::string name;
  std::vector<std::size_t> records;  ///< indices into the snapshot
  SourceState state;
  Measured findable;
};

/// Chance that the field exists, and that it exists and can be found.
struct Existence {
  double findable = 0;
  double exists = 0;
};

Existence existence_of(double log_evidence, const SourceState& state) {
  const double there = std::log(state.findable) + log_evidence;
  const double not_there = std::log1p(-state.findable);
  Existence result;
  result.findable = 1 / (1 + std::exp(not_there - there));
  const double laid = std::min(0.995, state.findable / (1 - kGone));
  result.exists = result.findable + (1 - result.findable) * (laid - state.findable) / (1 - state.findable);
  return result;
}

class Reconciler {
 public:
  Reconciler(const mineaction::Snapshot& snapshot, const ReconcileOptions& options)
      : snapshot_(snapshot), options_(options), image_(snapshot) {
    for (const Hypothesis& hypothesis : options.hypotheses) {
      priors_.push_back(hypothesis.prior);
    }
    const double all = std::accumulate(priors_.begin(), priors_.end(), 0.0);
    for (double& prior : priors_) {
      prior /= all;
    }
  }

  Result<Reconciliation> run(const base::Progress& progress) {
    FG_TRY_VOID(choose_sources());
    const auto step = [&](std::string_view what, double share) { return progress(what, share); };
    if (!step("placing records under each hypothesis", 0.05)) {
      return base::fail("base.cancelled");
    }
    grounds_ = grounds_of(snapshot_, image_, options_.hypotheses);
    FG_TRY_VOID(keep_known(options_.known, options_.hypotheses, snapshot_, grounds_));
    const FindCounts counts(random_drops(snapshot_, grounds_, image_, options_.seed));
    if (!step("comparing records with what was found", 0.15)) {
      return base::fail("base.cancelled");
    }
    own_claims_.resize(grounds_.size());
    draw_maps(counts, nullptr);
    fit_sources();
    if (!step("sharing finds between records", 0.55)) {
      return base::fail("base.cancelled");
    }
    const Claims claims = claim_finds();
    draw_maps(counts, &claims);
    if (!step("fitting sources", 0.85)) {
      return base::fail("base.cancelled");
    }
    fit_sources();
    Reconciliation result = verdicts();
    progress("done", 1);
    return result;
  }

 private:
  Result<void> choose_sources() {
    std::map<std::string, Source> by_name;
    for (std::size_t i = 0; i < snapshot_.minefield_records.size(); ++i) {
      const std::string& name = snapshot_.minefield_records[i].source;
      Source& source = by_name[name];
      source.name = name;
      source.records.push_back(i);
    }
    for (const std::string& wanted : options_.sources) {
      if (!by_name.contains(wanted)) {
        return base::fail("evidence.no_such_source", {{"source", wanted}});
      }
    }
    for (auto& [name, source] : by_name) {
      sources_.push_back(std::move(source));
    }
    return {};
  }

  bool is_wanted(const Source& source) const {
    return options_.sources.empty() ||
           std::find(options_.sources.begin(), options_.sources.end(), source.name) != options_.sources.end();
  }

  void draw_maps(const FindCounts& counts, const Claims* claims) {
    maps_.resize(grounds_.size());
    base::parallel_for(grounds_.size(), kGrain, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        if (claims == nullptr || (maps_[i].informative && touches_claims(i, *claims))) {
          maps_[i] = maps_of(grounds_[i], image_, counts, claims, own_claims_[i]);
        }
      }
    });
  }

  /// Whether another record claims finds in the neighbourhood: maps of the others stay as they are.
  bool touches_claims(std::size_t record, const Claims& claims) const {
    constexpr double kBeyond_m = OffsetLattice::kReach * OffsetLattice::kStep_m + 60;
    for (const Candidate& candidate : grounds_[record].candidates) {
      const geo::Box box = geo::bounds(candidate.geometry).grown(kBeyond_m);
      const auto first = std::lower_bound(claimed_.begin(), claimed_.end(), box.min_x,
                                          [](const auto& claim, double x) { return claim.first.x < x; });
      for (auto at = first; at != claimed_.end() && at->first.x <= box.max_x; ++at) {
        if (at->first.y < box.min_y || at->first.y > box.max_y) {
          continue;
        }
        const auto own = own_claims_[record].find(at->second);
        const auto all = claims.all.find(at->second);
        if (all->second - (own != own_claims_[record].end() ? own->second : 0) > 0.05F) {
          return true;
        }
      }
    }
    return false;
  }

  void fit_sources() {
    for (Source& source : sources_) {
      std::vector<const RecordMaps*> informative;
      for (const std::size_t i : source.records) {
        if (maps_[i].informative) {
          informative.push_back(&maps_[i]);
        }
      }
      source.state = fit_source(informative, priors_);
    }
  }

  struct Placement {
    std::size_t candidate = 0;
    Xy residual;
    double probability = 0;  ///< of the candidate, given existence
  };

  /// Weights of a record's candidates given that its field exists.
  std::vector<double> posterior_weights(const RecordMaps& maps, const SourceState& state,
                                        const Existence& existence) const {
    const OffsetPrior prior(state, maps.own_place);
    std::vector<double> weights = candidate_weights(maps, state);
    double log_all = 0;
    for (std::size_t c = 0; c < weights.size(); ++c) {
      log_all = std::max(log_all, log_evidence(maps.candidates[c], prior));
    }
    double all = 0;
    for (std::size_t c = 0; c < weights.size(); ++c) {
      all += weights[c] * std::exp(log_evidence(maps.candidates[c], prior) - log_all);
    }
    log_all += std::log(all);
    for (std::size_t c = 0; c < weights.size(); ++c) {
      const double found = weights[c] * std::exp(log_evidence(maps.candidates[c], prior) - log_all);
      weights[c] = (existence.findable * found + (existence.exists - existence.findable) * weights[c]) /
                   std::max(existence.exists, 1e-12);
    }
    return weights;
  }

  /// Weights of the residual offsets of one candidate given existence, summing to 1 over the lattice.
  std::vector<double> offsets_of(const OffsetMap& map, const OffsetPrior& prior, const Existence& existence) const {
    std::vector<double> weights(OffsetLattice::kSize);
    double found = 0;
    for (int iy = 0; iy < OffsetLattice::kSide; ++iy) {
      for (int ix = 0; ix < OffsetLattice::kSide; ++ix) {
        const auto k = static_cast<std::size_t>(iy * OffsetLattice::kSide + ix);
        weights[k] = prior.at(ix, iy) * (map.informative() ? static_cast<double>(map.ratio[k]) : 1);
        found += weights[k];
      }
    }
    const double share = existence.findable / std::max(existence.exists, 1e-12);
    for (int iy = 0; iy < OffsetLattice::kSide; ++iy) {
      for (int ix = 0; ix < OffsetLattice::kSide; ++ix) {
        const auto k = static_cast<std::size_t>(iy * OffsetLattice::kSide + ix);
        weights[k] = share * weights[k] / std::max(found, 1e-300) + (1 - share) * prior.at(ix, iy) / prior.mass();
      }
    }
    return weights;
  }

  /// The likeliest offset: the lattice point with the most weight round it, refined to the mean near it.
  static Xy likeliest(const std::vector<double>& weights) {
    constexpr int kSide = OffsetLattice::kSide;
    double best = -1;
    int best_x = OffsetLattice::kReach;
    int best_y = OffsetLattice::kReach;
    const auto near = [&](int x, int y, int reach, auto&& visit) {
      for (int iy = std::max(0, y - reach); iy <= std::min(kSide - 1, y + reach); ++iy) {
        for (int ix = std::max(0, x - reach); ix <= std::min(kSide - 1, x + reach); ++ix) {
          visit(ix, iy, weights[static_cast<std::size_t>(iy * kSide + ix)]);
        }
      }
    };
    for (int y = 0; y < kSide; ++y) {
      for (int x = 0; x < kSide; ++x) {
        double sum = 0;
        near(x, y, 1, [&](int, int, double w) { sum += w; });
        if (sum > best) {
          best = sum;
          best_x = x;
          best_y = y;
        }
      }
    }
    double sum = 0;
    Xy mean;
    near(best_x, best_y, 3, [&](int ix, int iy, double w) {
      sum += w;
      mean.x += w * OffsetLattice::at(ix);
      mean.y += w * OffsetLattice::at(iy);
    });
    return {mean.x / sum, mean.y / sum};
  }

  Placement placement_of(const RecordMaps& maps, const SourceState& state, const Existence& existence,
                         const std::vector<double>& weights) const {
    Placement place;
    place.candidate = static_cast<std::size_t>(std::max_element(weights.begin(), weights.end()) - weights.begin());
    place.probability = weights[place.candidate];
    const OffsetPrior prior(state, maps.own_place);
    place.residual = likeliest(offsets_of(maps.candidates[place.candidate], prior, existence));
    return place;
  }

  static geo::PlanarGeometry moved(geo::PlanarGeometry geometry, Xy by) {
    const auto shift = [&](std::vector<Xy>& path) {
      for (Xy& p : path) {
        p = {p.x + by.x, p.y + by.y};
      }
    };
    shift(geometry.points);
    std::for_each(geometry.lines.begin(), geometry.lines.end(), shift);
    for (auto& polygon : geometry.polygons) {
      shift(polygon.outer);
      std::for_each(polygon.holes.begin(), polygon.holes.end(), shift);
    }
    return geometry;
  }

  /// Records that have most likely found their field claim the finds under it.
  Claims claim_finds() {
    constexpr double kClaims = 0.3;
    base::parallel_for(maps_.size(), kGrain, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        own_claims_[i].clear();
        if (!maps_[i].informative) {
          continue;
        }
        const SourceState& state = state_of(i);
        const double log_all =
            log_record_evidence(maps_[i], state, OffsetPrior(state, true), OffsetPrior(state, false));
        const Existence existence = existence_of(log_all, state);
        if (existence.findable < kClaims) {
          continue;
        }
        const auto weights = posterior_weights(maps_[i], state, existence);
        const Placement place = placement_of(maps_[i], state, existence, weights);
        const auto ground = outline_ground(
            moved(grounds_[i].candidates[place.candidate].geometry, {-place.residual.x, -place.residual.y}), 0);
        const Template shape = template_of(image_.grid(), ground);
        for (const Template::Run& run : shape.runs) {
          for (std::int32_t c = run.from; c < run.to; ++c) {
            if (image_.at(shape.column + c, shape.row + run.row).finds > 0) {
              own_claims_[i][image_.grid().index(shape.column + c, shape.row + run.row)] =
                  static_cast<float>(existence.findable);
            }
          }
        }
      }
    });
    Claims claims;
    for (const OwnClaims& own : own_claims_) {
      for (const auto& [cell, claim] : own) {
        claims.all[cell] += claim;
      }
    }
    claimed_.clear();
    for (const auto& [cell, claim] : claims.all) {
      claimed_.emplace_back(image_.centre(cell), cell);
    }
    std::sort(claimed_.begin(), claimed_.end(), [](const auto& a, const auto& b) {
      return std::pair(a.first.x, a.second) < std::pair(b.first.x, b.second);
    });
    return claims;
  }

  const SourceState& state_of(std::size_t record) const {
    const std::string& name = snapshot_.minefield_records[record].source;
    const auto at = std::lower_bound(sources_.begin(), sources_.end(), name,
                                     [](const Source& source, const std::string& n) { return source.name < n; });
    return at->state;
  }

  /// Share of cells searched, and effort, under an outline.
  std::pair<double, double> searched_under(const geo::PlanarGeometry& ground) const {
    const Template shape = template_of(image_.grid(), ground);
    double share = 0;
    double effort = 0;
    for (const Template::Run& run : shape.runs) {
      for (std::int32_t c = run.from; c < run.to; ++c) {
        const auto cell = image_.at(shape.column + c, shape.row + run.row);
        share += static_cast<double>(cell.share);
        effort += static_cast<double>(cell.effort);
      }
    }
    const double cells = std::max<double>(1, static_cast<double>(shape.cells));
    return {share / cells, effort / cells};
  }

  void radii(const RecordMaps& maps, const RecordGround& ground, const SourceState& state, const Existence& existence,
             const std::vector<double>& weights, Xy found, RecordVerdict& verdict) const {
    constexpr double kBin_m = 5;
    constexpr std::size_t kBins = 2000;  // 10 km: farther is farther
    std::vector<double> mass(kBins, 0.0);
    const OffsetPrior prior(state, maps.own_place);
    for (std::size_t c = 0; c < weights.size(); ++c) {
      if (weights[c] < 1e-3) {
        continue;
      }
      const auto offsets = offsets_of(maps.candidates[c], prior, existence);
      const Xy middle{ground.recorded.x - maps.candidates[c].moved.x, ground.recorded.y - maps.candidates[c].moved.y};
      for (int iy = 0; iy < OffsetLattice::kSide; ++iy) {
        for (int ix = 0; ix < OffsetLattice::kSide; ++ix) {
          const double away =
              std::hypot(middle.x - OffsetLattice::at(ix) - found.x, middle.y - OffsetLattice::at(iy) - found.y);
          mass[std::min(kBins - 1, static_cast<std::size_t>(away / kBin_m))] +=
              weights[c] * offsets[static_cast<std::size_t>(iy * OffsetLattice::kSide + ix)];
        }
      }
    }
    const double all = std::accumulate(mass.begin(), mass.end(), 0.0);
    double sum = 0;
    for (std::size_t b = 0; b < kBins; ++b) {
      sum += mass[b];
      const double outer_m = kBin_m * static_cast<double>(b + 1);
      verdict.radius50_m = verdict.radius50_m == 0 && sum >= 0.5 * all ? outer_m : verdict.radius50_m;
      verdict.radius90_m = verdict.radius90_m == 0 && sum >= 0.9 * all ? outer_m : verdict.radius90_m;
    }
  }

  RecordVerdict verdict_of(std::size_t i, const Source& source) const {
    const mineaction::MinefieldRecord& record = snapshot_.minefield_records[i];
    const SourceState& state = source.state;
    RecordVerdict verdict;
    verdict.record_id = record.record_id;
    verdict.source = record.source;
    const RecordMaps& maps = maps_[i];
    const OffsetPrior own(state, true);
    const OffsetPrior legs(state, false);
    const double log_all = maps.informative ? log_record_evidence(maps, state, own, legs) : 0;
    const Existence existence = existence_of(log_all, state);
    verdict.probability_exists = existence.exists;
    verdict.log_ratio = log_all;
    verdict.hypothesis = options_.hypotheses.front().id;
    verdict.hypothesis_probability = 1;
    if (maps.candidates.empty()) {
      return verdict;
    }
    const RecordGround& ground = grounds_[i];
    const auto weights = posterior_weights(maps, state, existence);
    const Placement place = placement_of(maps, state, existence, weights);
    const OffsetMap& chosen = maps.candidates[place.candidate];
    for (std::size_t c = 0; c < weights.size(); ++c) {
      verdict.hypotheses[options_.hypotheses[maps.candidates[c].hypothesis].id] += weights[c];
    }
    verdict.hypothesis = options_.hypotheses[chosen.hypothesis].id;
    verdict.hypothesis_probability = verdict.hypotheses[verdict.hypothesis];
    const bool recorded_applies = maps.candidates.front().hypothesis == 0;
    verdict.drawn = recorded_applies || !record.geometry.empty();
    verdict.against_recorded =
        recorded_applies ? std::exp(std::clamp(log_evidence(chosen, maps.own_place ? own : legs) -
                                                   log_evidence(maps.candidates.front(), maps.own_place ? own : legs),
                                               -50.0, 50.0))
                         : 0;
    verdict.explained_x_m = chosen.moved.x;
    verdict.explained_y_m = chosen.moved.y;
    verdict.dx_m = chosen.moved.x + place.residual.x;
    verdict.dy_m = chosen.moved.y + place.residual.y;
    verdict.corrected = moved(ground.candidates[place.candidate].geometry, {-place.residual.x, -place.residual.y});
    radii(maps, ground, state, existence, weights, {ground.recorded.x - verdict.dx_m, ground.recorded.y - verdict.dy_m},
          verdict);
    const double reach_m =
        std::hypot(state.shift.x, state.shift.y) + 2.146 * state.spread_m;  // 90 % of a round normal law
    if (!record.geometry.empty()) {
      verdict.searched_share = std::min(1.0, searched_under(outline_ground(record.geometry, reach_m)).first);
    }
    list_finds(verdict);
    return verdict;
  }

  void list_finds(RecordVerdict& verdict) const {
    const auto ground = outline_ground(verdict.corrected, 0);
    verdict.searched_inside = searched_under(ground).second;
    const geo::Box box = geo::bounds(ground);
    const auto first = std::lower_bound(finds_by_x_.begin(), finds_by_x_.end(), box.min_x,
                                        [&](std::size_t f, double x) { return snapshot_.finds[f].position.x < x; });
    std::vector<std::string> ids;
    for (auto at = first; at != finds_by_x_.end() && snapshot_.finds[*at].position.x <= box.max_x; ++at) {
      const mineaction::Find& each = snapshot_.finds[*at];
      if (each.position.y >= box.min_y && each.position.y <= box.max_y && geo::contains(ground, each.position)) {
        verdict.finds_inside += each.count;
        ids.push_back(each.find_id);
      }
    }
    std::sort(ids.begin(), ids.end());
    ids.resize(std::min(ids.size(), RecordVerdict::kFindsListed));
    verdict.finds = std::move(ids);
  }

  /// Posterior of existence by quadrature: the finds tell the findable share, the prior of fields that are gone the
  /// rest.
  Measured existence_interval(const Source& source) const {
    std::vector<double> evidences;
    const OffsetPrior own(source.state, true);
    const OffsetPrior legs(source.state, false);
    for (const std::size_t i : source.records) {
      if (maps_[i].informative) {
        evidences.push_back(std::expm1(std::min(50.0, log_record_evidence(maps_[i], source.state, own, legs))));
      }
    }
    constexpr int kFine = 200;
    std::vector<double> log_findable(kFine + 1);
    for (int k = 0; k <= kFine; ++k) {
      const double findable = std::min(0.9999, static_cast<double>(k) / kFine);
      for (const double evidence : evidences) {
        log_findable[static_cast<std::size_t>(k)] += std::log1p(findable * evidence);
      }
    }
    const double top = *std::max_element(log_findable.begin(), log_findable.end());
    constexpr int kGoneSteps = 40;
    std::vector<double> mass(kFine + 1, 0.0);
    for (int g = 0; g < kGoneSteps; ++g) {
      const double gone = (g + 0.5) / kGoneSteps;
      const double prior = std::pow(gone, kGoneA - 1) * std::pow(1 - gone, kGoneB - 1);
      for (int k = 0; k <= kFine; ++k) {
        const double at = static_cast<double>(k) * (1 - gone);
        const auto low = static_cast<std::size_t>(at);
        const double part = at - static_cast<double>(low);
        const double value =
            low + 1 <= kFine ? (1 - part) * log_findable[low] + part * log_findable[low + 1] : log_findable[low];
        mass[static_cast<std::size_t>(k)] += prior * std::exp(value - top);
      }
    }
    const double all = std::accumulate(mass.begin(), mass.end(), 0.0);
    Measured result;
    double sum = 0;
    result.p05 = result.p95 = -1;
    for (int k = 0; k <= kFine; ++k) {
      const double share = mass[static_cast<std::size_t>(k)] / all;
      const double existence = static_cast<double>(k) / kFine;
      sum += share;
      result.value += share * existence;
      result.p05 = result.p05 < 0 && sum >= 0.05 ? existence : result.p05;
      result.p95 = result.p95 < 0 && sum >= 0.95 ? existence : result.p95;
    }
    return result;
  }

  SourceVerdict verdict_of(const Source& source) const {
    SourceVerdict verdict;
    verdict.source = source.name;
    verdict.records = static_cast<std::int64_t>(source.records.size());
    verdict.informative = std::count_if(source.records.begin(), source.records.end(),
                                        [&](std::size_t i) { return maps_[i].informative; });
    verdict.existence = existence_interval(source);
    // Records of a sheet shift together and neighbouring fields resemble each other, so that records tell less than
    // their number: the factor brings the intervals to their level on invented countries.
    constexpr double kQuantile = 1.645;
    constexpr double kSheets = 2.2;
    const SourceState& state = source.state;
    // What an outline is drawn coarser than its field was laid widens the residual and is no offset.
    constexpr double kDrawing_m = 14;
    constexpr double kLeast_m = 5;
    const double spread_m =
        std::sqrt(std::max(kLeast_m * kLeast_m, state.spread_m * state.spread_m - kDrawing_m * kDrawing_m));
    const double located = state.located + 0.1;
    const double shift_error_m =
        kQuantile * kSheets * std::min(150.0, std::sqrt((state.spread_m * state.spread_m + 100) / located));
    const double spread_error = kQuantile * kSheets * std::min(1.0, std::sqrt(1 / (2 * located)));
    verdict.shift_x_m = {state.shift.x, state.shift.x - shift_error_m, state.shift.x + shift_error_m};
    verdict.shift_y_m = {state.shift.y, state.shift.y - shift_error_m, state.shift.y + shift_error_m};
    verdict.spread_m = {spread_m, spread_m * std::exp(-spread_error), spread_m * std::exp(spread_error)};
    verdict.wide_share = state.wide_share;
    verdict.gone_share = kGone;
    for (std::size_t h = 0; h < options_.hypotheses.size(); ++h) {
      verdict.hypotheses[options_.hypotheses[h].id] = state.weights[h];
    }
    return verdict;
  }

  Reconciliation verdicts() {
    for (std::size_t f = 0; f < snapshot_.finds.size(); ++f) {
      if (mineaction::is_mine(snapshot_.finds[f].device)) {
        finds_by_x_.push_back(f);
      }
    }
    std::sort(finds_by_x_.begin(), finds_by_x_.end(), [&](std::size_t a, std::size_t b) {
      return std::pair(snapshot_.finds[a].position.x, a) < std::pair(snapshot_.finds[b].position.x, b);
    });
    std::vector<std::pair<std::size_t, const Source*>> wanted;
    Reconciliation result;
    for (const Source& source : sources_) {
      if (is_wanted(source)) {
        result.sources.push_back(verdict_of(source));
        for (const std::size_t i : source.records) {
          wanted.emplace_back(i, &source);
        }
      }
    }
    std::sort(wanted.begin(), wanted.end());  // snapshot order is that of record_id
    result.records.resize(wanted.size());
    base::parallel_for(wanted.size(), kGrain, [&](std::size_t begin, std::size_t end) {
      for (std::size_t k = begin; k < end; ++k) {
        result.records[k] = verdict_of(wanted[k].first, *wanted[k].second);
      }
    });
    result.finds_used = image_.finds();
    result.searched_ha =
        static_cast<double>(image_.searched_cells()) * SearchImage::kCell_m * SearchImage::kCell_m / 1e4;
    return result;
  }

  const mineaction::Snapshot& snapshot_;
  const ReconcileOptions& options_;
  SearchImage image_;
  std::vector<double> priors_;
  std::vector<Source> sources_;  ///< by name
  std::vector<RecordGround> grounds_;
  std::vector<RecordMaps> maps_;
  std::vector<OwnClaims> own_claims_;
  std::vector<std::pair<Xy, std::uint64_t>> claimed_;  ///< cells that any record claims, from west to east
  std::vector<std::size_t> finds_by_x_;
};

}  // namespace

Result<Reconciliation> reconcile(const mineaction::Snapshot& snapshot, const ReconcileOptions& options,
                                 const base::Progress& progress) {
  FG_CHECK(snapshot.crs.has_value() && !options.hypotheses.empty());
  return Reconciler(snapshot, options).run(progress);
}

}  // namespace firmground::evidence
