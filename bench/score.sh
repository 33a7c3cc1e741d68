#!/bin/bash
# score.sh: ResNet-18 at 224 pixels, one image at a time: osler's engine, ONNX Runtime called plainly,
# and TorchScript. Each in a process of its own, in turn.
set -euo pipefail
# shellcheck source=bench/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

net=$work/net.onnx
images=${OSLER_BENCH_IMAGES:-40}

engine() { "$bin/osler_infer_score_speed" "$net" osler "$threads" 1 "$images"; }
plain() { "$bin/osler_infer_score_speed" "$net" onnxruntime "$threads" 1 "$images"; }
torchscript() { peer score_torchscript.py run --threads "$threads" --rounds "$images"; }

compare() {  # compare ID NAME OSLER PEER BAR
  row "score-$1-t$threads" "scoring, ResNet-18 at 224 px, $threads thread(s), against $2" \
    "$(calculate "$3" 1) images/s" "$(calculate "$4" 1) images/s" "$(calculate "$3 / $4")" "$5"
}

quietly "$python" "$peers/score_torchscript.py" export "$net"
for threads in 1 2; do
  rm -f "${work:?}"/{engine,plain,torchscript}
  in_turn engine plain torchscript
  ours=$(median engine images_per_second)
  compare traced "TorchScript, traced" "$ours" "$(median torchscript traced)" 1.2
  compare frozen "TorchScript, frozen" "$ours" "$(median torchscript frozen)" -
  compare optimised "TorchScript, optimised" "$ours" "$(median torchscript optimised)" -
  compare onnxruntime "ONNX Runtime, plain" "$ours" "$(median plain images_per_second)" 0.97
done
