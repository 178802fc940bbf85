#include "estimate/composition.h"

#include <gtest/gtest.h>

#include <numeric>

namespace firmground::estimate {
namespace {

/// 200 x 200 cells of 50 m without covariates.
evidence::Observations bare_ground() {
  evidence::Observations o;
  o.grid = {50, 0, 200, 200, 200};
  o.inside.assign(o.grid.size(), 1);
  o.processed.assign(o.grid.size(), 0);
  o.mode = "effort";
  return o;
}

void find(evidence::Observations& o, std::int32_t column, std::int32_t row, std::uint32_t ap, std::uint32_t av,
          std::uint32_t improvised = 0) {
  o.kinds[0].cells.push_back({static_cast<std::uint32_t>(o.grid.index(column, row)), {ap, av, improvised}});
  o.kinds[0].stated += ap + av + improvised;
}

/// Cells with finds in rows 20, 60, 100 ...: AP mines in the west, AV mines in the east.
evidence::Observations west_and_east() {
  evidence::Observations o = bare_ground();
  for (std::int32_t row = 20; row < 200; row += 40) {
    for (std::int32_t column = 5; column < 200; column += 3) {
      const std::uint32_t n = 1 + static_cast<std::uint32_t>(column % 4);
      find(o, column, row, column < 100 ? n : 0, column < 100 ? 0 : n);
    }
  }
  return o;
}

std::vector<CellAhead> some_ahead(const evidence::Observations& o) {
  std::vector<CellAhead> ahead;
  for (std::uint32_t cell = 0; cell < o.grid.size(); cell += 37) {
    ahead.push_back({cell, 1});
  }
  return ahead;
}

KindShares at(const Composition& composition, const evidence::Observations& o, std::int32_t column, std::int32_t row) {
  return composition.at(static_cast<std::uint32_t>(o.grid.index(column, row)));
}

TEST(Composition, FindsNearbySayWhatIsThere) {
  const evidence::Observations o = west_and_east();
  const Composition composition(o, evidence::OrdnanceClass::mines, {}, some_ahead(o));
  ASSERT_TRUE(composition.told());
  EXPECT_GT(at(composition, o, 40, 22).share[0], 0.9) << "AP mines";
  EXPECT_GT(at(composition, o, 160, 22).share[1], 0.9) << "AV mines";
  EXPECT_LT(at(composition, o, 40, 22).from_ground, at(composition, o, 40, 40).from_ground)
      << "farther from finds the country's shares say more";
}

TEST(Composition, SharesAddUpToOneAndNoneIsZero) {
  const evidence::Observations o = west_and_east();
  const Composition composition(o, evidence::OrdnanceClass::mines, {}, some_ahead(o));
  for (std::uint32_t cell = 0; cell < o.grid.size(); cell += 11) {
    const KindShares shares = composition.at(cell);
    ASSERT_NEAR(std::accumulate(shares.share.begin(), shares.share.end(), 0.0), 1, 1e-9);
    for (const double share : shares.share) {
      ASSERT_GT(share, 0) << "a kind that was never found is rare, not impossible";
    }
  }
}

TEST(Composition, OfOneKindAloneNearlyEverythingIs) {
  evidence::Observations o = bare_ground();
  for (std::int32_t k = 0; k < 150; ++k) {
    find(o, 10 + (k * 7) % 180, 5 + k, 2, 0);
  }
  const Composition composition(o, evidence::OrdnanceClass::mines, {}, some_ahead(o));
  EXPECT_GT(at(composition, o, 100, 100).share[0], 0.95);
  EXPECT_GT(at(composition, o, 199, 199).share[0], 0.9);
}

TEST(Composition, OneMinefieldIsNotAsManyFactsAsItHoldsMines) {
  evidence::Observations o = bare_ground();
  for (std::int32_t k = 0; k < 16; ++k) {
    find(o, 10 + 10 * k, 10 + 10 * k, 0, 1);
  }
  find(o, 190, 190, 1000, 0);
  const Composition composition(o, evidence::OrdnanceClass::mines, {}, some_ahead(o));
  EXPECT_GT(at(composition, o, 190, 10).share[1], 0.6) << "sixteen places of AV mines, one of a thousand AP mines";
}

TEST(Composition, AKindLaidThinlyHoldsFewerItems) {
  evidence::Observations o = bare_ground();
  for (std::int32_t k = 0; k < 90; ++k) {
    find(o, 2 * k + 1, 10 + k, k % 2 == 0 ? 9 : 0, k % 2 == 0 ? 0 : 2);
  }
  const Composition composition(o, evidence::OrdnanceClass::mines, {}, some_ahead(o));
  EXPECT_GT(composition.excess()[0], 4 * composition.excess()[1]);
}

TEST(Composition, ARecordSpeaksWhereNothingWasFound) {
  evidence::Observations o = west_and_east();
  o.records = evidence::RecordFields{
      {{"R-1", "", 0.9, 0.9, 0.0, evidence::ItemKind::av_mines}, {"R-2", "", 0.9, 0.9, 0.0, std::nullopt}}, {}, {}};
  for (std::uint32_t cell = 0; cell < o.grid.size(); ++cell) {
    const std::uint32_t row = cell / 200;
    const std::uint32_t column = cell % 200;
    if ((row == 20 || row == 60) && column > 100) {  // borne out there
      o.records->shares.push_back({cell, 0, 0.9F});
    } else if (row == 85) {
      o.records->shares.push_back({cell, column < 50 ? 0U : 1U, 0.9F});
    }
  }
  const Composition composition(o, evidence::OrdnanceClass::mines, {}, some_ahead(o));
  EXPECT_GT(composition.record_worth(), 0);
  EXPECT_GT(at(composition, o, 40, 85).share[1], 1.5 * at(composition, o, 40, 78).share[1]);
  EXPECT_NEAR(at(composition, o, 70, 85).share[1], at(composition, o, 70, 83).share[1], 0.1)
      << "a record that states no kind says nothing of it";
}

TEST(Composition, WithoutAStatedKindNothingIsTold) {
  evidence::Observations o = bare_ground();
  o.kinds[1].unstated = 12;
  EXPECT_FALSE(Composition(o, evidence::OrdnanceClass::erw, {}, some_ahead(o)).told());
}

TEST(Composition, WithOneFindItStillAnswers) {
  evidence::Observations o = bare_ground();
  find(o, 100, 100, 0, 1);
  const Composition composition(o, evidence::OrdnanceClass::mines, {}, {});
  EXPECT_GT(at(composition, o, 101, 100).share[1], at(composition, o, 5, 5).share[1] - 1e-9);
  EXPECT_LT(at(composition, o, 5, 5).share[1], 0.8) << "one find does not make a country";
}

TEST(Composition, LargerSquaresOfMorePatchesAreLessAlike) {
  const evidence::Observations o = west_and_east();
  const Composition composition(o, evidence::OrdnanceClass::mines, {}, some_ahead(o));
  EXPECT_LE(composition.concentration(1, 1), composition.concentration(8, 1) * (1 + 1e-9));
  EXPECT_LE(composition.concentration(8, 1), composition.concentration(20, 2) * (1 + 1e-9));
  EXPECT_LT(composition.concentration(20, 2), composition.concentration(20, 5));
  EXPECT_LT(composition.concentration(20, 5), composition.concentration(40, 50));
}

}  // namespace
}  // namespace firmground::estimate
