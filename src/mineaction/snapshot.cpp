#include "mineaction/snapshot.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <type_traits>

#include "base/hash.h"
#include "geo/raster_classes.h"
#include "geo/raster_unit.h"
#include "mineaction/record_conversion.h"
#include "mineaction/record_fields.h"

namespace firmground::mineaction {

namespace {

/// Serialises values into a buffer: equal values give equal bytes. Strings and lists are length-prefixed, an absent
/// value is one byte 0.
class Bytes {
 public:
  explicit Bytes(std::string& buffer) : buffer_(buffer) {}

  template <typename T>
  void operator()(std::string_view, const T& value) {
    add(value);
  }
  void local_id(const std::string& id) { add(id); }
  void declared_area(const std::optional<double>& square_metres) { add(square_metres); }
  void position(const geo::Xy& p) { add(p); }
  void position(const std::optional<geo::Xy>& p) { add(p); }
  void geometry(const geo::PlanarGeometry& g) {
    add(g.points);
    add(g.lines.size());
    for (const auto& line : g.lines) {
      add(line);
    }
    add(g.polygons.size());
    for (const auto& polygon : g.polygons) {
      add(polygon.outer);
      add(polygon.holes.size());
      for (const auto& hole : polygon.holes) {
        add(hole);
      }
    }
  }

  void add(const std::string& text) {
    add(text.size());
    buffer_ += text;
  }
  template <typename T>
    requires std::is_integral_v<T> || std::is_enum_v<T>
  void add(T value) {
    raw(static_cast<std::int64_t>(value));
  }
  void add(double value) {
    raw(std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value + 0.0);
  }  // -0 becomes 0
  void add(float value) { raw(std::isnan(value) ? std::numeric_limits<float>::quiet_NaN() : value + 0.0F); }
  void add(const geo::Xy& p) {
    add(p.x);
    add(p.y);
  }
  void add(const Date& date) {
    add(date.first_day().time_since_epoch().count());
    add(date.precision());
  }
  template <typename T>
  void add(const std::optional<T>& value) {
    buffer_ += value ? '\1' : '\0';
    if (value) {
      add(*value);
    }
  }
  template <typename T>
  void add(const std::vector<T>& values) {
    add(values.size());
    for (const T& value : values) {
      add(value);
    }
  }

 private:
  template <typename T>
  void raw(T value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    buffer_.append(bytes, sizeof value);
  }
  std::string& buffer_;
};

template <typename T>
std::string bytes_of(const T& value) {
  std::string buffer;
  Bytes bytes(buffer);
  visit_fields(bytes, const_cast<T&>(value));  // the visit reads only
  return buffer;
}

const std::string& local_id(const AreaOfInterest& r) {
  return r.name;
}
const std::string& local_id(const District& r) {
  return r.district_id;
}
const std::string& local_id(const HazardousArea& r) {
  return r.hazard_id;
}
const std::string& local_id(const MinefieldRecord& r) {
  return r.record_id;
}
const std::string& local_id(const LandRelease& r) {
  return r.release_id;
}
const std::string& local_id(const Find& r) {
  return r.find_id;
}
const std::string& local_id(const Accident& r) {
  return r.accident_id;
}
const std::string& local_id(const Victim& r) {
  return r.victim_id;
}
const std::string& local_id(const Project& r) {
  return r.project_id;
}
const std::string& local_id(const Task& r) {
  return r.task_id;
}
const std::string& local_id(const Funding& r) {
  return r.contribution_id;
}
template <typename T>
const std::string& local_id(const T& r) {
  return r.id;
}

/// By local id; records that share one (a duplicate that intake let stand elsewhere) by content, so that entry order
/// never matters.
template <typename T>
bool before(const T& a, const T& b) {
  const int order = local_id(a).compare(local_id(b));
  return order != 0 ? order < 0 : bytes_of(a) < bytes_of(b);
}

/// The order of the list by local id; empty when it is sorted already, which is the usual case and costs one comparison
/// a record.
template <typename T>
std::vector<std::uint32_t> sorting_order(const std::vector<T>& list) {
  if (std::is_sorted(list.begin(), list.end(), before<T>)) {
    return {};
  }
  std::vector<std::uint32_t> order(list.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t i, std::uint32_t j) { return before(list[i], list[j]); });
  return order;
}

/// Feeds a hasher in big blocks: the hash function's own call costs more than a small record.
class BlockHasher {
 public:
  std::string& buffer() { return buffer_; }
  void flush_if_full() {
    if (buffer_.size() >= kBlock) {
      flush();
    }
  }
  std::string hex() {
    flush();
    return hasher_.hex();
  }

 private:
  static constexpr std::size_t kBlock = 1U << 16U;
  void flush() {
    hasher_.bytes(buffer_.data(), buffer_.size());
    buffer_.clear();
  }
  base::Hasher hasher_;
  std::string buffer_;
};

template <typename T>
void hash_list(BlockHasher& hasher, std::string_view name, const std::vector<T>& list) {
  Bytes bytes(hasher.buffer());
  bytes.add(std::string(name));
  bytes.add(list.size());
  const std::vector<std::uint32_t> order = sorting_order(list);
  for (std::size_t i = 0; i < list.size(); ++i) {
    visit_fields(bytes, const_cast<T&>(list[order.empty() ? i : order[i]]));  // the visit reads only
    hasher.flush_if_full();
  }
}

void hash_programme(BlockHasher& hasher, const Snapshot& s) {
  Bytes bytes(hasher.buffer());
  for (const std::string* text : {&s.programme.name, &s.programme.profile, &s.programme.since_name,
                                  &s.programme.default_currency, &s.programme.country}) {
    bytes.add(*text);
  }
  bytes.add(s.programme.since_date);
  bytes.add(s.crs ? s.crs->epsg() : 0);
  bytes.add(s.as_of);
}

void hash_covariate(BlockHasher& hasher, const Covariate& covariate) {
  Bytes bytes(hasher.buffer());
  const geo::Grid& grid = covariate.raster.grid;
  bytes.add(covariate.name);
  bytes.add(covariate.raster.epsg);
  bytes.add(grid.cell_m);
  for (const std::int64_t number : {grid.west, grid.north, std::int64_t{grid.columns}, std::int64_t{grid.rows}}) {
    bytes.add(number);
  }
  for (const char* item : {geo::kRasterClasses, geo::kRasterUnit}) {
    const auto found = covariate.raster.metadata.find(item);
    if (found != covariate.raster.metadata.end()) {
      bytes.add(std::string(item));
      bytes.add(found->second);
    }
  }
  for (const auto& band : covariate.raster.bands) {
    for (const float value : band) {
      bytes.add(value);
      hasher.flush_if_full();
    }
  }
}

template <typename T>
std::vector<T> take_out(std::vector<T>& list, const std::set<std::string>& ids) {
  const auto goes = [&](const T& record) { return ids.contains(local_id(record)); };
  std::vector<T> gone;
  std::copy_if(list.begin(), list.end(), std::back_inserter(gone), goes);
  std::erase_if(list, goes);
  return gone;
}

/// Calls f with each list of a snapshot and that of another.
template <typename Function>
void for_each_pair(Snapshot& a, Snapshot& b, Function&& f) {
  for_each_list(a, [&](std::string_view kind, auto& of_a) {
    for_each_list(b, [&](std::string_view other, auto& of_b) {
      if constexpr (std::is_same_v<decltype(of_a), decltype(of_b)>) {
        if (other == kind) {
          f(kind, of_a, of_b);
        }
      }
    });
  });
}

template <typename T>
void put_in(std::vector<T>& list, std::vector<T>& come) {
  std::sort(come.begin(), come.end(), before<T>);
  const auto middle = static_cast<std::ptrdiff_t>(list.size());
  list.insert(list.end(), std::make_move_iterator(come.begin()), std::make_move_iterator(come.end()));
  std::inplace_merge(list.begin(), list.begin() + middle, list.end(), before<T>);
}

bool covariate_before(const Covariate& a, const Covariate& b) {
  return a.name < b.name;
}

/// Generated ids, and all lists in their order.
void put_in_order(Snapshot& snapshot) {
  fill_generated_ids(snapshot);
  for_each_list(snapshot, [](std::string_view, auto& list) {
    const std::vector<std::uint32_t> order = sorting_order(list);
    if (order.empty()) {
      return;
    }
    std::remove_cvref_t<decltype(list)> sorted;
    sorted.reserve(list.size());
    for (const std::uint32_t i : order) {
      sorted.push_back(std::move(list[i]));
    }
    list = std::move(sorted);
  });
  std::sort(snapshot.covariates.begin(), snapshot.covariates.end(), covariate_before);
}

}  // namespace

std::string content_hash_of(const Snapshot& snapshot) {
  BlockHasher hasher;
  hash_programme(hasher, snapshot);
  for_each_list(snapshot, [&](std::string_view name, const auto& list) { hash_list(hasher, name, list); });
  std::vector<const Covariate*> covariates;
  covariates.reserve(snapshot.covariates.size());
  for (const Covariate& covariate : snapshot.covariates) {
    covariates.push_back(&covariate);
  }
  std::sort(covariates.begin(), covariates.end(),
            [](const Covariate* a, const Covariate* b) { return covariate_before(*a, *b); });
  for (const Covariate* covariate : covariates) {
    hash_covariate(hasher, *covariate);
  }
  return hasher.hex();
}

void finish_snapshot(Snapshot& snapshot) {
  put_in_order(snapshot);
  snapshot.hash = content_hash_of(snapshot);
}

RecordIds ids_in(const Snapshot& snapshot) {
  RecordIds ids;
  for_each_list(snapshot, [&](std::string_view kind, const auto& list) {
    if (!list.empty()) {
      auto& of_kind = ids[std::string(kind)];
      for (const auto& record : list) {
        of_kind.insert(local_id(record));
      }
    }
  });
  return ids;
}

Snapshot replace_records(Snapshot& snapshot, const RecordIds& gone, Snapshot come) {
  fill_generated_ids(come);
  Snapshot taken;
  taken.crs = snapshot.crs;
  for_each_pair(snapshot, taken, [&](std::string_view kind, auto& list, auto& out) {
    if (const auto ids = gone.find(std::string(kind)); ids != gone.end()) {
      out = take_out(list, ids->second);
    }
  });
  for_each_pair(snapshot, come, [](std::string_view, auto& list, auto& records) {
    if (!records.empty()) {
      put_in(list, records);
    }
  });
  put_in_order(snapshot);
  snapshot.hash.clear();
  return taken;
}

const Baseline* baseline_at(const Snapshot& snapshot, const Date& date) {
  const Baseline* best = nullptr;
  for (const Baseline& baseline : snapshot.baselines) {
    const bool in_force = baseline.estimated_on.first_day() <= date.last_day();
    if (in_force && (best == nullptr || best->estimated_on < baseline.estimated_on)) {
      best = &baseline;
    }
  }
  return best;
}

}  // namespace firmground::mineaction
