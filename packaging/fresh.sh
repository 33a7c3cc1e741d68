#!/bin/bash
# fresh.sh [COMMAND…]: proves the two commands of the README on a machine that has nothing. debootstrap
# makes a bare Debian 12 in a temporary folder, a clean clone of the last commit goes in, and ./x demo
# and ./x test (or the commands given) run inside. Needs root. Prints what it took; leaves nothing.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=packaging/steps.sh
source "$root/packaging/steps.sh"
# shellcheck source=packaging/bare.sh
source "$root/packaging/bare.sh"

clone() {
  bootstrap
  git clone --quiet --no-hardlinks "file://$root" "$bare/root/osler"
}

if [[ -n $(git -C "$root" status --porcelain) ]]; then
  echo "note    files differ from the last commit; the last commit is what is tried" >&2
fi
timed 'bare Debian 12' clone
if [[ $# -gt 0 ]]; then
  for command in "$@"; do
    timed "$command" inside "cd osler && $command"
  done
else
  timed './x demo, from nothing' inside 'cd osler && ./x demo --no-serve'
  timed './x demo, again' inside 'cd osler && ./x demo --no-serve'
  timed './x test' inside 'cd osler && ./x test'
fi
packages=$(inside "dpkg-query -W | wc -l")
space=$(du -sm --one-file-system "$bare" | cut -f 1)

printf '\n%s, commit %s, %s packages, %s MB\n' "$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' "$bare/etc/os-release")" \
  "$(git -C "$root" rev-parse --short HEAD)" "$packages" "$space"
printf '  %s\n' "${took[@]}"
