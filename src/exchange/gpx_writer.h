#pragma once
#include <string>
#include <vector>

#include "base/error.h"
#include "exchange/table.h"

namespace firmground::exchange {

/// GPX 1.1: a point is a waypoint, a line a track (its parts are segments), the values stand in <extensions> as
/// fg:<field>. Areas and records without a position have no form in GPX: they are left out and a note says how many.
/// REQUIRES: !coordinates.crs.  Errors: exchange.format_cannot_carry when nothing of the table can be carried,
/// base.file_unwritable.
base::Result<std::vector<Note>> write_gpx(const std::string& path, const Table& table, const Coordinates& coordinates);

}  // namespace firmground::exchange
