#include "register/postgis/placeholders.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace firmground::registry {

namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](unsigned char x, unsigned char y) {
           return std::toupper(x) == std::toupper(y);
         });
}

/// Length of the quoted text, quoted name or comment that begins at `at`; 0 when none does.
std::size_t passage(std::string_view sql, std::size_t at) {
  const char c = sql[at];
  if (c == '\'' || c == '"') {
    std::size_t end = at + 1;
    while (end < sql.size() && (sql[end] != c || (end + 1 < sql.size() && sql[end + 1] == c))) {
      end += sql[end] == c ? 2 : 1;
    }
    return std::min(end + 1, sql.size()) - at;
  }
  if (sql.substr(at, 2) == "--") {
    return std::min(sql.find('\n', at), sql.size()) - at;
  }
  return 0;
}

/// Reads the next word after blanks; moves `at` behind it.
std::string_view next_word(std::string_view sql, std::size_t& at) {
  while (at < sql.size() && std::isspace(static_cast<unsigned char>(sql[at])) != 0) {
    ++at;
  }
  const std::size_t begin = at;
  while (at < sql.size() && is_word(sql[at])) {
    ++at;
  }
  return sql.substr(begin, at - begin);
}

enum class Asked { value, is_null, is_not_null };

/// Whether IS NULL or IS NOT NULL stands at `at`, which is then moved behind it.
Asked asked_after(std::string_view sql, std::size_t& at) {
  std::size_t look = at;
  if (!same_word(next_word(sql, look), "IS")) {
    return Asked::value;
  }
  std::string_view word = next_word(sql, look);
  const bool negated = same_word(word, "NOT");
  if (negated) {
    word = next_word(sql, look);
  }
  if (!same_word(word, "NULL")) {
    return Asked::value;
  }
  at = look;
  return negated ? Asked::is_not_null : Asked::is_null;
}

std::size_t slot_of(std::vector<PlaceholderSlot>& slots, PlaceholderSlot wanted) {
  const auto found = std::find_if(slots.begin(), slots.end(), [&](const PlaceholderSlot& slot) {
    return slot.index == wanted.index && slot.means == wanted.means;
  });
  if (found == slots.end()) {
    slots.push_back(wanted);
    return slots.size();
  }
  return static_cast<std::size_t>(found - slots.begin()) + 1;
}

}  // namespace

TranslatedStatement translate_placeholders(std::string_view sql) {
  TranslatedStatement out;
  for (std::size_t at = 0; at < sql.size();) {
    if (const std::size_t length = passage(sql, at); length > 0) {
      out.sql += sql.substr(at, length);
      at += length;
      continue;
    }
    if (sql[at] != '?') {
      out.sql += sql[at++];
      continue;
    }
    int index = 0;
    for (++at; at < sql.size() && std::isdigit(static_cast<unsigned char>(sql[at])) != 0; ++at) {
      index = index * 10 + (sql[at] - '0');
    }
    index = index == 0 ? out.parameters + 1 : index;
    out.parameters = std::max(out.parameters, index);
    const Asked asked = asked_after(sql, at);
    const auto means = asked == Asked::value ? PlaceholderSlot::Means::value : PlaceholderSlot::Means::is_null;
    const std::string number = "$" + std::to_string(slot_of(out.slots, {index, means}));
    out.sql += asked == Asked::value     ? number
               : asked == Asked::is_null ? "(" + number + "::boolean)"
                                         : "(NOT " + number + "::boolean)";
  }
  return out;
}

std::string translate_definition(std::string_view definition) {
  // Texts are compared byte by byte, as SQLite does: dates and ids sort the same on every server.
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kWords = {{{"INTEGER", "BIGINT"},
                                                                                    {"DOUBLE", "DOUBLE PRECISION"},
                                                                                    {"REAL", "DOUBLE PRECISION"},
                                                                                    {"BLOB", "BYTEA"},
                                                                                    {"BOOLEAN", "SMALLINT"},
                                                                                    {"DATETIME", "TEXT COLLATE \"C\""},
                                                                                    {"TEXT", "TEXT COLLATE \"C\""},
                                                                                    {"AUTOINCREMENT", ""}}};
  std::string out;
  for (std::size_t at = 0; at < definition.size();) {
    if (const std::size_t length = passage(definition, at); length > 0) {
      out += definition.substr(at, length);
      at += length;
      continue;
    }
    if (!is_word(definition[at])) {
      out += definition[at++];
      continue;
    }
    const std::string_view word = next_word(definition, at);
    std::size_t look = at;
    if (same_word(word, "INTEGER") && same_word(next_word(definition, look), "PRIMARY") &&
        same_word(next_word(definition, look), "KEY")) {
      out += "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY";
      at = look;
      continue;
    }
    const auto* known =
        std::find_if(kWords.begin(), kWords.end(), [&](const auto& pair) { return same_word(pair.first, word); });
    out += known != kWords.end() ? known->second : word;
  }
  return out;
}

}  // namespace firmground::registry
