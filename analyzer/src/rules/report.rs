//! How a rule says what it found.

use crate::finding::{Confidence, Edit, Finding, Fix, Label, Safety, Severity};
use crate::policy::model::{Leaf, Statement};
use crate::source::{FileId, SourceMap, Span, TextRange};

use super::Rule;

/// Takes the findings of one rule.
pub struct Report<'a> {
    rule: &'static Rule,
    severity: Severity,
    sources: &'a SourceMap,
    site: Option<usize>,
    drafts: Vec<Draft>,
}

/// A finding before the findings of all places are put together.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// What was found.
    pub(super) finding: Finding,
    /// The use of a policy that it was found in: an index into the context's policies.
    pub(super) site: Option<usize>,
    /// Other places that it depends on, nearest first: where it can be reported if
    /// its own place is in a file that the user cannot mend.
    pub(super) causes: Vec<Span>,
    /// What other rules say of the same fault elsewhere: codes and places.
    pub(super) instead_of: Vec<(&'static str, Span)>,
}

impl<'a> Report<'a> {
    /// An empty report for `rule`. `severity` is what the rule has by default or by configuration.
    pub(super) fn new(rule: &'static Rule, severity: Severity, sources: &'a SourceMap) -> Self {
        Self { rule, severity, sources, site: None, drafts: Vec::new() }
    }

    /// What is found from here on is found in that use of a policy.
    pub(super) fn enter(&mut self, site: Option<usize>) {
        self.site = site;
    }

    /// The code of the rule.
    pub(super) fn code(&self) -> &'static str {
        self.rule.code
    }

    /// The use of a policy that is being looked at.
    pub(super) fn site(&self) -> Option<usize> {
        self.site
    }

    /// The findings so far.
    pub(super) fn into_drafts(self) -> Vec<Draft> {
        self.drafts
    }

    /// Reports `message` at `span`.
    pub fn finding(&mut self, span: Span, message: impl Into<String>) -> FindingBuilder<'_> {
        let finding = Finding {
            code: self.rule.code,
            severity: self.severity,
            confidence: Confidence::Certain,
            message: message.into(),
            primary: span,
            labels: Vec::new(),
            path: Vec::new(),
            help: None,
            fixes: Vec::new(),
        };
        self.drafts.push(Draft { finding, site: self.site, causes: Vec::new(), instead_of: Vec::new() });
        FindingBuilder { draft: self.drafts.last_mut() }
    }

    /// Reports `message` at a string of a policy. The references that brought it
    /// there become the finding's path.
    pub fn leaf(&mut self, leaf: &Leaf, message: impl Into<String>) -> FindingBuilder<'_> {
        self.part(leaf, leaf.span, message)
    }

    /// Reports `message` at the bytes `range` of a string of a policy, or at all of it if they have no place of their own.
    pub fn leaf_range(
        &mut self,
        leaf: &Leaf,
        range: std::ops::Range<usize>,
        message: impl Into<String>,
    ) -> FindingBuilder<'_> {
        let span = leaf.text.span_of(range).filter(|span| !span.range.is_empty()).unwrap_or(leaf.span);
        self.part(leaf, span, message)
    }

    /// The same at another place that has to do with the string: one of the references that brought it there.
    pub fn leaf_at(&mut self, leaf: &Leaf, span: Span, message: impl Into<String>) -> FindingBuilder<'_> {
        self.part(leaf, span, message)
    }

    fn part(&mut self, leaf: &Leaf, span: Span, message: impl Into<String>) -> FindingBuilder<'_> {
        let path = leaf.via.iter().map(|via| Label { span: *via, message: "used here".to_owned() }).collect();
        let mut builder = self.finding(span, message);
        if let Some(draft) = &mut builder.draft {
            draft.finding.path = path;
            draft.causes = leaf_causes(leaf);
        }
        builder
    }

    /// The text that stands at `span` in its file.
    #[must_use]
    pub fn source_text(&self, span: Span) -> String {
        self.sources.text(span)
    }

    /// The whole text of a file.
    pub(super) fn file_text(&self, file: FileId) -> std::sync::Arc<str> {
        std::sync::Arc::clone(self.sources.file(file).text())
    }

    /// The text of the file behind `span`, a page of it at most.
    #[must_use]
    pub fn text_behind(&self, span: Span) -> String {
        let file = self.sources.file(span.file);
        let behind = file.text().get(span.range.as_usize().end..).unwrap_or_default();
        behind.chars().take(PAGE).collect()
    }

    /// Whether `leaf` stands in the source exactly as it reads, so that its text can be replaced.
    #[must_use]
    pub fn is_literal(&self, leaf: &Leaf) -> bool {
        leaf.text.as_known().is_some_and(|text| !text.is_empty() && self.source_text(leaf.span) == text.as_str())
    }

    /// Where the bytes `range` of `leaf` stand in the source exactly as they read, as `text`, so that they can be replaced.
    #[must_use]
    pub fn literal_range(&self, leaf: &Leaf, range: std::ops::Range<usize>, text: &str) -> Option<Span> {
        leaf.text.span_of(range).filter(|span| self.source_text(*span) == text)
    }

    /// What to mark of a statement that lacks something: the statement if it stands
    /// on one line, else what names it best.
    #[must_use]
    pub fn statement_span(&self, statement: &Statement) -> Span {
        let file = self.sources.file(statement.span.file);
        let text = file.text().get(statement.span.range.as_usize()).unwrap_or_default();
        let Some(first_line) = text.find('\n') else { return statement.span };
        let named = [&statement.sid, &statement.effect].into_iter().flatten().map(|leaf| leaf.span);
        let keys = statement.actions.iter().map(|strings| strings.key);
        let inside = |span: &Span| {
            span.file == statement.span.file
                && statement.span.range.contains_range(span.range)
                && !span.range.is_empty()
        };
        let start = statement.span.range.start;
        let line = TextRange::new(start, start + u32::try_from(first_line).unwrap_or(0)).at(statement.span.file);
        named.chain(keys).find(inside).unwrap_or(line)
    }
}

/// How many characters [`Report::text_behind`] gives.
const PAGE: usize = 500;

/// The places in files that a leaf's text comes from, beside the leaf's own span.
fn leaf_causes(leaf: &Leaf) -> Vec<Span> {
    let mut causes = leaf.via.to_vec();
    let mut at = 0;
    for piece in leaf.text.pieces() {
        if let crate::eval::text::Piece::Known(known) = piece {
            causes.extend(leaf.text.span_of(at..at + known.text.len()));
            at += known.text.len();
        }
    }
    causes
}

/// Adds to a finding.
pub struct FindingBuilder<'r> {
    draft: Option<&'r mut Draft>,
}

impl FindingBuilder<'_> {
    fn with(mut self, change: impl FnOnce(&mut Draft)) -> Self {
        if let Some(draft) = &mut self.draft {
            change(draft);
        }
        self
    }

    /// Another place, and what it has to do with the finding.
    pub fn label(self, span: Span, message: impl Into<String>) -> Self {
        let message = message.into();
        self.with(|draft| {
            draft.causes.push(span);
            draft.finding.labels.push(Label { span, message });
        })
    }

    /// What to do about it.
    pub fn help(self, help: impl Into<String>) -> Self {
        let help = help.into();
        self.with(|draft| draft.finding.help = Some(help))
    }

    /// Another severity than the rule's own.
    pub fn severity(self, severity: Severity) -> Self {
        self.with(|draft| draft.finding.severity = severity)
    }

    /// Holds only if what usually holds does.
    pub fn likely(self) -> Self {
        self.with(|draft| draft.finding.confidence = Confidence::Likely)
    }

    /// What the rule `code` says at `span` is the same fault: it is said once.
    pub fn instead_of(self, code: &'static str, span: Span) -> Self {
        self.with(|draft| draft.instead_of.push((code, span)))
    }

    /// A way to mend it.
    pub fn fix(self, fix: Fix) -> Self {
        self.with(|draft| draft.finding.fixes.push(fix))
    }

    /// Mends it by putting `new_text` in the place of `span`.
    pub fn replace(self, span: Span, new_text: impl Into<String>, safety: Safety) -> Self {
        let new_text = new_text.into();
        let title = format!("replace with `{new_text}`");
        self.fix(Fix { title, safety, edits: vec![Edit { span, new_text }] })
    }
}
