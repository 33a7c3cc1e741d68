#!/bin/bash
# package.sh: makes the Debian packages osler and osler-learn of build/release in build/package.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
# shellcheck source=packaging/steps.sh
source packaging/steps.sh

start=$SECONDS
log=build/package/package.log
rm -rf build/package
mkdir -p build/package
step_draw package 'osler and osler-learn'
# Files of a package are readable by all, whatever this user's umask.
if ! (umask 022 && cpack --config build/release/CPackConfig.cmake) >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  step_fail package 'the packages could not be made' "$log"
  exit 70
fi
rm -rf build/package/_CPack_Packages
for package in build/package/*.deb; do
  step_done package "$package, $(($(stat -c %s "$package") / 1000)) kB" "$(clock $((SECONDS - start)))"
done
[[ -d build/release/share/osler/web ]] ||
  echo 'note    the pages were not built (tools/build_web.sh build/release/share/osler/web), so the package has none' >&2
if command -v lintian >/dev/null; then
  start=$SECONDS
  if ! lintian --fail-on error --suppress-tags bad-distribution-in-changes-file build/package/*.deb \
    >build/package/lintian.log 2>&1; then
    cat build/package/lintian.log >&2
    step_fail lintian 'the packages break rules of Debian' build/package/lintian.log
    exit 70
  fi
  step_done lintian "$(grep -c '^[WE]:' build/package/lintian.log || true) remarks in build/package/lintian.log" \
    "$(clock $((SECONDS - start)))"
fi
