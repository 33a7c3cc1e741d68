#!/bin/bash
# Builds osler's pages:  tools/build_web.sh [OUTPUT]   (default web/dist)
# Installs the packages of web/package-lock.json when the lock changed, checks the types, builds.
# Prints one line; what went wrong is shown whole. Safe to run again: unchanged pages are left alone.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
web=$root/web
output=$(realpath -m "${1:-$web/dist}")
modules=$web/node_modules

fail() {
  echo "build_web: $1" >&2
  exit 1
}

step() {  # step WHAT COMMAND...
  local what=$1 log
  shift
  log=$(mktemp)
  if ! (cd "$web" && "$@") >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    fail "$what failed, see above"
  fi
  rm -f "$log"
}

digest() { sha256sum | cut -d' ' -f1; }

command -v node >/dev/null || fail "node is missing: apt-get install nodejs"
node -e 'process.exit(process.versions.node.split(".")[0] >= 18 ? 0 : 1)' ||
  fail "node $(node --version) is too old: 18.20 or later is needed"

lock=$(cat "$web/package-lock.json" "$web/package.json" | digest)
# No package needs its install script; none is run.
if [[ $(cat "$modules/.osler-lock" 2>/dev/null) != "$lock" ]]; then
  command -v npm >/dev/null || fail "npm is missing: apt-get install npm"
  step "npm ci (is the registry reachable?)" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  echo "$lock" >"$modules/.osler-lock"
fi

sources=$(cd "$web" && find src index.html package-lock.json tsconfig.json vite.config.ts -type f ! -name '*.test.ts' -print0 |
  LC_ALL=C sort -z | xargs -0 sha256sum | digest)
if [[ -f $output/index.html && $(cat "$output/.osler-sources" 2>/dev/null) == "$sources" ]]; then
  echo "web: $output is up to date"
  exit 0
fi

# The build empties its folder: never one that it did not make.
if [[ -d $output && -n $(ls -A "$output") && ! -f $output/index.html ]]; then
  fail "$output holds something else; name an empty folder"
fi

step "the type check" node node_modules/typescript/bin/tsc --noEmit
step "the build" node node_modules/vite/bin/vite.js build --outDir "$output" --emptyOutDir --logLevel warn
step "the size budget" node tools/budget.mjs "$output"
echo "$sources" >"$output/.osler-sources"
echo "web: $(find "$output/assets" -type f | wc -l) files, $(du -sk "$output" | cut -f1) kB in $output"
