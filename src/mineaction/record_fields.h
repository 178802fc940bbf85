#pragma once
#include "mineaction/snapshot.h"

/// Each struct of snapshot.h named field by field, once: reading a record, writing one and hashing one are the same
/// walk with another visitor. The order is that of schema/kinds; the visitors of record_conversion.cpp check every name
/// against it.
namespace firmground::mineaction {

template <typename Visitor>
void visit_fields(Visitor& v, AreaOfInterest& r) {
  v("name", r.name);
  v.geometry(r.geometry);
}

template <typename Visitor>
void visit_fields(Visitor& v, District& r) {
  v("district_id", r.district_id);
  v("name", r.name);
  v.geometry(r.geometry);
}

template <typename Visitor>
void visit_fields(Visitor& v, ReferenceFeature& r) {
  v("id", r.id);
  v("layer", r.layer);
  v("name", r.name);
  v.geometry(r.geometry);
}

template <typename Visitor>
void visit_fields(Visitor& v, Baseline& r) {
  v("id", r.id);
  v("name", r.name);
  v("estimated_on", r.estimated_on);
  v("area_ha", r.area_ha);
  v("source", r.source);
}

template <typename Visitor>
void visit_fields(Visitor& v, HazardousArea& r) {
  v("hazard_id", r.hazard_id);
  v("type", r.type);
  v("status", r.status);
  v("device", r.device);
  v("evidence", r.evidence);
  v("reported_on", r.reported_on);
  v("district", r.district);
  v.declared_area(r.declared_area_m2);
  v.geometry(r.geometry);
}

template <typename Visitor>
void visit_fields(Visitor& v, MinefieldRecord& r) {
  v("record_id", r.record_id);
  v("source", r.source);
  v("mines_recorded", r.mines_recorded);
  v("device", r.device);
  v("recorded_on", r.recorded_on);
  v("unit", r.unit);
  v("sheet", r.sheet);
  v("recorded_crs", r.recorded_crs);
  v("read_as", r.read_as);
  v.geometry(r.geometry);
}

template <typename Visitor>
void visit_fields(Visitor& v, MinefieldRecordLeg& r) {
  v("id", r.id);
  v("record_id", r.record_id);
  v("leg", r.leg);
  v("role", r.role);
  v("from_point", r.from_point);
  v("to_point", r.to_point);
  v("easting", r.easting);
  v("northing", r.northing);
  v("crs", r.crs);
  v("bearing", r.bearing);
  v("bearing_unit", r.bearing_unit);
  v("bearing_reference", r.bearing_reference);
  v("distance", r.distance);
  v("distance_unit", r.distance_unit);
  v("position", r.position);
}

template <typename Visitor>
void visit_fields(Visitor& v, LandRelease& r) {
  v("release_id", r.release_id);
  v("hazard_id", r.hazard_id);
  v("outcome", r.outcome);
  v("method", r.method);
  v("completed_on", r.completed_on);
  v("coverage", r.coverage);
  v("depth_cm", r.depth_cm);
  v("organisation", r.organisation);
  v("donor", r.donor);
  v.declared_area(r.declared_area_m2);
  v.geometry(r.geometry);
}

template <typename Visitor>
void visit_fields(Visitor& v, Find& r) {
  v("find_id", r.find_id);
  v("release_id", r.release_id);
  v("found_on", r.found_on);
  v("device", r.device);
  v("model", r.model);
  v("count", r.count);
  v("depth_cm", r.depth_cm);
  v.position(r.position);
}

template <typename Visitor>
void visit_fields(Visitor& v, Accident& r) {
  v("accident_id", r.accident_id);
  v("occurred_on", r.occurred_on);
  v("precision_m", r.precision_m);
  v("device", r.device);
  v("killed", r.killed);
  v("injured", r.injured);
  v.position(r.position);
}

template <typename Visitor>
void visit_fields(Visitor& v, Victim& r) {
  v("victim_id", r.victim_id);
  v("accident_id", r.accident_id);
  v("sex", r.sex);
  v("age", r.age);
  v("civilian", r.civilian);
  v("outcome", r.outcome);
  v("activity", r.activity);
  v("person_key", r.person_key);
}

template <typename Visitor>
void visit_fields(Visitor& v, Place& r) {
  v("id", r.id);
  v("name", r.name);
  v("kind", r.kind);
  v("population", r.population);
  v("displaced", r.displaced);
  v("district", r.district);
  v.position(r.position);
}

template <typename Visitor>
void visit_fields(Visitor& v, Project& r) {
  v("project_id", r.project_id);
  v("name", r.name);
  v("kind", r.kind);
  v("people", r.people);
  v("needed_by", r.needed_by);
  v("district", r.district);
  v.geometry(r.geometry);
}

/// Teams and assets; only the name of the id differs.
template <typename Visitor>
void visit_fields(Visitor& v, Resource& r) {
  v.local_id(r.id);
  v("kind", r.kind);
  v("method", r.method);
  v("productivity_m2_day", r.productivity_m2_day);
  v("cost_day", r.cost_day);
  v("currency", r.currency);
  v("organisation", r.organisation);
  v("available_from", r.available_from);
  v("available_to", r.available_to);
  v.position(r.base);
}

template <typename Visitor>
void visit_fields(Visitor& v, Task& r) {
  v("task_id", r.task_id);
  v("hazard_id", r.hazard_id);
  v("method", r.method);
  v("team_id", r.team_id);
  v("state", r.state);
  v("planned_from", r.planned_from);
  v("planned_to", r.planned_to);
  v.geometry(r.geometry);
}

template <typename Visitor>
void visit_fields(Visitor& v, Funding& r) {
  v("contribution_id", r.contribution_id);
  v("donor", r.donor);
  v("national", r.national);
  v("year", r.year);
  v("amount", r.amount);
  v("currency", r.currency);
  v("activity", r.activity);
}

/// Calls f(kind name, list) for every list of the snapshot, in the order of kinds().
template <typename AnySnapshot, typename Function>
void for_each_list(AnySnapshot& s, Function&& f) {
  f("area-of-interest", s.areas_of_interest);
  f("districts", s.districts);
  f("reference-layer", s.reference_features);
  f("baselines", s.baselines);
  f("hazards", s.hazards);
  f("minefield-records", s.minefield_records);
  f("minefield-record-legs", s.minefield_record_legs);
  f("land-release", s.land_releases);
  f("finds", s.finds);
  f("accidents", s.accidents);
  f("victims", s.victims);
  f("places", s.places);
  f("projects", s.projects);
  f("teams", s.teams);
  f("assets", s.assets);
  f("tasks", s.tasks);
  f("funding", s.funding);
}

}  // namespace firmground::mineaction
