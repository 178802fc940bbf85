#include <algorithm>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "base/packet.h"
#include "pipeline/kept_ground.h"

namespace firmground::pipeline {

namespace {

using evidence::Region;

/// The estimate's state has the values of the others.
bool keeps_values(const evidence::CovariateField& field) {
  return !field.statements && !field.tells_outcome;
}

/// What tiles have of one covariate, while they are put together.
struct FieldOfTiles {
  std::vector<evidence::SearchedIn> searched_before;
  std::vector<evidence::ConfirmedCell> confirmed;
};

template <typename Entry>
void add_checked(const std::vector<Entry>& entries, const Region& tile, const Region& part, std::vector<Entry>& to) {
  if (std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.cell >= tile.size(); })) {
    throw std::runtime_error("it has cells of another grid");
  }
  evidence::add_entries(entries, tile, part, to);
}

template <typename Entry>
void add_entries(base::KeptReader& in, const Region& tile, const Region& part, std::vector<Entry>& to) {
  std::vector<Entry> entries;
  in.get(entries);
  add_checked(entries, tile, part, to);
}

template <typename T>
void put_cells(base::KeptReader& in, const Region& tile, const Region& part, std::vector<T>& values) {
  const std::string_view bytes = in.view();
  if (bytes.size() != tile.size() * sizeof(T)) {
    throw std::runtime_error("it has cells of another grid");
  }
  const Region within = tile.within(part);
  const std::size_t along = static_cast<std::size_t>(tile.columns) * sizeof(T);
  for (std::int32_t row = 0; row < tile.rows; ++row) {
    T* to = values.data() + static_cast<std::size_t>(within.first_row + row) * static_cast<std::size_t>(part.columns) +
            static_cast<std::size_t>(within.first_column);
    std::memcpy(to, bytes.data() + static_cast<std::size_t>(row) * along, along);
  }
}

template <typename T>
std::string cells_in(const std::vector<T>& values, const geo::Grid& country, const Region& tile) {
  const std::vector<T> of_tile = evidence::values_in(values, country, tile);
  return std::string(reinterpret_cast<const char*>(of_tile.data()), of_tile.size() * sizeof(T));
}

std::vector<evidence::Report> reports_of(base::KeptReader& in) {
  std::vector<evidence::Report> reports(in.size_of(2 * sizeof(std::uint32_t) + sizeof(std::int16_t) + 1));
  for (evidence::Report& report : reports) {
    std::uint8_t vague = 0;
    in.get(report.cell);
    in.get(report.count);
    in.get(report.year);
    in.get(vague);
    report.vague = vague != 0;
  }
  return reports;
}

void put_reports(base::PacketWriter& out, const std::vector<evidence::Report>& reports) {
  out.put(static_cast<std::uint64_t>(reports.size()));
  for (const evidence::Report& report : reports) {
    out.put(report.cell);
    out.put(report.count);
    out.put(report.year);
    out.put(static_cast<std::uint8_t>(report.vague ? 1 : 0));
  }
}

void read_tile(base::KeptReader& in, const Region& tile, const Region& part, KeptGround& ground,
               std::vector<FieldOfTiles>& fields) {
  if (ground.records) {
    add_entries(in, tile, part, ground.records->shares);
  }
  for (std::size_t k = 0; k < fields.size(); ++k) {
    evidence::CovariateField& field = ground.covariates[k];
    if (keeps_values(field)) {
      put_cells(in, tile, part, field.value);
    }
    if (field.searched_before) {
      add_entries(in, tile, part, fields[k].searched_before);
    }
    if (field.confirmed) {
      add_entries(in, tile, part, fields[k].confirmed);
    }
  }
  if (ground.seen) {
    put_cells(in, tile, part, ground.seen->inside);
    for (std::vector<evidence::Report>& reports : ground.seen->reports) {
      add_checked(reports_of(in), tile, part, reports);
    }
  }
  if (!in.done()) {
    throw std::runtime_error("something follows it");
  }
}

void finish(std::vector<FieldOfTiles> fields, KeptGround& ground) {
  for (std::size_t k = 0; k < fields.size(); ++k) {
    evidence::CovariateField& field = ground.covariates[k];
    if (field.searched_before) {
      evidence::put_in_order(fields[k].searched_before);
      field.searched_before = std::make_shared<const evidence::SearchedBefore>(
          evidence::SearchedBefore{field.searched_before->latest, std::move(fields[k].searched_before)});
    }
    if (field.confirmed) {
      evidence::put_in_order(fields[k].confirmed);
      field.confirmed = std::make_shared<const std::vector<evidence::ConfirmedCell>>(std::move(fields[k].confirmed));
    }
  }
  if (ground.records) {
    evidence::put_in_order(ground.records->shares);
    for (const evidence::RecordShare& share : ground.records->shares) {
      if (share.record >= ground.records->records.size()) {
        throw std::runtime_error("it has shares of a record that it does not name");
      }
    }
  }
  if (ground.seen) {
    for (std::vector<evidence::Report>& reports : ground.seen->reports) {
      evidence::put_in_order(reports);
    }
  }
}

}  // namespace

std::string tile_to_bytes(const KeptGround& ground, const geo::Grid& country, const Region& tile) {
  base::PacketWriter out;
  if (ground.records) {
    out.put(evidence::entries_in(ground.records->shares, country, tile));
  }
  for (const evidence::CovariateField& field : ground.covariates) {
    if (keeps_values(field)) {
      out.put(cells_in(field.value, country, tile));
    }
    if (field.searched_before) {
      out.put(evidence::entries_in(field.searched_before->cells, country, tile));
    }
    if (field.confirmed) {
      out.put(evidence::entries_in(*field.confirmed, country, tile));
    }
  }
  if (ground.seen) {
    out.put(cells_in(ground.seen->inside, country, tile));
    for (const std::vector<evidence::Report>& reports : ground.seen->reports) {
      put_reports(out, evidence::entries_in(reports, country, tile));
    }
  }
  return std::move(out).bytes();
}

base::Result<void> put_tiles(const std::vector<std::pair<Region, std::string_view>>& tiles, const geo::Grid& country,
                             const Region& part, KeptGround& ground) {
  try {
    if (ground.seen && !(ground.seen->grid == country)) {
      throw std::runtime_error("it is of another grid");
    }
    for (evidence::CovariateField& field : ground.covariates) {
      field.value.resize(keeps_values(field) ? part.size() : 0);
    }
    if (ground.seen) {
      ground.seen->inside.resize(part.size());
    }
    std::vector<FieldOfTiles> fields(ground.covariates.size());
    for (const auto& [region, bytes] : tiles) {
      base::KeptReader in(bytes);
      read_tile(in, region, part, ground, fields);
    }
    finish(std::move(fields), ground);
    return {};
  } catch (const std::exception& problem) {
    return base::fail("estimate.state_unreadable", {{"problem", problem.what()}});
  }
}

}  // namespace firmground::pipeline
