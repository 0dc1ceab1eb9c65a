//! What is said about a run as a whole.

use std::path::PathBuf;

use crosstrail_analyzer::analysis::Summary;
use crosstrail_analyzer::render::Tally;

/// That there is nothing to check at `paths`.
pub(crate) fn nothing_to_check(paths: &[PathBuf]) -> String {
    let paths: Vec<_> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
    format!("no Terraform configuration and no policy in {}", paths.join(", "))
}

/// The last lines: what was found, how much `elsewhere`, what was checked, and what stayed unknown.
pub(crate) fn summary(summary: &Summary, tally: Tally, elsewhere: usize) -> String {
    let mut lines = vec![format!("{} in {}", found(tally), checked(summary))];
    lines.extend(not_shown(elsewhere));
    lines.extend(unknown(summary));
    lines.extend(without_number(summary.principals_without_number));
    lines.join("\n") + "\n"
}

/// How many fixes there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FixTally {
    /// Findings that are mended.
    pub(crate) fixes: usize,
    /// Files that change.
    pub(crate) files: usize,
    /// Fixes of which someone has to say that they are wanted.
    pub(crate) unsafe_fixes: usize,
}

/// What was fixed, and what could be.
pub(crate) fn fixed(tally: FixTally) -> String {
    let fixed = format!("fixed {} in {}", plural(tally.fixes, "finding"), plural(tally.files, "file"));
    let fixes = match tally.unsafe_fixes {
        0 => return fixed,
        1 => "1 unsafe fix is".to_owned(),
        more => format!("{more} unsafe fixes are"),
    };
    format!("{fixed}\n{fixes} left: `--diff` shows, `--fix --unsafe` writes")
}

/// What fixes would do.
pub(crate) fn would_fix(tally: FixTally) -> String {
    let fixed = format!("would fix {} in {}", plural(tally.fixes, "finding"), plural(tally.files, "file"));
    match (tally.unsafe_fixes, tally.fixes.saturating_sub(tally.unsafe_fixes)) {
        (0, 0) => fixed,
        (0, _) => format!("{fixed}: `--fix` writes"),
        (_, 0) => format!("{fixed}: `--fix --unsafe` writes"),
        (of_them, safe) => format!("{fixed}: `--fix` writes {safe}, `--fix --unsafe` the other {of_them} too"),
    }
}

fn found(tally: Tally) -> String {
    let counts = [(tally.errors, "error"), (tally.warnings, "warning"), (tally.notes, "note")];
    let found: Vec<_> =
        counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| plural(count, word)).collect();
    if found.is_empty() { "nothing found".to_owned() } else { found.join(", ") }
}

fn checked(summary: &Summary) -> String {
    let files = plural(summary.files, "file");
    format!("{files}: {}, {}", plural(summary.stacks, "stack"), policies(summary.policies))
}

/// What was found in files that are not named.
fn not_shown(findings: usize) -> Option<String> {
    let verb = if findings == 1 { "is" } else { "are" };
    (findings > 0)
        .then(|| format!("{} in other files {verb} not shown: name the directory", plural(findings, "finding")))
}

/// What kept the analysis from knowing more.
fn unknown(summary: &Summary) -> Option<String> {
    let parts: Vec<_> = [
        (summary.policies_partly, "partly known before apply"),
        (summary.policies_unknown, "not known at all before apply"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{} {what}", policies(count)))
    .collect();
    (!parts.is_empty()).then(|| format!("{}: only what holds for every value is reported", parts.join(", ")))
}

/// What the user can tell.
fn without_number(principals: usize) -> Option<String> {
    let lack = if principals == 1 { "1 principal lacks".to_owned() } else { format!("{principals} principals lack") };
    let help = "name the accounts in `crosstrail.toml`, or run `crosstrail init`";
    (principals > 0).then(|| format!("{lack} only an account number: {help}"))
}

fn policies(count: usize) -> String {
    if count == 1 { "1 policy".to_owned() } else { format!("{count} policies") }
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(counts: [usize; 7]) -> Summary {
        let [files, stacks, policies, policies_known, policies_partly, policies_unknown, rest] = counts;
        let principals_without_number = rest;
        Summary {
            files,
            stacks,
            policies,
            policies_known,
            policies_partly,
            policies_unknown,
            principals_without_number,
        }
    }

    #[test]
    fn what_is_not_shown_is_said() {
        let lines =
            |elsewhere| summary(&of([1, 1, 1, 1, 0, 0, 0]), Tally { errors: 0, warnings: 0, notes: 0 }, elsewhere);
        let first = "nothing found in 1 file: 1 stack, 1 policy\n";
        assert_eq!(lines(1), format!("{first}1 finding in other files is not shown: name the directory\n"));
        assert_eq!(lines(3), format!("{first}3 findings in other files are not shown: name the directory\n"));
    }

    #[test]
    fn the_last_lines() {
        let cases = [
            ([12, 2, 9, 6, 2, 1, 18], Tally { errors: 2, warnings: 1, notes: 0 }, "\
2 errors, 1 warning in 12 files: 2 stacks, 9 policies
2 policies partly known before apply, 1 policy not known at all before apply: only what holds for every value is reported
18 principals lack only an account number: name the accounts in `crosstrail.toml`, or run `crosstrail init`
"),
            ([1, 1, 1, 1, 0, 0, 0], Tally { errors: 0, warnings: 0, notes: 0 }, "nothing found in 1 file: 1 stack, 1 policy\n"),
        ];
        for (counts, tally, expected) in cases {
            assert_eq!(summary(&of(counts), tally, 0), expected);
        }
    }
}
