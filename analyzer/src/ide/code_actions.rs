//! What an editor offers to do at a place: fixes, comments that silence, and all safe fixes of a file.
//!
//! A fix may change other files than the one that it is offered in, as the one that adds the half of a
//! grant that the other account lacks; its title then says which.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::analysis::{Analysis, Options};
use crate::finding::{Edit, Finding, Fix, Safety};
use crate::fixes::Allowed;
use crate::iam::Origin;
use crate::source::{FileId, SourceMap, Span, TextRange};
use crate::suppress;

use super::{rewrite, words};

/// Something that an editor offers to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeAction {
    /// What it does.
    pub title: String,
    /// What it is for.
    pub kind: CodeActionKind,
    /// Whether it is the one right answer.
    pub is_preferred: bool,
    /// What it changes, in the order of paths.
    pub changes: Vec<FileChange>,
    /// The rules whose findings it mends or silences, sorted.
    pub codes: Vec<&'static str>,
    /// The places of those findings, for who shows the action beside them.
    pub mends: Vec<Span>,
}

/// The kinds of actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CodeActionKind {
    /// Mends a finding, or silences it.
    QuickFix,
    /// Does all safe fixes of a file.
    FixAll,
}

/// What changes in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The file.
    pub file: FileId,
    /// Its path.
    pub path: Arc<str>,
    /// What is replaced by what, in the order of the text and without overlaps.
    pub edits: Vec<(TextRange, String)>,
}

/// What may be done about those of `findings` that touch `span`: the safe fixes, the others, and then the
/// comments that silence them. `findings` are those that the editor shows.
#[must_use]
pub fn code_actions(analysis: &Analysis, findings: &[Finding], span: Span) -> Vec<CodeAction> {
    let sources = analysis.sources();
    let here: Vec<&Finding> = findings.iter().filter(|finding| touch(finding.primary, span)).collect();
    let mut actions = Actions::default();
    let fixes = || here.iter().flat_map(|finding| finding.fixes.iter().map(move |fix| (*finding, fix)));
    for wanted in [Safety::Safe, Safety::Unsafe] {
        for (finding, fix) in fixes().filter(|(_, fix)| fix.safety == wanted && !fix.edits.is_empty()) {
            actions.add(fixing(analysis, finding, fix));
        }
    }
    for finding in here.iter().filter(|it| it.code != suppress::UNUSED && analysis.takes_suppressions(it.primary.file))
    {
        actions.extend(silencing(finding, sources));
    }
    actions.list
}

/// All safe fixes in `file` that change nothing else, each tried before it is kept; `None` if there are
/// none. What is analysed is analysed anew for it, so that an editor asks for it only where someone wants it.
#[must_use]
pub fn fix_all(analysis: &Analysis, options: &Options, file: FileId) -> Option<CodeAction> {
    let path = Arc::clone(analysis.sources().file(file).path());
    let fixed = analysis.fixed(options, Allowed::Safe, &|changed| changed == &*path);
    let changed = fixed.files.iter().find(|it| it.path == path)?;
    let places = fixed.done.iter().flat_map(|done| &done.places).filter(|(changed, _)| *changed == path);
    let edits = rewrite::edits(&changed.old_text, &changed.new_text, places.map(|(_, range)| *range));
    let codes: BTreeSet<&'static str> = fixed.done.iter().map(|done| done.code).collect();
    Some(CodeAction {
        title: "fix everything in this file that has a safe fix".to_owned(),
        kind: CodeActionKind::FixAll,
        is_preferred: false,
        changes: vec![FileChange { file, path, edits }],
        codes: codes.into_iter().collect(),
        mends: Vec::new(),
    })
}

/// Whether two places of one file meet, if only at their ends.
fn touch(one: Span, other: Span) -> bool {
    one.file == other.file && one.range.start <= other.range.end && other.range.start <= one.range.end
}

/// Actions of which no two do the same.
#[derive(Default)]
struct Actions {
    list: Vec<CodeAction>,
    by_title: FxHashMap<String, Vec<usize>>,
}

impl Actions {
    fn extend(&mut self, actions: impl IntoIterator<Item = CodeAction>) {
        actions.into_iter().for_each(|action| self.add(action));
    }

    fn add(&mut self, action: CodeAction) {
        let named = self.by_title.entry(action.title.clone()).or_default();
        for index in named.iter() {
            if let Some(known) = self.list.get_mut(*index).filter(|known| known.changes == action.changes) {
                known.codes.extend(action.codes);
                known.codes.sort_unstable();
                known.codes.dedup();
                known.mends.extend(action.mends);
                return;
            }
        }
        named.push(self.list.len());
        self.list.push(action);
    }
}

fn fixing(analysis: &Analysis, finding: &Finding, fix: &Fix) -> CodeAction {
    let changes = changes(&fix.edits, analysis.sources());
    let title = match elsewhere(analysis, finding, &changes) {
        Some(place) => format!("{} ({place})", fix.title),
        None => fix.title.clone(),
    };
    quick_fix(title, fix.safety == Safety::Safe, changes, finding)
}

fn silencing(finding: &Finding, sources: &SourceMap) -> Option<CodeAction> {
    let Span { file, range } = finding.primary;
    let edit = suppress::comment(file, sources.file(file).text(), range.start, finding.code)?;
    let title = format!("ignore `{}` here", finding.code);
    Some(quick_fix(title, false, changes(&[edit], sources), finding))
}

fn quick_fix(title: String, is_preferred: bool, changes: Vec<FileChange>, finding: &Finding) -> CodeAction {
    let (codes, mends) = (vec![finding.code], vec![finding.primary]);
    CodeAction { title, kind: CodeActionKind::QuickFix, is_preferred, changes, codes, mends }
}

/// The edits by file, as they are to be written there.
fn changes(edits: &[Edit], sources: &SourceMap) -> Vec<FileChange> {
    let mut changes: Vec<FileChange> = Vec::new();
    for edit in edits {
        let Span { file, range } = edit.span;
        let new_text = rewrite::with_line_ends_of(sources.file(file).text(), &edit.new_text);
        match changes.iter_mut().find(|change| change.file == file) {
            Some(change) => change.edits.push((range, new_text)),
            None => {
                let path = Arc::clone(sources.file(file).path());
                changes.push(FileChange { file, path, edits: vec![(range, new_text)] });
            }
        }
    }
    changes.iter_mut().for_each(|change| change.edits.sort_by_key(|(range, _)| *range));
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    changes
}

/// Which other files than that of the finding change, and whose they are, in words.
fn elsewhere(analysis: &Analysis, finding: &Finding, changes: &[FileChange]) -> Option<String> {
    let mut others = changes.iter().filter(|change| change.file != finding.primary.file);
    let first = others.next()?;
    let account = account_of(analysis, first.file).map(|account| format!(", account {account}")).unwrap_or_default();
    Some(match others.count() {
        0 => format!("in {}{account}", first.path),
        more => format!("in {}{account}, and {more} more", first.path),
    })
}

/// What people call the one account that what `file` declares lives in.
fn account_of(analysis: &Analysis, file: FileId) -> Option<String> {
    let iam = analysis.iam();
    let principals = iam.principals().iter().map(|it| (it.origin, it.span, &it.account));
    let resources = iam.resources().iter().map(|it| (it.origin, it.span, &it.account));
    let here = principals.chain(resources).filter(|(origin, span, _)| *origin == Origin::Declared && span.file == file);
    let mut names = here.map(|(_, _, account)| words::account_name(account));
    let first = names.next()??;
    names.all(|name| name.as_deref() == Some(&first)).then_some(first)
}
