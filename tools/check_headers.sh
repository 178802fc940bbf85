#!/usr/bin/env bash
# Every header of src/ compiles alone: whoever includes it needs nothing before it.
# A header that passed is not tried again until it, or anything it includes of ours, changes (--all tries every one).
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
export passed=build/headers-passed
mkdir -p "$passed"
[[ ${1:-} == --all ]] && rm -f "$passed"/*
flags="-std=c++20 -Wall -Wextra -Wpedantic -Wshadow -Werror -Isrc $(pkg-config --cflags-only-I gdal libsodium pangocairo cairo-pdf 2>/dev/null)"
export flags

check_header() {
  local header=$1 content
  # shellcheck disable=SC2086
  content=$({ echo "$flags"; g++ $flags -MM -MG -x c++ "$header" | tr -d '\\' | tr ' ' '\n' | grep -E '^src/' | sort -u | xargs cat; } |
    sha256sum | cut -d' ' -f1)
  [[ -f $passed/$content ]] && return 0
  # shellcheck disable=SC2086
  if g++ $flags -fsyntax-only -x c++ -include "$header" /dev/null; then
    touch "$passed/$content"
  else
    echo "$header does not compile alone"
    return 1
  fi
}
export -f check_header
find src -name '*.h' -print0 | sort -z | xargs -0 -P "$(nproc)" -I{} bash -c 'check_header {}'
