//! From what resources say of keys to the keys that encrypt them.

use std::sync::Arc;

use crate::eval::evaluator::Existence;
use crate::eval::text::Text;
use crate::iam::collect::{KeyAlias, KeyClaim, KeyMention, ResourceClaim, ResourceSays, ResourceSubject};
use crate::iam::encryption::{Encryption, EncryptionKey};
use crate::iam::key::Key;
use crate::iam::principal::Origin;

use super::resources::{Join, Told};

/// What AWS calls the keys that it keeps for its services.
const MANAGED: &str = "alias/aws/";

impl Join<'_, '_> {
    /// Gives keys their aliases.
    pub(super) fn name_keys<'k>(&mut self, aliases: impl Iterator<Item = &'k KeyAlias>) {
        for alias in aliases {
            let Some(index) = self.key_of(&alias.target, &Key::new(&alias.account.text)) else { continue };
            let account = Key::new(&alias.account.text);
            self.aliases.insert((account.clone(), Key::new(&alias.name)), index);
            self.aliases.insert((account, Key::new(&alias.arn)), index);
            if let Some(key) = self.resources.get_mut(index) {
                Arc::make_mut(key).aliases.push(alias.arn.clone());
            }
        }
    }

    /// Tells resources by which keys they are encrypted.
    pub(super) fn encrypt(&mut self, claims: &[Told<'_>]) {
        for told in claims {
            let claim = told.claim;
            let ResourceSays::Encrypted(key) = &claim.says else { continue };
            let (encryption, existence) = (self.encryption(key, claim), claim.existence.and(&key.existence));
            for (index, existence) in self.encrypted_by(*told, &existence) {
                if let Some(resource) = self.resources.get_mut(index) {
                    Arc::make_mut(resource).encryption.push(Encryption { existence, ..encryption.clone() });
                }
            }
        }
    }

    /// The resources in view that a claim is about.
    fn encrypted_by(&mut self, Told { itself, claim }: Told<'_>, existence: &Existence) -> Vec<(usize, Existence)> {
        match &claim.subject {
            ResourceSubject::Itself(_) => itself.into_iter().map(|index| (index, existence.clone())).collect(),
            ResourceSubject::Named(mention) => {
                let (exact, _) = self.named(&mention.text, claim);
                exact.into_iter().map(|index| (index, existence.and(&mention.existence))).collect()
            }
            ResourceSubject::Account => Vec::new(),
        }
    }

    fn encryption(&self, said: &KeyClaim, claim: &ResourceClaim) -> Encryption {
        let key = match &said.key {
            KeyMention::Managed => EncryptionKey::Managed,
            KeyMention::Other => EncryptionKey::NotInView,
            KeyMention::Called(text) if text.as_known().is_some_and(|text| is_managed(&text)) => EncryptionKey::Managed,
            KeyMention::Called(text) => self
                .key_of(text, &Key::new(&claim.account.text))
                .map_or(EncryptionKey::NotInView, EncryptionKey::InView),
        };
        Encryption { key, of_writer: said.of_writer, via: claim.via, existence: claim.existence.clone() }
    }

    /// The key that is declared in view and that `text` names: by its ARN, or in that account by its id or an alias.
    fn key_of(&self, text: &Text, account: &Key) -> Option<usize> {
        let name = Key::new(text);
        let by_alias = || self.aliases.get(&(account.clone(), name.clone())).copied();
        let mut found: Vec<usize> = self.with_arn(&name).take(2).collect();
        if found.is_empty() {
            let is_there = |index: &usize| self.resources.get(*index).is_some_and(|it| account.is_of(&it.account.text));
            found = self.of_type(("kms", Some("key")), &name).filter(is_there).take(2).collect();
        }
        let is_key = |index: &usize| {
            self.resources.get(*index).is_some_and(|it| {
                it.service == "kms" && it.origin == Origin::Declared && it.existence == Existence::Certain
            })
        };
        match found.as_slice() {
            [only] => Some(*only).filter(is_key),
            [] => by_alias().filter(is_key),
            [_, _, ..] => None,
        }
    }
}

fn is_managed(name: &str) -> bool {
    name.starts_with(MANAGED) || name.starts_with("arn:") && name.contains(&format!(":{MANAGED}"))
}
