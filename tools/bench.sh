#!/bin/bash
# bench.sh [NAME]: the rooms' micro-benchmarks, then the comparisons of bench/*.sh; with NAME those
# whose name holds it.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
name=${1:-}

printf 'on %s, %s cores%s\n' \
  "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" \
  "$(grep -q -m 1 -E 'avx512_vnni|avx_vnni' /proc/cpuinfo && echo ', VNNI' || echo ', no VNNI')"
for program in build/release/bin/*"$name"*_bench; do
  if [[ -x $program ]]; then
    printf '\n%s\n' "$(basename "$program")"
    "$program" --benchmark_counters_tabular=true 2>/dev/null
  fi
done
for script in bench/*"$name"*.sh; do
  if [[ -f $script ]]; then
    printf '\n%s\n' "$script"
    bash "$script"
  fi
done
