#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "exchange/export_files.h"
#include "intake/source_file.h"
#include "mineaction/kind.h"
#include "random_records.h"

/// Every format, every kind: what exchange writes, intake reads back as it was, to the last bit. RC_PARAMS="seed=1
/// max_success=2000" tries other records, and more of them.
namespace firmground::conformance {
namespace {

using exchange::Format;
using mineaction::GeometryRule;
using mineaction::Kind;
using mineaction::Record;

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / fmt::format("firmground-exchange-{}", getpid())) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

Carries carried_by(Format format) {
  switch (format) {
    case Format::kml:
    case Format::kmz: return {.control_characters = false};
    case Format::gpx:
      return {.control_characters = false, .several_forms = false, .areas = false, .no_position = false};
    case Format::shapefile:
    case Format::shapefile_zip: return {.several_forms = false};
    case Format::flatgeobuf: return {.no_position = false};
    case Format::geojson:
    case Format::csv:
    case Format::geopackage:
    case Format::xlsx: break;
  }
  return {};
}

bool can_carry(Format format, const Kind& kind) {
  if (format == Format::flatgeobuf) {
    return kind.geometry != GeometryRule::none;
  }
  return format != Format::gpx || kind.geometry == GeometryRule::point || kind.geometry == GeometryRule::line ||
         kind.geometry == GeometryRule::polygon_or_point || kind.geometry == GeometryRule::any;
}

/// The record without what never leaves.
Record without_personal(const Kind& kind, Record record) {
  for (std::size_t i = 0; i < kind.fields.size(); ++i) {
    if (kind.fields[i].privacy == mineaction::Privacy::personal) {
      record.values[i] = {};
    }
  }
  return record;
}

std::vector<Record> sorted(std::vector<Record> records) {
  std::sort(records.begin(), records.end(), [](const Record& a, const Record& b) { return a.values[0] < b.values[0]; });
  return records;
}

struct ReadBack {
  std::vector<Record> records;
  std::string problem;
};

/// All files and layers that one export made of the kind.
ReadBack read_back(const std::filesystem::path& folder, const Kind& kind, const std::string& crs) {
  ReadBack back;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string path = entry.path().string();
    const bool side_part = !exchange::format_of_path(path) || path.ends_with(".fields.csv") ||
                           (path.ends_with(".dbf") && std::filesystem::exists(entry.path().parent_path() /
                                                                              (entry.path().stem().string() + ".shp")));
    if (side_part) {
      continue;
    }
    auto layers = intake::layers_of_file(path);
    if (!layers) {
      return {{}, base::to_text(layers.error())};
    }
    if (layers->empty()) {
      layers->emplace_back();
    }
    for (const std::string& layer : *layers) {
      intake::ReadOptions options;
      options.layer_name = "roads";
      options.source_layer = layer;
      options.crs = crs;
      auto read = intake::read_file(path, kind, options, base::no_progress);
      if (!read) {
        return {{}, base::to_text(read.error())};
      }
      for (const intake::Issue& issue : read->issues) {
        // No position, and two dates in the wrong order: so it was in the record.
        const bool harmless = issue.code == "IN-0402" || issue.code == "IN-0319";
        back.problem += harmless ? "" : issue.error + " ";
      }
      for (auto& record : read->records) {
        back.records.push_back(std::move(record.record));
      }
    }
  }
  back.records = sorted(std::move(back.records));
  return back;
}

std::string written_and_read(const Folder& folder, Format format, const Kind& kind, std::vector<Record> records) {
  const auto origin = kind.name == "reference-layer" ? exchange::Origin::reference_layer : exchange::Origin::kind;
  // A name of its own each time: GDAL remembers an archive's contents by its name, size and second of change.
  static int number = 0;
  const std::filesystem::path own = folder.path() / std::to_string(++number);
  std::filesystem::create_directories(own);
  const exchange::Table table = exchange::table_to_export(kind, origin, records);
  const std::string path = (own / (kind.name + std::string(exchange::info_of(format).ending))).string();
  const auto notes = exchange::write_tables(path, format, {&table, 1}, {});
  if (!notes) {
    return base::to_text(notes.error());
  }
  for (const exchange::Note& note : *notes) {
    if (note.code != "EX-0201" && note.code != "EX-0206") {
      return "not carried: " + note.text;
    }
  }
  const ReadBack back = read_back(own, kind, "");
  std::filesystem::remove_all(own);
  if (!back.problem.empty()) {
    return back.problem;
  }
  std::transform(records.begin(), records.end(), records.begin(),
                 [&](const Record& record) { return without_personal(kind, record); });
  records = sorted(std::move(records));
  if (back.records.size() != records.size()) {
    return fmt::format("{} records came back of {}", back.records.size(), records.size());
  }
  for (std::size_t i = 0; i < records.size(); ++i) {
    for (std::size_t f = 0; f < kind.fields.size(); ++f) {
      if (back.records[i].values[f] != records[i].values[f]) {
        return fmt::format("field {} of record {} differs", kind.fields[f].name, i);
      }
    }
    if (!(back.records[i].geometry == records[i].geometry)) {
      return fmt::format("geometry of record {} differs", i);
    }
  }
  return "";
}

class EveryFormat : public ::testing::TestWithParam<Format> {};

TEST_P(EveryFormat, GivesBackEveryRecordOfEveryKindAsItWas) {
  const Folder folder;
  const Format format = GetParam();
  EXPECT_TRUE(rc::check([&] {
    const auto& kinds = mineaction::kinds();
    const Kind& kind = kinds[*rc::gen::inRange<std::size_t>(0, kinds.size())];
    RC_PRE(can_carry(format, kind));
    const auto records = *records_of(kind, carried_by(format));
    const std::string problem = written_and_read(folder, format, kind, records);
    if (!problem.empty()) {
      RC_FAIL(kind.name + ": " + problem);
    }
  }));
}

INSTANTIATE_TEST_SUITE_P(Exchange, EveryFormat,
                         ::testing::Values(Format::geojson, Format::csv, Format::geopackage, Format::shapefile,
                                           Format::shapefile_zip, Format::kml, Format::kmz, Format::gpx, Format::xlsx,
                                           Format::flatgeobuf),
                         [](const auto& its) {
                           std::string name(exchange::info_of(its.param).name);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace firmground::conformance
