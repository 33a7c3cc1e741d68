#!/bin/bash
# bench.sh [NAME] [--slow] [--write]: the comparisons of bench/*.sh, then the rooms' micro-benchmarks;
# with NAME those whose name holds it. --slow: those of bench/slow too (half an hour, 40 GB of disk).
# --write: the rows go into docs/benchmarks.md, in place of those of the same name.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

name=''
slow=''
write=''
for word in "$@"; do
  case $word in
    --slow) slow=1 ;;
    --write) write=1 ;;
    *) name=$word ;;
  esac
done

rows=$(mktemp)
trap 'rm -f "$rows"' EXIT
export OSLER_BENCH_ROWS=$rows
# How many cores other work keeps busy, before the comparisons themselves do.
busy_cores() {
  local before after
  before=$(head -n 1 /proc/stat)
  sleep 3
  after=$(head -n 1 /proc/stat)
  printf '%s\n%s\n' "$before" "$after" | awk -v cores="$(nproc)" '
    { idle[NR] = $5 + $6; all[NR] = 0; for (i = 2; i <= 9; ++i) all[NR] += $i }
    END { printf "%.2f", cores * (1 - (idle[2] - idle[1]) / (all[2] - all[1])) }'
}
OSLER_BENCH_LOAD=$(busy_cores)
export OSLER_BENCH_LOAD

machine() {
  printf '%s, %s cores, %s' "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" \
    "$(grep -q -m 1 -E 'avx512_vnni|avx_vnni' /proc/cpuinfo && echo 'VNNI' || echo 'no VNNI')"
  awk '/^MemTotal/ {printf ", %.0f GB of memory\n", $2 / 1e6}' /proc/meminfo
}

versions() {
  local package
  printf '%s %s' "$(. /etc/os-release && echo "$PRETTY_NAME")" "$(uname -r)"
  for package in g++ libtorch-dev libopenblas0-openmp python3 python3-torch python3-numpy python3-pydicom; do
    printf ', %s %s' "$package" "$(dpkg-query -W -f '${Version}' "$package" 2>/dev/null || echo absent)"
  done
  printf ', ONNX Runtime %s\n' "$(sed -n 's/.*"onnxruntime-node": "\(.*\)".*/\1/p' packaging/onnxruntime/package.json)"
}

compare() {
  local script
  for script in bench/*"$name"*.sh ${slow:+bench/slow/*"$name"*.sh}; do
    if [[ -f $script && $script != bench/common.sh ]]; then
      printf '\n%s\n' "$script"
      bash "$script"
    fi
  done
}

rooms() {
  local program
  for program in build/release/bin/*"$name"*_bench; do
    if [[ -x $program ]]; then
      printf '\n%s\n' "$(basename "$program")"
      "$program" --benchmark_counters_tabular=true 2>/dev/null
    fi
  done
}

printf 'machine   %s\nversions  %s\nload      %s\n' "$(machine)" "$(versions)" "$OSLER_BENCH_LOAD"
compare
rooms
printf '\n'
python3 tools/bench_table.py "$rows"
if [[ -n $write ]]; then
  python3 tools/bench_table.py "$rows" docs/benchmarks.md "$(machine)" "$(versions)"
fi
