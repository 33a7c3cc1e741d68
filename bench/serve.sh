#!/bin/bash
# serve.sh: osler serve, on one core, asked by a client on another: inference beside a Python server
# with the same network, what the server costs over bare ONNX Runtime, small requests, the worklist of
# 100,000 studies, and a large film from the request to its last byte.
set -euo pipefail
# shellcheck source=bench/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

client_core=1
seconds=${OSLER_BENCH_SECONDS:-5}
studies=${OSLER_BENCH_STUDIES:-300}
many=${OSLER_BENCH_MANY:-100000}
cohort=$work/cohort
films=$work/films
home=$work/home
kind=resnet18-64 side=64

client() { taskset -c "$client_core" "$bin/osler_serve_load" "$@"; }

start_peer() {
  taskset -c "$server_core" env -u OMP_WAIT_POLICY "$python" "$peers/serve_torch.py" "$work/$kind.pt" \
    "bench-$kind" >"$work/ready" 2>"$work/serve.log" &
  peer_server=$!
  await_ready '^ready'
  peer_port=$port
}

# Both servers run all the time; the one that nobody asks sleeps.
ask() {  # ask PORT TOKEN
  client infer "$1" "$2" "bench-$kind" "$side" "$body" "$clients" "$seconds" "$work/answers"
}
ours() { ask "$osler_port" "$work/token"; }
theirs() { ask "$peer_port" -; }
bare() {
  taskset -c "$server_core" "$bin/osler_infer_score_speed" "$work/$kind.onnx" onnxruntime 1 1 "$((60 * seconds))"
}
livez() {
  taskset -c "$client_core" wrk -t 1 -c 16 -d "$seconds" "http://127.0.0.1:$osler_port/livez" |
    awk '/^Requests\/sec/ {rate = $2} /Non-2xx|Socket errors/ {bad = 1}
      END {if (bad || !rate) exit 1; printf "{\"requests_per_second\": %s}\n", rate}'
}

no_wrong() {  # no_wrong FUNCTION: wrong answers and failed requests, of what in_turn kept
  if [[ $(median "$1" wrong) != 0 ]]; then
    printf 'wrong answers of %s\n' "$1" >&2
    return 1
  fi
}

infer_rows() {
  local id="$body-c$clients" words="ResNet-18 at 64 px, $body bodies, $clients client(s)" rate=requests_per_second share
  rm -f "${work:?}"/{ours,theirs}
  in_turn ours theirs
  no_wrong ours
  no_wrong theirs
  row "serve-$id" "inference served, $words, against a Python server" \
    "$(calculate "$(median ours $rate)" 1) requests/s" "$(calculate "$(median theirs $rate)" 1) requests/s" \
    "$(calculate "$(median ours $rate) / $(median theirs $rate)")" 3
  for share in p50 p99; do
    row "serve-$id-$share" "one request, $share, $words" "$(calculate "$(median ours ${share}_ms)") ms" \
      "$(calculate "$(median theirs ${share}_ms)") ms" \
      "$(calculate "$(median theirs ${share}_ms) / $(median ours ${share}_ms)")" -
  done
}

# At most 15 % over bare ONNX Runtime is at least 1 / 1.15 of its rate.
overhead_row() {  # overhead_row BODY BAR
  local body=$1 clients=32
  rm -f "${work:?}"/{ours,bare}
  in_turn ours bare
  no_wrong ours
  row "serve-overhead-$body" "inference served to 32 clients, $body bodies, against bare ONNX Runtime" \
    "$(calculate "$(median ours requests_per_second)" 1) images/s" \
    "$(calculate "$(median bare images_per_second)" 1) images/s" \
    "$(calculate "$(median ours requests_per_second) / $(median bare images_per_second)")" "$2"
}

inference() {
  local body clients
  import_network
  quietly "$osler" model promote "bench-$kind" --to production --home "$home"
  make_token "$home"
  start_osler "$home"
  osler_port=$port
  start_peer
  for body in json binary; do
    for clients in 1 8 32; do
      infer_rows
    done
  done
  kill "$peer_server"
  wait "$peer_server" || true
  overhead_row binary 0.87
  overhead_row json -
  in_turn livez
  row serve-livez "GET /livez, one core, 16 connections" "$(calculate "$(median livez requests_per_second)" 0) requests/s" \
    "20000 asked" "$(calculate "$(median livez requests_per_second) / 20000")" 1
  stop_server
}

first_page() { client get "$port" "$work/token" "$work/paths" 300; }
worklist() {
  "$bin/osler_workflow_reading_many_studies" "$work/many" "$many"
  make_token "$work/many"
  start_osler "$work/many"
  printf '/api/worklist?limit=100\n' >"$work/paths"
  in_turn first_page
  row serve-worklist "first page of a worklist of $many open studies, p99" \
    "$(calculate "$(median first_page p99_ms)" 1) ms" "30 ms asked" \
    "$(calculate "30 / $(median first_page p99_ms)")" 1
  stop_server
}

# Where the pixels of each film are, one a line.
film_paths() {
  "$python" - "$port" "$(cat "$work/token")" <<'PYTHON'
import json
import sys
import urllib.request

port, token = sys.argv[1:]

def get(path):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Authorization": f"Bearer {token}"})
    return json.load(urllib.request.urlopen(request))

for row in get("/api/worklist?view=all&limit=100")["rows"]:
    for image in get(f"/api/studies/{row['study']}")["images"]:
        print(image["pixels"])
PYTHON
}

shown() { client get "$port" "$work/token" "$work/paths" 1; }
large_film() {
  quietly "$python" "$peers/many_films.py" "$films" "$work/large" 8 --side 3000
  quietly "$osler" ingest "$work/large" --home "$work/film" --originals-only --quiet
  make_token "$work/film"
  start_osler "$work/film"
  film_paths >"$work/paths"
  in_turn shown
  row serve-film "film of 3000 x 3000 x 16 bit, request to last byte, slowest of $(wc -l <"$work/paths")" \
    "$(calculate "$(median shown max_ms)" 1) ms" "500 ms asked" \
    "$(calculate "500 / $(median shown max_ms)")" 1
  stop_server
}

quietly "$osler" phantom "$cohort" --studies "$studies" --sites 3 --seed 7
quietly "$python" "$peers/plain_films.py" "$cohort" "$films"
inference
worklist
rm -f "$films"/site-c*  # of another look-up table, which large films do not need
large_film
