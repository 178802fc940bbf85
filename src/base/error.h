#pragma once
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "base/check.h"

namespace firmground::base {

/// An expected failure, told to a person: what is wrong, and what to do about it.
/// Texts come from schema/errors/*.toml; tools/check_errors.py holds every id used in the code to the catalogue.
struct Error {
  std::string id;       ///< "intake.crs_missing"
  std::string code;     ///< "IN-0103", stable for documents and programs
  int http = 500;       ///< status when the error reaches a browser
  std::string message;  ///< one sentence, names file, row, field, value
  std::string remedy;   ///< one sentence, what a person can do
};

template <typename T>
using Result = tl::expected<T, Error>;

using ErrorArguments = std::initializer_list<std::pair<std::string_view, std::string>>;

/// Makes the catalogue's error `id` with its {placeholders} filled.
/// REQUIRES: id is in schema/errors/*.toml (CHECKed).  A placeholder without an argument stays as it is.
Error make_error(std::string_view id, ErrorArguments arguments = {});

/// `return fail("intake.crs_missing", {{"file", name}});`
inline tl::unexpected<Error> fail(std::string_view id, ErrorArguments arguments = {}) {
  return tl::unexpected<Error>(make_error(id, arguments));
}

/// The text with its {placeholders} filled; one without an argument stays as it is.
std::string filled(std::string_view text, ErrorArguments arguments);

/// "message Remedy: remedy [code]", as the command line prints it.
std::string to_text(const Error& error);

}  // namespace firmground::base

#define FG_CONCAT_INNER(a, b) a##b
#define FG_CONCAT(a, b) FG_CONCAT_INNER(a, b)
#define FG_TRY_IMPL(hidden, name, expression)                                      \
  auto hidden = (expression);                                                      \
  if (!hidden) {                                                                   \
    return ::tl::unexpected<::firmground::base::Error>(std::move(hidden).error()); \
  }                                                                                \
  name = std::move(*hidden)

/// FG_TRY(const auto raster, open_raster(path)); gives the value or returns the error to the caller.
#define FG_TRY(name, expression) FG_TRY_IMPL(FG_CONCAT(fg_result_, __COUNTER__), name, expression)

/// FG_TRY_VOID(write(x)); for Result<void>.
#define FG_TRY_VOID_IMPL(hidden, expression)                                       \
  if (auto hidden = (expression); !hidden) {                                       \
    return ::tl::unexpected<::firmground::base::Error>(std::move(hidden).error()); \
  }
#define FG_TRY_VOID(expression) FG_TRY_VOID_IMPL(FG_CONCAT(fg_result_, __COUNTER__), expression)
