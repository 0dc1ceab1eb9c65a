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
if [[ -n ${SARIF:-} && -f $SARIF ]]; then
  # Code scanning opens alerts for suppressed results too: what is silenced or known stays away.
  if command -v jq >/dev/null; then
    shown=$(jq 'del(.runs[].results[] | select(.suppressions))' "$SARIF")
    printf '%s\n' "$shown" >"$SARIF"
  else
    echo "::warning title=crosstrail::without jq, code scanning opens alerts for suppressed findings too"
  fi
fi
{
  printf 'exit-code=%s\n' "$code"
  printf 'sarif=%s\n' "${SARIF:-}"
} >>"${GITHUB_OUTPUT:-/dev/null}"
if ((code == 1)) && [[ ${FAIL:-true} == false ]]; then
  code=0
fi
exit "$code"
