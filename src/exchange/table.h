#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "geo/crs.h"
#include "geo/well_known_text.h"
#include "mineaction/kind.h"

namespace firmground::exchange {

/// One table on its way into a file: what a layer, a sheet or a folder of the file holds.
struct Table {
  const mineaction::Kind* kind = nullptr;
  std::string name;                  ///< of the layer; the kind's table name or that of a reference layer
  std::vector<std::size_t> columns;  ///< which fields of the kind are written, in this order
  std::span<const mineaction::Record> records;
};

/// How coordinates are written.
struct Coordinates {
  std::optional<geo::Crs> crs;  ///< none: longitude and latitude on WGS 84
  int decimals = kExact;        ///< kExact: the shortest text that reads back as the same number
  static constexpr int kExact = geo::kExactCoordinates;

  /// The record's geometry in the target's own system, first coordinate east.
  geo::PlanarGeometry of(const geo::GeographicGeometry& geometry) const;
};

/// What a format could not carry, or what a person must know of a file, told in words of schema/errors/exchange.toml.
struct Note {
  std::string kind;    ///< name of the table
  std::string code;    ///< "EX-0110"
  std::string text;    ///< what happened, in a sentence
  std::string remedy;  ///< what a person can do
};
Note make_note(const Table& table, std::string_view id, base::ErrorArguments arguments = {});

/// Where a writer puts its text, piece by piece.
using Sink = std::function<void(std::string_view)>;

/// Where the rows of a table come from: a reference layer's name is the table's, so it needs no column.
enum class Origin : std::uint8_t { kind, reference_layer };
/// Every field that may leave the register: all but those of privacy class `personal`, and how positions were entered
/// only where a record has something to tell.
Table table_to_export(const mineaction::Kind& kind, Origin origin, std::span<const mineaction::Record> records);

/// "F-1": the record's local id, for messages.
std::string describe(const mineaction::Record& record);

/// The value as text without quotes, "" for what is not known: numbers so that they read back as the same.
void append_plain(std::string& out, const mineaction::Value& value);
using geo::append_coordinate;
using geo::append_number;
using geo::append_well_known_text;

/// A spreadsheet takes a text cell that begins with = + - @, a tab or a carriage return for a formula. A quote before
/// it makes it text; intake takes the quote off again. Numbers are never guarded.
bool needs_formula_guard(std::string_view text);

}  // namespace firmground::exchange
