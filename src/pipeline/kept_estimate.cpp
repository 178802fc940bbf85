#include "pipeline/kept_estimate.h"

#include <exception>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "base/byte_sum.h"
#include "base/packet.h"
#include "base/parallel.h"
#include "base/stamp.h"
#include "estimate/state_tiles.h"

namespace firmground::pipeline {

namespace {

using Json = nlohmann::json;

base::Result<void> needs_all(const std::string& reason) {
  return base::fail("estimate.update_needs_all", {{"reason", reason}});
}

/// What the kept estimate was asked for.
base::Result<EstimateRequest> request_of(const std::string& kept) {
  EstimateRequest request;
  const Json json = Json::parse(kept, nullptr, false);
  if (json.is_discarded()) {
    return base::fail("pipeline.estimate_unreadable", {{"reason", "what it was asked for is not known"}});
  }
  request.map_cell_m = json.value("cell_m", request.map_cell_m);
  request.observe.mode = json.value("mode", "") == "effort" ? evidence::Mode::effort : evidence::Mode::automatic;
  for (auto [name, date] : {std::pair("from", &request.observe.from), std::pair("until", &request.observe.until)}) {
    const std::string text = json.value(name, "");
    if (!text.empty()) {
      FG_TRY(*date, mineaction::Date::parse(text));
    }
  }
  request.records = json.value("records", "reconciled") == "as-drawn" ? RecordUse::as_drawn : RecordUse::reconciled;
  return request;
}

std::string tile_name(std::size_t tile) {
  return kEstimateTile + std::to_string(tile);
}

/// Kept bytes behind their sum: whoever reads them finds their way by what they say.
std::string with_sum(const std::string& bytes) {
  base::PacketWriter out;
  out.put(base::sum_of(bytes));
  out.put(bytes);
  return std::move(out).bytes();
}

base::Result<std::string_view> without_sum(std::string_view bytes) {
  try {
    base::KeptReader in(bytes);
    std::uint64_t sum = 0;
    in.get(sum);
    const std::string_view content = in.view();
    if (!in.done() || sum != base::sum_of(content)) {
      throw std::runtime_error("its sum is of other bytes, or it was kept by another version of the program");
    }
    return content;
  } catch (const std::exception& problem) {
    return base::fail("estimate.state_unreadable", {{"problem", problem.what()}});
  }
}

struct TileBytes {
  std::string state;
  std::string ground;
};

base::Result<TileBytes> load_tile(const registry::Register& programme, const std::string& stamp, std::size_t tile) {
  TileBytes loaded;
  base::Result<void> known = needs_all("its parts were not kept together");
  FG_TRY_VOID(programme.look_at(tile_name(tile), [&](std::string_view of, std::string_view bytes) {
    if (of == stamp) {
      known = [&]() -> base::Result<void> {
        FG_TRY(const std::string_view content, without_sum(bytes));
        base::KeptReader in(content);
        in.get(loaded.state);
        in.get(loaded.ground);
        return {};
      }();
    }
  }));
  FG_TRY_VOID(std::move(known));
  return loaded;
}

}  // namespace

base::Result<void> all_done(const std::vector<std::function<base::Result<void>()>>& parts) {
  std::vector<base::Result<void>> done(parts.size());
  base::parallel_for(parts.size(), 1, [&](std::size_t part, std::size_t) {
    try {
      done[part] = parts[part]();
    } catch (const std::exception& problem) {  // damaged bytes ask for more memory than there is, or are no JSON
      done[part] = base::fail("estimate.state_unreadable", {{"problem", problem.what()}});
    }
  });
  for (base::Result<void>& one : done) {
    FG_TRY_VOID(std::move(one));
  }
  return {};
}

base::Result<KeptEstimate> kept_outline(const registry::Register& programme) {
  FG_TRY(auto stored, latest_whole_summary(programme));
  std::string of_ground;
  base::Result<KeptGround> ground = KeptGround{};
  FG_TRY(const bool has_ground, programme.look_at(kEstimateGround, [&](std::string_view of, std::string_view bytes) {
    of_ground = of;
    ground = without_sum(bytes).and_then(parse_kept_ground);
  }));
  if (stored && stored->mode == "presence-only") {
    FG_TRY_VOID(needs_all("it was made from a bare register of events"));
  }
  if (!stored || !has_ground) {
    return base::fail("pipeline.no_estimate_to_update");
  }
  KeptEstimate kept;
  if (stored->stamp.to_json() != of_ground) {
    FG_TRY_VOID(needs_all("its parts were not kept together"));
  }
  if (stored->stamp.version != base::version()) {
    FG_TRY_VOID(needs_all("it was made by another version of Firmground"));
  }
  FG_TRY(kept.ground, std::move(ground));
  FG_TRY(kept.request, request_of(stored->request));
  kept.request.observe.cell_m = kept.ground.cell_m;
  kept.whole = std::move(*stored);
  return kept;
}

base::Result<void> same_ground(const KeptEstimate& kept, const mineaction::Snapshot& snapshot,
                               const std::optional<mineaction::SnapshotChange>& change) {
  const bool same =
      change ? ground_hash(change->gone) == ground_hash(change->come) : kept.ground.hash == ground_hash(snapshot);
  return same
             ? base::Result<void>()
             : needs_all(
                   "other records than finds, accidents and land releases that it reads were entered or changed since");
}

base::Result<void> load_shared(const registry::Register& programme, KeptEstimate& kept) {
  const std::string stamp = kept.whole.stamp.to_json();
  base::Result<void> loaded = needs_all("its parts were not kept together");
  FG_TRY_VOID(programme.look_at(kEstimateState, [&](std::string_view of, std::string_view bytes) {
    if (of == stamp) {
      auto state = without_sum(bytes).and_then(estimate::parse_shared_state);
      loaded = state ? base::Result<void>() : tl::unexpected(state.error());
      kept.state = state ? std::move(*state) : estimate::EstimateState{};
    }
  }));
  return loaded;
}

base::Result<void> load_part(const registry::Register& programme, const registry::Register& beside,
                             const evidence::Region& part, KeptEstimate& kept) {
  const std::string stamp = kept.whole.stamp.to_json();
  const geo::Grid country = kept.state.grid;
  const estimate::Tiles all = estimate::tiles_of(kept.state);
  const std::vector<std::size_t> numbers = all.of(part);
  std::vector<TileBytes> tiles(numbers.size());
  const auto load_every_other = [&](const registry::Register& from, std::size_t first) -> base::Result<void> {
    for (std::size_t t = first; t < numbers.size(); t += 2) {
      FG_TRY(tiles[t], load_tile(from, stamp, numbers[t]));
    }
    return {};
  };
  FG_TRY_VOID(all_done({[&] { return load_every_other(programme, 0); }, [&] { return load_every_other(beside, 1); }}));
  const auto put_state = [&]() -> base::Result<void> {
    std::vector<std::string_view> of_state;
    of_state.reserve(tiles.size());
    for (const TileBytes& tile : tiles) {
      of_state.emplace_back(tile.state);
    }
    FG_TRY(kept.state, estimate::with_tiles(std::move(kept.state), part, of_state));
    return {};
  };
  const auto put_ground = [&] {
    std::vector<std::pair<evidence::Region, std::string_view>> of_ground;
    of_ground.reserve(tiles.size());
    for (std::size_t t = 0; t < tiles.size(); ++t) {
      of_ground.emplace_back(all.at(numbers[t]), tiles[t].ground);
    }
    return put_tiles(of_ground, country, part, kept.ground);
  };
  return all_done({put_state, put_ground});
}

base::Result<KeptEstimate> kept_estimate(const registry::Register& programme, const mineaction::Snapshot& snapshot) {
  FG_TRY(KeptEstimate kept, kept_outline(programme));
  FG_TRY_VOID(same_ground(kept, snapshot));
  FG_TRY(const registry::Register beside, programme.beside());
  FG_TRY_VOID(load_shared(programme, kept));
  const geo::Grid& country = kept.state.grid;
  FG_TRY_VOID(load_part(programme, beside, {0, 0, country.columns, country.rows}, kept));
  return kept;
}

std::vector<registry::StoredResult> kept_for_updates(const KeptGround& ground, const WholeEstimate& whole,
                                                     const std::string& made_at) {
  const auto kept = [&](const char* name, std::string bytes) {
    return registry::StoredResult{.name = name, .stamp = whole.stamp, .made_at = made_at, .bytes = std::move(bytes)};
  };
  estimate::StateBytes state = estimate::to_bytes(whole.state);
  std::vector<registry::StoredResult> all = {
      kept(kEstimateGround, with_sum(to_bytes(ground))), kept(kEstimateSnapshot, ground.snapshot),
      kept(kEstimateKinds, whole.kind_map.value_or("")), kept(kEstimateState, with_sum(state.shared))};
  const estimate::Tiles tiles = estimate::tiles_of(whole.state);
  const std::size_t before_tiles = all.size();
  all.resize(before_tiles + tiles.count());
  base::parallel_for(tiles.count(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t t = begin; t < end; ++t) {
      base::PacketWriter out;
      out.put(state.tiles[t]);
      out.put(tile_to_bytes(ground, whole.state.grid, tiles.at(t)));
      all[before_tiles + t] = kept(tile_name(t).c_str(), with_sum(std::move(out).bytes()));
    }
  });
  return all;
}

}  // namespace firmground::pipeline
