#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "estimate/covariate_logit.h"
#include "estimate/learnt_kinds.h"
#include "estimate/smooth_effects.h"
#include "evidence/item_kinds.h"
#include "evidence/observations.h"

namespace firmground::estimate {

/// A cell still to be forecast, and how much it matters: what is learned is how well kinds are told from as far away as
/// such cells are from finds.
struct CellAhead {
  std::uint32_t cell;
  double weight;
};

/// Kinds that a cell's items of one class are likely to be.
struct KindShares {
  std::array<double, evidence::kMostKindsOfClass> share{};  ///< add up to 1
  double found = 0;        ///< items found here that state their kind: they add to the concentration
  double from_ground = 1;  ///< how much of the shares is what the ground says, and not finds nearby
};

/// What the items of one class are, by place: what the ground makes likely, drawn towards what was found and recorded
/// nearby (docs/methods/hazard-field.md, eq. 37).  Immutable once learned.
class Composition {
 public:
  /// From the finds in searched cells that state their kind (presence-only: from events).  `effects`: of the class's
  /// fields; `ahead`: may be empty.  A function of its input alone: same bytes on any thread count.
  /// REQUIRES: `observations` outlives the composition.  Cost: linear in cells with finds, with at most 3,000 of them
  /// held out to learn strengths from.
  Composition(const evidence::Observations& observations, evidence::OrdnanceClass ordnance_class,
              const std::vector<SmoothEffect>& effects, const std::vector<CellAhead>& ahead);
  /// With what was learned before, of these or other finds, in a region of the country too.  `near`: by cell, which of
  /// them at() is asked of; null: all. REQUIRES: effects as when it was learned.  Cost: some passes over the grid's
  /// cells and the finds.
  Composition(const evidence::Observations& observations, evidence::OrdnanceClass ordnance_class,
              const std::vector<SmoothEffect>& effects, LearntKinds learnt, const std::vector<std::uint8_t>* near);

  /// Whether any find stated its kind when it was learned: without, at() must not be asked.
  bool told() const { return learnt_.told; }
  const LearntKinds& learnt() const { return learnt_; }
  evidence::OrdnanceClass ordnance_class() const { return ordnance_class_; }
  std::size_t kinds() const { return kinds_; }
  /// Cost: some hundred nanoseconds.
  KindShares at(std::uint32_t cell) const;
  /// Of the items of a square of `side` cells about its mean shares, where they lie in so many patches (eq. 39).
  double concentration(double side, double patches) const;
  double cell_concentration() const { return learnt_.cell_concentration; }
  /// Items beyond the first of a cell, by kind, relative to those of all kinds (eq. 38).
  std::span<const double> excess() const { return std::span(learnt_.excess).first(kinds_); }
  /// Cells with items of a patch of 8 x 8 cells that holds any, by kind: a strike of submunitions covers many (eq. 39).
  std::span<const double> cells_of_patch() const { return std::span(learnt_.cells_of_patch).first(kinds_); }
  /// Cells alike count once: how many facts the shares over the whole country rest on.
  double facts() const { return learnt_.facts; }

  /// What was learned, for documents.
  struct Scale {
    double radius_m;
    double strength;  ///< facts at which finds within the radius weigh as much as what is known without them
  };
  std::vector<Scale> scales() const;
  double record_worth() const { return learnt_.record_worth; }
  double ridge() const { return learnt_.ridge; }

 private:
  static constexpr std::size_t kScales = LearntKinds::kScales;
  using Parts = LearntKinds::Parts;

  /// A cell with finds.
  struct Fact {
    std::uint32_t cell;
    float column;  ///< of the country's grid, as all columns and rows here
    float row;
    Parts part;  ///< by kind, adding up to what the cell is worth
    std::array<std::uint32_t, evidence::kMostKindsOfClass> count;
  };
  /// Kernel sums at nodes `step` cells apart.
  struct Nearby {
    double radius = 0;  ///< cells
    std::int32_t step = 1;
    std::int32_t first_row = 0, first_column = 0;  ///< of the nodes held
    std::int32_t rows = 0, columns = 0;
    std::vector<float> sum;            ///< nodes x kinds
    std::vector<std::uint8_t> needed;  ///< by node, while finds are spread; empty: all

    std::size_t at(std::int32_t row, std::int32_t column) const {
      return static_cast<std::size_t>(row - first_row) * static_cast<std::size_t>(columns) +
             static_cast<std::size_t>(column - first_column);
    }
  };
  /// Facts by squares of eight cells.
  struct Buckets;
  /// What strengths are learned from: facts with all within their distance held out.
  struct HeldOut;
  struct Square;
  static std::uint64_t square_of(const Fact& fact, std::uint64_t side);
  std::vector<Square> squares_of(const HeldOut& held, std::uint64_t side) const;

  void mark_cells(const evidence::KindFinds& finds);
  Fact fact_of(const evidence::KindCount& found, std::int32_t column, std::int32_t row) const;
  void take_facts(const evidence::KindFinds& finds);
  std::vector<std::size_t> sample() const;
  void learn_ground(const std::vector<SmoothEffect>& effects, HeldOut& held);
  std::vector<CovariateLogit> ground_of(const std::vector<SmoothEffect>& effects, const std::vector<std::size_t>& from,
                                        double ridge) const;
  void hold_out(const Buckets& buckets, const std::vector<CellAhead>& ahead, HeldOut& held) const;
  void learn_strengths(HeldOut& held);
  void learn_likeness(const HeldOut& held);
  void learn_excess();
  void learn_patches();
  void set_scales();
  void spread_facts(const std::vector<std::uint32_t>* near);
  void spread(const Fact& fact, Nearby& level) const;
  std::int32_t column_of(std::uint32_t cell) const {
    return static_cast<std::int32_t>(cell) % columns_ + first_column_;
  }
  std::int32_t row_of(std::uint32_t cell) const { return static_cast<std::int32_t>(cell) / columns_ + first_row_; }
  void lay_nodes(const std::vector<std::uint32_t>* near, Nearby& level) const;
  Parts recorded_at(std::uint32_t cell) const;
  Parts ground_at(std::uint32_t cell) const;
  Parts nearby(const Nearby& level, std::uint32_t cell) const;
  Parts drawn(Parts share, std::span<const Parts> local, const Parts& recorded, double& from_ground) const;

  const evidence::Observations& observations_;
  evidence::OrdnanceClass ordnance_class_;
  std::size_t kinds_;
  std::int32_t columns_;
  std::int32_t first_column_;  ///< of the grid, in the country's
  std::int32_t first_row_;
  std::vector<Fact> facts_;             ///< ascending cells
  std::vector<Fact> beyond_;            ///< outside a region's grid: they tell of what lies near them alone
  std::vector<CovariateLogit> ground_;  ///< of each kind but the last, among it and those after it
  std::array<Nearby, kScales> nearby_;
  std::vector<std::uint8_t> marks_;  ///< by cell: kFoundHere, kRecorded
  bool any_recorded_ = false;        ///< a record that states a kind reaches some cell
  LearntKinds learnt_;
};

}  // namespace firmground::estimate
