#include "geo/proj_thread.h"

#include <toml++/toml.h>

#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/embedded.h"

namespace firmground::geo {

namespace {

/// A thread that reads many files would otherwise collect every neighbourhood it ever saw.
constexpr std::size_t kWaysKept = 400;

const std::set<std::string>& not_chosen() {
  static const std::set<std::string> codes = [] {
    std::set<std::string> read;
    const toml::table table = toml::parse(base::embedded_file("schema/datum-operations.toml"));
    for (const auto& entry : *table["not_chosen"].as_array()) {
      read.insert(entry.as_table()->at("operation").value<std::string>().value());
    }
    return read;
  }();
  return codes;
}

struct ListDelete {
  void operator()(PJ_OBJ_LIST* list) const { proj_list_destroy(list); }
};
struct FactoryDelete {
  void operator()(PJ_OPERATION_FACTORY_CONTEXT* context) const { proj_operation_factory_context_destroy(context); }
};

std::string code_of(const PJ* operation) {
  const char* authority = proj_get_id_auth_name(operation, 0);
  const char* code = proj_get_id_code(operation, 0);
  return authority != nullptr && code != nullptr ? std::string(authority) + ":" + code : std::string();
}

DatumShift described(PJ_CONTEXT* context, const PJ* operation) {
  constexpr double kNoUsableAccuracy_m = 999;  // how the EPSG registry writes "unknown"
  DatumShift result{code_of(operation), proj_get_name(operation), std::nullopt};
  const double accuracy = proj_coordoperation_get_accuracy(context, operation);
  if (accuracy >= 0 && accuracy < kNoUsableAccuracy_m) {
    result.accuracy_m = accuracy;
  }
  return result;
}

/// PROJ's ranking without the operations that are excluded; the whole of it when every one is.
std::vector<Pj> ranked_operations(PJ_CONTEXT* context, const PJ* from, const PJ* to,
                                  const ThreadProj::Neighbourhood& around) {
  const std::unique_ptr<PJ_OPERATION_FACTORY_CONTEXT, FactoryDelete> factory(
      proj_create_operation_factory_context(context, nullptr));
  proj_operation_factory_context_set_area_of_interest(context, factory.get(), around[0], around[1], around[2],
                                                      around[3]);
  proj_operation_factory_context_set_spatial_criterion(context, factory.get(),
                                                       PROJ_SPATIAL_CRITERION_PARTIAL_INTERSECTION);
  proj_operation_factory_context_set_grid_availability_use(context, factory.get(),
                                                           PROJ_GRID_AVAILABILITY_DISCARD_OPERATION_IF_MISSING_GRID);
  proj_operation_factory_context_set_allow_ballpark_transformations(context, factory.get(), 0);
  const std::unique_ptr<PJ_OBJ_LIST, ListDelete> list(proj_create_operations(context, from, to, factory.get()));
  const int count = list ? proj_list_get_count(list.get()) : 0;
  std::vector<Pj> ranked;
  for (int i = 0; i < count; ++i) {
    ranked.emplace_back(proj_list_get(context, list.get(), i));
  }
  const auto excluded = [](const Pj& operation) { return not_chosen().contains(code_of(operation.get())); };
  if (!std::all_of(ranked.begin(), ranked.end(), excluded)) {
    std::erase_if(ranked, excluded);
  }
  return ranked;
}

Pj for_visualisation(PJ_CONTEXT* context, const Pj& operation) {
  return operation ? Pj(proj_normalize_for_visualization(context, operation.get())) : nullptr;
}

}  // namespace

ThreadProj::ThreadProj() : context_(proj_context_create()) {
  proj_log_level(context_, PJ_LOG_NONE);         // errors are returned, never printed
  proj_context_set_enable_network(context_, 0);  // the same answer in the field as at headquarters
}

ThreadProj::~ThreadProj() {
  by_epsg_.clear();
  ways_.clear();
  sources_.clear();
  proj_context_destroy(context_);
}

Pj ThreadProj::operation(const PJ* crs) {
  static const char* const kOptions[] = {"ALLOW_BALLPARK=NO", nullptr};
  const Pj lon_lat(proj_create(context_, "EPSG:4326"));
  FG_CHECK(lon_lat != nullptr);
  const Pj raw(proj_create_crs_to_crs_from_pj(context_, crs, lon_lat.get(), nullptr, kOptions));
  return for_visualisation(context_, raw);
}

PJ* ThreadProj::programme_to_lon_lat(int epsg) {
  Pj& slot = by_epsg_[epsg];
  if (!slot) {
    const Pj crs(proj_create(context_, ("EPSG:" + std::to_string(epsg)).c_str()));
    FG_CHECK(crs != nullptr);
    slot = operation(crs.get());
    FG_CHECK(slot != nullptr);
  }
  return slot.get();
}

const ThreadProj::Source* ThreadProj::source(const std::string& crs) {
  if (const auto found = sources_.find(crs); found != sources_.end()) {
    return &found->second;
  }
  Source made;
  made.crs = Pj(proj_create(context_, crs.c_str()));
  if (!made.crs || proj_is_crs(made.crs.get()) == 0) {
    return nullptr;
  }
  // A definition that carries its own shift, or heights, is taken as it stands.
  made.degrees_crs = Pj(proj_crs_get_geodetic_crs(context_, made.crs.get()));
  const PJ_TYPE type = proj_get_type(made.crs.get());
  if (type == PJ_TYPE_PROJECTED_CRS && made.degrees_crs) {
    const Pj raw(proj_create_crs_to_crs_from_pj(context_, made.crs.get(), made.degrees_crs.get(), nullptr, nullptr));
    made.to_degrees = for_visualisation(context_, raw);
    if (!made.to_degrees) {
      return nullptr;
    }
  } else if (type != PJ_TYPE_GEOGRAPHIC_2D_CRS) {
    made.degrees_crs.reset();
  }
  return &sources_.emplace(crs, std::move(made)).first->second;
}

PJ* ThreadProj::projection(const std::string& crs, bool& known) {
  const Source* from = source(crs);
  known = from != nullptr;
  return known ? from->to_degrees.get() : nullptr;
}

const WayToWgs84* ThreadProj::way(const std::string& crs, const Neighbourhood& around) {
  const auto key = std::pair(crs, around);
  if (const auto found = ways_.find(key); found != ways_.end()) {
    return &found->second;
  }
  const Source* from = source(crs);
  if (from == nullptr) {
    return nullptr;
  }
  if (ways_.size() >= kWaysKept) {
    ways_.clear();
  }
  const Pj wgs84(proj_create(context_, "EPSG:4326"));
  WayToWgs84 way;
  if (!from->degrees_crs) {
    way.datum = operation(from->crs.get());
    way.operation = {"", "as the definition of the CRS states it", std::nullopt};
    return way.datum ? &ways_.emplace(key, std::move(way)).first->second : nullptr;
  }
  if (from->to_degrees) {
    way.to_degrees = Pj(proj_clone(context_, from->to_degrees.get()));
  }
  if (proj_is_equivalent_to(from->degrees_crs.get(), wgs84.get(), PJ_COMP_EQUIVALENT_EXCEPT_AXIS_ORDER_GEOGCRS) != 0) {
    way.operation = {"", "no datum shift: WGS 84", 0.0};
  } else {
    const auto ranked = ranked_operations(context_, from->degrees_crs.get(), wgs84.get(), around);
    if (ranked.empty()) {
      return nullptr;
    }
    way.operation = described(context_, ranked.front().get());
    way.datum = for_visualisation(context_, ranked.front());
  }
  return &ways_.emplace(key, std::move(way)).first->second;
}

std::vector<DatumShift> ThreadProj::ranked(const std::string& crs, const Neighbourhood& around) {
  const Source* from = source(crs);
  std::vector<DatumShift> operations;
  if (from != nullptr && from->degrees_crs) {
    const Pj wgs84(proj_create(context_, "EPSG:4326"));
    for (const Pj& operation : ranked_operations(context_, from->degrees_crs.get(), wgs84.get(), around)) {
      operations.push_back(described(context_, operation.get()));
    }
  }
  return operations;
}

ThreadProj& thread_proj() {
  thread_local ThreadProj proj;
  return proj;
}

void transform_in_place(PJ* pj, PJ_DIRECTION direction, double* first, double* second, std::size_t count) {
  constexpr std::size_t kStride = 2 * sizeof(double);
  proj_trans_generic(pj, direction, first, kStride, count, second, kStride, count, nullptr, 0, 0, nullptr, 0, 0);
  proj_errno_reset(pj);
}

}  // namespace firmground::geo
