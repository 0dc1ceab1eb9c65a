//! What the caller of an action needs on the key of KMS that encrypts what the action is about.

use crate::aws::table::{Record, Table, list};

static KEY_USES: Table = Table::new(include_str!("../../../data/key_uses.tsv"));

/// An action on what a key encrypts, with what its callers need of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUse {
    /// The action: `s3:PutObject`.
    pub action: &'static str,
    needed: &'static str,
    sometimes: &'static str,
}

impl KeyUse {
    /// The actions of KMS that every call needs; none where the service uses the key itself.
    pub fn needed(&self) -> impl Iterator<Item = &'static str> {
        list(self.needed)
    }

    /// Those that some calls need beside, as uploads in parts do.
    pub fn sometimes(&self) -> impl Iterator<Item = &'static str> {
        list(self.sometimes)
    }
}

/// The actions of the service `prefix` on what may be encrypted, with what they need of the key.
pub fn key_uses(prefix: &str) -> impl Iterator<Item = KeyUse> {
    KEY_USES.starting_with(format!("{prefix}:")).map(|record: Record| {
        let [action, needed, sometimes] = record.fields();
        KeyUse { action, needed, sometimes }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::facts::action;

    #[test]
    fn every_record_names_what_exists() {
        let exists = |name: &str| action(name).is_some_and(|facts| facts.name == name);
        for record in KEY_USES.records() {
            let service = record.key().split(':').next().unwrap();
            let found = key_uses(service).find(|it| it.action == record.key()).unwrap();
            assert!(exists(found.action), "{found:?}");
            assert!(found.needed().next().is_some() || found.sometimes().next().is_none(), "{found:?}");
            assert!(found.needed().chain(found.sometimes()).all(|name| name.starts_with("kms:") && exists(name)));
            assert!(record.field(3).starts_with("https://docs.aws.amazon.com/"), "{found:?}");
        }
    }
}
