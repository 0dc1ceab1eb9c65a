#!/usr/bin/env bash
# plugin.sh TARGET BINARY DIRECTORY: packs the plugin for TFLint as `tflint --init` looks for it.
# `plugin.sh --checksums DIRECTORY` writes the sums of what is packed there.
set -euo pipefail

readonly name=tflint-ruleset-crosstrail

if [[ $1 == --checksums ]]; then
  cd "$2"
  if command -v sha256sum >/dev/null; then
    sha256sum --text "$name"_*.zip >checksums.txt
  else
    shasum --algorithm 256 "$name"_*.zip >checksums.txt
  fi
  exit
fi

case $1 in
  x86_64-*-linux-*) platform=linux_amd64 ;;
  aarch64-*-linux-*) platform=linux_arm64 ;;
  x86_64-apple-*) platform=darwin_amd64 ;;
  aarch64-apple-*) platform=darwin_arm64 ;;
  x86_64-*-windows-*) platform=windows_amd64 ;;
  *)
    printf 'error: TFLint has no name for %s\n' "$1" >&2
    exit 2
    ;;
esac
readonly binary=$2
mkdir -p "$3"
archive=$(cd "$3" && pwd)/${name}_$platform.zip
rm -f "$archive"
# The binary lies at the top of the archive, and nothing beside it.
case $platform in
  windows_*) (cd "$(dirname "$binary")" && 7z a -bd "$archive" "$(basename "$binary")" >/dev/null) ;;
  *) zip --quiet --junk-paths "$archive" "$binary" ;;
esac
