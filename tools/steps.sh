# Steps that ./run and ./test share; sourced from the project's root with `set -euo pipefail`.

started_at=$SECONDS
step() { printf '[%4d s] %s\n' "$((SECONDS - started_at))" "$*"; }
refuse() { printf '\nfirmground: %s\n' "$*" >&2; exit 1; }

# need_space PATH MEGABYTES WHAT: a full disk is said before it breaks something half way.
need_space() {
  local free_mb
  free_mb=$(df -Pm "$1" | awk 'NR == 2 {print $4}')
  if ((free_mb < $2)); then
    refuse "the disk that holds $(readlink -f "$1") has $free_mb MB free; $3 needs about $2 MB. Free some space and start again."
  fi
}

install_packages() {
  step "Checking what is installed"
  tools/install
  # Debian's own Node may be older than the web tools want; tools/install then keeps one here.
  if [[ -x .cache/node/node_modules/.bin/node ]]; then
    export PATH="$PWD/.cache/node/node_modules/.bin:$PATH"
  fi
}

use_commit_hooks() {
  if git rev-parse --is-inside-work-tree >/dev/null 2>&1 && [[ "$(git config core.hooksPath || true)" != tools/hooks ]]; then
    git config core.hooksPath tools/hooks || true  # a read-only clone builds all the same
  fi
}

# build_preset PRESET [TARGET...]
build_preset() {
  local preset=$1
  shift
  need_space . 2500 "a build"
  if [[ ! -f build/$preset/build.ninja ]]; then
    step "Configuring ($preset)"
    cmake --preset "$preset" >"$(log_file "$preset-configure")" 2>&1 ||
      { tail -n 30 "build/log/$preset-configure.txt" >&2; refuse "configuring failed; the whole output is in build/log/$preset-configure.txt."; }
  fi
  step "Building ($preset, $(nproc) at a time; the first build takes some minutes)"
  NINJA_STATUS='         [%f of %t, %e s] ' cmake --build --preset "$preset" -- -j "$(nproc)" "$@" </dev/null ||
    refuse "the build failed; the first message above says where."
}

log_file() { mkdir -p build/log; printf 'build/log/%s.txt' "$1"; }

# The hash of what a step reads, so that it runs again exactly when that changed.
content_of() { find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1; }

# run_logged NAME COMMAND...: quiet when it works, its last words when not.
run_logged() {
  local log
  log=$(log_file "$1")
  shift
  "$@" >"$log" 2>&1 </dev/null || { tail -n 30 "$log" >&2; refuse "'$*' failed; the whole output is in $log."; }
}

install_web_packages() {
  local wanted
  wanted=$(content_of web/package.json web/package-lock.json)
  if [[ "$(cat web/node_modules/.firmground-content 2>/dev/null || true)" != "$wanted" ]]; then
    need_space web 800 "the web app's packages"
    step "Installing the web app's packages"
    run_logged web-packages npm --prefix web ci --no-audit --no-fund
    echo "$wanted" >web/node_modules/.firmground-content
  fi
}

build_web() {
  [[ -f web/package.json ]] || return 0
  install_web_packages
  local wanted sources=()
  local entry
  for entry in web/*; do
    case $entry in web/node_modules | web/dist) ;; *) sources+=("$entry") ;; esac
  done
  wanted=$(content_of "${sources[@]}")
  if [[ "$(cat web/dist/.firmground-content 2>/dev/null || true)" != "$wanted" ]]; then
    step "Building the web app"
    run_logged web-build npm --prefix web run build
    # what the build itself writes under web/ (copied fonts) counts as built
    echo "$(content_of "${sources[@]}")" >web/dist/.firmground-content
  fi
}
