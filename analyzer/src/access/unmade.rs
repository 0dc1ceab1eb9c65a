//! Roles and users that policies name and nothing in view makes: how many of them there are
//! tells whether the workspace makes all of an account's.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::aws::arn::AccountId;
use crate::aws::roles_made_elsewhere::is_made_elsewhere;
use crate::eval::account::same;
use crate::eval::text::Text;
use crate::iam::{Origin, Principal, PrincipalKind};
use crate::policy::model::{PolicyKind, Statement};
use crate::policy::sites::PolicySite;

use super::view::AccessView;

/// The ARNs of principals that nothing in view makes, by account and kind.
pub(super) type Unmade = FxHashMap<(AccountId, PrincipalKind), BTreeSet<SmolStr>>;

impl AccessView<'_> {
    /// Whether nothing speaks of roles or users of `account` that are made out of view, `arn` left
    /// aside: neither another one that a policy names, nor one that is looked up or named by what is
    /// attached to it.
    #[must_use]
    pub fn makes_all_but(&self, account: AccountId, kind: PrincipalKind, arn: &str) -> bool {
        let unmade = self.unmade.get_or_init(|| self.find_unmade());
        let others = unmade.get(&(account, kind)).into_iter().flatten().filter(|other| *other != arn);
        let own = self.accounts().of_text(&Text::known(account.to_string()));
        // What AWS makes in every account says nothing of what else is made there.
        let is_from_elsewhere =
            |it: &Principal| matches!(it.origin, Origin::LookedUp | Origin::Named) && it.given_trust.is_none();
        let mut principals = self.iam().principals().iter().filter(|it| it.kind == kind);
        others.count() == 0 && !principals.any(|it| is_from_elsewhere(it) && same(&it.account, &own).truth.is_yes())
    }

    fn find_unmade(&self) -> Unmade {
        let mut unmade = Unmade::default();
        let names_principals = |site: &&PolicySite| matches!(site.kind, PolicyKind::Trust | PolicyKind::Resource);
        let statements = self.policies().iter().filter(names_principals).flat_map(|site| &site.document.statements);
        for (arn, text) in statements.flat_map(named) {
            let Some((kind, path)) = kind_and_path(&arn) else { continue };
            let account = self.accounts().of_arn(text).and_then(|account| account.id);
            let Some(account) = account.filter(|_| !is_made_elsewhere(path)) else { continue };
            if self.iam().meant_by(text).is_nothing() {
                unmade.entry((account, kind)).or_default().insert(arn.clone());
            }
        }
        unmade
    }
}

/// The principals of accounts that a statement names, as far as they are known.
fn named(statement: &Statement) -> impl Iterator<Item = (SmolStr, &Text)> {
    let groups = statement.principals.iter().flat_map(|principals| &principals.groups);
    let groups = groups.filter(|group| group.kind.text.as_known().is_some_and(|kind| kind == "AWS"));
    let leaves = groups.flat_map(|group| group.items.iter().chain(&group.possible));
    leaves.filter_map(|leaf| Some((leaf.text.as_known()?, &leaf.text)))
}

/// Whether an ARN is that of a role or a user, with its path and name.
fn kind_and_path(arn: &str) -> Option<(PrincipalKind, &str)> {
    let resource = arn.splitn(FIELDS, ':').nth(FIELDS - 1).filter(|_| arn.contains(":iam:"))?;
    let (kind, path) = resource.split_once('/')?;
    let kind = PrincipalKind::of("iam", kind)?;
    (matches!(kind, PrincipalKind::Role | PrincipalKind::User) && !path.contains(['*', '?'])).then_some((kind, path))
}

/// The fields of an ARN.
const FIELDS: usize = 6;
