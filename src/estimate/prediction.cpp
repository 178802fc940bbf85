#include "estimate/prediction.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/random.h"
#include "base/wide_vectors.h"
#include "estimate/cell_means.h"
#include "estimate/fast_exp.h"
#include "estimate/lane_math.h"
#include "estimate/normal_nodes.h"
#include "estimate/patchiness.h"

namespace firmground::estimate {

namespace {

/// 1 - exp(-intensity), with its digits where the intensity is small.
inline float presence_of(float intensity) {
  const float series = intensity * (1 - intensity * (0.5F - intensity * (1.0F / 6)));
  const float whole = 1 - fast_exp(-std::min(intensity, 80.0F));
  return intensity < 0.02F ? series : whole;
}

/// Items left in each draw: p left / (1 - p detected), times what the place has of its own (eq. 13).
FG_WIDE_VECTORS void find_items(const std::vector<float>& hazard, const std::vector<float>& count, float left,
                                float detected, float* items) {
  const float* h = hazard.data();
  const float* c = count.data();
  const std::size_t draws = hazard.size();
  for (std::size_t m = 0; m < draws; ++m) {
    const float p = presence_of(h[m]);
    items[m] = p * left / (1 - p * detected) * c[m];
  }
}

FG_WIDE_VECTORS void find_none(const std::vector<float>& hazard, float* none, float* any) {
  const float* h = hazard.data();
  const std::size_t draws = hazard.size();
  for (std::size_t m = 0; m < draws; ++m) {
    none[m] = -h[m];
    any[m] = presence_of(h[m]);
  }
}

/// The same of a searched cell where nothing was found (eq. 13), `own`: what its place has of its own.
FG_WIDE_VECTORS void find_none_left(const std::vector<float>& hazard, const float* own, const OwnSearch& search,
                                    float* none, float* any) {
  const float* h = hazard.data();
  const std::size_t draws = hazard.size();
  for (std::size_t m = 0; m < draws; ++m) {
    const float p = presence_of(h[m]);
    const float left = std::max(1e-6F, 1 - p * search.missed / (1 - p * search.detected));
    none[m] = static_cast<float>(lane_log(static_cast<double>(left))) * own[m];
    any[m] = presence_of(-none[m]);
  }
}

/// Side of the squares that have something in common that neither fields nor effects tell (eq. 65).
constexpr double kUntoldSide_m = 1600;

}  // namespace

double mean_presence(double mean, double variance, double recorded, double patchiness) {
  const double sd = std::sqrt(std::max(variance, 0.0));
  double sum = 0;
  for (const NormalNode& node : nodes_of(rule_for(sd))) {
    sum += node.weight * presence_at(mean + sd * node.at, patchiness, recorded);
  }
  return sum;
}

double mean_intensity(double mean, double variance) {
  return std::exp(std::min(mean + 0.5 * std::min(variance, 4.0), 20.0));
}

/// Posterior covariances among the eight nodes of one square, fetched once for all its cells.
struct CellPredictor::Square {
  std::array<std::int32_t, 8> node = {-2, -2, -2, -2, -2, -2, -2, -2};
  std::array<double, 36> covariance{};
  double scale = 1;
};

CellPredictor::CellPredictor(const ClassPosterior& posterior, const evidence::Observations& observations,
                             const EstimateOptions& options, DrawSet set)
    : posterior_(posterior),
      observations_(observations),
      latent_draws_(set == DrawSet::own ? posterior.latent_draws : posterior.more_draws.latent),
      border_draws_(set == DrawSet::own ? posterior.border_draws : posterior.more_draws.border),
      count_draws_(set == DrawSet::own ? posterior.count_draws : posterior.more_draws.count),
      draws_(count_draws_.size()),
      seed_(options.seed),
      years_ahead_(options.years_ahead),
      untold_sd_(options.left_out.untold_sd),
      searched_law_(moments_of(posterior.law)),
      law_ahead_(moments_of(posterior.law_ahead)),
      searched_(observations.grid.size()),
      left_out_(options.leave_out) {
  FG_CHECK(draws_ <= MissedFactors::kMostDraws);
  border_share_.set(sparse::transposed(posterior.fit.spread), *posterior.fit.schur);
  for (const SmoothEffect& effect : posterior.model.effects) {
    for (const evidence::CovariateField& field : observations.covariates) {
      if (field.name == effect.name) {
        fields_.push_back(&field);
      }
    }
  }
  FG_CHECK(fields_.size() == posterior.model.effects.size());
  for (const auto& searched : observations.searched[static_cast<std::size_t>(posterior.ordnance_class)]) {
    searched_.add(searched.cell);
  }
  searched_.count();
  if (!posterior.recorded.empty()) {
    switch_records();
  }
}

CellPredictor::LawMoments CellPredictor::moments_of(const CountLaw& law) {
  const double positive = positive_mean(law);
  const double second =
      law.mean * law.mean / law.shape + law.mean + law.mean * law.mean;  // E[N^2] of the untruncated law
  const double any = law.mean / positive;                                // P(N > 0)
  return {positive, second / any};
}

/// How well the searches of one place detect differs from place to place (eq. 49).
const float* CellPredictor::missed_factors(float detection, const DrawFactors& factor) const {
  return posterior_.missed->at(detection) + (factor.missed_start & (MissedFactors::kCount - 1));
}

/// Which records' fields can be found, draw by draw: each its own Bernoulli numbers, wherever it is asked.
void CellPredictor::switch_records() {
  constexpr std::uint64_t kStream = 1ULL << 40U;
  there_.reserve(posterior_.findable.size() * draws_);
  for (std::size_t r = 0; r < posterior_.findable.size(); ++r) {
    base::Random random(seed_ + 191, kStream + r);
    for (std::size_t m = 0; m < draws_; ++m) {
      there_.push_back(random.chance(posterior_.findable[r]) ? 1 : 0);
    }
  }
}

/// Adds what records put into a cell to the draws' intensities.  On ground never searched a field is there in a draw or
/// it is not, in all its cells (eq. 48); in a searched cell the mean stands.
void CellPredictor::add_recorded(std::uint32_t cell, std::vector<float>& intensity) const {
  const float recorded = posterior_.recorded.empty() ? 0 : posterior_.recorded[cell];
  if (recorded == 0) {
    return;
  }
  if (searched_.has(cell)) {
    for (float& value : intensity) {
      value += recorded;
    }
    return;
  }
  for (const evidence::RecordShare& share : observations_.records->at(cell)) {
    const float hazard = -std::log1p(-std::min(0.999F, share.probability));
    const std::uint8_t* there = there_.data() + share.record * draws_;
    for (std::size_t m = 0; m < draws_; ++m) {
      intensity[m] += hazard * static_cast<float>(there[m]);
    }
  }
}

void CellPredictor::load_square(const CellDesign& design, Square& square) const {
  if (square.node == design.node) {
    return;
  }
  square.node = design.node;
  const sparse::SymmetricMatrix& pattern = posterior_.model.pattern;
  std::size_t pair = 0;
  for (std::size_t a = 0; a < 8; ++a) {
    for (std::size_t b = 0; b <= a; ++b, ++pair) {
      const std::int32_t i = design.node[a];
      const std::int32_t j = design.node[b];
      const sparse::Index at = i >= 0 && j >= 0 ? pattern.place(std::max(i, j), std::min(i, j)) : -1;
      square.covariance[pair] = at >= 0 ? posterior_.covariance[static_cast<std::size_t>(at)] : 0;
    }
  }
  square.scale = 1;
  if (design.node[0] >= 0) {
    square.scale = 0;
    for (std::size_t a = 0; a < 4; ++a) {
      square.scale += 0.25 * static_cast<double>(posterior_.variance_scale[static_cast<std::size_t>(design.node[a])]);
    }
    // Edges of the lattice inflate the variance; nothing may make it larger than the prior's.
    square.scale = std::min(square.scale, 1.0);
  }
}

/// Of a run of cells: where they lie, and mean and variance of their predictors.
struct CellPredictor::Row {
  std::vector<CellDesign> design;
  std::vector<BasisPlace> basis;  ///< cells x effects
  std::vector<double> mean;
  std::vector<double> variance;
  std::vector<double> scale;  ///< of the short field's variance (Square)
};

void CellPredictor::fill_places(const std::vector<std::uint32_t>& cells, Row& row) const {
  const std::size_t effects = fields_.size();
  row.basis.resize(cells.size() * effects);
  for (std::size_t e = 0; e < effects; ++e) {
    const SmoothEffect& effect = posterior_.model.effects[e];
    const std::vector<float>& value = fields_[e]->value;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      row.basis[i * effects + e] = basis_place(effect, value[cells[i]]);
    }
  }
}

void CellPredictor::fill_moments(const std::vector<std::uint32_t>& cells, KnownFields known, Row& row) const {
  const std::size_t effects = fields_.size();
  row.design.resize(cells.size());
  row.mean.resize(cells.size());
  row.variance.resize(cells.size());
  row.scale.resize(cells.size());
  fill_places(cells, row);
  Square square;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    row.design[i] = cell_design(posterior_.model, observations_.grid, cells[i]);
    for (std::size_t k = 0; k < 8; ++k) {
      row.design[i].node[k] = (k < 4 ? known.near_by : known.region) ? row.design[i].node[k] : -1;
    }
    RowSum touched;
    border_share_.touch_column(0, 1, touched);
    double sum = posterior_.fit.border[0];
    for (std::size_t e = 0; e < effects; ++e) {
      const BasisPlace& place = row.basis[i * effects + e];
      const std::size_t column = posterior_.model.effects[e].first_column + place.knot;
      border_share_.touch_column(column, place.left, touched);
      border_share_.touch_column(column + 1, place.right, touched);
      sum += effect_at(posterior_.model.effects[e], place, posterior_.fit.border.data());
    }
    const CellDesign& design = row.design[i];
    for (std::size_t k = 0; k < 8; ++k) {
      if (design.node[k] >= 0) {
        const auto node = static_cast<std::size_t>(design.node[k]);
        sum += static_cast<double>(design.weight[k]) * posterior_.fit.latent[node];
        border_share_.touch_node(node, design.weight[k], touched);
      }
    }
    load_square(design, square);
    row.mean[i] = sum;
    row.variance[i] = border_share_.variance(touched) + field_variance(design, square);
    row.scale[i] = square.scale;
    if (has_untold(cells[i])) {
      row.mean[i] -= 0.5 * untold_sd_ * untold_sd_;
      row.variance[i] += untold_sd_ * untold_sd_;
    }
  }
}

/// Presence-only: `rate` holds the draws' intensities, events a year; what comes out is of the years ahead.
void CellPredictor::finish_events(std::uint32_t cell, std::size_t at, double mean, double variance,
                                  const std::vector<float>& rate, ClassPrediction& out) const {
  const PastEvents& events = *posterior_.events;
  const auto ahead = [&](double intensity) {
    return events_ahead(events.law, static_cast<double>(events.count[cell]), events.exposure, intensity, years_ahead_);
  };
  const LogRate ground = events.law.ahead({mean, variance});
  const double sd = std::sqrt(std::max(ground.variance, 0.0));
  EventsAhead sum;
  double probability = 0;
  for (const NormalNode& node : nodes_of(kHermiteRule)) {  // events grow with the intensity without end
    const EventsAhead there = ahead(std::exp(std::min(ground.mean + sd * node.at, 20.0)));
    probability += node.weight * -std::expm1(there.log_none);
    sum.expected += node.weight * there.expected;
    sum.excess += node.weight * there.excess;
  }
  out.find_probability[at] = out.probability[at] = static_cast<float>(probability);
  out.items[at] = std::max(static_cast<float>(sum.expected), out.probability[at]);
  out.variance_items[at] = static_cast<float>(sum.expected + sum.excess);
  const auto columns = static_cast<std::uint32_t>(observations_.grid.columns);
  const auto country_columns = static_cast<std::uint64_t>(observations_.whole().columns);
  const std::uint64_t of_country =
      (cell / columns + observations_.first_row()) * country_columns + cell % columns + observations_.first_column();
  base::Random random(seed_ + 131 * (static_cast<std::uint64_t>(posterior_.ordnance_class) + 1), of_country);
  for (std::size_t m = 0; m < draws_; ++m) {
    // The gamma law whose Poisson numbers have the same mean and variance; of one year it is that of eq. 6.
    const EventsAhead draw = ahead(std::max(1e-30, static_cast<double>(rate[m])));
    const double scale = draw.excess / draw.expected;
    const auto expected = static_cast<float>(random.gamma(draw.expected / scale, scale));
    out.item_draws[at * draws_ + m] = expected;
    out.none_draws[at * draws_ + m] = -expected;
    out.any_draws[at * draws_ + m] = presence_of(expected);
  }
}

/// A cell with finds: what is left depends on them and not on the field (eq. 12).
void CellPredictor::finish_found(const evidence::SearchedCell& searched, std::size_t at, const DrawFactors& factor,
                                 ClassPrediction& out) const {
  const Remaining left = remaining_after_finds(posterior_.law, static_cast<double>(searched.share),
                                               static_cast<double>(searched.detection), searched.found);
  out.probability[at] = static_cast<float>(left.probability);
  out.items[at] = static_cast<float>(std::max(left.mean, left.probability));
  out.variance_items[at] = out.items[at] * static_cast<float>(1 + 1 / posterior_.law.shape);
  const float log_none = std::log(std::max(1e-6F, 1 - out.probability[at]));
  const float* missed = missed_factors(searched.detection, factor);
  for (std::size_t m = 0; m < draws_; ++m) {
    const float f = missed[m];
    out.item_draws[at * draws_ + m] = out.items[at] * count_draws_[m] * f;
    out.none_draws[at * draws_ + m] = log_none * f;
    out.any_draws[at * draws_ + m] = presence_of(-log_none * f);
  }
}

const evidence::SearchedCell* CellPredictor::search_of(std::uint32_t cell) const {
  const auto which = static_cast<std::size_t>(posterior_.ordnance_class);
  return searched_.has(cell) ? &observations_.searched[which][searched_.number(cell)] : nullptr;
}

bool CellPredictor::has_untold(std::uint32_t cell) const {
  return untold_sd_ > 0 && !posterior_.events && (!searched_.has(cell) || (!left_out_.empty() && left_out_[cell] != 0));
}

/// The factor of the square of a cell on its intensity, draw by draw, as a logarithm; its mean is 1 (eq. 65).
void CellPredictor::fill_untold(std::uint64_t square, std::vector<float>& untold) const {
  base::Random random(seed_ + 223 * (static_cast<std::uint64_t>(posterior_.ordnance_class) + 1), square);
  for (float& value : untold) {
    value = static_cast<float>(untold_sd_ * random.normal() - 0.5 * untold_sd_ * untold_sd_);
  }
}

OwnSearch CellPredictor::own_search(std::uint32_t cell) const {
  const evidence::SearchedCell* searched = search_of(cell);
  if (searched == nullptr) {
    return {.left = static_cast<float>(law_ahead_.positive)};
  }
  const SearchMeaning& meaning = posterior_.searches->at(searched->share, searched->detection);
  return {meaning.detection_of_presence, 1 - meaning.detection_of_presence, meaning.left_factor,
          searched->found > 0 ? searched : nullptr};
}

void CellPredictor::fill_means(const std::vector<std::uint32_t>& cells, const Row& row, ClassPrediction& out) const {
  const double prior_variance = posterior_.short_variance + posterior_.long_variance + posterior_.effect_variance;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    out.evidence[i] = static_cast<float>(std::clamp(1 - row.variance[i] / prior_variance, 0.0, 1.0));
  }
  if (posterior_.events) {
    return;
  }
  CellMeans means;
  means.resize(cells.size());
  means.mean = row.mean;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const OwnSearch own = own_search(cells[i]);
    means.sd[i] = std::sqrt(std::max(row.variance[i], 0.0));
    means.recorded[i] = posterior_.recorded.empty() ? 0.0 : static_cast<double>(posterior_.recorded[cells[i]]);
    means.detected[i] = static_cast<double>(own.detected);
    means.missed[i] = static_cast<double>(own.missed);
    means.left[i] = static_cast<double>(own.left);
  }
  find_cell_means(posterior_.hyper.patchiness(), means);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool searched = search_of(cells[i]) != nullptr;
    const double second = (searched ? searched_law_ : law_ahead_).second;
    const double probability = means.probability[i];
    out.find_probability[i] = searched ? static_cast<float>(means.presence[i] * means.detected[i]) : 0;
    out.probability[i] = static_cast<float>(probability);
    out.items[i] = static_cast<float>(std::max(probability, means.items[i]));
    out.variance_items[i] = static_cast<float>(std::max(0.0, probability * second - means.items[i] * means.items[i]));
  }
}

void CellPredictor::finish_cell(std::uint32_t cell, std::size_t at, const Row& row, bool with_none,
                                const DrawFactors& factor, std::vector<float>& eta, ClassPrediction& out) const {
  float* items = out.item_draws.data() + at * draws_;
  float* none = out.none_draws.data() + at * draws_;
  float* any_left = out.any_draws.data() + at * draws_;
  if (posterior_.events) {
    for (float& value : eta) {
      value = static_cast<float>(posterior_.events->law.ahead({static_cast<double>(value), 0}).mean);
    }
  }
  to_hazard(eta, posterior_.hyper.patchiness());
  add_recorded(cell, eta);
  if (posterior_.events) {
    finish_events(cell, at, row.mean[at], row.variance[at], eta, out);
    return;
  }
  const evidence::SearchedCell* searched = search_of(cell);
  if (searched != nullptr && searched->found > 0) {
    finish_found(*searched, at, factor, out);
    return;
  }
  const OwnSearch search = own_search(cell);
  find_items(eta, factor.count, search.left, search.detected, items);
  if (searched == nullptr) {
    if (with_none) {
      find_none(eta, none, any_left);
    }
    return;
  }
  const float* own = missed_factors(searched->detection, factor);
  for (std::size_t m = 0; m < draws_; ++m) {
    items[m] *= own[m];
  }
  if (with_none) {
    find_none_left(eta, own, search, none, any_left);
  }
}

/// Per draw, the factor on the items of a place: what all share, times what the place has of its own.
void CellPredictor::fill_counts(std::uint64_t place, DrawFactors& factor) const {
  const std::size_t mask = posterior_.place_factors.size() - 1;
  // Places start somewhere in the table each: two meet the same factor in one draw as rarely as they start together.
  const std::size_t at =
      base::Random(seed_ + 31 * (static_cast<std::uint64_t>(posterior_.ordnance_class) + 1), place).bits();
  factor.missed_start = at >> 32U;
  for (std::size_t m = 0; m < draws_; ++m) {
    factor.count[m] = count_draws_[m] * posterior_.place_factors[(at + m) & mask];
  }
}

double CellPredictor::field_variance(const CellDesign& design, const Square& square) const {
  double field = 0;
  std::size_t pair = 0;
  for (std::size_t a = 0; a < 8; ++a) {
    for (std::size_t b = 0; b <= a; ++b, ++pair) {
      const double scale = a < 4 ? square.scale : b < 4 ? std::sqrt(square.scale) : 1.0;
      field += (a == b ? 1.0 : 2.0) * scale * static_cast<double>(design.weight[a]) *
               static_cast<double>(design.weight[b]) * square.covariance[pair];
    }
  }
  return std::max(field, 0.0) + (design.node[0] >= 0 ? 0.0 : posterior_.short_variance) +
         (design.node[4] >= 0 ? 0.0 : posterior_.long_variance);
}

/// Adds a cell's nodes and border to its draws. Where the lattice's edge inflates the short field's variance, its draws
/// are drawn together about their mean as field_variance() does.
void CellPredictor::draw_eta(const Row& row, std::size_t at, bool known, std::vector<float>& eta) const {
  const CellDesign& design = row.design[at];
  const auto near = static_cast<float>(std::sqrt(row.scale[at]));
  float kept = 0;
  RowSum sum;
  for (std::size_t k = known ? 0 : 4; k < (design.node[4] >= 0 ? 8U : 4U); ++k) {
    const auto node = static_cast<std::size_t>(design.node[k]);
    sum.add(latent_draws_.data() + node * draws_, k < 4 ? near * design.weight[k] : design.weight[k]);
    kept += k < 4 ? (1 - near) * design.weight[k] * static_cast<float>(posterior_.fit.latent[node]) : 0;
  }
  sum.add(border_draws_.data(), 1);
  for (std::size_t e = 0; e < fields_.size(); ++e) {
    const BasisPlace& place = row.basis[at * fields_.size() + e];
    const float* from = border_draws_.data() + (posterior_.model.effects[e].first_column + place.knot) * draws_;
    sum.add(from, place.left);
    sum.add(from + draws_, place.right);
  }
  for (float& value : eta) {
    value += kept;
  }
  add_rows(sum, eta);
}

template <typename Visit>
void CellPredictor::draw(const std::vector<std::uint32_t>& cells, KnownFields fields, const Row& row,
                         Visit&& visit) const {
  const auto short_sd = static_cast<float>(std::sqrt(posterior_.short_variance));
  const auto long_sd = static_cast<float>(std::sqrt(posterior_.long_variance));
  const auto step = static_cast<std::uint32_t>(posterior_.place_cells);
  const auto columns = static_cast<std::uint32_t>(observations_.grid.columns);
  const auto square_side =
      static_cast<std::uint32_t>(std::max(1L, std::lround(kUntoldSide_m / observations_.grid.cell_m)));
  const std::uint32_t first_column = observations_.first_column();
  const std::uint32_t first_row = observations_.first_row();
  // Places and squares are those of the whole country, whatever region these cells are in.
  const auto of_country = [&](std::uint32_t cell, std::uint32_t side) {
    return (static_cast<std::uint64_t>((cell / columns + first_row) / side) << 32U) |
           ((cell % columns + first_column) / side);
  };
  std::vector<float> eta(draws_);
  std::vector<float> untold(draws_);
  std::uint64_t untold_of = ~std::uint64_t{0};
  std::vector<float> unknown(draws_);
  std::vector<float> region(fields.region ? 0 : draws_);
  base::Random random_region(seed_ + 177 * (static_cast<std::uint64_t>(posterior_.ordnance_class) + 1), 3);
  for (float& value : region) {  // one value for all these cells: the long field hardly varies between neighbours
    value = long_sd * static_cast<float>(random_region.normal());
  }
  DrawFactors factor{std::vector<float>(draws_)};
  std::uint64_t place = ~std::uint64_t{0};
  bool drawn = false;  // `unknown` is that of the place
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool known = row.design[i].node[0] >= 0;
    const std::uint64_t key = of_country(cells[i], step);
    if (key != place) {
      place = key;
      drawn = false;
      fill_counts(key, factor);
    }
    if (known) {
      std::fill(eta.begin(), eta.end(), 0.0F);
    } else {
      // Far from any data the short field is what the prior says: one value per square and draw.
      if (!drawn) {
        drawn = true;
        base::Random random(seed_ + 77 * (static_cast<std::uint64_t>(posterior_.ordnance_class) + 1), key);
        for (float& value : unknown) {
          value = short_sd * static_cast<float>(random.normal());
        }
      }
      eta = unknown;
    }
    for (std::size_t m = 0; m < region.size(); ++m) {
      eta[m] += region[m];
    }
    if (has_untold(cells[i])) {
      if (const std::uint64_t square = of_country(cells[i], square_side); square != untold_of) {
        untold_of = square;
        fill_untold(square, untold);
      }
      for (std::size_t m = 0; m < draws_; ++m) {
        eta[m] += untold[m];
      }
    }
    draw_eta(row, i, known, eta);
    visit(i, factor, eta);
  }
}

void CellPredictor::predict(const std::vector<std::uint32_t>& cells, const std::vector<std::uint8_t>& with_none,
                            ClassPrediction& out) const {
  const std::size_t count = cells.size();
  for (auto* v : {&out.probability, &out.items, &out.variance_items, &out.evidence, &out.find_probability}) {
    v->assign(count, 0);
  }
  out.item_draws.resize(count * draws_);
  out.none_draws.resize(count * draws_);
  out.any_draws.resize(count * draws_);
  Row row;
  fill_moments(cells, {}, row);
  fill_means(cells, row, out);
  draw(cells, {}, row, [&](std::size_t i, const DrawFactors& factor, std::vector<float>& eta) {
    finish_cell(cells[i], i, row, with_none[i] != 0, factor, eta, out);
  });
}

void CellPredictor::moments(const std::vector<std::uint32_t>& cells, std::vector<double>& mean,
                            std::vector<double>& variance) const {
  Row row;
  fill_moments(cells, {}, row);
  mean = std::move(row.mean);
  variance = std::move(row.variance);
}

void CellPredictor::log_intensity(const std::vector<std::uint32_t>& cells, KnownFields known, LogIntensity& out) const {
  out.eta.resize(cells.size() * draws_);
  Row row;
  fill_moments(cells, known, row);
  draw(cells, known, row, [&](std::size_t i, const DrawFactors&, const std::vector<float>& eta) {
    std::copy(eta.begin(), eta.end(), out.eta.begin() + static_cast<std::ptrdiff_t>(i * draws_));
  });
  out.variance = std::move(row.variance);
  out.mean = std::move(row.mean);
  out.design = std::move(row.design);
  out.basis = std::move(row.basis);
}

}  // namespace firmground::estimate
