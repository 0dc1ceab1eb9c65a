//! What a rule is given to look at.

use jiff::civil::Date;

use crate::access::AccessView;
use crate::cloudtrail::CloudTrail;
use crate::iam::IamModel;
use crate::policy::sites::PolicySite;
use crate::source::{FileId, SourceMap, Span};

use super::trail::asked::Lacks;

/// Everything in view, as the layers below understood it. Nothing changes while rules run.
pub struct RuleContext<'a> {
    /// The texts.
    pub sources: &'a SourceMap,
    /// The policies, one entry for each use: a document that two resources use stands here twice.
    pub policies: &'a [PolicySite],
    /// Roles, users, groups and permission sets, with their policies.
    pub iam: &'a IamModel,
    /// Trails, and what they need.
    pub cloudtrail: &'a CloudTrail,
    /// Who may do what, asked of them.
    pub access: &'a AccessView<'a>,
    /// What trails are denied, found when a rule first asks for it.
    pub(crate) lacks: Lacks<'a>,
    /// Whether a file is not the user's to mend: it was downloaded or lies outside the workspace.
    pub foreign: &'a (dyn Fn(FileId) -> bool + Sync),
    /// The day as of which AWS's support is judged.
    pub as_of: Date,
    /// Where a finding about the analysis itself is put if there is no better place: the start of some file.
    pub anchor: Option<Span>,
}
