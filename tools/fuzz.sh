#!/bin/bash
# fuzz.sh [SECONDS] [TARGET…]: runs the fuzz targets, each for so long (default 60), from the corpus in
# build/fuzz/corpus, which it adds to. An input that breaks a target is kept beside it, and named.
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 70
# shellcheck source=packaging/steps.sh
source packaging/steps.sh

seconds=60
if [[ ${1:-} =~ ^[0-9]+$ ]]; then
  seconds=$1
  shift
fi
targets=("$@")
if [[ ${#targets[@]} == 0 ]]; then
  mapfile -t targets < <(find build/fuzz/fuzz -maxdepth 1 -name 'fuzz_*' -type f -executable \
    -printf '%f\n' | sed 's/^fuzz_//' | sort)
fi

failed=0
for target in "${targets[@]}"; do
  program=build/fuzz/fuzz/fuzz_$target
  corpus=build/fuzz/corpus/$target
  log=build/fuzz/$target.log
  if [[ ! -x $program ]]; then
    printf 'error   there is no fuzz target "%s"\ndo      see ls build/fuzz/fuzz\n' "$target" >&2
    exit 66
  fi
  mkdir -p "$corpus"
  # Inputs that are right lead the way to those that are nearly right.
  seeds=()
  [[ -d tests/fuzz/seeds/$target ]] && seeds=("tests/fuzz/seeds/$target")
  [[ $target == study ]] && seeds=(examples)
  start=$SECONDS
  step_draw fuzz "$target"
  if "$program" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=65536 \
    -artifact_prefix="build/fuzz/$target-" "$corpus" "${seeds[@]}" >"$log" 2>&1; then
    counts='1 0 0'
    runs=$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$log")
    step_done fuzz "$target: $runs inputs, none broke it" "$(clock $((SECONDS - start)))"
  else
    counts='0 1 0'
    failed=$((failed + 1))
    grep -E 'ERROR|SUMMARY|broken invariant|runtime error|Test unit written' "$log" >&2
    step_done fuzz "$target: broke; see $log" "$(clock $((SECONDS - start)))"
  fi
  [[ -n ${OSLER_COUNTS:-} ]] && echo "$counts" >>"$OSLER_COUNTS"
done
exit $((failed > 0))
