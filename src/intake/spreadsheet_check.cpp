#include "intake/spreadsheet_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>
#include <vector>

#include "intake/archive.h"

namespace firmground::intake {

using base::Result;

namespace {

bool ends_with(const std::string& name, std::string_view ending) {
  if (name.size() < ending.size()) {
    return false;
  }
  return std::equal(
      ending.begin(), ending.end(), name.end() - static_cast<std::ptrdiff_t>(ending.size()),
      [](char small, char c) { return small == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c); });
}

const ArchiveEntry* find_entry(const std::vector<ArchiveEntry>& entries, std::string_view name) {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const ArchiveEntry& entry) { return entry.name == name; });
  return found == entries.end() ? nullptr : &*found;
}

Result<void> load(const std::string& path, const std::string& file, const std::vector<ArchiveEntry>& entries,
                  std::string_view name, pugi::xml_document& document) {
  const ArchiveEntry* entry = find_entry(entries, name);
  if (entry == nullptr) {
    return base::fail("intake.broken", {{"file", file}, {"reason", fmt::format("it has no {}", name)}});
  }
  FG_TRY(const std::string text, read_entry(path, file, *entry));
  const auto result = document.load_buffer(text.data(), text.size());
  if (!result) {
    return base::fail("intake.broken", {{"file", file}, {"reason", fmt::format("its {} is no well-formed XML", name)}});
  }
  return {};
}

/// "xl/worksheets/sheet1.xml" of the sheet's name; "" when the workbook names none.
Result<std::string> entry_of_sheet(const std::string& path, const std::string& file,
                                   const std::vector<ArchiveEntry>& entries, std::string_view sheet) {
  pugi::xml_document workbook;
  pugi::xml_document links;
  FG_TRY_VOID(load(path, file, entries, "xl/workbook.xml", workbook));
  FG_TRY_VOID(load(path, file, entries, "xl/_rels/workbook.xml.rels", links));
  std::string id;
  for (const pugi::xml_node& node : workbook.document_element().child("sheets").children("sheet")) {
    id = node.attribute("name").value() == sheet ? node.attribute("r:id").value() : id;
  }
  for (const pugi::xml_node& link : links.document_element().children("Relationship")) {
    if (link.attribute("Id").value() == id) {
      const std::string target = link.attribute("Target").value();
      return target.starts_with('/') ? target.substr(1) : "xl/" + target;
    }
  }
  return std::string();
}

/// The row of the first cell of "B7:C9".
int first_row(std::string_view range) {
  int row = 0;
  for (const char c : range.substr(0, range.find(':'))) {
    row = c >= '0' && c <= '9' && row < 100'000'000 ? 10 * row + (c - '0') : row;
  }
  return row;
}

}  // namespace

Result<void> check_archive(const std::string& path, const std::string& ending, const std::string& file) {
  FG_TRY(const auto entries, list_archive(path, file));
  const auto any_ends = [&](std::string_view end) {
    return std::any_of(entries.begin(), entries.end(), [&](const ArchiveEntry& e) { return ends_with(e.name, end); });
  };
  if (ending == "zip" && any_ends(".zip")) {
    return base::fail("intake.broken", {{"file", file}, {"reason", "it holds another archive; unpack it first"}});
  }
  if (ending == "zip" && !any_ends(".dbf") && !any_ends(".shp")) {
    return base::fail("intake.broken",
                      {{"file", file}, {"reason", "it holds no Shapefile (a zip archive is taken for one)"}});
  }
  if (ending == "zip" && any_ends(".shp") && !any_ends(".shx") && !any_ends(".dbf")) {
    return base::fail("intake.broken",
                      {{"file", file}, {"reason", "it holds a .shp without its .dbf and .shx; pack them together"}});
  }
  return {};
}

Result<std::string> merged_cells(const std::string& path, const std::string& file, std::string_view sheet) {
  FG_TRY(const auto entries, list_archive(path, file));
  FG_TRY(const std::string name, entry_of_sheet(path, file, entries, sheet));
  const ArchiveEntry* entry = find_entry(entries, name);
  if (entry == nullptr) {
    return std::string();
  }
  FG_TRY(const std::string text, read_entry(path, file, *entry));
  // The list stands behind the rows, which need not be parsed for it.
  std::string ranges;
  constexpr std::string_view kRange = "<mergeCell ref=\"";
  for (std::size_t at = text.find(kRange); at != std::string::npos; at = text.find(kRange, at)) {
    at += kRange.size();
    const std::string range = text.substr(at, std::min<std::size_t>(text.find('"', at) - at, 40));
    if (first_row(range) <= 1) {
      return base::fail("intake.merged_header", {{"file", file}, {"sheet", std::string(sheet)}, {"cells", range}});
    }
    if (ranges.size() < 100) {
      ranges += (ranges.empty() ? "" : ", ") + range;
    }
  }
  return ranges;
}

}  // namespace firmground::intake
