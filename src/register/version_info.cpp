#include "register/version_info.h"

#include <fmt/format.h>

#include <algorithm>

#include "mineaction/kind.h"
#include "register/layer_writer.h"

namespace firmground::registry {

using base::fail;
using base::Result;

namespace {
constexpr int kFirstValue = 12;
}

std::string version_info_select(const Layer& layer, const std::string& condition) {
  return fmt::format(
      "SELECT v.version_number, coalesce(v.version_information_date, ''), b.entered_at, b.author, b.file_name, "
      "v.version_row, v.version_state, v.version_batch, coalesce(a.action, ''), coalesce(a.reason, ''), "
      "coalesce((SELECT t.batch_id FROM firmground_revocation t WHERE t.record_id = v.version_record AND "
      "t.version_number = v.version_number), 0), CASE WHEN EXISTS (SELECT 1 FROM {} c WHERE c.fid = v.version_record "
      "AND "
      "c.version_number = v.version_number) THEN 1 ELSE 0 END, {} "
      "FROM firmground_record r JOIN {} v ON v.version_record = r.record_id "
      "JOIN firmground_batch b ON b.batch_id = v.version_batch "
      "LEFT JOIN firmground_audit a ON a.batch_id = v.version_batch AND a.action <> 'begin' WHERE {}",
      sql_name(layer.kind.table), layer.column_list("v."), sql_name(layer.versions()), condition);
}

Result<VersionInfo> read_version_info(const Layer& layer, const Statement& row) {
  VersionInfo version;
  version.version = row.integer(0);
  version.information_date = row.text(1);
  version.entered_at = row.text(2);
  version.author = row.text(3);
  version.source = row.text(4);
  if (row.integer(5) > 0) {
    version.source += fmt::format(" row {}", row.integer(5));
  }
  version.state = row.text(6);
  version.batch = row.integer(7);
  version.action = row.text(8);
  version.reason = row.text(9);
  version.taken_back_by = row.integer(10);
  version.shown = row.integer(11) != 0;
  FG_TRY(version.record, read_record(layer, row, kFirstValue));
  return version;
}

Result<std::vector<VersionInfo>> read_version_infos(const Layer& layer, Statement& rows) {
  std::vector<VersionInfo> versions;
  for (;;) {
    FG_TRY(const bool row, rows.step());
    if (!row) {
      return versions;
    }
    FG_TRY(auto version, read_version_info(layer, rows));
    versions.push_back(std::move(version));
  }
}

Result<Layer> find_layer(const Database& database, const std::string& kind) {
  FG_TRY(const auto layers, read_layers(database));
  const auto layer = std::find_if(layers.begin(), layers.end(), [&](const Layer& l) { return l.kind.name == kind; });
  if (layer == layers.end()) {
    return fail("registry.no_such_layer", {{"kind", kind}, {"nearest", mineaction::nearest_kind(kind)}});
  }
  return *layer;
}

}  // namespace firmground::registry
