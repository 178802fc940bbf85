#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "exchange/gdal_writer.h"

/// What the formats that GDAL writes share; for gdal_writer.cpp and shapefile_writer.cpp alone. GDAL's own types stay
/// out of headers, so its objects are pointers without a type here.
namespace firmground::exchange {

void close_dataset(void* dataset);
struct CloseDataset {
  void operator()(void* dataset) const { close_dataset(dataset); }
};
using Dataset = std::unique_ptr<void, CloseDataset>;

/// The forms that a layer can be declared as.
enum class LayerForm : std::uint8_t { none, point, multi_point, multi_line, multi_polygon, any };
LayerForm layer_form(mineaction::GeometryRule rule);

enum class ColumnType : std::uint8_t { text, integer, real, boolean, day };
struct Column {
  std::size_t field = 0;  ///< of the kind
  std::string name;
  ColumnType type = ColumnType::text;
  int width = 0;  ///< 0: the format's own
  int precision = 0;
};

/// Columns by the types of the fields; dates as days only where `days` allows it and every date is one.
enum class Days : std::uint8_t { as_dates, as_text };
std::vector<Column> columns_of(const Table& table, std::span<const mineaction::Record* const> records, Days days);

struct LayerPlan {
  const Table* table = nullptr;
  std::string name;
  LayerForm form = LayerForm::none;
  std::vector<Column> columns;
  std::vector<const mineaction::Record*> records;
  std::vector<std::string> options;  ///< of the driver
};
std::vector<const mineaction::Record*> pointers_to(std::span<const mineaction::Record> records);

/// Null when the driver refuses.  Errors are left in GDAL's own message; see not_written().
Dataset create_dataset(const char* driver, const std::string& path);
/// False when the driver or the disk refuses.
bool write_layer(void* dataset, const LayerPlan& plan, const Coordinates& coordinates);
/// Closes the file; false when GDAL reported a failure meanwhile.
bool finish_dataset(Dataset dataset);
/// exchange.not_written with GDAL's reason.
tl::unexpected<base::Error> not_written(const std::string& path, const std::string& format);

}  // namespace firmground::exchange
