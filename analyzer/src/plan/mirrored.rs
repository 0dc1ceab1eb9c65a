//! Policies that a resource shows and another one sets.
//!
//! What is read back from AWS has the policy of a bucket both in `aws_s3_bucket` and in
//! `aws_s3_bucket_policy`. Only the latter is to be mended, and if it is to change, the former
//! still has the policy of before.

use rustc_hash::FxHashSet;
use serde::Deserialize;
use smol_str::SmolStr;

use crate::syntax::json::{JsonKind, JsonValue};

use super::Plan;
use super::document::{Raw, text_of};
use super::instances::Instance;

/// The attributes that show a policy.
const POLICY: &str = "policy";
const INLINE_POLICIES: &str = "inline_policy";

/// What resources that are nothing but a policy set.
#[derive(Default)]
pub(super) struct Mirrored {
    /// The policies, each in one form.
    policies: FxHashSet<String>,
    /// The names of roles, and those of their policies.
    inline: FxHashSet<(String, String)>,
}

/// The attributes of a resource that is nothing but a policy.
#[derive(Deserialize)]
struct Policy<'a> {
    #[serde(borrow, default)]
    policy: Option<Raw<'a>>,
    #[serde(borrow, default)]
    role: Option<Raw<'a>>,
    #[serde(borrow, default)]
    name: Option<Raw<'a>>,
}

impl Mirrored {
    pub(super) fn of(plan: &Plan<'_>) -> Self {
        let mut mirrored = Self::default();
        let is_state = plan.document.configuration.is_none();
        for instance in plan.instances.iter().filter(|it| !it.is_data() && it.ty().ends_with("_policy")) {
            let Some(Ok(set)) = instance.values.map(|values| serde_json::from_str::<Policy<'_>>(values.get())) else {
                continue;
            };
            if instance.ty() == "aws_iam_role_policy" {
                mirrored.inline.extend(set.role.and_then(text_of).zip(set.name.and_then(text_of)));
            }
            if is_state {
                mirrored.policies.extend(set.policy.and_then(text_of).map(|policy| one_form(&policy)));
            }
        }
        mirrored
    }

    /// Takes from `value`, the attributes of `instance`, the policies that others set. `written` are the
    /// expressions of its block, if they are known.
    pub(super) fn remove(&self, instance: &Instance<'_>, value: &mut JsonValue, written: Option<&JsonValue>) {
        let JsonKind::Object(members) = &mut value.kind else { return };
        let role = members.iter().find(|member| member.key.is_text("name")).and_then(|name| name.value.as_text());
        let is_written = |name: &str| written.is_some_and(|written| written.member(name).is_some());
        members.retain(|member| {
            let is_shown = member.key.is_text(POLICY) && !instance.ty().ends_with("_policy");
            !is_shown || is_written(POLICY) || (written.is_none() && !self.is_set(&member.value))
        });
        let inline = members.iter_mut().find(|member| member.key.is_text(INLINE_POLICIES));
        if let Some(JsonKind::Array(items)) = inline.map(|member| &mut member.value.kind)
            && !is_written(INLINE_POLICIES)
        {
            items.retain(|item| !self.is_inline(role.as_ref(), item));
        }
    }

    fn is_set(&self, policy: &JsonValue) -> bool {
        policy.as_text().is_some_and(|policy| self.policies.contains(&one_form(&policy)))
    }

    fn is_inline(&self, role: Option<&SmolStr>, item: &JsonValue) -> bool {
        let name = item.member("name").and_then(JsonValue::as_text);
        let key = role.zip(name).map(|(role, name)| (role.to_string(), name.to_string()));
        key.is_some_and(|key| self.inline.contains(&key))
    }
}

/// The same JSON in the same form.
fn one_form(policy: &str) -> String {
    serde_json::from_str::<serde_json::Value>(policy).map_or_else(|_| policy.to_owned(), |policy| policy.to_string())
}
