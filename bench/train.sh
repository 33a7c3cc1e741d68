#!/bin/bash
# train.sh: training images a second of the network of examples/pneumoniamnist.yaml, without
# augmentation and without a running mean of the weights, so that both sides do the same work.
set -euo pipefail
# shellcheck source=bench/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

data=$(pneumoniamnist) || exit 0
steps=${OSLER_BENCH_STEPS:-120}

# The job as osler itself writes it, from a run of one epoch.
make_jobs() {
  sed -e '/^  # A flip/d; /^  augmentation:/,/^$/d; /^    ema:/d; /^gates:/,$d' \
    -e 's/^    epochs: .*/    epochs: 2/' examples/pneumoniamnist.yaml >"$work/study.yaml"
  quietly "$osler" train "$work/study.yaml" --data "$data" --home "$work/home"
  for threads in 1 2; do
    sed "s/\"threads\": *[0-9]*/\"threads\": $threads/" "$work/home/runs/r1/job.json" >"$work/job$threads.json"
  done
}

learn() { "$bin/osler-learn" bench-train "$work/job$threads.json"; }
same_settings() {
  MALLOC_MMAP_THRESHOLD_=1073741824 MALLOC_TRIM_THRESHOLD_=2147483647 \
    "$python" "$peers/train_torch.py" "$work/job$threads.json" --threads "$threads" --channels-last \
    --steps "$steps"
}
# PyTorch's own layout, allocator and way of waiting.
defaults() { peer train_torch.py "$work/job$threads.json" --threads "$threads" --steps "$steps"; }
as_it_comes() { peer train_torch.py "$work/job$threads.json" --steps "$steps"; }

compare() {  # compare ID WORDS PEER BAR
  local ours theirs
  ours=$(median learn images_per_second)
  theirs=$(median "$3" images_per_second)
  row "train-$1" "training, small residual at 28 px, $2" "$(calculate "$ours" 0) images/s" \
    "$(calculate "$theirs" 0) images/s" "$(calculate "$ours / $theirs")" "$4"
}

make_jobs
threads=1
in_turn learn same_settings
compare same-t1 "1 thread, against PyTorch at the same settings" same_settings 1
rm "${work:?}"/{learn,same_settings}
threads=2
in_turn learn same_settings defaults as_it_comes
compare same-t2 "2 threads, against PyTorch at the same settings" same_settings 1
compare defaults "2 threads, against PyTorch's defaults on 2 threads" defaults 1.5
compare as-it-comes "2 threads, against PyTorch and its own number of threads" as_it_comes -
