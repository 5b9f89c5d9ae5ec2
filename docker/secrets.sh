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
  rm -f secrets/redis_acl secrets/redis_uri secrets/redis_watched_acl
  node=$(random)
  echo "redis://holdfast:$node@redis:6379" | keep redis_uri
  random | keep redis_admin_password
  {
    echo "user default on #$(sha256 "$(cat secrets/redis_admin_password)") ~* &* +@all"
    echo "user probe on nopass -@all +ping"
    echo "user holdfast on #$(sha256 "$node") ~hf:* +@all -@admin -@dangerous +info"
  } | keep redis_acl
fi

# Redis with sentinels (compose.sentinel.yaml): replicas and sentinels have users of their own, which may copy,
# and promote. Nodes have a user of the sentinels that may ask who is the master. "probe" sees if copies are made.
if [ ! -e secrets/redis_watched_acl ] || [ ! -e secrets/redis_replication ] ||
  [ ! -e secrets/sentinel_settings ] || [ ! -e secrets/sentinel_password ]; then
  rm -f secrets/redis_watched_acl secrets/redis_replication secrets/sentinel_settings secrets/sentinel_password
  replica=$(random)
  watcher=$(random)
  peer=$(random)
  random | keep sentinel_password
  printf 'masteruser replica\nmasterauth %s\n' "$replica" | keep redis_replication
  {
    sed '/^user probe /s/$/ +info/' secrets/redis_acl
    echo "user replica on #$(sha256 "$replica") -@all +psync +replconf +ping"
    echo "user sentinel on #$(sha256 "$watcher") &* -@all +multi +exec +slaveof +ping +info +role +publish" \
      "+subscribe +config|rewrite +client|setname +client|kill +script|kill"
  } | keep redis_watched_acl
  cat <<EOF | keep sentinel_settings
port 26379
dir /data
protected-mode no
user default on #$(sha256 "$peer") ~* &* +@all
user holdfast on #$(sha256 "$(cat secrets/sentinel_password)") -@all +auth +hello +ping +sentinel|master
sentinel sentinel-pass $peer
sentinel auth-user holdfast sentinel
sentinel auth-pass holdfast $watcher
sentinel down-after-milliseconds holdfast 5000
sentinel failover-timeout holdfast 30000
EOF
fi
