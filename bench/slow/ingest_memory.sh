#!/bin/bash
# ingest_memory.sh: the memory of one ingest of 10 GB: films of 18 MB as large detectors make them, and
# a phantom cohort whose compressed films go through osler-decode. The disk holds films, originals and
# copies, so three times as much; with less free than that, fewer films are taken, and the row says so.
set -euo pipefail
# shellcheck source=bench/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

limit_mib=512
side=3000

gigabytes() {  # what is asked for, or what the disk allows
  local free asked=${OSLER_BENCH_GB:-10}
  free=$(($(df --output=avail -B 1000000000 "$work" | tail -n 1) - 5))
  calculate "min($asked, $free / 3)" 1
}

size=$(gigabytes)
quietly "$osler" phantom "$work/films/cohort" --studies 300 --sites 3 --seed 7
quietly "$python" "$peers/plain_films.py" "$work/films/cohort" "$work/templates"
rm -f "$work"/templates/site-c*  # of another look-up table, which large films do not need
quietly "$python" "$peers/many_films.py" "$work/templates" "$work/films/large" 1000000 \
  --side "$side" --bytes "${size}e9"
quietly "$python" "$peers/peak_memory.py" "$work/memory" "$osler" ingest "$work/films" \
  --home "$work/home" --threads 2 --quiet
together=$(value together_mib <"$work/memory")
row ingest-memory "peak memory of an ingest of $size GB, osler-decode included" \
  "$(calculate "$together" 0) MiB" "$limit_mib MiB allowed" "$(calculate "$limit_mib / $together")" 1
