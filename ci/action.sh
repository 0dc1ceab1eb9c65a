#!/usr/bin/env bash
# action.sh CROSSTRAIL: the step of the action that lints, with its inputs as variables.
set -euo pipefail

readonly crosstrail=$1

# What is parted by spaces is many words.
read -r -a paths <<<"${PATHS:-.}"
read -r -a further <<<"${ARGUMENTS:-}"
options=(--severity "${SEVERITY:-note}")
[[ -z ${BASELINE:-} ]] || options+=(--baseline "$BASELINE")
if [[ -n ${SARIF:-} ]]; then
  options+=(--format sarif --output "$SARIF")
else
  options+=(--format github)
fi

code=0
"$crosstrail" lint "${options[@]}" ${further[@]+"${further[@]}"} -- "${paths[@]}" || code=$?
{
  printf 'exit-code=%s\n' "$code"
  printf 'sarif=%s\n' "${SARIF:-}"
} >>"${GITHUB_OUTPUT:-/dev/null}"
if ((code == 1)) && [[ ${FAIL:-true} == false ]]; then
  code=0
fi
exit "$code"
