#!/bin/bash
# serve_soak.sh: ten minutes of mixed work at 70 % of what the server can do: inference, worklist,
# studies, pixels, answers and uploads. Its memory and descriptors are read from /metrics; flat is
# what grows by less than 2 % (or 4 MiB) and by no descriptor over the last two thirds.
set -euo pipefail
# shellcheck source=bench/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

minutes=${OSLER_BENCH_MINUTES:-10}
cohort=$work/cohort
films=$work/films
home=$work/home
kind=resnet18-64 side=64

quietly "$osler" phantom "$cohort" --studies 300 --sites 3 --seed 7
quietly "$python" "$peers/plain_films.py" "$cohort" "$films"
import_network
quietly "$osler" model promote "bench-$kind" --to production --home "$home"
make_token "$home"
start_osler "$home"
quietly "$python" "$peers/many_films.py" "$films" "$work/uploads" 4000 --side 256
taskset -c 1 "$python" "$peers/soak.py" "$port" "$work/token" "bench-$kind" "$side" "$work/uploads" "$films" \
  --minutes "$minutes" --share 0.7 | tee "$work/soak"
stop_server
result=$(tail -n 1 "$work/soak")
memory=$(value memory_ratio <<<"$result")
row serve-soak-memory "memory, $minutes min of mixed work at 70 %: allowed growth against the growth measured" \
  "$(value growth_mib <<<"$result") MiB of $(value memory_mib <<<"$result") MiB" \
  "$(value allowed_mib <<<"$result") MiB allowed" "$memory" 1
row serve-soak-files "descriptors, $minutes min of mixed work at 70 %: allowed growth against the growth measured" \
  "$(value growth_files <<<"$result") of $(value files <<<"$result")" "1 allowed" \
  "$(value files_ratio <<<"$result")" 1
