#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

/// Requests and answers as values: what routes read and give.  Knows no sockets.
namespace firmground::serve {

/// Longest address answered, in characters.
inline constexpr std::size_t kTargetLimit = 2048;

struct Request {
  std::string method = "GET";
  std::string target;  ///< as asked
  std::vector<std::string>
      path;  ///< decoded segments; none is empty, ".", ".." or holds a slash or a control character
  std::map<std::string, std::string> query;
  std::string host;
  std::string accept_encoding;
  std::string if_none_match;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json; charset=utf-8";
  std::shared_ptr<const std::string> body = std::make_shared<std::string>();
  std::string content_encoding;  ///< "gzip" or "br" when the body is compressed
  std::string cache_control = "no-cache";
  std::string allow;  ///< methods, with 405
  std::string etag;   ///< set by finish()
};

Response json_response(std::string text);
Response body_response(std::string content_type, std::shared_ptr<const std::string> body);

/// RFC 9457 problem with the error's status.
Response problem(const base::Error& error);

/// Reads "/tiles/finds/8/1/2.mvt?x=1" into path and query.
/// Errors: serve.target_too_long, serve.bad_path (broken escape, control character, text that is not UTF-8, "..").
base::Result<Request> parse_target(std::string_view target);

/// A number within [low, high].  Errors: serve.parameter_missing, serve.parameter_invalid.
base::Result<double> number_parameter(const Request& request, const std::string& name, double low, double high);
/// The same with a value for when it is not given.
base::Result<double> number_parameter(const Request& request, const std::string& name, double low, double high,
                                      double otherwise);

/// What the client's headers ask for: compression, 304, no body for HEAD. Sets the ETag from the bytes.
Response finish(Response response, const Request& request);

/// Whether a coding such as "gzip" is acceptable (RFC 9110, 12.5.3).
bool accepts(std::string_view accept_encoding, std::string_view coding);

}  // namespace firmground::serve
