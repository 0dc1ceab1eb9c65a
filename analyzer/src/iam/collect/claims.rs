//! What resources say of principals: policies, boundaries, groups, accounts.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::aws::sites::{self as table, Link, PolicySite, Site, Subject};
use crate::eval::account::Account;
use crate::eval::evaluator::{Existence, ResourceInstance};
use crate::eval::symbol::Symbol;
use crate::iam::principal::PrincipalKind;
use crate::policy::sites::path;
use crate::source::Span;

use super::mention::{Mention, Mentions};
use super::{Collector, Placed, may_be_written};

/// One resource's word about one principal.
#[derive(Debug, Clone)]
pub(in crate::iam) struct Claim {
    pub(in crate::iam) subject: ClaimSubject,
    pub(in crate::iam) says: Says,
    /// The attribute that says it.
    pub(in crate::iam) via: Span,
    pub(in crate::iam) existence: Existence,
    pub(in crate::iam) stack: SmolStr,
    /// The resource that says it.
    pub(in crate::iam) address: SmolStr,
    /// The account that this resource is in.
    pub(in crate::iam) account: Account,
}

/// Whom a claim is about.
#[derive(Debug, Clone)]
pub(in crate::iam) enum ClaimSubject {
    /// The principal of this index in the same part.
    Itself(usize),
    /// The one of this name, or ARN for a permission set.
    Named(PrincipalKind, Mention),
    /// Any, depending on the symbol.
    Anyone(PrincipalKind, Symbol),
}

/// What a claim says of its subject.
#[derive(Debug, Clone)]
pub(in crate::iam) enum Says {
    /// It has the policies of this attribute.
    Inline(&'static str),
    /// It has the managed policy of this ARN.
    Attached(Mention),
    /// It may have any policies, depending on the symbol.
    AttachedUnknown(Symbol),
    /// The managed policy of this ARN bounds it.
    Bounded(Mention),
    /// It is in the group of this name.
    Member(Mention),
    /// Someone has it in the account of this number.
    Assigned(Mention),
    /// It has the inline policies that are listed and no others.
    InlineOnly,
    /// It has the managed policies that are listed and no others.
    ManagedOnly,
}

impl Collector<'_, '_> {
    /// Keeps what `instance`, which is the `principal` if it is one, says.
    pub(super) fn claims_of(&mut self, instance: &Arc<ResourceInstance>, principal: Option<usize>) {
        let is_written = |site: &Site<PolicySite>| {
            !matches!(site.subject, Subject::Itself) || may_be_written(instance, site.attribute)
        };
        let identity = table::policies(instance.ty()).filter(|site| site.kind == PolicySite::Identity);
        for site in identity.filter(is_written) {
            for subject in self.subjects(instance, &site, principal) {
                self.claim(instance, subject, Says::Inline(site.attribute), instance.decl.header);
            }
        }
        if let Some(index) = principal {
            self.inline_blocks(instance, index);
        }
        for site in table::links(instance.ty()) {
            for placed in self.values(instance, site.attribute) {
                self.link(instance, &site, principal, &placed);
            }
        }
    }

    /// Blocks `inline_policy`, of which an empty one says that there are none.
    /// [aws_iam_role](https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role#inline_policy-1)
    fn inline_blocks(&mut self, instance: &Arc<ResourceInstance>, principal: usize) {
        let blocks = self.evaluator.blocks(instance, &instance.decl.body, "inline_policy");
        if let Some(block) = blocks.iter().find(|block| block.existence == Existence::Certain) {
            self.claim(instance, ClaimSubject::Itself(principal), Says::InlineOnly, block.span());
        }
    }

    fn link(&mut self, instance: &Arc<ResourceInstance>, site: &Site<Link>, principal: Option<usize>, placed: &Placed) {
        let mentions = mentions(site.attribute, placed);
        match site.kind {
            Link::Attachment => {
                let subjects = self.subjects(instance, site, principal);
                self.attached(instance, subjects, mentions, placed.span);
                if matches!(site.subject, Subject::Itself) {
                    self.about_all(instance, site, principal, &Says::ManagedOnly, placed.span);
                }
            }
            Link::Boundary => {
                for mention in mentions.items {
                    self.about_all(instance, site, principal, &Says::Bounded(mention), placed.span);
                }
            }
            Link::Exclusive if site.attribute.ends_with("arns") => {
                let subjects = self.subjects(instance, site, principal);
                self.attached(instance, subjects, mentions, placed.span);
                self.about_all(instance, site, principal, &Says::ManagedOnly, placed.span);
            }
            Link::Exclusive => self.about_all(instance, site, principal, &Says::InlineOnly, placed.span),
            Link::Membership => self.membership(instance, site, mentions, placed.span),
            Link::Assignment => self.assignment(instance, site, mentions),
            Link::Session | Link::Grant => {}
        }
    }

    fn attached(
        &mut self,
        instance: &Arc<ResourceInstance>,
        subjects: Vec<ClaimSubject>,
        mentions: Mentions,
        via: Span,
    ) {
        let says = mentions.items.into_iter().map(Says::Attached);
        let says: Vec<Says> = says.chain(mentions.open.into_iter().map(Says::AttachedUnknown)).collect();
        for subject in subjects {
            for says in &says {
                self.claim(instance, subject.clone(), says.clone(), via);
            }
        }
    }

    fn about_all(
        &mut self,
        instance: &Arc<ResourceInstance>,
        site: &Site<Link>,
        principal: Option<usize>,
        says: &Says,
        via: Span,
    ) {
        for subject in self.subjects(instance, site, principal) {
            self.claim(instance, subject, says.clone(), via);
        }
    }

    /// Users of a group, or groups of a user.
    fn membership(&mut self, instance: &Arc<ResourceInstance>, site: &Site<Link>, mentions: Mentions, via: Span) {
        let is_group = match site.subject_type {
            Some("group") => true,
            Some("user") => false,
            _ => return,
        };
        let others = self.named(instance, site.subject);
        for other in &others.items {
            for mention in &mentions.items {
                let (user, group) = if is_group { (mention, other) } else { (other, mention) };
                let subject = ClaimSubject::Named(PrincipalKind::User, user.clone());
                self.claim(instance, subject, Says::Member(group.clone()), via);
            }
            for symbol in &mentions.open {
                let (subject, says) = if is_group {
                    (ClaimSubject::Anyone(PrincipalKind::User, symbol.clone()), Says::Member(other.clone()))
                } else {
                    let subject = ClaimSubject::Named(PrincipalKind::User, other.clone());
                    (subject, Says::AttachedUnknown(symbol.clone()))
                };
                self.claim(instance, subject, says, via);
            }
        }
    }

    fn assignment(&mut self, instance: &Arc<ResourceInstance>, site: &Site<Link>, sets: Mentions) {
        let Subject::Named { attributes, .. } = site.subject else { return };
        for target in self.values(instance, attributes) {
            let accounts = mentions(attributes, &target);
            for set in &sets.items {
                for account in &accounts.items {
                    let subject = ClaimSubject::Named(PrincipalKind::PermissionSet, set.clone());
                    self.claim(instance, subject, Says::Assigned(account.clone()), target.span);
                }
            }
        }
    }

    /// Whom the attribute of `site` is about.
    fn subjects<Kind>(
        &self,
        instance: &Arc<ResourceInstance>,
        site: &Site<Kind>,
        principal: Option<usize>,
    ) -> Vec<ClaimSubject> {
        let Subject::Named { attributes, .. } = site.subject else {
            return principal.map(ClaimSubject::Itself).into_iter().collect();
        };
        let kind = site.subject_type.and_then(|subject_type| PrincipalKind::of(site.service, subject_type));
        let mut subjects = Vec::new();
        for attribute in attributes.split(',') {
            let Some(kind) = kind.or_else(|| kind_of_attribute(attribute)) else { continue };
            for placed in self.values(instance, attribute) {
                let mentions = mentions(attribute, &placed);
                subjects.extend(mentions.items.into_iter().map(|mention| ClaimSubject::Named(kind, mention)));
                subjects.extend(mentions.open.into_iter().map(|symbol| ClaimSubject::Anyone(kind, symbol)));
            }
        }
        subjects
    }

    fn named(&self, instance: &Arc<ResourceInstance>, subject: Subject) -> Mentions {
        let Subject::Named { attributes, .. } = subject else { return Mentions::default() };
        let values = self.values(instance, attributes);
        values.first().map(|placed| mentions(attributes, placed)).unwrap_or_default()
    }

    /// What `instance` says at `path`; nothing where it says nothing, whatever AWS then gives.
    pub(super) fn values(&self, instance: &Arc<ResourceInstance>, attribute_path: &str) -> Vec<Placed> {
        if attribute_path.contains('.') {
            let found = path::find(self.evaluator, instance, attribute_path);
            let placed = |it: path::Found| Placed { value: it.value, span: it.span, existence: it.existence };
            return found.into_iter().map(placed).collect();
        }
        let Some(attribute) = instance.decl.body.attribute(attribute_path) else { return Vec::new() };
        let value = self.evaluator.attribute(instance, attribute_path);
        let is_set = self.evaluator.configured(instance, attribute_path).is_some_and(|value| !value.is_null());
        if !is_set {
            return Vec::new();
        }
        vec![Placed { value, span: attribute.span(), existence: Existence::Certain }]
    }

    fn claim(&mut self, instance: &Arc<ResourceInstance>, subject: ClaimSubject, says: Says, via: Span) {
        let claim = Claim {
            subject,
            says,
            via,
            existence: instance.existence.clone(),
            stack: self.evaluator.scope_name().clone(),
            address: instance.address.clone(),
            account: self.account(instance),
        };
        self.part.claims.push(claim);
    }
}

/// What the attribute holds: those that hold lists have plural names.
fn mentions(attribute: &str, placed: &Placed) -> Mentions {
    if attribute.ends_with('s') {
        Mentions::of(&placed.value, &placed.existence)
    } else {
        Mentions::of_one(&placed.value, &placed.existence)
    }
}

/// What `aws_iam_policy_attachment` attaches to.
fn kind_of_attribute(attribute: &str) -> Option<PrincipalKind> {
    match attribute {
        "roles" => Some(PrincipalKind::Role),
        "users" => Some(PrincipalKind::User),
        "groups" => Some(PrincipalKind::Group),
        _ => None,
    }
}
