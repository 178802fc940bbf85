#include "serve/http.h"

#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/hash.h"
#include "serve/gzip.h"

namespace firmground::serve {
namespace {

constexpr std::size_t kWorthCompressing_bytes = 1024;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// RFC 3986 2.1; nothing when an escape is broken.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_blank) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(plus_is_blank && text[i] == '+' ? ' ' : text[i]);
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      return std::nullopt;
    }
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

/// Length of the well-formed UTF-8 sequence at the start of the text (RFC 3629), 0 when there is none.
std::size_t utf8_sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80) {
    return 1;
  }
  if (first >= 0xC2 && first <= 0xDF) {
    return tail(1) ? 2 : 0;
  }
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = first == 0xED && byte(1) > 0x9F;
    return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && byte(1) < 0x90;
    const bool beyond = first == 0xF4 && byte(1) > 0x8F;
    return tail(1) && tail(2) && tail(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

/// Why a decoded piece of an address is not read; empty when it is.
std::string text_problem(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      return "it holds a control character";
    }
  }
  while (!text.empty()) {
    const std::size_t length = utf8_sequence(text);
    if (length == 0) {
      return "it is not UTF-8";
    }
    text.remove_prefix(length);
  }
  return {};
}

base::Result<std::string> decoded(std::string_view text, bool plus_is_blank) {
  std::optional<std::string> out = percent_decoded(text, plus_is_blank);
  if (!out) {
    return base::fail("serve.bad_path", {{"reason", "it holds a broken % escape"}});
  }
  if (const std::string reason = text_problem(*out); !reason.empty()) {
    return base::fail("serve.bad_path", {{"reason", reason}});
  }
  return *std::move(out);
}

base::Result<void> read_path(std::string_view path, Request& request) {
  if (path.empty() || path.front() != '/') {
    return base::fail("serve.bad_path", {{"reason", "it does not start with a slash"}});
  }
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view raw = path.substr(0, path.find('/'));
    path.remove_prefix(raw.size());
    if (raw.empty()) {
      continue;
    }
    FG_TRY(std::string segment, decoded(raw, false));
    if (segment == "." || segment == ".." || segment.find_first_of("/\\") != std::string::npos) {
      return base::fail("serve.bad_path", {{"reason", "it leads out of its folder"}});
    }
    request.path.push_back(std::move(segment));
  }
  return {};
}

base::Result<void> read_query(std::string_view query, Request& request) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    FG_TRY(std::string name, decoded(pair.substr(0, equals), true));
    std::string value;
    if (equals != std::string_view::npos) {
      FG_TRY(value, decoded(pair.substr(equals + 1), true));
    }
    request.query.insert_or_assign(std::move(name), std::move(value));
  }
  return {};
}

base::Result<double> number_of(const std::string& name, const std::string& text, double low, double high) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= low && value <= high)) {
    return base::fail(
        "serve.parameter_invalid",
        {{"name", name}, {"value", text}, {"expected", fmt::format("a number from {} to {}", low, high)}});
  }
  return value;
}

bool is_text(std::string_view content_type) {
  return content_type.starts_with("text/") || content_type.find("json") != std::string_view::npos ||
         content_type.find("javascript") != std::string_view::npos ||
         content_type.find("svg") != std::string_view::npos || content_type.find("wasm") != std::string_view::npos ||
         content_type.find("xml") != std::string_view::npos;
}

/// Weak comparison with any of the client's tags (RFC 9110, 13.1.2).
bool matches(std::string_view if_none_match, std::string_view etag) {
  return if_none_match == "*" || (!etag.empty() && if_none_match.find(etag) != std::string_view::npos);
}

/// The kind of problem in a few words, the same for every case of it (RFC 9457, 3.1.4).
std::string_view title_of(int status) {
  switch (status) {
    case 400: return "The question cannot be read";
    case 404: return "Not found";
    case 405: return "Only reading is possible";
    case 414: return "The address is too long";
    case 421: return "Wrong name for this server";
    case 422: return "The records do not allow it";
    default: return "The server failed";
  }
}

}  // namespace

Response json_response(std::string text) {
  Response response;
  response.body = std::make_shared<const std::string>(std::move(text));
  return response;
}

Response body_response(std::string content_type, std::shared_ptr<const std::string> body) {
  Response response;
  response.content_type = std::move(content_type);
  response.body = std::move(body);
  return response;
}

Response problem(const base::Error& error) {
  const nlohmann::ordered_json json = {
      {"type", "/problems/" + error.id}, {"title", title_of(error.http)}, {"status", error.http},
      {"detail", error.message},         {"remedy", error.remedy},        {"code", error.code}};
  Response response = json_response(json.dump());
  response.status = error.http;
  response.content_type = "application/problem+json; charset=utf-8";
  response.cache_control = "no-store";
  if (error.http == 405) {
    response.allow = "GET, HEAD";
  }
  return response;
}

base::Result<Request> parse_target(std::string_view target) {
  if (target.size() > kTargetLimit) {
    return base::fail("serve.target_too_long", {{"limit", std::to_string(kTargetLimit)}});
  }
  Request request;
  request.target = target;
  const std::size_t question = target.find('?');
  FG_TRY_VOID(read_path(target.substr(0, question), request));
  if (question != std::string_view::npos) {
    FG_TRY_VOID(read_query(target.substr(question + 1), request));
  }
  return request;
}

base::Result<double> number_parameter(const Request& request, const std::string& name, double low, double high) {
  const auto at = request.query.find(name);
  if (at == request.query.end()) {
    return base::fail("serve.parameter_missing", {{"name", name}, {"example", fmt::format("{}", (low + high) / 2)}});
  }
  return number_of(name, at->second, low, high);
}

base::Result<double> number_parameter(const Request& request, const std::string& name, double low, double high,
                                      double otherwise) {
  return request.query.contains(name) ? number_parameter(request, name, low, high) : base::Result<double>(otherwise);
}

bool accepts(std::string_view accept_encoding, std::string_view coding) {
  while (!accept_encoding.empty()) {
    std::string_view item = accept_encoding.substr(0, accept_encoding.find(','));
    accept_encoding.remove_prefix(std::min(accept_encoding.size(), item.size() + 1));
    item.remove_prefix(std::min(item.size(), item.find_first_not_of(" \t")));
    if (!item.starts_with(coding)) {
      continue;
    }
    item.remove_prefix(coding.size());
    const std::size_t quality = item.find("q=");
    const bool is_whole_word = item.empty() || item.find_first_of(" \t;") == 0;
    const bool is_refused =
        quality != std::string_view::npos && item.find_first_not_of("0. \t", quality + 2) == std::string_view::npos;
    if (is_whole_word && !is_refused) {
      return true;
    }
  }
  return false;
}

Response finish(Response response, const Request& request) {
  if (response.status == 200) {
    // Weak: the compressed and the plain form carry the same tag.
    response.etag = "W/\"" + base::content_hash(*response.body).substr(0, 20) + "\"";
    if (matches(request.if_none_match, response.etag)) {
      response.status = 304;
      response.body = std::make_shared<std::string>();
      return response;
    }
  }
  const bool may_compress = accepts(request.accept_encoding, "gzip");
  if (response.content_encoding == "gzip" && !may_compress) {
    response.body = std::make_shared<const std::string>(gunzip(*response.body));
    response.content_encoding.clear();
  } else if (response.content_encoding.empty() && may_compress && response.body->size() >= kWorthCompressing_bytes &&
             is_text(response.content_type)) {
    response.body = std::make_shared<const std::string>(gzip(*response.body));
    response.content_encoding = "gzip";
  }
  return response;
}

}  // namespace firmground::serve
