#!/bin/bash
# ingest_scale.sh: does the cost of a film grow with how many there are? Small films (128 x 128), so
# that 30,000 of them fit on any disk; each number into a home of its own.
set -euo pipefail
# shellcheck source=bench/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

read -ra numbers <<<"${OSLER_BENCH_NUMBERS:-1000 3000 10000 30000}"
films=$work/films

cost() {  # cost NUMBER: milliseconds a film
  local folders seconds
  folders=("$films"/*)
  rm -rf "${work:?}/home"
  seconds=$(seconds_of "$osler" ingest "${folders[@]:0:$(($1 / 1000))}" --home "$work/home" \
    --threads 2 --quiet | value seconds)
  calculate "1000 * $seconds / $1" 3
}

quietly "$osler" phantom "$work/cohort" --studies 200 --sites 3 --seed 7
quietly "$python" "$peers/plain_films.py" "$work/cohort" "$work/templates"
quietly "$python" "$peers/many_films.py" "$work/templates" "$films" "${numbers[-1]}" --side 128
quietly cost "${numbers[0]}"  # what is cold becomes warm
first=$(cost "${numbers[0]}")
for number in "${numbers[@]:1}"; do
  next=$(cost "$number")
  row "ingest-scale-$number" "ingest, cost of a film among $number, against that among ${numbers[0]}" \
    "$next ms" "$first ms" "$(calculate "$first / $next")" 0.9
done
