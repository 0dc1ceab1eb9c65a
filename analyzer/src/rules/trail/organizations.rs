//! Organization trails and event data stores, and the organization that is managed in view.

use super::recorder::{Recording, recordings};
use crate::aws::facts::cloudtrail::Recorder;
use crate::cloudtrail::{Declared, Kind};
use crate::eval::account::Account;
use crate::eval::evaluator::Existence;
use crate::policy::model::Leaf;
use crate::rules::RuleContext;
use crate::rules::arguments::leaf;
use crate::truth::Truth;

/// The principal of CloudTrail, the same in every partition.
pub(super) const SERVICE: &str = "cloudtrail.amazonaws.com";

/// What records the events of a whole organization.
pub(super) struct OfOrganization<'a> {
    /// The trail or event data store.
    pub(super) recording: Recording<'a>,
    /// The account that it is applied in.
    pub(super) account: &'a Account,
    /// Where it says that it is of the organization.
    pub(super) says: Leaf,
}

/// The trails and event data stores that are of an organization for certain.
pub(super) fn of_organizations<'a>(ctx: &RuleContext<'a>) -> Vec<OfOrganization<'a>> {
    let trails = ctx.cloudtrail.trails().iter().map(|trail| &trail.account);
    let stores = ctx.cloudtrail.declared(Kind::EventDataStore).iter().map(|store| &store.account);
    let all = recordings(ctx).zip(trails.chain(stores));
    let read = |(recording, account): (Recording<'a>, &'a Account)| {
        let name = match recording.recorder {
            Recorder::Trail => "is_organization_trail",
            Recorder::EventDataStore => "organization_enabled",
        };
        let is_one = recording.settings.truth(name, false) == Truth::Yes;
        let says = recording.settings.argument(name).filter(|_| is_one).and_then(leaf)?;
        Some(OfOrganization { recording, account, says })
    };
    all.filter_map(read).collect()
}

/// The organization that is managed in view, if there is one for certain and only one.
pub(super) fn managed<'a>(ctx: &RuleContext<'a>) -> Option<&'a Declared> {
    let [organization] = ctx.cloudtrail.declared(Kind::Organization) else { return None };
    (organization.existence == Existence::Certain).then_some(organization)
}
