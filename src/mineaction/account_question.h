#pragma once
#include <optional>
#include <string>
#include <vector>

#include "mineaction/land_account.h"
#include "mineaction/land_account_json.h"

namespace firmground::mineaction {

/// What a person asks an account of, in texts, on the command line or in an address; "" and no key: not asked.
struct AccountQuestion {
  std::string from, until;  ///< days, "2024-12-31"
  std::string district, organisation, donor, method, device, type, hazard;
  std::vector<std::string> by;  ///< names of keys to break down by
};

/// The options of account().  Errors: base.date_invalid, account.value_unknown (method, ordnance class, hazard type;
/// what is compared with the records is account()'s to refuse).
base::Result<AccountOptions> options_of(const AccountQuestion& question);

/// The account with its breakdown.  Errors: as options_of(); account.value_unknown (a key); those of account().
struct AskedAccount {
  LandAccount account;
  Breakdown breakdown;
};
base::Result<AskedAccount> ask_account(const Snapshot& snapshot, const AccountQuestion& question);

}  // namespace firmground::mineaction
