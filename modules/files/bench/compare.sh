#!/usr/bin/env bash
# Files beside nginx: the same content from the same disk, one server after the other, in one run.
# Needs: a built app/target/holdfast.jar, nginx with its DAV module (Debian: nginx-light), curl 7.68 or newer.
# Usage: compare.sh [megabytes of the large file, default 1024] [rounds, default 3]
# Prints seconds, CPU-seconds of the server (nginx: all its processes; Holdfast: the JVM and its Redis) and MB per CPU-second.
set -euo pipefail

megabytes=${1:-1024}
rounds=${2:-3}
here=$(cd "$(dirname "$0")" && pwd)
jar=$here/../../../app/target/holdfast.jar
work=$(mktemp -d "${TMPDIR:-/tmp}/holdfast-files-XXXXXX")
nginx_port=18081
node_port=18082
node_pid=
nginx_pid=

finish() {
  for pid in $node_pid $nginx_pid; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap finish EXIT

# CPU ticks of a process and its descendants, those that have ended left out.
ticks() {
  local sum=0 pid
  for pid in $1 $(pgrep -P "$1" || true); do
    set -- $(sed 's/.*) //' "/proc/$pid/stat")
    sum=$((sum + ${12} + ${13}))
  done
  echo "$sum"
}

# measure <name> <pid> <megabytes> <command...>: one line.
measure() {
  local name=$1 pid=$2 size=$3 before after start end
  shift 3
  before=$(ticks "$pid")
  start=$(date +%s.%N)
  "$@"
  end=$(date +%s.%N)
  after=$(ticks "$pid")
  awk -v n="$name" -v s="$start" -v e="$end" -v t="$((after - before))" -v hz="$(getconf CLK_TCK)" -v mb="$size" 'BEGIN {
    cpu = t / hz; if (cpu == 0) cpu = 1 / hz
    printf "%-28s %7.2f s  %6.0f MB/s  %6.2f CPU-s  %7.0f MB/CPU-s\n", n, e - s, mb / (e - s), cpu, mb / cpu }'
}

start_nginx() {
  mkdir -p "$work/www" "$work/tmp"
  chmod 777 "$work" "$work/www" "$work/tmp"
  cat > "$work/nginx.conf" <<CONF
daemon off;
pid $work/nginx.pid;
error_log $work/nginx.log;
worker_processes 1;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  client_max_body_size 0;
  client_body_temp_path $work/tmp;
  server {
    listen 127.0.0.1:$nginx_port;
    root $work/www;
    location / { dav_methods PUT DELETE; create_full_put_path on; dav_access user:rw group:rw all:rw; }
  }
}
CONF
  nginx -c "$work/nginx.conf" &
  nginx_pid=$!
  until curl -s -o /dev/null "http://127.0.0.1:$nginx_port/"; do sleep 0.1; done
}

# start_node <JVM options>
start_node() {
  # shellcheck disable=SC2086
  java $1 -jar "$jar" serve --data "$work/data" --set "gateway.port=$node_port" --set gateways=1 > "$work/node.log" 2>&1 &
  node_pid=$!
  until curl -sf -o /dev/null "http://127.0.0.1:$node_port/health/ready"; do
    kill -0 "$node_pid" || { cat "$work/node.log"; exit 1; }
    sleep 0.2
  done
  token=$(java -jar "$jar" token --data "$work/data" --tenant bench --user ann --permission create:file)
  auth="Authorization: Bearer $token"
}

stop_node() {
  kill "$node_pid"
  wait "$node_pid" || true
  node_pid=
}

file_url() { grep -o '"file":"[^"]*"' | head -1 | sed 's/.*:"\(.*\)"/http:\/\/127.0.0.1:'$node_port'\/v1\/files\/\1/'; }
node_put() { curl -sSf -H "$auth" -H 'Expect:' -X POST -T "$work/large" "http://127.0.0.1:$node_port/v1/files?name=large" > "$work/made"; }
node_get() { curl -sSf -o /dev/null -H "$auth" "$url"; }
nginx_put() { curl -sSf -o /dev/null -H 'Expect:' -T "$work/large" "http://127.0.0.1:$nginx_port/large"; }
nginx_get() { curl -sSf -o /dev/null "http://127.0.0.1:$nginx_port/large"; }

# many <name> <200 config lines on stdin>: p50, p99 and the longest of 200 uploads at once.
many() {
  curl -sS -Z --parallel-immediate --parallel-max 200 -K - | sort -n > "$work/times"
  awk -v n="$1" '{ t[NR] = $1 } END { printf "%-28s p50 %.3f s  p99 %.3f s  max %.3f s  (%d)\n", n, t[int(NR * .5)], t[int(NR * .99)], t[NR], NR }' "$work/times"
}

head -c "$megabytes"M /dev/urandom > "$work/large"
head -c 1M /dev/urandom > "$work/small"
start_nginx
start_node "-Xmx512m"
nginx_put
node_put
url=$(file_url < "$work/made")

echo "== ${megabytes} MB, $rounds rounds, warm page cache"
for round in $(seq "$rounds"); do
  measure "nginx download" "$nginx_pid" "$megabytes" nginx_get
  measure "holdfast download" "$node_pid" "$megabytes" node_get
done
for round in $(seq "$rounds"); do
  measure "nginx PUT" "$nginx_pid" "$megabytes" nginx_put
  measure "holdfast POST" "$node_pid" "$megabytes" node_put
  curl -sSf -X DELETE -H "$auth" "$(file_url < "$work/made")"
done

echo "== 200 uploads of 1 MB at once"
for i in $(seq 200); do
  [ "$i" = 1 ] || echo next
  printf 'url = "http://127.0.0.1:%s/small-%s"\nupload-file = "%s"\noutput = "/dev/null"\nheader = "Expect:"\nwrite-out = "%%{time_total}\\n"\n' "$nginx_port" "$i" "$work/small"
done | many "nginx PUT"
for i in $(seq 200); do
  [ "$i" = 1 ] || echo next
  printf 'url = "http://127.0.0.1:%s/v1/files?name=s%s"\nupload-file = "%s"\nrequest = POST\noutput = "/dev/null"\nheader = "Expect:"\nheader = "%s"\nwrite-out = "%%{time_total}\\n"\n' "$node_port" "$i" "$work/small" "$auth"
done > "$work/requests"
many "holdfast POST, first" < "$work/requests"
many "holdfast POST, again" < "$work/requests"
echo "resident: $(awk '/VmRSS|VmHWM/ { printf "%s %d MB  ", $1, $2 / 1024 }' "/proc/$node_pid/status")"

jcmd "$node_pid" GC.run > /dev/null
live=$(jcmd "$node_pid" GC.heap_info | grep -o 'used [0-9]*K' | head -1 | tr -dc 0-9)
heap=$((live / 1024 + 64))
stop_node
echo "== the same file with 64 MB more heap than what lives: $((live / 1024)) MB + 64 MB"
start_node "-Xmx${heap}m"
measure "holdfast POST" "$node_pid" "$megabytes" node_put
url=$(file_url < "$work/made")
measure "holdfast download" "$node_pid" "$megabytes" node_get
echo "sha256 $(curl -sSf -H "$auth" "$url" | sha256sum | cut -c1-16) of $(sha256sum < "$work/large" | cut -c1-16)"
