//! Answers for people.

use std::fmt::Write as _;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::access::{Denial, Verdict};
use crate::finding::{Label, Severity};
use crate::render::human::{Remark, Style, render_remark};
use crate::source::{SourceMap, Span};

use super::short::short;
use super::{Answer, ByRoles, Entry, Hindrance, Reason, Roll, Step};

/// `answer` as rustc shows what it has to say.
#[must_use]
pub fn render_can(answer: &Answer, sources: &SourceMap, style: Style) -> String {
    let Answer { principal, action, resource, .. } = answer;
    let what = format!("do `{action}` on `{resource}`");
    let (word, severity, message) = match (answer.verdict, &answer.denial) {
        (Verdict::Allowed, _) => ("allowed", Severity::Note, format!("`{principal}` may {what}")),
        (Verdict::Denied, Some(Denial::Explicit)) => {
            ("denied explicitly", Severity::Error, format!("`{principal}` may not {what}"))
        }
        (Verdict::Denied, _) => ("denied", Severity::Error, format!("`{principal}` may not {what}")),
        (Verdict::Unknown, _) => {
            ("cannot be told from source", Severity::Warning, format!("whether `{principal}` may {what}"))
        }
    };
    let (labels, mut notes) = places(answer);
    notes.extend(answer.missing.iter().map(|missing| missing.message.clone()));
    if answer.verdict == Verdict::Denied && labels.is_empty() && notes.is_empty() {
        notes.push("neither side allows enough, whichever accounts they are in".to_owned());
    }
    notes.extend(answer.notes.iter().cloned());
    let remark = Remark { word, severity, message: &message, labels: &labels, notes: &notes };
    render_remark(&remark, sources, style)
}

/// The places to show, and what has none.
fn places(answer: &Answer) -> (Vec<Label>, Vec<String>) {
    let mut labels: Vec<Label> = answer.reasons.iter().map(reason).collect();
    let mut notes = Vec::new();
    for obstacle in &answer.obstacles {
        match obstacle.span {
            Some(span) => labels.push(Label { span, message: obstacle.message.clone() }),
            None => notes.push(obstacle.message.clone()),
        }
    }
    (labels, notes)
}

fn reason(reason: &Reason) -> Label {
    let verb = if reason.allows { "allowed" } else { "denied" };
    Label { span: reason.mark, message: format!("{verb} by {} of `{}`", statement(reason), reason.policy) }
}

fn statement(reason: &Reason) -> String {
    match &reason.sid {
        Some(sid) => format!("statement `{sid}`"),
        None => format!("statement {}", reason.number),
    }
}

/// `roll` as lists, by account.
#[must_use]
pub fn render_who(roll: &Roll, sources: &SourceMap) -> String {
    let on = roll.resource.as_ref().map(|resource| format!(" on `{resource}`")).unwrap_or_default();
    let question = format!("`{}`{on}", roll.action);
    let lines = Lines { roll, sources, twins: twins(roll), alike: alike(roll) };
    let is_nobody = roll.may.is_empty() && roll.depends.is_empty() && roll.by_roles.is_empty();
    let mut text = if is_nobody { format!("nobody in view may do {}\n\n", short(&question)) } else { String::new() };
    lines.list(&mut text, &format!("may do {question}"), &roll.may);
    lines.list(&mut text, &format!("may do {question}, depending on what is not known"), &roll.depends);
    let (certain, perhaps): (Vec<_>, Vec<_>) = roll.by_roles.iter().partition(|it| it.certain);
    lines.list_by_roles(&mut text, &format!("may do {question} by assuming roles"), &certain);
    let title = format!("may do {question} by assuming roles, depending on what is not known");
    lines.list_by_roles(&mut text, &title, &perhaps);
    let others = match roll.others {
        0 => None,
        others if is_nobody => Some(format!("{others} were asked about")),
        1 => Some("1 other in view may not".to_owned()),
        others => Some(format!("{others} others in view may not")),
    };
    for line in others.iter().chain(&roll.notes) {
        // Writing to a string cannot fail.
        let _infallible = writeln!(text, "{}", short(line));
    }
    // Names come from files: what would steer a terminal is left out.
    text.retain(|it| it == '\n' || !it.is_control());
    text
}

/// The accounts that look like another one when what is long in their names is cut.
fn alike(roll: &Roll) -> FxHashSet<&str> {
    let direct = roll.may.iter().chain(&roll.depends).map(|entry| &entry.account);
    let accounts = direct.chain(roll.by_roles.iter().map(|entry| &entry.account));
    let mut shown: FxHashMap<String, FxHashSet<&str>> = FxHashMap::default();
    for account in accounts.flatten() {
        shown.entry(short(account)).or_default().insert(account);
    }
    shown.into_values().filter(|accounts| accounts.len() > 1).flatten().collect()
}

/// The addresses that are in several stacks.
fn twins(roll: &Roll) -> FxHashSet<&str> {
    let mut stacks: FxHashMap<&str, &Option<String>> = FxHashMap::default();
    let mut twins = FxHashSet::default();
    let direct = roll.may.iter().chain(&roll.depends).map(|entry| (entry.principal.as_str(), &entry.stack));
    let by_roles = roll.by_roles.iter().map(|entry| (entry.principal.as_str(), &entry.stack));
    for (name, stack) in direct.chain(by_roles) {
        if *stacks.entry(name).or_insert(stack) != stack {
            twins.insert(name);
        }
    }
    twins
}

/// What the lines of a roll depend on.
struct Lines<'a> {
    roll: &'a Roll,
    sources: &'a SourceMap,
    twins: FxHashSet<&'a str>,
    alike: FxHashSet<&'a str>,
}

impl Lines<'_> {
    fn list(&self, text: &mut String, title: &str, entries: &[Entry]) {
        if entries.is_empty() {
            return;
        }
        let _infallible = writeln!(text, "{}:", short(title));
        for group in entries.chunk_by(|a, b| a.account == b.account) {
            self.heading(text, group.first().and_then(|entry| entry.account.as_deref()));
            for entry in group {
                let _infallible = writeln!(text, "    {}", short(&self.line(entry)));
            }
        }
        text.push('\n');
    }

    fn list_by_roles(&self, text: &mut String, title: &str, entries: &[&ByRoles]) {
        if entries.is_empty() {
            return;
        }
        let _infallible = writeln!(text, "{}:", short(title));
        for group in entries.chunk_by(|a, b| a.account == b.account) {
            self.heading(text, group.first().and_then(|entry| entry.account.as_deref()));
            for entry in group {
                let steps = entry.steps.iter().map(|step| self.step(step));
                let name = self.name(&entry.principal, entry.stack.as_deref());
                let line = format!("{name} {}", steps.collect::<Vec<_>>().join(", then "));
                let _infallible = writeln!(text, "    {}", short(&line));
            }
        }
        text.push('\n');
    }

    fn heading(&self, text: &mut String, account: Option<&str>) {
        let _infallible = match account {
            Some(account) if self.alike.contains(account) => writeln!(text, "  account {account}"),
            Some(account) => writeln!(text, "  account {}", short(account)),
            None => writeln!(text, "  in no account"),
        };
    }

    /// One role that is assumed, with what allows it.
    fn step(&self, step: &Step) -> String {
        let reasons = step.reasons.iter().map(|it| witness(it, self.sources));
        let obstacles = step.obstacles.iter().map(|it| hindrance(it, self.sources));
        let why: Vec<String> = reasons.chain(obstacles).collect();
        format!("as {}: {}", step.role, why.join("; "))
    }

    /// One caller with its witness, and what it may do it to where that is not what was asked about.
    fn line(&self, entry: &Entry) -> String {
        let on = Some(&entry.resource).filter(|it| self.roll.resource.as_ref() != Some(it));
        let on = on.map(|resource| format!(" on {resource}")).unwrap_or_default();
        let reasons = entry.reasons.iter().map(|it| witness(it, self.sources));
        let obstacles = entry.obstacles.iter().map(|it| hindrance(it, self.sources));
        let why: Vec<String> = reasons.chain(obstacles).collect();
        format!("{}{on}: {}", self.name(&entry.principal, entry.stack.as_deref()), why.join("; "))
    }

    /// The name of a caller, with its stack where another stack has the same address.
    fn name(&self, principal: &str, stack: Option<&str>) -> String {
        match stack {
            Some(stack) if self.twins.contains(principal) => format!("{stack}:{principal}"),
            Some(_) | None => principal.to_owned(),
        }
    }
}

fn witness(reason: &Reason, sources: &SourceMap) -> String {
    format!("{} of {} ({})", statement(reason), reason.policy, place(reason.mark, sources))
}

fn hindrance(hindrance: &Hindrance, sources: &SourceMap) -> String {
    match hindrance.span {
        Some(span) => format!("{} ({})", hindrance.message, place(span, sources)),
        None => hindrance.message.clone(),
    }
}

fn place(span: Span, sources: &SourceMap) -> String {
    let file = sources.file(span.file);
    let at = file.line_column(span.range.start);
    format!("{}:{}:{}", file.path(), at.line, at.column)
}
