#!/bin/bash
# fresh_package.sh: tries the Debian packages of build/package on a machine that has nothing:
# install, version, doctor, an ingest and a backup as the service's user, upgrade over itself, remove,
# purge. What stays at the end must be the data and nothing else. Needs root; leaves nothing here.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=packaging/steps.sh
source "$root/packaging/steps.sh"
# shellcheck source=packaging/bare.sh
source "$root/packaging/bare.sh"

packages=("$root"/build/package/osler_*.deb "$root"/build/package/osler-learn_*.deb)
for package in "${packages[@]}"; do
  [[ -f $package ]] || {
    printf 'error   there are no packages in build/package\ndo      ./x package\n' >&2
    exit 66
  }
done

fail() {
  printf 'error   %s\n' "$1" >&2
  exit 70
}

apt() {  # apt WHAT…: quiet unless it fails
  inside "DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Dpkg::Use-Pty=0 $* >apt.log 2>&1 ||
    { tail -n 20 apt.log >&2; exit 1; }"
}

as_osler() {  # as_osler ARGUMENTS [--home HOME]: the service's user; the service's home unless said
  local home='--home /var/lib/osler'
  [[ $* == *--home* ]] && home=''
  inside "cd / && runuser -u osler -- osler $* $home --quiet >>/tmp/said.log 2>&1" || {
    tail -n 25 "$bare/tmp/said.log" >&2
    return 1
  }
}

# Every file but caches, logs and what packages of Debian made: what an installation leaves is seen.
files() {
  (cd "$bare" && find . -xdev \( -path ./proc -o -path ./dev -o -path ./sys -o -path ./tmp -o -path ./root \
    -o -path ./var/cache -o -path ./var/log -o -path ./var/lib/apt -o -path ./var/lib/dpkg \) -prune -o \
    -print | sort)
}

install_packages() {
  apt update
  # What osler needs comes first, so that the files before and after are osler's own.
  apt install --no-install-recommends adduser
  mkdir "$bare/root/debs"
  cp "${packages[@]}" "$bare/root/debs/"
  apt install --no-install-recommends ./debs/osler_*.deb
}

try_it() {
  inside 'install -m 0666 /dev/null /tmp/said.log && install -d -m 0700 -o osler /srv/backup'
  inside 'osler --version'
  [[ $(stat -c '%a %U' "$bare/var/lib/osler" 2>/dev/null) == 700\ * ]] ||
    fail '/var/lib/osler is not for its owner alone'
  # A clock that nobody synchronises and a home that is not there yet are to be watched, not acted on.
  as_osler doctor || fail 'osler doctor has something to act on'
  inside 'osler phantom /tmp/cohort --studies 20 --seed 5 --quiet >/dev/null'
  as_osler ingest /tmp/cohort
  as_osler backup /srv/backup
  as_osler doctor --deep
  as_osler restore /srv/backup --home /srv/not-ours 2>/dev/null &&
    fail 'a restore wrote where its user may not'
  inside 'install -d -m 0700 -o osler /srv/drill'
  as_osler restore /srv/backup --home /srv/drill
  as_osler audit verify --home /srv/drill
  if inside 'ldd /usr/bin/osler /usr/bin/osler-decode' | grep -q 'not found'; then
    fail 'a library is missing'
  fi
}

try_learn() {
  apt install --no-install-recommends ./debs/osler-learn_*.deb
  inside 'ldd /usr/bin/osler-learn' | grep -q 'not found' && fail 'a library of osler-learn is missing'
  inside 'osler-learn --version'
  apt install --no-install-recommends --reinstall ./debs/osler_*.deb
  as_osler audit verify
}

leave() {
  rm -rf "$bare/srv/backup" "$bare/srv/drill"
  apt remove osler-learn osler
  [[ -d $bare/var/lib/osler/objects ]] || fail 'remove took the data'
  [[ -f $bare/etc/osler/osler.conf ]] || fail 'remove took the settings'
  inside 'dpkg --purge osler osler-learn' >"$work/purge.log" 2>&1
  grep -q 'holds patient data' "$work/purge.log" || fail 'purge did not say where the data is'
  files >"$work/after"
  local left
  left=$(comm -13 "$work/before" "$work/after" | grep osler | grep -v '^./var/lib/osler' || true)
  [[ -z $left ]] || fail "the packages left: $left"
  [[ $(find "$bare/var/lib/osler/objects" -type f | wc -l) -gt 20 ]] || fail 'purge took films'
}

timed 'bare Debian 12' bootstrap
files >"$work/before"
timed 'install osler' install_packages
timed 'version, doctor, ingest, backup' try_it
timed 'install osler-learn' try_learn
timed 'remove, purge' leave
printf '\n%s; the packages leave the data and nothing else\n' \
  "$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' "$bare/etc/os-release")"
printf '  %s\n' "${took[@]}"
