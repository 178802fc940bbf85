#include "mineaction/record_conversion.h"

#include <algorithm>
#include <string_view>

#include "base/check.h"
#include "mineaction/code_lists.h"
#include "mineaction/record_fields.h"

namespace firmground::mineaction {

namespace {

std::optional<Device> parse_code(std::string_view text, Device) {
  return parse_device(text);
}
std::optional<HazardType> parse_code(std::string_view text, HazardType) {
  return parse_hazard_type(text);
}
std::optional<Outcome> parse_code(std::string_view text, Outcome) {
  return parse_outcome(text);
}
std::optional<Method> parse_code(std::string_view text, Method) {
  return parse_method(text);
}
std::optional<Sex> parse_code(std::string_view text, Sex) {
  return parse_sex(text);
}
std::optional<VictimOutcome> parse_code(std::string_view text, VictimOutcome) {
  return parse_victim_outcome(text);
}

template <typename Enum>
bool is_unknown(Enum value) {
  return to_string(value) == "unknown";
}

/// Walks kind.fields in step with visit_fields, and holds the two to each other.
class FieldCursor {
 public:
  explicit FieldCursor(const Kind& kind) : kind_(kind) {}

 protected:
  std::size_t at(std::string_view name) {
    FG_CHECK(next_ < kind_.fields.size() && kind_.fields[next_].name == name);
    return next_++;
  }
  const Kind& kind_;
  std::size_t next_ = 0;
};

/// Record -> struct. A null leaves the struct's own "not known".
class RecordReader : public FieldCursor {
 public:
  RecordReader(const Kind& kind, const Record& record, const geo::Crs* crs)
      : FieldCursor(kind), record_(record), crs_(crs) {}

  template <typename T>
  void operator()(std::string_view name, T& target) {
    read(record_.values[at(name)], target);
  }
  void local_id(std::string& target) { (*this)(kind_.fields.front().name, target); }
  void declared_area(std::optional<double>& square_metres) {
    std::optional<double> area;
    std::string unit;
    (*this)("declared_area", area);
    (*this)("declared_area_unit", unit);
    if (area) {
      square_metres = *area * square_metres_per(unit);
    }
  }
  void geometry(geo::PlanarGeometry& target) {
    if (!record_.geometry.empty()) {
      FG_CHECK(crs_ != nullptr);
      target = crs_->to_programme(record_.geometry);
    }
  }
  void position(geo::Xy& target) {
    FG_CHECK(record_.geometry.points.size() == 1 && crs_ != nullptr);
    target = crs_->to_programme(record_.geometry.points.front());
  }
  void position(std::optional<geo::Xy>& target) {
    if (!record_.geometry.empty()) {
      geo::Xy point;
      position(point);
      target = point;
    }
  }

 private:
  static void read(const Value& value, std::string& target) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      target = *text;
    }
  }
  static void read(const Value& value, double& target) {
    if (const auto* real = std::get_if<double>(&value)) {
      target = *real;
    } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
      target = static_cast<double>(*whole);
    }
  }
  static void read(const Value& value, std::int64_t& target) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) {
      target = *whole;
    }
  }
  static void read(const Value& value, int& target) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) {
      target = static_cast<int>(*whole);
    }
  }
  static void read(const Value& value, bool& target) {
    if (const auto* flag = std::get_if<bool>(&value)) {
      target = *flag;
    }
  }
  static void read(const Value& value, Date& target) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      const auto date = Date::parse(*text);
      FG_CHECK(date.has_value());
      target = *date;
    }
  }
  template <typename Enum>
    requires std::is_enum_v<Enum>
  static void read(const Value& value, Enum& target) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      const auto code = parse_code(*text, target);
      FG_CHECK(code.has_value());
      target = *code;
    }
  }
  template <typename T>
  static void read(const Value& value, std::optional<T>& target) {
    if (!std::holds_alternative<std::monostate>(value)) {
      T known{};
      read(value, known);
      target = known;
    }
  }

  const Record& record_;
  const geo::Crs* crs_;
};

/// Struct -> record.
class RecordWriter : public FieldCursor {
 public:
  RecordWriter(const Kind& kind, Record& record, const geo::Crs* crs) : FieldCursor(kind), record_(record), crs_(crs) {
    record_.values.resize(kind.fields.size());
  }

  template <typename T>
  void operator()(std::string_view name, const T& source) {
    const std::size_t index = at(name);
    record_.values[index] = value_of(source, kind_.fields[index]);
  }
  void local_id(const std::string& source) { (*this)(kind_.fields.front().name, source); }
  void declared_area(const std::optional<double>& square_metres) {
    (*this)("declared_area", square_metres);
    (*this)("declared_area_unit", std::string(square_metres ? "m2" : ""));
  }
  void geometry(const geo::PlanarGeometry& source) {
    if (!source.empty()) {
      FG_CHECK(crs_ != nullptr);
      record_.geometry = crs_->to_lon_lat(source);
    }
  }
  void position(const geo::Xy& source) {
    FG_CHECK(crs_ != nullptr);
    record_.geometry.points.push_back(crs_->to_lon_lat(source));
  }
  void position(const std::optional<geo::Xy>& source) {
    if (source) {
      position(*source);
    }
  }

 private:
  static Value value_of(const std::string& text, const Field&) { return text.empty() ? Value() : Value(text); }
  static Value value_of(double real, const Field&) { return real; }
  static Value value_of(std::int64_t whole, const Field&) { return whole; }
  static Value value_of(int whole, const Field&) { return static_cast<std::int64_t>(whole); }
  static Value value_of(bool flag, const Field&) { return flag; }
  static Value value_of(const Date& date, const Field&) { return date.to_string(); }
  template <typename Enum>
    requires std::is_enum_v<Enum>
  static Value value_of(Enum code, const Field& field) {
    return is_unknown(code) && !field.required ? Value() : Value(std::string(to_string(code)));
  }
  template <typename T>
  static Value value_of(const std::optional<T>& source, const Field& field) {
    return source ? value_of(*source, field) : Value();
  }

  Record& record_;
  const geo::Crs* crs_;
};

template <typename T>
Record record_of(const Kind& kind, const T& source, const geo::Crs* crs) {
  Record record;
  RecordWriter writer(kind, record, crs);
  visit_fields(writer, const_cast<T&>(source));  // the writer's visit reads only
  if (!kind.generated_id.empty() && std::holds_alternative<std::monostate>(record.values.front())) {
    record.values.front() = generated_id(kind, record);
  }
  return record;
}

template <typename T>
concept HasOptionalId = requires(T t, const Kind& kind) {
  t.id;
  requires !std::is_same_v<T, Resource>;
};

const geo::Crs* crs_of(const Snapshot& snapshot) {
  return snapshot.crs ? &*snapshot.crs : nullptr;
}

}  // namespace

bool is_in_snapshot(const Kind& kind) {
  bool found = false;
  Snapshot empty;
  for_each_list(empty, [&](std::string_view name, const auto&) { found = found || name == kind.name; });
  return found;
}

void append_record(const Kind& kind, const Record& record, Snapshot& snapshot) {
  FG_CHECK(record.values.size() == kind.fields.size());
  bool appended = false;
  for_each_list(snapshot, [&](std::string_view name, auto& list) {
    if (name == kind.name) {
      RecordReader reader(kind, record, crs_of(snapshot));
      visit_fields(reader, list.emplace_back());
      appended = true;
    }
  });
  FG_CHECK(appended);
}

std::vector<Record> records_of(const Kind& kind, const Snapshot& snapshot) {
  std::vector<Record> records;
  for_each_list(snapshot, [&](std::string_view name, const auto& list) {
    if (name == kind.name) {
      records.reserve(list.size());
      for (const auto& source : list) {
        records.push_back(record_of(kind, source, crs_of(snapshot)));
      }
    }
  });
  return records;
}

void fill_generated_ids(Snapshot& snapshot) {
  for_each_list(snapshot, [&](std::string_view name, auto& list) {
    using T = typename std::remove_cvref_t<decltype(list)>::value_type;
    if constexpr (HasOptionalId<T>) {
      const Kind& kind = *find_kind(name);
      for (T& each : list) {
        if (each.id.empty()) {
          each.id = std::get<std::string>(record_of(kind, each, crs_of(snapshot)).values.front());
        }
      }
    }
  });
}

}  // namespace firmground::mineaction
