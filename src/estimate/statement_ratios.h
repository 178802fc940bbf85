#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "estimate/hazard_estimate.h"
#include "estimate/smooth_effects.h"
#include "evidence/statements.h"
#include "sparse/dense.h"

/// Survey statements as noisy evidence of areas (docs/methods/hazard-field.md, eq. 53-56): each source class multiplies
/// the hazard of ground without a statement by a ratio of its own.  Two columns of the border for a class: the log
/// ratio, and beside it what its polygons that were searched have in common that others of the class need not have. The
/// latter keeps a polygon one fact, however many cells of it were searched.
namespace firmground::estimate {

struct ClassPosterior;

/// The effect of a covariate of statements.  REQUIRES: field.statements.
SmoothEffect statement_effect(const evidence::CovariateField& field, std::size_t first_column);
/// Where a value of that covariate lies in its columns.
BasisPlace statement_place(float value);
/// Its log ratio is in this column of the border.
inline std::size_t ratio_column(const SmoothEffect& effect, std::size_t of_class) {
  return effect.first_column + 2 * of_class;
}

/// Adds the prior precision of the effect's columns (eq. 54-55).
void add_statement_precision(const SmoothEffect& effect, sparse::DenseMatrix& precision);
/// And their prior means.
void set_statement_centre(const SmoothEffect& effect, std::vector<double>& centre);

/// What a class was found to be worth, of each class that any polygon is of; empty without statements.
std::vector<StatementRatio> statement_ratios(const ClassPosterior& posterior);
/// One sentence for each source class, of all ordnance classes, in the order of the classes: "SHA, mines named: mines
/// 1.4 times (0.9 to 2.1) and ERW 1.0 times (0.8 to 1.2) as likely as on like ground without a statement; learned from
/// the 83 of its 210 polygons that were searched later".
std::vector<std::string> in_words(const std::vector<StatementRatio>& ratios);

}  // namespace firmground::estimate
