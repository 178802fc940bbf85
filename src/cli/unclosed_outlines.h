#pragma once
#include <span>
#include <string>

#include "base/error.h"
#include "simulate/country.h"

namespace firmground::cli {

/// Takes the closing corner off the outlines of the records that the faults name as "unclosed", in the GeoJSON files of
/// `folder`: a ring of the programme is closed by definition, so this fault can only be put into a file.
/// Errors: base.file_unreadable, base.file_unwritable.
base::Result<void> open_outlines(const std::string& folder, std::span<const simulate::InjectedFault> faults);

}  // namespace firmground::cli
