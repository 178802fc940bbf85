#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "evidence/row_bend.h"
#include "evidence/row_chart.h"
#include "evidence/row_null.h"
#include "evidence/row_start.h"
#include "evidence/searched_ground.h"

namespace firmground::evidence {

/// Rows laid together: one line, rows beside it at fixed offsets, and the finds that belong to each.
struct RowFit {
  RowChart chart;
  RowBend bend;                           ///< what is left of it on the chart; offsets of the rows, ascending
  double sigma_m = 1;                     ///< spread of finds across their row
  double from_s = 0, to_s = 0;            ///< first and last find of any row
  std::vector<RowChart::Local> local;     ///< per find
  std::vector<std::int32_t> row_of_find;  ///< -1: stray
  std::vector<double> stray;              ///< per find, probability that it belongs to no row
  double log_ratio = 0;  ///< log likelihood of the places across rows over no rows, less what the parameters cost (BIC)

  double curvature_sd = 0;  ///< of the curvature with which the chart goes on beyond the finds, 1/m

  std::size_t rows() const { return bend.offsets().size(); }
  /// Middle of the row at s.
  double offset(std::size_t row, double s) const { return bend.offsets()[row] + bend.at(s); }
  /// Variance of that.
  double variance(std::size_t row, double s) const;
  geo::Xy at(std::size_t row, double s) const { return chart.at(s, offset(row, s)); }
};

/// Where a fit begins: where finds line up best (one field among several), or amid all finds (one field).
enum class GrowFrom : std::uint8_t { best_place, middle };

/// Fits rows from one start (docs/methods/row-patterns.md, eq. 4-6): expectation-maximisation of a mixture of rows and
/// strays in a window that grows; the chart reaches `reach_m` beyond the finds.
/// Nothing when no row of three finds is left.  Cost: some twenty passes over finds x rows.
std::optional<RowFit> fit_rows(const std::vector<geo::Xy>& finds, const SearchedGround& ground, const NoRows& none,
                               const RowStart& start, geo::Xy middle, GrowFrom from, double reach_m);

}  // namespace firmground::evidence
