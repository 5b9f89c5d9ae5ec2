#!/bin/sh
# Starts a Redis that sentinels watch, in its container. Its settings are written at each start, so that edits
# of redis.conf and new secrets count. They lie beside its data, because sentinels have them rewritten: of the
# file of before one line is kept, which says whose replica this is. One that came back as what it was at its
# first start would take itself for the master, or copy one that is behind.
#
#   watched.sh OWN FIRST   its own name or address, and that of the master at first
set -eu

role=
if [ -e /data/redis.conf ]; then
  # No such line: sentinels made it the master.
  role=$(grep '^replicaof ' /data/redis.conf || true)
elif [ "$1" != "$2" ]; then
  role="replicaof $2 6379"
fi
{
  cat /etc/redis/redis.conf
  echo
  cat /run/secrets/redis_replication
  echo "aclfile /run/secrets/redis_watched_acl"
  echo "replica-announce-ip $1"
  # A master that is cut off from both replicas refuses what would be lost.
  echo "min-replicas-to-write 1"
  echo "min-replicas-max-lag 10"
  # So a new master, too, refuses until a replica has its copy: which begins at once, not after 5 s.
  echo "repl-diskless-sync-delay 0"
  echo "$role"
} >/data/redis.conf.new
mv /data/redis.conf.new /data/redis.conf
exec redis-server /data/redis.conf
