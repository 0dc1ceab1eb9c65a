#!/usr/bin/env bash
# install.sh VERSION DIRECTORY: puts the `crosstrail` of a release into a directory.
# Needs curl and tar; on Windows also unzip.
set -euo pipefail

readonly version=${1#v} directory=$2
readonly releases=${CROSSTRAIL_RELEASES:-https://github.com/crosstrail/crosstrail/releases/download}

fail() {
  printf 'error: %s\n' "$1" >&2
  exit 2
}

target() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) echo x86_64-unknown-linux-musl ;;
    Linux-aarch64 | Linux-arm64) echo aarch64-unknown-linux-musl ;;
    Darwin-x86_64) echo x86_64-apple-darwin ;;
    Darwin-arm64) echo aarch64-apple-darwin ;;
    MINGW*-x86_64 | MSYS*-x86_64) echo x86_64-pc-windows-msvc ;;
    *) fail "there is no release for $(uname -s) on $(uname -m)" ;;
  esac
}

check() {
  if command -v sha256sum >/dev/null; then
    sha256sum --check --status "$1"
  else
    shasum --algorithm 256 --check --status "$1"
  fi
}

name=crosstrail-$(target)
case $name in
  *windows*) archive=$name.zip ;;
  *) archive=$name.tar.xz ;;
esac
mkdir -p "$directory"
cd "$directory"
for file in "$archive" "$archive.sha256"; do
  curl --fail --silent --show-error --location --retry 3 --output "$file" "$releases/v$version/$file" ||
    fail "cannot fetch $releases/v$version/$file"
done
check "$archive.sha256" || fail "$archive is not what was released"
case $archive in
  *.zip) unzip -q -o "$archive" && find . -name crosstrail.exe -exec mv {} . \; ;;
  *) tar --extract --file "$archive" --strip-components 1 ;;
esac
rm "$archive" "$archive.sha256"
./crosstrail --version
