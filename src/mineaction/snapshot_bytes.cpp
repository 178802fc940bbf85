#include "mineaction/snapshot_bytes.h"

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "base/byte_sum.h"
#include "base/hash.h"
#include "base/packet.h"
#include "mineaction/record_fields.h"

namespace firmground::mineaction {

namespace {

constexpr std::uint64_t kLayout = 0x464753'4E4150'01;      // "FGSNAP", 1
constexpr std::size_t kBegin = 2 * sizeof(std::uint64_t);  ///< of the content: the layout and the sum stand before it

constexpr Device last_of(Device) {
  return Device::other;
}
constexpr HazardType last_of(HazardType) {
  return HazardType::confirmed;
}
constexpr Outcome last_of(Outcome) {
  return Outcome::cleared;
}
constexpr Method last_of(Method) {
  return Method::eod;
}
constexpr Sex last_of(Sex) {
  return Sex::male;
}
constexpr VictimOutcome last_of(VictimOutcome) {
  return VictimOutcome::killed;
}
constexpr base::DatePrecision last_of(base::DatePrecision) {
  return base::DatePrecision::year;
}

/// Puts fields one after another. Each value is put by its parts: the bytes between the members of a struct say nothing
/// and differ.
class FieldWriter {
 public:
  explicit FieldWriter(base::PacketWriter& out) : out_(out) {}

  template <typename T>
  void operator()(std::string_view, const T& value) {
    put(value);
  }
  void local_id(const std::string& id) { put(id); }
  void declared_area(const std::optional<double>& square_metres) { put(square_metres); }
  void position(const geo::Xy& p) { put(p); }
  void position(const std::optional<geo::Xy>& p) { put(p); }
  void geometry(const geo::PlanarGeometry& g) {
    out_.put(g.points);
    out_.put(g.lines);
    out_.put(std::uint64_t{g.polygons.size()});
    for (const geo::PlanarPolygon& polygon : g.polygons) {
      out_.put(polygon.outer);
      out_.put(polygon.holes);
    }
  }

  template <typename T>
    requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void put(T value) {
    out_.put(value);
  }
  void put(const std::string& text) { out_.put(text); }
  void put(const geo::Xy& p) { out_.put(p); }
  void put(const Date& date) {
    put(static_cast<std::int64_t>(date.first_day().time_since_epoch().count()));
    put(date.precision());
  }
  template <typename T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) {
      put(*value);
    }
  }

 private:
  base::PacketWriter& out_;
};

/// Takes them in the same order. Throws where the bytes say what no snapshot says.
class FieldReader {
 public:
  explicit FieldReader(base::KeptReader& in) : in_(in) {}

  template <typename T>
  void operator()(std::string_view, T& value) {
    get(value);
  }
  void local_id(std::string& id) { get(id); }
  void declared_area(std::optional<double>& square_metres) { get(square_metres); }
  void position(geo::Xy& p) { get(p); }
  void position(std::optional<geo::Xy>& p) { get(p); }
  void geometry(geo::PlanarGeometry& g) {
    in_.get(g.points);
    get(g.lines);
    g.polygons.resize(in_.size_of(2 * sizeof(std::uint64_t)));
    for (geo::PlanarPolygon& polygon : g.polygons) {
      in_.get(polygon.outer);
      get(polygon.holes);
    }
  }

  template <typename T>
    requires std::is_arithmetic_v<T>
  void get(T& value) {
    in_.get(value);
  }
  void get(bool& flag) { flag = number_up_to(1) != 0; }
  template <typename Enum>
    requires std::is_enum_v<Enum>
  void get(Enum& code) {
    code = static_cast<Enum>(number_up_to(static_cast<std::uint8_t>(last_of(code))));
  }
  void get(std::string& text) { in_.get(text); }
  void get(geo::Xy& p) {
    in_.get(p.x);
    in_.get(p.y);
  }
  void get(Date& date) {
    std::int64_t day = 0;
    base::DatePrecision precision{};
    get(day);
    get(precision);
    date = Date(std::chrono::sys_days(std::chrono::days(day)), precision);
  }
  template <typename T>
  void get(std::optional<T>& value) {
    bool known = false;
    get(known);
    if (known) {
      get(value.emplace());
    }
  }
  template <typename T>
  void get(std::vector<std::vector<T>>& lists) {
    lists.resize(in_.size_of(sizeof(std::uint64_t)));
    for (std::vector<T>& list : lists) {
      in_.get(list);
    }
  }

 private:
  std::uint8_t number_up_to(std::uint8_t last) {
    std::uint8_t number = 0;
    in_.get(number);
    if (number > last) {
      throw std::runtime_error("it says what nothing says");
    }
    return number;
  }
  base::KeptReader& in_;
};

/// Notes what fields there are and how wide they are.
class FieldNames {
 public:
  template <typename T>
  void operator()(std::string_view name, const T&) {
    hasher_.add(name).add(std::uint64_t{sizeof(T)});
  }
  void local_id(const std::string&) { hasher_.add("local_id"); }
  void declared_area(const std::optional<double>&) { hasher_.add("declared_area"); }
  template <typename T>
  void position(const T&) {
    hasher_.add("position").add(std::uint64_t{sizeof(T)});
  }
  void geometry(const geo::PlanarGeometry&) { hasher_.add("geometry"); }
  void list(std::string_view kind) { hasher_.add(kind); }
  std::uint64_t number() const {
    std::uint64_t number = 0;
    std::memcpy(&number, hasher_.digest().data(), sizeof number);
    return number;
  }

 private:
  base::Hasher hasher_;
};

/// Another one for every edition with other fields, so that nobody has to remember to raise it.
std::uint64_t layout() {
  static const std::uint64_t number = [] {
    FieldNames names;
    Snapshot none;
    for_each_list(none, [&](std::string_view kind, auto& list) {
      names.list(kind);
      typename std::remove_cvref_t<decltype(list)>::value_type record;
      visit_fields(names, record);
    });
    return kLayout ^ names.number();
  }();
  return number;
}

/// Calls f with each value of the snapshot that stands beside its lists.
template <typename AnySnapshot, typename Function>
void for_each_heading(AnySnapshot& s, Function&& f) {
  f(s.programme.name);
  f(s.programme.profile);
  f(s.programme.since_date);
  f(s.programme.since_name);
  f(s.programme.default_currency);
  f(s.programme.country);
  f(s.as_of);
  f(s.hash);
  f(s.last_entry);
}

template <typename T>
void put_record(FieldWriter& writer, const T& record) {
  visit_fields(writer, const_cast<T&>(record));  // the visit reads only
}

void put_covariate(base::PacketWriter& out, const Covariate& covariate) {
  const geo::Raster& raster = covariate.raster;
  FieldWriter writer(out);
  writer.put(covariate.name);
  writer.put(raster.grid.cell_m);
  writer.put(raster.grid.west);
  writer.put(raster.grid.north);
  writer.put(raster.grid.columns);
  writer.put(raster.grid.rows);
  writer.put(raster.epsg);
  out.put(raster.band_names);
  out.put(raster.bands);
  out.put(std::uint64_t{raster.metadata.size()});
  for (const auto& [item, text] : raster.metadata) {
    writer.put(item);
    writer.put(text);
  }
}

Covariate covariate_of(base::KeptReader& in) {
  Covariate covariate;
  geo::Raster& raster = covariate.raster;
  FieldReader reader(in);
  reader.get(covariate.name);
  reader.get(raster.grid.cell_m);
  reader.get(raster.grid.west);
  reader.get(raster.grid.north);
  reader.get(raster.grid.columns);
  reader.get(raster.grid.rows);
  reader.get(raster.epsg);
  in.get(raster.band_names);
  reader.get(raster.bands);
  for (std::size_t items = in.size_of(2 * sizeof(std::uint64_t)); items > 0; --items) {
    std::string item;
    reader.get(item);
    reader.get(raster.metadata[item]);
  }
  return covariate;
}

/// Bytes of a record that says nothing: no record has fewer.
template <typename T>
std::size_t fewest_bytes() {
  base::PacketWriter out;
  FieldWriter writer(out);
  put_record(writer, T());
  return std::move(out).bytes().size();
}

template <typename T>
void get_list(base::KeptReader& in, std::vector<T>& list) {
  FieldReader reader(in);
  constexpr std::size_t kComing = 1024;  // records that are put in later do not move all others elsewhere
  const std::size_t count = in.size_of(fewest_bytes<T>());
  list.reserve(count + kComing);
  list.resize(count);
  for (T& record : list) {
    visit_fields(reader, record);
  }
}

base::Result<Snapshot> read_snapshot(std::string_view bytes) {
  base::KeptReader in(bytes);
  FieldReader reader(in);
  std::uint64_t its_layout = 0, sum = 0;
  reader.get(its_layout);
  if (its_layout != layout()) {
    throw std::runtime_error("it is of another version of the program");
  }
  reader.get(sum);
  Snapshot snapshot;
  int epsg = 0;
  reader.get(epsg);
  for_each_heading(snapshot, [&](auto& value) { reader.get(value); });
  for_each_list(snapshot, [&](std::string_view, auto& list) { get_list(in, list); });
  for (std::size_t covariates = in.size_of(1); covariates > 0; --covariates) {
    snapshot.covariates.push_back(covariate_of(in));
  }
  if (!in.done()) {
    throw std::runtime_error("something follows it");
  }
  if (sum != base::sum_of(std::string_view(bytes).substr(kBegin))) {
    throw std::runtime_error("its sum is of other bytes");
  }
  if (epsg != 0) {
    FG_TRY(snapshot.crs, geo::Crs::from_epsg(epsg));
  }
  return snapshot;
}

}  // namespace

std::string to_bytes(const Snapshot& snapshot) {
  base::PacketWriter out;
  FieldWriter writer(out);
  writer.put(layout());
  writer.put(std::uint64_t{0});
  writer.put(snapshot.crs ? snapshot.crs->epsg() : 0);
  for_each_heading(snapshot, [&](const auto& value) { writer.put(value); });
  for_each_list(snapshot, [&](std::string_view, const auto& list) {
    writer.put(std::uint64_t{list.size()});
    for (const auto& record : list) {
      put_record(writer, record);
    }
  });
  writer.put(std::uint64_t{snapshot.covariates.size()});
  for (const Covariate& covariate : snapshot.covariates) {
    put_covariate(out, covariate);
  }
  std::string bytes = std::move(out).bytes();
  const std::uint64_t sum = base::sum_of(std::string_view(bytes).substr(kBegin));
  std::memcpy(bytes.data() + sizeof sum, &sum, sizeof sum);
  return bytes;
}

base::Result<Snapshot> parse_snapshot(std::string_view bytes) {
  try {
    return read_snapshot(bytes);
  } catch (const std::exception& problem) {
    return base::fail("mineaction.snapshot_unreadable", {{"problem", problem.what()}});
  }
}

}  // namespace firmground::mineaction
