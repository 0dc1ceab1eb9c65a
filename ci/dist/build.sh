#!/usr/bin/env bash
# build.sh: has cargo build for the target that dist names, and puts here what `dist.toml` says is packed.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
readonly target=$CARGO_DIST_TARGET
suffix=
case $target in *windows*) suffix=.exe ;; esac

cargo build --release --locked --package crosstrail --target "$target" --target-dir ../../target
cp "../../target/$target/release/crosstrail$suffix" ../../{README.md,CHANGELOG.md,LICENSE-APACHE,LICENSE-MIT} .
rm -rf man completions
bash ../pages.sh "./crosstrail$suffix" .
