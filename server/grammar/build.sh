#!/bin/bash
# Rebuilds src/parser.c and tree-sitter-nginx.wasm from grammar.js and scanner.c, and records the sha256 of all of them in FILES.sha256.
# Wants clang 14 and lld 14 (Debian bookworm: apt-get install clang-14 lld-14) and fetches the tree-sitter command on Debian.
# The result is the same, byte for byte, in any folder. usage: build.sh [--check]   --check writes nothing and fails on a difference
set -euo pipefail
cd "$(dirname "$0")"
tree_sitter=$(./fetch-tree-sitter.sh ../../.tools/tree-sitter)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# grammar.js is CommonJS, and the package around it is not: so it is generated from elsewhere
cp grammar.js scanner.c "$work"
(cd "$work" && "$tree_sitter" generate --no-bindings)
mkdir "$work/shim"
: > "$work/shim/stdlib.h"
cd "$work"
for source in src/parser.c scanner.c; do
  clang-14 --target=wasm32-unknown-emscripten -ffreestanding -isystem shim -Os -fPIC -fvisibility=hidden -I src -c $source -o "$(basename $source .c).o"
done
wasm-ld-14 --experimental-pic -shared --no-entry --export=tree_sitter_nginx --strip-all parser.o scanner.o -o tree-sitter-nginx.wasm
cd - > /dev/null
if [ "${1-}" = --check ]; then
  cmp "$work/tree-sitter-nginx.wasm" tree-sitter-nginx.wasm && cmp "$work/src/parser.c" src/parser.c && echo 'grammar: the committed files are what the sources build'
  exit
fi
mkdir -p src/tree_sitter
cp "$work/src/parser.c" src/
cp "$work"/src/tree_sitter/*.h src/tree_sitter/
cp "$work/tree-sitter-nginx.wasm" .
sha256sum grammar.js scanner.c src/parser.c tree-sitter-nginx.wasm > FILES.sha256
wc -c src/parser.c tree-sitter-nginx.wasm
