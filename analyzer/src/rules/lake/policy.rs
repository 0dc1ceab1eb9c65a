//! The resource policies of CloudTrail Lake: what each is on, and which actions AWS takes in it.
//!
//! Source: CloudTrail User Guide, `security_iam_resource-based-policy-examples`.

use jiff::civil::Date;

use crate::aws::facts::{self, Feature, ResourcePolicyFacts, ResourceTypeFacts};
use crate::aws::pattern::{Pattern, Syntax};
use crate::aws::resource::resource_type_fits;
use crate::eval::text::Text;
use crate::policy::model::{Leaf, PolicyKind, Statement};
use crate::rules::report::FindingBuilder;
use crate::rules::text::pattern;
use crate::rules::{PolicySite, Report, RuleContext, strings};

/// A policy on a resource of CloudTrail of which the type is known and takes policies.
#[derive(Clone, Copy)]
pub(super) struct LakePolicy<'s> {
    site: &'s PolicySite,
    /// What it is on, as the resource with the policy names it.
    pub(super) subject: &'s Leaf,
    /// The type of that.
    pub(super) ty: &'static str,
    facts: ResourcePolicyFacts,
}

impl<'s> LakePolicy<'s> {
    /// The policy of `site`, if it is one.
    pub(super) fn read(site: &'s PolicySite, ctx: &RuleContext<'_>) -> Option<Self> {
        let (place, subject) = (site.site?, site.subject.as_ref()?);
        if site.kind != PolicyKind::Resource || place.service != "cloudtrail" {
            return None;
        }
        let types = types_of(&subject.text, place.service);
        let [ty] = types.as_slice() else { return None };
        let facts = facts::resource_policy(ty.service, ty.name).filter(|_| supports_policies(ty.name, ctx.as_of))?;
        Some(Self { site, subject, ty: ty.name, facts })
    }

    /// The same, if it is on a resource of that type.
    pub(super) fn on(ty: &str, site: &'s PolicySite, ctx: &RuleContext<'_>) -> Option<Self> {
        Self::read(site, ctx).filter(|policy| policy.ty == ty)
    }

    /// Its statements.
    pub(super) fn statements(&self) -> &'s [Statement] {
        &self.site.document.statements
    }

    /// Says what AWS answers to the policy.
    pub(super) fn refused<'r>(&self, finding: FindingBuilder<'r>) -> FindingBuilder<'r> {
        finding.label(self.site.span, "AWS refuses this policy with `ResourcePolicyNotValidException`")
    }

    /// What people call the resource.
    pub(super) fn name(&self) -> &'static str {
        match self.ty {
            "channel" => "a channel",
            "dashboard" => "a dashboard",
            "eventdatastore" => "an event data store",
            _ => "such a resource",
        }
    }

    /// Reports each action that a policy on such a resource cannot have.
    pub(super) fn report_foreign_actions(&self, report: &mut Report<'_>) {
        for actions in self.statements().iter().flat_map(|statement| &statement.actions) {
            if actions.negated {
                let message = format!("the policy of {} has to name its actions, not to leave some out", self.name());
                self.refused(report.finding(actions.key, message)).help(self.help());
            }
        }
        for leaf in self.statements().iter().flat_map(actions).filter(|leaf| self.is_foreign(leaf)) {
            let message = format!("the policy of {} cannot have the action `{}`", self.name(), leaf.text.display());
            self.refused(report.leaf(leaf, message)).help(self.help());
        }
    }

    fn help(&self) -> String {
        let actions: Vec<String> = self.facts.actions().map(|action| format!("`{action}`")).collect();
        match actions.as_slice() {
            [only] => format!("the only action that it takes is {only}"),
            actions => format!("the actions that it takes: {}", actions.join(", ")),
        }
    }

    /// Whether an action is none of those that such a policy can have, or stands for others too.
    fn is_foreign(&self, leaf: &Leaf) -> bool {
        let written = pattern(&leaf.text, Syntax::Wildcards).fold_case();
        let covers = |name: &str| written.covers(&Pattern::of_text(name, Syntax::Literal).fold_case());
        if !self.facts.actions().any(|name| covers(name).may_be()) {
            return true;
        }
        let is_listed = |name: &str| self.facts.actions().any(|listed| listed == name);
        leaf.text.as_known().is_some_and(|text| facts::expand(&text).any(|action| !is_listed(action.name)))
    }
}

/// Whether resources of that type of CloudTrail take policies on a day.
pub(super) fn supports_policies(ty: &str, day: Date) -> bool {
    facts::support(Feature::ResourcePolicy, "cloudtrail", ty).is_some_and(|support| support.on(day))
}

/// The actions that a statement names.
pub(super) fn actions(statement: &Statement) -> impl Iterator<Item = &Leaf> {
    let names = statement.actions.iter().all(|actions| !actions.negated);
    strings::actions(statement).filter(move |_| names)
}

/// The resource types of a service that the resource of that name may be of.
pub(super) fn types_of(subject: &Text, service: &str) -> Vec<ResourceTypeFacts> {
    let subject = pattern(subject, Syntax::Literal);
    facts::resource_types(service).filter(|found| resource_type_fits(found, &subject).may_be()).collect()
}

#[cfg(test)]
mod tests {
    use super::types_of;
    use crate::eval::symbol::{Cause, Symbol};
    use crate::eval::text::Text;

    fn types(text: Text) -> Vec<&'static str> {
        types_of(&text, "cloudtrail").into_iter().map(|found| found.name).collect()
    }

    #[test]
    fn a_type_is_what_the_arn_leaves_open() {
        let hole = || Text::hole(Symbol::new("", "x", Cause::Variable, None));
        let named = |start: &str, end: &str| types(Text::known(start).concat(hole()).concat(Text::known(end)));
        assert_eq!(named("arn:aws:cloudtrail:eu-west-1:", ":trail/main"), ["trail"]);
        assert_eq!(named("arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/", ""), ["eventdatastore"]);
        assert_eq!(named("arn:aws:cloudtrail:eu-west-1:111122223333:", "/x").len(), 4);
        assert_eq!(types(hole()).len(), 4);
        assert!(types(Text::known("trail/main")).is_empty(), "what is no ARN is for others to say");
    }
}
