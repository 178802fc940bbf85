#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "mineaction/snapshot.h"

namespace firmground::simulate {

enum class Size : std::uint8_t { small, national };

struct SimulateOptions {
  Size size = Size::small;
  std::uint64_t seed = 1;
  bool vary = false;   ///< draw the parameters from schema/simulate-ranges.toml instead of their defaults
  bool dirty = false;  ///< inject the data faults of domain.md 5.6 (recorded in Truth::faults)
  std::map<std::string, double> set{};  ///< parameters of schema/simulate.toml in place of the defaults and the drawn
};

/// One item of explosive ordnance that was laid or fell.
struct TrueItem {
  geo::Xy position;
  mineaction::Device device = mineaction::Device::ap_mine;
  std::int32_t field = -1;  ///< index into Truth::fields, -1 = nuisance mine or shelling
  enum class Fate : std::uint8_t { remains, found, lifted_or_decayed, detonated } fate = Fate::remains;
  std::int32_t find = -1;  ///< index into the snapshot's finds when found
};

struct TrueField {
  std::string field_id;
  mineaction::Device device = mineaction::Device::ap_mine;
  std::int64_t mines_laid = 0;
  geo::PlanarGeometry outline;
};

/// What really happened to a minefield record: the blunder applied and where the field really is.
struct TrueRecord {
  std::string record_id;
  std::int32_t field = -1;  ///< -1: no such field was laid
  std::string
      blunder;  ///< "none", "datum", "magnetic", "mil6000", "wrong-zone", "swapped-axes", "offset", "unrelated" ...
  double shift_x_m = 0;  ///< recorded minus true, at the centroid
  double shift_y_m = 0;
};

struct InjectedFault {
  std::string kind;   ///< "wrong-district", "duplicate-id", ...
  std::string table;  ///< "finds"
  std::string id;
  std::string field;
};

struct Truth {
  std::vector<TrueItem> items;
  std::vector<TrueField> fields;
  std::vector<TrueRecord> records;
  std::vector<InjectedFault> faults;
  std::string parameters_json;  ///< the parameters used, as drawn
};

/// The invented country (design.md section 7): what its mine action centre has on file, and apart from it what is true.
struct Country {
  mineaction::Snapshot known;
  Truth truth;
};

/// Deterministic for (options); independent of the thread count. No I/O.
/// Cost: linear in items; small < 5 s, national < 60 s and 4 GB on 2 cores.
base::Result<Country> simulate(const SimulateOptions& options, const base::Progress& progress = base::no_progress);

}  // namespace firmground::simulate
