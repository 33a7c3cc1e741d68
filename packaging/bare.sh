# Sourced by fresh.sh and fresh_package.sh: a bare Debian 12 made by debootstrap in a temporary folder,
# commands run inside it, and nothing left of it at the end. Needs root, and $root.
[[ $(id -u) == 0 ]] || {
  printf 'error   only root can make a root file system\ndo      sudo ./x fresh\n' >&2
  exit 77
}

work=$(mktemp -d "${TMPDIR:-/var/tmp}/osler-fresh.XXXXXX")
bare=$work/root

# Never removes a file behind a mount: what is still mounted is left, and said.
clean_up() {
  local mounted
  awk -v under="$bare/" 'index($2, under) == 1 {print $2}' /proc/mounts | sort -r |
    while IFS= read -r mounted; do
      umount "$mounted" 2>/dev/null || umount --lazy "$mounted" || true
    done
  if grep -qF " $bare/" /proc/mounts; then
    printf 'error   something is still mounted below %s\ndo      umount it, then remove %s\n' \
      "$bare" "$work" >&2
    return
  fi
  rm -rf --one-file-system "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

mirror() {
  local found
  found=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' |
    grep -v security | head -n 1 || true)
  echo "${found:-http://deb.debian.org/debian}"
}

copy_in() {  # copy_in PATH…: to the same place inside, where it is here
  local path
  for path in "$@"; do
    if [[ -e $path ]]; then
      mkdir -p "$bare/$(dirname "$path")"
      cp -rL "$path" "$bare/$(dirname "$path")/"
    fi
  done
}

# How this machine reaches its mirrors: names, certificates, where apt and npm look.
copy_configuration() {
  rm -f "$bare/etc/resolv.conf"
  copy_in /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt \
    /usr/local/share/ca-certificates /etc/apt/sources.list /etc/apt/sources.list.d \
    /etc/apt/auth.conf.d /etc/apt/keyrings /etc/npmrc /root/.npmrc
  local file
  for file in /etc/apt/apt.conf.d/*; do
    # Docker's own files throw the package cache away.
    [[ $file == */docker-* ]] || copy_in "$file"
  done
}

inside() {  # inside COMMAND: with nothing of this machine's environment but proxies
  local names=(http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY) keep=() name
  for name in "${names[@]}"; do
    [[ -n ${!name:-} ]] && keep+=("$name=${!name}")
  done
  chroot "$bare" /usr/bin/env -i HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" \
    PATH=/usr/sbin:/usr/bin:/sbin:/bin "${keep[@]}" bash -c "cd /root && $1"
}

took=()
timed() {  # timed NAME COMMAND…
  local start=$SECONDS name=$1
  shift
  "$@"
  took+=("$(printf '%-32s %s' "$name" "$(clock $((SECONDS - start)))")")
}

bootstrap() {
  step_draw fresh 'a bare Debian 12'
  debootstrap --variant=minbase bookworm "$bare" "$(mirror)" >"$work/debootstrap.log" 2>&1 || {
    tail -n 5 "$work/debootstrap.log" >&2
    return 1
  }
  mount -t proc proc "$bare/proc"
  mount --rbind /dev "$bare/dev"
  mount --make-rslave "$bare/dev"
  copy_configuration
}
