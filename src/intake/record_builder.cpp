#include "intake/record_builder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <ranges>

#include "base/check.h"
#include "base/parallel.h"
#include "geo/crs.h"
#include "geo/overlay.h"
#include "geo/well_known_text.h"
#include "intake/shape_check.h"
#include "intake/well_known_text.h"
#include "mineaction/as_entered.h"
#include "mineaction/code_lists.h"
#include "mineaction/record_legs.h"

namespace firmground::intake {

using base::Result;
using geo::LonLat;
using mineaction::GeometryRule;
using mineaction::Kind;
using mineaction::Record;
using mineaction::Value;

namespace {

/// A position given twice is one position within this, and what a grid reference leaves open: less than the shift
/// between two datums, about 100 m.
constexpr double kSamePlace_m = 50;

/// Fewer rows have no middle that an outlier could be far from.
constexpr std::size_t kRowsForOutliers = 30;

bool is_null(const Value& value) {
  return std::holds_alternative<std::monostate>(value);
}
std::string text_of(const RawValue& raw) {
  if (const auto* text = std::get_if<std::string_view>(&raw)) {
    return std::string(trimmed(*text));
  }
  if (const auto* whole = std::get_if<std::int64_t>(&raw)) {
    return fmt::format("{}", *whole);
  }
  const auto* real = std::get_if<double>(&raw);
  return real != nullptr ? fmt::format("{}", *real) : std::string();
}

bool is_wgs84(const std::string& crs) {
  return crs.empty() || crs == "EPSG:4326" || crs == "OGC:CRS84" || crs == "WGS84" || crs == "epsg:4326";
}

std::vector<LonLat> as_lon_lat(const std::vector<geo::Xy>& list) {
  std::vector<LonLat> result;
  result.reserve(list.size());
  for (const geo::Xy& p : list) {
    result.push_back({p.x, p.y});
  }
  return result;
}

/// First coordinate east, second north, whatever the system: locate() makes degrees of them.
geo::GeographicGeometry unlocated(const geo::PlanarGeometry& shape) {
  geo::GeographicGeometry result;
  result.points = as_lon_lat(shape.points);
  for (const auto& line : shape.lines) {
    result.lines.push_back(as_lon_lat(line));
  }
  for (const auto& polygon : shape.polygons) {
    auto& part = result.polygons.emplace_back();
    part.outer = as_lon_lat(polygon.outer);
    for (const auto& hole : polygon.holes) {
      part.holes.push_back(as_lon_lat(hole));
    }
  }
  return result;
}

/// Calls f with a reference to every vertex.
template <typename Function>
void for_each_vertex(geo::GeographicGeometry& geometry, Function f) {
  std::for_each(geometry.points.begin(), geometry.points.end(), f);
  for (auto& line : geometry.lines) {
    std::for_each(line.begin(), line.end(), f);
  }
  for (auto& polygon : geometry.polygons) {
    std::for_each(polygon.outer.begin(), polygon.outer.end(), f);
    for (auto& hole : polygon.holes) {
      std::for_each(hole.begin(), hole.end(), f);
    }
  }
}

/// The row's own numbers as text; "" when one of them is none.
std::string well_known_text_of(const geo::PlanarGeometry& shape) {
  const geo::Box box = geo::bounds(shape);
  const bool finite = std::isfinite(box.min_x + box.min_y + box.max_x + box.max_y);
  std::string text;
  if (finite) {
    geo::append_well_known_text(text, shape, geo::kExactCoordinates);
  }
  return text;
}

/// A definition in a person's words.
std::string name_of(const std::string& crs) {
  return crs.find('[') == std::string::npos ? crs : geo::crs_name(crs);
}

bool is_empty(const RawValue& raw) {
  const auto* text = std::get_if<std::string_view>(&raw);
  return std::holds_alternative<std::monostate>(raw) ||
         (text != nullptr && (trimmed(*text).empty() || is_word_for_unknown(trimmed(*text))));
}

/// "EPSG:32638" of a cell that holds the number alone.
std::string crs_in(const RawValue& raw) {
  const std::string text = is_empty(raw) ? std::string() : text_of(raw);
  const bool number = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return number ? "EPSG:" + text : text;
}

std::optional<LonLat> first_of(const std::vector<LonLat>& list) {
  return list.empty() ? std::nullopt : std::optional(list.front());
}

std::optional<LonLat> any_vertex(const geo::GeographicGeometry& g) {
  if (!g.points.empty()) {
    return g.points.front();
  }
  if (!g.lines.empty()) {
    return first_of(g.lines.front());
  }
  return g.polygons.empty() ? std::nullopt : first_of(g.polygons.front().outer);
}

double circle_of(const std::string& bearing_unit) {
  return bearing_unit == "deg" ? 360 : bearing_unit == "gon" ? 400 : bearing_unit == "mil6000" ? 6000 : 6400;
}

}  // namespace

Result<RecordBuilder> RecordBuilder::create(const Kind& kind, const ReadOptions& options, SourceInfo source,
                                            std::span<const std::string> columns) {
  const MatchRequest request{kind, options, source.file, source.geometry, source.names_cut_to_ten};
  FG_TRY(ColumnMatch match, match_columns(request, columns));
  RecordBuilder builder(kind, options, std::move(source), std::move(match));
  builder.crs_ = builder.effective_crs();
  if (builder.match_.longitude != kNoColumn) {
    builder.longitude_name_ = columns[static_cast<std::size_t>(builder.match_.longitude)];
    builder.latitude_name_ = columns[static_cast<std::size_t>(builder.match_.latitude)];
  }
  if (!builder.match_.ignored.empty()) {
    builder.note(0, "intake.columns_ignored",
                 {{"kind", kind.name}, {"columns", fmt::format("{}", fmt::join(builder.match_.ignored, ", "))}});
  }
  if (builder.source_.geometry == GeometrySource::columns && kind.geometry != GeometryRule::none &&
      !builder.match_.has_position()) {
    builder.note(0, "intake.no_position_columns", {{"file", builder.source_.file}});
  }
  return builder;
}

RecordBuilder::RecordBuilder(const Kind& kind, const ReadOptions& options, SourceInfo source, ColumnMatch match)
    : kind_(&kind),
      options_(&options),
      source_(std::move(source)),
      match_(std::move(match)),
      positions_(options.extent) {
  for (const mineaction::Field& field : kind.fields) {
    readers_.emplace_back(kind, field, options);
  }
}

bool RecordBuilder::left_out(std::span<const RawValue> cells) const {
  return std::any_of(match_.only.begin(), match_.only.end(), [&](const auto& filter) {
    const std::string value = text_of(cells[static_cast<std::size_t>(filter.first)]);
    return std::find(filter.second.begin(), filter.second.end(), value) == filter.second.end();
  });
}

void RecordBuilder::add(const RawRow& row) {
  ++rows_;
  if (left_out(row.cells)) {
    ++rows_left_out_;
    return;
  }
  issues_.start_row(row.row);
  Pending pending;
  pending.row = row.row;
  read_fields(row.cells, pending.record);
  read_geometry(row, pending);
  check_fields(pending.record);
  pending.refused = issues_.row_refused();
  pending_.push_back(std::move(pending));
}

void RecordBuilder::read_fields(std::span<const RawValue> cells, Record& record) {
  record.values.resize(kind_->fields.size());
  for (std::size_t i = 0; i < kind_->fields.size(); ++i) {
    const int column = match_.column_of_field[i];
    if (column != kNoColumn) {
      record.values[i] = readers_[i].read(cells[static_cast<std::size_t>(column)], issues_);
    } else if (!match_.constant_of_field[i].empty()) {
      record.values[i] = readers_[i].read(std::string_view(match_.constant_of_field[i]), issues_);
    }
    if (i == 0) {
      issues_.set_id(id_of(record));
    }
  }
}

bool RecordBuilder::read_coordinate(const RawValue& raw, geo::Angle axis, double& number, bool& angle) {
  if (const auto* real = std::get_if<double>(&raw)) {
    number = *real;
    return true;
  }
  if (const auto* whole = std::get_if<std::int64_t>(&raw)) {
    number = static_cast<double>(*whole);
    return true;
  }
  const auto* given = std::get_if<std::string_view>(&raw);
  const std::string_view text = given != nullptr ? trimmed(*given) : std::string_view();
  if (const auto plain = parse_number(text)) {
    number = *plain;
    return true;
  }
  const bool comma =
      text.find(',') != std::string_view::npos && text.find_first_not_of("0123456789+-., ") == std::string_view::npos;
  if (const auto degrees = comma ? std::nullopt : geo::parse_angle(text, axis)) {
    number = *degrees;
    angle = true;
    return true;
  }
  issues_.add(Severity::refused, comma ? "intake.number_with_comma" : "intake.coordinate_unreadable",
              axis == geo::Angle::longitude ? "longitude" : "latitude", std::string(text));
  return false;
}

void RecordBuilder::read_position_columns(std::span<const RawValue> cells, Pending& pending) {
  const RawValue& longitude = cells[static_cast<std::size_t>(match_.longitude)];
  const RawValue& latitude = cells[static_cast<std::size_t>(match_.latitude)];
  if (is_empty(longitude) != is_empty(latitude)) {
    issues_.add(Severity::refused, "intake.half_position", is_empty(longitude) ? "longitude" : "latitude", "",
                {{"longitude", text_of(longitude)}, {"latitude", text_of(latitude)}});
    return;
  }
  LonLat p;
  bool angles = false;
  if (is_empty(longitude) || !read_coordinate(longitude, geo::Angle::longitude, p.lon, angles) ||
      !read_coordinate(latitude, geo::Angle::latitude, p.lat, angles)) {
    return;
  }
  pending.record.geometry.points.push_back(p);
  if (angles || !is_plain(crs_of(pending))) {
    Given& given = pending.note();
    given.angles = angles;
    given.written = fmt::format("{} {}, {} {}", latitude_name_, text_of(latitude), longitude_name_, text_of(longitude));
  }
}

/// A position written as one text is placed at once: all that is needed stands in the row.
void RecordBuilder::read_position_text(const std::string& text, const std::string& crs, std::string_view field,
                                       Pending& pending) {
  const auto written = geo::parse_written_crs(crs);
  const auto placed = written ? geo::place_text(*written, text) : tl::make_unexpected(written.error());
  if (!placed) {
    issues_.add(Severity::refused, "intake.position_unreadable", field, text,
                {{"reason", placed.error().message}, {"how", placed.error().remedy}});
    return;
  }
  if (!pending.record.geometry.empty()) {
    pending.note().again =
        Again{placed->points.front(), placed->operation.accuracy_m.value_or(0), std::string(field), text};
    return;
  }
  pending.record.geometry.points = placed->points;
  pending.note().located = true;
  mineaction::set_as_entered(*kind_, {text, crs, geo::to_text(placed->operation), placed->operation.accuracy_m},
                             pending.record);
}

/// Positions in columns: the first that is filled counts, and every other one must say the same.
void RecordBuilder::read_position(std::span<const RawValue> cells, Pending& pending) {
  if (pending.record.geometry.empty() && match_.longitude != kNoColumn) {
    read_position_columns(cells, pending);
  }
  const std::string crs = crs_of(pending);
  const auto text_in = [&](int column) {
    const bool given = column != kNoColumn && !is_empty(cells[static_cast<std::size_t>(column)]);
    return given ? text_of(cells[static_cast<std::size_t>(column)]) : std::string();
  };
  if (const std::string text = text_in(match_.position); !text.empty()) {
    read_position_text(text, crs.empty() ? "WGS 84" : crs, "position", pending);
  }
  if (const std::string text = text_in(match_.mgrs); !text.empty()) {
    const auto written = crs.empty() ? base::fail("geo.crs_unknown", {{"crs", crs}}) : geo::parse_written_crs(crs);
    const bool named = written && written->form == geo::WrittenCrs::Form::mgrs;
    read_position_text(text, named ? crs : "MGRS", "mgrs", pending);
  }
}

/// Geometry of the format, or well-known text in a column.
void RecordBuilder::read_shape(const RawRow& row, Pending& pending) {
  RawGeometry from_text;
  std::string text;
  const RawGeometry* given = row.geometry;
  if (given == nullptr && match_.wkt != kNoColumn) {
    text = text_of(row.cells[static_cast<std::size_t>(match_.wkt)]);
    from_text = text.empty() ? RawGeometry() : parse_well_known_text(text);
    given = &from_text;
  }
  if (given != nullptr && !given->problem.empty()) {
    issues_.add(Severity::refused, "intake.geometry_broken", "geometry", "", {{"reason", given->problem}});
  } else if (given != nullptr) {
    pending.record.geometry = unlocated(given->shape);
    if (!is_plain(crs_of(pending))) {
      pending.note().written = text.empty() ? well_known_text_of(given->shape) : std::move(text);
    }
  }
}

void RecordBuilder::read_geometry(const RawRow& row, Pending& pending) {
  if (kind_->geometry == GeometryRule::none) {
    return;
  }
  if (match_.position_crs != kNoColumn) {
    pending.note().crs = crs_in(row.cells[static_cast<std::size_t>(match_.position_crs)]);
  }
  const std::size_t before = issues_.refusals();
  read_shape(row, pending);
  if (issues_.refusals() == before) {
    read_position(row.cells, pending);
  }
  const bool no_place_for_it = row.geometry == nullptr && !match_.has_position();
  if (pending.record.geometry.empty() && issues_.refusals() == before && !no_place_for_it) {
    const bool needed = kind_->geometry_required;
    issues_.add(needed ? Severity::refused : Severity::noted,
                needed ? "intake.geometry_missing" : "intake.geometry_absent", "geometry", "", {{"kind", kind_->name}});
  }
}

void RecordBuilder::check_order(const Record& record, std::string_view first, std::string_view second) {
  const auto* from = std::get_if<std::string>(&record.values[kind_->field_index(first)]);
  const auto* to = std::get_if<std::string>(&record.values[kind_->field_index(second)]);
  if (from == nullptr || to == nullptr) {
    return;
  }
  const auto from_date = mineaction::Date::parse(*from);
  const auto to_date = mineaction::Date::parse(*to);
  if (from_date && to_date && from_date->first_day() > to_date->last_day()) {
    issues_.add(Severity::noted, "intake.dates_reversed", first, *from,
                {{"first", std::string(first)}, {"second", std::string(second)}, {"other", *to}});
  }
}

/// What one field alone cannot tell.
void RecordBuilder::check_fields(const Record& record) {
  if (kind_->field("declared_area") != nullptr) {
    const Value& area = record.values[kind_->field_index("declared_area")];
    const bool unit_refused = issues_.row_refused();
    if (!is_null(area) && is_null(record.values[kind_->field_index("declared_area_unit")]) && !unit_refused) {
      issues_.add(Severity::refused, "intake.area_without_unit", "declared_area",
                  fmt::format("{}", std::get<double>(area)));
    }
  }
  if (kind_->name == "minefield-record-legs") {
    const auto* bearing = std::get_if<double>(&record.values[kind_->field_index("bearing")]);
    const auto* unit = std::get_if<std::string>(&record.values[kind_->field_index("bearing_unit")]);
    if (bearing != nullptr && unit != nullptr && *bearing > circle_of(*unit)) {
      issues_.add(Severity::refused, "intake.out_of_bounds", "bearing", fmt::format("{}", *bearing),
                  {{"bounds", fmt::format("at most {} in {}", circle_of(*unit), *unit)}});
    }
  } else if (kind_->name == "tasks") {
    check_order(record, "planned_from", "planned_to");
  } else if (kind_->name == "teams" || kind_->name == "assets") {
    check_order(record, "available_from", "available_to");
  }
}

void RecordBuilder::refuse(std::int64_t row, std::string_view error, base::ErrorArguments arguments) {
  ++rows_;
  issues_.start_row(row);
  issues_.add(Severity::refused, error, "", "", arguments);
}

void RecordBuilder::note(std::int64_t row, std::string_view error, base::ErrorArguments arguments) {
  issues_.start_row(row);
  issues_.add(Severity::noted, error, "", "", arguments);
}

std::string RecordBuilder::id_of(const Record& record) const {
  const auto* id = std::get_if<std::string>(&record.values.front());
  return id != nullptr ? *id : std::string();
}

void RecordBuilder::start(const Pending& pending) {
  issues_.start_row(pending.row);
  issues_.set_id(id_of(pending.record));
}

void RecordBuilder::end(Pending& pending) {
  pending.refused = pending.refused || issues_.row_refused();
}

std::string RecordBuilder::effective_crs() const {
  if (!options_->crs.empty()) {
    return options_->crs;
  }
  if (!source_.crs.empty()) {
    return source_.crs;
  }
  return options_->mapping ? options_->mapping->crs : std::string();
}

/// Needs no note of how it came to be longitude and latitude.
bool RecordBuilder::is_plain(const std::string& crs) const {
  return is_wgs84(crs) || crs == options_->programme_crs;
}

void RecordBuilder::refuse_position(std::size_t index, std::string_view error, base::ErrorArguments arguments) {
  Pending& pending = pending_[index];
  start(pending);
  issues_.add(Severity::refused, error, "geometry", pending.written(), arguments);
  pending.record.geometry = {};
  end(pending);
}

/// A system that a person named ("SK-42 zone 8") or that the file defines.
Result<const geo::WrittenCrs*> RecordBuilder::understood(const std::string& crs) {
  const auto [entry, is_new] = understood_.try_emplace(crs, geo::WrittenCrs{geo::WrittenCrs::Form::defined, crs, crs});
  Result<geo::WrittenCrs>& written = entry->second;
  if (is_new && crs != source_.crs) {
    written = geo::parse_written_crs(crs);
    if (!written && written.error().id == "geo.crs_unknown") {
      written = base::fail("intake.crs_unknown", {{"crs", crs}, {"file", source_.file}});
    } else if (written && written->form == geo::WrittenCrs::Form::mgrs) {
      written = base::fail("intake.crs_of_text", {{"crs", crs}, {"file", source_.file}});
    }
  }
  return written ? Result<const geo::WrittenCrs*>(&*written) : tl::make_unexpected(written.error());
}

/// What PROJ needs to read each row's numbers; null where there is nothing to read. A system that a person named may
/// need the numbers to be understood: whether the easting carries the zone, and which.
Result<std::vector<const std::string*>> RecordBuilder::definitions() {
  std::vector<const std::string*> result(pending_.size(), nullptr);
  std::map<std::string, bool> in_degrees;
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    const Pending& pending = pending_[i];
    const std::string& crs = crs_of(pending);
    const auto first = any_vertex(pending.record.geometry);
    if (pending.is_located() || !first || is_wgs84(crs)) {
      continue;
    }
    const auto written = understood(crs);
    if (!written && (!pending.given || pending.given->crs.empty())) {
      return tl::make_unexpected(written.error());
    }
    if (!written) {
      refuse_position(i, "intake.position_unreadable",
                      {{"reason", written.error().message}, {"how", written.error().remedy}});
      continue;
    }
    const auto definition = geo::definition_for(**written, {first->lon, first->lat});
    if (!definition) {
      refuse_position(i, "intake.zone_unclear",
                      {{"reason", definition.error().message}, {"how", definition.error().remedy}});
      continue;
    }
    if (pending.has_angles()) {
      const auto [degrees, is_new] = in_degrees.try_emplace(*definition, false);
      degrees->second = is_new ? geo::is_geographic(*definition) : degrees->second;
      if (!degrees->second) {
        refuse_position(i, "intake.degrees_for_metres", {{"crs", name_of(crs)}});
        continue;
      }
    }
    result[i] = &*definitions_.insert(*definition).first;
  }
  return result;
}

/// One operation for the whole shape, chosen for where it lies. May run beside other rows.
bool RecordBuilder::transform(Pending& pending, const std::string& definition) const {
  std::vector<geo::Xy> numbers;
  for_each_vertex(pending.record.geometry, [&](const LonLat& p) { numbers.push_back({p.lon, p.lat}); });
  const auto placed = geo::place(definition, numbers);
  if (!placed) {
    return false;
  }
  std::size_t next = 0;
  for_each_vertex(pending.record.geometry, [&](LonLat& p) { p = placed->points[next++]; });
  // What a file of ours tells of an earlier entry stays: it is nearer to what was written.
  const bool worth_keeping = pending.has_angles() || !is_plain(definition);
  if (worth_keeping && !mineaction::as_entered(*kind_, pending.record)) {
    mineaction::set_as_entered(
        *kind_,
        {pending.written(), name_of(crs_of(pending)), geo::to_text(placed->operation), placed->operation.accuracy_m},
        pending.record);
  }
  return true;
}

/// Makes longitude and latitude of the rows' own coordinates.
Result<void> RecordBuilder::locate() {
  FG_TRY(const auto definition, definitions());
  std::vector<char> failed(pending_.size(), 0);
  constexpr std::size_t kGrain = 1024;
  base::parallel_for(pending_.size(), kGrain, [&](std::size_t begin, std::size_t end_of_block) {
    for (std::size_t i = begin; i < end_of_block; ++i) {
      failed[i] = definition[i] != nullptr && !transform(pending_[i], *definition[i]) ? 1 : 0;
    }
  });
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    Pending& pending = pending_[i];
    if (failed[i] != 0) {
      if (geo::crs_name(*definition[i]).empty()) {
        return base::fail("intake.crs_unknown", {{"crs", crs_of(pending)}, {"file", source_.file}});
      }
      refuse_position(i, "intake.geometry_broken",
                      {{"reason", "its coordinates lie outside what " + name_of(crs_of(pending)) + " can express"}});
    } else if (pending.has_angles() && definition[i] == nullptr && !pending.refused &&
               !mineaction::as_entered(*kind_, pending.record)) {
      mineaction::set_as_entered(*kind_, {pending.written(), "WGS 84", "", std::nullopt}, pending.record);
    }
  }
  return {};
}

/// Rows that give their position twice.
void RecordBuilder::check_repeated_positions() {
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    const auto p = any_vertex(pending_[i].record.geometry);
    if (!pending_[i].given || !pending_[i].given->again || !p) {
      continue;
    }
    const Again& again = *pending_[i].given->again;
    const double apart_m = geo::geodesic_between(*p, again.at).distance_m;
    if (apart_m > kSamePlace_m + again.accuracy_m) {
      start(pending_[i]);
      issues_.add(Severity::refused, "intake.positions_differ", again.field, again.text,
                  {{"metres", fmt::format("{:.0f}", apart_m)}, {"place", place_text(*p)}});
      end(pending_[i]);
    }
  }
}

void RecordBuilder::check_geometries() {
  for (Pending& pending : pending_) {
    geo::GeographicGeometry& geometry = pending.record.geometry;
    if (geometry.empty()) {
      continue;
    }
    start(pending);
    check_shape_rule(*kind_, geometry, issues_);
    if (positions_.check_range(geometry, issues_)) {
      normalise_shape(geometry, issues_);
      if (!leads_from_legs(pending.record)) {
        positions_.check_extent(geometry, issues_);
      }
    }
    end(pending);
  }
}

/// Where misread legs lead may lie in another country: what an export derived from them is no position to correct, the
/// legs are.
bool RecordBuilder::leads_from_legs(const mineaction::Record& record) const {
  return kind_->name == "minefield-records" && mineaction::is_ground_of_legs(record);
}

/// Self-crossing outlines. The checks are independent of each other, so they run on several threads; issues are added
/// in row order.
void RecordBuilder::check_validity() {
  std::vector<std::string> problems(pending_.size());
  constexpr std::size_t kGrain = 256;
  base::parallel_for(pending_.size(), kGrain, [&](std::size_t begin, std::size_t end_of_block) {
    for (std::size_t i = begin; i < end_of_block; ++i) {
      if (!pending_[i].refused && !pending_[i].record.geometry.polygons.empty()) {
        problems[i] = geo::validity_problem(pending_[i].record.geometry);
      }
    }
  });
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    if (!problems[i].empty()) {
      start(pending_[i]);
      issues_.add(Severity::refused, "intake.ring_crosses_itself", "geometry", "", {{"reason", problems[i]}});
      end(pending_[i]);
    }
  }
}

/// Without the country's extent, the file itself tells what is far away.
void RecordBuilder::check_outliers() {
  std::vector<double> lon;
  std::vector<double> lat;
  for (const Pending& pending : pending_) {
    const auto p = any_vertex(pending.record.geometry);
    if (!pending.refused && p) {
      lon.push_back(p->lon);
      lat.push_back(p->lat);
    }
  }
  if (positions_.knows_extent() || lon.size() < kRowsForOutliers) {
    return;
  }
  const auto quantile = [](std::vector<double>& values, double share) {
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), at, values.end());
    return *at;
  };
  const LonLatBox others = {quantile(lon, 0.05), quantile(lat, 0.05), quantile(lon, 0.95), quantile(lat, 0.95)};
  for (Pending& pending : pending_) {
    const auto p = any_vertex(pending.record.geometry);
    if (!pending.refused && p && !leads_from_legs(pending.record)) {
      start(pending);
      PositionCheck::check_against_others(*p, others, issues_);
      end(pending);
    }
  }
}

/// The same content twice is noted (the register finds the second unchanged); the same id with other content is
/// refused, because nobody can tell here which of the two is right.
void RecordBuilder::check_ids() {
  std::unordered_map<std::string_view, std::size_t> first;
  first.reserve(pending_.size());
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    Pending& pending = pending_[i];
    if (pending.refused) {
      continue;
    }
    if (is_null(pending.record.values.front())) {
      pending.record.values.front() = mineaction::generated_id(*kind_, pending.record);
    }
    const auto [same, is_new] = first.emplace(std::get<std::string>(pending.record.values.front()), i);
    if (is_new) {
      continue;
    }
    const Pending& earlier = pending_[same->second];
    const bool repeats = earlier.record == pending.record;
    start(pending);
    issues_.add(repeats ? Severity::noted : Severity::refused, repeats ? "intake.repeated_row" : "intake.duplicate_id",
                kind_->fields.front().name, id_of(pending.record), {{"other", std::to_string(earlier.row)}});
    end(pending);
  }
}

Result<ReadResult> RecordBuilder::finish(const base::Progress& progress) {
  if (rows_ == 0) {
    return base::fail("intake.empty_file", {{"file", source_.file}});
  }
  if (rows_left_out_ > 0 && options_->mapping) {
    const std::string columns = fmt::format("{}", fmt::join(std::views::keys(options_->mapping->only), ", "));
    note(0, "intake.rows_left_out", {{"count", std::to_string(rows_left_out_)}, {"column", columns}});
  }
  if (!progress("checking " + kind_->name, 0.7)) {
    return base::fail("base.cancelled");
  }
  FG_TRY_VOID(locate());
  check_repeated_positions();
  check_geometries();
  check_validity();
  check_outliers();
  check_ids();
  ReadResult result;
  result.rows = rows_ - rows_left_out_;
  result.records.reserve(pending_.size());
  for (; !pending_.empty(); pending_.pop_front()) {
    if (!pending_.front().refused) {
      result.records.push_back({pending_.front().row, std::move(pending_.front().record)});
    }
  }
  result.issues = issues_.take();
  if (!progress("checking " + kind_->name, 1.0)) {
    return base::fail("base.cancelled");
  }
  return result;
}

}  // namespace firmground::intake
