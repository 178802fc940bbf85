#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/random.h"
#include "exchange/canonical_files.h"
#include "exchange/export_files.h"
#include "intake/source_file.h"
#include "mineaction/code_lists.h"
#include "mineaction/record_conversion.h"

/// What exchange writes, intake reads back as it was: exchange may not include intake, so the test stands here.
namespace firmground {
namespace {

using mineaction::Field;
using mineaction::FieldType;
using mineaction::GeometryRule;
using mineaction::Kind;
using mineaction::Record;
using mineaction::Value;

/// Texts that break careless writers and readers.
const std::vector<std::string> kTexts = {
    "plain", "with, comma",           "with \"quotes\"", "two\nlines", "=SUM(A1)", "'=x",         "-",
    "@home", "Ağdərə Մարտակերտ 한국", "back\\slash",     "0012",       "true",     "null island", "a;b\tc",
    "'",     "tab\tinside",           "\u00e9",          "+7 495"};

std::string random_text(const Field& field, std::size_t row, base::Random& random) {
  if (field.required || field.name.ends_with("_id") || field.name == "id") {
    return field.name + "-" + std::to_string(row);  // unique, as ids are
  }
  return kTexts[random.index(kTexts.size())];
}

std::string random_date(const Field& field, base::Random& random) {
  const int year = 1990 + static_cast<int>(random.index(35));
  const auto month = 1 + static_cast<unsigned>(random.index(12));
  const base::Date day(year, month, 1 + static_cast<unsigned>(random.index(28)));
  const std::string text = day.to_string();
  return random.chance(0.3) && field.name != "estimated_on" ? text.substr(0, random.chance(0.5) ? 4 : 7) : text;
}

Value random_value(const Field& field, std::size_t row, base::Random& random) {
  if (!field.required && random.chance(0.3)) {
    return {};
  }
  const double low = field.minimum.value_or(-1e6);
  const double high = std::min(field.maximum.value_or(1e6), 360.0);
  switch (field.type) {
    case FieldType::text: return random_text(field, row, random);
    case FieldType::integer: return static_cast<std::int64_t>(std::floor(random.uniform(low, std::max(high, low + 5))));
    case FieldType::real: return random.uniform(low, high);
    case FieldType::date: return random_date(field, random);
    case FieldType::boolean: return random.chance(0.5);
    case FieldType::code: break;
  }
  const auto& values = mineaction::code_list(field.code_list).values;
  const std::string& word = values[random.index(values.size())].value;
  return word == "unknown" && !field.required ? Value() : Value(word);
}

geo::LonLat random_position(base::Random& random) {
  // Eight decimals, as files carry them.
  return {std::round(random.uniform(51.2, 51.8) * 1e8) / 1e8, std::round(random.uniform(41.2, 41.8) * 1e8) / 1e8};
}

geo::LonLat moved(geo::LonLat p, double east, double north) {
  return {std::round((p.lon + east) * 1e8) / 1e8, std::round((p.lat + north) * 1e8) / 1e8};
}

geo::BasicPolygon<geo::LonLat> random_polygon(base::Random& random) {
  const geo::LonLat p = random_position(random);
  geo::BasicPolygon<geo::LonLat> polygon{{p, moved(p, 0.01, 0), moved(p, 0.01, 0.01), moved(p, 0, 0.01)}, {}};
  if (random.chance(0.3)) {
    polygon.holes.push_back({moved(p, 0.002, 0.002), moved(p, 0.002, 0.004), moved(p, 0.004, 0.004)});
  }
  return polygon;
}

geo::GeographicGeometry random_geometry(const Kind& kind, base::Random& random) {
  geo::GeographicGeometry geometry;
  const geo::LonLat p = random_position(random);
  switch (kind.geometry) {
    case GeometryRule::none: break;
    case GeometryRule::point: geometry.points = {p}; break;
    case GeometryRule::polygon_or_point:
      if (random.chance(0.3)) {
        geometry.points = {p};
        break;
      }
      [[fallthrough]];
    case GeometryRule::polygon: geometry.polygons = {random_polygon(random)}; break;
    case GeometryRule::line:
    case GeometryRule::any: geometry.lines = {{p, moved(p, 0.01, 0.02), moved(p, 0.02, 0.01)}}; break;
  }
  return geometry;
}

std::vector<Record> random_records(const Kind& kind, std::size_t count, base::Random& random) {
  std::vector<Record> records(count);
  for (std::size_t row = 0; row < count; ++row) {
    Record& record = records[row];
    for (const Field& field : kind.fields) {
      record.values.push_back(random_value(field, row, random));
    }
    if (const Field* unit = kind.field("declared_area_unit"); unit != nullptr) {
      const bool declared = !std::holds_alternative<std::monostate>(record.values[kind.field_index("declared_area")]);
      record.values[kind.field_index("declared_area_unit")] = declared ? Value(std::string("ha")) : Value();
    }
    if (kind.name == "reference-layer") {
      record.values[kind.field_index("layer")] = std::string("roads");
    }
    record.geometry = random_geometry(kind, random);
    if (!kind.generated_id.empty()) {
      record.values.front() = mineaction::generated_id(kind, record);
    }
  }
  return records;
}

class RoundTrip : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() / (std::string("firmground-round-trip-") + test->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
};

TEST_F(RoundTrip, AGeoPackageThatWasCutOffIsRefusedWholeWhereverItWasCut) {
  base::Random random(4);
  const Kind& kind = *mineaction::find_kind("finds");
  const std::string path = (folder_ / "finds.gpkg").string();
  const std::vector<Record> records = random_records(kind, 500, random);
  const exchange::Table table = exchange::table_to_export(kind, exchange::Origin::kind, records);
  ASSERT_TRUE(exchange::write_tables(path, exchange::Format::geopackage, {&table, 1}, {}));
  const auto whole = std::filesystem::file_size(path);
  for (int i = 0; i < 20; ++i) {
    const std::string cut = (folder_ / "cut.gpkg").string();
    std::filesystem::copy_file(path, cut, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(cut, 1 + random.index(whole - 1));
    const auto read = intake::read_file(cut, kind, {}, base::no_progress);
    EXPECT_FALSE(read) << "cut to " << std::filesystem::file_size(cut) << " of " << whole;
  }
}

TEST_F(RoundTrip, ASnapshotWrittenAsAFolderComesBackWithTheSameContent) {
  base::Random random(5);
  mineaction::Snapshot snapshot;
  snapshot.crs = *geo::Crs::from_epsg(32639);
  for (const Kind& kind : mineaction::kinds()) {
    for (const Record& record :
         mineaction::is_in_snapshot(kind) ? random_records(kind, 5, random) : std::vector<Record>()) {
      mineaction::append_record(kind, record, snapshot);
    }
  }
  ASSERT_TRUE(exchange::write_folder(folder_.string(), snapshot));
  for (const Kind& kind : mineaction::kinds()) {
    if (!mineaction::is_in_snapshot(kind)) {
      continue;
    }
    const bool reference = kind.name == "reference-layer";
    const std::string stem = reference ? "roads" : kind.name;
    const bool csv = std::filesystem::exists(folder_ / (stem + ".csv"));
    intake::ReadOptions options;
    options.layer_name = reference ? "roads" : "";
    const auto read =
        intake::read_file((folder_ / (stem + (csv ? ".csv" : ".geojson"))).string(), kind, options, base::no_progress);
    ASSERT_TRUE(read) << base::to_text(read.error());
    const std::vector<Record> expected = mineaction::records_of(kind, snapshot);
    ASSERT_EQ(read->records.size(), expected.size()) << kind.name;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(read->records[i].record.values, expected[i].values) << kind.name << i;
    }
  }
}

// --- Fuzz smoke: no bytes crash the readers, and what was damaged is never taken in silence. ---

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

base::Result<intake::ReadResult> read_text(const std::string& text, const std::string& file, const Kind& kind) {
  intake::ReadOptions options;
  options.extent = {{51, 41, 52, 42}};
  return file.ends_with(".csv") ? intake::read_csv(text, file, kind, options, base::no_progress)
                                : intake::read_geojson(text, file, kind, options, base::no_progress);
}

const std::vector<std::pair<std::string, std::string>> kSamples = {{"finds.csv", "finds"},
                                                                   {"accidents.csv", "accidents"},
                                                                   {"legs.csv", "minefield-record-legs"},
                                                                   {"hazards.geojson", "hazards"},
                                                                   {"land-release.geojson", "land-release"},
                                                                   {"area-of-interest.geojson", "area-of-interest"}};

TEST(Damage, ACutSampleIsRefusedOrGivesOnlyItsWholeRowsAndANote) {
  for (const auto& [file, kind_name] : kSamples) {
    const Kind& kind = *mineaction::find_kind(kind_name);
    const std::string text = text_of("tests/data/intake/" + file);
    const auto whole = read_text(text, file, kind);
    ASSERT_TRUE(whole) << file;
    for (std::size_t length = 0; length < text.size(); ++length) {
      const auto cut = read_text(text.substr(0, length), file, kind);
      if (!cut) {
        continue;
      }
      // A cut at the end of a row cannot be told from a shorter file; a cut inside one must be.
      const bool at_end_of_row =
          text[length - 1] == '\n' || text.find_first_not_of("\r\n", length) == std::string::npos;
      EXPECT_TRUE(at_end_of_row || !cut->issues.empty()) << file << " cut to " << length;
      EXPECT_LE(cut->records.size(), whole->records.size());
    }
  }
}

TEST(Damage, FlippedBytesNeverCrashTheReaders) {
  base::Random random(11);
  for (const auto& [file, kind_name] : kSamples) {
    const Kind& kind = *mineaction::find_kind(kind_name);
    const std::string text = text_of("tests/data/intake/" + file);
    for (int i = 0; i < 2000; ++i) {
      std::string damaged = text;
      for (std::size_t flips = 1 + random.index(4); flips > 0; --flips) {
        damaged[random.index(damaged.size())] = static_cast<char>(random.index(256));
      }
      const auto result = read_text(damaged, file, kind);
      EXPECT_TRUE(!result || result->records.size() <= 4);
    }
  }
}

/// Files of the formats that GDAL reads or unpacks, one of each.
class DamagedFile : public RoundTrip {
 protected:
  std::vector<std::filesystem::path> samples() const {
    base::Random random(12);
    const Kind& kind = *mineaction::find_kind("finds");
    const std::vector<Record> records = random_records(kind, 30, random);
    const exchange::Table table = exchange::table_to_export(kind, exchange::Origin::kind, records);
    std::vector<std::filesystem::path> paths;
    for (const exchange::Format format :
         {exchange::Format::xlsx, exchange::Format::shapefile_zip, exchange::Format::kmz, exchange::Format::flatgeobuf,
          exchange::Format::gpx, exchange::Format::kml}) {
      paths.push_back(folder_ / ("finds" + std::string(exchange::info_of(format).ending)));
      EXPECT_TRUE(exchange::write_tables(paths.back().string(), format, {&table, 1}, {}));
    }
    return paths;
  }
  /// Under a name of its own: GDAL remembers an archive's contents by name, size and second.
  base::Result<intake::ReadResult> read_bytes(const std::string& bytes, const std::filesystem::path& like) {
    const auto path = folder_ / (std::to_string(++number_) + like.extension().string());
    std::ofstream(path, std::ios::binary) << bytes;
    auto result = intake::read_file(path.string(), *mineaction::find_kind("finds"), {}, base::no_progress);
    std::filesystem::remove(path);
    return result;
  }
  int number_ = 0;
};

TEST_F(DamagedFile, IsRefusedInWordsWhereverItWasCut) {
  base::Random random(13);
  for (const auto& path : samples()) {
    const std::string whole = text_of(path);
    for (int i = 0; i < 40; ++i) {
      const std::size_t length = 1 + random.index(whole.size() - 1);
      const auto read = read_bytes(whole.substr(0, length), path);
      // Blank space at the end may be lost without loss.
      const bool only_blank = whole.find_first_not_of(" \r\n", length) == std::string::npos;
      EXPECT_TRUE(!read || only_blank) << path << " cut to " << length << " of " << whole.size();
    }
  }
}

TEST_F(DamagedFile, NeverCrashesAReaderAndNeverGivesMoreThanItHeld) {
  base::Random random(14);
  for (const auto& path : samples()) {
    const std::string whole = text_of(path);
    for (int i = 0; i < 100; ++i) {
      std::string damaged = whole;
      for (std::size_t flips = 1 + random.index(4); flips > 0; --flips) {
        damaged[random.index(damaged.size())] = static_cast<char>(random.index(256));
      }
      const auto read = read_bytes(damaged, path);
      EXPECT_TRUE(!read || read->records.size() <= 30) << path;
    }
  }
}

}  // namespace
}  // namespace firmground
