#pragma once
#include "base/packet.h"
#include "estimate/country_map.h"

/// Sums over cells as bytes, between processes.
namespace firmground::estimate {

template <typename Packet, typename SumLike, typename Visit>
void each_of_sum(Packet& packet, SumLike& sum, Visit visit) {
  visit(packet, sum.items);
  visit(packet, sum.none);
  for (auto& of_class : sum.classes) {
    visit(packet, of_class.items);
    visit(packet, of_class.any);
    visit(packet, of_class.any_squared);
  }
  visit(packet, sum.kinds);
  visit(packet, sum.mean);
  visit(packet, sum.variance);
  visit(packet, sum.evidence);
  visit(packet, sum.weight);
  visit(packet, sum.likeliest);
}

inline void put(base::PacketWriter& packet, const Sum& sum) {
  each_of_sum(packet, sum, [](auto& to, const auto& member) { to.put(member); });
}

/// REQUIRES: `sum` has as many classes as the one that was put.  The likeliest cell is another process's to name.
inline void get(base::PacketReader& packet, Sum& sum) {
  each_of_sum(packet, sum, [](auto& from, auto& member) { from.get(member); });
}

}  // namespace firmground::estimate
