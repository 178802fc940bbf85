#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "geo/geometry.h"

/// Record kinds as data: schema/kinds/*.toml read once. Intake validates, register stores and exchange writes by this
/// description; the typed structs of snapshot.h are what stages compute with.
namespace firmground::mineaction {

enum class FieldType : std::uint8_t { text, integer, real, date, boolean, code };
enum class GeometryRule : std::uint8_t { none, point, line, polygon, polygon_or_point, any };
enum class Privacy : std::uint8_t { open, restricted, personal };

struct Field {
  std::string name;
  FieldType type = FieldType::text;
  std::string unit;       ///< "m2", "cm", "m", "" ...
  std::string code_list;  ///< for FieldType::code: "device", "outcome" ...
  bool required = false;
  std::optional<double> minimum;
  std::optional<double> maximum;
  std::string link_kind;  ///< "land-release" when the value names a record of that kind
  Privacy privacy = Privacy::open;
  bool future_allowed = false;  ///< a deadline may lie in the future, a date of information may not
  std::string help;
  std::vector<std::string> aliases;  ///< other column names accepted without a mapping file
};

struct Kind {
  std::string name;   ///< as on the command line: "land-release"
  std::string table;  ///< GeoPackage layer: "land_release"
  std::string title;  ///< "Land release"
  std::string help;
  GeometryRule geometry = GeometryRule::none;
  bool geometry_required = false;
  std::string information_date;  ///< field that holds the date of information, "" = date of entry
  /// What the local id is made from when the file gives none: field names, and "geometry"; empty = the file must give
  /// it.
  std::vector<std::string> generated_id;
  std::vector<Field> fields;  ///< the first is the local id

  const Field* field(std::string_view name) const;
  std::size_t field_index(std::string_view name) const;  ///< CHECKs that it exists
};

/// Column names of at most ten letters, which is all that a shapefile holds, by field: the first ten letters of the
/// field's name; where an earlier field has them already, eight letters and a number ("declare_1"), as GDAL does it. A
/// field's short name depends on the fields before it alone, so a kind that grows keeps its old ones.
std::vector<std::string> ten_letter_names(const Kind& kind);

/// All kinds in the order that links need (a kind comes after those it links to).
const std::vector<Kind>& kinds();
/// Null when there is no such kind ("reference-layer" is the kind of roads, contact-line and every other reference
/// layer).
const Kind* find_kind(std::string_view name);
/// The kind whose name is nearest to a misspelled one.
std::string nearest_kind(std::string_view name);

/// Null = not known.
using Value = std::variant<std::monostate, std::string, std::int64_t, double, bool>;

/// One row of a kind: values in the order of kind.fields (dates as canonical text, codes as canonical spelling),
/// geometry in WGS 84.
struct Record {
  std::vector<Value> values;
  geo::GeographicGeometry geometry;
  friend bool operator==(const Record&, const Record&) = default;
};

/// The id of a record whose file gave none, from kind.generated_id: readable parts joined by "-", the geometry as ten
/// hexadecimal digits of its content (rounded to 1e-8 degrees). The same content always has the same id.  REQUIRES:
/// !kind.generated_id.empty().
std::string generated_id(const Kind& kind, const Record& record);

}  // namespace firmground::mineaction
