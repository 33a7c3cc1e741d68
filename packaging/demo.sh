#!/bin/bash
# demo.sh [--clean | --no-serve]: the tour of osler on a hospital that does not exist. Installs, builds,
# and takes synthetic films all the way to a physician's worklist, printing each command that it runs,
# then serves until it is stopped. Again: goes on where it was, and ends with the same model.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
# shellcheck source=packaging/steps.sh
source packaging/steps.sh

home=${OSLER_DEMO_HOME:-$HOME/.osler-demo}
shown=${home/#$HOME/\~}
osler=build/release/bin/osler
films=${OSLER_DEMO_STUDIES:-1600}
# The steps as osler names them, in their order.
steps=(install build phantom ingest data audit transform train export calibrate evaluate gates
  package promote new deliver)

fail() {
  printf 'error   %s\nwhere   %s\ndo      %s\n' "$1" "$2" "$3" >&2
  exit 70
}

number_of() {  # number_of STEP: " 3/16  "; fails for a step that is none of ours
  local i
  for i in "${!steps[@]}"; do
    if [[ ${steps[$i]} == "$1" ]]; then
      printf '%2d/%d  ' $((i + 1)) ${#steps[@]}
      return
    fi
  done
  return 1
}

command_line() {  # a remark: dim on a terminal
  if [[ -t 2 && -z ${NO_COLOR:-} ]]; then
    printf '\e[2m       $ %s\e[0m\n' "$*" >&2
  else
    printf '       $ %s\n' "$*" >&2
  fi
}

finished() {  # finished STEP RESULT TIME
  step_number=$(number_of "$1") step_done "$1" "$2" "$3"
}

# One line of osler's progress: "train      14 epochs, best 11, 2 threads      0:58".
show_result() {  # show_result LINE [NAME]
  [[ -n $shown_before && $1 == "$shown_before "* ]] && return
  if [[ $1 =~ ^([a-z]+)\ +(.*[^\ ])\ +([0-9:]+)$ ]] && number_of "${2:-${BASH_REMATCH[1]}}" >/dev/null; then
    finished "${2:-${BASH_REMATCH[1]}}" "${BASH_REMATCH[2]}" "${BASH_REMATCH[3]}"
  fi
  return 0
}

# Puts the step's number before what osler draws on standard error, and keeps the rest for errors.
number_steps() {  # number_steps ERRORS [NAME]
  local errors=$1 name=${2:-} chunk line
  while IFS= read -r -d $'\r' chunk || [[ -n $chunk ]]; do
    chunk=${chunk//$'\e[K'/}
    if [[ $chunk != *$'\n'* && -n $chunk ]]; then
      local step=${name:-${chunk%% *}}
      step_terminal && printf '\r\e[K%s%s' "$(number_of "$step" || printf '       ')" "$chunk" >&2
      continue
    fi
    while IFS= read -r line; do
      printf '%s\n' "$line" >>"$errors"
      show_result "$line" "$name"
    done <<<"$chunk"
  done
}

# Runs osler, with its command printed before and its results in the file demo.log. A step that was
# shown before, which osler finds done, is not shown again.
run() {  # run [--as STEP] [--shown STEP] ARGUMENTS…
  local as='' shown_before=''
  while [[ $1 == --as || $1 == --shown ]]; do
    if [[ $1 == --as ]]; then as=$2; else shown_before=$2; fi
    shift 2
  done
  local errors=$home/demo.errors
  : >"$errors"
  : >"$home/demo.log"
  command_line osler "${*//"$HOME"/\~}"
  if ! OSLER_PROGRESS=bar "$osler" "$@" 2>&1 >"$home/demo.log" | number_steps "$errors" "$as"; then
    step_terminal && printf '\r\e[K' >&2
    # The error may stand behind the rest of a bar.
    sed -n 's/^.*\(error   \)/\1/p; /^where   /p; /^do      /p; /^        /p' "$errors" >&2
    exit 70
  fi
}

said() {  # said WORD: what osler's line "WORD     …" said
  sed -n "s/^$1  *//p" "$home/demo.log" | tail -n 1
}

make_films() {  # make_films STEP FOLDER STUDIES SEED
  if [[ -f $2/labels.csv && -f $2.whole ]]; then
    finished "$1" "made before: ${2/#$HOME/\~}" 0:00
    return
  fi
  rm -rf "$2"
  run --as "$1" phantom "$2" --studies "$3" --sites 3 --seed "$4"
  touch "$2.whole"
}

promote() {
  local start=$SECONDS
  if "$osler" model list --home "$home" --quiet | grep -q production; then
    finished promote "chest-opacity is in production" 0:00
    return
  fi
  run model promote chest-opacity --to production --reason demo --home "$home"
  finished promote "chest-opacity to production: readers see what it says" \
    "$(clock $((SECONDS - start)))"
}

# The hospital's name, and that it is none.
configure() {
  [[ -f $home/config.json ]] ||
    printf '{"site": "Northfield General", "test_system": true}\n' >"$home/config.json"
}

# New films come to the worklist once; a second run finds them there.
deliver() {
  run --as deliver ingest "$home/new" --home "$home"
}

make_user() {
  if "$osler" user list --home "$home" --quiet | grep -q '^demo '; then
    password="as it was shown before (again: $osler user reset demo --random --home $shown)"
  else
    password=$("$osler" user add demo --role physician --random --home "$home" --json --quiet |
      python3 -c 'import json, sys; print(json.load(sys.stdin)["password"])')
  fi
}

clean() {
  if [[ -e $home && ! -e $home/.osler-demo ]]; then
    fail "$shown was not made by ./x demo, so it was not removed" "$home" "remove it yourself"
  fi
  rm -rf "$home"
  echo "removed $shown"
}

set_up() {
  local start=$SECONDS said
  step_number=$(number_of install) step_draw install 'what this machine lacks'
  said=$(packaging/install.sh build)
  finished install "$said" "$(clock $((SECONDS - start)))"
  OSLER_STEP=$(number_of build) packaging/build.sh release osler osler-learn osler-decode osler_web
}

# What was made, and where to look.
last_words() {
  local report=$1 model=$2
  cat <<TEXT
                                                                                       total $(clock $SECONDS)

Report   ${report/#$HOME/\~}
         the evaluation: what the model can do, where it fails, and what that rests on
Package  ${model/#$HOME/\~}
Then     $osler model show chest-opacity --home $shown
         $osler audit verify --home $shown
         with films of your own: docs/guides/first-study.md

Everything is in $shown; remove it with ./x demo --clean.

TEXT
}

# Serves until Ctrl-C; says how to get in once it is ready, and what to look at.
serve() {
  local ready=$home/demo.ready token
  : >"$ready"
  "$osler" serve --home "$home" --port "${OSLER_DEMO_PORT:-8080}" --no-access-log >"$ready" &
  server=$!
  trap 'kill "$server" 2>/dev/null; wait "$server"; exit 0' INT TERM
  until grep -q '^osler ready' "$ready"; do
    kill -0 "$server" 2>/dev/null || exit 70
    sleep 0.2
  done
  address=$(sed -n 's/^osler ready //p' "$ready")
  token=$("$osler" token demo --days 1 --label demo --home "$home" --quiet 2>/dev/null)
  cat <<TEXT
Open     $address
         name      demo
         password  $password
Look at  find a film by its number; what is true of it, only a made-up hospital knows
TEXT
  printf '%s\n' "$token" | python3 packaging/demo_cases.py "$address" "$home/new/labels.csv"
  cat <<TEXT
Drag     a DICOM file of your own onto the worklist
Stop     Ctrl-C
TEXT
  wait "$server"
}

case ${1:-} in
  --clean) clean && exit 0 ;;
  '' | --no-serve) ;;
  *)
    printf 'error   ./x demo has no option "%s"\ndo      ./x demo, ./x demo --no-serve, or ./x demo --clean\n' "$1" >&2
    exit 64
    ;;
esac

printf 'A hospital that does not exist, on this machine. Nothing leaves it.\n\n'
mkdir -p "$home"
touch "$home/.osler-demo"
set_up
make_films phantom "$home/cohort" "$films" 7
configure
run ingest "$home/cohort" --history --home "$home"
run --shown ingest train examples/phantom.yaml --data "$home/cohort" --home "$home"
report=$(said report)
model=$(said model)
[[ $model == none* ]] && fail "the gates blocked the model: ${model#none: }" "${report/#$HOME/\~}" \
  "open the report"
promote
make_films new "$home/new" 60 8
deliver
make_user
last_words "$report" "${model##*: }"
[[ ${1:-} == --no-serve ]] || serve
