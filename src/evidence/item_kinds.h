#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "mineaction/code_lists.h"

namespace firmground::evidence {

enum class OrdnanceClass : std::uint8_t;

/// What the items of an ordnance class are, as far as work is planned by it (docs/methods/hazard-field.md, eq. 37-39):
/// the class of mines holds AP mines, AV mines, and IEDs with booby traps; that of ERW submunitions and all else.
enum class ItemKind : std::uint8_t { ap_mines, av_mines, improvised, submunitions, other_erw };
inline constexpr std::array kItemKinds = {ItemKind::ap_mines, ItemKind::av_mines, ItemKind::improvised,
                                          ItemKind::submunitions, ItemKind::other_erw};
inline constexpr std::size_t kMostKindsOfClass = 3;

/// "AP mines", "AV mines", "IEDs and booby traps", "submunitions", "other ERW".
std::string_view to_string(ItemKind kind);
/// The same as a key and a name of columns: "ap_mines".
std::string_view key_of(ItemKind kind);
/// Nothing for a device that was not said: it tells of no kind.
std::optional<ItemKind> kind_of(mineaction::Device device);
OrdnanceClass class_of(ItemKind kind);
/// Kinds of a class: `kItemKinds[first_kind(class)]` and those after it.
std::size_t first_kind(OrdnanceClass ordnance_class);
std::size_t kinds_of(OrdnanceClass ordnance_class);

/// Finds of one class in a cell that state their kind.
struct KindCount {
  std::uint32_t cell;
  std::array<std::uint32_t, kMostKindsOfClass> count{};  ///< by kind of the class
  std::uint32_t all() const { return count[0] + count[1] + count[2]; }
};

/// Of one class: finds in searched ground (presence-only: events) that state their kind, and how many do not; always of
/// the whole country.
struct KindFinds {
  std::vector<KindCount> cells;   ///< ascending
  std::vector<KindCount> beyond;  ///< of a region (regions.h): those outside its grid, by cells of the country's
  std::uint64_t stated = 0;
  std::uint64_t unstated = 0;  ///< they count as items of the class, and tell nothing of its kinds
};

}  // namespace firmground::evidence
