#!/usr/bin/env bash
# clang-tidy-19 on the C++ files changed against a base: tidy.sh [BASE | --all].
# Without BASE: against where this branch left its upstream, or the last commit when there is none; uncommitted changes count.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
build=${FIRMGROUND_BUILD:-build/release}
[[ -f $build/compile_commands.json ]] || { echo "tidy.sh: $build is not configured; run ./test first" >&2; exit 1; }
git rev-parse --is-inside-work-tree >/dev/null 2>&1 || { echo "tidy.sh: not a git work tree, nothing to compare with"; exit 77; }

changed_files() {
  if [[ ${1:-} == --all ]]; then
    git ls-files -- 'src/*.cpp'
    return
  fi
  local base=${1:-}
  [[ -n $base ]] || base=$(git merge-base HEAD '@{upstream}' 2>/dev/null || true)
  if [[ -z $base || $base == "$(git rev-parse HEAD)" ]]; then
    base=$(git rev-parse -q --verify HEAD~1 || git rev-parse HEAD)
  fi
  { git diff --name-only --diff-filter=d "$base" -- 'src/*.cpp'; git ls-files -o --exclude-standard -- 'src/*.cpp'; } | sort -u
}

mapfile -t files < <(changed_files "$@")
((${#files[@]})) || { echo "no C++ file changed"; exit 0; }
echo "clang-tidy on ${#files[@]} files"
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$(nproc)" clang-tidy-19 -p "$build" --quiet --extra-arg=-Wno-error --extra-arg=-Wno-everything 2>/dev/null
