#pragma once
#include "base/dates.h"
#include "base/error.h"
#include "geo/geometry.h"

namespace firmground::geo {

/// By how many degrees magnetic north lay east of true north at sea level, from the Gauss coefficients of
/// schema/magnetic-field.toml (IGRF-12 to 2015, World Magnetic Model after). Good to about half a degree away from
/// local anomalies: the models leave out the magnetism of rocks, and of the vehicle beside the compass.
/// `year`: decimal, 1995.5.  Errors: geo.declination_unknown (a year that no model covers).
base::Result<double> declination_deg(LonLat place, double year);

/// Name of the model that covers a year, "IGRF-12"; "" when none does.
const char* magnetic_model(double year);

/// A date as a decimal year; of a month or a year its middle.
double decimal_year(const base::Date& date);

}  // namespace firmground::geo
