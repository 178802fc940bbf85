#include <gtest/gtest.h>

#include "geo/area.h"
#include "geo/overlay.h"
#include "simulate/country.h"

namespace firmground::simulate {
namespace {

using mineaction::Outcome;

/// The founding case's totals, added up from the records of the national country (design.md section 7).
TEST(NationalCountry, AddsUpToTheFoundingCase) {
  const Country c = *simulate({.size = Size::national, .seed = 1});
  const geo::Crs& crs = *c.known.crs;
  const double island_ha = geo::ellipsoidal_area_m2(c.known.areas_of_interest[0].geometry, crs) / 1e4;
  EXPECT_NEAR(island_ha, 1166702, 1166.7);
  EXPECT_EQ(c.known.districts.size(), 13U);

  std::vector<const geo::PlanarGeometry*> cleared;
  for (const auto& release : c.known.land_releases) {
    if (release.outcome == Outcome::cleared) {
      cleared.push_back(&release.geometry);
    }
  }
  const double cleared_ha = geo::ellipsoidal_area_m2(*geo::union_all(cleared), crs) / 1e4;
  EXPECT_NEAR(cleared_ha, 166000, 830);
  EXPECT_NEAR(cleared_ha / mineaction::baseline_at(c.known, c.known.as_of)->area_ha, 0.142, 0.001);

  for (const auto& record : c.known.minefield_records) {
    EXPECT_EQ(geo::validity_problem(record.geometry), "") << record.record_id;
  }

  std::int64_t laid = 0;
  std::int64_t ap = 0;
  std::int64_t av = 0;
  std::int64_t erw = 0;
  for (const TrueItem& item : c.truth.items) {
    laid += mineaction::is_mine(item.device) ? 1 : 0;
  }
  for (const auto& find : c.known.finds) {
    ap += find.device == mineaction::Device::ap_mine ? find.count : 0;
    av += find.device == mineaction::Device::av_mine ? find.count : 0;
    erw += mineaction::is_erw(find.device) ? find.count : 0;
  }
  EXPECT_NEAR(static_cast<double>(laid), 1.5e6, 0.02e6);
  EXPECT_NEAR(static_cast<double>(ap + av), 54500, 50);
  EXPECT_NEAR(static_cast<double>(ap) / static_cast<double>(ap + av), 0.65, 0.01);
  EXPECT_NEAR(static_cast<double>(erw), 105000, 50);

  EXPECT_EQ(c.known.victims.size(), 3400U);
  std::int64_t since = 0;
  for (const auto& accident : c.known.accidents) {
    since += accident.occurred_on >= c.known.programme.since_date ? *accident.killed + *accident.injured : 0;
  }
  EXPECT_EQ(since, 382);

  double national_usd = 0;
  double all_usd = 0;
  for (const auto& contribution : c.known.funding) {
    EXPECT_EQ(contribution.currency, "USD");
    all_usd += contribution.amount;
    national_usd += contribution.national.value_or(false) ? contribution.amount : 0;
  }
  EXPECT_NEAR(national_usd / all_usd, 0.95, 0.005);
}

}  // namespace
}  // namespace firmground::simulate
