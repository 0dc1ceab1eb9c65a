//! What it finds, why, and its tests: `redundant_principal.md`.

use rustc_hash::FxHashMap;

use super::named::{self, Type};
use crate::aws::arn::{AccountId, Arn};
use crate::finding::{Fix, Severity};
use crate::policy::model::{Leaf, PolicyKind, Principals};
use crate::rules::text::is_stable;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, redundancy};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "redundant-principal",
    group: Group::Principal,
    severity: Severity::Note,
    since: "0.1.0",
    sources: &["AA REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY"],
    check: Check::Policy(check),
};

/// How many principals of one element are compared, each with each other.
const LIMIT: usize = 1_000;

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for principals in named::statements(site).flat_map(|statement| &statement.principals) {
        for ty in Type::ALL {
            check_type(principals, ty, site.kind, report);
        }
    }
}

fn check_type(principals: &Principals, ty: Type, kind: PolicyKind, report: &mut Report<'_>) {
    let groups = principals.groups.iter().filter(|group| group.kind.text.as_known().is_some_and(|it| it == ty.name()));
    let leaves: Vec<(&Leaf, Who)> = groups
        .flat_map(|group| &group.items)
        .take(LIMIT)
        .filter_map(|leaf| Some((leaf, Who::read(leaf, ty)?)))
        .collect();
    let first = First::of(&leaves, sessions_cover(kind, principals), !principals.negated);
    let covering = |index: usize, who: &Who| leaves.get(first.covering(index, who)?).map(|(outer, _)| *outer);
    let covered: Vec<(&Leaf, &Leaf)> = leaves
        .iter()
        .enumerate()
        .filter_map(|(index, (leaf, who))| Some((*leaf, covering(index, who)?)))
        .filter(|(leaf, outer)| leaf.span != outer.span)
        .collect();
    let fix = redundancy::fix(&covered.iter().map(|(leaf, _)| *leaf).collect::<Vec<_>>(), report);
    for (leaf, outer) in covered {
        say(leaf, outer, fix.clone(), report);
    }
}

/// Whether roles cover their sessions. Who is excluded by `NotPrincipal` is excluded by name alone.
fn sessions_cover(kind: PolicyKind, principals: &Principals) -> bool {
    kind == PolicyKind::Trust && !principals.negated
}

/// Where those who cover others stand first.
struct First<'a> {
    named: FxHashMap<&'a Who, usize>,
    everyone: Option<usize>,
    /// Roles by account and name: the ARN of a session leaves the path of the role out.
    roles: FxHashMap<(&'a str, &'a str), usize>,
}

impl<'a> First<'a> {
    /// Among `leaves`; roles and everyone are looked for if they cover others.
    fn of(leaves: &'a [(&Leaf, Who)], roles_too: bool, everyone_too: bool) -> Self {
        let mut first = Self { named: FxHashMap::default(), everyone: None, roles: FxHashMap::default() };
        for (index, (_, who)) in leaves.iter().enumerate() {
            first.named.entry(who).or_insert(index);
            match who {
                Who::Everyone if everyone_too => first.everyone = first.everyone.or(Some(index)),
                Who::Role { account, path } if roles_too => {
                    let name = path.rsplit('/').next().unwrap_or_default();
                    first.roles.entry((account, name)).or_insert(index);
                }
                _ => {}
            }
        }
        first
    }

    /// The first that covers `who`, which stands at `index`.
    fn covering(&self, index: usize, who: &Who) -> Option<usize> {
        let same = self.named.get(who).copied().filter(|other| *other < index);
        let everyone = self.everyone.filter(|_| *who != Who::Everyone);
        let role = match who {
            Who::Session { account, role, .. } => self.roles.get(&(account.as_str(), role.as_str())).copied(),
            Who::Everyone | Who::Account(_) | Who::Role { .. } | Who::Other(_) => None,
        };
        [same, everyone, role].into_iter().flatten().min()
    }
}

fn say(leaf: &Leaf, outer: &Leaf, fix: Option<Fix>, report: &mut Report<'_>) {
    let (shown, wide) = (leaf.text.display(), outer.text.display());
    let message = if shown == wide {
        format!("`{shown}` is named twice")
    } else {
        format!("`{shown}` is covered by `{wide}` in the same statement")
    };
    let finding = report.leaf(leaf, message).label(outer.span, "this one covers it");
    if let Some(fix) = fix {
        finding.fix(fix);
    }
}

/// Whom a principal names.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Who {
    Everyone,
    Account(AccountId),
    Role { account: String, path: String },
    Session { account: String, role: String, name: String },
    Other(String),
}

impl Who {
    /// `None` if its holes may have another value each time.
    fn read(leaf: &Leaf, ty: Type) -> Option<Self> {
        if !leaf.text.holes().all(is_stable) {
            return None;
        }
        let shown = leaf.text.display();
        let Some(text) = leaf.text.as_known().filter(|_| ty == Type::Aws) else { return Some(Self::Other(shown)) };
        if text == "*" {
            return Some(Self::Everyone);
        }
        Some(AccountId::parse(&text).map(Self::Account).or_else(|| Self::of_arn(&text)).unwrap_or(Self::Other(shown)))
    }

    fn of_arn(text: &str) -> Option<Self> {
        let arn = Arn::of_text(text).ok()?;
        let account = arn.account.known()?.into_owned();
        let resource = arn.resource.known()?;
        match (arn.service.known()?.as_ref(), resource.split_once('/')) {
            ("iam", None) if resource == "root" => AccountId::parse(&account).map(Self::Account),
            ("iam", Some(("role", path))) => Some(Self::Role { account, path: path.to_owned() }),
            ("sts", Some(("assumed-role", rest))) => {
                let (role, name) = rest.split_once('/')?;
                Some(Self::Session { account, role: role.to_owned(), name: name.to_owned() })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind::{self, Resource, Trust};
    use crate::rules::testing::{Fixture, statement_of};

    const ROLE: &str = "arn:aws:iam::111122223333:role/ci/deploy";
    const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/deploy/me";

    fn found(kind: PolicyKind, element: &str, list: &str) -> Vec<String> {
        statement_of(&RULE, kind, &format!(r#""{element}": {{"AWS": [{list}]}}"#))
    }

    #[test]
    fn named_twice() {
        assert_eq!(
            found(Resource, "Principal", r#""111122223333", "111122223333""#),
            ["111122223333 | note: `111122223333` is named twice"]
        );
        assert_eq!(
            found(Trust, "Principal", r#""111122223333", "arn:aws:iam::111122223333:root""#),
            [
                "arn:aws:iam::111122223333:root | note: `arn:aws:iam::111122223333:root` is covered by `111122223333` in the same statement"
            ]
        );
        assert_eq!(found(Resource, "NotPrincipal", r#""${x}", "${x}""#).len(), 1);
        let services = r#""Principal": {"Service": ["ec2.amazonaws.com", "ec2.amazonaws.com"]}"#;
        assert_eq!(statement_of(&RULE, Trust, services).len(), 1);
    }

    #[test]
    fn everyone_and_a_role_with_its_session() {
        assert_eq!(found(Resource, "Principal", &format!(r#""{ROLE}", "*""#)).len(), 1);
        assert_eq!(found(Trust, "Principal", &format!(r#""{SESSION}", "{ROLE}""#)).len(), 1);
        assert_eq!(found(Resource, "Principal", &format!(r#""{SESSION}", "{ROLE}""#)), [""; 0]);
        assert_eq!(found(Trust, "NotPrincipal", &format!(r#""{SESSION}", "{ROLE}""#)), [""; 0]);
        assert_eq!(found(Resource, "NotPrincipal", &format!(r#""{ROLE}", "*""#)), [""; 0]);
    }

    #[test]
    fn others_are_silent() {
        for list in [
            &format!(r#""{ROLE}", "111122223333""#),
            r#""${x}", "${y}""#,
            r#""${uuid}", "${uuid}""#,
            r#""*", ${x}"#,
            r#""arn:aws:iam::111122223333:role/a", "arn:aws:iam::111122223333:role/A""#,
            r#""arn:aws:iam::111122223333:role/a", "arn:aws:sts::222233334444:assumed-role/a/me""#,
        ] {
            assert_eq!(found(Trust, "Principal", list), [""; 0], "{list}");
        }
    }

    #[test]
    fn the_fix_takes_it_out() {
        let json = |list: &str| format!(r#"{{"Statement": {{"Principal": {{"AWS": [{list}]}}}}}}"#);
        let fixture = Fixture::of_kind(Resource, &json(r#""111122223333", "222233334444", "111122223333""#));
        assert_eq!(fixture.fixed(&RULE), json(r#""111122223333", "222233334444""#));
    }
}
