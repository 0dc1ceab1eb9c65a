#!/usr/bin/env bash
# archive.sh TARGET BINARY DIRECTORY: packs what is released for a target, and its checksum.
# The binary has to run here: it writes its own manual pages and completions.
set -euo pipefail

readonly target=$1 binary=$2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mkdir -p "$3"
directory=$(cd "$3" && pwd)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

name=crosstrail-$target
mkdir -p "$stage/$name"
cp "$binary" "$root"/{README.md,CHANGELOG.md,LICENSE-APACHE,LICENSE-MIT} "$stage/$name"
bash "$root/ci/pages.sh" "$binary" "$stage/$name"

cd "$stage"
case $target in
  *windows*) archive=$name.zip && 7z a -bd "$archive" "$name" >/dev/null ;;
  *) archive=$name.tar.xz && tar --create --xz --file "$archive" "$name" ;;
esac
if command -v sha256sum >/dev/null; then
  sha256sum "$archive" >"$archive.sha256"
else
  shasum --algorithm 256 "$archive" >"$archive.sha256"
fi
mv "$archive" "$archive.sha256" "$directory"
