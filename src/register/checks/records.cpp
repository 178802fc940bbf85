#include "register/checks/records.h"

#include <algorithm>

#include "base/parallel.h"

namespace firmground::registry::checks {

namespace {

constexpr std::size_t kGrain = 512;

template <typename T>
const T* held(const KindRecords& list, std::size_t index, std::optional<std::size_t> field) {
  return field ? std::get_if<T>(&list[index].record.values[*field]) : nullptr;
}

}  // namespace

KindRecords::KindRecords(mineaction::Kind kind, std::vector<EnteredRecord> records)
    : kind_(std::move(kind)), records_(std::move(records)) {
  std::sort(records_.begin(), records_.end(), [](const EnteredRecord& a, const EnteredRecord& b) {
    return a.record.values.front() < b.record.values.front();
  });
  by_id_.reserve(records_.size());
  for (std::size_t i = 0; i < records_.size(); ++i) {
    by_id_.emplace(id(i), i);
  }
}

void KindRecords::locate(const geo::Crs& crs) {
  boxes_.resize(records_.size());
  if (kind_.geometry == mineaction::GeometryRule::none) {
    return;
  }
  base::parallel_for(records_.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      EnteredRecord& entered = records_[i];
      entered.planar = crs.to_programme(entered.record.geometry);
      boxes_[i] = geo::bounds(entered.planar);
    }
  });
  index_ = std::make_unique<geo::BoxIndex>(boxes_);
}

const std::string& KindRecords::id(std::size_t index) const {
  static const std::string none;
  const auto* text = std::get_if<std::string>(&records_[index].record.values.front());
  return text != nullptr ? *text : none;
}

std::optional<std::size_t> KindRecords::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::size_t> KindRecords::field(std::string_view name) const {
  const auto found =
      std::find_if(kind_.fields.begin(), kind_.fields.end(), [&](const auto& field) { return field.name == name; });
  return found == kind_.fields.end() ? std::nullopt
                                     : std::optional(static_cast<std::size_t>(found - kind_.fields.begin()));
}

const std::string* KindRecords::text(std::size_t index, std::optional<std::size_t> field) const {
  const auto* text = held<std::string>(*this, index, field);
  return text != nullptr && !text->empty() ? text : nullptr;
}

std::optional<double> KindRecords::number(std::size_t index, std::optional<std::size_t> field) const {
  if (const auto* real = held<double>(*this, index, field)) {
    return *real;
  }
  const auto* whole = held<std::int64_t>(*this, index, field);
  return whole != nullptr ? std::optional(static_cast<double>(*whole)) : std::nullopt;
}

std::optional<base::Date> KindRecords::date(std::size_t index, std::optional<std::size_t> field) const {
  const std::string* written = text(index, field);
  if (written == nullptr) {
    return std::nullopt;
  }
  const auto date = base::Date::parse(*written);
  return date ? std::optional(*date) : std::nullopt;
}

std::vector<std::uint32_t> KindRecords::near(const geo::Box& box) const {
  return index_ != nullptr && !box.empty() ? index_->query(box) : std::vector<std::uint32_t>();
}

void Records::add(mineaction::Kind kind, std::vector<EnteredRecord> records) {
  auto& list = lists_.emplace_back(std::make_unique<KindRecords>(std::move(kind), std::move(records)));
  list->locate(setting_.crs);
}

std::optional<std::array<double, 4>> Records::extent() const {
  if (setting_.extent) {
    return setting_.extent;
  }
  const KindRecords* areas = of("area-of-interest");
  std::array<double, 4> box = {180, 90, -180, -90};
  for (std::size_t i = 0; areas != nullptr && i < areas->size(); ++i) {
    for (const auto& polygon : (*areas)[i].record.geometry.polygons) {
      for (const geo::LonLat& p : polygon.outer) {
        box = {std::min(box[0], p.lon), std::min(box[1], p.lat), std::max(box[2], p.lon), std::max(box[3], p.lat)};
      }
    }
  }
  return box[0] <= box[2] ? std::optional(box) : std::nullopt;
}

const KindRecords* Records::of(std::string_view kind) const {
  const auto found =
      std::find_if(lists_.begin(), lists_.end(), [&](const auto& list) { return list->kind().name == kind; });
  return found == lists_.end() ? nullptr : found->get();
}

std::size_t Records::total() const {
  std::size_t total = 0;
  for (const auto& list : lists_) {
    total += list->size();
  }
  return total;
}

}  // namespace firmground::registry::checks
