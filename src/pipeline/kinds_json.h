#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "estimate/hazard_estimate.h"

/// How an estimate's kinds of items are written, kept and told (docs/formats/http.md).
namespace firmground::pipeline {

/// The kind of a key ("ap_mines"); nothing where this version knows none.
std::optional<evidence::ItemKind> kind_of_key(const std::string& key);

/// [{"class","finds_stated","finds_unstated","kinds":[{"kind","finds","items_mean","items_p05","items_p95"}]}]; a class
/// of which no find states a kind has none.
nlohmann::ordered_json kinds_json(const std::vector<estimate::ClassKinds>& classes);
/// Throws nlohmann::json::exception where something is missing.
std::vector<estimate::ClassKinds> kinds_from(const nlohmann::ordered_json& json);

/// {"ap_mines":{"probability_any","items_mean","items_p05","items_p95"}, ...}
nlohmann::ordered_json kinds_json(const std::vector<estimate::KindOfPolygon>& kinds);

}  // namespace firmground::pipeline
