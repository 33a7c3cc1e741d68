#!/bin/bash
# transfer.sh [OUT [HOME]]: what weights from photographs are worth. Pleural effusion on NIH films by
# SqueezeNet 1.1: from scratch, with ImageNet's weights frozen, and fine-tuned; at 10, 30 and 100 % of
# the training patients; three seeds each. Writes OUT/transfer.csv and OUT/transfer.svg. Every run takes
# about the same number of steps, whatever its share, so that what differs is the data.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
out=${1:-${OSLER_BENCH_TMP:-/var/tmp}/osler-transfer}
home=${2:-$(mktemp -d)}
data=${OSLER_SHARED:-$root/../shared}/data
osler=$root/build/release/bin/osler
study=$root/examples/nih-effusion.yaml
mkdir -p "$out"

# Weights from the seed, and a head alone, take a larger step.
study_of() {  # study_of MODE SHARE EPOCHS
  local rate=0.0005
  [[ $1 != fine_tune ]] && rate=0.001
  sed -e "s/mode: fine_tune/mode: $1/" -e "s/train_share: 1/train_share: $2/" \
    -e "s/epochs: 12/epochs: $3/" -e "s/learning_rate: .*/learning_rate: $rate/" "$study" |
    if [[ $1 == none ]]; then sed '/path: .*weights/d'; else cat; fi
}

runs=()
printf 'mode,share,seed,auroc,lower,upper,seconds\n' >"$out/transfer.csv"
for mode in none frozen fine_tune; do
  for share_epochs in '0.1 120' '0.3 40' '1 12'; do
    read -r share epochs <<<"$share_epochs"
    for seed in 1 2 3; do
      study_of "$mode" "$share" "$epochs" >"$home/study.yaml"
      "$osler" train "$home/study.yaml" --data "$data" --seed "$seed" --home "$home" --json \
        >"$home/result.json" 2>/dev/null || {
        cat "$home/result.json" >&2
        exit 70
      }
      /usr/bin/python3 - "$home/result.json" "$mode" "$share" "$seed" <<'PY' >>"$out/transfer.csv"
import json, sys
result = json.load(open(sys.argv[1]))
area = result["metrics"]["test"]["auroc"]
print(*sys.argv[2:5], *(f"{area[key]:.4f}" for key in ("value", "lower", "upper")),
      f"{result['training_seconds']:.1f}", sep=",")
PY
      runs+=("$(sed -n 's/.*"run":"\(r[0-9]*\)".*/\1/p' "$home/result.json")")
      tail -n 1 "$out/transfer.csv"
    done
  done
done
"$osler" runs plot "$out/transfer.svg" "${runs[@]}" --x study.split.train_share \
  --series study.training.weights.mode --log --x-name 'share of the training patients' --y-name AUROC \
  --home "$home"
