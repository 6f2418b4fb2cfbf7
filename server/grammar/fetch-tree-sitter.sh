#!/bin/bash
# Fetches the tree-sitter command (0.22.6, Debian trixie) with the C library it wants into a folder, through apt and a private
# configuration: nothing under /etc/apt, /var/lib/apt or /usr is changed. Prints the path of a starter script.
# usage: fetch-tree-sitter.sh <folder>
set -euo pipefail
mkdir -p "$1"
dir=$(cd "$1" && pwd)
[ -x "$dir/tree-sitter" ] && { echo "$dir/tree-sitter"; exit 0; }
mkdir -p "$dir"/apt/{lists/partial,cache/archives/partial,sources.d} "$dir/root"
uri=$(awk '/^URIs:/{u=$2} /^Suites:/ && !/-security/{print u; exit}' /etc/apt/sources.list.d/debian.sources)
printf 'Types: deb\nURIs: %s\nSuites: trixie\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' "$uri" \
  > "$dir/apt/sources.d/trixie.sources"
options=(-o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$dir/apt/sources.d" -o Dir::State::lists="$dir/apt/lists"
  -o Dir::Cache="$dir/apt/cache" -o APT::Sandbox::User=root -o APT::Default-Release=trixie)
apt-get "${options[@]}" -qq update >&2
cd "$dir"
apt-get "${options[@]}" -qq download tree-sitter-cli libc6 libgcc-s1 >&2
for package in *.deb; do dpkg-deb -x "$package" root; done
rm -f ./*.deb
loader=$(find "$dir/root" -name 'ld-linux-*.so.*' | head -1)
libraries=$(dirname "$(find "$dir/root" -name 'libc.so.6' | head -1)")
program=$(find "$dir/root" -path '*/bin/tree-sitter' | head -1)
printf '#!/bin/sh\nexec "%s" --library-path "%s" "%s" "$@"\n' "$loader" "$libraries" "$program" > "$dir/tree-sitter"
chmod +x "$dir/tree-sitter"
echo "$dir/tree-sitter"
