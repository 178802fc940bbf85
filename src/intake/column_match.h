#pragma once
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "intake/source_file.h"

namespace firmground::intake {

/// Whether the format has geometry of its own or keeps positions in columns.
enum class GeometrySource : std::uint8_t { native, columns };

inline constexpr int kNoColumn = -1;

/// Where each field of the kind comes from.
struct ColumnMatch {
  std::vector<int> column_of_field;            ///< by field; kNoColumn = none
  std::vector<std::string> constant_of_field;  ///< by field; "" = none
  int longitude = kNoColumn;                   ///< of positions kept in columns
  int latitude = kNoColumn;
  int wkt = kNoColumn;
  int mgrs = kNoColumn;          ///< grid references
  int position = kNoColumn;      ///< positions as one text
  int position_crs = kNoColumn;  ///< CRS of the row's position

  bool has_position() const {
    return longitude != kNoColumn || wkt != kNoColumn || mgrs != kNoColumn || position != kNoColumn;
  }
  std::map<int, std::vector<std::string>> only;  ///< column -> values whose rows are taken
  std::vector<std::string> ignored;              ///< columns that the kind does not know
};

struct MatchRequest {
  const mineaction::Kind& kind;
  const ReadOptions& options;
  const std::string& file;
  GeometrySource geometry = GeometrySource::columns;
  bool names_cut_to_ten = false;  ///< Shapefile
};

/// Columns are found by the mapping file, else by field name, else by alias; letter case, blanks, hyphens and
/// underscores do not count. Errors: intake.missing_column, intake.ambiguous_column, intake.mapping_invalid.
base::Result<ColumnMatch> match_columns(const MatchRequest& request, std::span<const std::string> columns);

}  // namespace firmground::intake
