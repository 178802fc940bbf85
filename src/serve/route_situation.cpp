#include "serve/call.h"

namespace firmground::serve {

base::Result<Response> get_situation(const Call& call) {
  FG_TRY(std::string json, call.edition.situation());
  return json_response(std::move(json));
}

}  // namespace firmground::serve
