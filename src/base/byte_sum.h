#pragma once
#include <cstdint>
#include <string_view>

namespace firmground::base {

/// A sum in which every bit counts: four running products of 64 bits, which a processor makes at once. It finds damage,
/// not forgery, at a tenth of the cost of a content hash.
std::uint64_t sum_of(std::string_view bytes);

}  // namespace firmground::base
