#include "mineaction/land_account.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/parallel.h"
#include "base/stamp.h"
#include "geo/area.h"
#include "mineaction/district_map.h"
#include "mineaction/land_partition.h"

namespace firmground::mineaction {

namespace {

using base::Result;
using std::chrono::sys_days;

constexpr std::size_t kNamesInANote = 10;

// Parts without ground are named by the validity check; a coordinate that is not a number cannot be measured at all.
bool has_ground(const geo::PlanarGeometry& geometry) {
  const auto finite = [](const std::vector<geo::Xy>& ring) {
    return std::all_of(ring.begin(), ring.end(), [](geo::Xy p) { return std::isfinite(p.x) && std::isfinite(p.y); });
  };
  const auto measurable = [&](const geo::PlanarPolygon& polygon) {
    return finite(polygon.outer) && std::all_of(polygon.holes.begin(), polygon.holes.end(), finite);
  };
  return std::all_of(geometry.polygons.begin(), geometry.polygons.end(), measurable) &&
         std::any_of(geometry.polygons.begin(), geometry.polygons.end(),
                     [](const geo::PlanarPolygon& polygon) { return polygon.outer.size() >= 3; });
}

// What the claims of the partition are, and which of several on the same ground decides (section 3 of the method).
struct Ledger {
  std::vector<Claim> claims;
  std::vector<std::int32_t> record;  // index into hazards or land_releases
  std::vector<std::int32_t> rank;    // among hazards or among releases: the smaller decides
  std::vector<sys_days> day;         // known from, or completed on; hazards without a date are known since ever
};

// A day that a date can mean first: a year alone counts from its first day, as everywhere in Firmground.
sys_days day_of(const Date& date) {
  return date.first_day();
}

sys_days known_from(const HazardousArea& hazard) {
  return hazard.reported_on ? day_of(*hazard.reported_on) : sys_days::min();
}

bool decides(const HazardousArea& a, const HazardousArea& b) {
  if (a.type != b.type) {
    return a.type == HazardType::confirmed;
  }
  return a.hazard_id < b.hazard_id;
}

bool decides(const LandRelease& a, const LandRelease& b) {
  if (a.outcome != b.outcome) {
    return a.outcome > b.outcome;
  }
  if (a.completed_on != b.completed_on) {
    return a.completed_on < b.completed_on;
  }
  return a.release_id < b.release_id;
}

template <typename Record>
std::vector<std::int32_t> ranks_of(const std::vector<Record>& records) {
  std::vector<std::int32_t> order(records.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = static_cast<std::int32_t>(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    return decides(records[static_cast<std::size_t>(a)], records[static_cast<std::size_t>(b)]);
  });
  std::vector<std::int32_t> rank(records.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    rank[static_cast<std::size_t>(order[i])] = static_cast<std::int32_t>(i);
  }
  return rank;
}

std::string names(const std::vector<std::string>& all) {
  std::string text;
  for (std::size_t i = 0; i < std::min(all.size(), kNamesInANote); ++i) {
    text += (i == 0 ? "" : ", ") + all[i];
  }
  return all.size() > kNamesInANote ? fmt::format("{} and {} more", text, all.size() - kNamesInANote) : text;
}

const char* plural(std::size_t count, const char* one, const char* many) {
  return count == 1 ? one : many;
}

// The ground an account is asked for: everything, or one district.
struct Extent {
  const DistrictMap& districts;
  std::int32_t only = -1;
  geo::Box box{-HUGE_VAL, -HUGE_VAL, HUGE_VAL, HUGE_VAL};

  // A record that is nowhere could be anywhere: it is told of in every account.
  bool may_hold_unmeasured(const geo::PlanarGeometry& geometry) const {
    return only < 0 || geo::bounds(geometry).empty() || districts.district_of(geo::centroid(geometry)) == only;
  }
};

// Collects the claims of a snapshot up to the last day, and notes every record that cannot be one.
class LedgerMaker {
 public:
  LedgerMaker(const Snapshot& snapshot, std::optional<sys_days> last, const Extent& extent)
      : snapshot_(snapshot), last_(last), extent_(extent) {}

  Ledger make(LandAccount& account) {
    add_hazards(account);
    add_releases(account);
    return std::move(ledger_);
  }

 private:
  void add_hazards(LandAccount& account) {
    const std::vector<std::int32_t> rank = ranks_of(snapshot_.hazards);
    std::vector<std::string> without;
    for (std::size_t i = 0; i < snapshot_.hazards.size(); ++i) {
      const HazardousArea& hazard = snapshot_.hazards[i];
      if (is_later(known_from(hazard))) {
        continue;
      }
      if (has_ground(hazard.geometry)) {
        add(hazard.geometry, true, i, rank[i], known_from(hazard));
      } else if (extent_.may_hold_unmeasured(hazard.geometry)) {
        without.push_back(hazard.hazard_id);
        account.declared_without_polygon_m2 += hazard.declared_area_m2.value_or(0);
      }
    }
    account.hazards_without_polygon = static_cast<std::int64_t>(without.size());
    if (!without.empty()) {
      account.notes.push_back(fmt::format("{} hazardous {} no polygon and so no measured area; {} in no sum: {}.",
                                          without.size(), plural(without.size(), "area has", "areas have"),
                                          plural(without.size(), "it is", "they are"), names(without)));
    }
  }

  void add_releases(LandAccount& account) {
    const std::vector<std::int32_t> rank = ranks_of(snapshot_.land_releases);
    std::vector<std::string> without;
    for (std::size_t i = 0; i < snapshot_.land_releases.size(); ++i) {
      const LandRelease& release = snapshot_.land_releases[i];
      if (is_later(day_of(release.completed_on))) {
        continue;
      }
      if (has_ground(release.geometry)) {
        add(release.geometry, false, i, rank[i], day_of(release.completed_on));
      } else if (extent_.may_hold_unmeasured(release.geometry)) {
        without.push_back(release.release_id);
      }
    }
    account.releases_without_polygon = static_cast<std::int64_t>(without.size());
    if (!without.empty()) {
      account.notes.push_back(fmt::format("{} land {} no polygon and released no measured ground: {}.", without.size(),
                                          plural(without.size(), "release has", "releases have"), names(without)));
    }
  }

  bool is_later(sys_days day) const { return last_ && day > *last_; }

  void add(const geo::PlanarGeometry& geometry, bool hazard, std::size_t record, std::int32_t rank, sys_days day) {
    if (!extent_.box.intersects(geo::bounds(geometry))) {
      return;
    }
    ledger_.claims.push_back({&geometry, hazard});
    ledger_.record.push_back(static_cast<std::int32_t>(record));
    ledger_.rank.push_back(rank);
    ledger_.day.push_back(day);
  }

  const Snapshot& snapshot_;
  std::optional<sys_days> last_;
  const Extent& extent_;
  Ledger ledger_;
};

// What the claims on one face come to.
struct Standing {
  std::int32_t hazard = -1;  // the claims that decide
  std::int32_t release = -1;
  std::int32_t release_before = -1;  // the strongest before the period
  sys_days hazard_first = sys_days::max();
  sys_days hazard_last = sys_days::min();
  sys_days release_last = sys_days::min();
  int releases = 0;
};

Standing standing_of(const ClaimedFace& face, const Ledger& ledger, std::optional<sys_days> from) {
  Standing s;
  const auto stronger = [&](std::uint32_t claim, std::int32_t than) {
    return than < 0 || ledger.rank[claim] < ledger.rank[static_cast<std::size_t>(than)];
  };
  for (const std::uint32_t claim : face.claims) {
    const sys_days day = ledger.day[claim];
    if (ledger.claims[claim].hazard) {
      s.hazard = stronger(claim, s.hazard) ? static_cast<std::int32_t>(claim) : s.hazard;
      s.hazard_first = std::min(s.hazard_first, day);
      s.hazard_last = std::max(s.hazard_last, day);
      continue;
    }
    ++s.releases;
    s.release_last = std::max(s.release_last, day);
    s.release = stronger(claim, s.release) ? static_cast<std::int32_t>(claim) : s.release;
    if (from && day < *from) {
      s.release_before = stronger(claim, s.release_before) ? static_cast<std::int32_t>(claim) : s.release_before;
    }
  }
  return s;
}

LandState state_of(const LandRelease& release) {
  switch (release.outcome) {
    case Outcome::cancelled: return LandState::cancelled;
    case Outcome::reduced: return LandState::reduced;
    case Outcome::cleared: return LandState::cleared;
  }
  FG_CHECK(false);
}

class Accountant {
 public:
  Accountant(const Snapshot& snapshot, const Ledger& ledger, const DistrictMap& districts, std::optional<sys_days> from,
             LandAccount& account)
      : snapshot_(snapshot), ledger_(ledger), districts_(districts), from_(from), account_(account) {}

  // Enters one face; equations 4-7.
  void enter(ClaimedFace&& face, double area_m2) {
    const Standing s = standing_of(face, ledger_, from_);
    if (s.release_before >= 0) {
      account_.upgraded_m2 += release(s.release).outcome > release(s.release_before).outcome ? area_m2 : 0;
      return;  // released before the period: in neither sum of it
    }
    LandPiece piece;
    piece.inside_hazard = s.hazard >= 0;
    piece.hazard = record(s.hazard);
    piece.release = record(s.release);
    piece.district = face.district;
    piece.state = s.release >= 0 ? state_of(release(s.release)) : remaining_state(s.hazard);
    piece.area_m2 = area_m2;
    piece.geometry.polygons.push_back(std::move(face.polygon));
    if (piece.inside_hazard) {
      (from_ && s.hazard_first < *from_ ? account_.opening_m2 : account_.new_m2) += area_m2;
    }
    account_.double_claimed_m2 += s.releases >= 2 ? area_m2 : 0;
    if (piece.inside_hazard && s.release >= 0 && s.hazard_last > s.release_last) {
      account_.released_before_known_m2 += area_m2;
    }
    sum(piece);
    account_.pieces.push_back(std::move(piece));
  }

 private:
  std::int32_t record(std::int32_t claim) const {
    return claim < 0 ? -1 : ledger_.record[static_cast<std::size_t>(claim)];
  }
  const LandRelease& release(std::int32_t claim) const {
    return snapshot_.land_releases[static_cast<std::size_t>(record(claim))];
  }
  LandState remaining_state(std::int32_t hazard) const {
    const HazardType type = snapshot_.hazards[static_cast<std::size_t>(record(hazard))].type;
    return type == HazardType::confirmed ? LandState::remaining_confirmed : LandState::remaining_suspected;
  }

  void sum(const LandPiece& piece) {
    account_.by_district_m2[districts_.label(piece.district)][std::string(to_string(piece.state))] += piece.area_m2;
    if (piece.release < 0) {
      (piece.state == LandState::remaining_confirmed ? account_.remaining_confirmed_m2
                                                     : account_.remaining_suspected_m2) += piece.area_m2;
      return;
    }
    const LandRelease& by = snapshot_.land_releases[static_cast<std::size_t>(piece.release)];
    account_.released_by_method_m2[std::string(to_string(by.method))] += piece.area_m2;
    account_.by_year_m2[by.completed_on.year()][std::string(to_string(by.outcome))] += piece.area_m2;
    account_.cleared_outside_m2 += piece.inside_hazard ? 0 : piece.area_m2;
    const double inside_m2 = piece.inside_hazard ? piece.area_m2 : 0;
    switch (by.outcome) {
      case Outcome::cancelled:
        account_.all_cancelled_m2 += piece.area_m2;
        account_.cancelled_m2 += inside_m2;
        break;
      case Outcome::reduced:
        account_.all_reduced_m2 += piece.area_m2;
        account_.reduced_m2 += inside_m2;
        break;
      case Outcome::cleared:
        account_.all_cleared_m2 += piece.area_m2;
        account_.cleared_m2 += inside_m2;
        break;
    }
  }

  const Snapshot& snapshot_;
  const Ledger& ledger_;
  const DistrictMap& districts_;
  std::optional<sys_days> from_;
  LandAccount& account_;
};

void note_invalid(const Snapshot& snapshot, const Ledger& ledger, const LandPartition& ground, LandAccount& account) {
  for (std::size_t i = 0; i < ground.invalid.size(); ++i) {
    const std::uint32_t claim = ground.invalid[i];
    const auto record = static_cast<std::size_t>(ledger.record[claim]);
    const bool hazard = ledger.claims[claim].hazard;
    account.notes.push_back(fmt::format(
        "The polygon of {} {} is invalid ({}); counted is {}. Correct the record.",
        hazard ? "hazardous area" : "land release",
        hazard ? snapshot.hazards[record].hazard_id : snapshot.land_releases[record].release_id,
        ground.invalid_reasons[i],
        hazard ? "all ground that its line runs around" : "the ground inside its line by the even-odd rule"));
  }
}

void note_released_before_known(LandAccount& account) {
  if (account.released_before_known_m2 >= 1) {
    account.notes.push_back(
        fmt::format("{:.0f} m2 count as released by a release older than the report of their hazard; "
                    "if the hazard is new, it needs a new release.",
                    account.released_before_known_m2));
  }
}

std::vector<double> areas_of(const std::vector<ClaimedFace>& faces, const geo::Crs& crs) {
  std::vector<double> areas(faces.size());
  constexpr std::size_t kFacesPerBlock = 256;
  base::parallel_for(faces.size(), kFacesPerBlock, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      areas[i] = geo::ellipsoidal_area_m2(faces[i].polygon, crs);
    }
  });
  return areas;
}

std::string stamp_of(const Snapshot& snapshot, const AccountOptions& options, const LandAccount& account) {
  const nlohmann::ordered_json settings = {
      {"from", options.from ? nlohmann::ordered_json(options.from->to_string()) : nlohmann::ordered_json(nullptr)},
      {"until", account.as_of.to_string()},
      {"district", options.district ? nlohmann::ordered_json(*options.district) : nlohmann::ordered_json(nullptr)}};
  return base::Stamp{"land-account", snapshot.hash, base::version(), settings.dump(), 0}.to_json();
}

Result<std::int32_t> wanted_district(const Snapshot& snapshot, const DistrictMap& map, const std::string& wanted) {
  const std::int32_t found = map.find(wanted);
  if (found < 0) {
    std::vector<std::string> known;
    for (const District& district : snapshot.districts) {
      known.push_back(district.name.empty() ? district.district_id : district.name);
    }
    return base::fail("account.district_unknown",
                      {{"district", wanted}, {"districts", known.empty() ? "none is recorded" : names(known)}});
  }
  return found;
}

}  // namespace

std::string_view to_string(LandState state) {
  switch (state) {
    case LandState::remaining_suspected: return "remaining_suspected";
    case LandState::remaining_confirmed: return "remaining_confirmed";
    case LandState::cancelled: return "cancelled";
    case LandState::reduced: return "reduced";
    case LandState::cleared: return "cleared";
  }
  FG_CHECK(false);
}

Result<LandAccount> account(const Snapshot& snapshot, const AccountOptions& options) {
  FG_CHECK(snapshot.crs.has_value());
  const DistrictMap districts(snapshot.districts);
  Extent extent{districts};
  if (options.district) {
    FG_TRY(extent.only, wanted_district(snapshot, districts, *options.district));
    extent.box = geo::bounds(snapshot.districts[static_cast<std::size_t>(extent.only)].geometry);
  }
  LandAccount result;
  result.as_of = options.until.value_or(snapshot.as_of);
  // A snapshot without a date holds what it holds: there is nothing to leave out.
  const bool limited = options.until || snapshot.as_of != Date();
  const std::optional<sys_days> last = limited ? std::optional(result.as_of.last_day()) : std::nullopt;
  const std::optional<sys_days> from = options.from ? std::optional(options.from->first_day()) : std::nullopt;

  const Ledger ledger = LedgerMaker(snapshot, last, extent).make(result);
  FG_TRY(LandPartition ground, partition(ledger.claims, districts));
  note_invalid(snapshot, ledger, ground, result);
  if (extent.only >= 0) {
    std::erase_if(ground.faces, [&](const ClaimedFace& face) { return face.district != extent.only; });
  }
  const std::vector<double> areas = areas_of(ground.faces, *snapshot.crs);
  Accountant accountant(snapshot, ledger, districts, from, result);
  for (std::size_t i = 0; i < ground.faces.size(); ++i) {
    accountant.enter(std::move(ground.faces[i]), areas[i]);
  }
  note_released_before_known(result);
  result.stamp = stamp_of(snapshot, options, result);
  return result;
}

}  // namespace firmground::mineaction
