#include <fmt/core.h>

#include <charconv>

#include "serve/call.h"
#include "serve/gzip.h"
#include "serve/vector_tile.h"

namespace firmground::serve {
namespace {

base::Result<std::uint32_t> whole_number(const char* name, const std::string& text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return base::fail("serve.parameter_invalid", {{"name", name}, {"value", text}, {"expected", "a whole number"}});
  }
  return value;
}

/// The cached bytes of a tile, or those that draw() makes.
template <typename Draw>
std::shared_ptr<const std::string> cached(const Call& call, const std::string& key, Draw draw) {
  if (auto held = call.edition.tiles().find(key)) {
    return held;
  }
  auto made = std::make_shared<const std::string>(draw());
  call.edition.tiles().keep(key, made);
  return made;
}

std::string key_of(std::string_view layer, TileId tile) {
  return fmt::format("{}/{}/{}/{}", layer, tile.z, tile.x, tile.y);
}

std::string names_of(const std::vector<VectorLayer>& layers) {
  std::string names;
  for (const VectorLayer& layer : layers) {
    names += (names.empty() ? "" : ", ") + layer.name();
  }
  return names;
}

}  // namespace

base::Result<TileId> tile_of(const Call& call) {
  const std::size_t first = call.captured.size() - 3;
  FG_TRY(const std::uint32_t z, whole_number("z", call.captured[first]));
  FG_TRY(const std::uint32_t x, whole_number("x", call.captured[first + 1]));
  FG_TRY(const std::uint32_t y, whole_number("y", call.captured[first + 2]));
  const TileId tile{static_cast<int>(std::min<std::uint32_t>(z, kMaxZoom + 1)), x, y};
  if (!tile.exists()) {
    return base::fail("serve.tile_outside", {{"z", call.captured[first]},
                                             {"x", call.captured[first + 1]},
                                             {"y", call.captured[first + 2]},
                                             {"max_zoom", std::to_string(kMaxZoom)}});
  }
  return tile;
}

base::Result<Response> get_vector_tile(const Call& call) {
  const VectorLayer* layer = call.edition.find_layer(call.captured[0]);
  if (layer == nullptr) {
    return base::fail("serve.layer_unknown",
                      {{"layer", call.captured[0]}, {"layers", names_of(call.edition.layers())}});
  }
  FG_TRY(const TileId tile, tile_of(call));
  const auto body = cached(call, key_of(layer->name(), tile), [&] {
    const std::string drawn = vector_tile(*layer, tile);
    return drawn.empty() ? drawn : gzip(drawn, 3);
  });
  Response response = body_response("application/vnd.mapbox-vector-tile", body);
  response.status = body->empty() ? 204 : 200;
  response.content_encoding = body->empty() ? "" : "gzip";
  return response;
}

base::Result<Response> get_hazard_tile(const Call& call) {
  const std::optional<std::size_t> band = find_shown_band(call.captured[0]);
  if (!band) {
    return base::fail("serve.band_unknown",
                      {{"band", call.captured[0]}, {"bands", "probability_any, expected_items, evidence"}});
  }
  FG_TRY(const TileId tile, tile_of(call));
  return body_response("image/png", cached(call, key_of("hazard/" + call.captured[0], tile),
                                           [&] { return call.edition.hazard_map().tile(*band, tile); }));
}

base::Result<Response> get_hillshade_tile(const Call& call) {
  const Hillshade* hillshade = call.edition.hillshade();
  if (hillshade == nullptr) {
    return base::fail("serve.no_hillshade");
  }
  FG_TRY(const TileId tile, tile_of(call));
  return body_response("image/png", cached(call, key_of("hillshade", tile), [&] { return hillshade->tile(tile); }));
}

}  // namespace firmground::serve
