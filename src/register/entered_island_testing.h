#pragma once
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "base/error.h"
#include "register/entry.h"
#include "register/register.h"
#include "register/store_testing.h"

namespace firmground::registry {

/// A programme on the invented island into which hazards, releases and finds are entered by hand, for tests.
class IslandByHand {
 protected:
  static mineaction::Record blank(const std::string& kind_name, const std::string& id) {
    mineaction::Record record;
    record.values.resize(mineaction::find_kind(kind_name)->fields.size());
    record.values.front() = id;
    return record;
  }
  static void set(const std::string& kind_name, mineaction::Record& record, const std::string& field,
                  mineaction::Value value) {
    record.values[mineaction::find_kind(kind_name)->field_index(field)] = std::move(value);
  }
  static geo::GeographicGeometry square(double west, double side = 0.01) {
    geo::GeographicGeometry geometry;
    geometry.polygons.push_back(
        {{{west, 41.0}, {west + side, 41.0}, {west + side, 41.0 + side}, {west, 41.0 + side}}, {}});
    return geometry;
  }
  static mineaction::Record hazard(const std::string& id, double west = 51.0) {
    mineaction::Record record = blank("hazards", id);
    set("hazards", record, "type", std::string("CHA"));
    set("hazards", record, "reported_on", std::string("2021-03-01"));
    record.geometry = square(west);
    return record;
  }
  static mineaction::Record release(const std::string& id, const std::string& hazard_id) {
    mineaction::Record record = blank("land-release", id);
    set("land-release", record, "hazard_id", hazard_id);
    set("land-release", record, "outcome", std::string("cleared"));
    set("land-release", record, "method", std::string("manual"));
    set("land-release", record, "completed_on", std::string("2022-06-01"));
    record.geometry = square(51.0, 0.005);
    return record;
  }
  static mineaction::Record find(const std::string& id, std::int64_t count, const std::string& date = "2022-05-01") {
    mineaction::Record record = blank("finds", id);
    set("finds", record, "found_on", date.empty() ? mineaction::Value() : mineaction::Value(date));
    set("finds", record, "device", std::string("AP mine"));
    set("finds", record, "count", count);
    record.geometry.points = {{51.001, 41.001}};
    return record;
  }

  std::int64_t enter_one(const std::string& kind, const mineaction::Record& record,
                         const std::string& state = "approved") {
    const NewVersion version{kind, record, {}};
    const auto entered = enter(*programme_, std::span(&version, 1), {"Leyla", "typed", "form", state});
    EXPECT_TRUE(entered) << base::to_text(entered.error());
    return entered ? entered->front().version : 0;
  }
  mineaction::Snapshot now() const { return programme_->snapshot().value(); }
  std::vector<VersionInfo> history(const std::string& kind, const std::string& id) const {
    return programme_->history(kind, id).value();
  }

  std::optional<Register> programme_;
};

/// In a file.
class EnteredIsland : public testing::Test, protected IslandByHand {
 protected:
  void SetUp() override {
    programme_.emplace(std::move(Register::create(path(), "invented-country", "Island").value()));
  }
  std::string path() const { return folder_ / "island.gpkg"; }

  TestFolder folder_;
};

/// On either store.
class EnteredIslandOnBothStores : public OnBothStores, protected IslandByHand {
 protected:
  void SetUp() override {
    OnBothStores::SetUp();
    if (IsSkipped()) {
      return;
    }
    path_ = store_.place("island");
    programme_.emplace(std::move(Register::create(path_, "invented-country", "Island").value()));
  }
  const TestFolder& folder() const { return store_.folder(); }

  std::string path_;
};

}  // namespace firmground::registry
