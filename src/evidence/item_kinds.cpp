#include "evidence/item_kinds.h"

#include "evidence/observations.h"

namespace firmground::evidence {

std::string_view to_string(ItemKind kind) {
  switch (kind) {
    case ItemKind::ap_mines: return "AP mines";
    case ItemKind::av_mines: return "AV mines";
    case ItemKind::improvised: return "IEDs and booby traps";
    case ItemKind::submunitions: return "submunitions";
    case ItemKind::other_erw: return "other ERW";
  }
  return "";
}

std::string_view key_of(ItemKind kind) {
  switch (kind) {
    case ItemKind::ap_mines: return "ap_mines";
    case ItemKind::av_mines: return "av_mines";
    case ItemKind::improvised: return "improvised";
    case ItemKind::submunitions: return "submunitions";
    case ItemKind::other_erw: return "other_erw";
  }
  return "";
}

std::optional<ItemKind> kind_of(mineaction::Device device) {
  using mineaction::Device;
  switch (device) {
    case Device::ap_mine: return ItemKind::ap_mines;
    case Device::av_mine: return ItemKind::av_mines;
    case Device::ied:
    case Device::booby_trap: return ItemKind::improvised;
    case Device::submunition: return ItemKind::submunitions;
    case Device::uxo:
    case Device::axo:
    case Device::erw:
    case Device::other: return ItemKind::other_erw;
    case Device::unknown: break;
  }
  return std::nullopt;
}

OrdnanceClass class_of(ItemKind kind) {
  return kind < ItemKind::submunitions ? OrdnanceClass::mines : OrdnanceClass::erw;
}

std::size_t first_kind(OrdnanceClass ordnance_class) {
  return ordnance_class == OrdnanceClass::mines ? 0 : static_cast<std::size_t>(ItemKind::submunitions);
}

std::size_t kinds_of(OrdnanceClass ordnance_class) {
  return ordnance_class == OrdnanceClass::mines ? 3 : 2;
}

}  // namespace firmground::evidence
