#!/bin/sh
# Starts a sentinel in its container. Its settings are written at each start, so that new secrets count. Of the
# file of before, which it rewrites itself, what it learnt is kept: who is the master, the replicas, the other
# sentinels, and the epochs.
#
#   sentinel.sh OWN FIRST   its own name or address, and that of the master at first
set -eu

[ -e /data/sentinel.conf ] || : >/data/sentinel.conf
master=$(sed -n 's/^sentinel monitor holdfast \([^ ]*\) .*/\1/p' /data/sentinel.conf)
learnt="myid|config-epoch|leader-epoch|current-epoch|known-replica|known-sentinel"
{
  # By names, if it is given names: a pod has another address after a restart.
  echo "sentinel resolve-hostnames yes"
  echo "sentinel announce-hostnames yes"
  echo "sentinel announce-ip $1"
  # Before all lines that name "holdfast".
  echo "sentinel monitor holdfast ${master:-$2} 6379 2"
  cat /run/secrets/sentinel_settings
  grep -E "^sentinel ($learnt) " /data/sentinel.conf || true
} >/data/sentinel.conf.new
mv /data/sentinel.conf.new /data/sentinel.conf
exec redis-server /data/sentinel.conf --sentinel
