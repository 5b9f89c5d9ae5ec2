#!/bin/sh
# Makes what docker/secrets/ lacks: random secrets, each in a file. Existing ones stay as they are.
#
# The folder is open to its owner alone. The files in it are readable by all, because the users in the
# containers are others than the one here, and a container sees none but those that it is given.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets

keep() { # FILE: writes standard input there, unless it is there
  if [ -e "secrets/$1" ]; then
    cat >/dev/null
  else
    cat >"secrets/$1"
    echo "made docker/secrets/$1"
  fi
  chmod 444 "secrets/$1"
}

random() { openssl rand -hex 32; }
sha256() { printf %s "$1" | openssl dgst -sha256 -r | cut -d ' ' -f 1; }

# Signs and checks users' tokens. For keys of your own, see README.md.
random | keep token_key
# What all members of the bus know: nodes, and services that join it.
random | keep cluster_secret
random | keep grafana_password

# Redis: nodes may use the keys of Holdfast alone, "probe" may ping. The user "default" is for people, and
# may do all: by its rights Redis reads its own append-only file, and skips what it may not do.
if [ ! -e secrets/redis_acl ] || [ ! -e secrets/redis_uri ]; then
  rm -f secrets/redis_acl secrets/redis_uri
  node=$(random)
  echo "redis://holdfast:$node@redis:6379" | keep redis_uri
  random | keep redis_admin_password
  {
    echo "user default on #$(sha256 "$(cat secrets/redis_admin_password)") ~* &* +@all"
    echo "user probe on nopass -@all +ping"
    echo "user holdfast on #$(sha256 "$node") ~hf:* +@all -@admin -@dangerous +info"
  } | keep redis_acl
fi
