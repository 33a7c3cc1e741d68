#!/bin/bash
# Fetches ONNX Runtime for building and running osler on Debian 12 (amd64):
#   lib/libonnxruntime.so.1  from the npm package onnxruntime-node, pinned in packaging/onnxruntime
#   include/onnxruntime/     from Debian 13's libonnxruntime-dev, by the mirror this machine already uses
# Both are checked against the digests below. Into $OSLER_DEPS/onnxruntime, or build/deps/onnxruntime.
# Safe to run again: what is there and right is kept, and a cache serves the next working copy.
set -euo pipefail

library_sha256=ffb75a925ba05e47b235bb66e3e3911714a80b328a9c9425539feb204aa32a23
headers_version=1.21.0+dfsg-1
headers_sha256=14f7d959d5deacbcf1504830d4189f91fc67382b399ed9ae9d3aa9c4050ced08

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=${OSLER_DEPS:-$root/build/deps}/onnxruntime
key=${library_sha256:0:16}-${headers_sha256:0:16}

fail() {
  echo "fetch_onnxruntime: $1" >&2
  exit 1
}

is_sha256() {  # is_sha256 FILE DIGEST
  [[ -f $1 && $(sha256sum "$1" | cut -d' ' -f1) == "$2" ]]
}

is_complete() {  # is_complete FOLDER
  is_sha256 "$1/lib/libonnxruntime.so.1" $library_sha256 &&
    [[ -f $1/include/onnxruntime/onnxruntime_cxx_api.h && $(cat "$1/key" 2>/dev/null) == "$key" ]]
}

cache_folder() {
  local folder
  for folder in ${OSLER_CACHE:+"$OSLER_CACHE"} /var/cache/osler-deps "${HOME:-/nonexistent}/.cache/osler"; do
    if mkdir -p "$folder" 2>/dev/null && [[ -w $folder ]]; then
      echo "$folder"
      return
    fi
  done
}

fetch_library() {  # fetch_library WORK
  command -v npm >/dev/null || fail "npm is missing: apt-get install npm"
  mkdir "$1/npm"
  cp "$root"/packaging/onnxruntime/package{,-lock}.json "$1/npm"
  # Its install script would fetch CUDA providers from another registry.
  (cd "$1/npm" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2) ||
    fail "npm could not install onnxruntime-node: is the registry reachable?"
  local file=$1/npm/node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1
  is_sha256 "$file" $library_sha256 || fail "libonnxruntime.so.1 has another SHA-256 than the pinned one"
  install -Dm644 "$file" "$1/out/lib/libonnxruntime.so.1"
}

# The package is taken from Debian 13 without adding it to the machine's sources; apt checks the
# archive's signature, and the digest pins the file.
fetch_headers() {  # fetch_headers WORK
  local apt=$1/apt mirror
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' |
    grep -v security | head -n 1 || true)
  mkdir -p "$apt"/parts "$apt"/lists/partial "$apt"/cache/archives/partial
  cat >"$apt/parts/trixie.sources" <<END
Types: deb
URIs: ${mirror:-http://deb.debian.org/debian/}
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
END
  local options=(-qq -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$apt/parts"
    -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root
    -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null
    -o Acquire::Languages=none -o Acquire::Retries=3)
  (cd "$apt" && apt-get "${options[@]}" update >&2 &&
    apt-get "${options[@]}" download "libonnxruntime-dev=$headers_version" >&2) ||
    fail "apt could not fetch libonnxruntime-dev $headers_version from Debian 13"
  local package
  package=$(find "$apt" -maxdepth 1 -name 'libonnxruntime-dev_*.deb')
  is_sha256 "$package" $headers_sha256 || fail "libonnxruntime-dev has another SHA-256 than the pinned one"
  dpkg-deb -x "$package" "$apt/files"
  mkdir -p "$1/out/include"
  cp -r "$apt/files/usr/include/onnxruntime" "$1/out/include/"
}

place() {  # place FROM TO: beside the target first, so that no half copy is ever found
  mkdir -p "$(dirname "$2")"
  local fresh
  fresh=$(mktemp -d "$2.XXXXXX")
  cp -r "$1/." "$fresh"
  chmod 755 "$fresh"
  rm -rf "$2"
  mv -T "$fresh" "$2" 2>/dev/null || { rm -rf "$fresh"; is_complete "$2"; }
}

if is_complete "$target"; then
  exit 0
fi
[[ $(uname -m) == x86_64 ]] || fail "only x86-64 is pinned so far, this machine is $(uname -m)"

cache=$(cache_folder)
if [[ -z $cache ]] || ! is_complete "$cache/onnxruntime-$key"; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  mkdir "$work/out"
  fetch_library "$work"
  fetch_headers "$work"
  echo "$key" >"$work/out/key"
  if [[ -z $cache ]]; then
    place "$work/out" "$target"
    exit 0
  fi
  place "$work/out" "$cache/onnxruntime-$key"
fi
place "$cache/onnxruntime-$key" "$target"
