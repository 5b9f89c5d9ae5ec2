#!/bin/sh
# Makes docker/secrets/clock_credentials, by which the example joins the bus: it is signed with the cluster's
# secret, and names one service and one tenant. Comes after secrets.sh and the build, as Holdfast makes it.
# One that is there stays; after a change of cluster_secret delete it.
#
#   docker/credentials.sh [COMPOSE OPTION...]
set -eu
umask 077
cd "$(dirname "$0")"
if docker compose version >/dev/null 2>&1; then compose="docker compose"; else compose=docker-compose; fi

if [ ! -e secrets/clock_credentials ]; then
  $compose "$@" run --rm --no-deps -T node credentials --service clock --tenant acme >secrets/.clock_credentials
  # Readable by all for the same reason as the others, see secrets.sh.
  chmod 444 secrets/.clock_credentials
  mv secrets/.clock_credentials secrets/clock_credentials
  echo "made docker/secrets/clock_credentials"
fi
