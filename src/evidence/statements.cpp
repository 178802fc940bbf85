#include "evidence/statements.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>

#include "evidence/effort.h"

namespace firmground::evidence {

namespace {

using Day = std::chrono::sys_days;

constexpr Day kNotKnown = Day::min();
constexpr float kCovered = 0.5F;  ///< share of a cell from which on a statement is one of the cell
constexpr float kSearched = 0.5F;
constexpr std::uint32_t kNamed = 3;  ///< mines, ERW, not stated
constexpr std::uint32_t kCancelled = 2 * kNamed;

constexpr std::array<const char*, kCancelled + 1> kLabels = {
    "SHA, mines named", "SHA, ERW named",          "SHA, ordnance not named",   "CHA, mines named",
    "CHA, ERW named",   "CHA, ordnance not named", "cancelled without a search"};

struct Statement {
  std::uint32_t of_class = 0;
  Day made = kNotKnown;  ///< first day that it can be of
};

std::uint32_t class_of_hazard(const mineaction::HazardousArea& hazard) {
  const std::uint32_t first = hazard.type == mineaction::HazardType::confirmed ? kNamed : 0;
  if (hazard.device == mineaction::Device::unknown) {
    return first + 2;
  }
  return first + (class_of(hazard.device) == OrdnanceClass::mines ? 0 : 1);
}

StatementKind kind_of_class(std::size_t of_class) {
  return of_class < kNamed       ? StatementKind::suspected
         : of_class < kCancelled ? StatementKind::confirmed
                                 : StatementKind::nothing_found;
}

/// All statements, and the one that counts in each cell.
class StatementMap {
 public:
  StatementMap(const geo::Grid& grid, const std::optional<mineaction::Date>& until)
      : grid_(grid), until_(until), of_(grid.size(), kNone) {}

  void add(const mineaction::HazardousArea& hazard) {
    if (hazard.reported_on && !counts(*hazard.reported_on)) {
      return;
    }
    add({class_of_hazard(hazard), hazard.reported_on ? hazard.reported_on->first_day() : kNotKnown}, hazard.geometry,
        [](const Statement& now, const Statement& before) {
          const StatementKind kind = kind_of_class(now.of_class);
          const StatementKind old = kind_of_class(before.of_class);
          return kind != old ? kind > old : now.made > before.made;
        });
  }
  /// REQUIRES: all hazardous areas were added before.
  void add(const mineaction::LandRelease& release) {
    if (release.outcome == mineaction::Outcome::cancelled && !looks_into_the_ground(release) &&
        counts(release.completed_on)) {
      const Day last = release.completed_on.last_day();
      add({kCancelled, release.completed_on.first_day()}, release.geometry,
          [&](const Statement&, const Statement& before) { return last >= before.made; });
    }
  }
  bool empty() const { return statements_.empty(); }
  /// REQUIRES: no land release was added yet.
  std::vector<ConfirmedCell> confirmed() const {
    std::vector<ConfirmedCell> result;
    for (std::uint32_t cell = 0; cell < of_.size(); ++cell) {
      if (of_[cell] != kNone && kind_of_class(statements_[of_[cell]].of_class) == StatementKind::confirmed) {
        result.push_back({cell, of_[cell]});
      }
    }
    return result;
  }

  CovariateField field(const std::vector<mineaction::LandRelease>& releases,
                       const std::vector<std::uint8_t>& processed) const;

 private:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  bool counts(const mineaction::Date& date) const { return !until_ || date.last_day() <= until_->last_day(); }

  template <typename Before>
  void add(Statement statement, const geo::PlanarGeometry& geometry, const Before& goes_before) {
    const auto number = static_cast<std::uint32_t>(statements_.size());
    bool said = false;
    for (const geo::CellShare& cell : geo::cover(grid_, geometry)) {
      std::uint32_t& of = of_[cell.cell];
      if (cell.share >= kCovered && (of == kNone || goes_before(statement, statements_[of]))) {
        of = number;
        said = true;
      }
    }
    if (said) {
      statements_.push_back(statement);
    }
  }
  std::vector<Day> last_search(const std::vector<mineaction::LandRelease>& releases) const;

  const geo::Grid& grid_;
  const std::optional<mineaction::Date>& until_;
  std::vector<Statement> statements_;
  std::vector<std::uint32_t> of_;  ///< by cell
};

/// The last day on which a cell may have been searched; only of cells with a statement.
std::vector<Day> StatementMap::last_search(const std::vector<mineaction::LandRelease>& releases) const {
  std::vector<Day> last(of_.size(), kNotKnown);
  for (const mineaction::LandRelease& release : releases) {
    if (!looks_into_the_ground(release) || !counts(release.completed_on)) {
      continue;
    }
    for (const geo::CellShare& cell : geo::cover(grid_, release.geometry)) {
      if (of_[cell.cell] != kNone) {
        last[cell.cell] = std::max(last[cell.cell], release.completed_on.last_day());
      }
    }
  }
  return last;
}

CovariateField StatementMap::field(const std::vector<mineaction::LandRelease>& releases,
                                   const std::vector<std::uint8_t>& processed) const {
  CovariateField result{"survey statement",
                        "",
                        std::vector<float>(of_.size(), std::numeric_limits<float>::quiet_NaN()),
                        true,
                        {kLabels.begin(), kLabels.end()}};
  const std::vector<Day> last = last_search(releases);
  std::vector<std::uint32_t> searched(statements_.size(), 0);
  std::vector<std::uint8_t> said(statements_.size(), 0);
  for (std::size_t cell = 0; cell < of_.size(); ++cell) {
    const std::uint32_t of = of_[cell];
    if (of == kNone || (processed[cell] != 0 && last[cell] < statements_[of].made)) {
      continue;
    }
    result.value[cell] = static_cast<float>(statements_[of].of_class) + (processed[cell] != 0 ? kSearched : 0.0F);
    searched[of] += processed[cell] != 0 ? 1 : 0;
    said[of] = 1;
  }
  std::vector<StatementClass> classes(kLabels.size());
  std::vector<double> squares(kLabels.size(), 0.0);
  for (std::size_t of = 0; of < statements_.size(); ++of) {
    StatementClass& one = classes[statements_[of].of_class];
    one.polygons += said[of];
    one.searched += searched[of] > 0 ? 1 : 0;
    one.cells += searched[of];
    squares[statements_[of].of_class] += static_cast<double>(searched[of]) * searched[of];
  }
  for (std::size_t k = 0; k < classes.size(); ++k) {
    classes[k].kind = kind_of_class(k);
    classes[k].facts = squares[k] > 0 ? static_cast<double>(classes[k].cells) * classes[k].cells / squares[k] : 0.0;
  }
  result.statements = std::make_shared<const std::vector<StatementClass>>(std::move(classes));
  return result;
}

}  // namespace

std::optional<CovariateField> survey_statements(const mineaction::Snapshot& snapshot, const geo::Grid& grid,
                                                const std::vector<std::uint8_t>& processed,
                                                const std::optional<mineaction::Date>& until) {
  StatementMap map(grid, until);
  for (const mineaction::HazardousArea& hazard : snapshot.hazards) {
    map.add(hazard);
  }
  auto confirmed = std::make_shared<const std::vector<ConfirmedCell>>(map.confirmed());
  for (const mineaction::LandRelease& release : snapshot.land_releases) {
    map.add(release);
  }
  if (map.empty()) {
    return std::nullopt;
  }
  CovariateField field = map.field(snapshot.land_releases, processed);
  field.confirmed = std::move(confirmed);
  return field;
}

std::optional<StatementValue> statement_value(float value) {
  if (std::isnan(value)) {
    return std::nullopt;
  }
  const float of_class = std::floor(value);
  return StatementValue{static_cast<std::size_t>(of_class), value > of_class};
}

}  // namespace firmground::evidence
