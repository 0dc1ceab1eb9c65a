#!/usr/bin/env bash
# test.sh SERVER_DIRECTORY ROOT: editors/kakoune against the real server, by kak-lsp, which has to be on the PATH. Kakoune
# runs without a terminal and is told by its own pipe what to do. Prints a line for each check; exits with 1 if one fails.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
settings=$(realpath "$here/../../../editors/kakoune/crosstrail.kak")
export PATH=$1:$PATH
root=$2 passed=0 failed=0
readonly SESSION=crosstrail-$$ PATIENCE_SECONDS=30

# A Kakoune of its own: no settings but ours, and sockets where no other one has its.
place=$(mktemp -d)
export XDG_CONFIG_HOME=$place XDG_RUNTIME_DIR=$place
mkdir -p "$place/kak"
cat >"$place/kak/kakrc" <<SETTINGS
source "$settings"
# What is shown in a box over the text is written down.
hook -once global KakBegin .* %{
    define-command -override -hidden lsp-show-hover -params 4 %{ echo -to-file "$place/hover" -- %arg{2} }
    define-command -override -hidden lsp-show-error -params 1 %{ echo -to-file "$place/error" -- %arg{1} }
}
SETTINGS

check() { # NAME OK FOUND
  if [[ $2 == yes ]]; then
    passed=$((passed + 1))
    printf 'ok - %s\n' "$1"
  else
    failed=$((failed + 1))
    printf 'not ok - %s: %s\n' "$1" "$3"
  fi
}

tell() { printf '%s' "evaluate-commands -client client0 %{ $1 }" | kak -p "$SESSION"; }

# What the editor says to EXPRESSION, an argument of its `echo`.
ask() {
  rm -f "$place/answer"
  tell "echo -to-file $place/answer.new -- $1; nop %sh{ mv $place/answer.new $place/answer }"
  eventually test -f "$place/answer" >/dev/null && cat "$place/answer"
}

# Says `yes` once a command succeeds; `no` if it does not within some time.
eventually() {
  local end=$((SECONDS + PATIENCE_SECONDS))
  while ((SECONDS < end)); do
    if "$@" >/dev/null 2>&1; then
      echo yes
      return
    fi
    sleep 0.05
  done
  echo no
}

finish() {
  kill "$editor" 2>/dev/null || true
  rm -rf "$place"
}

counts() { ask '%opt{lsp_diagnostic_error_count} %opt{lsp_diagnostic_warning_count}'; }
counts_are() { [[ $(counts) == "$1" ]]; }
has_text() { grep -qF -- "$2" "$1"; }
selects() { [[ $(ask '%val{selection}') == "$1" ]]; }
# Puts the cursor on the first TEXT.
go_to() { tell "execute-keys gg /\\Q$1\\E<ret>"; }

kak -ui dummy -s "$SESSION" "$root/audit/main.tf" >"$place/log" 2>&1 </dev/null &
editor=$!
trap finish EXIT
is_up() { kak -l | grep -q "^$SESSION\$"; }
check 'the editor is there' "$(eventually is_up)" "$(cat "$place/log")"
check 'both findings are shown' "$(eventually counts_are '2 0')" "$(counts)"

go_to read-logs
tell lsp-find-error
check 'it is on the action, though the line has wide characters' "$(eventually selects s3:GetObjct)" "$(ask '%val{selection}')"

go_to incident-response
tell lsp-hover
check 'hover shows the account of a principal' "$(eventually has_text "$place/hover" 777788889999)" "$(cat "$place/hover")"

go_to s3:GetObjct
tell "lsp-code-action 's3:GetObject'"
check 'a quick fix is applied, and its finding goes' "$(eventually counts_are '1 0')" "$(counts)"
tell write
check 'and is in the file' "$(eventually has_text "$root/audit/main.tf" '"s3:GetObject"')" "$(cat "$root/audit/main.tf")"

go_to incident-response
tell "lsp-code-action 'add a policy'"
check "the missing half is written into the other account's file" \
  "$(eventually has_text "$root/security/main.tf" 'resource "aws_iam_role_policy"')" "$(cat "$root/security/main.tf")"

printf '%s' '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObjct", "Resource": "*"}]}' >"$root/policy.json"
printf '%s' '{ "name": "none of ours" }' >"$root/package.json"
tell "write-all; edit '$root/policy.json'"
check 'a policy in JSON has findings' "$(eventually counts_are '1 0')" "$(counts)"
tell "edit '$root/package.json'"
has_server() { [[ $(ask '%opt{lsp_servers}') == *'[crosstrail]'* ]]; }
check 'other JSON is left alone' "$(has_server && echo no || echo yes)" "$(ask '%opt{lsp_servers}')"

tell 'lsp-exit; kill'
is_gone() { ! kill -0 "$editor"; }
check 'the editor and its server end' "$(eventually is_gone)" 'still there'
[[ ! -f $place/error ]] || check 'kak-lsp has no errors' no "$(cat "$place/error")"
printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
