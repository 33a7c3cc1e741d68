#!/bin/bash
# predict.sh: DICOM bytes to probability: osler on two threads; Python in one process in which PyTorch
# has two threads, and in two processes of one thread. Start-up is left out on all sides. The films are
# uncompressed ones, which pydicom reads without further codecs.
set -euo pipefail
# shellcheck source=bench/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

studies=${OSLER_BENCH_STUDIES:-300}
cohort=$work/cohort
films=$work/films

python_side() { peer predict_python.py run "$work/$kind.pt" "$package" "$films" "$@"; }

ours() { "$bin/osler_workflow_predict_speed" "$work/home" "bench-$kind" "$films" 2; }
one_process() { python_side --threads 2; }
two_processes() { python_side --processes 2 --threads 1; }

same_probabilities() {
  python_side --out "$work/theirs.json" >/dev/null
  "$osler" predict "bench-$kind" "$films" --home "$work/home" --json --quiet >"$work/ours.json"
  "$python" "$peers/predict_python.py" compare "$work/theirs.json" "$work/ours.json"
}

compare() {  # compare NAME BAR
  local rate=films_per_second ours one two better=one_process
  rm -f "${work:?}"/{ours,one_process,two_processes}
  in_turn ours one_process two_processes
  ours=$(median ours $rate)
  one=$(median one_process $rate)
  two=$(median two_processes $rate)
  [[ $(calculate "int($two > $one)" 0) == 1 ]] && better=two_processes
  row "predict-$kind-one" "DICOM to probability, $1, against one Python process" \
    "$(calculate "$ours" 0) films/s" "$(calculate "$one" 1) films/s" "$(calculate "$ours / $one")" -
  row "predict-$kind-two" "DICOM to probability, $1, against two Python processes" \
    "$(calculate "$ours" 0) films/s" "$(calculate "$two" 1) films/s" "$(calculate "$ours / $two")" -
  row "predict-$kind" "DICOM to probability, $1, against the better of them" "$(calculate "$ours" 0) films/s" \
    "$(calculate "$(median $better $rate)" 1) films/s" "$(calculate "$ours / $(median $better $rate)")" "$2"
  for share in p50 p99; do
    row "predict-$kind-$share" "one film, $share, $1" "$(calculate "$(median ours ${share}_ms)") ms" \
      "$(calculate "$(median one_process ${share}_ms)") ms" \
      "$(calculate "$(median one_process ${share}_ms) / $(median ours ${share}_ms)")" -
  done
}

quietly "$osler" phantom "$cohort" --studies "$studies" --sites 3 --seed 7
printf '%s films\n' "$("$python" "$peers/plain_films.py" "$cohort" "$films")"
kind=small side=96
import_network
same_probabilities
compare "small residual at 96 px" 5
kind=resnet18 side=224
import_network
same_probabilities
compare "ResNet-18 at 224 px" -
