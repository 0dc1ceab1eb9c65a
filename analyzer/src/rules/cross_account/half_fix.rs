//! The text that adds the missing half of a grant.
//!
//! An identity half is a new policy behind the role or user, in its file; a resource half is
//! one more statement of the policy that is there, or a new policy behind the resource. Names
//! of the same module are referred to, others are written out; where an ARN is not known there
//! is no fix.

#[cfg(test)]
mod tests;

use crate::access::grants::{Grant, GrantTarget};
use crate::aws::facts;
use crate::aws::subjects::subject_type;
use crate::finding::{Edit, Fix};
use crate::iam::{PolicedResource, Principal, PrincipalKind};
use crate::policy::model::Leaf;
use crate::policy::sites::{Form, PolicySite};
use crate::rules::RuleContext;
use crate::rules::listing::each_once;
use crate::rules::writing::block::{Arns, Block, Place, provider_line};
use crate::rules::writing::layout::{self, Members, Notation, Statement, list, quoted};
use crate::rules::writing::{
    PolicyType, appended, behind_blocks, fix, is_only_instance, is_own, last_statements, new_policy,
};
use crate::source::{FileId, Span};

use super::half_words::Lack;

/// New policies of the principals of `lack` that allow `actions` on `target`.
pub(super) fn identity_half(
    lack: &Lack<'_>,
    target: GrantTarget<'_>,
    actions: &[String],
    ctx: &RuleContext<'_>,
) -> Option<Fix> {
    let principals: Vec<&Principal> = lack.principals().collect();
    let first = principals.first()?;
    let missing = Missing { target, actions, arns: Arns::of(&lack.grant, ctx), ctx };
    let policies = match missing.policy_of_all(&principals) {
        Some(policy) => vec![policy],
        None => principals.iter().map(|principal| missing.policy_of(principal)).collect::<Option<_>>()?,
    };
    let title = match principals.len() {
        1 => format!("add a policy to `{}` that allows it", first.address),
        count => format!("add policies to `{}` and {} more that allow it", first.address, count - 1),
    };
    Some(fix(title, appended(policies, ctx)?))
}

/// How a policy stands to the instances of the block that it is of.
struct Repeated {
    /// The arguments that repeat it.
    head: String,
    /// The reference to the name of the principal.
    name: String,
}

impl Repeated {
    /// It is of one instance.
    fn no(block: &Block<'_>) -> Self {
        Self { head: String::new(), name: block.reference("name") }
    }

    /// It is repeated as `block` is.
    fn as_is(block: &Block<'_>) -> Option<Self> {
        let whole = format!("{}.{}", block.ty, block.name);
        if block.key.starts_with("[\"") {
            return Some(Self { head: format!("  for_each = {whole}\n\n"), name: "each.value.name".to_owned() });
        }
        let name = format!("{whole}[count.index].name");
        (!block.key.is_empty()).then(|| Self { head: format!("  count = length({whole})\n\n"), name })
    }
}

/// What principals are to be allowed.
struct Missing<'m, 'a> {
    target: GrantTarget<'m>,
    actions: &'m [String],
    arns: Arns<'a>,
    ctx: &'m RuleContext<'a>,
}

impl Missing<'_, '_> {
    /// A policy of `principal` alone, and the file that it belongs in.
    fn policy_of(&self, principal: &Principal) -> Option<(FileId, String)> {
        let block = Block::of(&principal.stack, &principal.address)?;
        self.policy(principal, &block, &Repeated::no(&block))
    }

    /// One policy for all instances of a block, if these are they.
    fn policy_of_all(&self, principals: &[&Principal]) -> Option<(FileId, String)> {
        let [first, _, ..] = principals else { return None };
        let block = Block::of(&first.stack, &first.address)?;
        let is_same =
            |it: &Principal| Block::of(&it.stack, &it.address).is_some_and(|other| other.is_of_one_block(&block));
        let instances = self.ctx.iam.principals().iter().filter(|it| is_same(it)).count();
        if instances != principals.len() || !principals.iter().all(|it| is_same(it)) {
            return None;
        }
        self.policy(first, &Block { key: "", ..block }, &Repeated::as_is(&block)?)
    }

    /// Whether another call of the module makes the like: what is written there is about that too.
    fn is_shared(&self, principal: &Principal, block: &Block<'_>) -> bool {
        let is_elsewhere = |it: &Principal| {
            it.span == principal.span
                && Block::of(&it.stack, &it.address).is_none_or(|other| other.place != block.place)
        };
        !block.place.is_root() && self.ctx.iam.principals().iter().any(is_elsewhere)
    }

    fn policy(&self, principal: &Principal, block: &Block<'_>, repeated: &Repeated) -> Option<(FileId, String)> {
        let (ty, argument) = match principal.kind {
            PrincipalKind::Role => ("aws_iam_role_policy", "role"),
            PrincipalKind::User => ("aws_iam_user_policy", "user"),
            PrincipalKind::Group | PrincipalKind::PermissionSet => return None,
        };
        let file = self.ctx.sources.file(principal.span.file);
        let label = format!("{}_{}", block.label(), target_block(self.target)?.label());
        let is_taken = file.text().contains(&format!("\"{label}\""));
        let is_own = is_own(principal.downloaded, principal.span, self.ctx);
        if is_taken || !is_own || !block.ty.starts_with("aws_iam_") || self.is_shared(principal, block) {
            return None;
        }
        let resource = resource_text(self.target, self.actions, &block.place, &self.arns)?;
        let statement = Statement { principal: None, actions: self.actions, resource: Some(resource) };
        let mut arguments = provider_line(file.text(), principal.span.range.start);
        arguments.push(("name", quoted(&label.replace('_', "-"))));
        arguments.push((argument, repeated.name.clone()));
        let policy = layout::policy("policy", &[statement.members()]);
        Some((principal.span.file, layout::resource(ty, &label, &repeated.head, &arguments, &policy)))
    }
}

fn target_block(target: GrantTarget<'_>) -> Option<Block<'_>> {
    match target {
        GrantTarget::Role(role) => Block::of(&role.stack, &role.address),
        GrantTarget::Resource(resource) => Block::of(&resource.stack, &resource.address),
    }
}

/// One more statement of the policy `site`, which lets the principals of `lack` into `target`.
pub(super) fn resource_half(
    lack: &Lack<'_>,
    target: GrantTarget<'_>,
    actions: &[String],
    site: &PolicySite,
    ctx: &RuleContext<'_>,
) -> Option<Fix> {
    let block = Block::of(&site.stack, &site.address)?;
    if site.downloaded || !block.key.is_empty() && !is_only_instance(site, ctx) {
        return None;
    }
    let arns = Arns::of(&lack.grant, ctx);
    let principal = principals(lack, &block.place, &arns)?;
    let resource = match target {
        GrantTarget::Role(_) => None,
        GrantTarget::Resource(resource) if resource.service == "kms" => Some(quoted("*")),
        GrantTarget::Resource(_) => Some(named_resource(&lack.grant, target, actions, &block.place, &arns)?),
    };
    let statement = Statement { principal: Some(principal), actions, resource };
    let (span, text) = match site.form {
        Form::DataSource => statement_block(&statement, site, ctx)?,
        Form::Jsonencode => last_statement(&statement, Notation::Hcl, site, ctx)?,
        Form::Heredoc => last_statement(&statement, Notation::Json, site, ctx)?,
        Form::Quoted | Form::File | Form::Template | Form::Reference | Form::Other | Form::PolicyFile => return None,
    };
    Some(fix(let_in(lack), vec![Edit { span, new_text: text }]))
}

fn let_in(lack: &Lack<'_>) -> String {
    let address = &lack.grant.principal.address;
    match lack.principals().count() {
        1 => format!("let `{address}` in"),
        count => format!("let `{address}` and {} more in", count - 1),
    }
}

/// The principals of `lack`, as they are written in `place`.
fn principals(lack: &Lack<'_>, place: &Place<'_>, arns: &Arns<'_>) -> Option<Vec<String>> {
    lack.principals().map(|principal| principal_text(principal, place, arns)).collect()
}

fn principal_text(principal: &Principal, place: &Place<'_>, arns: &Arns<'_>) -> Option<String> {
    let reference = Block::of(&principal.stack, &principal.address).and_then(|block| block.arn_in(place, "arn"));
    reference.or_else(|| arns.written(&principal.arn).map(|arn| quoted(&arn)))
}

/// What a grant is about, as it is named where it is claimed.
fn named_resource(
    grant: &Grant<'_>,
    target: GrantTarget<'_>,
    actions: &[String],
    place: &Place<'_>,
    arns: &Arns<'_>,
) -> Option<String> {
    match grant.leaf.text.as_known().filter(|_| !grant.leaf.sensitive) {
        Some(known) => Some(quoted(&known)),
        None => resource_text(target, actions, place, arns),
    }
}

/// What a grant is about of `resource`: the objects of a bucket that it names, or else all.
fn claimed_part(
    grant: &Grant<'_>,
    resource: &PolicedResource,
    actions: &[String],
    place: &Place<'_>,
    arns: &Arns<'_>,
) -> Option<String> {
    let claimed = grant.leaf.text.as_known().filter(|_| resource.service == "s3" && !grant.leaf.sensitive);
    let known = resource.arn.as_known();
    let part = claimed.zip(known).filter(|(claimed, arn)| {
        claimed.strip_prefix(arn.as_str()).is_some_and(|rest| !matches!(rest, "" | "*" | "/*"))
    });
    match part {
        Some((claimed, _)) => Some(quoted(&claimed)),
        None => resource_text(GrantTarget::Resource(resource), actions, place, arns),
    }
}

/// The place behind the last statement of a policy, and one more laid out as it is.
fn last_statement(
    statement: &Statement<'_>,
    notation: Notation,
    site: &PolicySite,
    ctx: &RuleContext<'_>,
) -> Option<(Span, String)> {
    last_statements(&[statement.members()], notation, site, ctx)
}

/// The place behind the last block of an `aws_iam_policy_document`, and `statement` as one more block.
fn statement_block(statement: &Statement<'_>, site: &PolicySite, ctx: &RuleContext<'_>) -> Option<(Span, String)> {
    Some((behind_blocks(site, ctx)?, layout::statement_block(statement)))
}

/// A new policy on `resource`, which has none, that lets the principals of `lack` in.
pub(super) fn new_resource_half(
    lack: &Lack<'_>,
    resource: &PolicedResource,
    actions: &[String],
    ctx: &RuleContext<'_>,
) -> Option<Fix> {
    if resource.policies.iter().any(|policy| !policy.is_default()) || !is_own(resource.downloaded, resource.span, ctx) {
        return None;
    }
    let block = Block::of(&resource.stack, &resource.address)?;
    let kind = PolicyType::of(&subject_type(block.ty)?)?;
    let (file, label) = (ctx.sources.file(resource.span.file), block.label());
    if file.text().contains(&format!("\"{}\" \"{label}\"", kind.ty)) {
        return None;
    }
    let arns = Arns::of(&lack.grant, ctx);
    let own = match resource.service {
        "kms" => Some(administration(resource, &arns)?),
        _ => None,
    };
    let about = match resource.service {
        "kms" => Some(quoted("*")),
        // The policy of a repository says nothing of what it is on.
        "ecr" => None,
        _ => Some(claimed_part(&lack.grant, resource, actions, &block.place, &arns)?),
    };
    let statement = Statement { principal: Some(principals(lack, &block.place, &arns)?), actions, resource: about };
    let statements: Vec<_> = own.into_iter().chain([statement.members()]).collect();
    let text = new_policy(&kind, &block, resource, &statements, ctx);
    Some(fix(let_in(lack), appended(vec![(resource.span.file, text)], ctx)?))
}

/// The statement without which nobody could change the policy of a key any more.
///
/// Source: AWS KMS Developer Guide, `key-policy-default`.
fn administration(key: &PolicedResource, arns: &Arns<'_>) -> Option<Members> {
    let root = vec![quoted(&format!("arn:{}:iam::{}:root", arns.partition, key.account.id?))];
    Some(Statement { principal: Some(root), actions: &["kms:*".to_owned()], resource: Some(quoted("*")) }.members())
}

/// How the thing that a grant is about is written in `place`.
fn resource_text(target: GrantTarget<'_>, actions: &[String], place: &Place<'_>, arns: &Arns<'_>) -> Option<String> {
    let (arn, attribute) = match target {
        GrantTarget::Role(role) => (&role.arn, "arn"),
        GrantTarget::Resource(resource) => {
            (&resource.arn, target_block(target).and_then(|block| subject_type(block.ty)).map_or("arn", |it| it.arn))
        }
    };
    let reference = target_block(target).and_then(|block| block.arn_in(place, attribute));
    let known = || arns.written(arn);
    let whole = reference.clone().or_else(|| known().map(|arn| quoted(&arn)))?;
    let is_bucket = matches!(target, GrantTarget::Resource(resource) if resource.service == "s3");
    if !is_bucket {
        return Some(whole);
    }
    let objects = match reference {
        Some(reference) => quoted(&format!("${{{reference}}}/*")),
        None => quoted(&format!("{}/*", known()?)),
    };
    let takes = |ty: &str| {
        let mut found = actions.iter().flat_map(|name| facts::expand(name));
        found.any(|action| action.resource_types().any(|(name, _)| name == ty))
    };
    Some(match (takes("bucket"), takes("object")) {
        (true, true) => list(&[whole, objects]),
        (false, true) => objects,
        (true, false) | (false, false) => whole,
    })
}

/// The actions as they are written, each once.
pub(super) fn names(actions: &[&Leaf]) -> Vec<String> {
    each_once(actions.iter().map(|leaf| leaf.text.display()))
}
