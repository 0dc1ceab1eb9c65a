#!/usr/bin/env bash
# vsix.sh TARGET BINARY DIRECTORY: packs the extension for Visual Studio Code with the server for a target.
set -euo pipefail

readonly target=$1 binary=$2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
extension=$root/editors/vscode
mkdir -p "$3"
directory=$(cd "$3" && pwd)

case $target in
  x86_64-*-linux-*) platform=linux-x64 ;;
  aarch64-*-linux-*) platform=linux-arm64 ;;
  x86_64-apple-darwin) platform=darwin-x64 ;;
  aarch64-apple-darwin) platform=darwin-arm64 ;;
  x86_64-pc-windows-*) platform=win32-x64 ;;
  *) printf 'Visual Studio Code has no platform for %s\n' "$target" >&2 && exit 2 ;;
esac

rm -rf "$extension/server"
mkdir "$extension/server"
cp "$binary" "$extension/server/"
cp "$root"/LICENSE-{APACHE,MIT} "$extension/"
cd "$extension"
npm ci
npx vsce package --no-dependencies --target "$platform" --out "$directory/crosstrail-$platform.vsix"
