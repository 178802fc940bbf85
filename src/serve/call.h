#pragma once
#include <string>
#include <vector>

#include "base/error.h"
#include "serve/edition.h"
#include "serve/http.h"

/// Routes: one file per resource, each a function of a Call.
namespace firmground::serve {

/// One request on its way to its answer.
struct Call {
  const Request& request;
  std::vector<std::string> captured;  ///< what stood for the {…} of the route, in order
  const Edition& edition;
  ProgrammeSource& source;
};

using Handler = base::Result<Response> (*)(const Call&);

base::Result<Response> get_health(const Call& call);
base::Result<Response> get_programme(const Call& call);
base::Result<Response> get_vector_tile(const Call& call);
base::Result<Response> get_hazard_tile(const Call& call);
base::Result<Response> get_hillshade_tile(const Call& call);
base::Result<Response> get_hazard_legend(const Call& call);
base::Result<Response> get_hazard_at(const Call& call);
base::Result<Response> get_record(const Call& call);
base::Result<Response> get_at(const Call& call);
base::Result<Response> get_search(const Call& call);
base::Result<Response> get_situation(const Call& call);
base::Result<Response> get_account(const Call& call);
base::Result<Response> get_estimate(const Call& call);
base::Result<Response> get_surveys(const Call& call);

/// The tile named by the last three captures.  Errors: serve.parameter_invalid, serve.tile_outside.
base::Result<TileId> tile_of(const Call& call);

}  // namespace firmground::serve
