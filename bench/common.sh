# Sourced by the comparisons. Work lies in $work, which is removed at the end; $OSLER_BENCH_TMP says
# below which folder (default /var/tmp: a real disk, where fsync means something).
# shellcheck shell=bash disable=SC2034,SC2154

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-PASSIVE}
bin=$PWD/build/release/bin
osler=$bin/osler
peers=$PWD/bench/peers
python=/usr/bin/python3  # Debian's: it sees Debian's python3-torch
shared=${OSLER_SHARED:-../shared}
rounds=${OSLER_BENCH_ROUNDS:-3}
server_core=0

work=$(mktemp -d "${OSLER_BENCH_TMP:-/var/tmp}/osler-bench.XXXXXX")
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
trap 'exit 143' INT TERM

# A Python peer with PyTorch's own way of waiting: threads that spin are its default, and the faster one
# on a quiet machine. Its number of threads is always said: its default is 1 on some machines.
peer() {  # peer SCRIPT ARGUMENTS…
  env -u OMP_WAIT_POLICY "$python" "$peers/$1" "${@:2}"
}

quietly() {  # quietly COMMAND…: its output is shown only when it fails
  if ! "$@" >"$work/said" 2>&1; then
    tail -n 20 "$work/said" >&2
    return 1
  fi
}

# Each function prints one line of JSON, kept in $work/FUNCTION. In turn, so that what else the
# machine does falls on all of them.
in_turn() {  # in_turn FUNCTION…
  local round each
  for ((round = 0; round < rounds; ++round)); do
    for each in "$@"; do
      "$each" >>"$work/$each"
    done
  done
}

median() {  # median FUNCTION FIELD: of what in_turn kept
  "$python" -c 'import json, statistics, sys
print(statistics.median(json.loads(line)[sys.argv[2]] for line in open(sys.argv[1])))' "$work/$1" "$2"
}

value() {  # value KEY: of the JSON document on standard input
  "$python" -c 'import json, sys
document = json.load(sys.stdin)
print(document[sys.argv[1]] if sys.argv[1] in document else sys.exit(str(document)))' "$1"
}

calculate() {  # calculate EXPRESSION [DECIMALS]
  "$python" -c "print(f'{$1:.${2:-2}f}')"
}

seconds_of() {  # seconds_of COMMAND…: wall time, as {"seconds": …}
  local start=$EPOCHREALTIME
  quietly "$@"
  printf '{"seconds": %s}\n' "$(calculate "$EPOCHREALTIME - $start" 3)"
}

# One row of the table: the ratio says how many times better osler is; BAR is the least that will do,
# or - where none is set.
row() {  # row ID WHAT OSLER PEER RATIO BAR
  printf '%-22s %-62s %18s %22s %7s  bar %s\n' "$1" "$2" "$3" "$4" "$5" "$6"
  if [[ -n ${OSLER_BENCH_ROWS:-} ]]; then
    printf '%s\t' "$1" "$2" "$3" "$4" "$5" "$6" >>"$OSLER_BENCH_ROWS"
    printf '%s, load %s\n' "$(date -u +%F)" "${OSLER_BENCH_LOAD:-unknown}" >>"$OSLER_BENCH_ROWS"
  fi
}

# The study of the demo at the network's size, without gates: the network is made for its speed. Reads
# $kind, $side, $films and $cohort; leaves $package, and $work/$kind.pt for PyTorch.
import_network() {
  sed -e "s/^name: .*/name: bench-$kind/; s/^  size: .*/  size: $side/; /^gates:/,\$d" \
    examples/phantom.yaml >"$work/$kind.yaml"
  printf 'gates:\n  leakage: any\n' >>"$work/$kind.yaml"
  quietly "$python" "$peers/predict_python.py" make "$kind" "$films" "$cohort/labels.csv" "$work/$kind"
  package=$("$osler" model import "$work/$kind.onnx" --study "$work/$kind.yaml" --data "$cohort" \
    --home "$work/home" --json --quiet | value package)
}

# osler serve of $home on core $server_core, without a log of each request: leaves $port and $server.
start_osler() {  # start_osler HOME
  taskset -c "$server_core" "$osler" serve --home "$1" --port 0 --no-access-log --web '' \
    >"$work/ready" 2>"$work/serve.log" &
  server=$!
  await_ready '^osler ready http'
  await_checks
}

await_ready() {  # await_ready PATTERN: the line of $work/ready that ends in a port, as $port
  local line
  for _ in {1..600}; do
    if line=$(grep -m 1 "$1" "$work/ready"); then
      port=${line##*[!0-9]}
      return
    fi
    sleep 0.1
  done
  printf 'no server came up\n' >&2
  tail -n 20 "$work/serve.log" >&2
  return 1
}

await_checks() {  # until every check of /readyz passes
  "$python" -c 'import sys, time, urllib.request
for _ in range(600):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/readyz").read()
        sys.exit()
    except OSError:
        time.sleep(0.1)
sys.exit("the server is not ready")' "$port"
}

stop_server() {
  kill "$server"
  wait "$server" || true
}

# A user who reads studies and asks models, and a token for them.
make_token() {  # make_token HOME: into $work/token
  printf 'correct-horse-battery' | quietly "$osler" user add bench.reader --role physician \
    --password-stdin --home "$1"
  (umask 077 && "$osler" token bench.reader --home "$1" --quiet >"$work/token")
}

pneumoniamnist() {  # the folder that holds pneumoniamnist.npz, or says that it is not there
  local folder=$shared/data/imaging/medmnist
  if [[ ! -f $folder/pneumoniamnist.npz ]]; then
    printf 'left out: no pneumoniamnist.npz; set OSLER_SHARED to the folder of real data\n' >&2
    return 1
  fi
  printf '%s\n' "$folder"
}
