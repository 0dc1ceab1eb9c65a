//! What is wrong, in words: one rule for each kind of fault.
//!
//! A rule is a value in a table. What it finds, why that is a fault and what it looks
//! like stands in a Markdown page beside it, which is its documentation, its test and
//! what an editor shows. The layers below answer questions; only this one chooses
//! words. It must not know the syntax of Terraform or JSON, nor where findings go.
//!
//! A rule reports what holds for every value of the unknowns, and nothing else.

mod arguments;
mod arn_fields;
mod buckets;
mod context;
mod covering;
mod list_edit;
mod listing;
mod merge;
mod pages;
mod redundancy;
mod report;
mod run;
mod secrets;
mod selection;
mod selectors;
mod strings;
#[cfg(test)]
mod testing;
mod text;
mod writing;

pub use crate::policy::sites::PolicySite;
pub use context::RuleContext;
pub use merge::{let_the_most_specific_speak, may_give_way_to_others};
pub use report::{FindingBuilder, Report};
pub use run::{PolicyFindings, check, check_policies, check_rest, conclude};
pub(crate) use selection::nearest;
pub use selection::{Level, Selection, UnknownSelector};
pub(crate) use trail::asked::Lacks;

use crate::finding::Severity;

/// A kind of fault.
#[derive(Debug)]
pub struct Rule {
    /// Its name, in lower case with hyphens: it names the fault, so that "allow unknown-action" reads well.
    pub code: &'static str,
    /// The family it belongs to.
    pub group: Group,
    /// How bad it is, unless a finding says otherwise.
    pub severity: Severity,
    /// The version that it came with.
    pub since: &'static str,
    /// Checks of AWS and of other tools that look for the same: `AA INVALID_ACTION`.
    pub sources: &'static [&'static str],
    /// How it is found.
    pub check: Check,
}

/// How a fault is found.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// By looking at one use of a policy at a time, and of the context at nothing but the texts and the day: what
    /// is found follows from the policy alone, and is kept as long as the policy is the same.
    Policy(fn(&PolicySite, &RuleContext<'_>, &mut Report<'_>)),
    /// By looking at one use of a policy at a time, and at what else is in view.
    PolicyInView(fn(&PolicySite, &RuleContext<'_>, &mut Report<'_>)),
    /// By looking at everything in view at once.
    Workspace(fn(&RuleContext<'_>, &mut Report<'_>)),
    /// By the machinery around the rules.
    Engine,
}

/// A family of rules, which is also the directory that they lie in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// The shape of a policy.
    Grammar,
    /// Actions.
    Action,
    /// ARNs and account numbers.
    Arn,
    /// Principals.
    Principal,
    /// Conditions.
    Condition,
    /// Grants from one account to another.
    CrossAccount,
    /// Trails and what they need.
    Trail,
    /// Trails that work, but could do more.
    Posture,
    /// CloudTrail Lake.
    Lake,
    /// The analysis itself.
    Analysis,
}

impl Group {
    /// All groups, in the order of the tables.
    pub const ALL: &'static [Self] = &[
        Self::Grammar,
        Self::Action,
        Self::Arn,
        Self::Principal,
        Self::Condition,
        Self::CrossAccount,
        Self::Trail,
        Self::Posture,
        Self::Lake,
        Self::Analysis,
    ];

    /// Its name, as configuration and output have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Grammar => "grammar",
            Self::Action => "action",
            Self::Arn => "arn",
            Self::Principal => "principal",
            Self::Condition => "condition",
            Self::CrossAccount => "cross-account",
            Self::Trail => "trail",
            Self::Posture => "posture",
            Self::Lake => "lake",
            Self::Analysis => "analysis",
        }
    }
}

impl Rule {
    /// Its page, in Markdown.
    #[must_use]
    pub fn doc(&self) -> &'static str {
        pages::page(self.code)
    }

    /// What the page says in its first paragraph: the fault in a sentence.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        let body = self.doc().split_once("\n\n").map_or("", |(_, body)| body);
        body.split("\n\n").next().unwrap_or_default().trim()
    }
}

/// Where the pages of the rules can be read, a directory for each group.
const PAGES: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/analyzer/src/rules/");

impl Rule {
    /// Where the page can be read.
    #[must_use]
    pub fn url(&self) -> String {
        let file = |name: &str| name.replace('-', "_");
        format!("{PAGES}{}/{}.md", file(self.group.name()), file(self.code))
    }

    /// What the page says of the fault, without its title and its examples, in Markdown.
    #[must_use]
    pub fn help(&self) -> &'static str {
        let body = self.doc().split_once("\n\n").map_or("", |(_, body)| body);
        body.split_once("\n## Examples").map_or(body, |(help, _)| help).trim()
    }
}

/// The rule of that code.
#[must_use]
pub fn find(code: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.code == code)
}

/// Whether what the rule of that code says follows from one policy alone.
#[must_use]
pub fn looks_at_one_policy(code: &str) -> bool {
    find(code).is_some_and(|rule| matches!(rule.check, Check::Policy(_)))
}

// region: index (written by `UPDATE_EXPECT=1 cargo test --test rule_index`)
mod action {
    pub(super) mod action_needs_star_resource;
    pub(super) mod action_resource_mismatch;
    pub(super) mod audit_tampering;
    pub(super) mod create_service_linked_role_star;
    pub(super) mod entrusted;
    pub(super) mod fit;
    pub(super) mod missing_dependent_action;
    pub(super) mod on_everything;
    pub(super) mod pass_role_star;
    pub(super) mod redundant_action;
    pub(super) mod trust;
    pub(super) mod trust_policy_action;
    pub(super) mod unknown_action;
    pub(super) mod unknown_service;
}
mod analysis {
    pub(super) mod internal_error;
    pub(super) mod unused_suppression;
}
mod arn {
    pub(super) mod arn_field_not_allowed;
    pub(super) mod malformed_account_id;
    pub(super) mod malformed_arn;
    pub(super) mod partition_region_mismatch;
    pub(super) mod place;
    pub(super) mod redundant_resource;
    pub(super) mod shape;
    pub(super) mod unknown_partition;
    pub(super) mod unknown_region;
}
mod condition {
    pub(super) mod actions;
    pub(super) mod callers;
    pub(super) mod condition_key_not_supported;
    pub(super) mod condition_never_holds;
    pub(super) mod condition_type_mismatch;
    pub(super) mod confused_deputy;
    pub(super) mod deprecated_condition_key;
    pub(super) mod identifiers;
    pub(super) mod meaning;
    pub(super) mod missing_paired_condition_key;
    pub(super) mod missing_set_operator;
    pub(super) mod negated_s3_prefix;
    pub(super) mod null_operator;
    pub(super) mod oidc_conditions;
    pub(super) mod permissive_condition_value;
    pub(super) mod permissive_set_operator;
    pub(super) mod policy_variable;
    pub(super) mod private_address;
    pub(super) mod redundant_condition;
    pub(super) mod resource_control_policy_overreach;
    pub(super) mod spoofable_condition_key;
    pub(super) mod string_operator_on_arn_key;
    pub(super) mod subject;
    pub(super) mod tag_condition_unsupported;
    pub(super) mod types;
    pub(super) mod unknown_condition_key;
    pub(super) mod unknown_condition_operator;
    pub(super) mod uses;
    pub(super) mod variables;
    pub(super) mod wildcard_in_exact_operator;
}
mod cross_account {
    pub(super) mod account_words;
    pub(super) mod assume_role_missing_identity_half;
    pub(super) mod assume_role_missing_trust_half;
    pub(super) mod blocked;
    pub(super) mod boundary_blocks_grant;
    pub(super) mod carrier;
    pub(super) mod conditions_never_meet;
    pub(super) mod cross_partition_grant;
    pub(super) mod deny_blocks_grant;
    pub(super) mod external_id_missing;
    pub(super) mod half_fix;
    pub(super) mod half_words;
    pub(super) mod missing_identity_half;
    pub(super) mod missing_key_half;
    pub(super) mod missing_resource_half;
    pub(super) mod near_names;
    pub(super) mod principal_not_found;
    pub(super) mod strangers;
}
mod grammar {
    pub(super) mod conflicting_elements;
    pub(super) mod duplicate_key;
    pub(super) mod duplicate_sid;
    pub(super) mod elements;
    pub(super) mod empty_element;
    pub(super) mod invalid_effect;
    pub(super) mod invalid_json;
    pub(super) mod invalid_sid;
    pub(super) mod invalid_version;
    pub(super) mod missing_action;
    pub(super) mod missing_effect;
    pub(super) mod missing_principal;
    pub(super) mod missing_resource;
    pub(super) mod missing_statement;
    pub(super) mod missing_version;
    pub(super) mod omission;
    pub(super) mod policy_too_long;
    pub(super) mod principal_in_identity_policy;
    pub(super) mod redundant_statement;
    pub(super) mod resource_in_trust_policy;
    pub(super) mod size;
    pub(super) mod unknown_policy_element;
    pub(super) mod unsupported_in_resource_control_policy;
    pub(super) mod wrong_element_type;
}
mod lake {
    pub(super) mod acl_does_not_admit_cloudtrail;
    pub(super) mod admits;
    pub(super) mod channel_policy_action;
    pub(super) mod channel_policy_limits;
    pub(super) mod channel_source;
    pub(super) mod dashboard_policy;
    pub(super) mod eds_kms_unsupported_condition;
    pub(super) mod eds_policy_action;
    pub(super) mod lake_closed;
    pub(super) mod lake_region;
    pub(super) mod pairs;
    pub(super) mod policy;
    pub(super) mod resource_policy_resource_mismatch;
    pub(super) mod resource_policy_unsupported;
}
mod posture {
    pub(super) mod eds_without_cmk;
    pub(super) mod log_bucket_force_destroy;
    pub(super) mod log_bucket_public;
    pub(super) mod log_bucket_without_access_logging;
    pub(super) mod log_buckets;
    pub(super) mod trail_logging_off;
    pub(super) mod trail_not_multi_region;
    pub(super) mod trail_without_cloudwatch;
    pub(super) mod trail_without_cmk;
    pub(super) mod trail_without_validation;
    pub(super) mod weak;
}
mod principal {
    pub(super) mod federated_principal_not_supported;
    pub(super) mod form;
    pub(super) mod malformed_principal;
    pub(super) mod named;
    pub(super) mod narrowing;
    pub(super) mod notprincipal_with_allow;
    pub(super) mod redundant_principal;
    pub(super) mod unknown_service_principal;
    pub(super) mod wildcard_in_principal;
    pub(super) mod wildcard_principal;
}
mod trail {
    pub(super) mod advanced_selectors;
    pub(super) mod asked;
    pub(super) mod basic_selectors;
    pub(super) mod compose;
    pub(super) mod delivery_denied;
    pub(super) mod delivery_role_permissions;
    pub(super) mod delivery_role_trust;
    pub(super) mod event_selector;
    pub(super) mod insight_selector;
    pub(super) mod judgement;
    pub(super) mod log_group_arn_wildcard;
    pub(super) mod log_group_without_role;
    pub(super) mod mend;
    pub(super) mod mend_role;
    pub(super) mod multi_region_without_global_events;
    pub(super) mod org_trail_account;
    pub(super) mod org_trusted_access;
    pub(super) mod organizations;
    pub(super) mod papers;
    pub(super) mod paths;
    pub(super) mod policy_managed_twice;
    pub(super) mod recorder;
    pub(super) mod retired_managed_policy;
    pub(super) mod roles;
    pub(super) mod service_linked_role_modified;
    pub(super) mod source_arn_mismatch;
    pub(super) mod stand_in;
    pub(super) mod trail_bucket_acl_check_missing;
    pub(super) mod trail_bucket_policy_missing;
    pub(super) mod trail_bucket_policy_order;
    pub(super) mod trail_bucket_prefix_mismatch;
    pub(super) mod trail_bucket_write_missing;
    pub(super) mod trail_kms_alias;
    pub(super) mod trail_kms_grant_missing;
    pub(super) mod trail_kms_region;
    pub(super) mod trail_name;
    pub(super) mod trail_policy_cycle;
    pub(super) mod trail_prefix;
    pub(super) mod trail_topic_form;
    pub(super) mod trail_topic_grant_missing;
    pub(super) mod trail_topic_key;
    pub(super) mod words;
}

/// All rules, by group and code.
pub static RULES: &[&Rule] = &[
    &grammar::conflicting_elements::RULE,
    &grammar::duplicate_key::RULE,
    &grammar::duplicate_sid::RULE,
    &grammar::empty_element::RULE,
    &grammar::invalid_effect::RULE,
    &grammar::invalid_json::RULE,
    &grammar::invalid_sid::RULE,
    &grammar::invalid_version::RULE,
    &grammar::missing_action::RULE,
    &grammar::missing_effect::RULE,
    &grammar::missing_principal::RULE,
    &grammar::missing_resource::RULE,
    &grammar::missing_statement::RULE,
    &grammar::missing_version::RULE,
    &grammar::policy_too_long::RULE,
    &grammar::principal_in_identity_policy::RULE,
    &grammar::redundant_statement::RULE,
    &grammar::resource_in_trust_policy::RULE,
    &grammar::unknown_policy_element::RULE,
    &grammar::unsupported_in_resource_control_policy::RULE,
    &grammar::wrong_element_type::RULE,
    &action::action_needs_star_resource::RULE,
    &action::action_resource_mismatch::RULE,
    &action::audit_tampering::RULE,
    &action::create_service_linked_role_star::RULE,
    &action::missing_dependent_action::RULE,
    &action::pass_role_star::RULE,
    &action::redundant_action::RULE,
    &action::trust_policy_action::RULE,
    &action::unknown_action::RULE,
    &action::unknown_service::RULE,
    &arn::arn_field_not_allowed::RULE,
    &arn::malformed_account_id::RULE,
    &arn::malformed_arn::RULE,
    &arn::partition_region_mismatch::RULE,
    &arn::redundant_resource::RULE,
    &arn::unknown_partition::RULE,
    &arn::unknown_region::RULE,
    &principal::federated_principal_not_supported::RULE,
    &principal::malformed_principal::RULE,
    &principal::notprincipal_with_allow::RULE,
    &principal::redundant_principal::RULE,
    &principal::unknown_service_principal::RULE,
    &principal::wildcard_in_principal::RULE,
    &principal::wildcard_principal::RULE,
    &condition::condition_key_not_supported::RULE,
    &condition::condition_never_holds::RULE,
    &condition::condition_type_mismatch::RULE,
    &condition::confused_deputy::RULE,
    &condition::deprecated_condition_key::RULE,
    &condition::missing_paired_condition_key::RULE,
    &condition::missing_set_operator::RULE,
    &condition::negated_s3_prefix::RULE,
    &condition::null_operator::RULE,
    &condition::oidc_conditions::RULE,
    &condition::permissive_condition_value::RULE,
    &condition::permissive_set_operator::RULE,
    &condition::policy_variable::RULE,
    &condition::private_address::RULE,
    &condition::redundant_condition::RULE,
    &condition::resource_control_policy_overreach::RULE,
    &condition::spoofable_condition_key::RULE,
    &condition::string_operator_on_arn_key::RULE,
    &condition::tag_condition_unsupported::RULE,
    &condition::unknown_condition_key::RULE,
    &condition::unknown_condition_operator::RULE,
    &condition::wildcard_in_exact_operator::RULE,
    &cross_account::assume_role_missing_identity_half::RULE,
    &cross_account::assume_role_missing_trust_half::RULE,
    &cross_account::boundary_blocks_grant::RULE,
    &cross_account::conditions_never_meet::RULE,
    &cross_account::cross_partition_grant::RULE,
    &cross_account::deny_blocks_grant::RULE,
    &cross_account::external_id_missing::RULE,
    &cross_account::missing_identity_half::RULE,
    &cross_account::missing_key_half::RULE,
    &cross_account::missing_resource_half::RULE,
    &cross_account::principal_not_found::RULE,
    &trail::delivery_denied::RULE,
    &trail::delivery_role_permissions::RULE,
    &trail::delivery_role_trust::RULE,
    &trail::event_selector::RULE,
    &trail::insight_selector::RULE,
    &trail::log_group_arn_wildcard::RULE,
    &trail::log_group_without_role::RULE,
    &trail::multi_region_without_global_events::RULE,
    &trail::org_trail_account::RULE,
    &trail::org_trusted_access::RULE,
    &trail::policy_managed_twice::RULE,
    &trail::retired_managed_policy::RULE,
    &trail::service_linked_role_modified::RULE,
    &trail::source_arn_mismatch::RULE,
    &trail::trail_bucket_acl_check_missing::RULE,
    &trail::trail_bucket_policy_missing::RULE,
    &trail::trail_bucket_policy_order::RULE,
    &trail::trail_bucket_prefix_mismatch::RULE,
    &trail::trail_bucket_write_missing::RULE,
    &trail::trail_kms_alias::RULE,
    &trail::trail_kms_grant_missing::RULE,
    &trail::trail_kms_region::RULE,
    &trail::trail_name::RULE,
    &trail::trail_policy_cycle::RULE,
    &trail::trail_prefix::RULE,
    &trail::trail_topic_form::RULE,
    &trail::trail_topic_grant_missing::RULE,
    &trail::trail_topic_key::RULE,
    &posture::eds_without_cmk::RULE,
    &posture::log_bucket_force_destroy::RULE,
    &posture::log_bucket_public::RULE,
    &posture::log_bucket_without_access_logging::RULE,
    &posture::trail_logging_off::RULE,
    &posture::trail_not_multi_region::RULE,
    &posture::trail_without_cloudwatch::RULE,
    &posture::trail_without_cmk::RULE,
    &posture::trail_without_validation::RULE,
    &lake::acl_does_not_admit_cloudtrail::RULE,
    &lake::channel_policy_action::RULE,
    &lake::channel_policy_limits::RULE,
    &lake::channel_source::RULE,
    &lake::dashboard_policy::RULE,
    &lake::eds_kms_unsupported_condition::RULE,
    &lake::eds_policy_action::RULE,
    &lake::lake_closed::RULE,
    &lake::lake_region::RULE,
    &lake::resource_policy_resource_mismatch::RULE,
    &lake::resource_policy_unsupported::RULE,
    &analysis::internal_error::RULE,
    &analysis::unused_suppression::RULE,
];
// endregion: index
