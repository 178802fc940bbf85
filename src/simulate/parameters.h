#pragma once
#include <string>

#include "base/error.h"
#include "simulate/country.h"

namespace firmground::simulate {

/// What makes one invented country differ from another. Meanings, units and values: schema/simulate.toml.
struct Parameters {
  double area_ha, districts, settlements, settlement_spacing_m, largest_population;
  double dem_cell_m, planning_cell_m, relief_m, relief_wavelength_m, coast_plain_m;
  double mines_laid, minefields, nuisance_share, echelon_m, field_length_m, ap_field_share, mixed_field_share;
  double contour_bend_m, missing_share, whole_field_lifted, survival;
  double erw_laid, shelling_reach_m, submunition_share, axo_share, booby_traps;
  double hazards, hazard_median_ha, hazard_sigma, fields_known;
  double cleared_ha, reduced_ha, cancelled_ha, task_median_ha, belt_share, partial_coverage_share;
  double detection_manual, detection_mechanical, detection_animal, detection_bac_erw, detection_bac_mines;
  double detection_eod, detection_technical_survey, detection_concentration, spot_rate;
  double record_share, blunder_datum, blunder_angle, blunder_zone, blunder_content, blunder_unrelated;
  double batch_shift_m, record_scatter_m;
  double casualties_total, casualties_since, money_usd, national_share, teams, projects;
  double ap_found, av_found,
      erw_found;  ///< totals that the lifting of mines over the years is made to meet; 0 = none given
};

/// schema/simulate.toml for the size; with `vary` those in schema/simulate-ranges.toml are drawn anew from the seed.
/// Errors: simulate.setting_missing.
base::Result<Parameters> parameters_for(const SimulateOptions& options);

/// All parameters by name, one JSON object, in the order of schema/simulate.toml's names.
std::string to_json(const Parameters& parameters, const SimulateOptions& options);

}  // namespace firmground::simulate
