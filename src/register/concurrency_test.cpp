#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <new>
#include <vector>

#include "base/random.h"
#include "mineaction/land_account.h"
#include "register/entry.h"
#include "register/register.h"
#include "register/store_testing.h"

/// Offices that write and read the same records at once, each in a process of its own: no update is lost, a conflict is
/// told in words, and every snapshot is one state of the register.
///   tools/postgres.py run env FIRMGROUND_CONCURRENCY_SECONDS=60 build/release/register_tests
///   --gtest_filter='*Offices*'
/// runs it for a minute; ./test runs it for a few seconds.
namespace firmground::registry {
namespace {

constexpr int kSharedFinds = 5;
constexpr std::int64_t kItemsEach = 100;

struct Tally {
  std::array<std::atomic<std::int64_t>, kSharedFinds> moved_in{}, moved_out{};
  std::atomic<std::int64_t> entered = 0, conflicts = 0, busy = 0, snapshots = 0, releases = 0;
  std::atomic<std::int64_t> wrong = 0;
};

/// What all processes count in together.
class SharedTally {
 public:
  SharedTally()
      : tally_(new(mmap(nullptr, sizeof(Tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) Tally) {}
  SharedTally(const SharedTally&) = delete;
  SharedTally& operator=(const SharedTally&) = delete;
  ~SharedTally() { munmap(tally_, sizeof(Tally)); }
  Tally* operator->() const { return tally_; }
  Tally& operator*() const { return *tally_; }

 private:
  Tally* tally_;
};

void say_wrong(Tally& tally, const std::string& what) {
  ++tally.wrong;
  fmt::print(stderr, "{}\n", what);
}

mineaction::Record record_of(const char* kind_name,
                             const std::vector<std::pair<const char*, mineaction::Value>>& values) {
  const mineaction::Kind& kind = *mineaction::find_kind(kind_name);
  mineaction::Record record;
  record.values.resize(kind.fields.size());
  for (const auto& [field, value] : values) {
    record.values[kind.field_index(field)] = value;
  }
  return record;
}

mineaction::Record find_with(int number, std::int64_t count) {
  auto record = record_of("finds", {{"find_id", fmt::format("F-{}", number)},
                                    {"found_on", std::string("2022-05-01")},
                                    {"device", std::string("AP mine")},
                                    {"count", count}});
  record.geometry.points = {{51.1, 41.1}};
  return record;
}

constexpr double kHalf = 0.001;  // degrees

/// The hazard has a corner wherever its release has one: edges are straight in the programme CRS, where a parallel
/// bends, and ground that is cleared beside an edge would count as outside.
geo::GeographicGeometry hazard_at(double west, double south) {
  geo::GeographicGeometry geometry;
  geometry.polygons.push_back({{{west, south},
                                {west + kHalf, south},
                                {west + 2 * kHalf, south},
                                {west + 2 * kHalf, south + kHalf},
                                {west + kHalf, south + kHalf},
                                {west, south + kHalf}},
                               {}});
  return geometry;
}

geo::GeographicGeometry western_half(double west, double south) {
  geo::GeographicGeometry geometry;
  geometry.polygons.push_back(
      {{{west, south}, {west + kHalf, south}, {west + kHalf, south + kHalf}, {west, south + kHalf}}, {}});
  return geometry;
}

struct Seen {
  std::int64_t version = 0;
  std::int64_t count = 0;
};

std::optional<Seen> look_at(const Register& programme, int number) {
  const auto history = programme.history("finds", fmt::format("F-{}", number));
  if (!history || history->empty()) {
    return std::nullopt;
  }
  const std::size_t field = mineaction::find_kind("finds")->field_index("count");
  return Seen{history->front().version, std::get<std::int64_t>(history->front().record.values[field])};
}

/// Moves one item from one shared find to another: both new versions in one entry, each over the version that was seen.
void move_an_item(Register& programme, base::Random& random, Tally& tally) {
  const int from = static_cast<int>(random.index(kSharedFinds));
  const int to = static_cast<int>((from + 1 + random.index(kSharedFinds - 1)) % kSharedFinds);
  const auto seen_from = look_at(programme, from);
  const auto seen_to = look_at(programme, to);
  if (!seen_from || !seen_to) {
    return say_wrong(tally, "a shared find cannot be read");
  }
  const std::vector<NewVersion> versions = {{"finds", find_with(from, seen_from->count - 1), seen_from->version},
                                            {"finds", find_with(to, seen_to->count + 1), seen_to->version}};
  const auto entered = enter(programme, versions, {"an office", "moved one item", "form", "approved", "enter"});
  if (entered) {
    ++tally.entered;
    ++tally.moved_out[static_cast<std::size_t>(from)];
    ++tally.moved_in[static_cast<std::size_t>(to)];
  } else if (entered.error().id == "registry.conflict") {
    ++tally.conflicts;
  } else if (entered.error().id == "registry.busy") {
    ++tally.busy;
  } else {
    say_wrong(tally, base::to_text(entered.error()));
  }
}

/// A hazard and the release of its western half, in one entry.
void report_and_release(Register& programme, int office, int number, Tally& tally) {
  const std::string id = fmt::format("{}-{}", office, number);
  auto hazard = record_of(
      "hazards", {{"hazard_id", "HA-" + id}, {"type", std::string("CHA")}, {"reported_on", std::string("2021-01-01")}});
  auto release = record_of("land-release", {{"release_id", "LR-" + id},
                                            {"hazard_id", "HA-" + id},
                                            {"outcome", std::string("cleared")},
                                            {"method", std::string("manual")},
                                            {"completed_on", std::string("2022-01-01")}});
  const double west = 50.8 + 0.01 * office;
  const double south = 41.1 + 0.002 * number;
  hazard.geometry = hazard_at(west, south);
  release.geometry = western_half(west, south);
  const std::vector<NewVersion> versions = {{"hazards", hazard, 0}, {"land-release", release, 0}};
  const auto entered = enter(programme, versions, {"an office", "cleared half", "form", "approved", "enter"});
  if (entered) {
    ++tally.releases;
  } else if (entered.error().id == "registry.busy") {
    ++tally.busy;
  } else {
    say_wrong(tally, base::to_text(entered.error()));
  }
}

void write_for_a_while(Register& programme, int office, std::chrono::steady_clock::time_point until, Tally& tally) {
  base::Random random(static_cast<std::uint64_t>(office));
  for (int turn = 0; std::chrono::steady_clock::now() < until; ++turn) {
    turn % 4 == 3 ? report_and_release(programme, office, turn / 4, tally) : move_an_item(programme, random, tally);
  }
}

void check(const mineaction::Snapshot& snapshot, Tally& tally) {
  ++tally.snapshots;
  std::int64_t items = 0;
  for (const auto& find : snapshot.finds) {
    items += find.count;
  }
  if (items != kSharedFinds * kItemsEach) {
    say_wrong(tally, fmt::format("a snapshot counts {} items", items));
  }
  if (snapshot.hazards.size() != snapshot.land_releases.size()) {
    say_wrong(tally, "a snapshot shows half an entry");
  }
  const auto account = mineaction::account(snapshot);
  if (!account) {
    return say_wrong(tally, base::to_text(account.error()));
  }
  const double known = account->opening_m2 + account->new_m2;
  const double accounted = account->cancelled_m2 + account->reduced_m2 + account->cleared_m2 +
                           account->remaining_suspected_m2 + account->remaining_confirmed_m2;
  if (std::abs(known - accounted) > 1 || account->cleared_outside_m2 > 1) {
    say_wrong(tally, fmt::format("{} m2 are known, {} m2 accounted for, {} m2 cleared outside", known, accounted,
                                 account->cleared_outside_m2));
  }
}

void read_for_a_while(const Register& programme, std::chrono::steady_clock::time_point until, Tally& tally) {
  do {
    const auto snapshot = programme.snapshot();
    snapshot ? check(*snapshot, tally) : say_wrong(tally, base::to_text(snapshot.error()));
  } while (std::chrono::steady_clock::now() < until);
}

std::chrono::milliseconds duration(StoreKind kind) {
  if (const char* seconds = std::getenv("FIRMGROUND_CONCURRENCY_SECONDS")) {
    return std::chrono::seconds(std::atoi(seconds));
  }
  return kind == StoreKind::postgresql ? std::chrono::seconds(6) : std::chrono::seconds(3);
}

class OfficesTest : public OnBothStores {};

TEST_P(OfficesTest, WritingAndReadingTheSameRecordsAtOnceLoseNothing) {
  const int offices = store_.kind() == StoreKind::postgresql ? 20 : 6;
  const std::string place = store_.place("p");
  {
    auto programme = Register::create(place, "invented-country", "Island");
    ASSERT_TRUE(programme) << base::to_text(programme.error());
    std::vector<NewVersion> finds;
    for (int i = 0; i < kSharedFinds; ++i) {
      finds.push_back({"finds", find_with(i, kItemsEach), 0});
    }
    ASSERT_TRUE(enter(*programme, finds, {"head office", "the beginning", "form", "approved", "enter"}));
  }
  const SharedTally tally;
  const auto until = std::chrono::steady_clock::now() + duration(store_.kind());
  std::vector<pid_t> children;
  for (int office = 0; office < offices; ++office) {
    children.push_back(fork());
    if (children.back() == 0) {
      auto programme = Register::open(place, std::chrono::seconds(30));
      if (!programme) {
        say_wrong(*tally, base::to_text(programme.error()));
      } else if (office % 2 == 0) {
        write_for_a_while(*programme, office, until, *tally);
      } else {
        read_for_a_while(*programme, until, *tally);
      }
      _exit(0);
    }
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  fmt::print("{} entries, {} releases, {} conflicts, {} busy, {} snapshots\n", tally->entered.load(),
             tally->releases.load(), tally->conflicts.load(), tally->busy.load(), tally->snapshots.load());
  EXPECT_EQ(tally->wrong, 0);
  EXPECT_GT(tally->entered, 0);
  EXPECT_GT(tally->snapshots, 0);
  EXPECT_EQ(tally->busy, 0) << "nobody should wait for half a minute";
  const auto programme = Register::open(place);
  for (int i = 0; i < kSharedFinds; ++i) {
    const auto index = static_cast<std::size_t>(i);
    EXPECT_EQ(look_at(*programme, i)->count, kItemsEach + tally->moved_in[index] - tally->moved_out[index])
        << "an update of F-" << i << " was lost";
    EXPECT_EQ(look_at(*programme, i)->version, 1 + tally->moved_in[index] + tally->moved_out[index]);
  }
  EXPECT_EQ(sql_of(place, "SELECT count(*) FROM firmground_batch"),
            std::to_string(1 + tally->entered + tally->releases));
  EXPECT_EQ(sql_of(place, "SELECT max(batch_id) FROM firmground_batch"),
            std::to_string(1 + tally->entered + tally->releases));
  EXPECT_EQ(sql_of(place, "SELECT count(*) FROM hazards"), std::to_string(tally->releases));
}

FIRMGROUND_ON_BOTH_STORES(OfficesTest);

}  // namespace
}  // namespace firmground::registry
