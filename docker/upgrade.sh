#!/bin/sh
# Replaces the nodes by ones of another image, one after the other. Before each old one ends there is
# a new one that is ready, so that the cluster has never fewer nodes than it had. Sessions go on.
#
#   HOLDFAST_VERSION=0.2.0 docker/upgrade.sh [COMPOSE OPTION...]
set -eu
cd "$(dirname "$0")"
if docker compose version >/dev/null 2>&1; then compose="docker compose"; else compose=docker-compose; fi

# Of a new node, until it is ready, in s.
patience=${PATIENCE:-120}

state() { docker inspect -f '{{.State.Running}} {{.RestartCount}} {{.State.Health.Status}}' "$1"; }

give_up() { # NODE: a new one; the old ones all run still, or have handed on
  docker logs --tail 5 "$1" >&2
  docker rm -f -v "$1" >/dev/null
  echo "it did not become ready, and is removed; the rest stays as it was" >&2
  exit 1
}

old=$($compose "$@" ps -q node)
count=$(echo "$old" | wc -l)
for node in $old; do
  before=$($compose "$@" ps -q node)
  $compose "$@" up -d --no-deps --no-recreate --scale node=$((count + 1)) node
  for fresh in $($compose "$@" ps -q node); do
    case "$before" in *"$fresh"*) continue ;; esac
    echo "waiting for $(docker inspect -f '{{.Name}}' "$fresh")"
    seconds=0
    until [ "$(state "$fresh")" = "true 0 healthy" ]; do
      # One that ended is started again and again by the engine: the first time is enough.
      case "$(state "$fresh")" in "true 0 "*) [ $seconds -lt $patience ] || give_up "$fresh" ;; *) give_up "$fresh" ;; esac
      seconds=$((seconds + 1))
      sleep 1
    done
  done
  echo "ending $(docker inspect -f '{{.Name}}' "$node")"
  # SIGTERM, then up to 30 s in which it hands its sessions on.
  docker stop -t 30 "$node" >/dev/null
  docker rm -v "$node" >/dev/null
done
$compose "$@" ps
