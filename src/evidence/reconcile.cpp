#include "evidence/reconcile.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <optional>
#include <set>

#include "base/check.h"
#include "base/parallel.h"
#include "base/random.h"
#include "evidence/existence.h"
#include "evidence/known_hypotheses.h"
#include "evidence/reconcile_state.h"
#include "evidence/record_maps.h"
#include "mineaction/code_lists.h"

namespace firmground::evidence {

namespace {

using base::Result;
using geo::Xy;

constexpr std::size_t kGrain = 8;

struct Source {
  std::string name;
  std::vector<std::size_t> records;  ///< indices into the snapshot
  std::vector<std::size_t> sheets;   ///< of each
  std::unique_ptr<SourceFit> fit;
  SourceExistence existence;
};

class Reconciler {
 public:
  Reconciler(const mineaction::Snapshot& snapshot, const ReconcileOptions& options,
             std::span<const geo::Box> searches_near = {})
      : snapshot_(snapshot), options_(options), image_(snapshot, searches_near) {
    for (const Hypothesis& hypothesis : options.hypotheses) {
      priors_.push_back(hypothesis.prior);
    }
    const double all = std::accumulate(priors_.begin(), priors_.end(), 0.0);
    for (double& prior : priors_) {
      prior /= all;
    }
  }

  Result<Reconciliation> run(const base::Progress& progress, ReconcileState* keep) {
    FG_TRY_VOID(choose_sources());
    const auto step = [&](std::string_view what, double share) { return progress(what, share); };
    if (!step("placing records under each hypothesis", 0.05)) {
      return base::fail("base.cancelled");
    }
    grounds_ = grounds_of(snapshot_, image_, options_.hypotheses, options_.written);
    FG_TRY_VOID(keep_known(options_.known, options_.hypotheses, snapshot_, grounds_));
    name_forms();
    draw_first(grounds_, image_);
    decoys_ = decoys_of(snapshot_, grounds_, image_, options_.seed);
    const FindCounts counts(drops_of(decoys_, grounds_, image_, [](std::size_t) { return nullptr; }));
    if (!step("comparing records with what was found", 0.15)) {
      return base::fail("base.cancelled");
    }
    own_claims_.resize(grounds_.size());
    posterior_.resize(grounds_.size());
    draw_maps(counts, false);
    discount(counts, false);
    fit_sources(SourceFit::Effort::first_look);
    if (!step("sharing finds between records", 0.55)) {
      return base::fail("base.cancelled");
    }
    claim_finds();
    const FindCounts left(drops_of(decoys_, grounds_, image_, [&](std::size_t i) { return &claims_[source_of_[i]]; }));
    draw_maps(left, true);
    if (!step("fitting sources", 0.85)) {
      return base::fail("base.cancelled");
    }
    discount(left, true);
    fit_sources(SourceFit::Effort::full);
    if (keep != nullptr) {
      *keep = state(left);
    }
    Reconciliation result = verdicts();
    progress("done", 1);
    return result;
  }

  /// Of `near` (indices, ascending), with all that records share as `state` has it.
  Result<std::vector<RecordVerdict>> run_near(const std::vector<std::size_t>& near, const ReconcileState& state) {
    FG_TRY_VOID(choose_sources());
    grounds_ = grounds_of(snapshot_, image_, options_.hypotheses, options_.written, near, &state.contexts);
    FG_TRY_VOID(keep_known(options_.known, options_.hypotheses, snapshot_, grounds_));
    draw_first(grounds_, image_);
    discount_ = state.discount;
    own_claims_.resize(grounds_.size());
    posterior_.resize(grounds_.size());
    for (std::size_t i = 0; i < grounds_.size(); ++i) {
      const auto kept = state.records.find(snapshot_.minefield_records[i].record_id);
      if (kept != state.records.end()) {
        own_claims_[i] = kept->second.claims;
      }
    }
    add_up_claims();
    const FindCounts counts(state.counts);
    maps_.resize(grounds_.size());
    base::parallel_for(near.size(), 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t n = begin; n < end; ++n) {
        const std::size_t i = near[n];
        maps_[i] = maps_of(grounds_[i], image_, counts, true, &claims_[source_of_[i]], own_claims_[i]);
      }
    });
    for (Source& source : sources_) {
      const auto kept = state.sources.find(source.name);
      if (kept != state.sources.end()) {
        FG_TRY_VOID(judge_near(source, near, kept->second, state));
      }
    }
    order_finds();
    std::vector<RecordVerdict> verdicts(near.size());
    base::parallel_for(near.size(), 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t n = begin; n < end; ++n) {
        verdicts[n] = verdict_of(near[n]);
      }
    });
    return verdicts;
  }

 private:
  /// A record without a sheet shifts on its own.
  std::string sheet_key(std::size_t record) const {
    const mineaction::MinefieldRecord& of = snapshot_.minefield_records[record];
    return of.sheet.empty() ? "record " + of.record_id : "sheet " + of.sheet;
  }

  Result<void> judge_near(Source& source, const std::vector<std::size_t>& near, const ReconcileState::Source& kept,
                          const ReconcileState& state) {
    std::vector<SourceRecord> records;
    std::vector<std::size_t> indices;
    std::vector<ShiftWeights> priors;
    std::map<std::string, std::size_t> sheets;
    for (const std::size_t i : source.records) {
      if (!std::binary_search(near.begin(), near.end(), i)) {
        continue;
      }
      const std::string key = sheet_key(i);
      const auto [sheet, is_new] = sheets.emplace(key, sheets.size());
      if (is_new) {
        priors.push_back(kept.sheets.at(key));
      }
      const auto form = std::find(state.forms.begin(), state.forms.end(), form_key(i));
      if (form == state.forms.end()) {
        return base::fail("evidence.state_stale", {{"record", snapshot_.minefield_records[i].record_id}});
      }
      records.push_back({&maps_[i], &grounds_[i], sheet->second, static_cast<std::size_t>(form - state.forms.begin()),
                         stratum_of(i)});
      indices.push_back(i);
    }
    source.fit = std::make_unique<SourceFit>(std::move(records), kept.law, priors, priors_, discount_);
    source.existence.searched = kept.searched_existence;
    source.existence.unsearched = kept.unsearched_existence;
    for (std::size_t k = 0; k < indices.size(); ++k) {
      posterior_[indices[k]] = {&source, &source.fit->records()[k]};
    }
    return {};
  }

  ReconcileState state(const FindCounts& counts) const {
    ReconcileState kept;
    kept.forms = form_keys_;
    kept.counts = counts.learnt();
    kept.discount = discount_;
    kept.contexts = contexts_of(grounds_);
    for (std::size_t i = 0; i < grounds_.size(); ++i) {
      kept.records[snapshot_.minefield_records[i].record_id] = {windows_of(grounds_[i]), sheet_key(i), own_claims_[i]};
    }
    for (const Source& source : sources_) {
      ReconcileState::Source& of = kept.sources[source.name];
      of.law = source.fit->law();
      of.searched_existence = source.existence.searched;
      of.unsearched_existence = source.existence.unsearched;
      std::vector<ShiftWeights> priors = source.fit->sheet_priors();
      for (std::size_t k = 0; k < source.records.size(); ++k) {
        ShiftWeights& prior = priors[source.sheets[k]];
        if (!prior.empty()) {
          of.sheets[sheet_key(source.records[k])] = std::move(prior);
          prior.clear();
        }
      }
    }
    return kept;
  }

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
    source_of_.resize(snapshot_.minefield_records.size());
    for (auto& [name, source] : by_name) {
      std::map<std::string, std::size_t> sheets;
      std::size_t next = 0;
      for (const std::size_t i : source.records) {
        const auto [at, is_new] = sheets.emplace(sheet_key(i), next);
        next += is_new ? 1 : 0;
        source.sheets.push_back(at->second);
        source_of_[i] = sources_.size();
      }
      sources_.push_back(std::move(source));
    }
    return {};
  }

  bool is_wanted(const Source& source) const {
    return options_.sources.empty() ||
           std::find(options_.sources.begin(), options_.sources.end(), source.name) != options_.sources.end();
  }

  /// Turned outlines, many and seldom right, wait until finds are shared.
  void draw_maps(const FindCounts& counts, bool shared) {
    maps_.resize(grounds_.size());
    base::parallel_for(grounds_.size(), kGrain, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        if (!shared || maps_[i].informative) {
          maps_[i] =
              maps_of(grounds_[i], image_, counts, shared, shared ? &claims_[source_of_[i]] : nullptr, own_claims_[i]);
        }
      }
    });
  }

  /// Records that were expressed in one way can have been misread in the same ways: their coordinate system, and which
  /// hypotheses apply.
  using FormKey = std::pair<std::string, std::vector<std::size_t>>;
  FormKey form_key(std::size_t i) const {
    std::vector<std::size_t> applicable;
    for (const Candidate& candidate : grounds_[i].candidates) {
      if (applicable.empty() || applicable.back() != candidate.hypothesis) {
        applicable.push_back(candidate.hypothesis);
      }
    }
    return {snapshot_.minefield_records[i].recorded_crs, std::move(applicable)};
  }

  void name_forms() {
    forms_.resize(grounds_.size());
    std::map<FormKey, std::size_t> known;
    for (std::size_t i = 0; i < grounds_.size(); ++i) {
      const FormKey key = form_key(i);
      const auto [at, is_new] = known.emplace(key, form_keys_.size());
      if (is_new) {
        form_keys_.push_back(key);
      }
      forms_[i] = at->second;
    }
  }

  void fit_sources(SourceFit::Effort effort) {
    std::vector<RecordsExplained> explained(sources_.size());
    for (std::size_t s = 0; s < sources_.size() && sources_[s].fit; ++s) {
      explained[s] = sources_[s].fit->explained();
    }
    for (std::size_t s = 0; s < sources_.size(); ++s) {
      Source& source = sources_[s];
      std::vector<SourceRecord> records;
      for (std::size_t k = 0; k < source.records.size(); ++k) {
        const std::size_t i = source.records[k];
        records.push_back({&maps_[i], &grounds_[i], source.sheets[k], forms_[i], stratum_of(i)});
      }
      source.fit = std::make_unique<SourceFit>(std::move(records), form_keys_.size(), priors_, discount_, effort,
                                               explained_elsewhere(explained, s));
      for (std::size_t k = 0; k < source.records.size(); ++k) {
        posterior_[source.records[k]] = {&source, &source.fit->records()[k]};
      }
      measure_existence(source);
    }
  }

  std::size_t stratum_of(std::size_t record) const {
    return Discount::stratum(grounds_[record].context, maps_[record].effort);
  }

  /// Learns from decoys how far evidence may be believed.
  void discount(const FindCounts& counts, bool shared) {
    std::vector<DecoyEvidence> decoys(decoys_.size());
    constexpr std::size_t kDecoys = 32;
    base::parallel_for(decoys_.size(), kDecoys, [&](std::size_t begin, std::size_t end) {
      for (std::size_t d = begin; d < end; ++d) {
        decoys[d] = {decoy_log_ratio(map_of(decoys_[d], grounds_, image_, counts,
                                            shared ? &claims_[source_of_[decoys_[d].ground]] : nullptr)),
                     Discount::stratum(decoys_[d].context, decoys_[d].effort)};
      }
    });
    discount_ = discount_of(decoys);
  }

  struct Placement {
    std::size_t reading = 0;
    Xy displacement;  ///< recorded minus true, from the ground of the reading's candidate
  };

  /// Weights of a record's readings given that its field exists, found or gone.
  static std::vector<double> reading_weights(const RecordPosterior& posterior, const Existence& existence) {
    std::vector<double> weights = posterior.readings;
    const double found = existence.findable / std::max(existence.exists, 1e-12);
    for (std::size_t r = 0; r < weights.size(); ++r) {
      weights[r] = found * weights[r] + (1 - found) * posterior.prior[r];
    }
    return weights;
  }

  /// Where the readings of one record lie, each made when it is first asked for.
  class Whereabouts {
   public:
    Whereabouts(const Reconciler& of, std::size_t record, const Existence& existence)
        : of_(of),
          record_(record),
          found_(static_cast<float>(existence.findable / std::max(existence.exists, 1e-12))),
          made_(of.maps_[record].readings.size()) {}

    /// Weights on the reading's map given that the field can be found, summing to 1.
    const std::vector<float>& findable(std::size_t reading) { return at(reading).after; }
    /// The same given that the field exists, found or gone.
    std::vector<float> existing(std::size_t reading) {
      const auto& [before, after] = at(reading);
      std::vector<float> weights = after;
      for (std::size_t k = 0; k < weights.size(); ++k) {
        weights[k] = found_ * weights[k] + (1 - found_) * before[k];
      }
      return weights;
    }

   private:
    const Displacements& at(std::size_t reading) {
      if (!made_[reading]) {
        const auto& [source, posterior] = of_.posterior_[record_];
        made_[reading] =
            displacements_of(of_.maps_[record_], of_.grounds_[record_], reading, source->fit->law(), posterior->shift);
      }
      return *made_[reading];
    }
    const Reconciler& of_;
    std::size_t record_;
    float found_;
    std::vector<std::optional<Displacements>> made_;
  };

  /// The likeliest offset: the lattice point with the most weight round it, refined to the mean near it.
  static Xy likeliest(const std::vector<float>& weights, const PlaceMap& map) {
    const int side = map.side();
    double best = -1;
    int best_x = map.reach;
    int best_y = map.reach;
    const auto near = [&](int x, int y, int reach, auto&& visit) {
      for (int iy = std::max(0, y - reach); iy <= std::min(side - 1, y + reach); ++iy) {
        for (int ix = std::max(0, x - reach); ix <= std::min(side - 1, x + reach); ++ix) {
          visit(ix, iy, static_cast<double>(weights[map.index(ix, iy)]));
        }
      }
    };
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < side; ++x) {
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
      mean.x += w * map.at(ix);
      mean.y += w * map.at(iy);
    });
    return sum > 0 ? Xy{mean.x / sum, mean.y / sum} : Xy{};
  }

  /// The likeliest hypothesis, its likeliest reading, and where that puts the field.
  Placement placement_of(std::size_t i, const std::vector<double>& weights, Whereabouts& where) const {
    std::map<std::size_t, double> by_hypothesis;
    for (std::size_t r = 0; r < weights.size(); ++r) {
      by_hypothesis[hypothesis_of(i, r)] += weights[r];
    }
    const auto likeliest_hypothesis =
        std::max_element(by_hypothesis.begin(), by_hypothesis.end(), [](const auto& a, const auto& b) {
          return a.second < b.second;
        })->first;
    Placement place;
    double best = -1;
    for (std::size_t r = 0; r < weights.size(); ++r) {
      if (hypothesis_of(i, r) == likeliest_hypothesis && weights[r] > best) {
        best = weights[r];
        place.reading = r;
      }
    }
    const Reading& reading = maps_[i].readings[place.reading];
    const Xy on_map = likeliest(where.existing(place.reading), maps_[i].maps[reading.map]);
    place.displacement = {on_map.x - reading.on_map.x, on_map.y - reading.on_map.y};
    return place;
  }

  std::size_t hypothesis_of(std::size_t i, std::size_t reading) const { return candidate_of(i, reading).hypothesis; }
  const Candidate& candidate_of(std::size_t i, std::size_t reading) const {
    return grounds_[i].candidates[maps_[i].readings[reading].candidate];
  }

  /// Records that have most likely found their field claim the finds under it: against the others of their source, for
  /// one source seldom records a field twice; less against other sources, which may well tell of the same field.
  void claim_finds() {
    constexpr double kClaims = 0.3;
    base::parallel_for(maps_.size(), kGrain, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        own_claims_[i].clear();
        if (!maps_[i].informative) {
          continue;
        }
        const auto& [source, posterior] = posterior_[i];
        const Existence existence =
            record_existence(posterior->log_ratio, maps_[i].effort, source->fit->law().findable, source->existence);
        if (existence.findable < kClaims) {
          continue;
        }
        Whereabouts where(*this, i, existence);
        const Placement place = placement_of(i, reading_weights(*posterior, existence), where);
        const auto ground = outline_ground(
            moved(candidate_of(i, place.reading).geometry, {-place.displacement.x, -place.displacement.y}), 0);
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
    add_up_claims();
  }

  void add_up_claims() {
    constexpr float kOtherSources = 0.3F;
    claims_.assign(sources_.size(), {});
    for (std::size_t i = 0; i < own_claims_.size(); ++i) {
      for (const auto& [cell, claim] : own_claims_[i]) {
        for (std::size_t s = 0; s < claims_.size(); ++s) {
          claims_[s].all[cell] += (s == source_of_[i] ? 1 : kOtherSources) * claim;
        }
      }
    }
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

  void radii(std::size_t i, const std::vector<double>& weights, Whereabouts& where, Xy found,
             RecordVerdict& verdict) const {
    constexpr double kBin_m = 5;
    constexpr std::size_t kBins = 2000;  // 10 km: farther is farther
    std::vector<double> mass(kBins, 0.0);
    for (std::size_t r = 0; r < weights.size(); ++r) {
      if (weights[r] < 1e-3) {
        continue;
      }
      const Reading& reading = maps_[i].readings[r];
      const PlaceMap& map = maps_[i].maps[reading.map];
      const auto places = where.existing(r);
      // Recorded less what the map's zero explains, less the displacement on the map.
      const Xy zero{grounds_[i].recorded.x - reading.explained.x + reading.on_map.x,
                    grounds_[i].recorded.y - reading.explained.y + reading.on_map.y};
      for (int iy = 0; iy < map.side(); ++iy) {
        for (int ix = 0; ix < map.side(); ++ix) {
          const double dx = zero.x - map.at(ix) - found.x;
          const double dy = zero.y - map.at(iy) - found.y;
          const double away = std::sqrt(dx * dx + dy * dy);
          mass[std::min(kBins - 1, static_cast<std::size_t>(away / kBin_m))] +=
              weights[r] * static_cast<double>(places[map.index(ix, iy)]);
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

  RecordVerdict verdict_of(std::size_t i) const {
    const mineaction::MinefieldRecord& record = snapshot_.minefield_records[i];
    const auto& [source, posterior] = posterior_[i];
    const SourceLaw& law = source->fit->law();
    RecordVerdict verdict;
    verdict.record_id = record.record_id;
    verdict.source = record.source;
    const Existence existence =
        record_existence(posterior->log_ratio, maps_[i].effort, law.findable, source->existence);
    verdict.probability_exists = existence.exists;
    verdict.probability_findable = existence.findable;
    verdict.log_ratio = posterior->log_ratio;
    verdict.hypothesis = options_.hypotheses.front().id;
    verdict.hypothesis_probability = 1;
    if (maps_[i].readings.empty()) {
      return verdict;
    }
    const RecordGround& ground = grounds_[i];
    const auto weights = reading_weights(*posterior, existence);
    Whereabouts where(*this, i, existence);
    const Placement place = placement_of(i, weights, where);
    const Reading& chosen = maps_[i].readings[place.reading];
    for (std::size_t r = 0; r < weights.size(); ++r) {
      verdict.hypotheses[options_.hypotheses[hypothesis_of(i, r)].id] += weights[r];
    }
    verdict.hypothesis = options_.hypotheses[hypothesis_of(i, place.reading)].id;
    verdict.hypothesis_probability = verdict.hypotheses[verdict.hypothesis];
    verdict.drawn = ground.drawn || ground.candidates.front().hypothesis == 0;
    verdict.against_recorded = against_recorded(i, *posterior, hypothesis_of(i, place.reading));
    verdict.dx_m = chosen.explained.x + place.displacement.x;
    verdict.dy_m = chosen.explained.y + place.displacement.y;
    verdict.explained_x_m = chosen.explained.x;
    verdict.explained_y_m = chosen.explained.y;
    const Xy shift = mean_of(posterior->shift);
    if (candidate_of(i, place.reading).place == Candidate::Place::turned) {
      // The reference point is not known: whatever the source's shift leaves is put down to the turn.
      verdict.explained_x_m = verdict.dx_m - shift.x;
      verdict.explained_y_m = verdict.dy_m - shift.y;
    }
    verdict.corrected = moved(candidate_of(i, place.reading).geometry, {-place.displacement.x, -place.displacement.y});
    radii(i, weights, where, {ground.recorded.x - verdict.dx_m, ground.recorded.y - verdict.dy_m}, verdict);
    const double reach_m =
        std::hypot(shift.x, shift.y) + 2.146 * std::hypot(law.spread_m, law.sheets_m);  // 90 % of a round normal law
    if (!record.geometry.empty()) {
      verdict.searched_share = std::min(1.0, searched_under(outline_ground(record.geometry, reach_m)).first);
    }
    list_finds(verdict);
    verdict.places = places_of(i, where);
    return verdict;
  }

  /// All places of a field that can still be found, heaviest first.
  std::vector<RecordPlace> places_of(std::size_t i, Whereabouts& where) const {
    const RecordPosterior* posterior = posterior_[i].second;
    std::vector<RecordPlace> places;
    for (std::size_t r = 0; r < posterior->readings.size(); ++r) {
      if (posterior->readings[r] < RecordPlace::kLeftOut) {
        continue;
      }
      const Reading& reading = maps_[i].readings[r];
      const PlaceMap& map = maps_[i].maps[reading.map];
      const std::vector<float>& weights = where.findable(r);
      RecordPlace place{posterior->readings[r], candidate_of(i, r).geometry, {}};
      // Weights that all together are less than what is left out need no order.
      const auto least = static_cast<float>(RecordPlace::kLeftOut / 2 / static_cast<double>(weights.size()));
      for (std::size_t k = 0; k < weights.size(); ++k) {
        if (weights[k] < least) {
          continue;
        }
        const auto side = static_cast<std::size_t>(map.side());
        place.moves.push_back({static_cast<float>(reading.on_map.x - map.at(static_cast<int>(k % side))),
                               static_cast<float>(reading.on_map.y - map.at(static_cast<int>(k / side))), weights[k]});
      }
      keep_heaviest(place.moves);
      places.push_back(std::move(place));
    }
    return places;
  }

  static void keep_heaviest(std::vector<RecordPlace::Move>& moves) {
    std::stable_sort(moves.begin(), moves.end(), [](const auto& a, const auto& b) { return a.weight > b.weight; });
    float sum = 0;
    std::size_t kept = 0;
    while (kept < moves.size() && static_cast<double>(sum) < 1 - RecordPlace::kLeftOut) {
      sum += moves[kept++].weight;
    }
    moves.resize(kept);
    moves.shrink_to_fit();
    for (RecordPlace::Move& move : moves) {
      move.weight /= sum;
    }
  }

  /// How many times likelier the finds are under a hypothesis than as recorded; 0 when as-recorded does not apply.
  double against_recorded(std::size_t i, const RecordPosterior& posterior, std::size_t hypothesis) const {
    std::array<double, 2> likelihood{};
    std::array<double, 2> prior{};
    for (std::size_t r = 0; r < posterior.readings.size(); ++r) {
      const std::size_t h = hypothesis_of(i, r);
      for (std::size_t which = 0; which < 2; ++which) {
        if (h == (which == 0 ? 0 : hypothesis)) {
          likelihood[which] += posterior.readings[r];
          prior[which] += posterior.prior[r];
        }
      }
    }
    constexpr double kMost = 1e20;
    return prior[0] > 0 && prior[1] > 0
               ? std::min(kMost, (likelihood[1] / prior[1]) / std::max(likelihood[0] / prior[0], 1e-300))
               : 0;
  }

  static Xy mean_of(const ShiftWeights& weights) {
    Xy mean;
    for (std::size_t k = 0; k < weights.size(); ++k) {
      mean.x += static_cast<double>(weights[k]) * ShiftLattice::at(static_cast<int>(k) % ShiftLattice::kSide);
      mean.y += static_cast<double>(weights[k]) * ShiftLattice::at(static_cast<int>(k) / ShiftLattice::kSide);
    }
    return mean;
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

  void measure_existence(Source& source) const {
    std::vector<ExistenceEvidence> evidence;
    evidence.reserve(source.records.size());
    for (const std::size_t i : source.records) {
      evidence.push_back(
          {maps_[i].informative, maps_[i].effort, posterior_[i].second->log_ratio, discount_.log_mean[stratum_of(i)]});
    }
    source.existence = source_existence(evidence, options_.seed);
  }

  SourceVerdict verdict_of(const Source& source) const {
    SourceVerdict verdict;
    verdict.source = source.name;
    verdict.records = static_cast<std::int64_t>(source.records.size());
    verdict.informative = std::count_if(source.records.begin(), source.records.end(),
                                        [&](std::size_t i) { return maps_[i].informative; });
    verdict.existence = source.existence.all;
    const SourceLaw& law = source.fit->law();
    std::vector<double> exists;
    std::vector<double> hypotheses(options_.hypotheses.size(), 0.0);
    for (const std::size_t i : source.records) {
      const RecordPosterior& posterior = *posterior_[i].second;
      const Existence existence =
          record_existence(posterior.log_ratio, maps_[i].effort, law.findable, source.existence);
      double as_drawn = 0;
      for (std::size_t r = 0; r < posterior.readings.size(); ++r) {
        hypotheses[hypothesis_of(i, r)] += posterior.readings[r] * existence.exists;
        as_drawn += hypothesis_of(i, r) == 0 ? posterior.readings[r] : 0;
      }
      exists.push_back(grounds_[i].drawn ? existence.exists * as_drawn * (1 - posterior.wide_share) : 0);
    }
    const SourceFit::Intervals intervals = source.fit->intervals(exists, options_.seed);
    verdict.shift_x_m = intervals.shift_x_m;
    verdict.shift_y_m = intervals.shift_y_m;
    verdict.spread_m = intervals.spread_m;
    verdict.wide_share = law.wide_share;
    verdict.gone_share = std::max(0.0, 1 - law.findable / source.existence.searched);
    const double all = std::accumulate(hypotheses.begin(), hypotheses.end(), 0.0);
    for (std::size_t h = 0; h < options_.hypotheses.size(); ++h) {
      verdict.hypotheses[options_.hypotheses[h].id] = all > 0 ? hypotheses[h] / all : priors_[h];
    }
    return verdict;
  }

  void order_finds() {
    for (std::size_t f = 0; f < snapshot_.finds.size(); ++f) {
      if (mineaction::is_mine(snapshot_.finds[f].device)) {
        finds_by_x_.push_back(f);
      }
    }
    std::sort(finds_by_x_.begin(), finds_by_x_.end(), [&](std::size_t a, std::size_t b) {
      return std::pair(snapshot_.finds[a].position.x, a) < std::pair(snapshot_.finds[b].position.x, b);
    });
  }

  Reconciliation verdicts() {
    order_finds();
    std::vector<std::size_t> wanted;
    Reconciliation result;
    for (const Source& source : sources_) {
      if (is_wanted(source)) {
        result.sources.push_back(verdict_of(source));
        for (const std::size_t i : source.records) {
          wanted.push_back(i);
        }
      }
    }
    std::sort(wanted.begin(), wanted.end());  // snapshot order is that of record_id
    result.records.resize(wanted.size());
    base::parallel_for(wanted.size(), kGrain, [&](std::size_t begin, std::size_t end) {
      for (std::size_t k = begin; k < end; ++k) {
        result.records[k] = verdict_of(wanted[k]);
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
  std::vector<std::size_t> forms_;
  std::vector<FormKey> form_keys_;
  std::vector<Decoy> decoys_;
  Discount discount_;
  std::vector<std::pair<const Source*, const RecordPosterior*>> posterior_;  ///< by record
  std::vector<std::size_t> source_of_;                                       ///< by record
  std::vector<OwnClaims> own_claims_;
  std::vector<Claims> claims_;  ///< as the records of each source see them
  std::vector<std::size_t> finds_by_x_;
};

}  // namespace

Result<Reconciliation> reconcile(const mineaction::Snapshot& snapshot, const ReconcileOptions& options,
                                 const base::Progress& progress, ReconcileState* keep) {
  FG_CHECK(snapshot.crs.has_value() && !options.hypotheses.empty());
  return Reconciler(snapshot, options).run(progress, keep);
}

Result<std::vector<RecordVerdict>> reconcile_near(const mineaction::Snapshot& snapshot, const ReconcileOptions& options,
                                                  const ReconcileState& state, std::span<const geo::Box> changed) {
  FG_CHECK(snapshot.crs.has_value() && !options.hypotheses.empty());
  using Sheet = std::pair<std::string, std::string>;  // of a source
  std::set<Sheet> sheets;
  const auto each_kept = [&](auto&& visit) {
    for (std::size_t i = 0; i < snapshot.minefield_records.size(); ++i) {
      const mineaction::MinefieldRecord& record = snapshot.minefield_records[i];
      const auto kept = state.records.find(record.record_id);
      FG_CHECK(kept != state.records.end());
      visit(i, kept->second, Sheet(record.source, kept->second.sheet));
    }
  };
  each_kept([&](std::size_t, const ReconcileState::Record& kept, const Sheet& sheet) {
    const bool touched = std::any_of(kept.windows.begin(), kept.windows.end(), [&](const geo::Box& window) {
      return std::any_of(changed.begin(), changed.end(), [&](const geo::Box& box) { return window.intersects(box); });
    });
    if (touched) {
      sheets.insert(sheet);
    }
  });
  std::vector<std::size_t> near;
  std::vector<geo::Box> windows;
  each_kept([&](std::size_t i, const ReconcileState::Record& kept, const Sheet& sheet) {
    if (sheets.contains(sheet)) {
      near.push_back(i);
      windows.insert(windows.end(), kept.windows.begin(), kept.windows.end());
    }
  });
  if (near.empty()) {
    return std::vector<RecordVerdict>();
  }
  return Reconciler(snapshot, options, windows).run_near(near, state);
}

}  // namespace firmground::evidence
