// Land accounting of a nation: 20,000 hazards x 20,000 releases in 64 districts (design.md section 8).
//   bench_land_account [--tiny] [hazards] [releases]
//   bench_land_account --write FOLDER [hazards] [releases]     the ground and the pieces as CSV, for PostGIS beside it
// Prints seconds, pieces and a hash of the account; the hash must not change with the number of threads. Then the
// milliseconds in which a kept account follows one record more, and one changed; and whether area is conserved on
// ground that is not plain.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <map>
#include <numbers>
#include <string>
#include <tuple>
#include <vector>

#include "base/hash.h"
#include "base/parallel.h"
#include "base/random.h"
#include "geo/area.h"
#include "geo/overlay.h"
#include "mineaction/land_account.h"
#include "mineaction/land_book.h"

namespace {

using namespace firmground;
using geo::PlanarGeometry;
using geo::Xy;

constexpr double kWest = 420'000;
constexpr double kSouth = 4'350'000;
constexpr double kSide_m = 110'000;  // about 12,000 km2

PlanarGeometry outline(base::Random& random, Xy centre, double radius) {
  PlanarGeometry geometry;
  auto& ring = geometry.polygons.emplace_back().outer;
  const auto corners = 5 + random.index(16);
  for (std::size_t i = 0; i < corners; ++i) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(corners);
    const double r = radius * random.uniform(0.5, 1);
    ring.push_back({centre.x + r * std::cos(angle), centre.y + r * std::sin(angle)});
  }
  return geometry;
}

// Along three belts of a former front, and strewn: hazards pile up where wars do.
Xy place(base::Random& random) {
  if (random.chance(0.3)) {
    return {kWest + random.uniform(0, kSide_m), kSouth + random.uniform(0, kSide_m)};
  }
  const double along = random.uniform();
  const double belt = static_cast<double>(random.index(3));
  return {kWest + along * kSide_m,
          kSouth + kSide_m * (0.25 + 0.2 * belt) + 6'000 * std::sin(9 * along + belt) + random.normal(0, 1'500)};
}

void add_districts(mineaction::Snapshot& nation, int across) {
  const double step = kSide_m / across;
  const auto corner = [&](int column, int row) {
    base::Random wobble(99, static_cast<std::uint64_t>(row * 1000 + column));
    return Xy{kWest + step * column + wobble.normal(0, step / 10), kSouth + step * row + wobble.normal(0, step / 10)};
  };
  // Borders wind: each side is a chain of 40 pieces, the same for both neighbours.
  const auto side = [&](Xy a, Xy b, std::vector<Xy>& ring) {
    const bool turned = b.x < a.x || (b.x == a.x && b.y < a.y);
    const Xy from = turned ? b : a;
    const Xy to = turned ? a : b;
    for (int k = 0; k < 40; ++k) {
      const double t = (turned ? 40 - k : k) / 40.0;
      const double bow = 300 * std::sin(11 * std::numbers::pi * t) * std::sin(std::numbers::pi * t);
      const double length = std::hypot(to.x - from.x, to.y - from.y);
      ring.push_back({from.x + t * (to.x - from.x) - bow * (to.y - from.y) / length,
                      from.y + t * (to.y - from.y) + bow * (to.x - from.x) / length});
    }
  };
  for (int row = 0; row < across; ++row) {
    for (int column = 0; column < across; ++column) {
      mineaction::District district;
      district.district_id = fmt::format("D{:02}{:02}", row, column);
      district.name = district.district_id;
      auto& ring = district.geometry.polygons.emplace_back().outer;
      side(corner(column, row), corner(column + 1, row), ring);
      side(corner(column + 1, row), corner(column + 1, row + 1), ring);
      side(corner(column + 1, row + 1), corner(column, row + 1), ring);
      side(corner(column, row + 1), corner(column, row), ring);
      nation.districts.push_back(std::move(district));
    }
  }
}

/// What real registers hold as well: plain outlines only; or also outlines drawn again a millimetre off, holes and
/// halves that share an edge; or rings that cross themselves on top of that.
enum class Ground { plain, ragged, ragged_and_invalid };

void roughen(base::Random& random, Ground ground, const PlanarGeometry& other, PlanarGeometry& geometry) {
  if (ground == Ground::plain) {
    return;
  }
  auto& ring = geometry.polygons[0].outer;
  const double dice = random.uniform();
  if (dice < 0.1) {
    geometry = other;
    const double shift = random.uniform(-0.003, 0.003);
    for (Xy& p : geometry.polygons[0].outer) {
      p.x += shift;
    }
    geometry.polygons[0].holes.clear();
  } else if (dice < 0.2) {
    const Xy middle = geo::interior_point(geometry.polygons[0]);
    constexpr double kHole_m = 3;  // outlines are wider than this about the middle of their widest stretch
    geometry.polygons[0].holes = {
        {{middle.x, middle.y}, {middle.x, middle.y + kHole_m}, {middle.x + kHole_m, middle.y}}};
    if (!geo::validity_problem(geometry).empty()) {
      geometry.polygons[0].holes.clear();
    }
  } else if (dice < 0.3) {
    const auto& whole = other.polygons[0].outer;  // a half of another, along its own corners
    ring.assign(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(whole.size() / 2 + 2));
    if (!geo::validity_problem(geometry).empty()) {
      geometry = other;
    }
  } else if (dice < 0.33 && ground == Ground::ragged_and_invalid) {
    std::swap(ring[0], ring[1]);
  }
}

mineaction::Snapshot invented_nation(std::size_t hazards, std::size_t releases, Ground ground = Ground::plain) {
  base::Random random(2026);
  mineaction::Snapshot nation;
  nation.crs = geo::Crs::from_epsg(32639).value();
  nation.as_of = mineaction::Date(2026, 1, 1);
  add_districts(nation, 8);
  for (std::size_t i = 0; i < hazards; ++i) {
    mineaction::HazardousArea hazard;
    hazard.hazard_id = fmt::format("HA-{:05}", i);
    hazard.type = random.chance(0.4) ? mineaction::HazardType::confirmed : mineaction::HazardType::suspected;
    hazard.geometry = outline(random, place(random), 40 * std::exp(random.normal(1.3, 0.6)));
    roughen(random, ground, nation.hazards.empty() ? hazard.geometry : nation.hazards[random.index(i)].geometry,
            hazard.geometry);
    nation.hazards.push_back(std::move(hazard));
  }
  for (std::size_t i = 0; i < releases; ++i) {
    mineaction::LandRelease release;
    release.release_id = fmt::format("LR-{:05}", i);
    release.outcome = static_cast<mineaction::Outcome>(random.index(3));
    release.method = static_cast<mineaction::Method>(1 + random.index(6));
    release.completed_on = mineaction::Date(2010 + static_cast<int>(random.index(16)), 6, 1);
    const PlanarGeometry& hazard = nation.hazards[random.index(nation.hazards.size())].geometry;
    release.geometry = hazard;  // often the whole area, else a field in it
    if (random.chance(0.7)) {
      const Xy corner = hazard.polygons[0].outer[random.index(hazard.polygons[0].outer.size())];
      release.geometry = outline(random, corner, 40 * std::exp(random.normal(1, 0.5)));
    }
    roughen(random, ground, hazard, release.geometry);
    nation.land_releases.push_back(std::move(release));
  }
  return nation;
}

std::string hash_of(const mineaction::LandAccount& account) {
  base::Hasher hasher;
  for (const mineaction::LandPiece& piece : account.pieces) {
    hasher.add(piece.area_m2).add(piece.hazard).add(piece.release).add(piece.district);
    for (const Xy& p : piece.geometry.polygons[0].outer) {
      hasher.add(p.x).add(p.y);
    }
  }
  return hasher.hex().substr(0, 16);
}

// The union that GEOS makes of all of one kind knows nothing of the account.
template <typename Record>
double union_m2(const std::vector<Record>& records, const geo::Crs& crs) {
  std::vector<const PlanarGeometry*> all;
  for (const Record& record : records) {
    all.push_back(&record.geometry);
  }
  const auto united = geo::union_all(all);
  return united ? geo::ellipsoidal_area_m2(*united, crs) : std::nan("");
}

bool conserve(const mineaction::Snapshot& nation, const char* ground, bool by_union) {
  const auto account = mineaction::account(nation);
  if (!account) {
    fmt::print("{}\n", base::to_text(account.error()));
    return false;
  }
  const auto& a = *account;
  const double in = a.opening_m2 + a.new_m2;
  const double out = a.cancelled_m2 + a.reduced_m2 + a.cleared_m2 + a.remaining_suspected_m2 + a.remaining_confirmed_m2;
  const double released = a.cancelled_m2 + a.reduced_m2 + a.cleared_m2 + a.cleared_outside_m2;
  fmt::print("{}: {:.6f} m2 in, {:.6f} m2 out, {} notes", ground, in, out, a.notes.size());
  bool same = std::abs(in - out) < 1e-5;
  if (by_union) {
    const double hazards = union_m2(nation.hazards, *nation.crs);
    const double releases = union_m2(nation.land_releases, *nation.crs);
    fmt::print(", hazards off GEOS' union by {:.3f} m2 of {:.0f}, releases by {:.3f} m2 of {:.0f}", in - hazards,
               hazards, released - releases, releases);
    // Each side moves edges by up to 0.1 mm, at random: a square metre on some 10,000 km of edges.
    same = same && std::abs(in - hazards) < 1 && std::abs(released - releases) < 1;
  }
  fmt::print("\n");
  return same;
}

bool measure(const mineaction::Snapshot& nation, unsigned threads, std::string& hash) {
  base::set_thread_count(threads);
  const auto start = std::chrono::steady_clock::now();
  const auto account = mineaction::account(nation);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!account) {
    fmt::print("{}\n", base::to_text(account.error()));
    return false;
  }
  const auto& a = *account;
  const double out = a.cancelled_m2 + a.reduced_m2 + a.cleared_m2 + a.remaining_suspected_m2 + a.remaining_confirmed_m2;
  const std::string now = hash_of(a);
  fmt::print(
      "{} hazards x {} releases, {} threads: {:.2f} s, {} pieces, {:.0f} m2 in, {:.0f} m2 out, {:.0f} m2 twice, hash "
      "{}\n",
      nation.hazards.size(), nation.land_releases.size(), threads, seconds, a.pieces.size(), a.opening_m2 + a.new_m2,
      out, a.double_claimed_m2, now);
  const bool same = hash.empty() || hash == now;
  hash = now;
  return same && std::abs(a.opening_m2 + a.new_m2 - out) < 1e-5;
}

// --- one record more, or another version of one

bool same_figures(const mineaction::LandAccount& a, const mineaction::LandAccount& b) {
  return a.new_m2 == b.new_m2 && a.cleared_m2 == b.cleared_m2 && a.reduced_m2 == b.reduced_m2 &&
         a.cancelled_m2 == b.cancelled_m2 && a.cleared_outside_m2 == b.cleared_outside_m2 &&
         a.remaining_suspected_m2 == b.remaining_suspected_m2 && a.remaining_confirmed_m2 == b.remaining_confirmed_m2 &&
         a.double_claimed_m2 == b.double_claimed_m2 && a.by_district_m2 == b.by_district_m2 &&
         a.processed == b.processed;
}

bool measure_changes(const mineaction::Snapshot& nation) {
  auto book = mineaction::LandBook::open(nation).value();
  base::Random random(7);
  std::vector<double> milliseconds;
  constexpr std::size_t kChanges = 200;
  for (std::size_t i = 0; i < kChanges; ++i) {
    mineaction::LandRelease release = nation.land_releases[random.index(nation.land_releases.size())];
    if (i % 2 == 0) {
      release.release_id = fmt::format("NEW-{:03}", i);
    }
    const Xy at = release.geometry.polygons[0].outer[0];
    release.outcome = static_cast<mineaction::Outcome>(random.index(3));
    release.geometry = outline(random, at, 40 * std::exp(random.normal(1, 0.5)));
    const auto start = std::chrono::steady_clock::now();
    const bool entered = book.put(std::move(release)).has_value();
    const auto account = book.account();
    milliseconds.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    if (!entered) {
      return false;
    }
  }
  const auto whole = mineaction::account(book.snapshot());
  const bool same = whole && same_figures(*whole, book.account());
  std::sort(milliseconds.begin(), milliseconds.end());
  fmt::print(
      "{} records more or changed, account again after each: median {:.2f} ms, 95 % {:.2f} ms, longest {:.2f} ms; {}\n",
      kChanges, milliseconds[kChanges / 2], milliseconds[kChanges * 95 / 100], milliseconds.back(),
      same ? "equal to the whole account" : "NOT equal to the whole account");
  return same;
}

// --- for PostGIS

void write_ring(std::ofstream& out, const std::vector<Xy>& ring) {
  out << '(';
  for (std::size_t i = 0; i <= ring.size(); ++i) {
    const Xy& p = ring[i % ring.size()];
    out << (i == 0 ? "" : ",") << fmt::format("{} {}", p.x, p.y);
  }
  out << ')';
}

void write_record(std::ofstream& out, const std::string& id, std::size_t rank, const PlanarGeometry& geometry) {
  out << id << ',' << rank << ",\"SRID=32639;MULTIPOLYGON(";
  for (std::size_t i = 0; i < geometry.polygons.size(); ++i) {
    out << (i == 0 ? "(" : ",(");
    write_ring(out, geometry.polygons[i].outer);
    for (const auto& hole : geometry.polygons[i].holes) {
      out << ',';
      write_ring(out, hole);
    }
    out << ')';
  }
  out << ")\"\n";
}

template <typename Record, typename Before>
std::vector<std::size_t> ranks(const std::vector<Record>& records, Before before) {
  std::vector<std::size_t> order(records.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return before(records[a], records[b]); });
  std::vector<std::size_t> rank(records.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    rank[order[i]] = i;
  }
  return rank;
}

double planar_m2(const PlanarGeometry& geometry) {
  double area = 0;
  for (const auto& polygon : geometry.polygons) {
    area += std::abs(geo::planar_ring_area(polygon.outer));
    for (const auto& hole : polygon.holes) {
      area -= std::abs(geo::planar_ring_area(hole));
    }
  }
  return area;
}

// Section 3 of the method, said again: this is what the other side is told.
void write_nation(const mineaction::Snapshot& nation, const std::string& folder) {
  const auto hazard_rank = ranks(nation.hazards, [](const auto& a, const auto& b) {
    return std::tuple(a.type != mineaction::HazardType::confirmed, a.hazard_id) <
           std::tuple(b.type != mineaction::HazardType::confirmed, b.hazard_id);
  });
  const auto release_rank = ranks(nation.land_releases, [](const auto& a, const auto& b) {
    return a.outcome != b.outcome ? a.outcome > b.outcome
                                  : std::tuple(a.completed_on, a.release_id) < std::tuple(b.completed_on, b.release_id);
  });
  std::ofstream hazards(folder + "/hazard.csv");
  for (std::size_t i = 0; i < nation.hazards.size(); ++i) {
    write_record(hazards, nation.hazards[i].hazard_id, hazard_rank[i], nation.hazards[i].geometry);
  }
  std::ofstream releases(folder + "/release.csv");
  for (std::size_t i = 0; i < nation.land_releases.size(); ++i) {
    write_record(releases, nation.land_releases[i].release_id, release_rank[i], nation.land_releases[i].geometry);
  }
  std::ofstream districts(folder + "/district.csv");
  for (std::size_t i = 0; i < nation.districts.size(); ++i) {
    write_record(districts, nation.districts[i].district_id, i, nation.districts[i].geometry);
  }
}

void write_pieces(const mineaction::Snapshot& nation, const mineaction::LandAccount& account,
                  const std::string& folder) {
  std::map<std::array<std::int32_t, 3>, double> areas;
  for (const mineaction::LandPiece& piece : account.pieces) {
    areas[{piece.hazard, piece.release, piece.district}] += planar_m2(piece.geometry);
  }
  std::ofstream out(folder + "/piece.csv");
  for (const auto& [key, area] : areas) {
    const auto [hazard, release, district] = key;
    out << (hazard < 0 ? "" : nation.hazards[static_cast<std::size_t>(hazard)].hazard_id) << ','
        << (release < 0 ? "" : nation.land_releases[static_cast<std::size_t>(release)].release_id) << ','
        << (district < 0 ? "" : nation.districts[static_cast<std::size_t>(district)].district_id) << ','
        << fmt::format("{:.6f}", area) << '\n';
  }
}

int write_for_postgis(const mineaction::Snapshot& nation, const std::string& folder) {
  write_nation(nation, folder);
  base::set_thread_count(2);
  double best_ms = HUGE_VAL;
  double processor_ms = HUGE_VAL;
  base::Result<mineaction::LandAccount> account = mineaction::account(nation);
  for (int run = 0; run < 3 && account; ++run) {
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t processor = std::clock();
    account = mineaction::account(nation);
    processor_ms = std::min(processor_ms, 1e3 * static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC);
    best_ms =
        std::min(best_ms, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  if (!account) {
    fmt::print("{}\n", base::to_text(account.error()));
    return 1;
  }
  write_pieces(nation, *account, folder);
  fmt::print(
      "account {:.0f} ms, {:.0f} ms of processor (best of three, 2 threads), {} hazards x {} releases, {} pieces\n",
      best_ms, processor_ms, nation.hazards.size(), nation.land_releases.size(), account->pieces.size());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const bool tiny = argc > 1 && std::strcmp(argv[1], "--tiny") == 0;
  const bool write = argc > 2 && std::strcmp(argv[1], "--write") == 0;
  const int first = write ? 3 : 1;
  const auto number = [&](int at, std::size_t otherwise) {
    return argc > at ? std::strtoul(argv[at], nullptr, 10) : otherwise;
  };
  const std::size_t hazards = tiny ? 300 : number(first, 20'000);
  const std::size_t releases = tiny ? 300 : number(first + 1, hazards);
  const mineaction::Snapshot nation = invented_nation(hazards, releases);
  if (write) {
    return write_for_postgis(nation, argv[2]);
  }
  std::string hash;
  const bool fast = measure(nation, 2, hash) && measure(nation, 1, hash) && measure_changes(nation);
  base::set_thread_count(0);
  return fast && conserve(invented_nation(hazards, releases, Ground::ragged), "slivers, holes, shared edges", true) &&
                 conserve(invented_nation(hazards, releases, Ground::ragged_and_invalid), "and invalid rings", false)
             ? 0
             : 1;
}
