#include "base/ids.h"

#include <fmt/core.h>

#include <chrono>

#include "base/sodium.h"

namespace firmground::base {

std::string new_uuid(std::int64_t unix_milliseconds) {
  prepare_sodium();
  unsigned char b[16];
  randombytes_buf(b, sizeof b);
  for (int i = 0; i < 6; ++i) {
    b[i] = static_cast<unsigned char>(static_cast<std::uint64_t>(unix_milliseconds) >> (8 * (5 - i)));
  }
  b[6] = static_cast<unsigned char>((b[6] & 0x0f) | 0x70);
  b[8] = static_cast<unsigned char>((b[8] & 0x3f) | 0x80);
  char hex[33];
  sodium_bin2hex(hex, sizeof hex, b, sizeof b);
  const std::string_view h(hex, 32);
  return fmt::format("{}-{}-{}-{}-{}", h.substr(0, 8), h.substr(8, 4), h.substr(12, 4), h.substr(16, 4), h.substr(20));
}

std::int64_t now_unix_milliseconds() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::string utc_timestamp(std::int64_t unix_milliseconds) {
  using namespace std::chrono;
  const sys_time<milliseconds> time{milliseconds{unix_milliseconds}};
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

}  // namespace firmground::base
