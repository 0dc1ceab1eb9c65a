//! What resources say of the keys that encrypt them and others, and which aliases keys have.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::aws::encryption::{EncryptionSite, Mode, encryption_sites};
use crate::aws::sites::Subject;
use crate::eval::account::Account;
use crate::eval::evaluator::{Existence, ResourceInstance};
use crate::eval::text::Text;
use crate::eval::value::{Value, ValueKind};
use crate::source::Span;

use super::resources::ResourceSays;
use super::{Collector, Placed};

/// One resource's word about the key that encrypts another, or itself.
#[derive(Debug, Clone)]
pub(in crate::iam) struct KeyClaim {
    pub(in crate::iam) key: KeyMention,
    /// Whether the resource that says it writes into the other one.
    pub(in crate::iam) of_writer: bool,
    /// Whether it is there, the resource that says it aside.
    pub(in crate::iam) existence: Existence,
}

/// What a claim calls a key.
#[derive(Debug, Clone)]
pub(in crate::iam) enum KeyMention {
    /// An ARN, an id, the name or the ARN of an alias.
    Called(Text),
    /// The one that AWS keeps for the service.
    Managed,
    /// None in view: a trail without a key encrypts what it writes in another way, whatever its bucket has.
    Other,
}

/// An alias of a key.
#[derive(Debug, Clone)]
pub(in crate::iam) struct KeyAlias {
    pub(in crate::iam) arn: Text,
    /// `alias/logs`
    pub(in crate::iam) name: Text,
    /// The id or the ARN of the key.
    pub(in crate::iam) target: Text,
    pub(in crate::iam) account: Account,
}

/// Whether resources of type `ty` say something of keys.
pub(super) fn is_about_keys(ty: &str) -> bool {
    ty == ALIAS_TYPE || encryption_sites(ty).next().is_some()
}

const ALIAS_TYPE: &str = "aws_kms_alias";

impl Collector<'_, '_> {
    /// Keeps the alias that `instance` is.
    pub(super) fn key_alias(&mut self, instance: &Arc<ResourceInstance>) {
        if instance.ty() != ALIAS_TYPE || instance.existence != Existence::Certain {
            return;
        }
        let text = |name: &str| self.text(instance, name);
        let (Some(arn), Some(name), Some(target)) = (text("arn"), text("name"), text("target_key_id")) else { return };
        self.part.key_aliases.push(KeyAlias { arn, name, target, account: self.account(instance) });
    }

    /// Keeps with which keys `instance`, which is the `resource` if it is one, says that something is encrypted.
    pub(super) fn encryption(&mut self, instance: &Arc<ResourceInstance>, resource: Option<usize>) {
        for site in encryption_sites(instance.ty()) {
            let Some((claim, via)) = self.key_claim(instance, &site) else { continue };
            let kind = (site.service, Some(site.subject_type));
            for subject in self.resource_subjects(instance, site.subject, resource) {
                self.resource_claim(instance, subject, kind, ResourceSays::Encrypted(claim.clone()), via);
            }
        }
    }

    fn key_claim(&self, instance: &Arc<ResourceInstance>, site: &EncryptionSite) -> Option<(KeyClaim, Span)> {
        let of_writer = site.subject != Subject::Itself && !instance.ty().contains("encryption");
        let header = (Existence::Certain, instance.decl.header);
        let (existence, place) = match &site.mode {
            Some(mode) => self.mode(instance, mode)?,
            None => header,
        };
        let named = self.values(instance, site.attribute);
        let Some(Placed { value, span, existence: there }) = named.into_iter().next() else {
            let key =
                if site.managed_by_default { KeyMention::Managed } else { of_writer.then_some(KeyMention::Other)? };
            return Some((KeyClaim { key, of_writer, existence }, place));
        };
        let key = KeyMention::Called(value.to_text().filter(|text| !text.is_empty())?);
        Some((KeyClaim { key, of_writer, existence: existence.and(&there) }, span))
    }

    /// Whether and where `instance` says that a key of KMS is used.
    fn mode(&self, instance: &Arc<ResourceInstance>, mode: &Mode) -> Option<(Existence, Span)> {
        let said = self.values(instance, mode.attribute).into_iter().next()?;
        let is_it = known(&said.value).is_some_and(|value| mode.has(&value));
        is_it.then_some((said.existence, said.span))
    }
}

/// A string or a truth value, as text.
fn known(value: &Value) -> Option<SmolStr> {
    match &value.kind {
        ValueKind::Bool(true) => Some(SmolStr::new_static("true")),
        ValueKind::Bool(false) => Some(SmolStr::new_static("false")),
        _ => value.as_str(),
    }
}
