//! What grants lack of the keys that encrypt their targets.
//!
//! Who reads what a key of KMS encrypts needs the key too, and across accounts that is a grant
//! of its own, with two halves. The key that AWS keeps for a service cannot be shared at all.
//!
//! Sources: AWS KMS Developer Guide, `key-policy-modifying-external-accounts`, `alias-authorization`
//! and `concepts`; what each action needs is in `key_uses.tsv`.

use rustc_hash::FxHashMap;

use crate::access::context::Context;
use crate::access::decide::{Decision, Denial, Half, Verdict};
use crate::access::request::Action;
use crate::access::view::{AccessView, CallerSide};
use crate::aws::facts::{self, KeyUse};
use crate::eval::equality::texts_equal;
use crate::eval::text::Text;
use crate::iam::{Encryption, EncryptionKey, PolicedResource, Principal};
use crate::policy::model::{Leaf, Statement};

use super::named::Strangers;
use super::resource::has_grants;
use super::{Grant, GrantTarget, are_two, identity, is_certain};

/// What reads need of a key at least.
const DECRYPT: &str = "kms:Decrypt";

/// A grant whose principal cannot use the key of its target.
#[derive(Debug, Clone)]
pub struct KeyLack<'a> {
    /// The grant.
    pub grant: Grant<'a>,
    /// What is encrypted, which is the target of the grant.
    pub resource: &'a PolicedResource,
    /// How it is encrypted.
    pub encryption: &'a Encryption,
    /// What of the key is lacking.
    pub lacking: Lacking<'a>,
}

/// What a grant lacks of a key.
#[derive(Debug, Clone)]
pub enum Lacking<'a> {
    /// It is the key that AWS keeps in the account for the service, which no other account can use.
    Everything,
    /// Some actions.
    Halves {
        /// The key.
        key: &'a PolicedResource,
        /// What no policy of the principal allows.
        identity: KeyActions,
        /// What the policy of the key does not allow to it.
        resource: KeyActions,
        /// By what the principal would be allowed it if an alias stood for its key.
        alias: Option<ByAlias<'a>>,
    },
}

/// A statement of an identity policy that is about an alias in the place of its key.
#[derive(Debug, Clone, Copy)]
pub struct ByAlias<'a> {
    /// The use of the policy.
    pub site: usize,
    /// The string of `Resource`.
    pub alias: &'a Leaf,
    /// The statement.
    pub statement: &'a Statement,
}

/// Actions on a key that are lacking.
#[derive(Debug, Clone, Default)]
pub struct KeyActions {
    /// Those that every call needs.
    pub needed: Vec<&'static str>,
    /// Those that some calls need beside.
    pub beside: Vec<&'static str>,
}

impl KeyActions {
    /// Whether nothing that every call needs is lacking.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.needed.is_empty()
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &'static str> {
        self.needed.iter().chain(&self.beside).copied()
    }
}

/// Those of `grants` that may be there with both halves while the key of their target lacks one.
#[must_use]
pub fn lacking_keys<'a>(view: &'a AccessView<'a>, grants: impl IntoIterator<Item = &'a Grant<'a>>) -> Vec<KeyLack<'a>> {
    let mut keys = Keys { view, strangers: Strangers::of(view.iam()), callers: FxHashMap::default() };
    grants.into_iter().flat_map(|grant| keys.of(grant)).collect()
}

struct Keys<'a> {
    view: &'a AccessView<'a>,
    strangers: Strangers<'a>,
    /// Those who were asked about, by the addresses of their principals.
    callers: FxHashMap<usize, Option<CallerSide<'a>>>,
}

impl<'a> Keys<'a> {
    fn of(&mut self, grant: &Grant<'a>) -> Vec<KeyLack<'a>> {
        let GrantTarget::Resource(resource) = grant.target else { return Vec::new() };
        if resource.encryption.is_empty() {
            return Vec::new();
        }
        let (view, principal) = (self.view, grant.principal);
        let caller = self.callers.entry(std::ptr::from_ref(principal).addr());
        let Some(by) = caller.or_insert_with(|| view.caller(principal)) else { return Vec::new() };
        let uses = uses(view, grant, resource, by);
        let certain = resource.encryption.iter().filter(|it| is_certain(&it.existence));
        let lacks = certain.filter_map(|encryption| {
            let uses: Vec<KeyUse> = uses.iter().filter(|it| concerns(resource, encryption, it)).copied().collect();
            let lacking = lacking(view, &self.strangers, by, principal, encryption, &uses)?;
            let likely = match &lacking {
                Lacking::Halves { key, .. } => are_two(&principal.account, &key.account) == Some(true),
                Lacking::Everything => false,
            };
            let grant = Grant { likely: grant.likely || likely, ..grant.clone() };
            Some(KeyLack { grant, resource, encryption, lacking })
        });
        lacks.collect()
    }
}

/// The actions of a grant that need the key of its target, as far as both sides may allow them.
fn uses(view: &AccessView<'_>, grant: &Grant<'_>, resource: &PolicedResource, by: &CallerSide<'_>) -> Vec<KeyUse> {
    let claimed: Vec<_> = grant.actions.iter().filter_map(|(leaf, _)| leaf.text.as_known()).collect();
    let is_claimed = |action: &str| {
        facts::action(action).is_some_and(|facts| claimed.iter().any(|written| facts::is_matched(written, &facts)))
    };
    let within = view.within(resource, &resource.arn.clone().concat(Text::known("*")));
    let may_be = |action: &str| view.verdict(by, &Action::new(action), &within, &Context::default()) != Verdict::Denied;
    let uses = facts::key_uses(resource.service).filter(|it| it.needed().next().is_some());
    uses.filter(|it| is_claimed(it.action) && may_be(it.action)).collect()
}

/// Whether what an action does to `resource` has to do with one of its keys: what a trail writes
/// into a bucket is read with the key of the trail, and what others write with that of the bucket.
fn concerns(resource: &PolicedResource, encryption: &Encryption, used: &KeyUse) -> bool {
    let reads = !used.needed().any(|action| action != DECRYPT);
    let has_writer = resource.encryption.iter().any(|it| it.of_writer);
    if encryption.of_writer { reads } else { !(reads && has_writer) }
}

fn lacking<'a>(
    view: &'a AccessView<'a>,
    strangers: &Strangers<'_>,
    by: &CallerSide<'_>,
    principal: &'a Principal,
    encryption: &Encryption,
    uses: &[KeyUse],
) -> Option<Lacking<'a>> {
    let key = match encryption.key {
        // What is only written may be encrypted with the key that AWS keeps for the writer.
        EncryptionKey::Managed => {
            let reads = uses.iter().any(|it| it.needed().any(|action| action == DECRYPT));
            return reads.then_some(Lacking::Everything);
        }
        EncryptionKey::InView(index) => view.iam().resources().get(index)?,
        EncryptionKey::NotInView => return None,
    };
    if has_grants(key) || !strangers.leave_resource(key) {
        return None;
    }
    let missing = |action: &'static str| missing(view, by, action, key);
    let (identity, resource) = (actions(uses, |action| missing(action).0), actions(uses, |action| missing(action).1));
    if identity.is_empty() && resource.is_empty() {
        return None;
    }
    let alias = identity.needed.first().and_then(|action| alias(view, principal, key, action));
    Some(Lacking::Halves { key, identity, resource, alias })
}

/// What `uses` need of a key, as far as it `is_missing`; each action once.
fn actions(uses: &[KeyUse], is_missing: impl Fn(&'static str) -> bool) -> KeyActions {
    let mut found = KeyActions::default();
    for action in uses.iter().flat_map(KeyUse::needed) {
        if !found.needed.contains(&action) && is_missing(action) {
            found.needed.push(action);
        }
    }
    for action in uses.iter().flat_map(KeyUse::sometimes) {
        if !found.all().any(|it| it == action) && is_missing(action) {
            found.beside.push(action);
        }
    }
    found
}

/// Whether the caller's side and whether the side of `key` lack a statement that allows `action`.
fn missing(view: &AccessView<'_>, by: &CallerSide<'_>, action: &str, key: &PolicedResource) -> (bool, bool) {
    let mut context = Context::default();
    if let Some(account) = by.caller.account() {
        context.set_value("kms:CallerAccount", account.clone());
    }
    view.decide(by, &Action::new(action), &view.resource(key), &context, |decision| match decision {
        Decision::Denied(_, Denial::Implicit { missing }) => {
            (missing.contains(&Half::Identity), missing.contains(&Half::Resource))
        }
        Decision::Denied(_, Denial::Explicit) | Decision::Allowed(_) | Decision::Unknown(_) => (false, false),
    })
}

/// The statement by which a policy of `principal` allows `action` on an alias of `key`.
fn alias<'a>(
    view: &'a AccessView<'a>,
    principal: &'a Principal,
    key: &PolicedResource,
    action: &str,
) -> Option<ByAlias<'a>> {
    let is_alias = |leaf: &Leaf| {
        let may_be = key.aliases.iter().any(|alias| texts_equal(alias, &leaf.text).may_be());
        may_be && leaf.text.display().contains(":alias/")
    };
    let mut statements = identity::statements(view, principal);
    statements.find_map(|(site, statement)| {
        let alias = identity::resources(statement).find(|leaf| is_alias(leaf))?;
        super::actions::names(statement, action).then_some(ByAlias { site, alias, statement })
    })
}
