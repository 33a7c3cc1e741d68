#!/bin/bash
# demo.sh [--clean]: the tour of osler on a hospital that does not exist. Installs, builds, and takes
# synthetic films all the way to findings, printing each command that it runs. Again: goes on where
# it was, and ends with the same model.
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
  package promote new score)

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
  if "$osler" model list --home "$home" --quiet | grep -q shadow; then
    finished promote "chest-opacity is in shadow" 0:00
    return
  fi
  run model promote chest-opacity --to shadow --reason demo --home "$home"
  finished promote "chest-opacity to shadow: it may score, and no reader sees it yet" \
    "$(clock $((SECONDS - start)))"
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
  OSLER_STEP=$(number_of build) packaging/build.sh release osler osler-learn osler-decode
}

# One film with the finding, one without, for a look at the words.
last_words() {
  local report=$1 model=$2
  cat <<TEXT
                                                                                       total $(clock $SECONDS)

Open     ${report/#$HOME/\~}
         the evaluation: what the model can do, where it fails, and what that rests on
Look at  $shown/maps   where the network looked, film by film
         $shown/findings.txt   what it says of each new film, with intervals and reasons
Package  ${model/#$HOME/\~}
Then     $osler predict chest-opacity $shown/new/site-a/0001.dcm --home $shown
         $osler model show chest-opacity --home $shown
         $osler audit verify --home $shown
         $osler audit maps chest-opacity $shown/cohort --boxes $shown/cohort/labels.csv \\
           --columns file,lesion_x,lesion_y,lesion_w,lesion_h --home $shown
         with films of your own: docs/guides/first-study.md

Everything is in $shown; remove it with ./x demo --clean.
TEXT
}

case ${1:-} in
  --clean) clean && exit 0 ;;
  '') ;;
  *)
    printf 'error   ./x demo has no option "%s"\ndo      ./x demo, or ./x demo --clean\n' "$1" >&2
    exit 64
    ;;
esac

printf 'A hospital that does not exist, on this machine. Nothing leaves it.\n\n'
mkdir -p "$home"
touch "$home/.osler-demo"
set_up
make_films phantom "$home/cohort" "$films" 7
run ingest "$home/cohort" --home "$home"
run --shown ingest train examples/phantom.yaml --data "$home/cohort" --home "$home"
report=$(said report)
model=$(said model)
[[ $model == none* ]] && fail "the gates blocked the model: ${model#none: }" "${report/#$HOME/\~}" \
  "open the report"
promote
make_films new "$home/new" 60 8
rm -rf "$home/maps"
run predict chest-opacity "$home/new" --saliency "$home/maps" --home "$home"
cp "$home/demo.log" "$home/findings.txt"
last_words "$report" "${model##*: }"
