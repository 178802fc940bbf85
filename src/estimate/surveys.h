#pragma once
#include <cstddef>
#include <vector>

#include "estimate/country_map.h"
#include "estimate/estimate.h"
#include "estimate/polygon_survey.h"
#include "evidence/observations.h"

/// Which technical survey would change most what is decided about a polygon: the value of surveys before they are made.
namespace firmground::estimate {

/// Every kind of survey of every polygon `wanted`, by place in the list, by polygon and kind; polygons without ground
/// never searched, or of more than kMostSurveyedCells cells, have none.  REQUIRES: observations.mode is "effort".
/// Deterministic, whatever the thread count.  Cost: O(cells x draws), twice that of predicting these cells.
std::vector<PolygonSurvey> surveys_of(const Posteriors& posteriors, const evidence::Observations& observations,
                                      const std::vector<float>& likelihood, const EstimateOptions& options,
                                      const std::vector<PolygonCells>& polygons, const std::vector<std::size_t>& wanted,
                                      const SurveySettings& settings);
inline constexpr std::size_t kMostSurveyedCells = 50'000;

/// Of each polygon the survey with the highest net saving; among all polygons those with the highest net saving for
/// each square metre surveyed first: what to begin with where the time of survey teams is short.
std::vector<PolygonSurvey> which_first(std::vector<PolygonSurvey> all);

}  // namespace firmground::estimate
