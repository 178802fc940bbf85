#!/usr/bin/env bash
# Every C++ file reads as .clang-format says. --fix rewrites them.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
if [[ ${1:-} == --fix ]]; then mode=(-i); else mode=(--dry-run --Werror); fi
if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
  list=(git ls-files -z -- 'src/*.cpp' 'src/*.h' 'bench/*.cpp' 'tests/*.cpp')
else
  list=(find src bench tests \( -name '*.cpp' -o -name '*.h' \) -print0)
fi
"${list[@]}" | while IFS= read -r -d '' file; do if [[ -f $file ]]; then printf '%s\0' "$file"; fi; done |
  xargs -0 -r -n 16 -P "$(nproc)" clang-format-19 "${mode[@]}" || { echo "run tools/check_format.sh --fix" >&2; exit 1; }
