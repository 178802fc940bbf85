#include "evidence/line_direction.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/parallel.h"

namespace firmground::evidence {

namespace {

constexpr double kPiece = 250;  ///< metres
constexpr double kNear = 500;   ///< pieces nearer than this weigh alike

struct Piece {
  geo::Xy middle;
  geo::Xy doubled;  ///< twice its angle, as long as the piece
  double length;    ///< of that vector
};

std::vector<Piece> pieces_of(const mineaction::Snapshot& snapshot) {
  std::vector<Piece> pieces;
  for (const mineaction::ReferenceFeature& feature : snapshot.reference_features) {
    if (feature.layer != "contact-line") {
      continue;
    }
    for (const auto& line : feature.geometry.lines) {
      for (std::size_t i = 1; i < line.size(); ++i) {
        const double dx = line[i].x - line[i - 1].x;
        const double dy = line[i].y - line[i - 1].y;
        const double length = std::hypot(dx, dy);
        const auto parts = static_cast<int>(std::ceil(length / kPiece));
        for (int part = 0; part < parts; ++part) {
          const double at = (part + 0.5) / parts;
          const geo::Xy doubled{(dx * dx - dy * dy) / length / parts, 2 * dx * dy / length / parts};
          pieces.push_back(
              {{line[i - 1].x + at * dx, line[i - 1].y + at * dy}, doubled, std::hypot(doubled.x, doubled.y)});
        }
      }
    }
  }
  return pieces;
}

geo::Xy seen_from(geo::Xy point, const std::vector<Piece>& pieces) {
  geo::Xy sum{0, 0};
  double weight = 0;
  for (const Piece& piece : pieces) {
    const double dx = piece.middle.x - point.x;
    const double dy = piece.middle.y - point.y;
    const double away = dx * dx + dy * dy + kNear * kNear;
    sum.x += piece.doubled.x / (away * away);
    sum.y += piece.doubled.y / (away * away);
    weight += piece.length / (away * away);
  }
  return {sum.x / weight, sum.y / weight};
}

}  // namespace

LineDirection::LineDirection(const mineaction::Snapshot& snapshot, const geo::Grid& country, const geo::Grid& part)
    : spacing_m_(std::max(600.0, 30 * country.cell_m)) {
  const std::vector<Piece> pieces = pieces_of(snapshot);
  if (pieces.empty()) {
    return;
  }
  // Nodes lie where those of the country do: from the last one before the part to the one after it.
  const double before_west = std::floor((part.west_m() - country.west_m()) / spacing_m_);
  const double before_north = std::floor((country.north_m() - part.north_m()) / spacing_m_);
  west_m_ = country.west_m() + before_west * spacing_m_;
  north_m_ = country.north_m() - before_north * spacing_m_;
  const auto nodes = [&](double metres) { return static_cast<std::size_t>(metres / spacing_m_) + 2; };
  columns_ = nodes(part.west_m() + part.columns * part.cell_m - west_m_);
  rows_ = nodes(north_m_ - part.north_m() + part.rows * part.cell_m);
  node_.resize(columns_ * rows_);
  base::parallel_for(rows_, 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      for (std::size_t column = 0; column < columns_; ++column) {
        node_[row * columns_ + column] = seen_from(
            {west_m_ + static_cast<double>(column) * spacing_m_, north_m_ - static_cast<double>(row) * spacing_m_},
            pieces);
      }
    }
  });
}

geo::Xy LineDirection::doubled_at(geo::Xy point) const {
  const double u = std::clamp((point.x - west_m_) / spacing_m_, 0.0, static_cast<double>(columns_) - 1.000001);
  const double v = std::clamp((north_m_ - point.y) / spacing_m_, 0.0, static_cast<double>(rows_) - 1.000001);
  const auto column = static_cast<std::size_t>(u);
  const auto row = static_cast<std::size_t>(v);
  const double s = u - static_cast<double>(column);
  const double t = v - static_cast<double>(row);
  const geo::Xy* at = node_.data() + row * columns_ + column;
  const auto blend = [&](double geo::Xy::* part) {
    return (1 - t) * ((1 - s) * at[0].*part + s * at[1].*part) +
           t * ((1 - s) * at[columns_].*part + s * at[columns_ + 1].*part);
  };
  return {blend(&geo::Xy::x), blend(&geo::Xy::y)};
}

}  // namespace firmground::evidence
