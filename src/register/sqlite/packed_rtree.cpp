#include "register/sqlite/packed_rtree.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "register/geometry_blob.h"

namespace firmground::registry {

using base::Result;

namespace {

/// SQLite keeps at most 51 cells of 24 bytes in a node of two dimensions (4 bytes of header; page sizes from 2048 on).
constexpr std::size_t kMaxCells = 51;
constexpr std::size_t kNodeBytes = 4 + 24 * kMaxCells;
/// Room is left in each node, so that the next finds do not split every one of them.
constexpr std::size_t kFill = 44;

/// A row of the table, or a node of the level below.
struct Cell {
  std::int64_t id;
  float min_x, max_x, min_y, max_y;
};

/// Boxes are kept as 32-bit floats, rounded outwards: a search never misses what lies on the edge.
float rounded_down(double value) {
  const auto nearest = static_cast<float>(value);
  return nearest > value ? std::nextafter(nearest, -std::numeric_limits<float>::infinity()) : nearest;
}
float rounded_up(double value) {
  const auto nearest = static_cast<float>(value);
  return nearest < value ? std::nextafter(nearest, std::numeric_limits<float>::infinity()) : nearest;
}

/// Orders cells so that consecutive runs of kFill make nodes: slices by x, within a slice by y.
void tile(std::vector<Cell>& cells) {
  const auto by_x = [](const Cell& a, const Cell& b) {
    const float ax = a.min_x + a.max_x, bx = b.min_x + b.max_x;
    return ax != bx ? ax < bx : a.id < b.id;
  };
  const auto by_y = [](const Cell& a, const Cell& b) {
    const float ay = a.min_y + a.max_y, by = b.min_y + b.max_y;
    return ay != by ? ay < by : a.id < b.id;
  };
  const auto nodes = static_cast<double>((cells.size() + kFill - 1) / kFill);
  const auto slice = static_cast<std::size_t>(std::ceil(std::sqrt(nodes))) * kFill;
  std::sort(cells.begin(), cells.end(), by_x);
  for (std::size_t begin = 0; begin < cells.size(); begin += slice) {
    const std::size_t end = std::min(begin + slice, cells.size());
    std::sort(cells.begin() + static_cast<std::ptrdiff_t>(begin), cells.begin() + static_cast<std::ptrdiff_t>(end),
              by_y);
  }
}

template <typename T>
void put_big_endian(char*& out, T value) {
  for (int shift = static_cast<int>(sizeof value) * 8 - 8; shift >= 0; shift -= 8) {
    *out++ = static_cast<char>(value >> shift);
  }
}

std::string node_bytes(const Cell* cells, std::size_t count, std::uint16_t depth) {
  std::string bytes(kNodeBytes, '\0');
  char* out = bytes.data();
  put_big_endian(out, depth);
  put_big_endian(out, static_cast<std::uint16_t>(count));
  for (const Cell* cell = cells; cell != cells + count; ++cell) {
    put_big_endian(out, static_cast<std::uint64_t>(cell->id));
    for (const float side : {cell->min_x, cell->max_x, cell->min_y, cell->max_y}) {
      put_big_endian(out, std::bit_cast<std::uint32_t>(side));
    }
  }
  return bytes;
}

Cell cell_around(std::int64_t node, const Cell* cells, std::size_t count) {
  Cell around = cells[0];
  around.id = node;
  for (std::size_t i = 1; i < count; ++i) {
    around.min_x = std::min(around.min_x, cells[i].min_x);
    around.max_x = std::max(around.max_x, cells[i].max_x);
    around.min_y = std::min(around.min_y, cells[i].min_y);
    around.max_y = std::max(around.max_y, cells[i].max_y);
  }
  return around;
}

Result<std::vector<Cell>> read_cells(const Database& database, const std::string& table) {
  std::vector<Cell> cells;
  FG_TRY(auto select, database.prepare(fmt::format("SELECT fid, geom FROM {} WHERE geom NOTNULL", sql_name(table))));
  for (;;) {
    FG_TRY(const bool row, select.step());
    if (!row) {
      return cells;
    }
    if (const auto box = blob_envelope(select.blob(1))) {
      cells.push_back({select.integer(0), rounded_down(box->min_lon), rounded_up(box->max_lon),
                       rounded_down(box->min_lat), rounded_up(box->max_lat)});
    }
  }
}

class NodeWriter {
 public:
  static Result<NodeWriter> make(const Database& database, const std::string& rtree) {
    FG_TRY(auto node,
           database.prepare(fmt::format("INSERT OR REPLACE INTO {} VALUES (?, ?)", sql_name(rtree + "_node"))));
    FG_TRY(auto row,
           database.prepare(fmt::format("INSERT INTO {} (rowid, nodeno) VALUES (?, ?)", sql_name(rtree + "_rowid"))));
    FG_TRY(auto parent, database.prepare(fmt::format("INSERT INTO {} VALUES (?, ?)", sql_name(rtree + "_parent"))));
    return NodeWriter(std::move(node), std::move(row), std::move(parent));
  }

  /// Writes one level of nodes and gives the cells of the level above; the root is node 1.
  Result<std::vector<Cell>> level(std::vector<Cell>& cells, std::uint16_t height) {
    const bool root = cells.size() <= kMaxCells;
    if (!root) {
      tile(cells);
    }
    std::vector<Cell> above;
    const std::size_t run = root ? kMaxCells : kFill;
    for (std::size_t begin = 0; begin < cells.size(); begin += run) {
      const std::size_t count = std::min(run, cells.size() - begin);
      const std::int64_t number = root ? 1 : next_node_++;
      const std::string bytes = node_bytes(&cells[begin], count, root ? height : std::uint16_t{0});
      FG_TRY_VOID(node_.bind(1, number).bind_blob(2, bytes).run());
      Statement& up = height == 0 ? row_ : parent_;
      for (std::size_t i = begin; i < begin + count; ++i) {
        FG_TRY_VOID(up.bind(1, cells[i].id).bind(2, number).run());
      }
      above.push_back(cell_around(number, &cells[begin], count));
    }
    return above;
  }

 private:
  NodeWriter(Statement node, Statement row, Statement parent)
      : node_(std::move(node)), row_(std::move(row)), parent_(std::move(parent)) {}
  Statement node_, row_, parent_;
  std::int64_t next_node_ = 2;
};

}  // namespace

Result<void> pack_rtree(Database& database, const std::string& table) {
  FG_TRY(auto cells, read_cells(database, table));
  FG_TRY(auto writer, NodeWriter::make(database, "rtree_" + table + "_geom"));
  bool root_written = cells.empty();
  for (std::uint16_t height = 0; !root_written; ++height) {
    root_written = cells.size() <= kMaxCells;
    FG_TRY(cells, writer.level(cells, height));
  }
  return {};
}

}  // namespace firmground::registry
