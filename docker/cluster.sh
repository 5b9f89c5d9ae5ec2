#!/bin/sh
# Makes a Redis Cluster of servers that run: a half of them masters, the others replicas. Ends when all slots are
# served. Servers that are a cluster already stay as they are; those whose addresses have changed are made known to
# each other again.
#
#   cluster.sh SERVER...   six or more, names or addresses
set -eu

REDISCLI_AUTH=$(cat /run/secrets/redis_admin_password)
export REDISCLI_AUTH
ask() { # SERVER COMMAND...
  server=$1
  shift
  redis-cli -h "$server" "$@" 2>/dev/null | tr -d '\r'
}

addresses=
for server in "$@"; do
  until [ "$(ask "$server" ping)" = PONG ]; do sleep 1; done
  # Servers meet by addresses only.
  addresses="$addresses $(ask "$server" config get cluster-announce-ip | tail -n 1):6379"
done
if ! ask "$1" cluster info | grep -q '^cluster_slots_assigned:16384$'; then
  # shellcheck disable=SC2086
  redis-cli --cluster create $addresses --cluster-replicas 1 --cluster-yes
fi
known=$(ask "$1" cluster nodes)
for address in $addresses; do
  case $known in
    *" $address@"*) ;;
    *) ask "$1" cluster meet "${address%:*}" 6379 ;;
  esac
done
until ask "$1" cluster info | grep -q '^cluster_state:ok$'; do sleep 1; done
