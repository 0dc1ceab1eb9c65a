//! Policies of organizations with what they are attached to.

use rustc_hash::FxHashMap;

use crate::eval::evaluator::Existence;
use crate::eval::text::Text;
use crate::iam::collect::{StackPart, TargetClaim};
use crate::iam::key::Key;
use crate::iam::organization::{OrganizationPolicy, Target};
use crate::policy::model::PolicyKind;

use super::SitesAt;

/// AWS's own service control policy, which allows everything.
const FULL_ACCESS: &str = "p-FullAWSAccess";

/// The service and resource control policies of all stacks, and what AWS's own one is attached to.
pub(in crate::iam) fn organization_policies(
    parts: &[&StackPart],
    sites: &SitesAt<'_>,
) -> (Vec<OrganizationPolicy>, Vec<Target>) {
    let mut policies = Vec::new();
    let mut full_access = Vec::new();
    let mut by_id: FxHashMap<Key, Vec<usize>> = FxHashMap::default();
    for declaration in parts.iter().flat_map(|part| &part.organization_policies) {
        let target = |(id, existence): (&Text, _)| Target { id: id.clone(), via: declaration.via, existence };
        let mentions = declaration.targets.items.iter();
        let targets: Vec<Target> = mentions.flat_map(|mention| mention.texts(&|_| false)).map(target).collect();
        for (index, site) in sites.of(&declaration.stack, &declaration.address) {
            if !matches!(site.kind, PolicyKind::ServiceControl | PolicyKind::ResourceControl) {
                continue;
            }
            by_id.entry(Key::new(&declaration.id)).or_default().push(policies.len());
            policies.push(OrganizationPolicy {
                kind: site.kind,
                site: index,
                id: declaration.id.clone(),
                account: declaration.account.clone(),
                targets: targets.clone(),
                open: declaration.targets.open.clone(),
                existence: declaration.existence.and(&site.existence),
            });
        }
    }
    for claim in parts.iter().flat_map(|part| &part.target_claims) {
        let is_known = |text: &Text| by_id.contains_key(&Key::new(text));
        for (id, existence) in claim.policy.texts(&is_known) {
            let existence = claim.existence.and(&existence);
            if id.as_known().is_some_and(|id| id == FULL_ACCESS) {
                full_access.extend(targets_of(claim, &existence));
            }
            for index in by_id.get(&Key::new(id)).into_iter().flatten() {
                let Some(policy) = policies.get_mut(*index) else { continue };
                policy.targets.extend(targets_of(claim, &existence));
            }
        }
    }
    (policies, full_access)
}

fn targets_of<'c>(claim: &'c TargetClaim, existence: &'c Existence) -> impl Iterator<Item = Target> {
    let texts = claim.target.texts(&|_| false).into_iter();
    texts.map(|(id, doubt)| Target { id: id.clone(), via: claim.via, existence: existence.and(&doubt) })
}
