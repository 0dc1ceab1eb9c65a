//! The stable format for programs.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use smol_str::SmolStr;

use super::document::DocumentJson;
use super::value::ValueJson;
use super::{
    HeldPolicy, Inspection, PolicyInspection, PrincipalInspection, ResourceInspection, StackInspection, Summary,
    is_shown, kind,
};
use crate::eval::value::Value;
use crate::render::json::{Range, document};
use crate::source::SourceMap;

/// The number of the format.
pub const VERSION: u32 = 1;

/// One JSON document with a line feed behind it.
#[must_use]
pub fn render(inspection: &Inspection, sources: &SourceMap) -> String {
    let stacks = inspection.stacks.iter().map(|stack| StackOutput::new(stack, sources)).collect();
    let policies = inspection.policies.iter().map(|policy| PolicyOutput::new(policy, sources)).collect();
    let output = Output { version: VERSION, stacks, policies, summary: SummaryOutput::new(&inspection.summary) };
    document(&output)
}

#[derive(Serialize)]
struct Output<'a> {
    version: u32,
    stacks: Vec<StackOutput<'a>>,
    policies: Vec<PolicyOutput<'a>>,
    summary: SummaryOutput,
}

#[derive(Serialize)]
struct SummaryOutput {
    accounts: Vec<AccountCountOutput>,
    grants: Vec<GrantCountOutput>,
}

#[derive(Serialize)]
struct AccountCountOutput {
    known_as: &'static str,
    accounts: usize,
    resources: usize,
}

#[derive(Serialize)]
struct GrantCountOutput {
    state: &'static str,
    grants: usize,
}

#[derive(Serialize)]
struct StackOutput<'a> {
    dir: &'a str,
    environment: Option<&'a str>,
    accounts: &'a [String],
    locals: Values<'a>,
    outputs: Values<'a>,
    resources: Vec<ResourceOutput<'a>>,
    policies: Vec<PolicyOutput<'a>>,
    principals: Vec<PrincipalOutput<'a>>,
}

struct Values<'a>(&'a [(SmolStr, Value)]);

#[derive(Serialize)]
struct ValueOutput<'a> {
    known: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<ValueJson<'a>>,
}

#[derive(Serialize)]
struct ResourceOutput<'a> {
    address: &'a str,
    r#type: &'a str,
    account: Option<&'a str>,
    arn: Option<String>,
}

#[derive(Serialize)]
struct PrincipalOutput<'a> {
    address: &'a str,
    kind: &'static str,
    arn: &'a str,
    policies: Vec<HeldOutput<'a>>,
    boundary: Option<HeldOutput<'a>>,
    open: &'a [String],
}

#[derive(Serialize)]
struct HeldOutput<'a> {
    policy: &'a str,
    certain: bool,
}

#[derive(Serialize)]
struct PolicyOutput<'a> {
    address: &'a str,
    attribute: &'a str,
    kind: &'static str,
    known: bool,
    file: String,
    range: Range,
    document: DocumentJson<'a>,
}

impl SummaryOutput {
    fn new(summary: &Summary) -> Self {
        let accounts = summary.accounts.iter().map(|count| AccountCountOutput {
            known_as: count.known_as.word(),
            accounts: count.accounts,
            resources: count.resources,
        });
        let grants = summary.grants.iter().map(|count| GrantCountOutput { state: count.state, grants: count.grants });
        Self { accounts: accounts.collect(), grants: grants.collect() }
    }
}

impl<'a> StackOutput<'a> {
    fn new(stack: &'a StackInspection, sources: &SourceMap) -> Self {
        Self {
            dir: &stack.dir,
            environment: stack.environment.as_deref(),
            accounts: &stack.accounts,
            locals: Values(&stack.locals),
            outputs: Values(&stack.outputs),
            resources: stack.resources.iter().map(ResourceOutput::new).collect(),
            policies: stack.policies.iter().map(|policy| PolicyOutput::new(policy, sources)).collect(),
            principals: stack.principals.iter().map(PrincipalOutput::new).collect(),
        }
    }
}

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0 {
            let shown = is_shown(value).then_some(ValueJson(value));
            map.serialize_entry(name.as_str(), &ValueOutput { known: value.is_wholly_known(), value: shown })?;
        }
        map.end()
    }
}

impl<'a> ResourceOutput<'a> {
    fn new(resource: &'a ResourceInspection) -> Self {
        Self {
            address: &resource.address,
            r#type: &resource.ty,
            account: resource.account.as_deref(),
            arn: resource.arn.as_ref().map(crate::eval::text::Text::display),
        }
    }
}

impl<'a> PolicyOutput<'a> {
    fn new(policy: &'a PolicyInspection, sources: &SourceMap) -> Self {
        let file = sources.file(policy.span.file);
        Self {
            address: &policy.address,
            attribute: &policy.attribute,
            kind: kind(policy.kind),
            known: policy.known,
            file: file.path().to_string(),
            range: Range::new(policy.span, &file),
            document: DocumentJson(&policy.document),
        }
    }
}

impl<'a> PrincipalOutput<'a> {
    fn new(principal: &'a PrincipalInspection) -> Self {
        Self {
            address: &principal.address,
            kind: principal.kind,
            arn: &principal.arn,
            policies: principal.policies.iter().map(HeldOutput::new).collect(),
            boundary: principal.boundary.as_ref().map(HeldOutput::new),
            open: &principal.open,
        }
    }
}

impl<'a> HeldOutput<'a> {
    fn new(held: &'a HeldPolicy) -> Self {
        Self { policy: &held.policy, certain: held.certain }
    }
}
