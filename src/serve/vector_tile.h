#pragma once
#include <string>

#include "serve/vector_layer.h"

/// Vector tiles (Mapbox Vector Tile specification 2.1).
namespace firmground::serve {

/// Steps across a tile, and how far geometry reaches beyond its edge.
inline constexpr int kTileExtent = 4096;
inline constexpr int kTileBuffer = 64;
/// A tile is not larger than this before compression; a fuller one is drawn coarser, never with features left out.
inline constexpr std::size_t kTileLimit_bytes = 500'000;

/// One tile of the layer as a protobuf of one MVT layer; empty when nothing of it lies there.
/// - Lines and rings are simplified by at most half a pixel (of 512 a tile), clipped to the tile and its buffer,
/// snapped, and wound
///   as the specification asks (outer rings positive).
/// - A shape smaller than a pixel is drawn as a square of one pixel, so that it never vanishes; several of one style in
/// one
///   pixel are drawn as one, with the attribute `n` telling how many it stands for.
/// - Points within four pixels of each other and of one style are drawn as one, with `n`, at zooms below
/// kAllPointsZoom.
/// - A feature with n > 1 stands for several records and therefore has no `id`.
/// Cost: O(vertices of the shapes that meet the tile + points shown).
std::string vector_tile(const VectorLayer& layer, TileId tile);

}  // namespace firmground::serve
