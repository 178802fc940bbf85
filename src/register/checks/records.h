#pragma once
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/dates.h"
#include "geo/crs.h"
#include "geo/overlay.h"
#include "mineaction/kind.h"

namespace firmground::registry::checks {

/// A record as the register holds it, with where it came from.
struct EnteredRecord {
  mineaction::Record record;
  std::int64_t version = 1;
  std::string source{};                       ///< file and row, or form, that it came from
  std::vector<mineaction::Record> earlier{};  ///< versions before this one, newest first; of baselines only
  geo::PlanarGeometry planar{};               ///< record.geometry in the programme CRS; Records fills it
};

/// All records of one kind or reference layer.
class KindRecords {
 public:
  KindRecords(mineaction::Kind kind, std::vector<EnteredRecord> records);

  const mineaction::Kind& kind() const { return kind_; }
  const std::vector<EnteredRecord>& all() const { return records_; }
  const EnteredRecord& operator[](std::size_t index) const { return records_[index]; }
  std::size_t size() const { return records_.size(); }

  const std::string& id(std::size_t index) const;
  /// Position of the record with this local id; nothing when there is none.
  std::optional<std::size_t> find(std::string_view id) const;

  /// Position of a field; nothing when the kind has no such field.
  std::optional<std::size_t> field(std::string_view name) const;
  /// Values by field position; null or nothing when not known (or when the kind has no such field).
  const std::string* text(std::size_t index, std::optional<std::size_t> field) const;
  std::optional<double> number(std::size_t index, std::optional<std::size_t> field) const;
  std::optional<base::Date> date(std::size_t index, std::optional<std::size_t> field) const;

  /// Bounds of each record in the programme CRS, and an index over them; a record without geometry has an empty box.
  const std::vector<geo::Box>& boxes() const { return boxes_; }
  std::vector<std::uint32_t> near(const geo::Box& box) const;

 private:
  friend class Records;
  void locate(const geo::Crs& crs);

  mineaction::Kind kind_;
  std::vector<EnteredRecord> records_;
  std::unordered_map<std::string_view, std::size_t> by_id_;
  std::vector<geo::Box> boxes_;
  std::unique_ptr<geo::BoxIndex> index_;
};

/// What rules are held against: the records of a programme, where the country is, and what day it is.
class Records {
 public:
  struct Setting {
    geo::Crs crs;
    std::optional<std::array<double, 4>> extent;  ///< west, south, east, north in degrees; null = not known
    base::Date today;
  };
  explicit Records(Setting setting) : setting_(std::move(setting)) {}

  /// Adds the records of a kind; places them in the programme CRS on several threads.
  void add(mineaction::Kind kind, std::vector<EnteredRecord> records);

  const geo::Crs& crs() const { return setting_.crs; }
  /// The profile's extent, or else the box round the areas of interest; null when neither is known.
  std::optional<std::array<double, 4>> extent() const;
  const base::Date& today() const { return setting_.today; }
  /// In the order they were added.
  const std::vector<std::unique_ptr<KindRecords>>& lists() const { return lists_; }
  /// Null when the programme has no such kind.
  const KindRecords* of(std::string_view kind) const;
  std::size_t total() const;

 private:
  Setting setting_;
  std::vector<std::unique_ptr<KindRecords>> lists_;
};

}  // namespace firmground::registry::checks
