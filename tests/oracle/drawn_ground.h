#pragma once
#include <cstdint>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "estimate/count_law.h"
#include "estimate/field_fit.h"
#include "estimate/hazard_model.h"

namespace firmground::oracle {

/// Ground drawn from the estimate's own prior: nothing in it that the model does not hold.
struct DrawnGround {
  evidence::Observations observations;  ///< mines only
  estimate::HazardModel model;          ///< as the estimate lays it out, with the outcomes of the search
  double long_range_m = 0;
  estimate::Hyperparameters hyper;
  estimate::CountLaw law;
  std::vector<double> joint;         ///< latent, then border
  std::vector<double> eta;           ///< log intensity of every cell
  std::vector<std::uint32_t> items;  ///< of every cell, before the search
  std::vector<std::uint32_t> left;   ///< after it
  std::size_t searched = 0, with_finds = 0;
};

struct GroundOptions {
  std::int32_t side_cells = 48;  ///< of 50 m
  double searched = 0.4;         ///< share of the squares of 300 m that were searched, each whole
  double detection = 0.9;        ///< per item, of all searches
  std::uint64_t seed = 1;
};

/// The weak priors that the estimate puts on what it learns (docs/methods/hazard-field.md, "Priors").
estimate::Hyperparameters prior_hyperparameters(base::Random& random);
estimate::CountLaw prior_count_law(base::Random& random);

/// Field, effects, intercept, counts and search at the given hyperparameters.
/// REQUIRES: searched > 0.2: squares are drawn anew until no cell is farther from them than the short field reaches.
base::Result<DrawnGround> draw_ground(const GroundOptions& options, const estimate::Hyperparameters& hyper,
                                      const estimate::CountLaw& law, double intercept);

}  // namespace firmground::oracle
