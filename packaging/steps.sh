# Sourced by x and the scripts of packaging/: how a step shows itself. A bar on a terminal, drawn over
# itself and replaced by the line of result; elsewhere the lines of result alone.

# The width up to a line's time: docs/guides/cli.md's screens.
step_width=94
step_number=''  # " 3/14  ", or nothing

step_terminal() {
  [[ -t 2 ]]
}

clock() {  # clock SECONDS: 0:42, 1:02:03
  local s=$1
  if ((s < 3600)); then
    printf '%d:%02d' $((s / 60)) $((s % 60))
  else
    printf '%d:%02d:%02d' $((s / 3600)) $((s / 60 % 60)) $((s % 60))
  fi
}

bar() {  # bar DONE TOTAL
  local filled=$((32 * $1 / ($2 > 0 ? $2 : 1)))
  local full='################################' rest='--------------------------------'
  if [[ ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} == *[Uu][Tt][Ff]* ]]; then
    full=${full//#/━} rest=${rest//-/─}
  fi
  printf '%s%s' "${full:0:filled}" "${rest:0:32-filled}"
}

step_draw() {  # step_draw NAME TEXT: over the line before
  if step_terminal; then
    printf '\r\e[K%s%-10s %s' "$step_number" "$1" "$2" >&2
  fi
}

step_done() {  # step_done NAME RESULT TIME
  local line
  line=$(printf '%s%-10s %s' "$step_number" "$1" "$2")
  step_terminal && printf '\r\e[K' >&2
  # printf pads by bytes, and some results hold longer letters: count letters instead.
  local gap=$((step_width - ${#line}))
  printf '%s%*s%s\n' "$line" $((gap > 2 ? gap : 2)) '' "$3" >&2
}

step_fail() {  # step_fail NAME MESSAGE LOG
  step_terminal && printf '\r\e[K' >&2
  printf 'error   %s\nwhere   %s\n' "$2" "$3" >&2
}
