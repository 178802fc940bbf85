// Land accounting of a nation: 20,000 hazards x 20,000 releases in 64 districts (design.md section 8).
//   bench_land_account [--tiny] [hazards] [releases]
// Prints seconds, pieces and a hash of the account; the hash must not change with the number of threads.
#include <fmt/core.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <numbers>
#include <string>

#include "base/hash.h"
#include "base/parallel.h"
#include "base/random.h"
#include "mineaction/land_account.h"

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
      const double bow = 300 * std::sin(11 * std::numbers::pi * t);
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

mineaction::Snapshot invented_nation(std::size_t hazards, std::size_t releases) {
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

double whole_m2(double a) {
  return std::round(a);
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
  return same && whole_m2(a.opening_m2 + a.new_m2) == whole_m2(out);
}

}  // namespace

int main(int argc, char** argv) {
  const bool tiny = argc > 1 && std::strcmp(argv[1], "--tiny") == 0;
  const std::size_t hazards = tiny ? 300 : argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 20'000;
  const std::size_t releases = tiny ? 300 : argc > 2 ? std::strtoul(argv[2], nullptr, 10) : hazards;
  const mineaction::Snapshot nation = invented_nation(hazards, releases);
  std::string hash;
  return measure(nation, 2, hash) && measure(nation, 1, hash) ? 0 : 1;
}
