#!/usr/bin/env bash
# pages.sh BINARY DIRECTORY: has the binary, which has to run here, write its manual pages and completions.
set -euo pipefail

readonly binary=$1 directory=$2
mkdir -p "$directory/completions"
"$binary" man "$directory/man"
for shell in bash elvish fish powershell zsh; do
  "$binary" completions "$shell" >"$directory/completions/crosstrail.$shell"
done
