#include "estimate/region_estimate.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <barrier>
#include <cmath>
#include <memory>
#include <thread>

#include "base/random.h"
#include "estimate/estimate_state.h"
#include "estimate/shared_learning.h"
#include "estimate/state_tiles.h"
#include "estimate/update_estimate.h"
#include "evidence/drawn_statements_testing.h"

namespace firmground::estimate {
namespace {

/// What the threads of one team share.
struct Table {
  explicit Table(std::size_t size) : barrier(static_cast<std::ptrdiff_t>(size)), sums(size), mail(size) {}
  std::barrier<> barrier;
  std::vector<std::span<double>> sums;
  std::vector<std::vector<std::string>> mail;
  std::string told;
};

class ThreadTeam : public Team {
 public:
  ThreadTeam(Table& table, std::size_t rank) : table_(table), rank_(rank) {}
  std::size_t rank() const override { return rank_; }
  std::size_t size() const override { return table_.sums.size(); }
  void sum(std::span<double> values) override {
    table_.sums[rank_] = values;
    table_.barrier.arrive_and_wait();
    std::vector<double> total(values.size(), 0.0);
    for (const std::span<double>& one : table_.sums) {
      for (std::size_t i = 0; i < total.size(); ++i) {
        total[i] += one[i];
      }
    }
    table_.barrier.arrive_and_wait();
    std::copy(total.begin(), total.end(), values.begin());
  }
  std::string told(std::string by_first) override {
    if (first()) {
      table_.told = std::move(by_first);
    }
    table_.barrier.arrive_and_wait();
    std::string result = table_.told;
    table_.barrier.arrive_and_wait();
    return result;
  }
  std::vector<std::string> exchanged(std::vector<std::string> to) override {
    table_.mail[rank_] = std::move(to);
    table_.barrier.arrive_and_wait();
    std::vector<std::string> result;
    result.reserve(table_.mail.size());
    for (const auto& from : table_.mail) {
      result.push_back(from[rank_]);
    }
    table_.barrier.arrive_and_wait();
    return result;
  }

 private:
  Table& table_;
  std::size_t rank_;
};

constexpr std::int32_t kColumns = 150;
constexpr std::int32_t kRows = 110;

/// A SHA or CHA every kilometre, and one cancelled.
evidence::CovariateField drawn_statements(const geo::Grid& grid, const std::vector<std::uint8_t>& processed) {
  mineaction::Snapshot said;
  for (std::int32_t k = 0; k < 30; ++k) {
    const evidence::DrawnSquare square{20 * (k % 6) + 3 * (k % 4), 20 * (k / 6) + 5 * (k % 3), 6};
    said.hazards.push_back(
        evidence::drawn_hazard(k % 3 == 0 ? mineaction::HazardType::confirmed : mineaction::HazardType::suspected,
                               k % 2 == 0 ? mineaction::Device::ap_mine : mineaction::Device::uxo, square, grid));
  }
  said.land_releases.push_back(evidence::drawn_release(mineaction::Outcome::cancelled, mineaction::Method::nts,
                                                       mineaction::Date(2020, 1, 1), {68, 50, 10}, grid));
  return *evidence::survey_statements(said, grid, processed, {});
}

/// Most finds say what they are: AV mines and submunitions in the west, others in the east.
void state_kinds(std::uint32_t cell, double column, evidence::Observations& o) {
  for (std::size_t k = 0; k < 2; ++k) {
    const std::uint32_t found = o.searched[k].back().found;
    if (found == 0 || base::Random(19, cell).chance(0.2)) {
      o.kinds[k].unstated += found;
      continue;
    }
    const bool west = base::Random(23, cell).chance(column < 75 ? 0.8 : 0.2);
    o.kinds[k].cells.push_back({cell, {west == (k == 0) ? 0U : found, west == (k == 0) ? found : 0U, 0U}});
    o.kinds[k].stated += found;
  }
}

/// 7.5 x 5.5 km on cells of 50 m: an old front of mines across it, ERW everywhere, a third of the ground searched in
/// blocks, and two records of minefields.
evidence::Observations drawn_country() {
  evidence::Observations o;
  o.grid = {50, 0, kRows, kColumns, kRows};
  o.inside.assign(o.grid.size(), 1);
  o.processed.assign(o.grid.size(), 0);
  o.mode = "effort";
  evidence::CovariateField road{"distance to roads", "m", {}, false, {}};
  road.tells_people = true;
  evidence::CovariateField front{"distance to the former line of contact", "m", {}, false, {}};
  base::Random random(11);
  for (std::uint32_t cell = 0; cell < o.grid.size(); ++cell) {
    const auto column = static_cast<double>(cell % kColumns);
    const std::uint32_t row_of_cell = cell / kColumns;
    const auto row = static_cast<double>(row_of_cell);
    const double from_front = std::abs(row - 55 - 15 * std::sin(column / 20)) * 50;
    road.value.push_back(static_cast<float>(std::abs(column - 70) * 50));
    front.value.push_back(static_cast<float>(from_front));
    const double belt = from_front < 500 && std::sin(column / 7) > 0 ? 0.35 : 0.01;
    const std::uint32_t block = cell / kColumns / 10 * 15 + cell % kColumns / 10;
    const bool open = !base::Random(3, block).chance(0.35);
    if (open && base::Random(17, cell).chance(from_front < 500 ? 0.03 : 0.003)) {
      o.reports[cell % 3 == 0 ? 1 : 0].push_back({cell, 1, 2012, cell % 5 == 0});
    }
    if (base::Random(3, block).chance(0.35)) {
      o.processed[cell] = 1;
      o.searched[0].push_back(
          {cell, 1, 0.9F, random.chance(belt) ? 1U + static_cast<std::uint32_t>(random.poisson(2)) : 0U});
      o.searched[1].push_back({cell, 1, 0.8F, random.chance(0.03) ? 1U : 0U});
      state_kinds(cell, column, o);
    }
  }
  mineaction::Snapshot known;
  known.reference_features.emplace_back();
  known.reference_features.back().layer = "contact-line";
  known.reference_features.back().geometry.lines.emplace_back();
  for (int column = 0; column <= kColumns; ++column) {
    known.reference_features.back().geometry.lines.back().push_back(
        {column * 50.0, (kRows - 55 - 15 * std::sin(column / 20.0)) * 50});
  }
  o.line = std::make_shared<evidence::LineDirection>(known, o.grid);
  o.covariates = {road, front, drawn_statements(o.grid, o.processed)};
  o.records.emplace();
  o.records->records = {{"MF-1", "brigade", 0.7, 0.6, 0.4}, {"MF-2", "brigade", 0.5, 0.4, -0.3}};
  for (std::uint32_t cell = 50 * kColumns + 60; cell < 50 * kColumns + 90; ++cell) {
    o.records->shares.push_back({cell, 0, 0.3F});
    o.records->shares.push_back({cell, 1, 0.1F});
  }
  return o;
}

/// One across every cut, one nowhere, and squares of 10 x 10 cells.
std::vector<PolygonCells> drawn_polygons() {
  PolygonCells across{"across every cut", 1e6, {}};
  for (std::uint32_t cell = 40 * kColumns; cell < 70 * kColumns; ++cell) {
    across.cells.push_back({cell, 1.0F});
  }
  std::vector<PolygonCells> polygons = {across, {"nowhere", 5, {}}};
  for (std::uint32_t corner = 0; corner < 12; ++corner) {
    PolygonCells square{fmt::format("square {}", corner), 250'000, {}};
    for (std::uint32_t at = 0; at < 100; ++at) {
      const std::uint32_t row = 10 + 30 * (corner / 4) + at / 10;
      square.cells.push_back({row * kColumns + 15 + 32 * (corner % 4) + at % 10, at % 10 == 0 ? 0.5F : 1.0F});
    }
    polygons.push_back(std::move(square));
  }
  return polygons;
}

/// What a process would read of the country.
RegionGround ground_of(const evidence::Observations& country, const std::vector<PolygonCells>& polygons,
                       const EstimateOptions& options, std::size_t rank, std::size_t regions) {
  RegionGround ground;
  ground.owned = evidence::cut_into_regions(country, regions, options.together);
  ground.overlap_cells = 20;
  ground.window = evidence::grown(ground.owned[rank], country.grid, ground.overlap_cells);
  ground.observations = evidence::observations_in(country, ground.window);
  for (const evidence::CovariateField& field : country.covariates) {
    ground.observations.covariates.push_back(evidence::field_in(field, country.grid, ground.window));
  }
  if (rank == 0) {
    ground.country = country;
    ground.country.covariates.clear();
    const auto cells = std::make_shared<const std::vector<std::uint32_t>>(cells_to_learn_from(country));
    for (const evidence::CovariateField& field : country.covariates) {
      ground.country.covariates.push_back(evidence::field_at(field, cells));
    }
  }
  place_polygons(country.grid, polygons, options.closer, rank, ground);
  return ground;
}

EstimateResult by_regions(std::size_t regions, const EstimateOptions& options = {}) {
  const evidence::Observations country = drawn_country();
  const std::vector<PolygonCells> polygons = drawn_polygons();
  Table table(regions);
  std::vector<base::Result<EstimateResult>> results(regions);
  std::vector<std::thread> threads;
  threads.reserve(regions);
  for (std::size_t rank = 0; rank < regions; ++rank) {
    threads.emplace_back([&, rank] {
      ThreadTeam team(table, rank);
      results[rank] = estimate_in_regions(team, ground_of(country, polygons, options, rank, regions), options,
                                          rank == 0 ? polygons : std::vector<PolygonCells>{});
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_TRUE(results[0]) << base::to_text(results[0].error());
  return std::move(*results[0]);
}

class RegionEstimate : public ::testing::TestWithParam<std::size_t> {};

/// The tolerance of the issue: probabilities within .005, expected items within 1 % where p > .01.
TEST_P(RegionEstimate, RegionsSayWhatTheWholeCountrySays) {
  const auto whole = estimate(drawn_country(), {}, drawn_polygons());
  ASSERT_TRUE(whole) << base::to_text(whole.error());
  const EstimateResult regions = by_regions(GetParam());
  const auto& a = whole->hazard.raster.bands;
  const auto& b = regions.hazard.raster.bands;
  double worst_probability = 0;
  double worst_items = 0;
  for (std::size_t cell = 0; cell < a[0].size(); ++cell) {
    worst_probability = std::max(worst_probability, static_cast<double>(std::abs(a[0][cell] - b[0][cell])));
    if (a[0][cell] > 0.01F) {
      worst_items = std::max(worst_items, static_cast<double>(std::abs(b[1][cell] / a[1][cell] - 1)));
    }
  }
  RecordProperty("worst_probability", fmt::format("{:.3g}", worst_probability));
  RecordProperty("worst_items", fmt::format("{:.3g}", worst_items));
  EXPECT_LT(worst_probability, 0.005);
  EXPECT_LT(worst_items, 0.01);
  EXPECT_NEAR(regions.hazard.totals.items_mean / whole->hazard.totals.items_mean, 1, 0.005);
  EXPECT_EQ(regions.hazard.cells, whole->hazard.cells);
  // Intervals rest on 100 other draws.
  EXPECT_NEAR(regions.hazard.totals.items_p95 / whole->hazard.totals.items_p95, 1, 0.15);
  EXPECT_NEAR(regions.hazard.totals.items_p05 / whole->hazard.totals.items_p05, 1, 0.15);
  ASSERT_EQ(regions.polygons.size(), whole->polygons.size());
  EXPECT_EQ(regions.polygons[0].id, "across every cut");
  EXPECT_NEAR(regions.polygons[0].items_mean / whole->polygons[0].items_mean, 1, 0.005);
  ASSERT_FALSE(regions.polygons[0].reasons.empty());
  EXPECT_EQ(regions.polygons[0].reasons[0].text, whole->polygons[0].reasons[0].text);
  EXPECT_TRUE(std::isnan(regions.polygons[1].items_mean)) << "unknown is never zero";
  EXPECT_EQ(regions.classes[0].searched, whole->classes[0].searched);
  ASSERT_EQ(regions.hazard.statements.size(), whole->hazard.statements.size());
  ASSERT_FALSE(regions.hazard.statements.empty());
  for (std::size_t k = 0; k < regions.hazard.statements.size(); ++k) {
    EXPECT_EQ(regions.hazard.statements[k].searched, whole->hazard.statements[k].searched);
    EXPECT_NEAR(regions.hazard.statements[k].ratio / whole->hazard.statements[k].ratio, 1, 0.005);
    EXPECT_NEAR(regions.hazard.statements[k].p95 / whole->hazard.statements[k].p95, 1, 0.005);
  }
}

/// A map in cells of 200 m: cuts lie between its cells, and surveys are planned by the modelled ones.
TEST_P(RegionEstimate, RegionsTellAMapInLargerCells) {
  EstimateOptions options;
  options.kinds = KindUse::map;
  options.together = 4;
  options.closer = {.polygons = {2, 12}, .surveys = SurveySettings{}};
  const auto whole = estimate(drawn_country(), options, drawn_polygons());
  ASSERT_TRUE(whole) << base::to_text(whole.error());
  const EstimateResult regions = by_regions(GetParam(), options);
  ASSERT_EQ(regions.hazard.raster.grid, whole->hazard.raster.grid);
  ASSERT_EQ(regions.kind_raster->grid, whole->kind_raster->grid);
  EXPECT_EQ(regions.hazard.cells, whole->hazard.cells);
  const auto& a = whole->hazard.raster.bands;
  const auto& b = regions.hazard.raster.bands;
  double items = 0;
  double probability = 0;
  for (std::size_t cell = 0; cell < a[0].size(); ++cell) {
    ASSERT_EQ(std::isnan(a[0][cell]), std::isnan(b[0][cell]));
    items = std::max(items, std::abs(static_cast<double>(b[1][cell] - a[1][cell])) /
                                (0.005 + 0.01 * static_cast<double>(a[1][cell])));
    probability = std::max(probability, std::abs(static_cast<double>(b[0][cell] - a[0][cell])));
  }
  EXPECT_LT(items, 1) << "within .005 and 1 %";
  EXPECT_LT(probability, 0.03) << "other draws tell how alike a cell's parts are";
  EXPECT_NEAR(regions.hazard.totals.items_mean / whole->hazard.totals.items_mean, 1, 0.005);
  EXPECT_EQ(regions.surveys.size(), whole->surveys.size());
}

/// Kinds are learned from all finds of the country, and told by cell, by polygon and in all.
TEST_P(RegionEstimate, RegionsTellTheKindsThatTheWholeCountryTells) {
  EstimateOptions options;
  options.kinds = KindUse::map;
  const auto whole = estimate(drawn_country(), options, drawn_polygons());
  ASSERT_TRUE(whole) << base::to_text(whole.error());
  const EstimateResult regions = by_regions(GetParam(), options);
  ASSERT_TRUE(whole->kind_raster && regions.kind_raster);
  EXPECT_EQ(regions.kind_raster->band_names, whole->kind_raster->band_names);
  EXPECT_EQ(regions.kind_raster->metadata.at("FIRMGROUND_STAMP"), regions.hazard.stamp.to_json());
  double worst = 0;
  for (std::size_t band = 0; band < whole->kind_raster->bands.size(); ++band) {
    for (std::size_t cell = 0; cell < whole->hazard.raster.grid.size(); ++cell) {
      const float a = whole->kind_raster->bands[band][cell];
      const float b = regions.kind_raster->bands[band][cell];
      ASSERT_EQ(std::isnan(a), std::isnan(b));
      worst = std::max(worst, static_cast<double>(std::abs(a - b) / (0.005F + 0.01F * a)));
    }
  }
  RecordProperty("worst", fmt::format("{:.3g}", worst));
  EXPECT_LT(worst, 1) << "chances within .005, items within .005 and 1 %";
  ASSERT_EQ(regions.kinds.size(), 2U);
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_EQ(regions.kinds[k].stated, whole->kinds[k].stated);
    EXPECT_EQ(regions.kinds[k].unstated, whole->kinds[k].unstated);
    ASSERT_EQ(regions.kinds[k].kinds.size(), whole->kinds[k].kinds.size());
    for (std::size_t j = 0; j < whole->kinds[k].kinds.size(); ++j) {
      const KindTotals& a = whole->kinds[k].kinds[j];
      const KindTotals& b = regions.kinds[k].kinds[j];
      EXPECT_EQ(b.found, a.found);
      EXPECT_NEAR(b.totals.items_mean, a.totals.items_mean, 0.005 * a.totals.items_mean);
      EXPECT_NEAR(b.totals.items_p95 - b.totals.items_p05, a.totals.items_p95 - a.totals.items_p05,
                  0.3 * (a.totals.items_p95 - a.totals.items_p05));
    }
  }
  for (std::size_t p = 0; p < whole->polygons.size(); ++p) {
    ASSERT_EQ(regions.polygons[p].kinds.size(), whole->polygons[p].kinds.size());
    for (std::size_t j = 0; j < whole->polygons[p].kinds.size(); ++j) {
      const KindOfPolygon& a = whole->polygons[p].kinds[j];
      EXPECT_NEAR(regions.polygons[p].kinds[j].items_mean, a.items_mean, 0.01 + 0.01 * a.items_mean);
      EXPECT_NEAR(regions.polygons[p].kinds[j].probability_any, a.probability_any, 0.03);
    }
  }
}

/// Each polygon by one process that sees all of it; none sees what lies across the country.
TEST_P(RegionEstimate, RegionsTellWhatPolygonsWouldHoldWithoutEvidenceAndWhichSurveyPays) {
  EstimateOptions options;
  options.closer = {{0, drawn_polygons().size()}, true, SurveySettings{}};
  const auto whole = estimate(drawn_country(), options, drawn_polygons());
  ASSERT_TRUE(whole) << base::to_text(whole.error());
  const EstimateResult regions = by_regions(GetParam(), options);
  EXPECT_EQ(regions.polygons[0].besides_known, GetParam() == 1);
  EXPECT_TRUE(whole->polygons[2].besides_known);
  std::size_t groups = 0;
  for (std::size_t p = 2; p < whole->polygons.size(); ++p) {
    EXPECT_TRUE(regions.polygons[p].besides_known) << regions.polygons[p].id;
    for (const WithoutEvidence& a : whole->polygons[p].without) {
      const auto& others = regions.polygons[p].without;
      const auto b =
          std::find_if(others.begin(), others.end(), [&](const auto& other) { return other.evidence == a.evidence; });
      if (b != others.end()) {  // at the limits of what is told, other draws tell another group
        ++groups;
        EXPECT_NEAR(b->items_mean, a.items_mean, 0.03 * a.items_mean) << whole->polygons[p].id << a.evidence;
        EXPECT_NEAR(b->probability_none, a.probability_none, 0.06) << whole->polygons[p].id << a.evidence;
      }
    }
  }
  EXPECT_GT(groups, 12U);
  std::size_t compared = 0;
  for (const PolygonSurvey& a : whole->surveys) {
    const auto b = std::find_if(regions.surveys.begin(), regions.surveys.end(), [&](const PolygonSurvey& other) {
      return other.polygon == a.polygon && other.kind == a.kind;
    });
    if (a.polygon == 0 && GetParam() > 1) {
      EXPECT_EQ(b, regions.surveys.end());
      continue;
    }
    ASSERT_NE(b, regions.surveys.end()) << a.id;
    ++compared;
    EXPECT_EQ(b->id, a.id);
    EXPECT_EQ(b->cells, a.cells) << a.id << " " << to_string(a.kind);
    EXPECT_NEAR(b->items, a.items, 0.12 * a.items) << "400 other draws";
    EXPECT_NEAR(b->chance_of_find, a.chance_of_find, 0.06);
  }
  EXPECT_GT(compared, 30U);
}

/// The map of a whole estimate, brought up to date after a find more in one cell.
geo::Raster updated(const EstimateResult& estimate, EstimateUpdate& update) {
  evidence::Observations now = drawn_country();
  auto& searched = now.searched[0];
  const auto found = std::find_if(searched.begin() + static_cast<std::ptrdiff_t>(searched.size() / 2), searched.end(),
                                  [](const evidence::SearchedCell& cell) { return cell.found == 0; });
  found->found = 2;
  const std::vector<PolygonCells> polygons = drawn_polygons();
  auto made = update_estimate(*estimate.state, std::move(now), touching(polygons));
  EXPECT_TRUE(made) << base::to_text(made.error());
  update = std::move(*made);
  geo::Raster raster = estimate.hazard.raster;
  update.map.put_into(raster);
  return raster;
}

/// Regions leave the state that the whole country leaves: an update starts from it as well.
TEST_P(RegionEstimate, UpdatesStartFromWhatRegionsLeave) {
  EstimateOptions options;
  options.keep = true;
  const auto whole = estimate(drawn_country(), options, drawn_polygons());
  ASSERT_TRUE(whole) << base::to_text(whole.error());
  const EstimateResult regions = by_regions(GetParam(), options);
  ASSERT_TRUE(whole->state && regions.state);
  const auto read = parse_estimate_state(to_bytes(*regions.state));
  ASSERT_TRUE(read) << base::to_text(read.error());
  EXPECT_EQ(read->processed, whole->state->processed);
  EXPECT_EQ(read->watched, whole->state->watched);
  ASSERT_EQ(read->classes.size(), whole->state->classes.size());
  for (std::size_t k = 0; k < read->classes.size(); ++k) {
    EXPECT_EQ(read->classes[k].active, whole->state->classes[k].active);
    EXPECT_EQ(read->classes[k].seen.size(), whole->state->classes[k].seen.size());
    EXPECT_EQ(read->classes[k].blocks.size(), whole->state->classes[k].blocks.size());
    EXPECT_EQ(read->classes[k].reports.size(), whole->state->classes[k].reports.size());
    EXPECT_EQ(read->classes[k].kinds_seen.size(), whole->state->classes[k].kinds_seen.size());
  }
  EstimateUpdate a;
  EstimateUpdate b;
  const geo::Raster of_whole = updated(*whole, a);
  const geo::Raster of_regions = updated(regions, b);
  EXPECT_EQ(a.refreshed, b.refreshed);
  EXPECT_GT(a.cells_refreshed, 100);
  EXPECT_NEAR(b.totals.items_mean, a.totals.items_mean, 0.005 * a.totals.items_mean);
  EXPECT_NEAR(b.shift_beyond, a.shift_beyond, 0.01);
  double worst_probability = 0;
  double worst_items = 0;
  for (std::size_t cell = 0; cell < of_whole.grid.size(); ++cell) {
    const float p = of_whole.bands[0][cell];
    worst_probability = std::max(worst_probability, static_cast<double>(std::abs(of_regions.bands[0][cell] - p)));
    if (p > 0.01F) {
      worst_items =
          std::max(worst_items, static_cast<double>(std::abs(of_regions.bands[1][cell] / of_whole.bands[1][cell] - 1)));
    }
  }
  RecordProperty("worst_probability", fmt::format("{:.3g}", worst_probability));
  RecordProperty("worst_items", fmt::format("{:.3g}", worst_items));
  EXPECT_LT(worst_probability, 0.005);
  EXPECT_LT(worst_items, 0.01);
  ASSERT_EQ(b.polygons.size(), a.polygons.size());
  for (std::size_t p = 0; p < a.polygons.size(); ++p) {
    EXPECT_EQ(b.polygons[p].first, a.polygons[p].first);
    EXPECT_NEAR(b.polygons[p].second.items_mean, a.polygons[p].second.items_mean,
                0.01 * a.polygons[p].second.items_mean)
        << a.polygons[p].second.id;
  }
}

INSTANTIATE_TEST_SUITE_P(Regions, RegionEstimate, ::testing::Values(1, 2, 4));

/// Noise belongs to places: other cuts draw nearly the same fields.
TEST(RegionDraws, AreThoseOfAnyOtherNumberOfRegions) {
  const EstimateResult two = by_regions(2);
  const EstimateResult four = by_regions(4);
  ASSERT_EQ(two.predicted_total.size(), four.predicted_total.size());
  for (std::size_t m = 0; m < two.predicted_total.size(); ++m) {
    EXPECT_NEAR(two.predicted_total[m] / four.predicted_total[m], 1, 0.01);
  }
}

TEST(RegionDraws, AreTheSameBytesAgain) {
  const EstimateResult one = by_regions(4);
  const EstimateResult again = by_regions(4);
  EXPECT_EQ(one.predicted_total, again.predicted_total);
  EXPECT_EQ(one.hazard.raster.bands[3], again.hazard.raster.bands[3]);
}

/// Nothing was searched: every process says so, and nobody waits.
TEST(RegionErrors, ReachEveryProcess) {
  evidence::Observations country = drawn_country();
  country.searched = {};
  country.records.reset();
  Table table(2);
  std::vector<std::string> said(2);
  std::vector<std::thread> threads;
  threads.reserve(2);
  for (std::size_t rank = 0; rank < 2; ++rank) {
    threads.emplace_back([&, rank] {
      ThreadTeam team(table, rank);
      const auto result = estimate_in_regions(team, ground_of(country, {}, EstimateOptions{}, rank, 2), {}, {});
      said[rank] = result ? "" : result.error().id;
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(said[0], "estimate.nothing_observed");
  EXPECT_EQ(said[1], "estimate.nothing_observed");
}

TEST(Regions, CutNoCellOfTheMap) {
  evidence::Observations country = drawn_country();
  country.grid.west = -3;
  country.grid.north = 101;
  for (const evidence::Region& region : evidence::cut_into_regions(country, 7, 4)) {
    EXPECT_TRUE(region.first_column == 0 || (region.first_column - 3) % 4 == 0);
    EXPECT_TRUE(region.first_row == 0 || (101 - region.first_row) % 4 == 0);
  }
}

TEST(Regions, CoverTheCountryOnceAndShareTheWork) {
  const evidence::Observations country = drawn_country();
  for (const std::size_t count : {1U, 2U, 3U, 7U}) {
    const auto regions = evidence::cut_into_regions(country, count, count == 3 ? 4 : 1);
    ASSERT_EQ(regions.size(), count);
    std::vector<int> times(country.grid.size(), 0);
    std::size_t most = 0;
    for (const evidence::Region& region : regions) {
      most = std::max(most, region.size());
      for (std::int32_t row = 0; row < region.rows; ++row) {
        for (std::int32_t column = 0; column < region.columns; ++column) {
          ++times[country.grid.index(region.first_column + column, region.first_row + row)];
        }
      }
    }
    EXPECT_EQ(std::count(times.begin(), times.end(), 1), static_cast<std::ptrdiff_t>(times.size()));
    EXPECT_LT(most, 2 * country.grid.size() / count);
  }
}

}  // namespace
}  // namespace firmground::estimate
