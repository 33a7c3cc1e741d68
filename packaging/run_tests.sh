#!/bin/bash
# run_tests.sh BUILD [CTEST OPTION…]: runs the tests of a build; shows those that fail and, last, the
# counts. Appends the counts to the file $OSLER_COUNTS where it is set: "PASSED FAILED SKIPPED".
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=packaging/steps.sh
source "$root/packaging/steps.sh"

build=$1
shift
report=$root/$build/tests.xml
log=$root/$build/tests.log
start=$SECONDS
rm -f "$report"

follow() {  # "  3/210 Test #12: evaluate.… Passed 0.01 sec"
  local line
  while IFS= read -r line; do
    printf '%s\n' "$line" >>"$log"
    if [[ $line =~ ^\ *([0-9]+)/([0-9]+)\ Test ]]; then
      step_draw test "$(bar "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}")  ${BASH_REMATCH[1]} of ${BASH_REMATCH[2]}"
    fi
  done
}

: >"$log"
status=0
ctest --test-dir "$root/$build" -j "$(nproc)" --output-on-failure --no-tests=error \
  --output-junit "$report" "$@" 2>&1 | follow || status=$?

count() {  # count ATTRIBUTE: of the whole suite
  sed -n "s/^[[:space:]]*$1=\"\([0-9]*\)\".*/\1/p" "$report" 2>/dev/null | head -n 1
}
total=$(count tests)
failed=$(count failures)
skipped=$(($(count skipped) + $(count disabled)))
if [[ -z $total ]]; then
  tail -n 20 "$log" >&2
  step_fail test "the tests could not be run" "$log"
  exit 70
fi
passed=$((total - failed - skipped))
if ((status != 0)); then
  step_terminal && printf '\r\e[K' >&2
  sed -n '/Failure\|(Failed)\|\*\*\*/p' "$log" | head -n 60 >&2
fi
if [[ -n ${OSLER_COUNTS:-} ]]; then
  echo "$passed $failed $skipped" >>"$OSLER_COUNTS"
fi
step_done test "$passed passed, $failed failed, $skipped skipped; all output in ${log#"$root"/}" \
  "$(clock $((SECONDS - start)))"
exit "$status"
