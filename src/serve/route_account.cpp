#include <nlohmann/json.hpp>

#include "serve/account_json.h"
#include "serve/call.h"

namespace firmground::serve {
namespace {

using Json = nlohmann::ordered_json;

double ha(double m2) {
  return m2 / 10'000;
}

Json in_hectares(const std::map<std::string, double>& areas_m2) {
  Json json = Json::object();
  for (const auto& [name, area_m2] : areas_m2) {
    json[name] = ha(area_m2);
  }
  return json;
}

}  // namespace

std::string to_json(const mineaction::LandAccount& account) {
  Json by_year = Json::object();
  for (const auto& [year, areas] : account.by_year_m2) {
    by_year[std::to_string(year)] = in_hectares(areas);
  }
  Json by_district = Json::object();
  for (const auto& [district, areas] : account.by_district_m2) {
    by_district[district] = in_hectares(areas);
  }
  const Json json = {{"as_of", account.as_of.to_string()},
                     {"opening_ha", ha(account.opening_m2)},
                     {"new_ha", ha(account.new_m2)},
                     {"cancelled_ha", ha(account.cancelled_m2)},
                     {"reduced_ha", ha(account.reduced_m2)},
                     {"cleared_ha", ha(account.cleared_m2)},
                     {"remaining_suspected_ha", ha(account.remaining_suspected_m2)},
                     {"remaining_confirmed_ha", ha(account.remaining_confirmed_m2)},
                     {"cleared_outside_ha", ha(account.cleared_outside_m2)},
                     {"double_claimed_ha", ha(account.double_claimed_m2)},
                     {"released_by_method_ha", in_hectares(account.released_by_method_m2)},
                     {"by_year_ha", by_year},
                     {"by_district_ha", by_district},
                     {"stamp", account.stamp.empty() ? Json(nullptr) : Json::parse(account.stamp)}};
  return json.dump();
}

base::Result<Response> get_account(const Call& call) {
  FG_TRY(std::string json, call.edition.account());
  return json_response(std::move(json));
}

}  // namespace firmground::serve
