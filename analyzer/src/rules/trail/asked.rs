//! The requests that CloudTrail makes for the trails in view, put to the policies that decide.
//!
//! What is denied for every value of the unknowns is a fault; the statement that comes
//! nearest to allowing it tells which one.

use std::sync::OnceLock;

use crate::access::{Action, Attached, CompiledPolicy, Context, Policies, Presence, Principal, Request, Standing};
use crate::access::{Target, Verdict, verdict};
use crate::aws::service_accounts;
use crate::cloudtrail::{Circumstance, Delivery, Named, Need, SERVICE, Sender, Trail};
use crate::eval::text::Text;
use crate::iam::PolicedResource;
use crate::policy::model::{Condition, Leaf, PolicyDocument, PolicyKind, Statement};
use crate::rules::RuleContext;
use crate::rules::action::fit::{Fit, verdicts};

use super::judgement::{Judged, asks_for_source, is_for_another, is_meant, is_under_another_prefix, judged};
use super::papers::{Paper, Papers};
use super::stand_in::StandIn;

/// A request that is denied, and one of the faults that keep it from being allowed.
#[derive(Debug, Clone)]
pub(super) struct Lack<'a> {
    pub(super) sender: Sender<'a>,
    pub(super) delivery: Delivery,
    /// What the trail names, and by which of its arguments.
    pub(super) resource: &'a PolicedResource,
    pub(super) named: &'a Named,
    pub(super) fault: Fault<'a>,
    /// Whether nothing else keeps it from being allowed.
    pub(super) is_alone: bool,
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

/// What trails are denied by what they name, looked for when it is first asked for: several rules look at the same.
#[derive(Debug, Default)]
pub(crate) struct Lacks<'a> {
    of_buckets: OnceLock<Vec<Judged<'a>>>,
    of_keys: OnceLock<Vec<Judged<'a>>>,
    of_topics: OnceLock<Vec<Judged<'a>>>,
    of_topic_keys: OnceLock<Vec<Lack<'a>>>,
    /// How often something was looked for.
    #[cfg(test)]
    searches: std::sync::atomic::AtomicUsize,
}

/// What the buckets of the trails deny them.
pub(super) fn of_buckets<'c, 'a>(ctx: &'c RuleContext<'a>) -> &'c [Judged<'a>] {
    let asks = |_: &Trail, sender: &Sender<'a>, bucket: &PolicedResource| sender.to_bucket(&bucket.arn);
    ctx.lacks.of_buckets.get_or_init(|| judged(search(ctx, |trail| trail.bucket.as_ref(), asks), ctx))
}

/// What the keys of the trails deny them.
pub(super) fn of_keys<'c, 'a>(ctx: &'c RuleContext<'a>) -> &'c [Judged<'a>] {
    let asks = |trail: &Trail, sender: &Sender<'a>, key: &PolicedResource| {
        sender.to_key(&key.arn, ctx.cloudtrail.has_bucket_key(trail))
    };
    ctx.lacks.of_keys.get_or_init(|| judged(search(ctx, |trail| trail.key.as_ref(), asks), ctx))
}

/// What the topics of the trails deny them.
pub(super) fn of_topics<'c, 'a>(ctx: &'c RuleContext<'a>) -> &'c [Judged<'a>] {
    let asks = |_: &Trail, sender: &Sender<'a>, topic: &PolicedResource| sender.to_topic(&topic.arn);
    ctx.lacks.of_topics.get_or_init(|| judged(search(ctx, |trail| trail.topic.as_ref(), asks), ctx))
}

/// What the keys of the topics of the trails deny them.
pub(super) fn of_topic_keys<'c, 'a>(ctx: &'c RuleContext<'a>) -> &'c [Lack<'a>] {
    let asks = |_: &Trail, sender: &Sender<'a>, key: &PolicedResource| sender.to_topic_key(&key.arn);
    ctx.lacks.of_topic_keys.get_or_init(|| search(ctx, |trail| ctx.cloudtrail.key_of_topic(trail, ctx.iam), asks))
}

/// What all of these deny them but for the keys of topics.
pub(super) fn of_all<'c, 'a>(ctx: &'c RuleContext<'a>) -> impl Iterator<Item = &'c Judged<'a>> {
    of_buckets(ctx).iter().chain(of_keys(ctx)).chain(of_topics(ctx))
}

/// What the resources that are `named` deny of what the trails ask.
fn search<'a>(
    ctx: &RuleContext<'a>,
    named: impl Fn(&'a Trail) -> Option<&'a Named>,
    asks: impl Fn(&Trail, &Sender<'a>, &PolicedResource) -> Vec<Delivery>,
) -> Vec<Lack<'a>> {
    #[cfg(test)]
    ctx.lacks.searches.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let mut found = Vec::new();
    for trail in ctx.cloudtrail.trails() {
        let Some(named) = named(trail).filter(|named| named.is_set.is_yes()) else { continue };
        let Some(resource) = named.index.and_then(|index| ctx.iam.resources().get(index)) else { continue };
        let papers = Papers::on(resource, &trail.existence, ctx);
        let paper = papers.certain.iter().find(|paper| paper.site.is_some()).copied();
        let sender = Sender::of(trail, ctx.access.accounts());
        for delivery in asks(trail, &sender, resource) {
            let sender = sender.clone();
            let lack = Lack { sender, delivery, resource, named, fault: Fault::Unnamed, is_alone: true, paper };
            let faults = ask(&lack, &papers, ctx);
            let is_alone = faults.len() == 1;
            found.extend(faults.into_iter().map(|fault| Lack { fault, is_alone, ..lack.clone() }));
        }
    }
    found
}

/// Why the request is denied; nothing if it is not, or not for certain.
fn ask<'a>(lack: &Lack<'a>, papers: &Papers<'a>, ctx: &RuleContext<'a>) -> Vec<Fault<'a>> {
    let (delivery, sender) = (&lack.delivery, &lack.sender);
    let owned = stand_ins(delivery, sender, papers);
    let compiled = |papers: &[Paper<'a>]| -> Option<Vec<&CompiledPolicy>> {
        papers.iter().map(|paper| ctx.access.compiled(paper.document, PolicyKind::Resource)).collect()
    };
    let both = match &owned {
        Some((certain, possible)) => Some((certain.iter().collect(), possible.iter().collect())),
        None => compiled(&papers.certain).zip(compiled(&papers.possible)),
    };
    let Some((certain, possible)): Option<(Vec<&CompiledPolicy>, Vec<&CompiledPolicy>)> = both else {
        return Vec::new();
    };
    let attached = Attached { policies: &certain, possible: &possible, open: &papers.open, in_view: papers.in_view };
    let by = ctx.access.stranger(Principal::Service(SERVICE.into()));
    let (action, context) = (Action::new(delivery.action), context(delivery));
    let target = stand_in(delivery, sender).map_or_else(|| delivery.target.clone(), |it| it.text(&delivery.target));
    let target = Target::each(&target, Some(lack.resource.account.text.clone()));
    let request = Request { caller: &by.caller, action: &action, target: &target, context: &context };
    let policies = Policies { resource: attached, ..Policies::NONE };
    if verdict(&request, &policies, ctx.access) != Verdict::Denied {
        return Vec::new();
    }
    if papers.are_none() {
        return vec![Fault::NoPolicy];
    }
    let standings = certain.iter().map(|policy| policy.standings(&request, ctx.access));
    let standings: Vec<Stand<'a>> =
        papers.certain.iter().zip(standings).flat_map(|(paper, all)| each_of(*paper, all)).collect();
    let mut faults: Vec<Fault<'a>> =
        standings.iter().filter(|it| it.denies()).map(|it| Fault::Denied(it.part)).collect();
    if faults.is_empty() || !may_allow(&standings, papers) {
        faults.extend(nearest(&standings, lack, ctx));
    }
    faults
}

/// How a statement fits a request.
struct Stand<'a> {
    part: Part<'a>,
    standing: Standing,
}

fn each_of(paper: Paper<'_>, standings: Vec<Standing>) -> impl Iterator<Item = Stand<'_>> {
    let numbered = standings.into_iter().enumerate();
    numbered.map(move |(number, standing)| Stand { part: Part { paper, number }, standing })
}

impl Stand<'_> {
    /// Whether it denies the request, whatever the unknowns are.
    fn denies(&self) -> bool {
        let it = &self.standing;
        it.allows.is_no() && [it.principal, it.action, it.resource, it.condition()].iter().all(|fits| fits.is_yes())
    }

    /// Whether it may allow the request.
    fn may_allow(&self) -> bool {
        let it = &self.standing;
        [it.allows, it.principal, it.action, it.resource, it.condition()].iter().all(|fits| fits.may_be())
    }
}

/// Whether, were it not denied, the request may be allowed.
fn may_allow(standings: &[Stand<'_>], papers: &Papers<'_>) -> bool {
    let is_open = !papers.possible.is_empty() || !papers.open.is_empty() || !papers.in_view;
    let has_more = papers.certain.iter().any(|paper| !paper.document.open.is_empty());
    is_open || has_more || standings.iter().any(Stand::may_allow)
}

/// The policies with letters for what no organisation can be called, where that matters.
type StandIns = (Vec<CompiledPolicy>, Vec<CompiledPolicy>);

fn stand_ins(delivery: &Delivery, sender: &Sender<'_>, papers: &Papers<'_>) -> Option<StandIns> {
    let letters = stand_in(delivery, sender)?;
    let compile = |papers: &[Paper<'_>]| {
        let documents = papers.iter().map(|paper| letters.document(paper.document));
        documents.map(|document: PolicyDocument| CompiledPolicy::new(&document, PolicyKind::Resource)).collect()
    };
    Some((compile(&papers.certain), compile(&papers.possible)))
}

/// What accounts and organisations are told apart by, where the request is of a trail that has to do with both.
pub(super) fn stand_in<'t>(delivery: &Delivery, sender: &'t Sender<'_>) -> Option<StandIn<'t>> {
    let with_accounts = match delivery.need {
        Need::WriteOrganization | Need::CreateOrganizationStream | Need::PutOrganizationEvents => true,
        Need::Write | Need::WriteDigest if sender.trail.is_of_organization().is_yes() => false,
        _ => return None,
    };
    Some(StandIn { organization: &sender.organization, with_accounts })
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

/// What keeps the statement that comes nearest from allowing the request; nothing if one lets in CloudTrail
/// by the accounts that it had before it had a name.
fn nearest<'a>(standings: &[Stand<'a>], lack: &Lack<'a>, ctx: &RuleContext<'_>) -> Vec<Fault<'a>> {
    if standings.iter().any(has_old_principals) {
        return Vec::new();
    }
    let near = standings.iter().filter_map(|stand| distance(stand, lack, ctx));
    // The first of several that are as near.
    let best = near.reduce(|best, other| if other.0 < best.0 { other } else { best });
    best.map_or(vec![Fault::Unnamed], |(_, faults)| faults)
}

/// How far a statement that lets the service do the action is from allowing the request, and all that is in the way.
fn distance<'a>(stand: &Stand<'a>, lack: &Lack<'a>, ctx: &RuleContext<'_>) -> Option<(usize, Vec<Fault<'a>>)> {
    let (part, standing) = (stand.part, &stand.standing);
    if standing.allows.is_no() || standing.principal.is_no() || standing.action.is_no() {
        return None;
    }
    let conditions = failing(stand, lack, ctx);
    let count = conditions.len();
    let as_faults = conditions.iter().map(|number| Fault::Condition(part, *number));
    if !standing.resource.is_no() {
        let far = if count > 1 { 2 * count } else { 1 };
        return (count > 0).then(|| (far, as_faults.collect()));
    }
    let of_other_type = mismatched(part, ctx).map(|action| Fault::Type(part, action));
    let is_elsewhere = of_other_type.is_none() && !is_under_another_prefix(lack, part);
    let fault = of_other_type.unwrap_or(Fault::Resource(part));
    // With conditions that do not hold either it is about something else, unless it says that it is not.
    let is_meant = || !is_elsewhere && conditions.iter().all(|number| is_meant(lack, part, *number));
    (count == 0 || is_meant()).then(|| {
        let far = if is_elsewhere { 3 } else { 2 };
        (far + 2 * count, std::iter::once(fault).chain(as_faults).collect())
    })
}

/// The conditions that do not hold; the one alone that says that the statement is for another trail in view.
fn failing(stand: &Stand<'_>, lack: &Lack<'_>, ctx: &RuleContext<'_>) -> Vec<usize> {
    let conditions = stand.standing.conditions.iter().enumerate();
    let failing: Vec<usize> = conditions.filter(|(_, holds)| holds.is_no()).map(|(number, _)| number).collect();
    let is_of_another = |number: &usize| {
        let condition = stand.part.condition(*number);
        condition.is_some_and(|it| asks_for_source(it) && is_for_another(it, lack, ctx))
    };
    match failing.iter().copied().find(is_of_another) {
        Some(number) => vec![number],
        None => failing,
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
fn has_old_principals(Stand { part, standing }: &Stand<'_>) -> bool {
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

#[cfg(test)]
mod tests;
