#!/bin/bash
# lint.sh [--all | --fix]: what the compiler does not check. Format, layers, public headers that
# compile alone, and clang-tidy on the files that differ from main (--all: on every file).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
# shellcheck source=packaging/steps.sh
source packaging/steps.sh

work=build/lint
mkdir -p "$work"
faults=0

sources() {  # sources PATTERN…: ours, tracked or new
  git ls-files --cached --others --exclude-standard -- "$@" | sort -u | while IFS= read -r file; do
    [[ -f $file ]] && printf '%s\n' "$file"
  done
}

changed() {  # C++ sources that differ from main, or from the last commit where this is main
  local base
  base=$(git merge-base HEAD origin/main 2>/dev/null || git merge-base HEAD main 2>/dev/null || true)
  if [[ -z $base || $base == $(git rev-parse HEAD) ]]; then
    base=$(git rev-parse --verify --quiet HEAD~1 || git rev-parse HEAD)
  fi
  { git diff --name-only --diff-filter=d "$base" -- '*.cpp'
    git ls-files --others --exclude-standard -- '*.cpp'; } | sort -u
}

check() {  # check NAME WHAT COMMAND…: a line of result; on failure what the command said
  local name=$1 what=$2 start=$SECONDS
  shift 2
  step_draw "$name" "$what"
  if "$@" >"$work/$name.log" 2>&1; then
    step_done "$name" "$what" "$(clock $((SECONDS - start)))"
    return
  fi
  faults=$((faults + 1))
  step_terminal && printf '\r\e[K' >&2
  grep -vE '^[0-9]+ warnings generated|^Suppressed|^Use -header-filter' "$work/$name.log" |
    head -n 60 >&2
  step_done "$name" "not clean: see $work/$name.log" "$(clock $((SECONDS - start)))"
}

format() {
  sources '*.cpp' '*.h' | xargs clang-format-19 --dry-run --Werror
}

# A header that leans on what its user included before it breaks on the next user.
headers() {
  local folder=$work/headers
  mkdir -p "$folder"
  sources 'src/*.h' | grep -v '/internal/' | sed 's#^src/##' |
    xargs -P "$(nproc)" -I{} bash -c '
      unit=$1/$(tr / - <<<"$2").cpp
      text="#include \"$2\""
      [[ -f $unit && $(<"$unit") == "$text" ]] || printf "%s\n" "$text" >"$unit"
      ccache g++ -std=c++20 -Isrc -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror \
        -c "$unit" -o "${unit%.cpp}.o"' _ "$folder" {}
}

# clang 19 cannot read libtorch 1.13's headers, so learn's rooms are left out.
tidy() {  # reads the files' names
  grep -v '^src/learn/' | xargs -r -P "$(nproc)" -n 1 clang-tidy-19 -p build/release --quiet \
    --extra-arg=-Wno-unknown-warning-option
}

in_build() {  # of the names read, those that the build compiles; templates and fixtures are not
  grep -Fxf <(sed -n "s#^ *\"file\": \"$root/\(.*\)\",\{0,1\}#\1#p" build/release/compile_commands.json)
}

if [[ ${1:-} == --fix ]]; then
  sources '*.cpp' '*.h' | xargs clang-format-19 -i
  step_done format "$(sources '*.cpp' '*.h' | wc -l) files formatted" ''
  exit 0
fi

check format "$(sources '*.cpp' '*.h' | wc -l) files, clang-format 19" format
check layers "each include against src/LAYERS" python3 tools/check_layers.py src
check headers "$(sources 'src/*.h' | grep -vc '/internal/') public headers compile alone" headers

if [[ ! -f build/release/compile_commands.json ]]; then
  cmake --preset release >"$work/configure.log" 2>&1 ||
    { step_fail lint "the build could not be configured" "$work/configure.log"; exit 70; }
fi
if [[ ${1:-} == --all ]]; then
  sources 'src/*.cpp' 'tests/*.cpp' | in_build >"$work/tidy.files" || true
else
  changed | in_build >"$work/tidy.files" || true
fi
check tidy "$(wc -l <"$work/tidy.files") files, clang-tidy 19" tidy <"$work/tidy.files"

exit $((faults > 0))
