#include "serve/call.h"

namespace firmground::serve {

base::Result<Response> get_account(const Call& call) {
  FG_TRY(std::string json, call.edition.account());
  return json_response(std::move(json));
}

}  // namespace firmground::serve
