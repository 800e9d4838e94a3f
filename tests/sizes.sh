#!/usr/bin/env bash
# Prints the sizes of what a browser loads, raw, gzip and brotli, and fails where a budget of the design is broken.
set -eu
cd "$(dirname "$0")/.."
broken=0

# weigh NAME BUDGET_KB FILE...: the sums over the files; KB are 1,000 bytes.
weigh() {
  local name=$1 budget=$2 raw=0 gzip=0 brotli=0 file
  shift 2
  [ $# -gt 0 ] && [ -f "$1" ] || { echo "size $name: nothing was built"; broken=1; return; }
  for file in "$@"; do
    raw=$((raw + $(wc -c <"$file")))
    gzip=$((gzip + $(gzip -9 -c "$file" | wc -c)))
    brotli=$((brotli + $(brotli -q 11 -c "$file" | wc -c)))
  done
  printf 'size %-28s raw %5d KB  gzip %5d KB  brotli %5d KB  budget %5d KB brotli\n' "$name" $((raw / 1000)) $((gzip / 1000)) $((brotli / 1000)) "$budget"
  [ $((brotli / 1000)) -le "$budget" ] || { echo "size $name: over its budget"; broken=1; }
}

shopt -s nullglob
page=(dist/index.html dist/app*.js dist/app*_bg.wasm dist/*.css dist/bundle/*.js dist/editor*.js)
engine=(dist/worker*.js dist/worker*_bg.wasm)
weigh "page (wasm, JS, CSS)" 400 "${page[@]}"
weigh "engine worker" 2500 "${engine[@]}"
exit $broken
