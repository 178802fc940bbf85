#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "register/database.h"

/// The audit chain: every entry (file, decision, merger, undoing, reading of the vault) is a link, and each link's hash
/// covers the one before it and a leaf for everything that the entry wrote. Nobody who changes, takes away, adds or
/// moves one row afterwards can make the chain fit again without making every later link anew, and verify.h names the
/// first record that does not fit. Whoever remakes the whole chain is found out by a hash that was noted outside
/// (`firmground verify --head`).
namespace firmground::registry {

/// What a leaf speaks of.
enum class Section : char {
  version = 'V',
  batch = 'B',
  issues = 'I',
  covariate = 'C',
  revocation = 'R',
  undo = 'U',
  merge = 'M',
  attachment = 'A',
  setting = 'S'
};

/// Everything one version says, apart from its values and geometry, which `hash` (record_hash) covers.
struct VersionFacts {
  std::string_view kind, local_id;
  std::int64_t record_id = 0;
  std::int64_t number = 0;
  std::string_view information_date;  ///< "" unknown
  std::int64_t source_row = 0;
  std::string_view state, hash;
  std::string_view uuid = {};  ///< of the record, with its first version only
};

struct Leaf {
  Section section = Section::version;
  std::int64_t record_id = 0;  ///< 0: not of one record
  std::string digest;          ///< 16 bytes
  friend bool operator==(const Leaf&, const Leaf&) = default;
};

/// Leaves packed as they are stored: 25 bytes each (section, record number little endian, 16 bytes of BLAKE2b).
class Leaves {
 public:
  Leaves() = default;
  explicit Leaves(std::string bytes) : bytes_(std::move(bytes)) {}

  void add(Section section, std::int64_t record_id, std::string_view digest);
  void add_version(const VersionFacts& version);
  void append(const Leaves& other) { bytes_ += other.bytes_; }

  std::size_t size() const { return bytes_.size() / kLeafBytes; }
  Leaf operator[](std::size_t index) const;
  const std::string& bytes() const { return bytes_; }
  friend bool operator==(const Leaves&, const Leaves&) = default;

 private:
  static constexpr std::size_t kLeafBytes = 25;
  std::string bytes_;
};

struct AuditLink {
  std::int64_t number = 0;
  std::optional<std::int64_t> batch;
  std::string action;  ///< "begin", "import", "enter", "submit", "approve" ..., "undo-import", "vault-read"
  std::string entered_at, author, subject, reason;
  Leaves leaves;
  std::string hash;  ///< 32 bytes
};

/// Hash of a link that follows `previous` ("" for the first).
std::string link_hash(const AuditLink& link, std::string_view previous);

/// Leaves of the rows beside the versions (the entry itself, its issues, rasters, revocations, mergers, attachments),
/// by batch; of one batch when it is given.  Cost: one pass over those tables.
base::Result<std::map<std::int64_t, Leaves>> side_leaves(const Database& database, std::optional<std::int64_t> batch);

/// Leaves of the settings, which the first link covers.
base::Result<Leaves> setting_leaves(const Database& database);

/// Appends the link of an entry inside the transaction that made it, after its batch and all its rows were written.
/// `version_leaves`: of its versions, layers in the order of their numbers. Number and hash are set here.
base::Result<void> append_link(Database& database, AuditLink link, const Leaves& version_leaves = {});

/// The first link, over the settings and whatever stands in the file already; nothing when there is a link.
/// REQUIRES: inside a transaction; all layers have the columns of their kinds.
base::Result<void> begin_chain(Database& database);

/// All links in order.
base::Result<std::vector<AuditLink>> read_links(const Database& database);

/// Calls `take` with every version of every layer in the order that leaves have: by layer number, then by entry.
/// `content_hash` is computed from the values and the geometry that stand in the file, `stored.hash` is what it says.
struct StoredVersion {
  std::int64_t batch = 0;
  VersionFacts facts;
  std::string_view content_hash;
};
using TakeVersion = std::function<base::Result<void>(const StoredVersion&)>;
base::Result<void> for_each_stored_version(const Database& database, const TakeVersion& take);

}  // namespace firmground::registry
