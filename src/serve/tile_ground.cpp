#include "serve/tile_ground.h"

namespace firmground::serve {

TileGround::TileGround(TileId tile, const geo::Crs& crs)
    : step_(tile.z < 6 ? 1 : 16), knots_across_(kRasterTile / step_ + 1) {
  const WorldBox box = tile.box();
  const double pixel = tile.size() / kRasterTile;
  std::vector<geo::LonLat> lon_lat;
  lon_lat.reserve(static_cast<std::size_t>(knots_across_) * static_cast<std::size_t>(knots_across_));
  for (int row = 0; row < knots_across_; ++row) {
    for (int column = 0; column < knots_across_; ++column) {
      lon_lat.push_back(
          to_lon_lat({box.min_x + (column * step_ + 0.5) * pixel, box.min_y + (row * step_ + 0.5) * pixel}));
    }
  }
  knots_.resize(lon_lat.size());
  crs.to_programme(lon_lat, knots_);
  pixel_m_ = pixel * metres_per_world((box.min_y + box.max_y) / 2);
}

geo::Xy TileGround::at(int column, int row) const {
  const int i = row / step_ * knots_across_ + column / step_;
  const double u = static_cast<double>(column % step_) / step_;
  const double v = static_cast<double>(row % step_) / step_;
  const geo::Xy a = knots_[static_cast<std::size_t>(i)];
  const geo::Xy b = knots_[static_cast<std::size_t>(i) + 1];
  const geo::Xy c = knots_[static_cast<std::size_t>(i) + knots_across_];
  const geo::Xy d = knots_[static_cast<std::size_t>(i) + knots_across_ + 1];
  return {(a.x * (1 - u) + b.x * u) * (1 - v) + (c.x * (1 - u) + d.x * u) * v,
          (a.y * (1 - u) + b.y * u) * (1 - v) + (c.y * (1 - u) + d.y * u) * v};
}

}  // namespace firmground::serve
