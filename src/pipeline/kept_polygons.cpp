#include "pipeline/kept_polygons.h"

#include <cstdint>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "base/packet.h"
#include "evidence/item_kinds.h"

namespace firmground::pipeline {

namespace {

constexpr std::uint64_t kLayout = 0x4647504F4C593031;  // "FGPOLY01"

template <typename Archive, typename Polygon>
void polygon_fields(Archive&& archive, Polygon& polygon) {
  archive(polygon.id);
  archive(polygon.probability_none);
  archive(polygon.items_mean);
  archive(polygon.items_p05);
  archive(polygon.items_p95);
  archive(polygon.evidence);
  archive(polygon.area_m2);
  archive(polygon.besides_known);
}

template <typename Archive, typename Reason>
void reason_fields(Archive&& archive, Reason& reason) {
  archive(reason.text);
  archive(reason.contribution);
}

template <typename Archive, typename Without>
void without_fields(Archive&& archive, Without& without) {
  archive(without.evidence);
  archive(without.probability_none);
  archive(without.items_mean);
}

template <typename Archive, typename Kind>
void kind_fields(Archive&& archive, Kind& kind) {
  archive(kind.kind);
  archive(kind.probability_any);
  archive(kind.items_mean);
  archive(kind.items_p05);
  archive(kind.items_p95);
}

class Writer {
 public:
  template <typename List, typename Fields>
  void list(const List& entries, Fields fields) {
    out_.put(static_cast<std::uint64_t>(entries.size()));
    for (const auto& entry : entries) {
      fields(entry);
    }
  }
  template <typename T>
  void operator()(const T& value) {
    out_.put(value);
  }
  std::string bytes() && { return std::move(out_).bytes(); }

 private:
  base::PacketWriter out_;
};

class Reader {
 public:
  explicit Reader(const std::string& bytes) : in_(bytes) {}

  template <typename List, typename Fields>
  void list(List& entries, Fields fields) {
    entries.resize(in_.size_of(sizeof(std::uint64_t)));
    for (auto& entry : entries) {
      fields(entry);
    }
  }
  template <typename T>
  void operator()(T& value) {
    in_.get(value);
  }
  void operator()(evidence::ItemKind& kind) {
    std::underlying_type_t<evidence::ItemKind> number{};
    in_.get(number);
    if (number >= evidence::kItemKinds.size()) {
      throw std::runtime_error("it names a kind of item that is not known");
    }
    kind = static_cast<evidence::ItemKind>(number);
  }
  bool done() const { return in_.done(); }

 private:
  base::KeptReader in_;
};

template <typename Archive, typename Polygons>
void polygons_of_kind(Archive& archive, Polygons& polygons) {
  archive.list(polygons, [&](auto& polygon) {
    polygon_fields(archive, polygon);
    archive.list(polygon.reasons, [&](auto& reason) { reason_fields(archive, reason); });
    archive.list(polygon.without, [&](auto& without) { without_fields(archive, without); });
    archive.list(polygon.kinds, [&](auto& kind) { kind_fields(archive, kind); });
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

base::Result<PolygonsByKind> parse_polygons(const std::string& bytes) {
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
