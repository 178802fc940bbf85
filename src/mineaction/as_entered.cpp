#include "mineaction/as_entered.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace firmground::mineaction {

namespace {

constexpr std::array<std::string_view, 4> kFields = {"entered_as", "entered_crs", "derived_by", "derived_accuracy_m"};

Value text_value(const std::string& text) {
  return text.empty() ? Value() : Value(text);
}

}  // namespace

bool is_as_entered_field(std::string_view name) {
  return std::find(kFields.begin(), kFields.end(), name) != kFields.end();
}

std::optional<AsEntered> as_entered(const Kind& kind, const Record& record) {
  if (kind.field(kFields[0]) == nullptr) {
    return std::nullopt;
  }
  const std::size_t first = kind.field_index(kFields[0]);
  const auto text = [&](std::size_t i) {
    const auto* given = std::get_if<std::string>(&record.values[first + i]);
    return given != nullptr ? *given : std::string();
  };
  AsEntered entered{text(0), text(1), text(2), std::nullopt};
  if (const auto* accuracy_m = std::get_if<double>(&record.values[first + 3])) {
    entered.accuracy_m = *accuracy_m;
  }
  return entered == AsEntered() ? std::nullopt : std::optional(std::move(entered));
}

void set_as_entered(const Kind& kind, const AsEntered& entered, Record& record) {
  const std::size_t first = kind.field_index(kFields[0]);
  record.values[first] = text_value(entered.position);
  record.values[first + 1] = text_value(entered.crs);
  record.values[first + 2] = text_value(entered.derived_by);
  record.values[first + 3] = entered.accuracy_m ? Value(*entered.accuracy_m) : Value();
}

std::string to_text(const AsEntered& entered) {
  std::string text = "entered as " + (entered.position.empty() ? "(not kept)" : entered.position);
  text += entered.crs.empty() ? "" : " in " + entered.crs;
  text += entered.derived_by.empty() ? "" : "; derived by " + entered.derived_by;
  return text + (entered.accuracy_m ? fmt::format(", accurate to {:.3g} m", *entered.accuracy_m) : "");
}

}  // namespace firmground::mineaction
