#pragma once
#include <string>
#include <string_view>
#include <vector>

/// Statements are written with SQLite's placeholders; PostgreSQL has its own.
namespace firmground::registry {

/// What PostgreSQL's parameter $1, $2, … is filled with.
struct PlaceholderSlot {
  enum class Means {
    value,   ///< what was bound
    is_null  ///< whether what was bound is NULL, as a boolean
  };
  int index = 0;  ///< of Statement::bind, from 1
  Means means = Means::value;
};

struct TranslatedStatement {
  std::string sql;
  std::vector<PlaceholderSlot> slots;
  int parameters = 0;  ///< greatest index that may be bound
};

/// `?1` and `?` become `$n`; texts, quoted names and comments stay as they are. `?1 IS NULL` becomes a parameter of its
/// own, because PostgreSQL cannot tell of which type a value is that is only asked whether it is there.
TranslatedStatement translate_placeholders(std::string_view sql);

/// A table definition in PostgreSQL's types, as Dialect::spelled says.
std::string translate_definition(std::string_view definition);

}  // namespace firmground::registry
