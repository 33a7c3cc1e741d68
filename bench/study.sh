#!/bin/bash
# study.sh: a whole study of PneumoniaMNIST, from the file to the signed package, beside a plain Python
# script from the file to an ONNX file and a report. Start-up counts on both sides; PyTorch has its
# defaults, and two threads.
set -euo pipefail
# shellcheck source=bench/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

data=$(pneumoniamnist) || exit 0
epochs=${OSLER_BENCH_EPOCHS:-30}
rounds=${OSLER_BENCH_STUDY_ROUNDS:-1}

ours() {
  rm -rf "${work:?}/home"
  seconds_of "$osler" train "$work/study.yaml" --data "$data" --home "$work/home" --seed 1 --quiet
}
theirs() {
  seconds_of peer study_python.py "$data/pneumoniamnist.npz" "$work/python" --epochs "$epochs" --seed 1 \
    --threads 2
}

sed "s/^    epochs: .*/    epochs: $epochs/" examples/pneumoniamnist.yaml >"$work/study.yaml"
in_turn ours theirs
printf 'Python: %s\n' "$(<"$work/said")"
row study "whole study, PneumoniaMNIST, $epochs epochs" "$(calculate "$(median ours seconds)" 1) s" \
  "$(calculate "$(median theirs seconds)" 1) s" \
  "$(calculate "$(median theirs seconds) / $(median ours seconds)")" 2
