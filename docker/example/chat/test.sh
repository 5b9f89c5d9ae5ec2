#!/bin/sh
# Tests the pages and the worker with Node 20 or newer; where there is none, it reports that.
set -e
cd "$(dirname "$0")"
if ! node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' 2>/dev/null; then
  echo "example: there is no Node 20 or newer, so the chat is not tested"
  exit 0
fi
if ! [ node_modules/.package-lock.json -nt package-lock.json ]; then
  npm ci --ignore-scripts --no-audit --no-fund
fi
npm test
