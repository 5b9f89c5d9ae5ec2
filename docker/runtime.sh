#!/bin/sh
# Makes a root file system with a Java runtime and nothing else: no shell, no package manager.
#
#   runtime.sh ROOT
#
# Runs while the image is built, in a JDK's image. What is taken along of the system below the JDK
# is what the runtime's libraries are linked with, and the C library's way to names.
set -eu
root=$1

# Those that a node uses: found by jdeps, without what only optional parts of libraries would use.
# jdk.crypto.cryptoki and the like stay out; jdk.jcmd is for the operator: jcmd 1 Thread.print
modules=java.base,java.logging,java.management,java.naming,java.net.http
modules=$modules,java.transaction.xa,java.xml,jdk.jcmd,jdk.jfr,jdk.management,jdk.management.agent,jdk.net,jdk.unsupported

jlink --add-modules "$modules" --strip-java-debug-attributes --no-header-files --no-man-pages \
  --compress zip-6 --output "$root/opt/java"
# The JDK's classes as they lie in memory: the runtime starts in half the time. It serves the flags
# of jvm.options alone.
"$root/opt/java/bin/java" -Xshare:dump -XX:+UseCompactObjectHeaders -XX:+UseG1GC >/dev/null

mkdir -p "$root/etc" "$root/tmp"
{ find "$root/opt/java" -name '*.so' -o -path '*/bin/*' -type f; echo /usr/bin/env; } |
  xargs ldd 2>/dev/null | grep -o '/[^ ]*lib[^ ]*/[^ ]*\.so[^ ]*' | grep -v "^$root" | sort -u |
  while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
  done

echo 'root:x:0:0:root:/:/none
holdfast:x:10001:10001:Holdfast:/data:/none' >"$root/etc/passwd"
echo 'root:x:0:
holdfast:x:10001:' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
chmod 1777 "$root/tmp"
# Empty, and the user's: a volume that is put there begins as a copy of it.
mkdir -p "$root-data/files"
