//! What is said about a run as a whole.

use std::path::PathBuf;

use crosstrail_analyzer::analysis::Summary;
use crosstrail_analyzer::render::Tally;

/// That there is nothing to check at `paths`.
pub(crate) fn nothing_to_check(paths: &[PathBuf]) -> String {
    let paths: Vec<_> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
    format!("no Terraform configuration and no policy in {}", paths.join(", "))
}

/// What was found and is not shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Hidden {
    /// In files that are not named.
    pub(crate) elsewhere: usize,
    /// Not as bad as what is asked for.
    pub(crate) below: usize,
    /// What a baseline says of them.
    pub(crate) known: Option<Known>,
}

/// What a baseline has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// Its file.
    pub(crate) file: String,
    /// Findings that it has.
    pub(crate) known: usize,
    /// What it has and is found no more.
    pub(crate) gone: usize,
}

/// The last lines: what was found, what of it is hidden, what was checked, and what stayed unknown.
pub(crate) fn summary(summary: &Summary, tally: Tally, hidden: &Hidden) -> String {
    let new = if hidden.known.is_some() { "new " } else { "" };
    let mut lines = vec![format!("{} in {}", found(tally, new), checked(summary))];
    lines.extend(known(hidden.known.as_ref()));
    lines.extend(below(hidden.below));
    lines.extend(not_shown(hidden.elsewhere));
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

/// What is waited for.
pub(crate) fn watching(files: usize) -> String {
    format!("watching {} for changes", plural(files, "file"))
}

/// That a baseline was written.
pub(crate) fn baseline_written(findings: usize, file: &str) -> String {
    format!("wrote {} to `{file}`", plural(findings, "finding"))
}

/// `new` stands before what is counted: it is empty where nothing is known of before.
fn found(tally: Tally, new: &str) -> String {
    let counts = [(tally.errors, "error"), (tally.warnings, "warning"), (tally.notes, "note")];
    let found: Vec<_> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| plural(count, &format!("{new}{word}")))
        .collect();
    if found.is_empty() { format!("nothing {new}found") } else { found.join(", ") }
}

/// What a baseline keeps quiet, and what it could forget.
fn known(known: Option<&Known>) -> Vec<String> {
    let Some(Known { file, known, gone }) = known else { return Vec::new() };
    let mut lines = vec![format!("{} known from `{file}`", are(*known, "finding"))];
    if *gone > 0 {
        let (are, them) = if *gone == 1 { ("is", "it") } else { ("are", "them") };
        let gone = plural(*gone, "finding");
        lines.push(format!("{gone} of it {are} gone: `--write-baseline {file}` forgets {them}"));
    }
    lines
}

/// What is not bad enough.
fn below(findings: usize) -> Option<String> {
    (findings > 0).then(|| format!("{} not shown: below `--severity`", are(findings, "finding")))
}

fn are(count: usize, word: &str) -> String {
    format!("{} {}", plural(count, word), if count == 1 { "is" } else { "are" })
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
        let nothing = Tally { errors: 0, warnings: 0, notes: 0 };
        let of_hidden = |hidden: Hidden| summary(&of([1, 1, 1, 1, 0, 0, 0]), nothing, &hidden);
        let lines = |elsewhere| of_hidden(Hidden { elsewhere, ..Hidden::default() });
        let first = "nothing found in 1 file: 1 stack, 1 policy\n";
        assert_eq!(lines(1), format!("{first}1 finding in other files is not shown: name the directory\n"));
        assert_eq!(lines(3), format!("{first}3 findings in other files are not shown: name the directory\n"));
        let below = of_hidden(Hidden { below: 2, ..Hidden::default() });
        assert_eq!(below, format!("{first}2 findings are not shown: below `--severity`\n"));
        let known = |known, gone| {
            let known = Known { file: "a.json".to_owned(), known, gone };
            of_hidden(Hidden { known: Some(known), ..Hidden::default() })
        };
        let first = first.replace("nothing", "nothing new");
        assert_eq!(known(1, 0), format!("{first}1 finding is known from `a.json`\n"));
        let gone = "1 finding of it is gone: `--write-baseline a.json` forgets it\n";
        assert_eq!(known(0, 1), format!("{first}0 findings are known from `a.json`\n{gone}"));
        let gone = "2 findings of it are gone: `--write-baseline a.json` forgets them\n";
        assert_eq!(known(3, 2), format!("{first}3 findings are known from `a.json`\n{gone}"));
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
            assert_eq!(summary(&of(counts), tally, &Hidden::default()), expected);
        }
    }
}
