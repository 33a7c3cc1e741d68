#!/bin/bash
# ingest.sh: films taken in and de-identified, each durable, on two threads; beside pydicom making the
# same edits in two processes and writing each copy with fsync.
set -euo pipefail
# shellcheck source=bench/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

count=${OSLER_BENCH_FILMS:-1000}
films=$work/films

files_per_second() {  # of the JSON {"seconds": …} on standard input
  "$python" -c 'import json, sys
print(json.dumps({"files_per_second": float(sys.argv[1]) / json.load(sys.stdin)["seconds"]}))' "$count"
}

# The whole command, with the start of the program: originals, their pixels' check, copies, receipt.
# Each run has a folder of its own: ext4 is slow to make files where many were just deleted.
ingest() {
  local home
  home=$(mktemp -d "$work/home.XXXXXX")
  seconds_of "$osler" ingest "$films" --home "$home" --threads 2 --quiet | files_per_second
}

# The copies alone, of originals that are there.
copies() {
  local home
  home=$(mktemp -d "$work/home.XXXXXX")
  quietly "$osler" ingest "$films" --home "$home" --originals-only --quiet
  sync
  seconds_of "$osler" deidentify --home "$home" --threads 2 --quiet | files_per_second
}

# Without the start of Python and its imports.
pydicom_copies() {
  local copied
  copied=$(mktemp -d "$work/copied.XXXXXX")
  "$python" "$peers/deidentify_pydicom.py" "$films" --threads 2 --out "$copied" --fsync
}

compare() {  # compare ID WHAT FUNCTION BAR
  local ours theirs
  ours=$(median "$3" files_per_second)
  theirs=$(median pydicom_copies files_per_second)
  row "$1" "$2" "$(calculate "$ours" 0) files/s" "$(calculate "$theirs" 0) files/s" \
    "$(calculate "$ours / $theirs")" "$4"
}

quietly "$osler" phantom "$work/cohort" --studies 200 --sites 3 --seed 7
quietly "$python" "$peers/plain_films.py" "$work/cohort" "$work/templates"
quietly "$python" "$peers/many_films.py" "$work/templates" "$films" "$count"
in_turn ingest pydicom_copies copies
compare ingest "ingest: original and de-identified copy, durable" ingest 8
compare deidentify "de-identified copies alone, durable" copies -
