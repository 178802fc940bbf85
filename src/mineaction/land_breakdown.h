#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mineaction/land_account.h"

namespace firmground::mineaction {

/// What an account can be broken down by: where the ground lies, or what its deciding release or hazard says.
enum class AccountKey : std::uint8_t { district, year, method, organisation, donor, hazard, device, type };

/// "district", "year" …, in the order above.
std::vector<std::string> account_key_names();
std::optional<AccountKey> parse_account_key(std::string_view name);
std::string_view to_string(AccountKey key);

/// One row: the figures of the account for the ground with these keys. The rows' figures add up to the account's, to
/// the square millimetre.
struct AccountRow {
  std::vector<std::string>
      keys;  ///< one for each key asked; "(not released)", "(outside any hazard)", "(not recorded)"
  double opening_m2 = 0;
  double new_m2 = 0;
  double cancelled_m2 = 0;
  double reduced_m2 = 0;
  double cleared_m2 = 0;
  double remaining_suspected_m2 = 0;
  double remaining_confirmed_m2 = 0;
  double cleared_outside_m2 = 0;
  double double_claimed_m2 = 0;
};

/// Rows in the order of their keys.  REQUIRES: the account is the snapshot's, with its pieces.
std::vector<AccountRow> break_down(const Snapshot& snapshot, const LandAccount& account,
                                   const std::vector<AccountKey>& by);

}  // namespace firmground::mineaction
