#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "estimate/border_share.h"
#include "estimate/class_posterior.h"
#include "estimate/numbered_cells.h"
#include "evidence/observations.h"

namespace firmground::estimate {

/// What one class says about a run of cells.
struct ClassPrediction {
  std::vector<float> probability;       ///< of at least one item remaining
  std::vector<float> items;             ///< expected number remaining, >= probability
  std::vector<float> variance_items;    ///< of the number remaining, given the fields
  std::vector<float> evidence;          ///< 1 - posterior / prior variance of the log intensity
  std::vector<float> find_probability;  ///< P(the recorded search finds anything): what validation can check
  std::vector<float> item_draws;        ///< cells x draws: conditional mean of the number remaining
  std::vector<float> none_draws;        ///< cells x draws: log P(no item remains), where it was asked for
  std::vector<float> any_draws;         ///< cells x draws: P(any item remains), where it was asked for
};

/// Which of a cell's fields are told by the data round it; one that is not is what its prior says.
struct KnownFields {
  bool near_by = true;  ///< short field
  bool region = true;   ///< long field
};

/// The linear predictor of a run of cells, before it is an intensity.
struct LogIntensity {
  std::vector<double> mean, variance;
  std::vector<float> eta;          ///< cells x draws
  std::vector<CellDesign> design;  ///< nodes that do not bear on a cell are -1
  std::vector<BasisPlace> basis;   ///< cells x effects
};

/// What a cell's own search does to the chance p that it held any item: any left with p missed / (1 - p detected),
/// items expected p left / (1 - p detected) (eq. 13).
struct OwnSearch {
  float detected = 0;
  float missed = 1;
  float left = 0;
  const evidence::SearchedCell* found = nullptr;  ///< something was: what is left follows from that (eq. 12)
};

/// Which of a posterior's joint draws are predicted.
enum class DrawSet : std::uint8_t { own, more };

/// Predicts cells of one class from its posterior (eq. 17-20). Thread-safe: const and without shared scratch.
class CellPredictor {
 public:
  CellPredictor(const ClassPosterior& posterior, const evidence::Observations& observations,
                const EstimateOptions& options, DrawSet set = DrawSet::own);
  /// REQUIRES: cells ascending; with_none.size() == cells.size(): whether none_draws are wanted there.
  void predict(const std::vector<std::uint32_t>& cells, const std::vector<std::uint8_t>& with_none,
               ClassPrediction& out) const;
  /// What predict() starts from, with all fields known or not.  REQUIRES: as predict().
  void log_intensity(const std::vector<std::uint32_t>& cells, KnownFields known, LogIntensity& out) const;
  OwnSearch own_search(std::uint32_t cell) const;
  const ClassPosterior& posterior() const { return posterior_; }
  std::size_t draws() const { return draws_; }
  /// Mean and variance of the log intensity alone.  REQUIRES: cells ascending.
  void moments(const std::vector<std::uint32_t>& cells, std::vector<double>& mean, std::vector<double>& variance) const;
  /// Adds what minefield records put into a cell to the draws' intensities (eq. 48).
  void add_recorded(std::uint32_t cell, std::vector<float>& intensity) const;
  /// Whether the field of a record can be found in a joint draw (eq. 48).  REQUIRES: the class has records.
  bool is_there(std::size_t record, std::size_t draw) const { return there_[record * draws_ + draw] != 0; }

 private:
  /// What the cells of a place have in common in each draw.
  struct DrawFactors {
    std::vector<float> count;      ///< on the number of items
    std::size_t missed_start = 0;  ///< where the place begins in tables of MissedFactors
  };
  /// Moments of a count law that every cell needs.
  struct LawMoments {
    double positive;  ///< E[N | N > 0]
    double second;    ///< E[N^2 | N > 0]
  };
  static LawMoments moments_of(const CountLaw& law);
  struct Square;
  void load_square(const CellDesign& design, Square& square) const;
  struct Row;
  void fill_places(const std::vector<std::uint32_t>& cells, Row& row) const;
  void fill_moments(const std::vector<std::uint32_t>& cells, KnownFields known, Row& row) const;
  template <typename Visit>
  void draw(const std::vector<std::uint32_t>& cells, KnownFields known, const Row& row, Visit&& visit) const;
  const evidence::SearchedCell* search_of(std::uint32_t cell) const;
  double field_variance(const CellDesign& design, const Square& square) const;
  void draw_eta(const Row& row, std::size_t at, bool known, std::vector<float>& eta) const;
  void fill_counts(std::uint64_t place, DrawFactors& factor) const;
  /// Whether the fit saw no search of a cell: fields and effects do not tell all of it.
  bool has_untold(std::uint32_t cell) const;
  void fill_untold(std::uint64_t square, std::vector<float>& untold) const;
  void finish_events(std::uint32_t cell, std::size_t at, double mean, double variance, const std::vector<float>& rate,
                     ClassPrediction& out) const;
  /// What the searches of a place missed, draw by draw.
  const float* missed_factors(float detection, const DrawFactors& factor) const;
  void finish_found(const evidence::SearchedCell& searched, std::size_t at, const DrawFactors& factor,
                    ClassPrediction& out) const;
  void switch_records();
  /// Without draws.
  void fill_means(const std::vector<std::uint32_t>& cells, const Row& row, ClassPrediction& out) const;
  void finish_cell(std::uint32_t cell, std::size_t at, const Row& row, bool with_none, const DrawFactors& factor,
                   std::vector<float>& eta, ClassPrediction& out) const;

  const ClassPosterior& posterior_;
  const evidence::Observations& observations_;
  const std::vector<float>& latent_draws_;
  const std::vector<float>& border_draws_;
  const std::vector<float>& count_draws_;
  std::size_t draws_;
  std::uint64_t seed_;
  int years_ahead_;
  double untold_sd_;
  LawMoments searched_law_;
  LawMoments law_ahead_;  ///< of cells never searched
  BorderShare border_share_;
  std::vector<const evidence::CovariateField*> fields_;
  NumberedCells searched_;              ///< numbered as the class's searches are listed
  std::vector<std::uint8_t> left_out_;  ///< by cell: the fit did not see its search; empty: none
  std::vector<std::uint8_t> there_;     ///< records x draws: the field can be found in that draw
};

/// E[1 - exp(-exp(eta))] for eta normal (Gauss-Hermite, 9 nodes).
double mean_presence(double mean, double variance, double recorded, double patchiness);
/// E[exp(eta)], capped where the lognormal's tail alone would decide.
double mean_intensity(double mean, double variance);

}  // namespace firmground::estimate
