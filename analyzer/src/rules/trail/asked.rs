//! The requests that CloudTrail makes for the trails in view, put to the policies that decide.
//!
//! What is denied for every value of the unknowns is a fault; the statement that comes
//! nearest to allowing it tells which one.

use crate::access::{Action, Attached, CompiledPolicy, Context, Decision, Denial, Policies, Presence, Request, Target};
use crate::access::{Principal, Standing, decide};
use crate::aws::service_accounts;
use crate::cloudtrail::{Circumstance, Delivery, Named, Need, SERVICE, Sender, Trail};
use crate::eval::text::Text;
use crate::iam::PolicedResource;
use crate::policy::model::{Condition, Leaf, PolicyDocument, PolicyKind, Statement};
use crate::rules::RuleContext;
use crate::rules::action::fit::{Fit, verdicts};

use super::papers::{Paper, Papers};
use super::stand_in;

/// A request that is denied.
#[derive(Debug)]
pub(super) struct Lack<'a> {
    pub(super) sender: Sender<'a>,
    pub(super) delivery: Delivery,
    /// What the trail names, and by which of its arguments.
    pub(super) resource: &'a PolicedResource,
    pub(super) named: &'a Named,
    pub(super) fault: Fault<'a>,
    /// The first policy on the resource that someone wrote.
    pub(super) paper: Option<Paper<'a>>,
}

/// Why a request is denied.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault<'a> {
    /// A statement denies it.
    Denied(Part<'a>),
    /// There is no policy.
    NoPolicy,
    /// No statement comes near to allowing it.
    Unnamed,
    /// This one would allow it, but is about other resources.
    Resource(Part<'a>),
    /// This one would allow it, but this action of it works on no resource of the kind that it is about.
    Type(Part<'a>, &'a Leaf),
    /// This one would allow it, but for the condition of this number.
    Condition(Part<'a>, usize),
}

/// A statement of a policy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) paper: Paper<'a>,
    pub(super) number: usize,
}

impl<'a> Part<'a> {
    pub(super) fn statement(self) -> Option<&'a Statement> {
        self.paper.document.statements.get(self.number)
    }

    pub(super) fn condition(self, number: usize) -> Option<&'a Condition> {
        self.statement()?.conditions.get(number)
    }
}

/// What the buckets of the trails deny them.
pub(super) fn of_buckets<'a>(ctx: &RuleContext<'a>) -> Vec<Lack<'a>> {
    let mut found = Vec::new();
    for trail in ctx.cloudtrail.trails() {
        found
            .extend(of_resource(trail, trail.bucket.as_ref(), ctx, |sender, resource| sender.to_bucket(&resource.arn)));
    }
    found
}

/// What the keys of the trails deny them.
pub(super) fn of_keys<'a>(ctx: &RuleContext<'a>) -> Vec<Lack<'a>> {
    let mut found = Vec::new();
    for trail in ctx.cloudtrail.trails() {
        let bucket_key = ctx.cloudtrail.has_bucket_key(trail);
        found.extend(of_resource(trail, trail.key.as_ref(), ctx, |sender, resource| {
            sender.to_key(&resource.arn, bucket_key)
        }));
    }
    found
}

/// What the topics of the trails deny them.
pub(super) fn of_topics<'a>(ctx: &RuleContext<'a>) -> Vec<Lack<'a>> {
    let mut found = Vec::new();
    for trail in ctx.cloudtrail.trails() {
        found.extend(of_resource(trail, trail.topic.as_ref(), ctx, |sender, resource| sender.to_topic(&resource.arn)));
    }
    found
}

/// What the keys of the topics of the trails deny them.
pub(super) fn of_topic_keys<'a>(ctx: &RuleContext<'a>) -> Vec<Lack<'a>> {
    let mut found = Vec::new();
    for trail in ctx.cloudtrail.trails() {
        let key = ctx.cloudtrail.key_of_topic(trail, ctx.iam);
        found.extend(of_resource(trail, key, ctx, |sender, resource| sender.to_topic_key(&resource.arn)));
    }
    found
}

/// What the resource that is `named` for `trail` denies of what `requests` asks.
fn of_resource<'a>(
    trail: &'a Trail,
    named: Option<&'a Named>,
    ctx: &RuleContext<'a>,
    requests: impl Fn(&Sender<'a>, &PolicedResource) -> Vec<Delivery>,
) -> Vec<Lack<'a>> {
    let Some(named) = named.filter(|named| named.is_set.is_yes()) else { return Vec::new() };
    let Some(resource) = named.index.and_then(|index| ctx.iam.resources().get(index)) else { return Vec::new() };
    let papers = Papers::on(resource, &trail.existence, ctx);
    let paper = papers.certain.iter().find(|paper| paper.site.is_some()).copied();
    let sender = Sender::of(trail, ctx.access.accounts());
    let asked = requests(&sender, resource).into_iter().filter_map(|delivery| {
        let fault = ask(&delivery, &sender, &papers, resource, ctx)?;
        Some(Lack { sender: sender.clone(), delivery, resource, named, fault, paper })
    });
    asked.collect()
}

/// Why the request is denied; `None` if it is not, or not for certain.
fn ask<'a>(
    delivery: &Delivery,
    sender: &Sender<'_>,
    papers: &Papers<'a>,
    resource: &PolicedResource,
    ctx: &RuleContext<'a>,
) -> Option<Fault<'a>> {
    let owned = stand_ins(delivery, sender, papers);
    let compiled = |papers: &[Paper<'a>]| -> Option<Vec<&CompiledPolicy>> {
        papers.iter().map(|paper| ctx.access.compiled(paper.document, PolicyKind::Resource)).collect()
    };
    let (certain, possible) = match &owned {
        Some((certain, possible)) => (certain.iter().collect(), possible.iter().collect()),
        None => (compiled(&papers.certain)?, compiled(&papers.possible)?),
    };
    let attached = Attached { policies: &certain, possible: &possible, open: &papers.open, in_view: papers.in_view };
    let by = ctx.access.stranger(Principal::Service(SERVICE.into()));
    let (action, context) = (Action::new(delivery.action), context(delivery));
    let target = match delivery.need {
        Need::WriteOrganization => stand_in::text(&delivery.target, &sender.organization),
        _ => delivery.target.clone(),
    };
    let target = Target::each(&target, Some(resource.account.text.clone()));
    let request = Request { caller: &by.caller, action: &action, target: &target, context: &context };
    let policies = Policies { resource: attached, ..Policies::NONE };
    match decide(&request, &policies, ctx.access) {
        Decision::Allowed(_) | Decision::Unknown(_) => None,
        Decision::Denied(witness, Denial::Explicit) => {
            let said = witness.statements.first()?;
            let at = certain.iter().position(|policy| std::ptr::eq(*policy, said.policy))?;
            Some(Fault::Denied(Part { paper: *papers.certain.get(at)?, number: said.statement }))
        }
        Decision::Denied(_, Denial::Implicit { .. }) if papers.are_none() => Some(Fault::NoPolicy),
        Decision::Denied(_, Denial::Implicit { .. }) => {
            let standings = certain.iter().map(|policy| policy.standings(&request, ctx.access));
            nearest(papers.certain.iter().copied().zip(standings), ctx)
        }
    }
}

/// The policies with letters for what no organisation can be called, where that matters.
type StandIns = (Vec<CompiledPolicy>, Vec<CompiledPolicy>);

fn stand_ins(delivery: &Delivery, sender: &Sender<'_>, papers: &Papers<'_>) -> Option<StandIns> {
    if delivery.need != Need::WriteOrganization {
        return None;
    }
    let compile = |papers: &[Paper<'_>]| {
        let documents = papers.iter().map(|paper| stand_in::document(paper.document, &sender.organization));
        documents.map(|document: PolicyDocument| CompiledPolicy::new(&document, PolicyKind::Resource)).collect()
    };
    Some((compile(&papers.certain), compile(&papers.possible)))
}

pub(super) fn context(delivery: &Delivery) -> Context {
    let mut context = Context::default();
    for (key, circumstance) in &delivery.context {
        match circumstance {
            Circumstance::Is(value) => context.set_value(key, value.clone()),
            Circumstance::Absent => context.set(key, Presence::Absent),
        }
    }
    context
}

/// The statement that comes nearest to allowing the request; `None` if one lets in CloudTrail by
/// the accounts that it had before it had a name.
fn nearest<'a>(papers: impl Iterator<Item = (Paper<'a>, Vec<Standing>)>, ctx: &RuleContext<'_>) -> Option<Fault<'a>> {
    let mut best: Option<(usize, Fault<'a>)> = None;
    for (paper, standings) in papers {
        for (number, standing) in standings.iter().enumerate() {
            let part = Part { paper, number };
            if has_old_principals(part, standing) {
                return None;
            }
            let found = distance(part, standing, ctx);
            if found.is_some_and(|(far, _)| best.is_none_or(|(least, _)| far < least)) {
                best = found;
            }
        }
    }
    Some(best.map_or(Fault::Unnamed, |(_, fault)| fault))
}

/// How far a statement that lets the service do the action is from allowing the request, and why.
fn distance<'a>(part: Part<'a>, standing: &Standing, ctx: &RuleContext<'_>) -> Option<(usize, Fault<'a>)> {
    if standing.allows.is_no() || standing.principal.is_no() || standing.action.is_no() {
        return None;
    }
    let failing =
        || standing.conditions.iter().enumerate().filter(|(_, holds)| holds.is_no()).map(|(number, _)| number);
    let count = failing().count();
    match (standing.resource.is_no(), failing().next()) {
        (false, Some(first)) => Some((2 * count - 1, Fault::Condition(part, first))),
        (true, None) => {
            let of_other_type = mismatched(part, ctx).map(|action| Fault::Type(part, action));
            Some((2, of_other_type.unwrap_or(Fault::Resource(part))))
        }
        // It is about something else.
        (true, Some(_)) | (false, None) => None,
    }
}

/// The action of a statement that works on none of its resources, if that is the only action.
fn mismatched<'a>(part: Part<'a>, ctx: &RuleContext<'_>) -> Option<&'a Leaf> {
    let (verdicts, _) = verdicts(part.statement()?, ctx.as_of);
    match verdicts.as_slice() {
        [(action, Fit::Mismatch(_))] => Some(action),
        _ => None,
    }
}

/// Whether a statement allows the request to an account of CloudTrail's, or may do so.
fn has_old_principals(part: Part<'_>, standing: &Standing) -> bool {
    let fits = [standing.allows, standing.action, standing.resource, standing.condition()];
    if fits.iter().any(|part| part.is_no()) {
        return false;
    }
    let groups = part.statement().into_iter().flat_map(|it| &it.principals).flat_map(|it| &it.groups);
    let accounts = groups.filter(|group| group.kind.text.as_known().is_none_or(|kind| kind == "AWS"));
    accounts
        .into_iter()
        .any(|group| !group.open.is_empty() || group.items.iter().chain(&group.possible).any(may_be_of_cloudtrail))
}

fn may_be_of_cloudtrail(leaf: &Leaf) -> bool {
    match leaf.text.as_known() {
        Some(known) => known.split(':').any(service_accounts::is_one),
        None => leaf.text.holes().any(|hole| hole.address().contains(OLD_ACCOUNTS)),
    }
}

/// The data source of the accounts that CloudTrail wrote from.
const OLD_ACCOUNTS: &str = "aws_cloudtrail_service_account";

/// What `text` is behind `start`, for people.
pub(super) fn behind(text: &Text, start: &Text) -> Option<String> {
    text.display().strip_prefix(&start.display()).map(|rest| rest.trim_start_matches('/').to_owned())
}
