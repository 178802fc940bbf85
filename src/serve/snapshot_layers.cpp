#include "serve/snapshot_layers.h"

#include <map>
#include <optional>

#include "base/check.h"
#include "base/parallel.h"
#include "mineaction/kind.h"
#include "mineaction/record_legs.h"

namespace firmground::serve {
namespace {

using mineaction::Snapshot;

/// Adds features of one layer: attributes that are not known are left out, never written as zero.
class LayerBuilder {
 public:
  LayerBuilder(const Snapshot& snapshot, std::string name, std::string title, std::string style_key)
      : crs_(*snapshot.crs), layer_(std::move(name), std::move(title), std::move(style_key)) {}

  /// Calls describe() for each feature that the geometry makes; the points of a multi-point are features of their own.
  template <typename Describe>
  void add(std::string_view id, std::size_t record, const geo::PlanarGeometry& geometry, Describe describe) {
    if (!geometry.lines.empty() || !geometry.polygons.empty()) {
      layer_.begin(id, static_cast<std::uint32_t>(record));
      describe();
      shape(geometry);
      layer_.end();
    }
    for (const geo::Xy p : geometry.points) {
      layer_.begin(id, static_cast<std::uint32_t>(record));
      describe();
      layer_.point(to_world({p}, false, crs_).front());
      layer_.end();
    }
  }

  void text(std::string_view key, std::string_view value) { layer_.attribute(key, value); }
  void date(std::string_view key, const mineaction::Date& value) {
    layer_.attribute(key, value.to_string());
    layer_.attribute("year", std::int64_t{value.year()});
  }
  void date(std::string_view key, const std::optional<mineaction::Date>& value) {
    if (value) {
      date(key, *value);
    }
  }
  template <typename T>
  void number(std::string_view key, const std::optional<T>& value) {
    if (value) {
      layer_.attribute(key, *value);
    }
  }

  VectorLayer finish() {
    layer_.finish();
    return std::move(layer_);
  }

 private:
  void shape(const geo::PlanarGeometry& geometry) {
    for (const auto& line : geometry.lines) {
      layer_.part(PartKind::line, to_world(line, false, crs_));
    }
    for (const geo::PlanarPolygon& polygon : geometry.polygons) {
      layer_.part(PartKind::outer_ring, to_world(polygon.outer, true, crs_));
      for (const auto& hole : polygon.holes) {
        layer_.part(PartKind::hole, to_world(hole, true, crs_));
      }
    }
  }

  const geo::Crs& crs_;
  VectorLayer layer_;
};

geo::PlanarGeometry as_geometry(const std::optional<geo::Xy>& position) {
  geo::PlanarGeometry geometry;
  if (position) {
    geometry.points.push_back(*position);
  }
  return geometry;
}

/// The known word of a code, "" for unknown: a map does not colour what nobody said.
template <typename Code>
std::string_view known(Code code) {
  return code == Code::unknown ? std::string_view() : to_string(code);
}

VectorLayer areas_of_interest(const Snapshot& s) {
  LayerBuilder b(s, "area-of-interest", "Area of interest", "");
  for (std::size_t i = 0; i < s.areas_of_interest.size(); ++i) {
    const auto& r = s.areas_of_interest[i];
    b.add(r.name, i, r.geometry, [&] { b.text("name", r.name); });
  }
  return b.finish();
}

VectorLayer districts(const Snapshot& s) {
  LayerBuilder b(s, "districts", "Districts", "");
  for (std::size_t i = 0; i < s.districts.size(); ++i) {
    const auto& r = s.districts[i];
    b.add(r.district_id, i, r.geometry, [&] { b.text("name", r.name); });
  }
  return b.finish();
}

VectorLayer hazards(const Snapshot& s) {
  LayerBuilder b(s, "hazards", "Hazardous areas", "type");
  for (std::size_t i = 0; i < s.hazards.size(); ++i) {
    const auto& r = s.hazards[i];
    b.add(r.hazard_id, i, r.geometry, [&] {
      b.text("type", to_string(r.type));
      b.text("status", r.status);
      b.text("device", known(r.device));
      b.date("reported_on", r.reported_on);
      b.text("district", r.district);
    });
  }
  return b.finish();
}

VectorLayer minefield_records(const Snapshot& s) {
  LayerBuilder b(s, "minefield-records", "Minefield records", "source");
  const mineaction::LegsByRecord legs = mineaction::legs_by_record(s.minefield_record_legs);
  for (std::size_t i = 0; i < s.minefield_records.size(); ++i) {
    const auto& r = s.minefield_records[i];
    b.add(r.record_id, i, mineaction::ground_of(r, legs, *s.crs), [&] {
      b.text("source", r.source);
      b.text("device", known(r.device));
      b.number("mines_recorded", r.mines_recorded);
      b.date("recorded_on", r.recorded_on);
    });
  }
  return b.finish();
}

VectorLayer land_releases(const Snapshot& s) {
  LayerBuilder b(s, "land-release", "Land release", "outcome");
  for (std::size_t i = 0; i < s.land_releases.size(); ++i) {
    const auto& r = s.land_releases[i];
    b.add(r.release_id, i, r.geometry, [&] {
      b.text("outcome", to_string(r.outcome));
      b.text("method", known(r.method));
      b.date("completed_on", r.completed_on);
      b.text("hazard_id", r.hazard_id);
      b.text("organisation", r.organisation);
      b.number("depth_cm", r.depth_cm);
    });
  }
  return b.finish();
}

VectorLayer finds(const Snapshot& s) {
  LayerBuilder b(s, "finds", "Ordnance found", "device");
  for (std::size_t i = 0; i < s.finds.size(); ++i) {
    const auto& r = s.finds[i];
    b.add(r.find_id, i, as_geometry(r.position), [&] {
      b.text("device", known(r.device));
      b.date("found_on", r.found_on);
      b.number("count", std::optional(r.count));
    });
  }
  return b.finish();
}

VectorLayer accidents(const Snapshot& s) {
  LayerBuilder b(s, "accidents", "Accidents", "");
  for (std::size_t i = 0; i < s.accidents.size(); ++i) {
    const auto& r = s.accidents[i];
    b.add(r.accident_id, i, as_geometry(r.position), [&] {
      b.text("device", known(r.device));
      b.date("occurred_on", r.occurred_on);
      b.number("killed", r.killed);
      b.number("injured", r.injured);
    });
  }
  return b.finish();
}

VectorLayer places(const Snapshot& s) {
  LayerBuilder b(s, "places", "Places", "kind");
  for (std::size_t i = 0; i < s.places.size(); ++i) {
    const auto& r = s.places[i];
    b.add(r.id, i, as_geometry(r.position), [&] {
      b.text("name", r.name);
      b.text("kind", r.kind);
      b.number("population", r.population);
      b.number("displaced", r.displaced);
      b.text("district", r.district);
    });
  }
  return b.finish();
}

VectorLayer projects(const Snapshot& s) {
  LayerBuilder b(s, "projects", "Projects", "kind");
  for (std::size_t i = 0; i < s.projects.size(); ++i) {
    const auto& r = s.projects[i];
    b.add(r.project_id, i, r.geometry, [&] {
      b.text("name", r.name);
      b.text("kind", r.kind);
      b.number("people", r.people);
      b.date("needed_by", r.needed_by);
      b.text("district", r.district);
    });
  }
  return b.finish();
}

VectorLayer resources(const Snapshot& s, const std::vector<mineaction::Resource>& list, const char* name,
                      const char* title) {
  LayerBuilder b(s, name, title, "kind");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto& r = list[i];
    b.add(r.id, i, as_geometry(r.base), [&] {
      b.text("kind", r.kind);
      b.text("method", known(r.method));
      b.text("organisation", r.organisation);
    });
  }
  return b.finish();
}

VectorLayer teams(const Snapshot& s) {
  return resources(s, s.teams, "teams", "Teams");
}
VectorLayer assets(const Snapshot& s) {
  return resources(s, s.assets, "assets", "Assets");
}

VectorLayer tasks(const Snapshot& s) {
  LayerBuilder b(s, "tasks", "Tasks", "state");
  for (std::size_t i = 0; i < s.tasks.size(); ++i) {
    const auto& r = s.tasks[i];
    b.add(r.task_id, i, r.geometry, [&] {
      b.text("state", r.state);
      b.text("method", known(r.method));
      b.text("hazard_id", r.hazard_id);
      b.text("team_id", r.team_id);
      b.date("planned_from", r.planned_from);
      b.text("planned_to", r.planned_to ? r.planned_to->to_string() : std::string());
    });
  }
  return b.finish();
}

/// "contact-line" -> "Contact line"
std::string title_of(const std::string& layer) {
  std::string title = layer;
  for (char& c : title) {
    c = c == '-' || c == '_' ? ' ' : c;
  }
  if (!title.empty() && title[0] >= 'a' && title[0] <= 'z') {
    title[0] = static_cast<char>(title[0] - 'a' + 'A');
  }
  return title;
}

VectorLayer reference_layer(const Snapshot& s, const std::string& name, const std::vector<std::size_t>& positions) {
  LayerBuilder b(s, name, title_of(name), "");
  for (const std::size_t i : positions) {
    const auto& r = s.reference_features[i];
    b.add(r.id, i, r.geometry, [&] { b.text("name", r.name); });
  }
  return b.finish();
}

using Maker = VectorLayer (*)(const Snapshot&);
constexpr Maker kMakers[] = {areas_of_interest, districts, land_releases, hazards,
                             minefield_records, tasks,     projects,      finds,
                             accidents,         places,    teams,         assets};

}  // namespace

std::vector<VectorLayer> layers_of(const Snapshot& snapshot, const base::Progress& progress) {
  FG_CHECK(snapshot.crs.has_value());
  std::map<std::string, std::vector<std::size_t>> reference;
  for (std::size_t i = 0; i < snapshot.reference_features.size(); ++i) {
    reference[snapshot.reference_features[i].layer].push_back(i);
  }
  progress("Preparing the map layers", 0);
  std::vector<std::optional<VectorLayer>> made(std::size(kMakers) + reference.size());
  base::parallel_for(made.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (i < std::size(kMakers)) {
        made[i] = kMakers[i](snapshot);
      } else {
        const auto& [name, positions] =
            *std::next(reference.begin(), static_cast<std::ptrdiff_t>(i - std::size(kMakers)));
        made[i] = reference_layer(snapshot, name, positions);
      }
    }
  });
  std::vector<VectorLayer> layers;
  for (std::optional<VectorLayer>& layer : made) {
    if (!layer->features().empty()) {
      layers.push_back(std::move(*layer));
    }
  }
  progress("Preparing the map layers", 1);
  return layers;
}

}  // namespace firmground::serve
