#!/bin/sh
# sh bundle.sh ESBUILD FOLDER VERSION
#
# Makes what a node serves: client.js and its source map in FOLDER, with the program esbuild.
set -e
cd "$(dirname "$0")"
esbuild=$1 folder=$2 version=$3
limit=11200 # bytes, minified and compressed

chmod +x "$esbuild"
mkdir -p "$folder"
# Names of properties that nobody else sees, which the build shortens.
inner=$(tr '\n' '|' <inner-names.txt)
"$esbuild" src/index.ts --bundle --minify --sourcemap --format=esm --target=es2022 \
  --mangle-props="^(${inner%|})\$" \
  --log-level=warning --outfile="$folder/client.js"
printf %s "$version" >"$folder/version"
size=$(gzip -9 <"$folder/client.js" | wc -c)
if [ "$size" -gt "$limit" ]; then
  echo "client-js: client.js has $size bytes compressed, of $limit" >&2
  exit 1
fi
