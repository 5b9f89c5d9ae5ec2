#!/bin/sh
# Starts a server of a Redis Cluster, in its container. Its settings are written at each start, so that edits of
# redis.conf and new secrets count. What it knows of the cluster, and its place there, are in its volume.
#
#   clustered.sh ADDRESS [NAME]   its own, for the other servers and for nodes; nodes prefer the name
set -eu

{
  cat /etc/redis/redis.conf
  echo
  cat /run/secrets/redis_replication
  echo "aclfile /run/secrets/redis_watched_acl"
  echo "cluster-enabled yes"
  echo "cluster-config-file /data/nodes.conf"
  # A master that is silent for so long is taken for dead; then its replica takes its place.
  echo "cluster-node-timeout 5000"
  # If a master and its replica are gone, the other shards go on.
  echo "cluster-require-full-coverage no"
  # A copy for a replica begins at once, not after 5 s.
  echo "repl-diskless-sync-delay 0"
  echo "cluster-announce-ip $1"
  if [ "${2:-}" ]; then
    echo "cluster-announce-hostname $2"
    echo "cluster-preferred-endpoint-type hostname"
  fi
} >/data/redis.conf.new
mv /data/redis.conf.new /data/redis.conf
exec redis-server /data/redis.conf
