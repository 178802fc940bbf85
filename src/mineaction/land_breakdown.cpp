#include "mineaction/land_breakdown.h"

#include <array>
#include <cmath>
#include <map>

#include "base/check.h"
#include "mineaction/district_map.h"
#include "mineaction/land_tally.h"

namespace firmground::mineaction {

namespace {

struct KeyName {
  AccountKey key;
  std::string_view name;
};
constexpr std::array<KeyName, 8> kKeys = {{{AccountKey::district, "district"},
                                           {AccountKey::year, "year"},
                                           {AccountKey::method, "method"},
                                           {AccountKey::organisation, "organisation"},
                                           {AccountKey::donor, "donor"},
                                           {AccountKey::hazard, "hazard"},
                                           {AccountKey::device, "device"},
                                           {AccountKey::type, "type"}}};

constexpr const char* kNotReleased = "(not released)";
constexpr const char* kOutside = "(outside any hazard)";
constexpr const char* kNotRecorded = "(not recorded)";

std::string recorded(std::string_view text) {
  return std::string(text.empty() || text == "unknown" ? kNotRecorded : text);
}

std::string of_release(AccountKey key, const LandRelease& release) {
  switch (key) {
    case AccountKey::year: return std::to_string(release.completed_on.year());
    case AccountKey::method: return recorded(to_string(release.method));
    case AccountKey::organisation: return recorded(release.organisation);
    case AccountKey::donor: return recorded(release.donor);
    default: FG_CHECK(false);
  }
}

std::string of_hazard(AccountKey key, const HazardousArea& hazard) {
  switch (key) {
    case AccountKey::hazard: return hazard.hazard_id;
    case AccountKey::device: return recorded(to_string(hazard.device));
    case AccountKey::type: return std::string(to_string(hazard.type));
    default: FG_CHECK(false);
  }
}

std::string key_of(AccountKey key, const LandPiece& piece, const Snapshot& snapshot,
                   const std::vector<std::string>& districts) {
  switch (key) {
    case AccountKey::district: return districts[piece.district < 0 ? 0 : static_cast<std::size_t>(piece.district) + 1];
    case AccountKey::year:
    case AccountKey::method:
    case AccountKey::organisation:
    case AccountKey::donor:
      return piece.release < 0 ? kNotReleased
                               : of_release(key, snapshot.land_releases[static_cast<std::size_t>(piece.release)]);
    case AccountKey::hazard:
    case AccountKey::device:
    case AccountKey::type:
      return piece.hazard < 0 ? kOutside : of_hazard(key, snapshot.hazards[static_cast<std::size_t>(piece.hazard)]);
  }
  FG_CHECK(false);
}

AccountRow row_of(const std::vector<std::string>& keys, const LandFigures& f) {
  return {keys,
          square_metres(f.opening),
          square_metres(f.fresh),
          square_metres(f.cancelled),
          square_metres(f.reduced),
          square_metres(f.cleared),
          square_metres(f.remaining_suspected),
          square_metres(f.remaining_confirmed),
          square_metres(f.outside),
          square_metres(f.double_claimed)};
}

}  // namespace

std::vector<std::string> account_key_names() {
  std::vector<std::string> names;
  names.reserve(kKeys.size());
  for (const KeyName& key : kKeys) {
    names.emplace_back(key.name);
  }
  return names;
}

std::optional<AccountKey> parse_account_key(std::string_view name) {
  for (const KeyName& key : kKeys) {
    if (key.name == name) {
      return key.key;
    }
  }
  return std::nullopt;
}

std::string_view to_string(AccountKey key) {
  return kKeys[static_cast<std::size_t>(key)].name;
}

std::vector<AccountRow> break_down(const Snapshot& snapshot, const LandAccount& account,
                                   const std::vector<AccountKey>& by) {
  const DistrictMap map(snapshot.districts);
  std::vector<std::string> districts;
  for (std::int32_t i = -1; i < static_cast<std::int32_t>(snapshot.districts.size()); ++i) {
    districts.push_back(map.label(i));
  }
  std::map<std::vector<std::string>, LandFigures> figures;
  std::vector<std::string> keys(by.size());
  for (const LandPiece& piece : account.pieces) {
    for (std::size_t i = 0; i < by.size(); ++i) {
      keys[i] = key_of(by[i], piece, snapshot, districts);
    }
    constexpr double kSquareMillimetres = 1e6;
    figures[keys].add(piece, std::llround(piece.area_m2 * kSquareMillimetres));
  }
  std::vector<AccountRow> rows;
  rows.reserve(figures.size());
  for (const auto& [key, sums] : figures) {
    rows.push_back(row_of(key, sums));
  }
  return rows;
}

}  // namespace firmground::mineaction
