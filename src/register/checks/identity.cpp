#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <unordered_map>

#include "register/checks/evaluators.h"
#include "register/checks/folded_name.h"

// One thing that stands in the register twice: records, points of a record, devices, people, money.
namespace firmground::registry::checks {

namespace {

/// The values of some fields as one text; "" when one of the `needed` first ones is not known.
std::string key_of(const KindRecords& list, std::size_t i, std::span<const std::optional<std::size_t>> fields,
                   std::size_t needed) {
  std::string key;
  for (std::size_t f = 0; f < fields.size(); ++f) {
    const mineaction::Value none;
    const mineaction::Value& value = fields[f] ? list[i].record.values[*fields[f]] : none;
    if (value.index() == 0 && f < needed) {
      return "";
    }
    key += std::visit(
        [](const auto& held) {
          if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) {
            return std::string();
          } else {
            return fmt::format("{}", held);
          }
        },
        value);
    key += '\x1f';
  }
  return key;
}

std::vector<std::optional<std::size_t>> fields_of(const KindRecords& list,
                                                  std::initializer_list<std::string_view> names) {
  std::vector<std::optional<std::size_t>> fields;
  for (const std::string_view name : names) {
    fields.push_back(list.field(name));
  }
  return fields;
}

/// Tells of every record whose key an earlier record has already. An empty key is like no other.
template <typename Key, typename Tell>
void tell_repeats(const KindRecords& list, const Key& key_at, const Tell& tell) {
  std::unordered_map<std::string, std::size_t> first;
  first.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    std::string key = key_at(i);
    if (key.empty()) {
      continue;
    }
    const auto [same, is_new] = first.emplace(std::move(key), i);
    if (!is_new) {
      tell(i, same->second);
    }
  }
}

Finding& tell_pair(Findings& findings, const KindRecords& list, std::size_t i, std::size_t other,
                   const std::string& field, const std::string& value) {
  Finding& finding = findings.add(list, i, field, value, {{"other", list.id(other)}, {"value", value}});
  finding.others = {{list.kind().name, list.id(other)}};
  return finding;
}

void id_looks_like_another(const Rule& rule, const Records& records, Findings& findings) {
  for (const auto& list : records.lists()) {
    if (rule.looks_at(list->kind().name)) {
      tell_repeats(
          *list, [&](std::size_t i) { return looks_of_id(list->id(i)); },
          [&](std::size_t i, std::size_t other) {
            tell_pair(findings, *list, i, other, list->kind().fields.front().name, list->id(i));
          });
    }
  }
}

/// The id without "-DUP01", which migration tools append; "" when it has no such ending.
std::string_view before_duplicate_mark(std::string_view id) {
  std::size_t end = id.size();
  while (end > 0 && std::isdigit(static_cast<unsigned char>(id[end - 1])) != 0) {
    --end;
  }
  constexpr std::string_view kMark = "DUP";
  if (end < kMark.size() + 2 || id.substr(end - kMark.size(), kMark.size()) != kMark) {
    return "";
  }
  end -= kMark.size();
  return id[end - 1] == '-' || id[end - 1] == '_' || id[end - 1] == ' ' ? id.substr(0, end - 1) : std::string_view();
}

void id_marked_duplicate(const Rule&, const Records& records, Findings& findings) {
  for_each_record(
      records, findings, [](const KindRecords&) { return true; },
      [](const KindRecords& list, std::size_t i, Findings& out) {
        const std::string_view original = before_duplicate_mark(list.id(i));
        if (!original.empty()) {
          Finding& finding = out.add(list, i, list.kind().fields.front().name, list.id(i),
                                     {{"value", list.id(i)}, {"original", std::string(original)}});
          if (list.find(original)) {
            finding.others = {{list.kind().name, std::string(original)}};
          }
        }
      });
}

void point_name_repeated(const Rule&, const Records& records, Findings& findings) {
  const KindRecords* legs = records.of("minefield-record-legs");
  if (legs == nullptr) {
    return;
  }
  const auto record = legs->field("record_id");
  const auto role = legs->field("role");
  const auto point = legs->field("to_point");
  tell_repeats(
      *legs,
      [&](std::size_t i) {
        const std::string* name = legs->text(i, point);
        const std::string* of = legs->text(i, record);
        const std::string* as = legs->text(i, role);
        return name == nullptr || of == nullptr
                   ? std::string()
                   : fmt::format("{}\x1f{}\x1f{}", *of, as != nullptr ? *as : "", looks_of_id(*name));
      },
      [&](std::size_t i, std::size_t other) {
        tell_pair(findings, *legs, i, other, "to_point", *legs->text(i, point));
      });
}

std::string place_key(const EnteredRecord& entered) {
  const auto& points = entered.record.geometry.points;
  return points.size() != 1 ? std::string() : fmt::format("{:.8f},{:.8f}", points.front().lon, points.front().lat);
}

void find_entered_twice(const Rule&, const Records& records, Findings& findings) {
  const KindRecords* finds = records.of("finds");
  if (finds == nullptr) {
    return;
  }
  const auto fields = fields_of(*finds, {"found_on", "device", "release_id", "model", "count", "depth_cm"});
  tell_repeats(
      *finds,
      [&](std::size_t i) {
        const std::string key = key_of(*finds, i, fields, 2);
        const std::string place = place_key((*finds)[i]);
        return key.empty() || place.empty() ? std::string() : key + place;
      },
      [&](std::size_t i, std::size_t other) { tell_pair(findings, *finds, i, other, "", ""); });
}

void device_line_repeated(const Rule& rule, const Records& records, Findings& findings) {
  const KindRecords* finds = records.of("finds");
  if (finds == nullptr) {
    return;
  }
  const double least = rule.parameter("least_count");
  const auto fields = fields_of(*finds, {"release_id", "model", "count", "device", "found_on"});
  tell_repeats(
      *finds,
      [&](std::size_t i) {
        return finds->number(i, fields[2]).value_or(1) >= least ? key_of(*finds, i, fields, 3) : std::string();
      },
      [&](std::size_t i, std::size_t other) {
        const std::string line =
            fmt::format("{} x {}", finds->number(i, fields[2]).value_or(1), *finds->text(i, fields[1]));
        tell_pair(findings, *finds, i, other, "model", line);
      });
}

void person_twice(const Rule&, const Records& records, Findings& findings) {
  const KindRecords* victims = records.of("victims");
  if (victims == nullptr) {
    return;
  }
  const auto fields = fields_of(*victims, {"person_key"});
  tell_repeats(
      *victims, [&](std::size_t i) { return key_of(*victims, i, fields, 1); },
      // The key is personal: it is never told.
      [&](std::size_t i, std::size_t other) { tell_pair(findings, *victims, i, other, "person_key", ""); });
}

/// Without a key on both, two entries may be one person: same accident, sex, age and outcome.
void person_perhaps_twice(const Rule&, const Records& records, Findings& findings) {
  const KindRecords* victims = records.of("victims");
  if (victims == nullptr) {
    return;
  }
  const auto person = victims->field("person_key");
  const auto fields = fields_of(*victims, {"accident_id", "sex", "age", "outcome"});
  tell_repeats(
      *victims, [&](std::size_t i) { return key_of(*victims, i, fields, 3); },
      [&](std::size_t i, std::size_t other) {
        if (victims->text(i, person) == nullptr || victims->text(other, person) == nullptr) {
          tell_pair(findings, *victims, i, other, "", "");
        }
      });
}

void contribution_twice(const Rule&, const Records& records, Findings& findings) {
  const KindRecords* funding = records.of("funding");
  if (funding == nullptr) {
    return;
  }
  const auto fields = fields_of(*funding, {"donor", "year", "amount", "currency", "activity"});
  tell_repeats(
      *funding, [&](std::size_t i) { return key_of(*funding, i, fields, 4); },
      [&](std::size_t i, std::size_t other) {
        tell_pair(findings, *funding, i, other, "amount",
                  fmt::format("{:.0f} {}", funding->number(i, fields[2]).value_or(0), *funding->text(i, fields[3])));
      });
}

constexpr Evaluator kEvaluators[] = {
    {"id-looks-like-another", id_looks_like_another}, {"id-marked-duplicate", id_marked_duplicate},
    {"point-name-repeated", point_name_repeated},     {"find-entered-twice", find_entered_twice},
    {"device-line-repeated", device_line_repeated},   {"person-twice", person_twice},
    {"person-perhaps-twice", person_perhaps_twice},   {"contribution-twice", contribution_twice},
};

}  // namespace

std::span<const Evaluator> identity_evaluators() {
  return kEvaluators;
}

}  // namespace firmground::registry::checks
