#include "evidence/record_fields.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "base/parallel.h"
#include "base/random.h"
#include "mineaction/record_conversion.h"

namespace firmground::evidence {
namespace {

using geo::Xy;

geo::PlanarGeometry rectangle(Xy south_west, double width_m, double height_m) {
  geo::PlanarGeometry made;
  made.polygons.push_back({{south_west,
                            {south_west.x + width_m, south_west.y},
                            {south_west.x + width_m, south_west.y + height_m},
                            {south_west.x, south_west.y + height_m}},
                           {}});
  return made;
}

constexpr Xy kOrigin{600'000, 4'430'000};

/// Sixteen fields of 200 m x 60 m, 1.5 km apart, each recorded 60 m too far east; the ground round each was searched.
mineaction::Snapshot archive() {
  mineaction::Snapshot s;
  s.crs = geo::Crs::from_epsg(32638).value();
  base::Random random(7);
  for (int i = 0; i < 16; ++i) {
    const int row = i / 4;
    const Xy corner{kOrigin.x + (i % 4) * 1500, kOrigin.y + row * 1500};
    const std::string number = std::to_string(100 + i);
    mineaction::LandRelease release;
    release.release_id = "R-" + number;
    release.outcome = mineaction::Outcome::cleared;
    release.method = mineaction::Method::manual;
    release.coverage = 1;
    release.completed_on = mineaction::Date(2000 + i, 6, 1);
    release.geometry = rectangle({corner.x - 400, corner.y - 400}, 1000, 860);
    s.land_releases.push_back(release);
    mineaction::MinefieldRecord record;
    record.record_id = "F-" + number;
    record.source = "archive";
    record.mines_recorded = 90;
    record.geometry = rectangle({corner.x + 60, corner.y}, 200, 60);
    s.minefield_records.push_back(record);
    for (int m = 0; m < 70; ++m) {
      mineaction::Find find;
      find.find_id = "M-" + number + "-" + std::to_string(m);
      find.device = mineaction::Device::ap_mine;
      find.found_on = release.completed_on;
      find.position = {corner.x + random.uniform(10, 190), corner.y + random.uniform(8, 52)};
      s.finds.push_back(find);
    }
  }
  mineaction::AreaOfInterest area;
  area.geometry = rectangle({kOrigin.x - 1000, kOrigin.y - 1000}, 7000, 7000);
  s.areas_of_interest.push_back(area);
  mineaction::finish_snapshot(s);
  return s;
}

RecordFields fields_of(const mineaction::Snapshot& snapshot, const ObserveOptions& options,
                       const std::vector<std::uint8_t>& hidden) {
  Observations observations = observe(snapshot, options).value();
  EXPECT_TRUE(reconcile_records(snapshot, options, hidden, {}, observations));
  EXPECT_TRUE(observations.records.has_value());
  return observations.records.value_or(RecordFields{});
}

bool same(const RecordFields& a, const RecordFields& b) {
  const auto of = [](const RecordFields& f) {
    std::vector<double> numbers;
    numbers.reserve(f.records.size());
    for (const RecordedField& record : f.records) {
      numbers.push_back(record.exists);
    }
    for (const RecordShare& share : f.shares) {
      numbers.insert(numbers.end(), {static_cast<double>(share.cell), static_cast<double>(share.record),
                                     static_cast<double>(share.probability)});
    }
    return numbers;
  };
  return of(a) == of(b);
}

TEST(RecordFields, MinesLieWhereTheFindsPutTheOutlineAndNotWhereItWasDrawn) {
  const mineaction::Snapshot snapshot = archive();
  const Observations observations = observe(snapshot).value();
  const RecordFields fields = fields_of(snapshot, {}, {});
  ASSERT_EQ(fields.records.size(), 16U);
  std::vector<double> weight(16, 0.0);
  std::vector<double> east(16, 0.0);
  std::vector<double> highest(16, 0.0);
  for (const RecordShare& share : fields.shares) {
    const auto p = static_cast<double>(share.probability);
    weight[share.record] += p;
    east[share.record] += p * observations.grid.centre(static_cast<std::size_t>(share.cell)).x;
    highest[share.record] = std::max(highest[share.record], p);
  }
  for (std::size_t i = 0; i < 16; ++i) {
    const double middle = kOrigin.x + static_cast<double>(i % 4) * 1500 + 100;
    EXPECT_NEAR(east[i] / weight[i], middle, 35) << "recorded 60 m east of it";
    EXPECT_GT(highest[i], 0.6);
    EXPECT_LE(highest[i], 1);
  }
  const auto first = fields.shares.front();
  EXPECT_EQ(fields.at(first.cell).front().record, first.record);
  EXPECT_TRUE(fields.at(0).empty());
}

/// One verdict of a field of 200 m x 100 m, read in the middle of a grid and lying where the moves put it.
RecordFields one_field(std::vector<RecordPlace::Move> moves, std::int64_t mines, const geo::Grid& grid,
                       double searched = 0) {
  mineaction::Snapshot snapshot;
  mineaction::MinefieldRecord record;
  record.record_id = "A-1";
  record.mines_recorded = mines;
  snapshot.minefield_records.push_back(record);
  Reconciliation reconciled;
  RecordVerdict verdict;
  verdict.record_id = "A-1";
  verdict.probability_exists = 0.8;
  verdict.probability_findable = 0.6;
  verdict.searched_inside = searched;
  verdict.places = {{1.0, rectangle({1900, 1950}, 200, 100), std::move(moves)}};
  reconciled.records.push_back(verdict);
  return record_fields(snapshot, reconciled, grid);
}

const geo::Grid kSmallGrid{50, 0, 80, 80, 80};

double probability_at(const RecordFields& fields, Xy place) {
  const auto shares = fields.at(static_cast<std::uint32_t>(kSmallGrid.cell_of(place)));
  return shares.empty() ? 0.0 : static_cast<double>(shares.front().probability);
}

TEST(RecordFields, MinesAreSharedOutAmongThePlacesThatTheFieldMayHave) {
  const RecordFields known = one_field({{0, 0, 1}}, 1000, kSmallGrid);
  EXPECT_NEAR(probability_at(known, {1975, 1975}), 1, 0.01);
  EXPECT_EQ(probability_at(known, {1975, 2275}), 0);
  const RecordFields either = one_field({{0, 0, 0.7F}, {0, 300, 0.3F}}, 1000, kSmallGrid);
  EXPECT_NEAR(probability_at(either, {1975, 1975}), 0.7, 0.01);
  EXPECT_NEAR(probability_at(either, {1975, 2275}), 0.3, 0.01) << "300 m north";
  EXPECT_EQ(probability_at(either, {1975, 1675}), 0);
  EXPECT_EQ(either.records[0].exists, 0.8);
  EXPECT_EQ(either.records[0].findable, 0.6);
}

TEST(RecordFields, AnOutlineBetweenCellsPutsLessIntoEach) {
  const RecordFields between = one_field({{0, 30, 1}}, 20, kSmallGrid);
  // Of the outline's 2 ha 0.1 ha lies in the cell that its northern edge crosses, 20 m deep of 50 m.
  EXPECT_NEAR(probability_at(between, {1975, 2075}), -std::expm1(-20 * 0.6 * 30 * 50 / 2e4), 1e-3);
  EXPECT_NEAR(probability_at(between, {1975, 1975}), -std::expm1(-20 * 0.6 * 20 * 50 / 2e4), 1e-3);
}

TEST(RecordFields, FewMinesLeaveMostCellsOfTheirOutlineEmpty) {
  const RecordFields few = one_field({{0, 0, 1}}, 8, kSmallGrid);
  double cells = 0;
  for (const RecordShare& share : few.shares) {
    cells += static_cast<double>(share.probability);
  }
  // Eight cells, one mine each as recorded, and what is complete of it: 0.6.
  EXPECT_NEAR(cells, 8 * -std::expm1(-0.6), 0.1);
}

TEST(RecordFields, AFieldSearchedInVainHoldsLessWhereNobodyLooked) {
  const RecordFields unknown = one_field({{0, 0, 1}}, 80, kSmallGrid);
  const RecordFields searched = one_field({{0, 0, 1}}, 80, kSmallGrid, 0.5);
  EXPECT_LT(probability_at(searched, {1975, 1975}), 0.7 * probability_at(unknown, {1975, 1975}));
}

/// The western half of the country is hidden.
std::vector<std::uint8_t> western_half(const geo::Grid& grid) {
  std::vector<std::uint8_t> hidden(grid.size(), 0);
  for (std::size_t cell = 0; cell < hidden.size(); ++cell) {
    hidden[cell] = grid.centre(cell).x < kOrigin.x + 2300 ? 1 : 0;
  }
  return hidden;
}

TEST(RecordFields, SearchThatIsHiddenLeavesNoTraceInWhatRecordsSay) {
  const mineaction::Snapshot snapshot = archive();
  const geo::Grid grid = observe(snapshot).value().grid;
  const std::vector<std::uint8_t> hidden = western_half(grid);
  // In another world everything in the west was found elsewhere, or not at all, and half of it was never searched.
  mineaction::Snapshot other = snapshot;
  for (mineaction::Find& find : other.finds) {
    if (find.position.x < kOrigin.x + 2200) {
      find.position.y += 300;
      find.count = find.position.y > kOrigin.y + 3000 ? 0 : 5;
    }
  }
  std::erase_if(other.land_releases, [](const mineaction::LandRelease& release) {
    const geo::Box box = geo::bounds(release.geometry);
    return box.max_x < kOrigin.x + 1000 && box.min_y > kOrigin.y + 1000;
  });
  EXPECT_TRUE(same(fields_of(snapshot, {}, hidden), fields_of(other, {}, hidden)));
  EXPECT_FALSE(same(fields_of(snapshot, {}, {}), fields_of(other, {}, {})));
  EXPECT_FALSE(same(fields_of(snapshot, {}, {}), fields_of(snapshot, {}, hidden)));
}

TEST(RecordFields, AReleaseThatReachesIntoHiddenGroundKeepsTheRest) {
  const mineaction::Snapshot snapshot = archive();
  const geo::Grid grid = observe(snapshot).value().grid;
  std::vector<std::uint8_t> hidden(grid.size(), 0);
  for (std::size_t cell = 0; cell < hidden.size(); ++cell) {
    hidden[cell] = grid.centre(cell).x < kOrigin.x ? 1 : 0;
  }
  const mineaction::Snapshot seen = with_search_hidden(snapshot, {}, grid, hidden).value();
  ASSERT_EQ(seen.land_releases.size(), snapshot.land_releases.size());
  EXPECT_EQ(geo::bounds(seen.land_releases[0].geometry).min_x, kOrigin.x);
  EXPECT_EQ(geo::bounds(seen.land_releases[0].geometry).max_x, kOrigin.x + 600);
  EXPECT_EQ(seen.land_releases[1].geometry, snapshot.land_releases[1].geometry);
  EXPECT_EQ(seen.finds.size(), snapshot.finds.size());
}

TEST(RecordFields, WhatWasSearchedAfterTheDayAskedForIsNotSeen) {
  const mineaction::Snapshot snapshot = archive();
  ObserveOptions options;
  options.until = mineaction::Date(2007, 12, 31);
  const geo::Grid grid = observe(snapshot).value().grid;
  const mineaction::Snapshot seen = with_search_hidden(snapshot, options, grid, {}).value();
  EXPECT_EQ(seen.land_releases.size(), 8U);
  EXPECT_EQ(seen.finds.size(), 8U * 70);
}

TEST(RecordFields, ReconciledPlacesStandInForDrawnOutlinesForMinesAlone) {
  const mineaction::Snapshot snapshot = archive();
  Observations observations = observe(snapshot).value();
  const std::size_t before = observations.covariates.size();
  ASSERT_TRUE(reconcile_records(snapshot, {}, {}, {}, observations));
  EXPECT_EQ(observations.covariates.size(), before + 1);
  for (const CovariateField& field : observations.covariates) {
    EXPECT_EQ(field.explains(OrdnanceClass::mines), field.from != CovariateSource::outlines_as_drawn) << field.name;
    EXPECT_EQ(field.explains(OrdnanceClass::erw), field.from != CovariateSource::reconciled_records) << field.name;
  }
  forget_records(observations);
  EXPECT_EQ(observations.covariates.size(), before);
  EXPECT_FALSE(observations.records);
  for (const CovariateField& field : observations.covariates) {
    EXPECT_TRUE(field.explains(OrdnanceClass::mines) && field.explains(OrdnanceClass::erw)) << field.name;
  }
}

TEST(RecordFields, ProgrammesWithoutSearchedGroundOrRecordsAreLeftAsTheyAre) {
  mineaction::Snapshot without_search = archive();
  without_search.land_releases.clear();
  mineaction::Snapshot without_records = archive();
  without_records.minefield_records.clear();
  for (const mineaction::Snapshot& snapshot : {without_search, without_records}) {
    Observations observations = observe(snapshot).value();
    const std::size_t covariates = observations.covariates.size();
    ASSERT_TRUE(reconcile_records(snapshot, {}, {}, {}, observations));
    EXPECT_FALSE(observations.records);
    EXPECT_EQ(observations.covariates.size(), covariates);
  }
}

TEST(RecordFields, AreTheSameOnAnyThreadCount) {
  const mineaction::Snapshot snapshot = archive();
  base::set_thread_count(1);
  const RecordFields one = fields_of(snapshot, {}, {});
  base::set_thread_count(3);
  const RecordFields three = fields_of(snapshot, {}, {});
  base::set_thread_count(0);
  EXPECT_TRUE(same(one, three));
}

}  // namespace
}  // namespace firmground::evidence
