#include "evidence/covariates.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

#include "base/parallel.h"
#include "evidence/confirmed_areas.h"
#include "evidence/effort.h"
#include "evidence/regions.h"
#include "evidence/statements.h"
#include "geo/raster_classes.h"
#include "geo/raster_unit.h"

namespace firmground::evidence {

namespace {

using Mask = std::vector<std::uint8_t>;

constexpr std::size_t kRowsAtOnce = 64;

/// The fields measured so far, each as the caller keeps it.
class KeptFields {
 public:
  explicit KeptFields(const KeepField& keep) : keep_(keep) {}
  void push_back(CovariateField field) { fields_.push_back(keep_ ? keep_(std::move(field)) : std::move(field)); }
  std::vector<CovariateField> all() && { return std::move(fields_); }

 private:
  const KeepField& keep_;
  std::vector<CovariateField> fields_;
};

bool any(const Mask& mask) {
  return std::any_of(mask.begin(), mask.end(), [](std::uint8_t m) { return m != 0; });
}

/// Which side of a line each cell lies on: +1 or -1 by connected ground that the line cuts apart, 0 where the line does
/// not separate.
std::vector<std::int8_t> sides(const geo::Grid& grid, const Mask& line, const Mask& inside) {
  std::vector<std::int32_t> label(grid.size(), -1);
  std::vector<std::size_t> size_of;
  for (std::size_t start = 0; start < grid.size(); ++start) {
    if (label[start] >= 0 || line[start] != 0 || inside[start] == 0) {
      continue;
    }
    const auto id = static_cast<std::int32_t>(size_of.size());
    size_of.push_back(0);
    std::vector<std::size_t> open = {start};
    label[start] = id;
    while (!open.empty()) {
      const std::size_t at = open.back();
      open.pop_back();
      ++size_of.back();
      const auto column = static_cast<std::int32_t>(at % static_cast<std::size_t>(grid.columns));
      const auto row = static_cast<std::int32_t>(at / static_cast<std::size_t>(grid.columns));
      for (const auto& [dc, dr] : {std::pair{1, 0}, {-1, 0}, {0, 1}, {0, -1}}) {
        if (!grid.has(column + dc, row + dr)) {
          continue;
        }
        const std::size_t next = grid.index(column + dc, row + dr);
        if (label[next] < 0 && line[next] == 0 && inside[next] != 0) {
          label[next] = id;
          open.push_back(next);
        }
      }
    }
  }
  std::vector<std::int32_t> order(size_of.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = static_cast<std::int32_t>(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    return size_of[static_cast<std::size_t>(a)] > size_of[static_cast<std::size_t>(b)];
  });
  std::vector<std::int8_t> side(grid.size(), 0);
  // Two large pieces: the line runs through the country. One: it ends inside, and there is no "other side".
  if (order.size() < 2 ||
      size_of[static_cast<std::size_t>(order[1])] * 20 < size_of[static_cast<std::size_t>(order[0])]) {
    return side;
  }
  for (std::size_t i = 0; i < grid.size(); ++i) {
    side[i] = label[i] == order[0] ? std::int8_t{1} : label[i] == order[1] ? std::int8_t{-1} : std::int8_t{0};
  }
  return side;
}

CovariateField distance_to(const std::string& name, const geo::Grid& grid, const Mask& mask) {
  return {name, "m", geo::distance_transform(grid, mask), false, {}};
}

bool people_come_along(const std::string& layer) {
  constexpr std::array kWays = {"road", "roads", "track", "tracks", "path", "paths", "settlement", "settlements"};
  return std::find(kWays.begin(), kWays.end(), layer) != kWays.end();
}

void add_reference_layers(const mineaction::Snapshot& snapshot, const geo::Grid& grid, const Mask& inside,
                          KeptFields& fields) {
  std::map<std::string, Mask> layers;
  for (const mineaction::ReferenceFeature& feature : snapshot.reference_features) {
    Mask& mask = layers.try_emplace(feature.layer, grid.size(), std::uint8_t{0}).first->second;
    geo::burn_lines(grid, feature.geometry, mask);
    for (const geo::CellShare& cell : geo::cover(grid, feature.geometry)) {
      mask[cell.cell] = cell.share >= 0.5F ? std::uint8_t{1} : mask[cell.cell];
    }
  }
  for (const auto& [layer, mask] : layers) {
    if (!any(mask)) {
      continue;
    }
    if (layer != "contact-line") {
      CovariateField distance = distance_to("distance to " + layer, grid, mask);
      distance.tells_people = people_come_along(layer);
      fields.push_back(std::move(distance));
      continue;
    }
    CovariateField field = distance_to("distance to the former line of contact", grid, mask);
    const std::vector<std::int8_t> side = sides(grid, mask, inside);
    for (std::size_t i = 0; i < side.size(); ++i) {
      field.value[i] = side[i] < 0 ? -field.value[i] : field.value[i];
    }
    fields.push_back(std::move(field));
  }
}

void add_places(const mineaction::Snapshot& snapshot, const geo::Grid& grid, KeptFields& fields) {
  geo::PlanarGeometry places;
  for (const mineaction::Place& place : snapshot.places) {
    places.points.push_back(place.position);
  }
  Mask mask(grid.size(), 0);
  geo::burn_lines(grid, places, mask);
  if (any(mask)) {
    CovariateField distance = distance_to("distance to places", grid, mask);
    distance.tells_people = true;
    fields.push_back(std::move(distance));
  }
}

/// Mean over a square of (2 r + 1) cells, by running sums.  Cost: O(cells) whatever the radius.
std::vector<float> box_mean(const geo::Grid& grid, const std::vector<float>& value, std::int32_t r) {
  const auto columns = static_cast<std::size_t>(grid.columns);
  const auto rows = static_cast<std::size_t>(grid.rows);
  std::vector<float> along(value.size());
  const auto run = [r](std::size_t n, std::size_t stride, const float* from, float* to) {
    double sum = 0;
    const auto reach = static_cast<std::size_t>(r);
    for (std::size_t i = 0; i < std::min(n, reach); ++i) {
      sum += static_cast<double>(from[i * stride]);
    }
    for (std::size_t i = 0; i < n; ++i) {
      sum += i + reach < n ? static_cast<double>(from[(i + reach) * stride]) : 0.0;
      sum -= i > reach ? static_cast<double>(from[(i - reach - 1) * stride]) : 0.0;
      to[i * stride] = static_cast<float>(std::max(sum, 0.0) / (2.0 * r + 1));
    }
  };
  for (std::size_t row = 0; row < rows; ++row) {
    run(columns, 1, value.data() + row * columns, along.data() + row * columns);
  }
  std::vector<float> result(value.size());
  for (std::size_t column = 0; column < columns; ++column) {
    run(rows, columns, along.data() + column, result.data() + column);
  }
  return result;
}

void add_recorded_outlines(const mineaction::Snapshot& snapshot, const geo::Grid& grid, KeptFields& fields) {
  std::vector<float> outlines(grid.size(), 0);
  Mask mask(grid.size(), 0);
  for (const mineaction::MinefieldRecord& record : snapshot.minefield_records) {
    for (const geo::CellShare& cell : geo::cover(grid, record.geometry)) {
      outlines[cell.cell] = std::min(1.0F, outlines[cell.cell] + cell.share);
    }
    if (record.geometry.polygons.empty()) {
      geo::burn_lines(grid, record.geometry, mask);
    }
  }
  for (std::size_t i = 0; i < mask.size(); ++i) {
    outlines[i] = mask[i] != 0 ? std::max(outlines[i], 0.5F) : outlines[i];
    mask[i] = outlines[i] > 0.25F ? 1 : 0;
  }
  if (!any(mask)) {
    return;
  }
  CovariateField distance = distance_to("distance to recorded minefields", grid, mask);
  distance.from = CovariateSource::outlines_as_drawn;
  fields.push_back(std::move(distance));
  // Most records lie a hundred metres or so from the ground they mean (domain.md 3.2): a density at that scale,
  // smoothed twice.
  const auto radius = std::max(1, static_cast<std::int32_t>(std::lround(150 / grid.cell_m)));
  CovariateField density = {
      "density of recorded minefields", "share", box_mean(grid, box_mean(grid, outlines, radius), radius), false, {}};
  density.from = CovariateSource::outlines_as_drawn;
  fields.push_back(std::move(density));
}

/// Where operations went says where people expected ordnance (land is not searched at random, estimation.md section 1):
/// the share of ground searched around a cell stands for what they knew and the register does not.
void add_attention(const geo::Grid& grid, const Mask& processed, KeptFields& fields) {
  if (!any(processed)) {
    return;
  }
  fields.push_back(
      {"share of land searched within 1.5 km", "share", share_searched_around(grid, processed), false, {}, true});
}

/// Land is reduced, or cancelled after a search, where nothing was found: what was found there says how it was released
/// as much as what lies round it.
void add_outcome(const mineaction::Snapshot& snapshot, const geo::Grid& grid, const Mask& processed,
                 const std::optional<mineaction::Date>& until, KeptFields& fields) {
  CovariateField field{"how land was released",
                       "",
                       release_outcomes(snapshot, grid, processed, until),
                       true,
                       {"cleared", "nothing found"}};
  if (!outcomes_tell(released_cells(processed, field.value))) {
    return;
  }
  field.tells_outcome = true;
  fields.push_back(std::move(field));
}

/// What a raster's values stand for: the place of each among the classes; NaN where none of them is it.
void to_places(const std::vector<geo::RasterClass>& classes, std::vector<float>& values) {
  for (float& value : values) {
    const auto named = std::find_if(classes.begin(), classes.end(), [&](const geo::RasterClass& one) {
      return static_cast<float>(one.value) == value;
    });
    value =
        named == classes.end() ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(named - classes.begin());
  }
}

/// Says where a raster tells nothing, or not of all the ground.
void note_raster(const CovariateField& field, const Mask& inside, std::vector<std::string>& notes) {
  std::size_t ground = 0;
  std::size_t known = 0;
  float least = std::numeric_limits<float>::infinity();
  float most = -least;
  for (std::size_t cell = 0; cell < inside.size(); ++cell) {
    if (inside[cell] != 0) {
      ++ground;
      if (const float value = field.value[cell]; std::isfinite(value)) {
        ++known;
        least = std::min(least, value);
        most = std::max(most, value);
      }
    }
  }
  if (known == 0) {
    notes.push_back(
        fmt::format("The raster '{}' has no value inside the area of interest: it tells nothing.", field.name));
  } else if (!(most > least)) {
    notes.push_back(fmt::format("The raster '{}' has the same value on all ground: it tells nothing.", field.name));
  } else if (const double share = static_cast<double>(known) / static_cast<double>(ground); share < 0.99) {
    notes.push_back(fmt::format(
        "The raster '{}' has values on {:.0f} % of the ground; the rest is judged as if it were average there.",
        field.name, std::floor(100 * share)));
  }
}

void add_rasters(const mineaction::Snapshot& snapshot, const geo::Grid& grid, const Mask& inside, KeptFields& fields,
                 std::vector<std::string>& notes) {
  for (const mineaction::Covariate& covariate : snapshot.covariates) {
    const bool dem = covariate.name == "dem";
    const auto unit = covariate.raster.metadata.find(geo::kRasterUnit);
    CovariateField field{dem ? "slope" : covariate.name,
                         dem                                       ? "deg"
                         : unit == covariate.raster.metadata.end() ? ""
                                                                   : unit->second,
                         std::vector<float>(grid.size(), std::numeric_limits<float>::quiet_NaN()),
                         false,
                         {}};
    const std::vector<geo::RasterClass> classes =
        geo::classes_of(covariate.raster).value_or(std::vector<geo::RasterClass>{});
    const double step = std::max(grid.cell_m, covariate.raster.grid.cell_m);
    base::parallel_for(static_cast<std::size_t>(grid.rows), kRowsAtOnce, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        for (std::int32_t column = 0; column < grid.columns; ++column) {
          const std::size_t cell = grid.index(column, static_cast<std::int32_t>(row));
          if (inside[cell] == 0) {
            continue;
          }
          const geo::Xy at = grid.centre(cell);
          if (dem) {
            const float dx =
                covariate.raster.sample(0, {at.x + step, at.y}) - covariate.raster.sample(0, {at.x - step, at.y});
            const float dy =
                covariate.raster.sample(0, {at.x, at.y + step}) - covariate.raster.sample(0, {at.x, at.y - step});
            field.value[cell] = static_cast<float>(std::atan(std::hypot(dx, dy) / (2 * step)) * 180 / M_PI);
          } else {
            field.value[cell] = classes.empty() ? covariate.raster.sample(0, at) : covariate.raster.nearest(0, at);
          }
        }
      }
    });
    if (!classes.empty()) {
      field.categories = true;
      for (const geo::RasterClass& one : classes) {
        field.labels.push_back(one.name);
      }
      to_places(classes, field.value);
    }
    note_raster(field, inside, notes);
    fields.push_back(std::move(field));
  }
}

}  // namespace

std::int32_t share_searched_reach(const geo::Grid& grid) {
  return 2 * std::max(2, static_cast<std::int32_t>(std::lround(750 / grid.cell_m)));
}

std::vector<float> share_searched_around(const geo::Grid& grid, const Mask& processed) {
  const std::vector<float> searched(processed.begin(), processed.end());
  const std::int32_t radius = share_searched_reach(grid) / 2;
  return box_mean(grid, box_mean(grid, searched, radius), radius);
}

std::vector<ShareChange> share_searched_changes(const geo::Grid& grid, const Mask& before, const Mask& now) {
  geo::Box changed;  // of columns and rows
  for (std::size_t cell = 0; cell < now.size(); ++cell) {
    if (before[cell] != now[cell]) {
      const std::size_t row = cell / static_cast<std::size_t>(grid.columns);
      const std::size_t column = cell % static_cast<std::size_t>(grid.columns);
      changed.include(geo::Xy{static_cast<double>(column), static_cast<double>(row)});
    }
  }
  if (changed.empty()) {
    return {};
  }
  const auto first_column = static_cast<std::int32_t>(changed.min_x);
  const auto first_row = static_cast<std::int32_t>(changed.min_y);
  const std::int32_t reach = share_searched_reach(grid);
  const Region reached = grown({first_column, first_row, static_cast<std::int32_t>(changed.max_x) - first_column + 1,
                                static_cast<std::int32_t>(changed.max_y) - first_row + 1},
                               grid, reach);
  const Region around = grown(reached, grid, reach);  // as far again as those cells look
  const geo::Grid part = grid_of(around, grid);
  const std::vector<float> was = share_searched_around(part, values_in(before, grid, around));
  const std::vector<float> is = share_searched_around(part, values_in(now, grid, around));
  std::vector<ShareChange> changes;
  for (std::uint32_t cell = 0; cell < is.size(); ++cell) {
    const std::uint32_t of_all = cell_of_country(around, grid, cell);
    if (was[cell] != is[cell] && cell_in(reached, grid, of_all)) {
      changes.push_back({of_all, was[cell], is[cell]});
    }
  }
  return changes;
}

std::vector<float> release_outcomes(const mineaction::Snapshot& snapshot, const geo::Grid& grid, const Mask& processed,
                                    const std::optional<mineaction::Date>& until) {
  std::vector<float> more(grid.size(), 0);  // share of the cell cleared less that of other searches
  for (const mineaction::LandRelease& release : snapshot.land_releases) {
    if ((until && release.completed_on.last_day() > until->last_day()) || !looks_into_the_ground(release)) {
      continue;
    }
    const float sign = release.outcome == mineaction::Outcome::cleared ? 1 : -1;
    for (const geo::CellShare& touched : geo::cover(grid, release.geometry)) {
      more[touched.cell] += sign * touched.share;
    }
  }
  for (std::size_t i = 0; i < more.size(); ++i) {
    more[i] = processed[i] != 0 && more[i] < 0 ? 1 : 0;
  }
  return more;
}

ReleasedCells released_cells(const Mask& processed, const std::vector<float>& outcomes) {
  ReleasedCells cells;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    cells.searched += processed[i];
    cells.cleared += processed[i] != 0 && outcomes[i] == 0 ? 1 : 0;
  }
  return cells;
}

bool outcomes_tell(const ReleasedCells& of_country) {
  return of_country.cleared != of_country.searched && 10 * of_country.cleared >= of_country.searched;
}

std::vector<CovariateField> covariate_fields(const mineaction::Snapshot& snapshot, const geo::Grid& grid,
                                             const Mask& inside, const Mask& processed,
                                             const std::optional<mineaction::Date>& until,
                                             std::vector<std::string>& notes, const KeepField& keep) {
  KeptFields fields(keep);
  add_reference_layers(snapshot, grid, inside, fields);
  add_places(snapshot, grid, fields);
  add_recorded_outlines(snapshot, grid, fields);
  if (std::optional<CovariateField> statements = survey_statements(snapshot, grid, processed, until)) {
    fields.push_back(*std::move(statements));
  }
  if (std::optional<CovariateField> confirmed = confirmed_areas(snapshot, grid, processed, until)) {
    fields.push_back(*std::move(confirmed));
  }
  add_rasters(snapshot, grid, inside, fields, notes);
  add_attention(grid, processed, fields);
  add_outcome(snapshot, grid, processed, until, fields);
  std::vector<CovariateField> all = std::move(fields).all();
  if (std::any_of(all.begin(), all.end(), [](const CovariateField& field) { return field.tells_outcome; })) {
    notes.push_back(
        "Ground never searched is judged by what clearance found, not by land that was reduced: land is reduced where "
        "nothing is found, so it is no sample of the rest.");
  }
  return all;
}

bool is_of_searches(const CovariateField& field) {
  return field.statements || field.tells_searches();
}

std::vector<CovariateField> covariates_of_searches(const mineaction::Snapshot& snapshot, const geo::Grid& grid,
                                                   const Mask& processed,
                                                   const std::optional<mineaction::Date>& until) {
  const KeepField all_of_it;
  std::array<KeptFields, 3> measured = {KeptFields(all_of_it), KeptFields(all_of_it), KeptFields(all_of_it)};
  base::parallel_for(measured.size(), 1, [&](std::size_t part, std::size_t) {
    if (part == 0) {
      if (std::optional<CovariateField> statements = survey_statements(snapshot, grid, processed, until)) {
        measured[part].push_back(*std::move(statements));
      }
    } else if (part == 1) {
      add_attention(grid, processed, measured[part]);
    } else {
      add_outcome(snapshot, grid, processed, until, measured[part]);
    }
  });
  std::vector<CovariateField> all;
  for (KeptFields& fields : measured) {
    for (CovariateField& field : std::move(fields).all()) {
      all.push_back(std::move(field));
    }
  }
  return all;
}

std::vector<CovariateField> covariates_since(std::vector<CovariateField> before,
                                             std::vector<CovariateField> of_searches,
                                             const mineaction::Snapshot& snapshot, const geo::Grid& grid,
                                             const Mask& processed, const std::optional<mineaction::Date>& until) {
  const bool as_before = std::all_of(before.begin(), before.end(), [&](const CovariateField& field) {
    return !field.searched_before || searched_as_before(*field.searched_before, snapshot, grid, processed, until);
  });
  if (!as_before) {
    of_searches.push_back(*confirmed_areas(snapshot, grid, processed, until));
  }
  for (CovariateField& field : before) {
    if (is_of_searches(field)) {
      field.value.clear();
    }
  }
  for (CovariateField& field : of_searches) {
    const auto same =
        std::find_if(before.begin(), before.end(), [&](const CovariateField& one) { return one.name == field.name; });
    field.use = same == before.end() ? field.use : same->use;
    for (std::uint32_t cell = 0; field.searched_before && same != before.end() && cell < field.value.size(); ++cell) {
      if (!same_value(same->value[cell], field.value[cell])) {
        field.was.emplace_back(cell, same->value[cell]);
      }
    }
    (same == before.end() ? before.emplace_back() : *same) = std::move(field);
  }
  std::erase_if(before, [](const CovariateField& field) { return field.value.empty(); });
  return before;
}

}  // namespace firmground::evidence
