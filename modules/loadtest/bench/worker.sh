#!/bin/sh
# How many events one worker process takes, and what each costs it: at rising rates, from a plain
# server, until both share all processors. Takes about two minutes.
# Needs: mvn -o -q install -DskipTests -DskipITs (once)
set -eu
cd "$(dirname "$0")/../../.."
CP=$(mktemp)
trap 'rm -f "$CP"' EXIT
mvn -o -q dependency:build-classpath -pl modules/loadtest -Dmdep.includeScope=test -Dmdep.outputFile="$CP"
java -Dlogback.configurationFile=.build/logback-test.xml \
  -cp "modules/loadtest/target/test-classes:modules/loadtest/target/classes:$(cat "$CP")" \
  dev.holdfast.loadtest.worker.WorkerCapacity
