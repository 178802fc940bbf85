#pragma once
#include <string>
#include <vector>

#include "base/error.h"
#include "mineaction/kind.h"
#include "register/register.h"

/// What several verbs share in naming and showing records.
namespace firmground::cli {

struct NamedRecord {
  std::string kind, id;
};

/// `[KIND] ID` as given on the command line; without KIND the one kind that has the id.
/// Errors: registry.no_such_layer, registry.no_such_record, registry.id_ambiguous (names the kinds).
base::Result<NamedRecord> named_record(const registry::Register& programme, const std::vector<std::string>& words);

/// Reference layers share the fields of one kind.
const mineaction::Kind& kind_of(const std::string& name);

/// A value for a person: "not known" where it is empty. Personal values are not shown.
std::string shown(const mineaction::Field& field, const mineaction::Value& value);

}  // namespace firmground::cli
