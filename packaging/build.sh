#!/bin/bash
# build.sh PRESET [TARGET…]: configures once, then builds with as many compilers as cores and memory
# allow. Shows a bar; the compilers' own output is in build/PRESET/build.log.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
# shellcheck source=packaging/steps.sh
source packaging/steps.sh
step_number=${OSLER_STEP:-}

preset=$1
shift
folder=build/$preset
log=$folder/build.log
mkdir -p "$folder"

# The cache is shared between working copies, so paths must not count.
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$root}
export CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=locale,time_macros

# A file that includes libtorch takes up to 2 GB to compile.
jobs() {
  if [[ -n ${OSLER_JOBS:-} ]]; then
    echo "$OSLER_JOBS"
    return
  fi
  local cores memory
  cores=$(nproc)
  memory=$(($(awk '/^MemAvailable/ {print $2}' /proc/meminfo) / 2000000))
  echo $((memory < 1 ? 1 : memory < cores ? memory : cores))
}

start=$SECONDS
if [[ ! -f $folder/build.ninja ]]; then
  step_draw build "configuring"
  if ! cmake --preset "$preset" >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    step_fail build "the build could not be configured" "$log"
    exit 70
  fi
fi

follow() {  # reads "DONE TOTAL what" lines of ninja
  local made total rest elapsed left
  while read -r made total rest; do
    printf '%s %s %s\n' "$made" "$total" "$rest" >>"$log"
    if [[ $made =~ ^[0-9]+$ && $total =~ ^[0-9]+$ ]]; then
      elapsed=$((SECONDS - start))
      left=''
      ((made > 0 && elapsed > 3)) && left=", $(clock $((elapsed * (total - made) / made))) left"
      step_draw build "$(bar "$made" "$total")  $made of $total   $(clock $elapsed)$left"
    fi
  done
}

: >"$log"
if ! NINJA_STATUS='%f %t ' ninja -C "$folder" -j "$(jobs)" "$@" 2>&1 | follow; then
  grep -E -A 12 'error:|FAILED|undefined' "$log" | head -n 40 >&2 || tail -n 20 "$log" >&2
  step_fail build "the build failed" "$log"
  exit 70
fi
if grep -q 'no work to do' "$log"; then
  result='nothing to do'
else
  result="$(grep -c '^[0-9]* [0-9]* ' "$log") steps"
fi
step_done build "$folder: $result" "$(clock $((SECONDS - start)))"
