#include "pipeline/kept_polygons.h"

#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/packet.h"
#include "evidence/item_kinds.h"

namespace firmground::pipeline {

namespace {

constexpr std::uint64_t kLayout = 0x4647504F4C593031;  // "FGPOLY01"

class Writer {
 public:
  template <typename List, typename Fields>
  void list(const List& entries, Fields fields) {
    out_.put(static_cast<std::uint64_t>(entries.size()));
    for (const auto& entry : entries) {
      fields(entry);
    }
  }
  template <typename... T>
  void operator()(const T&... values) {
    (out_.put(values), ...);
  }
  std::string bytes() && { return std::move(out_).bytes(); }

 private:
  base::PacketWriter out_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : in_(bytes) {}

  template <typename List, typename Fields>
  void list(List& entries, Fields fields) {
    entries.resize(in_.size_of(sizeof(std::uint64_t)));
    for (auto& entry : entries) {
      fields(entry);
    }
  }
  template <typename... T>
  void operator()(T&... values) {
    (get(values), ...);
  }
  bool done() const { return in_.done(); }

 private:
  template <typename T>
  void get(T& value) {
    in_.get(value);
  }
  void get(bool& flag) {
    std::uint8_t number = 0;
    in_.get(number);
    flag = number != 0;
  }
  void get(evidence::ItemKind& kind) {
    std::underlying_type_t<evidence::ItemKind> number{};
    in_.get(number);
    if (number >= evidence::kItemKinds.size()) {
      throw std::runtime_error("it names a kind of item that is not known");
    }
    kind = static_cast<evidence::ItemKind>(number);
  }
  base::KeptReader in_;
};

/// One list of what is kept, read and written by the same lines.
template <typename Archive, typename Polygons>
void polygons_of_kind(Archive& archive, Polygons& polygons) {
  archive.list(polygons, [&](auto& p) {
    archive(p.id, p.probability_none, p.items_mean, p.items_p05, p.items_p95, p.evidence, p.area_m2, p.besides_known);
    archive.list(p.reasons, [&](auto& reason) { archive(reason.text, reason.contribution); });
    archive.list(p.without, [&](auto& w) { archive(w.evidence, w.probability_none, w.items_mean); });
    archive.list(p.kinds, [&](auto& k) { archive(k.kind, k.probability_any, k.items_mean, k.items_p05, k.items_p95); });
  });
}

}  // namespace

std::string to_bytes(const PolygonsByKind& polygons) {
  Writer out;
  out(kLayout);
  out(static_cast<std::uint64_t>(polygons.size()));
  for (const auto& [kind, of_kind] : polygons) {
    out(kind);
    polygons_of_kind(out, of_kind);
  }
  return std::move(out).bytes();
}

base::Result<PolygonsByKind> parse_polygons(std::string_view bytes) {
  try {
    Reader in(bytes);
    std::uint64_t layout = 0;
    std::uint64_t kinds = 0;
    in(layout);
    if (layout != kLayout) {
      throw std::runtime_error("its polygons were kept by another version of Firmground");
    }
    in(kinds);
    PolygonsByKind polygons;
    for (; kinds > 0; --kinds) {
      std::string kind;
      in(kind);
      polygons_of_kind(in, polygons[kind]);
    }
    if (!in.done()) {
      throw std::runtime_error("more follows its polygons");
    }
    return polygons;
  } catch (const std::exception& problem) {
    return base::fail("pipeline.estimate_unreadable", {{"reason", problem.what()}});
  }
}

}  // namespace firmground::pipeline
