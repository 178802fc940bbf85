#include "exchange/xlsx_writer.h"

#include <fmt/format.h>

#include <algorithm>

#include "exchange/csv_writer.h"
#include "exchange/xml_text.h"
#include "exchange/zip_writer.h"

namespace firmground::exchange {

using mineaction::Record;

namespace {

constexpr std::size_t kMostRows = 1048576;     // ECMA-376 names no limit; this is what Excel and LibreOffice open
constexpr std::size_t kLongestText = 32767;    // characters of a cell, likewise
constexpr std::size_t kLongestSheetName = 31;  // likewise
constexpr std::string_view kMain = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
constexpr std::string_view kRelations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
constexpr std::string_view kHead = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// Cell formats of styles.xml, by number.
enum class Style : int { number = 0, heading = 1, text = 2 };

/// ECMA-376 part 1, 22.9.2.19 (ST_Xstring): a character that XML cannot carry is _xHHHH_; the letters themselves,
/// where somebody wrote them, get their underscore escaped.
std::string escaped_cell(std::string_view text) {
  const auto hexadecimal = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto code = static_cast<unsigned char>(text[i]);
    const bool looks_escaped = text.size() >= i + 7 && text[i] == '_' && text[i + 1] == 'x' && text[i + 6] == '_' &&
                               std::all_of(text.begin() + static_cast<std::ptrdiff_t>(i) + 2,
                                           text.begin() + static_cast<std::ptrdiff_t>(i) + 6, hexadecimal);
    if ((code < 0x20 && code != '\n' && code != '\t') || looks_escaped) {
      fmt::format_to(std::back_inserter(out), "_x{:04X}_", code);
    } else {
      out += text[i];
    }
  }
  return out;
}

/// UTF-16 units, which is what the limit of a cell counts.
std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    count += (code & 0xC0U) == 0x80U ? 0 : code >= 0xF0U ? 2 : 1;
  }
  return count;
}

class SheetText {
 public:
  SheetText(ZipWriter& zip, const Table& table, const Coordinates& coordinates)
      : zip_(zip), table_(table), coordinates_(coordinates), positions_(position_columns(table)) {}

  base::Result<void> write() {
    zip_.write(
        fmt::format("{}<worksheet xmlns=\"{}\"><sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" "
                    "topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews>"
                    "<sheetFormatPr defaultRowHeight=\"15\"/><cols>{}</cols><sheetData>\n",
                    kHead, kMain, widths()));
    heading();
    for (const Record& record : table_.records) {
      FG_TRY_VOID(row(record));
    }
    zip_.write("</sheetData></worksheet>\n");
    return {};
  }
  std::size_t left_out() const { return left_out_; }

 private:
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    names.reserve(table_.columns.size() + 2);
    for (const std::size_t column : table_.columns) {
      names.push_back(table_.kind->fields[column].name);
    }
    const auto more = position_column_names(positions_, coordinates_);
    names.insert(names.end(), more.begin(), more.end());
    return names;
  }
  std::string widths() const {
    std::string cols;
    const auto all = names();
    for (std::size_t i = 0; i < all.size(); ++i) {
      cols += fmt::format("<col min=\"{0}\" max=\"{0}\" width=\"{1}\" customWidth=\"1\"/>", i + 1,
                          std::max<std::size_t>(12, all[i].size() + 2));
    }
    return cols;
  }
  void heading() {
    line_ = "<row r=\"1\">";
    for (const std::string& name : names()) {
      text_cell(name, Style::heading);
    }
    zip_.write(line_ += "</row>\n");
  }
  void text_cell(std::string_view text, Style style) {
    line_ += fmt::format("<c s=\"{}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">", static_cast<int>(style));
    left_out_ += append_xml(line_, escaped_cell(text));
    line_ += "</t></is></c>";
  }
  /// A cell that says nothing keeps its place: cells are in order, without their addresses.
  void empty_cell() { line_ += "<c/>"; }
  void number_cell(std::string_view digits) { line_ += fmt::format("<c><v>{}</v></c>", digits); }

  base::Result<void> guarded_cell(const Record& record, std::string_view text) {
    const bool guard = needs_formula_guard(text);
    if (characters(text) + (guard ? 1 : 0) > kLongestText) {
      return base::fail("exchange.format_cannot_carry",
                        {{"format", "XLSX"},
                         {"kind", table_.name},
                         {"id", describe(record)},
                         {"reason", fmt::format("a cell holds at most {} characters, and it needs {}", kLongestText,
                                                characters(text))}});
    }
    text_cell((guard ? "'" : "") + std::string(text), Style::text);
    return {};
  }
  base::Result<void> value(const Record& record, const mineaction::Value& value) {
    if (std::holds_alternative<std::monostate>(value)) {
      empty_cell();
      return {};
    }
    plain_.clear();
    append_plain(plain_, value);
    const bool number = std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
    if (number) {
      number_cell(plain_);
      return {};
    }
    return guarded_cell(record, plain_);
  }
  base::Result<void> position(const Record& record) {
    const geo::PlanarGeometry geometry = coordinates_.of(record.geometry);
    plain_.clear();
    if (positions_ == PositionColumns::well_known_text) {
      append_well_known_text(plain_, geometry, coordinates_.decimals);
      if (plain_.empty()) {
        empty_cell();
        return {};
      }
      return guarded_cell(record, plain_);
    }
    for (const bool east : {true, false}) {
      if (geometry.points.empty()) {
        empty_cell();
      } else {
        plain_.clear();
        append_coordinate(plain_, east ? geometry.points.front().x : geometry.points.front().y, coordinates_.decimals);
        number_cell(plain_);
      }
    }
    return {};
  }
  base::Result<void> row(const Record& record) {
    line_ = "<row>";
    for (const std::size_t column : table_.columns) {
      FG_TRY_VOID(value(record, record.values[column]));
    }
    if (positions_ != PositionColumns::none) {
      FG_TRY_VOID(position(record));
    }
    zip_.write(line_ += "</row>\n");
    return {};
  }

  ZipWriter& zip_;
  const Table& table_;
  const Coordinates& coordinates_;
  PositionColumns positions_;
  std::string line_, plain_;
  std::size_t left_out_ = 0;
};

std::string sheet_names(std::span<const Table> tables) {
  std::string sheets;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    std::string name;
    append_xml(name, tables[i].name);
    sheets += fmt::format("<sheet name=\"{0}\" sheetId=\"{1}\" r:id=\"rId{1}\"/>", name, i + 1);
  }
  return sheets;
}

void write_package(ZipWriter& zip, std::span<const Table> tables) {
  constexpr std::string_view kPackage = "http://schemas.openxmlformats.org/package/2006";
  constexpr std::string_view kType = "application/vnd.openxmlformats-officedocument.spreadsheetml";
  std::string parts;
  std::string links;
  for (std::size_t i = 1; i <= tables.size(); ++i) {
    parts +=
        fmt::format("<Override PartName=\"/xl/worksheets/sheet{}.xml\" ContentType=\"{}.worksheet+xml\"/>", i, kType);
    links += fmt::format("<Relationship Id=\"rId{0}\" Type=\"{1}/worksheet\" Target=\"worksheets/sheet{0}.xml\"/>", i,
                         kRelations);
  }
  zip.begin_entry("[Content_Types].xml");
  zip.write(
      fmt::format("{}<Types xmlns=\"{}/content-types\"><Default Extension=\"rels\" "
                  "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override "
                  "PartName=\"/xl/workbook.xml\" "
                  "ContentType=\"{}.sheet.main+xml\"/><Override PartName=\"/xl/styles.xml\" "
                  "ContentType=\"{}.styles+xml\"/>{}</Types>",
                  kHead, kPackage, kType, kType, parts));
  zip.begin_entry("_rels/.rels");
  zip.write(
      fmt::format("{}<Relationships xmlns=\"{}/relationships\"><Relationship Id=\"rId1\" "
                  "Type=\"{}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>",
                  kHead, kPackage, kRelations));
  zip.begin_entry("xl/workbook.xml");
  zip.write(fmt::format("{}<workbook xmlns=\"{}\" xmlns:r=\"{}\"><sheets>{}</sheets></workbook>", kHead, kMain,
                        kRelations, sheet_names(tables)));
  zip.begin_entry("xl/_rels/workbook.xml.rels");
  zip.write(
      fmt::format("{}<Relationships xmlns=\"{}/relationships\">{}<Relationship Id=\"rId{}\" Type=\"{}/styles\" "
                  "Target=\"styles.xml\"/></Relationships>",
                  kHead, kPackage, links, tables.size() + 1, kRelations));
  // The three formats of Style: as it comes, bold, and text (49 is "@": a spreadsheet leaves what is typed there
  // alone).
  zip.begin_entry("xl/styles.xml");
  zip.write(fmt::format(
      "{}<styleSheet xmlns=\"{}\"><fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font><font><b/>"
      "<sz val=\"11\"/><name val=\"Calibri\"/></font></fonts><fills count=\"2\"><fill><patternFill "
      "patternType=\"none\"/>"
      "</fill><fill><patternFill patternType=\"gray125\"/></fill></fills><borders count=\"1\"><border><left/><right/>"
      "<top/><bottom/><diagonal/></border></borders><cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" "
      "fillId=\"0\" borderId=\"0\"/></cellStyleXfs><cellXfs count=\"3\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" "
      "borderId=\"0\" xfId=\"0\"/><xf numFmtId=\"0\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
      "applyFont=\"1\"/><xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
      "applyNumberFormat=\"1\"/></cellXfs></styleSheet>",
      kHead, kMain));
}

base::Result<void> check_tables(std::span<const Table> tables) {
  for (const Table& table : tables) {
    const bool too_many = table.records.size() + 1 > kMostRows;
    if (too_many || table.name.size() > kLongestSheetName) {
      return base::fail(
          "exchange.format_cannot_carry",
          {{"format", "XLSX"},
           {"kind", table.name},
           {"id", table.records.empty() ? "" : describe(table.records.back())},
           {"reason", too_many ? fmt::format("a sheet holds at most {} rows", kMostRows)
                               : fmt::format("a sheet's name has at most {} letters", kLongestSheetName)}});
    }
  }
  return {};
}

}  // namespace

base::Result<std::vector<Note>> write_xlsx(const std::string& path, std::span<const Table> tables,
                                           const Coordinates& coordinates) {
  FG_TRY_VOID(check_tables(tables));
  FG_TRY(ZipWriter zip, ZipWriter::create(path));
  write_package(zip, tables);
  std::vector<Note> notes;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    zip.begin_entry(fmt::format("xl/worksheets/sheet{}.xml", i + 1));
    SheetText sheet(zip, tables[i], coordinates);
    FG_TRY_VOID(sheet.write());
    if (sheet.left_out() > 0) {
      notes.push_back(
          make_note(tables[i], "exchange.characters_left_out",
                    {{"format", "XLSX"}, {"kind", tables[i].name}, {"count", std::to_string(sheet.left_out())}}));
    }
  }
  FG_TRY_VOID(zip.finish());
  return notes;
}

}  // namespace firmground::exchange
