#pragma once
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "geo/written_crs.h"
#include "geo/written_position.h"
#include "intake/column_match.h"
#include "intake/field_value.h"
#include "intake/issue_list.h"
#include "intake/position_check.h"
#include "intake/raw_row.h"

namespace firmground::intake {

struct SourceInfo {
  std::string file;
  GeometrySource geometry = GeometrySource::columns;
  std::string crs;                ///< the file's own; "" = longitude and latitude on WGS 84
  bool names_cut_to_ten = false;  ///< Shapefile
};

/// Raw rows of any format -> records and issues: the one place where rows are judged.
class RecordBuilder {
 public:
  /// Errors: intake.missing_column, intake.ambiguous_column, intake.mapping_invalid.
  static base::Result<RecordBuilder> create(const mineaction::Kind& kind, const ReadOptions& options, SourceInfo source,
                                            std::span<const std::string> columns);

  void add(const RawRow& row);
  /// A row that the reader itself could not make sense of.
  void refuse(std::int64_t row, std::string_view error, base::ErrorArguments arguments);
  /// A note on the row, or on the whole file with row 0.
  void note(std::int64_t row, std::string_view error, base::ErrorArguments arguments);

  /// Errors: intake.empty_file, intake.crs_unknown, base.cancelled.
  base::Result<ReadResult> finish(const base::Progress& progress);

 private:
  /// A second position of the same row.
  struct Again {
    geo::LonLat at;
    double accuracy_m = 0;
    std::string field;
    std::string text;
  };
  /// How a row gives its position, until locate() knows where that is.
  struct Given {
    std::string crs;       ///< of the row where it names one, else ""
    std::string written;   ///< the position as the file has it, where that is worth keeping
    bool angles = false;   ///< its numbers were written as degrees, minutes ...
    bool located = false;  ///< the geometry is longitude and latitude already
    std::optional<Again> again;
  };
  struct Pending {
    std::int64_t row = 0;
    bool refused = false;
    std::unique_ptr<Given> given;  ///< null: numbers in the file's CRS, and nothing to keep of them
    mineaction::Record record;     ///< until locate() its geometry is in the row's or file's own system

    Given& note() {
      if (!given) {
        given = std::make_unique<Given>();
      }
      return *given;
    }
    bool is_located() const { return given && given->located; }
    bool has_angles() const { return given && given->angles; }
    std::string written() const { return given ? given->written : std::string(); }
  };

  RecordBuilder(const mineaction::Kind& kind, const ReadOptions& options, SourceInfo source, ColumnMatch match);
  bool left_out(std::span<const RawValue> cells) const;
  void read_fields(std::span<const RawValue> cells, mineaction::Record& record);
  void read_geometry(const RawRow& row, Pending& pending);
  void read_shape(const RawRow& row, Pending& pending);
  void read_position(std::span<const RawValue> cells, Pending& pending);
  void read_position_columns(std::span<const RawValue> cells, Pending& pending);
  void read_position_text(const std::string& text, const std::string& crs, std::string_view field, Pending& pending);
  bool read_coordinate(const RawValue& raw, geo::Angle axis, double& degrees, bool& angle);
  void check_fields(const mineaction::Record& record);
  void check_order(const mineaction::Record& record, std::string_view first, std::string_view second);
  base::Result<void> locate();
  base::Result<const geo::WrittenCrs*> understood(const std::string& crs);
  base::Result<std::vector<const std::string*>> definitions();
  bool transform(Pending& pending, const std::string& definition) const;
  void refuse_position(std::size_t index, std::string_view error, base::ErrorArguments arguments);
  void check_repeated_positions();
  void check_geometries();
  void check_validity();
  bool leads_from_legs(const mineaction::Record& record) const;
  void check_outliers();
  void check_ids();
  void start(const Pending& pending);
  void end(Pending& pending);
  std::string id_of(const mineaction::Record& record) const;
  std::string effective_crs() const;
  const std::string& crs_of(const Pending& pending) const {
    return pending.given && !pending.given->crs.empty() ? pending.given->crs : crs_;
  }
  bool is_plain(const std::string& crs) const;

  const mineaction::Kind* kind_;
  const ReadOptions* options_;
  SourceInfo source_;
  ColumnMatch match_;
  std::string crs_;             ///< of rows that name none; "" = WGS 84
  std::string longitude_name_;  ///< of the column, for positions that are kept as written
  std::string latitude_name_;
  std::map<std::string, base::Result<geo::WrittenCrs>> understood_;
  std::set<std::string> definitions_;  ///< that rows are read by
  std::vector<FieldReader> readers_;
  PositionCheck positions_;
  IssueList issues_;
  std::deque<Pending> pending_;  ///< a million rows: never copied to grow, and let go piece by piece
  std::int64_t rows_ = 0;
  std::int64_t rows_left_out_ = 0;
};

}  // namespace firmground::intake
