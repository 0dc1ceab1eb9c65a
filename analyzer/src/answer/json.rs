//! The stable format for programs. A member may be added without a new [`VERSION`]; none is
//! renamed, removed or given another meaning.

use serde::Serialize;

use crate::access::{Denial, Verdict};
use crate::render::json::{Range, document};
use crate::source::{SourceMap, Span};

use super::reason::half_name;
use super::{Answer, ByRoles, Entry, Hindrance, Missing, Reason, Roll, Step};

/// The number of the format.
pub const VERSION: u32 = 1;

/// `answer` as one JSON document with a line feed behind it.
#[must_use]
pub fn can(answer: &Answer, sources: &SourceMap) -> String {
    let denial = answer.denial.as_ref().map(|denial| match denial {
        Denial::Explicit => "explicit",
        Denial::Implicit { .. } => "implicit",
    });
    document(&AnswerOutput {
        version: VERSION,
        principal: &answer.principal,
        action: answer.action,
        resource: &answer.resource,
        verdict: verdict(answer.verdict),
        denial,
        reasons: reasons(&answer.reasons, sources),
        missing: answer.missing.iter().map(MissingOutput::new).collect(),
        obstacles: obstacles(&answer.obstacles, sources),
        notes: &answer.notes,
    })
}

/// `roll` as one JSON document with a line feed behind it.
#[must_use]
pub fn who(roll: &Roll, sources: &SourceMap) -> String {
    document(&RollOutput {
        version: VERSION,
        action: roll.action,
        resource: roll.resource.as_deref(),
        may: entries(&roll.may, sources),
        depends: entries(&roll.depends, sources),
        by_roles: roll.by_roles.iter().map(|entry| ByRolesOutput::new(entry, sources)).collect(),
        others: roll.others,
        notes: &roll.notes,
    })
}

#[derive(Serialize)]
struct AnswerOutput<'a> {
    version: u32,
    principal: &'a str,
    action: &'a str,
    resource: &'a str,
    verdict: &'static str,
    denial: Option<&'static str>,
    reasons: Vec<ReasonOutput<'a>>,
    missing: Vec<MissingOutput<'a>>,
    obstacles: Vec<ObstacleOutput<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct RollOutput<'a> {
    version: u32,
    action: &'a str,
    resource: Option<&'a str>,
    may: Vec<EntryOutput<'a>>,
    depends: Vec<EntryOutput<'a>>,
    by_roles: Vec<ByRolesOutput<'a>>,
    others: usize,
    notes: &'a [String],
}

#[derive(Serialize)]
struct EntryOutput<'a> {
    account: Option<&'a str>,
    stack: Option<&'a str>,
    principal: &'a str,
    resource: &'a str,
    reasons: Vec<ReasonOutput<'a>>,
    obstacles: Vec<ObstacleOutput<'a>>,
}

#[derive(Serialize)]
struct ByRolesOutput<'a> {
    account: Option<&'a str>,
    stack: Option<&'a str>,
    principal: &'a str,
    certain: bool,
    roles: Vec<StepOutput<'a>>,
}

#[derive(Serialize)]
struct StepOutput<'a> {
    role: &'a str,
    reasons: Vec<ReasonOutput<'a>>,
    obstacles: Vec<ObstacleOutput<'a>>,
}

#[derive(Serialize)]
struct ReasonOutput<'a> {
    half: &'static str,
    effect: &'static str,
    file: String,
    range: Range,
    address: &'a str,
    statement: StatementOutput<'a>,
}

#[derive(Serialize)]
struct StatementOutput<'a> {
    number: usize,
    sid: Option<&'a str>,
}

#[derive(Serialize)]
struct MissingOutput<'a> {
    half: &'static str,
    account: Option<&'a str>,
    message: &'a str,
}

#[derive(Serialize)]
struct ObstacleOutput<'a> {
    kind: &'static str,
    name: Option<&'a str>,
    half: Option<&'static str>,
    message: &'a str,
    file: Option<String>,
    range: Option<Range>,
}

/// The word for a verdict.
const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allowed => "allowed",
        Verdict::Denied => "denied",
        Verdict::Unknown => "unknown",
    }
}

fn place(span: Span, sources: &SourceMap) -> (String, Range) {
    let file = sources.file(span.file);
    (file.path().to_string(), Range::new(span, &file))
}

fn entries<'a>(entries: &'a [Entry], sources: &SourceMap) -> Vec<EntryOutput<'a>> {
    let output = entries.iter().map(|entry| EntryOutput {
        account: entry.account.as_deref(),
        stack: entry.stack.as_deref(),
        principal: &entry.principal,
        resource: &entry.resource,
        reasons: reasons(&entry.reasons, sources),
        obstacles: obstacles(&entry.obstacles, sources),
    });
    output.collect()
}

fn reasons<'a>(reasons: &'a [Reason], sources: &SourceMap) -> Vec<ReasonOutput<'a>> {
    let output = reasons.iter().map(|reason| {
        let (file, range) = place(reason.span, sources);
        let statement = StatementOutput { number: reason.number, sid: reason.sid.as_deref() };
        let effect = if reason.allows { "Allow" } else { "Deny" };
        ReasonOutput { half: half_name(reason.half), effect, file, range, address: &reason.policy, statement }
    });
    output.collect()
}

fn obstacles<'a>(obstacles: &'a [Hindrance], sources: &SourceMap) -> Vec<ObstacleOutput<'a>> {
    let output = obstacles.iter().map(|obstacle| {
        let (file, range) = obstacle.span.map(|span| place(span, sources)).unzip();
        ObstacleOutput {
            kind: obstacle.kind,
            name: obstacle.name.as_deref(),
            half: obstacle.half.map(half_name),
            message: &obstacle.message,
            file,
            range,
        }
    });
    output.collect()
}

impl<'a> ByRolesOutput<'a> {
    fn new(entry: &'a ByRoles, sources: &SourceMap) -> Self {
        let step = |step: &'a Step| StepOutput {
            role: &step.role,
            reasons: reasons(&step.reasons, sources),
            obstacles: obstacles(&step.obstacles, sources),
        };
        Self {
            account: entry.account.as_deref(),
            stack: entry.stack.as_deref(),
            principal: &entry.principal,
            certain: entry.certain,
            roles: entry.steps.iter().map(step).collect(),
        }
    }
}

impl<'a> MissingOutput<'a> {
    fn new(missing: &'a Missing) -> Self {
        Self { half: half_name(missing.half), account: missing.account.as_deref(), message: &missing.message }
    }
}
