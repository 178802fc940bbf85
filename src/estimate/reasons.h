#pragma once
#include <memory>
#include <vector>

#include "estimate/class_posterior.h"
#include "estimate/hazard_estimate.h"

namespace firmground::estimate {

/// Why a cell is as likely as it is: the largest contributions to the log intensity of the class that weighs most
/// there, in words.
std::vector<Reason> reasons_for(const std::vector<std::unique_ptr<ClassPosterior>>& posteriors,
                                const evidence::Observations& observations, std::uint32_t cell);

}  // namespace firmground::estimate
