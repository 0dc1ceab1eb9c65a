//! What a rule is given to look at.

use smol_str::SmolStr;
use std::sync::Arc;

use crate::policy::model::{PolicyDocument, PolicyKind};
use crate::source::{FileId, SourceMap, Span};

/// Everything in view, as the layers below understood it. Nothing changes while rules run.
#[derive(Clone, Copy)]
pub struct RuleContext<'a> {
    /// The texts.
    pub sources: &'a SourceMap,
    /// The policies, one entry for each use: a document that two resources use stands here twice.
    pub policies: &'a [PolicySite],
    /// Whether a file is not the user's to mend: it was downloaded or lies outside the workspace.
    pub foreign: &'a (dyn Fn(FileId) -> bool + Sync),
    /// Where a finding about the analysis itself is put if there is no better place: the start of some file.
    pub anchor: Option<Span>,
}

/// A policy and one place that uses it.
#[derive(Debug, Clone)]
pub struct PolicySite {
    /// The document.
    pub document: Arc<PolicyDocument>,
    /// What the place makes of it.
    pub kind: PolicyKind,
    /// The resource within its module: `aws_iam_role.deploy`; the path of a policy file.
    pub address: SmolStr,
    /// Which of the instances of the address it is, for people: the module path with
    /// its keys, the environment; empty if there is only one.
    pub instance: SmolStr,
}
