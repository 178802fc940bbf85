#pragma once
#include <cstdint>
#include <string>

namespace firmground::base {

/// A UUIDv7 (RFC 9562, 5.7): 48 bits of milliseconds since 1970, then random bits of the operating system; lower-case
/// text. Identity of a record; never part of a stamp or of a computation.
std::string new_uuid(std::int64_t unix_milliseconds);

/// Milliseconds since 1970, UTC. Only intake, register, pipeline, serve and cli may ask for the time.
std::int64_t now_unix_milliseconds();

/// "2026-11-23T09:10:17.123Z"
std::string utc_timestamp(std::int64_t unix_milliseconds);

}  // namespace firmground::base
