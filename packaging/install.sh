#!/bin/bash
# install.sh GROUP…: installs what packaging/dependencies.txt lists for these groups and this machine
# lacks, from the Debian mirror that the machine already uses. Last line of output: what was done.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
log=$root/build/install.log

fail() {
  printf 'error   %s\ndo      %s\n' "$1" "$2" >&2
  exit 69
}

is_present() {  # is_present PACKAGE LEAST
  local installed
  # npm may have come with a Node that is not Debian's.
  if [[ $1 == npm ]] && command -v npm >/dev/null; then
    return 0
  fi
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Version}' "$1" 2>/dev/null) || return 1
  [[ $installed == installed\ * ]] && dpkg --compare-versions "${installed#installed }" ge "$2"
}

as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  else
    sudo --non-interactive "$@"
  fi
}

install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  local apt=(apt-get -qq -y -o Acquire::Retries=3 -o Dpkg::Use-Pty=0)
  mkdir -p "$root/build"
  {
    as_root "${apt[@]}" update &&
      as_root env DEBIAN_FRONTEND=noninteractive "${apt[@]}" install --no-install-recommends "$@"
  } >"$log" 2>&1
}

command -v dpkg-query >/dev/null || fail "osler is built on Debian 12, and this machine has no dpkg" \
  "use a Debian 12 machine or container"

total=0
missing=()
while read -r group package least _; do
  if [[ -z $group || $group == \#* ]] || [[ " $* " != *" $group "* ]]; then
    continue
  fi
  total=$((total + 1))
  is_present "$package" "$least" || missing+=("$package")
done <"$root/packaging/dependencies.txt"

if [[ ${#missing[@]} == 0 ]]; then
  echo "$total packages, all present"
  exit 0
fi
if [[ $(id -u) != 0 ]] && ! sudo --non-interactive true 2>/dev/null; then
  fail "${#missing[@]} of $total packages are missing, and only root may install them" \
    "apt-get install --no-install-recommends ${missing[*]}"
fi
if ! install_packages "${missing[@]}"; then
  tail -n 5 "$log" >&2
  fail "apt-get could not install ${missing[*]}" "see $log"
fi
echo "$total packages, ${#missing[@]} of them installed now"
