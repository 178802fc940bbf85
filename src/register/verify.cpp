#include "register/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "mineaction/as_entered.h"
#include "register/attachment.h"
#include "register/audit.h"
#include "register/chain_text.h"
#include "register/layer_writer.h"
#include "register/layout.h"
#include "register/leg_ground.h"
#include "register/register_state.h"
#include "register/vault.h"

namespace firmground::registry {

using base::fail;
using base::Progress;
using base::Result;

namespace {

/// Leaves as they follow from what stands in the register now.
struct Rebuilt {
  std::map<std::int64_t, Leaves> versions;  ///< by batch
  std::map<std::int64_t, Leaves> side;
  std::vector<Leaf> settings;
  std::multimap<std::int64_t, Finding> wrong_content;  ///< by batch
};

class Verifying {
 public:
  Verifying(const Database& database, Vault vault) : database_(&database), vault_(vault) {}

  Result<Verification> run(const std::string& expected_head, const Progress& progress) {
    result_.head_known = expected_head.empty();
    FG_TRY(layers_, read_layers(*database_));
    FG_TRY_VOID(step(progress, "reading versions", 0.1));
    FG_TRY_VOID(rebuild());
    FG_TRY_VOID(step(progress, "following the chain", 0.5));
    FG_TRY_VOID(follow_chain(expected_head));
    FG_TRY_VOID(step(progress, "comparing current layers", 0.6));
    for (const Layer& layer : layers_) {
      FG_TRY_VOID(check_identities(layer));
      FG_TRY_VOID(check_current(layer));
      FG_TRY_VOID(list_open_links(layer));
    }
    FG_TRY_VOID(step(progress, "reading attachments", 0.9));
    FG_TRY_VOID(check_attachments());
    FG_TRY_VOID(check_vault());
    FG_TRY_VOID(step(progress, "done", 1));
    return std::move(result_);
  }

 private:
  static Result<void> step(const Progress& progress, std::string_view what, double share) {
    return progress(what, share) ? Result<void>() : fail("base.cancelled");
  }

  void add(Finding finding) {
    ++result_.finding_count;
    if (result_.findings.size() < kFindingsKept) {
      result_.findings.push_back(std::move(finding));
    }
  }

  Result<void> rebuild() {
    FG_TRY_VOID(for_each_stored_version(*database_, [&](const StoredVersion& version) -> Result<void> {
      ++result_.versions;
      rebuilt_.versions[version.batch].add_version(version.facts);
      if (version.facts.hash != version.content_hash) {
        Finding finding;
        finding.kind = version.facts.kind;
        finding.id = version.facts.local_id;
        finding.version = version.facts.number;
        finding.what = named(finding) + ": its values or its geometry were changed after it was entered";
        rebuilt_.wrong_content.emplace(version.batch, std::move(finding));
      }
      return {};
    }));
    FG_TRY(rebuilt_.side, side_leaves(*database_, std::nullopt));
    return {};
  }

  static std::string named(const Finding& finding) {
    return finding.version == 0 ? finding.kind + " " + finding.id
                                : fmt::format("{} {}, version {}", finding.kind, finding.id, finding.version);
  }

  Leaves rebuilt_leaves(const AuditLink& link, std::int64_t first_batch) {
    Leaves leaves;
    if (!link.batch) {
      return leaves;
    }
    for (auto side = rebuilt_.side.lower_bound(first_batch); side != rebuilt_.side.end() && side->first <= *link.batch;
         ++side) {
      leaves.append(rebuilt_.versions[side->first]);
      leaves.append(side->second);
    }
    return leaves;
  }

  Result<void> follow_chain(const std::string& expected_head) {
    FG_TRY(const auto links, read_links(*database_));
    result_.links = static_cast<std::int64_t>(links.size());
    std::string previous;
    std::int64_t expected_number = 1;
    std::set<std::int64_t> covered;
    for (const AuditLink& link : links) {
      if (link.number != expected_number) {
        add({fmt::format("entry {} of the chain is missing", expected_number), where_of(link), "", "", 0,
             expected_number});
      }
      if (link_hash(link, previous) != link.hash) {
        add({fmt::format("entry {} does not follow from the one before it: who, when, why or what it lists was changed",
                         link.number),
             where_of(link), "", "", 0, link.number});
      }
      FG_TRY_VOID(check_link(link, covered));
      previous = link.hash;
      expected_number = link.number + 1;
      result_.head = hex_of(link.hash);
      result_.head_known = result_.head_known || result_.head == expected_head;
    }
    if (links.empty()) {
      add({"the chain has no entry", "", "", "", 0, 0});
    }
    for (const auto& [batch, leaves] : rebuilt_.versions) {
      if (!covered.contains(batch)) {
        add({fmt::format("batch {} stands in the register, and no entry of the chain speaks of it", batch), "", "", "",
             0, 0});
      }
    }
    return {};
  }

  Result<void> check_link(const AuditLink& link, std::set<std::int64_t>& covered) {
    const bool begin = link.action == "begin";
    const std::int64_t first = begin ? 0 : link.batch.value_or(0);
    if (link.batch) {
      for (auto found = rebuilt_.wrong_content.lower_bound(first);
           found != rebuilt_.wrong_content.end() && found->first <= *link.batch; ++found) {
        Finding finding = found->second;
        finding.where = where_of(link);
        finding.link = link.number;
        add(std::move(finding));
      }
      for (std::int64_t batch = begin ? 1 : *link.batch; batch <= *link.batch; ++batch) {
        covered.insert(batch);
      }
    }
    Leaves actual;
    if (begin) {
      FG_TRY(actual, setting_leaves(*database_));
    }
    actual.append(rebuilt_leaves(link, first));
    return actual == link.leaves ? Result<void>() : compare(link, actual);
  }

  /// Names what differs between the leaves of a link and those that follow from the register.
  Result<void> compare(const AuditLink& link, const Leaves& actual) {
    using Key = std::pair<Section, std::int64_t>;
    std::map<Key, std::vector<std::string>> there;
    for (std::size_t i = 0; i < actual.size(); ++i) {
      const Leaf leaf = actual[i];
      there[{leaf.section, leaf.record_id}].push_back(leaf.digest);
    }
    std::map<Key, std::vector<std::string>> listed;
    std::vector<Key> order;
    for (std::size_t i = 0; i < link.leaves.size(); ++i) {
      const Leaf leaf = link.leaves[i];
      auto& digests = listed[{leaf.section, leaf.record_id}];
      if (digests.empty()) {
        order.emplace_back(leaf.section, leaf.record_id);
      }
      digests.push_back(leaf.digest);
    }
    const std::int64_t before = result_.finding_count;
    for (const Key& key : order) {
      const auto found = there.find(key);
      if (found == there.end() || found->second.size() < listed[key].size()) {
        FG_TRY_VOID(add_about(link, key, Change::missing));
      } else if (found->second != listed[key]) {
        FG_TRY_VOID(add_about(link, key, Change::changed));
      }
    }
    for (const auto& [key, digests] : there) {
      if (!listed.contains(key) || listed[key].size() < digests.size()) {
        FG_TRY_VOID(add_about(link, key, Change::added));
      }
    }
    return result_.finding_count > before ? Result<void>() : add_reordered(link, actual);
  }

  Result<void> add_reordered(const AuditLink& link, const Leaves& actual) {
    std::size_t i = 0;
    while (i < actual.size() && i < link.leaves.size() && actual[i] == link.leaves[i]) {
      ++i;
    }
    const Leaf leaf = i < link.leaves.size() ? link.leaves[i] : Leaf{};
    return add_about(link, {leaf.section, leaf.record_id}, Change::moved);
  }

  Result<void> add_about(const AuditLink& link, std::pair<Section, std::int64_t> key, Change change) {
    Finding finding;
    finding.where = where_of(link);
    finding.link = link.number;
    if (key.second != 0) {
      FG_TRY_VOID(name_record(key.second, link.batch.value_or(0), finding));
    }
    const std::string subject = key.second == 0 ? std::string() : named(finding) + ": ";
    finding.what = subject + words_for(key.first, change);
    add(std::move(finding));
    return {};
  }

  /// Kind, local id and version that a batch entered, as far as they still stand.
  Result<void> name_record(std::int64_t record_id, std::int64_t batch, Finding& finding) {
    FG_TRY(auto select, database_->prepare("SELECT layer_id, local_id FROM firmground_record WHERE record_id = ?1"));
    select.bind(1, record_id);
    FG_TRY(const bool known, select.step());
    if (!known) {
      finding.kind = "record";
      finding.id = fmt::format("number {} (its identity is missing)", record_id);
      return {};
    }
    const std::int64_t id = select.integer(0);
    const auto layer = std::find_if(layers_.begin(), layers_.end(), [&](const Layer& l) { return l.id == id; });
    finding.kind = layer != layers_.end() ? layer->kind.name : "record";
    finding.id = select.text(1);
    if (layer != layers_.end()) {
      FG_TRY(const auto number,
             database_->integer(
                 fmt::format("SELECT max(version_number) FROM {} WHERE version_record = {} AND version_batch = {}",
                             sql_name(layer->versions()), record_id, batch)));
      finding.version = number.value_or(0);
    }
    return {};
  }

  Result<void> check_identities(const Layer& layer) {
    FG_TRY(auto select, database_->prepare(fmt::format(
                            "SELECT r.local_id FROM firmground_record r WHERE r.layer_id = ?1 AND NOT EXISTS (SELECT 1 "
                            "FROM {} v WHERE v.version_record = r.record_id) ORDER BY r.local_id",
                            sql_name(layer.versions()))));
    select.bind(1, layer.id);
    for (;;) {
      FG_TRY(const bool row, select.step());
      if (!row) {
        return {};
      }
      const std::string id(select.text(0));
      add({layer.kind.name + " " + id + ": there is a record without any version", "", layer.kind.name, id, 0, 0});
    }
  }

  /// The layer that maps show against the versions it is made from.
  Result<void> check_current(const Layer& layer) {
    FG_TRY(auto shown, database_->prepare(fmt::format("SELECT fid, version_number, {} FROM {} ORDER BY fid",
                                                      layer.column_list(), sql_name(layer.kind.table))));
    FG_TRY(auto expected,
           database_->prepare(fmt::format("SELECT v.version_record, v.version_number, {} FROM {} v WHERE {} "
                                          "ORDER BY v.version_record",
                                          layer.column_list("v."), sql_name(layer.versions()), is_current(layer))));
    const bool by_legs = layer.kind.name == "minefield-records";
    FG_TRY(const LegGrounds grounds, by_legs ? leg_grounds(*database_) : Result<LegGrounds>());
    FG_TRY(bool any_shown, shown.step());
    FG_TRY(bool any_expected, expected.step());
    while (any_shown || any_expected) {
      const std::int64_t a = any_shown ? shown.integer(0) : std::numeric_limits<std::int64_t>::max();
      const std::int64_t b = any_expected ? expected.integer(0) : std::numeric_limits<std::int64_t>::max();
      bool same = a == b && shown.integer(1) == expected.integer(1);
      if (same) {
        const auto left = read_record(layer, shown, 2);
        const auto right = read_record(layer, expected, 2);
        const auto ground = grounds.find(a);
        same = left && right && (ground == grounds.end() ? *left == *right : is_shown(ground->second, *left));
      }
      if (!same) {
        FG_TRY_VOID(add_not_shown(std::min(a, b)));
      }
      if (a <= b) {
        FG_TRY(any_shown, shown.step());
      }
      if (b <= a) {
        FG_TRY(any_expected, expected.step());
      }
    }
    return {};
  }

  /// What is derived may differ in its last digits where another edition of PROJ derived it.
  static bool is_shown(const mineaction::Record& derived, mineaction::Record shown) {
    constexpr double kSame_deg = 1e-7;  // a centimetre
    const mineaction::Kind& kind = *mineaction::find_kind("minefield-records");
    mineaction::set_as_entered(kind, mineaction::as_entered(kind, derived).value_or(mineaction::AsEntered()), shown);
    const auto near = [&](const geo::LonLat& p, const geo::LonLat& q) {
      return std::abs(p.lon - q.lon) < kSame_deg && std::abs(p.lat - q.lat) < kSame_deg;
    };
    const auto line = [&](const std::vector<geo::LonLat>& p, const std::vector<geo::LonLat>& q) {
      return std::equal(p.begin(), p.end(), q.begin(), q.end(), near);
    };
    const auto& p = derived.geometry;
    const auto& q = shown.geometry;
    return derived.values == shown.values && line(p.points, q.points) &&
           std::equal(p.lines.begin(), p.lines.end(), q.lines.begin(), q.lines.end(), line) &&
           std::equal(p.polygons.begin(), p.polygons.end(), q.polygons.begin(), q.polygons.end(),
                      [&](const auto& a, const auto& b) { return line(a.outer, b.outer); });
  }

  Result<void> add_not_shown(std::int64_t record_id) {
    Finding finding;
    FG_TRY_VOID(name_record(record_id, 0, finding));
    finding.what = named(finding) + ": the layer that maps show does not say what its approved version says";
    add(std::move(finding));
    return {};
  }

  Result<void> list_open_links(const Layer& layer) {
    for (const mineaction::Field& field : layer.kind.fields) {
      const auto target =
          std::find_if(layers_.begin(), layers_.end(), [&](const Layer& l) { return l.kind.name == field.link_kind; });
      if (field.link_kind.empty() || target == layers_.end()) {
        continue;
      }
      const std::string id = sql_name(layer.kind.fields.front().name);
      FG_TRY(auto select,
             database_->prepare(fmt::format(
                 "SELECT c.{0}, c.{1} FROM {2} c LEFT JOIN {3} t ON t.{4} = c.{1} WHERE c.{1} IS NOT NULL AND "
                 "t.fid IS NULL ORDER BY c.{0}",
                 id, sql_name(field.name), sql_name(layer.kind.table), sql_name(target->kind.table),
                 sql_name(target->kind.fields.front().name))));
      for (;;) {
        FG_TRY(const bool row, select.step());
        if (!row) {
          break;
        }
        ++result_.open_link_count;
        if (result_.open_links.size() < kFindingsKept) {
          result_.open_links.push_back(fmt::format("{} {}: {} names {} '{}', which is not approved or not there",
                                                   layer.kind.name, select.text(0), field.name, field.link_kind,
                                                   select.text(1)));
        }
      }
    }
    return {};
  }

  Result<void> check_attachments() {
    FG_TRY(const auto attachments, read_attachments(*database_, attachment_folder(database_->path())));
    for (const Attachment& attachment : attachments) {
      ++result_.attachments;
      if (const std::string problem = content_problem(attachment); !problem.empty()) {
        add({fmt::format("{} {}: its attachment {} {}", attachment.kind, attachment.id, attachment.file_name, problem),
             "", attachment.kind, attachment.id, 0, 0});
      }
    }
    return {};
  }

  Result<void> check_vault() {
    if (vault_ == Vault::elsewhere) {
      return {};
    }
    FG_TRY(const std::string problem, vault_problem(*database_, vault_path(database_->path())));
    if (!problem.empty()) {
      add({problem, "", "", "", 0, 0});
    }
    return {};
  }

  const Database* database_;
  Vault vault_;
  std::vector<Layer> layers_;
  Rebuilt rebuilt_;
  Verification result_;
};

}  // namespace

Result<Verification> verify(const Register& programme, const std::string& expected_head, const Progress& progress,
                            Vault vault) {
  Register::Impl& opened = programme.opened();
  const std::lock_guard lock(opened.mutex);
  FG_TRY(auto transaction, Transaction::begin(opened.database, Transaction::Kind::read));
  return Verifying(opened.database, vault).run(expected_head, progress);
}

}  // namespace firmground::registry
