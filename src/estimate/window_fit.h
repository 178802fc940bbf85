#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/error.h"
#include "estimate/class_posterior.h"
#include "estimate/estimate_state.h"

namespace firmground::estimate {

/// How far a window reaches beyond what is to be predicted: three short ranges, in nodes.
std::int32_t window_margin(const ClassState& kept, const geo::Grid& grid);

/// One class fitted anew in a window of the country, from where a whole estimate left it (docs/methods/hazard-field.md,
/// eq. 34-36): short nodes beyond are held; the long field and the effects, which all ground shares, move as far as all
/// that is known of them elsewhere lets them; hyperparameters, knots and laws of counts stay.
class WindowFit {
 public:
  /// `wanted`: by cell of the state's grid, what is to be predicted.  `kept`: a class of the state.  REQUIRES: where
  /// the state is of a part of the country, it has window_reach() round what is wanted.
  WindowFit(const EstimateState& state, const ClassState& kept, const std::vector<std::uint8_t>& wanted);

  /// The window as the whole estimate saw it.  REQUIRES: records and covariates of `before` are those of then.
  /// The posterior must outlive settle().  Errors: sparse.not_positive_definite.
  base::Result<std::unique_ptr<ClassPosterior>> look(const evidence::Observations& before);
  /// The window with what is observed now, and the blocks that nobody searched as they are now.  `more_draws`: how
  /// many, apart from those that join the rest of the country; 0: none.  REQUIRES: `before` is what look() gave.
  /// Errors: estimate.no_convergence, sparse.not_positive_definite.
  base::Result<std::unique_ptr<ClassPosterior>> settle(const evidence::Observations& now,
                                                       const std::vector<KeptBlock>& blocks,
                                                       const ClassPosterior& before, std::size_t more_draws = 0);

  /// By how much long field and effects moved in all of the country: long nodes, then the border.
  const std::vector<double>& shared_shift() const { return shared_shift_; }
  /// The long field's lattice over the country.
  const Lattice& long_lattice() const { return whole_long_; }

 private:
  std::unique_ptr<ClassPosterior> posterior_on(const evidence::Observations& observations,
                                               const std::vector<evidence::SearchedCell>& searched,
                                               const std::vector<KeptBlock>& blocks, const Lattice& short_lattice,
                                               RecordedHazard recorded) const;
  RecordedHazard recorded_in(const evidence::Observations& observations) const;
  bool in_window(std::uint32_t cell) const;
  template <typename OfCell>
  std::span<const OfCell> of_rows(const std::vector<OfCell>& list) const;
  void find_rows();
  void name_shared(const Lattice& long_part);
  std::vector<double> latent_of(const HazardModel& model) const;
  Surroundings surroundings(const HazardModel& model, const sparse::DenseMatrix& shared_prior) const;
  base::Result<void> learn_outside(const ClassPosterior& posterior, const std::vector<double>& weight);
  void pull(const HazardModel& before, const HazardModel& now, Surroundings& around) const;
  std::vector<double> weights_now(const std::vector<evidence::SearchedCell>& searched,
                                  const std::vector<KeptBlock>& blocks, const ClassPosterior& before,
                                  std::vector<double>& offset) const;
  base::Result<void> scale_new_edges(ClassPosterior& now) const;
  void take_fit(const FieldFitter& fitter, ClassPosterior& posterior) const;
  void draw_before(ClassPosterior& posterior) const;
  std::vector<std::size_t> touched(const ClassPosterior& before, const ClassPosterior& now) const;
  void draw_fresh(const FieldFitter& fitter, const HazardModel& model, const std::vector<std::size_t>& fresh,
                  sparse::DenseMatrix& draws) const;
  void draw_now(const FieldFitter& fitter, const ClassPosterior& before, ClassPosterior& now) const;

  /// A node's place in the short lattice over the country.
  std::size_t place_in_country(std::size_t place) const;

  const ClassState& kept_;
  std::uint64_t seed_;
  double search_worth_;
  const geo::Grid& grid_;
  const geo::Grid& country_;
  double long_range_m_;
  double short_variance_ = 0;  ///< of the fields, interior
  double long_variance_ = 0;
  std::shared_ptr<const SearchTable> searches_;
  std::vector<float> place_factors_;
  std::shared_ptr<const MissedFactors> missed_;
  Lattice whole_short_;                    ///< over the grid; `node` is the place in the kept latent vector, or -1
  Lattice whole_long_;                     ///< over the country
  std::vector<std::uint8_t> fitted_;       ///< by place in the short lattice: may move
  std::uint32_t first_cell_ = 0;           ///< of the rows that any of these lie in
  std::uint32_t after_cells_ = 0;          ///< the first cell after them
  std::vector<std::uint8_t> of_model_;     ///< and those beside them, which are held
  std::vector<std::uint8_t> of_long_;      ///< by place in the long lattice
  std::vector<std::size_t> shared_;        ///< places in the kept covariance, of the window's long nodes and the border
  sparse::DenseMatrix shared_covariance_;  ///< kept, of those
  sparse::DenseMatrix outside_;            ///< precision that the rest of the country gives them
  Surroundings before_around_;
  std::unique_ptr<FieldFitter> before_;
  Said said_before_;
  std::vector<double> shared_shift_;
};

}  // namespace firmground::estimate
