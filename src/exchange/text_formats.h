#pragma once
#include <span>
#include <string>

#include "base/error.h"
#include "mineaction/kind.h"

namespace firmground::exchange {

/// Which fields of the kind a file carries. An id that was made from the content is left out: reading the file makes it
/// again; so is the layer of a reference layer that has one only (the file is named by it).
std::vector<std::size_t> columns_to_write(const mineaction::Kind& kind, std::span<const mineaction::Record> records);

/// GeoJSON (RFC 7946), one feature a line, longitude and latitude with at most 8 decimals (1 mm), null for what is not
/// known.
base::Result<void> write_geojson(const std::string& path, const mineaction::Kind& kind,
                                 std::span<const mineaction::Record> records);
/// CSV (RFC 4180, UTF-8), positions as columns longitude and latitude.  Errors: exchange.format_cannot_carry.
base::Result<void> write_csv(const std::string& path, const mineaction::Kind& kind,
                             std::span<const mineaction::Record> records);

/// "51.5", "-0.00000001": at most 8 decimals, no trailing zeros.
void append_degrees(std::string& text, double degrees);
/// The shortest text that reads back as the same number.
void append_number(std::string& text, double number);

}  // namespace firmground::exchange
