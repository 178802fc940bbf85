#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "register/register.h"

/// Proves, without a network and from the register alone, that nothing in it was changed behind its back.
namespace firmground::registry {

/// What does not fit, in the order of the chain: the first is the first thing that was tampered with.
struct Finding {
  std::string what;      ///< "finds F-12, version 1: its values or its geometry were changed"
  std::string where;     ///< "entry 3: import of finds.csv by Leyla at 2026-11-25T08:00:00.000Z"
  std::string kind, id;  ///< of the record, "" when it is not about one
  std::int64_t version = 0;
  std::int64_t link = 0;  ///< of the chain
};

struct Verification {
  std::int64_t links = 0;
  std::int64_t versions = 0;
  std::int64_t attachments = 0;
  std::string head;  ///< hash of the last link, 64 hexadecimal digits: note it outside to hold the register to it later
  bool head_known = true;         ///< the head that was asked for is in the chain
  std::vector<Finding> findings;  ///< at most kFindingsKept
  std::int64_t finding_count = 0;
  /// Links that name no approved record: legal (an import may come before what it links to), and for a person to see.
  std::vector<std::string> open_links;
  std::int64_t open_link_count = 0;

  bool whole() const { return finding_count == 0 && head_known; }
};
inline constexpr std::size_t kFindingsKept = 100;

/// Whether the vault lies where the programme expects it; that of a copy is brought by a person.
enum class Vault { in_its_place, elsewhere };

/// Recomputes the content hash of every version, the leaves and hashes of every link, and the current layers from their
/// versions; checks that identities, versions and entries belong together; reads every attachment, and the vault unless
/// it is elsewhere; lists open links.
/// `expected_head`: a head noted earlier, "" for none.  Errors: registry.damaged (the store itself cannot be read),
/// base.cancelled.  Cost: one pass over the register.
base::Result<Verification> verify(const Register& programme, const std::string& expected_head = "",
                                  const base::Progress& progress = base::no_progress,
                                  Vault vault = Vault::in_its_place);

}  // namespace firmground::registry
