//! What was understood of a configuration, for those who wonder why something was
//! found or was not.

mod document;
mod human;
mod json;
mod value;

use std::sync::Arc;

use smol_str::SmolStr;

use crate::eval::text::Text;
use crate::eval::value::{Value, ValueKind};
use crate::policy::model::{PolicyDocument, PolicyKind};
use crate::source::Span;

pub use human::render as render_human;
pub use json::{VERSION, render as render_json};

/// What was understood of all stacks in view.
#[derive(Debug, Clone, Default)]
pub struct Inspection {
    /// The stacks, sorted by directory and environment.
    pub stacks: Vec<StackInspection>,
    /// The policies that stand in files of their own, in the order of their paths.
    pub policies: Vec<PolicyInspection>,
    /// How much of it there is.
    pub summary: Summary,
}

/// How much was understood of accounts and of what is granted between them.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// The accounts by how they are known, the best known first.
    pub accounts: Vec<AccountCount>,
    /// The grants from one account to another by how far they hold.
    pub grants: Vec<GrantCount>,
}

/// Accounts that are known in one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountCount {
    /// How.
    pub known_as: KnownAs,
    /// How many there are.
    pub accounts: usize,
    /// How many resources live in them.
    pub resources: usize,
}

/// The ways to know an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KnownAs {
    /// By its number.
    Number,
    /// By a name that is the same wherever it is used.
    Name,
    /// By the expression that gives it, in one stack.
    Symbol,
    /// As the account of whoever applies the stack.
    Home,
    /// Not at all.
    Unknown,
}

/// Grants that hold as far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantCount {
    /// `granted`, `open`, `lacks-identity`, `lacks-resource`, `blocked`
    pub state: &'static str,
    /// How many there are.
    pub grants: usize,
}

impl KnownAs {
    /// What programs call it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Name => "name",
            Self::Symbol => "symbol",
            Self::Home => "home",
            Self::Unknown => "unknown",
        }
    }
}

/// What was understood of one stack.
#[derive(Debug, Clone, Default)]
pub struct StackInspection {
    /// The root module's directory.
    pub dir: SmolStr,
    /// The environment, if there are several.
    pub environment: Option<SmolStr>,
    /// The accounts that its providers are configured for: numbers, or names for unknown ones.
    pub accounts: Vec<String>,
    /// The local values of the root module, by name.
    pub locals: Vec<(SmolStr, Value)>,
    /// The outputs of the root module, by name.
    pub outputs: Vec<(SmolStr, Value)>,
    /// The resources of all its modules, sorted by address.
    pub resources: Vec<ResourceInspection>,
    /// The policies of all its modules, sorted by address.
    pub policies: Vec<PolicyInspection>,
    /// The roles, users, groups and permission sets that it declares, looks up or names, with
    /// what any stack attaches to them.
    pub principals: Vec<PrincipalInspection>,
}

/// A principal.
#[derive(Debug, Clone)]
pub struct PrincipalInspection {
    /// The address; empty for one that is only named.
    pub address: String,
    /// `role`, `user`, `group`, `permission-set`
    pub kind: &'static str,
    /// Its ARN, as far as it is known.
    pub arn: String,
    /// The policies that it has, those of its groups left aside.
    pub policies: Vec<HeldPolicy>,
    /// The policy that bounds what it may do.
    pub boundary: Option<HeldPolicy>,
    /// The names of the unknowns that may give it more policies.
    pub open: Vec<String>,
}

/// A policy as a principal has it.
#[derive(Debug, Clone)]
pub struct HeldPolicy {
    /// The resource and attribute that hold it, the ARN of one that is not in view, or the name of
    /// the unknown that decides which it is.
    pub policy: String,
    /// Whether it is attached in every apply.
    pub certain: bool,
}

/// A resource.
#[derive(Debug, Clone)]
pub struct ResourceInspection {
    /// The address, with the modules that lead to it.
    pub address: String,
    /// The type: `aws_iam_role`.
    pub ty: SmolStr,
    /// The account that it lives in, if that is known.
    pub account: Option<String>,
    /// Its ARN, as far as it is known.
    pub arn: Option<Text>,
}

/// A policy and the place that uses it.
#[derive(Debug, Clone)]
pub struct PolicyInspection {
    /// The resource that it is part of, or the path of a file that holds nothing else.
    pub address: String,
    /// The attribute that holds it; empty for a file.
    pub attribute: SmolStr,
    /// What it is attached to.
    pub kind: PolicyKind,
    /// Whether nothing in it is unknown.
    pub known: bool,
    /// Where it is written.
    pub span: Span,
    /// The document.
    pub document: Arc<PolicyDocument>,
}

/// The word for a kind of policy.
fn kind(kind: PolicyKind) -> &'static str {
    match kind {
        PolicyKind::Identity => "identity",
        PolicyKind::Trust => "trust",
        PolicyKind::Resource => "resource",
        PolicyKind::ServiceControl => "service-control",
        PolicyKind::ResourceControl => "resource-control",
        PolicyKind::Session => "session",
        PolicyKind::Endpoint => "endpoint",
        PolicyKind::Unattached => "unattached",
    }
}

/// Whether something of `value` may be shown: unknown as a whole or sensitive, there is nothing.
fn is_shown(value: &Value) -> bool {
    !value.sensitive && !matches!(value.kind, ValueKind::Unknown(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::symbol::{Cause, Symbol};
    use crate::eval::types::Type;
    use crate::policy;
    use crate::source::SourceMap;

    const POLICY: &str = r#"{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}"#;

    fn sample() -> (Inspection, SourceMap) {
        let sources = SourceMap::default();
        let file = sources.add("org/policy.json", POLICY);
        let document = policy::read_file(&sources, file);
        let account = Symbol::new("org", "var.account", Cause::Variable, None);
        let arn = Text::known("arn:aws:iam::").concat(Text::hole(account.clone())).concat(Text::known(":role/a"));
        let mut secret = Value::string("hunter2");
        secret.sensitive = true;
        let alone = PolicyInspection {
            address: "org/policy.json".to_owned(),
            attribute: SmolStr::default(),
            kind: PolicyKind::Unattached,
            known: true,
            span: document.span,
            document: Arc::new(document.clone()),
        };
        let stack = StackInspection {
            dir: "org".into(),
            environment: Some("prod".into()),
            accounts: vec!["111122223333".to_owned()],
            locals: vec![
                ("account".into(), Value::unknown(account, Type::String)),
                ("name".into(), Value::string("a")),
                ("role".into(), Value::new(ValueKind::String(arn.clone()))),
            ],
            outputs: vec![("secret".into(), secret)],
            resources: vec![ResourceInspection {
                address: "module.m.aws_iam_role.a".to_owned(),
                ty: "aws_iam_role".into(),
                account: None,
                arn: Some(arn),
            }],
            policies: vec![PolicyInspection {
                address: "module.m.aws_iam_role_policy.a".to_owned(),
                attribute: "policy".into(),
                kind: PolicyKind::Identity,
                known: true,
                span: document.span,
                document: Arc::new(document),
            }],
            principals: vec![PrincipalInspection {
                address: "module.m.aws_iam_role.a".to_owned(),
                kind: "role",
                arn: "arn:aws:iam::{var.account}:role/a".to_owned(),
                policies: vec![
                    HeldPolicy { policy: "module.m.aws_iam_role_policy.a.policy".to_owned(), certain: true },
                    HeldPolicy { policy: "arn:aws:iam::aws:policy/PowerUserAccess".to_owned(), certain: false },
                ],
                boundary: Some(HeldPolicy { policy: "var.boundary".to_owned(), certain: true }),
                open: vec!["var.role".to_owned()],
            }],
        };
        let summary = Summary {
            accounts: vec![AccountCount { known_as: KnownAs::Number, accounts: 1, resources: 3 }],
            grants: vec![GrantCount { state: "granted", grants: 2 }, GrantCount { state: "open", grants: 1 }],
        };
        (Inspection { stacks: vec![stack], policies: vec![alone], summary }, sources)
    }

    #[test]
    fn for_programs() {
        let (inspection, sources) = sample();
        let output: serde_json::Value = serde_json::from_str(&render_json(&inspection, &sources)).unwrap();
        let end = POLICY.len();
        let range = serde_json::json!({
            "start": {"line": 1, "column": 1, "offset": 0},
            "end": {"line": 1, "column": end + 1, "offset": end}
        });
        let document = serde_json::json!({"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]});
        let expected = serde_json::json!({
            "version": 1,
            "summary": {
                "accounts": [{"known_as": "number", "accounts": 1, "resources": 3}],
                "grants": [{"state": "granted", "grants": 2}, {"state": "open", "grants": 1}]
            },
            "policies": [{
                "address": "org/policy.json",
                "attribute": "",
                "kind": "unattached",
                "known": true,
                "file": "org/policy.json",
                "range": range,
                "document": document
            }],
            "stacks": [{
                "dir": "org",
                "environment": "prod",
                "accounts": ["111122223333"],
                "locals": {
                    "account": {"known": false},
                    "name": {"known": true, "value": "a"},
                    "role": {"known": false, "value": "arn:aws:iam::{var.account}:role/a"}
                },
                "outputs": {"secret": {"known": true}},
                "resources": [{
                    "address": "module.m.aws_iam_role.a",
                    "type": "aws_iam_role",
                    "account": null,
                    "arn": "arn:aws:iam::{var.account}:role/a"
                }],
                "policies": [{
                    "address": "module.m.aws_iam_role_policy.a",
                    "attribute": "policy",
                    "kind": "identity",
                    "known": true,
                    "file": "org/policy.json",
                    "range": range,
                    "document": document
                }],
                "principals": [{
                    "address": "module.m.aws_iam_role.a",
                    "kind": "role",
                    "arn": "arn:aws:iam::{var.account}:role/a",
                    "policies": [
                        {"policy": "module.m.aws_iam_role_policy.a.policy", "certain": true},
                        {"policy": "arn:aws:iam::aws:policy/PowerUserAccess", "certain": false}
                    ],
                    "boundary": {"policy": "var.boundary", "certain": true},
                    "open": ["var.role"]
                }]
            }]
        });
        assert_eq!(output, expected);
    }

    #[test]
    fn for_people() {
        let (inspection, sources) = sample();
        let mut text = String::new();
        render_human(&inspection, &sources, &mut text).unwrap();
        let expected = r#"stack org (prod)
  accounts: 111122223333
  locals:
    account is unknown: var.account
    name = "a"
    role = "arn:aws:iam::{var.account}:role/a"
  outputs:
    secret is sensitive
  resources:
    module.m.aws_iam_role.a: arn:aws:iam::{var.account}:role/a
  policies:
    module.m.aws_iam_role_policy.a.policy (identity, at org/policy.json:1:1)
      {
        "Statement": [
          {
            "Effect": "Allow",
            "Action": "s3:*",
            "Resource": "*"
          }
        ]
      }
  principals:
    module.m.aws_iam_role.a (role): arn:aws:iam::{var.account}:role/a
      has module.m.aws_iam_role_policy.a.policy
      may have arn:aws:iam::aws:policy/PowerUserAccess
      may have more: var.role
      bounded by var.boundary
policies:
  org/policy.json (unattached, at org/policy.json:1:1)
    {
      "Statement": [
        {
          "Effect": "Allow",
          "Action": "s3:*",
          "Resource": "*"
        }
      ]
    }
summary:
  1 account is known by its number, with 3 resources
  from one account to another 2 grants are complete, 1 is not known from source
"#;
        assert_eq!(text, expected);
    }
}
