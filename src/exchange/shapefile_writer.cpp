#include <cpl_conv.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

#include "base/check.h"
#include "exchange/ogr_layer.h"
#include "exchange/text_writer.h"
#include "exchange/zip_writer.h"
#include "geo/raster.h"

namespace firmground::exchange {

using mineaction::Field;
using mineaction::FieldType;
using mineaction::Record;

namespace {

constexpr std::size_t kWidestText = 254;   // dBASE III: bytes of a character field
constexpr std::size_t kWidestNumber = 32;  // longer ones are read by GDAL, but by little else
constexpr const char* kFieldTable = ".fields.csv";

enum class Form : std::uint8_t { nothing, points, lines, polygons, several };

Form form_of(const geo::GeographicGeometry& g) {
  const int forms = !g.points.empty() + !g.lines.empty() + !g.polygons.empty();
  return forms == 0          ? Form::nothing
         : forms > 1         ? Form::several
         : !g.points.empty() ? Form::points
         : !g.lines.empty()  ? Form::lines
                             : Form::polygons;
}

/// What one .dbf column can and cannot hold of a table's values.
struct Fit {
  std::size_t cut = 0;      ///< texts longer than a character field
  std::size_t rounded = 0;  ///< numbers with more digits than a column has
  std::string first_cut, first_rounded;
};

/// Digits of a number written out without an exponent: before the point (with the sign), and after it.
std::pair<std::size_t, std::size_t> digits_of(double number) {
  std::array<char, 1100> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed).ptr;
  const std::string_view shown(text.data(), static_cast<std::size_t>(end - text.data()));
  const std::size_t point = std::min(shown.find('.'), shown.size());
  return {point, point == shown.size() ? 0 : shown.size() - point - 1};
}

void fit_text(Column& column, std::span<const Record* const> records, Fit& fit) {
  std::size_t widest = 1;
  for (const Record* record : records) {
    if (const auto* text = std::get_if<std::string>(&record->values[column.field])) {
      widest = std::max(widest, text->size());
      if (text->size() > kWidestText) {
        fit.first_cut = fit.cut == 0 ? describe(*record) : fit.first_cut;
        ++fit.cut;
      }
    }
  }
  column.width = static_cast<int>(std::min(widest, kWidestText));
}

void fit_real(Column& column, std::span<const Record* const> records, Fit& fit) {
  std::size_t whole = 1;
  std::size_t decimals = 0;
  for (const Record* record : records) {
    if (const auto* number = std::get_if<double>(&record->values[column.field])) {
      const auto [before, after] = digits_of(*number);
      whole = std::max(whole, before);
      decimals = std::max(decimals, after);
    }
  }
  const std::size_t room = kWidestNumber - std::min(whole + 1, kWidestNumber);
  const std::size_t kept = std::min(decimals, room);
  for (const Record* record : records) {
    const auto* number = std::get_if<double>(&record->values[column.field]);
    if (number != nullptr && digits_of(*number).second > kept) {
      fit.first_rounded = fit.rounded == 0 ? describe(*record) : fit.first_rounded;
      ++fit.rounded;
    }
  }
  column.width = static_cast<int>(std::min(whole + (kept > 0 ? kept + 1 : 0), kWidestText));
  column.precision = static_cast<int>(kept);
}

void fit_integer(Column& column, std::span<const Record* const> records) {
  std::size_t widest = 1;
  for (const Record* record : records) {
    if (const auto* whole = std::get_if<std::int64_t>(&record->values[column.field])) {
      widest = std::max(widest, fmt::formatted_size("{}", *whole));
    }
  }
  column.width = static_cast<int>(widest);
}

std::vector<Column> dbf_columns(const Table& table, std::span<const Record* const> records, Fit& fit) {
  std::vector<Column> columns = columns_of(table, records, Days::as_dates);
  const std::vector<std::string> names = mineaction::ten_letter_names(*table.kind);
  for (Column& column : columns) {
    column.name = names[column.field];
    switch (column.type) {
      case ColumnType::text: fit_text(column, records, fit); break;
      case ColumnType::real: fit_real(column, records, fit); break;
      case ColumnType::integer: fit_integer(column, records); break;
      case ColumnType::boolean:
        column.type = ColumnType::text;
        column.width = 5;
        break;
      case ColumnType::day: break;
    }
  }
  return columns;
}

LayerForm layer_form_of(Form form, std::span<const Record* const> records) {
  switch (form) {
    case Form::points:
      return std::all_of(records.begin(), records.end(), [](const Record* r) { return r->geometry.points.size() <= 1; })
                 ? LayerForm::point
                 : LayerForm::multi_point;
    case Form::lines: return LayerForm::multi_line;
    case Form::polygons: return LayerForm::multi_polygon;
    case Form::nothing:
    case Form::several: break;
  }
  return LayerForm::none;
}

std::string_view suffix_of(Form form) {
  switch (form) {
    case Form::points: return "_points";
    case Form::lines: return "_lines";
    case Form::polygons: return "_polygons";
    case Form::nothing:
    case Form::several: break;
  }
  return "";
}

/// One layer for each form in use; what has no geometry goes with the first of them.
base::Result<std::vector<LayerPlan>> plan_layers(const Table& table, Fit& fit) {
  std::vector<std::pair<Form, std::vector<const Record*>>> groups;
  for (const Form form : {Form::polygons, Form::lines, Form::points}) {
    std::vector<const Record*> records;
    for (const Record& record : table.records) {
      if (form_of(record.geometry) == form) {
        records.push_back(&record);
      }
    }
    if (!records.empty()) {
      groups.emplace_back(form, std::move(records));
    }
  }
  if (groups.empty()) {
    groups.emplace_back(Form::nothing, std::vector<const Record*>());
  }
  for (const Record& record : table.records) {
    if (form_of(record.geometry) == Form::several) {
      return base::fail("exchange.format_cannot_carry",
                        {{"format", "Shapefile"},
                         {"kind", table.name},
                         {"id", describe(record)},
                         {"reason", "its geometry is of several forms (points, lines, areas) at once"}});
    }
    if (form_of(record.geometry) == Form::nothing) {
      groups.front().second.push_back(&record);
    }
  }
  std::vector<LayerPlan> plans;
  for (auto& [form, records] : groups) {
    LayerPlan plan{&table, table.name, layer_form_of(form, records), dbf_columns(table, records, fit), {}, {}};
    plan.name += groups.size() > 1 ? suffix_of(form) : "";
    plan.records = std::move(records);
    plans.push_back(std::move(plan));
  }
  return plans;
}

std::vector<Note> notes_of(const Table& table, const Fit& fit) {
  std::vector<Note> notes;
  if (fit.cut > 0) {
    notes.push_back(make_note(table, "exchange.texts_cut",
                              {{"kind", table.name}, {"count", std::to_string(fit.cut)}, {"id", fit.first_cut}}));
  }
  if (fit.rounded > 0) {
    notes.push_back(
        make_note(table, "exchange.numbers_rounded",
                  {{"kind", table.name}, {"count", std::to_string(fit.rounded)}, {"id", fit.first_rounded}}));
  }
  return notes;
}

/// "declare_1,declared_area_unit,…": what each short column name stands for.
base::Result<void> write_field_table(const std::string& path, const LayerPlan& plan) {
  FG_TRY(TextWriter writer, TextWriter::create(path));
  writer.write("column,field,meaning\n");
  for (const Column& column : plan.columns) {
    const Field& field = plan.table->kind->fields[column.field];
    std::string help;
    for (const char c : field.help) {
      help += c;
      help += c == '"' ? "\"" : "";
    }
    writer.write(fmt::format("{},{},\"{}\"\n", column.name, field.name, help));
  }
  return writer.finish();
}

/// A folder of its own beside the target, so that nobody sees half a set of files; gone when this goes.
class DraftFolder {
 public:
  explicit DraftFolder(std::string path) : path_(std::move(path)) {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
    std::filesystem::create_directory(path_, problem_);
  }
  DraftFolder(const DraftFolder&) = delete;
  DraftFolder& operator=(const DraftFolder&) = delete;
  ~DraftFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }
  const std::error_code& problem() const { return problem_; }

  /// Sorted: the order of a directory listing means nothing.
  std::vector<std::filesystem::path> files() const {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

 private:
  std::string path_;
  std::error_code problem_;
};

base::Result<void> write_draft(const std::string& path, const DraftFolder& draft, std::vector<LayerPlan>& plans,
                               const DatabaseOptions& options) {
  const std::string date = options.made_at.size() >= 10 ? options.made_at.substr(0, 10) : "1970-01-01";
  Dataset dataset = create_dataset("ESRI Shapefile", draft.path());
  bool written = dataset != nullptr;
  for (LayerPlan& plan : plans) {
    plan.options = {"ENCODING=UTF-8", "DBF_DATE_LAST_UPDATE=" + date};
    if (plan.form == LayerForm::none) {
      plan.options.emplace_back("SHPT=NULL");
    }
    written = written && write_layer(dataset.get(), plan, options.coordinates);
  }
  if (!written || !finish_dataset(std::move(dataset))) {
    return not_written(path, "Shapefile");
  }
  for (const LayerPlan& plan : plans) {
    FG_TRY_VOID(write_field_table((std::filesystem::path(draft.path()) / (plan.name + kFieldTable)).string(), plan));
  }
  return {};
}

base::Result<void> pack(const std::string& path, const DraftFolder& draft) {
  FG_TRY(ZipWriter zip, ZipWriter::create(path));
  for (const auto& file : draft.files()) {
    FG_TRY(const std::string bytes, geo::read_file(file.string()));
    zip.begin_entry(file.filename().string());
    zip.write(bytes);
  }
  return zip.finish();
}

/// "hazards_points" in the draft becomes "<stem of the target>_points" beside the target.
base::Result<void> move_into_place(const std::string& path, const DraftFolder& draft, const std::string& table) {
  const std::filesystem::path target(path);
  for (const auto& file : draft.files()) {
    const std::string rest = file.filename().string().substr(table.size());
    std::error_code problem;
    std::filesystem::rename(file, target.parent_path() / (target.stem().string() + rest), problem);
    if (problem) {
      return base::fail("exchange.not_written",
                        {{"file", path}, {"format", "Shapefile"}, {"reason", problem.message()}});
    }
  }
  return {};
}

}  // namespace

base::Result<std::vector<Note>> write_shapefile(const std::string& path, ShapefileForm form,
                                                std::span<const Table> tables, const DatabaseOptions& options) {
  FG_CHECK(form == ShapefileForm::zip || tables.size() == 1);
  std::vector<Note> notes;
  std::vector<LayerPlan> plans;
  for (const Table& table : tables) {
    Fit fit;
    FG_TRY(auto of_table, plan_layers(table, fit));
    std::move(of_table.begin(), of_table.end(), std::back_inserter(plans));
    const auto more = notes_of(table, fit);
    notes.insert(notes.end(), more.begin(), more.end());
  }
  const DraftFolder draft(path + ".parts");
  if (draft.problem()) {
    return base::fail("base.file_unwritable", {{"file", path}, {"reason", draft.problem().message()}});
  }
  FG_TRY_VOID(write_draft(path, draft, plans, options));
  FG_TRY_VOID(form == ShapefileForm::zip ? pack(path, draft) : move_into_place(path, draft, tables.front().name));
  return notes;
}

}  // namespace firmground::exchange
