#include "simulate/parameters.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/embedded.h"
#include "simulate/noise.h"

namespace firmground::simulate {

namespace {

using P = Parameters;
using Setting = std::pair<std::string_view, double P::*>;

constexpr std::array kSettings = {
    Setting{"area_ha", &P::area_ha},
    Setting{"districts", &P::districts},
    Setting{"settlements", &P::settlements},
    Setting{"settlement_spacing_m", &P::settlement_spacing_m},
    Setting{"largest_population", &P::largest_population},
    Setting{"dem_cell_m", &P::dem_cell_m},
    Setting{"planning_cell_m", &P::planning_cell_m},
    Setting{"relief_m", &P::relief_m},
    Setting{"relief_wavelength_m", &P::relief_wavelength_m},
    Setting{"coast_plain_m", &P::coast_plain_m},
    Setting{"mines_laid", &P::mines_laid},
    Setting{"minefields", &P::minefields},
    Setting{"nuisance_share", &P::nuisance_share},
    Setting{"echelon_m", &P::echelon_m},
    Setting{"field_length_m", &P::field_length_m},
    Setting{"ap_field_share", &P::ap_field_share},
    Setting{"mixed_field_share", &P::mixed_field_share},
    Setting{"contour_bend_m", &P::contour_bend_m},
    Setting{"missing_share", &P::missing_share},
    Setting{"whole_field_lifted", &P::whole_field_lifted},
    Setting{"survival", &P::survival},
    Setting{"erw_laid", &P::erw_laid},
    Setting{"shelling_reach_m", &P::shelling_reach_m},
    Setting{"submunition_share", &P::submunition_share},
    Setting{"axo_share", &P::axo_share},
    Setting{"booby_traps", &P::booby_traps},
    Setting{"hazards", &P::hazards},
    Setting{"hazard_median_ha", &P::hazard_median_ha},
    Setting{"hazard_sigma", &P::hazard_sigma},
    Setting{"fields_known", &P::fields_known},
    Setting{"cleared_ha", &P::cleared_ha},
    Setting{"reduced_ha", &P::reduced_ha},
    Setting{"cancelled_ha", &P::cancelled_ha},
    Setting{"task_median_ha", &P::task_median_ha},
    Setting{"belt_share", &P::belt_share},
    Setting{"partial_coverage_share", &P::partial_coverage_share},
    Setting{"detection_manual", &P::detection_manual},
    Setting{"detection_mechanical", &P::detection_mechanical},
    Setting{"detection_animal", &P::detection_animal},
    Setting{"detection_bac_erw", &P::detection_bac_erw},
    Setting{"detection_bac_mines", &P::detection_bac_mines},
    Setting{"detection_eod", &P::detection_eod},
    Setting{"detection_technical_survey", &P::detection_technical_survey},
    Setting{"detection_concentration", &P::detection_concentration},
    Setting{"spot_rate", &P::spot_rate},
    Setting{"record_share", &P::record_share},
    Setting{"blunder_datum", &P::blunder_datum},
    Setting{"blunder_angle", &P::blunder_angle},
    Setting{"blunder_zone", &P::blunder_zone},
    Setting{"blunder_content", &P::blunder_content},
    Setting{"blunder_unrelated", &P::blunder_unrelated},
    Setting{"batch_shift_m", &P::batch_shift_m},
    Setting{"record_scatter_m", &P::record_scatter_m},
    Setting{"casualties_total", &P::casualties_total},
    Setting{"casualties_since", &P::casualties_since},
    Setting{"money_usd", &P::money_usd},
    Setting{"national_share", &P::national_share},
    Setting{"teams", &P::teams},
    Setting{"projects", &P::projects},
    Setting{"ap_found", &P::ap_found},
    Setting{"av_found", &P::av_found},
    Setting{"erw_found", &P::erw_found},
};

std::string_view name_of(Size size) {
  return size == Size::small ? "small" : "national";
}

/// A range is {low, high, scale = "uniform" | "log", times = true when it multiplies the default}.
void vary(Parameters& parameters, std::uint64_t seed) {
  const toml::table ranges = toml::parse(base::embedded_file("schema/simulate-ranges.toml"));
  for (std::size_t i = 0; i < kSettings.size(); ++i) {
    const auto& [name, member] = kSettings[i];
    const toml::table* range = ranges[name].as_table();
    if (range == nullptr) {
      continue;
    }
    base::Random random = stream(seed, Stream::parameters, i);
    const double low = (*range)["low"].value_or(0.0);
    const double high = (*range)["high"].value_or(0.0);
    const bool logarithmic = (*range)["scale"].value_or(std::string("uniform")) == "log";
    const double drawn = logarithmic ? low * std::pow(high / low, random.uniform()) : random.uniform(low, high);
    const bool times = (*range)["times"].value_or(false);
    parameters.*member = times ? parameters.*member * drawn : drawn;
  }
  // A drawn country has no totals to meet: what is found follows from what was drawn.
  parameters.ap_found = parameters.av_found = parameters.erw_found = 0;
}

}  // namespace

base::Result<Parameters> parameters_for(const SimulateOptions& options) {
  const toml::table settings = toml::parse(base::embedded_file("schema/simulate.toml"));
  Parameters parameters{};
  for (const auto& [name, member] : kSettings) {
    const auto sized = settings[name_of(options.size)][name].value<double>();
    const auto value = sized ? sized : settings["both"][name].value<double>();
    if (!value) {
      return base::fail("simulate.setting_missing",
                        {{"setting", std::string(name)}, {"size", std::string(name_of(options.size))}});
    }
    parameters.*member = *value;
  }
  if (options.vary) {
    vary(parameters, options.seed);
  }
  for (const auto& [name, value] : options.set) {
    const auto setting =
        std::find_if(kSettings.begin(), kSettings.end(), [&](const Setting& s) { return s.first == name; });
    if (setting == kSettings.end()) {
      return base::fail("simulate.setting_missing", {{"setting", name}, {"size", std::string(name_of(options.size))}});
    }
    parameters.*setting->second = value;
  }
  return parameters;
}

std::string to_json(const Parameters& parameters, const SimulateOptions& options) {
  std::string json = fmt::format("{{\n  \"size\": \"{}\",\n  \"seed\": {},\n  \"vary\": {},\n  \"dirty\": {}",
                                 name_of(options.size), options.seed, options.vary, options.dirty);
  for (const auto& [name, member] : kSettings) {
    json += fmt::format(",\n  \"{}\": {}", name, parameters.*member);
  }
  return json + "\n}\n";
}

}  // namespace firmground::simulate
