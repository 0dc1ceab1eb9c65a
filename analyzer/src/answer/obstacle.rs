//! What is in the way of a certain answer, in words.

use crate::access::{Half, Obstacle};
use crate::aws::facts;
use crate::source::Span;

use super::Hindrance;
use super::principal::Who;
use super::reason::Document;
use super::target::What;

/// What is in the way, each once.
pub(super) fn hindrances(
    found: &[Obstacle],
    who: &Who<'_>,
    what: &What<'_>,
    documents: &[Document<'_>],
) -> Vec<Hindrance> {
    let mut hindrances: Vec<Hindrance> = Vec::new();
    for obstacle in found.iter().filter(|it| !is_said_by_another(it, found, who)) {
        let hindrance = hindrance(obstacle, who, what, documents);
        if !hindrances.contains(&hindrance) {
            hindrances.push(hindrance);
        }
    }
    if hindrances.is_empty() {
        hindrances.push(part(what));
    }
    hindrances
}

/// Whether an obstacle is the unknown that stands for policies out of view, which is said anyway.
fn is_said_by_another(obstacle: &Obstacle, found: &[Obstacle], who: &Who<'_>) -> bool {
    let Obstacle::Symbol(symbol) = obstacle else { return false };
    let is_policies = who.principal.is_some_and(|it| symbol.address().strip_suffix(".policies") == Some(&it.address));
    is_policies && found.contains(&Obstacle::NotInView(Half::Identity))
}

fn hindrance(obstacle: &Obstacle, who: &Who<'_>, what: &What<'_>, documents: &[Document<'_>]) -> Hindrance {
    match obstacle {
        Obstacle::Symbol(symbol) => Hindrance {
            name: Some(symbol.address().to_string()),
            message: format!("`{}` is not known from source", symbol.address()),
            span: symbol.span(),
            ..Hindrance::plain("symbol")
        },
        Obstacle::Key(key) => {
            let key = facts::condition_key(key).map_or(key.as_str(), |it| if it.is_template() { key } else { it.name });
            Hindrance {
                name: Some(key.to_owned()),
                message: format!("it depends on the condition key `{key}` of the request"),
                span: place_of_key(key, documents),
                ..Hindrance::plain("key")
            }
        }
        Obstacle::NotInView(half) => {
            Hindrance { half: Some(*half), message: not_in_view(*half, who, what), ..Hindrance::plain("not-in-view") }
        }
        Obstacle::Part => part(what),
        Obstacle::SameAccount => Hindrance {
            message: format!("it is not known whether `{}` and `{}` are in one account", who.name, what.name),
            ..Hindrance::plain("account")
        },
        Obstacle::PublicAccess => Hindrance {
            message: "it is not known whether S3 Block Public Access is on".to_owned(),
            ..Hindrance::plain("public-access")
        },
        Obstacle::AllowList => Hindrance {
            half: Some(Half::ServiceControl),
            message: "a service control policy allows a list without it, and whether `FullAWSAccess` is still attached beside it is not known from source".to_owned(),
            ..Hindrance::plain("allow-list")
        },
    }
}

fn part(what: &What<'_>) -> Hindrance {
    let message = format!("not everything that `{}` stands for is treated alike", what.name);
    Hindrance { message, ..Hindrance::plain("resource") }
}

fn not_in_view(half: Half, who: &Who<'_>, what: &What<'_>) -> String {
    match half {
        Half::Identity if who.principal.is_some() => format!("not all policies of `{}` are in view", who.name),
        Half::Identity => format!("the policies of `{}` are not in view", who.name),
        Half::Boundary => format!("the permissions boundary of `{}` is not in view", who.name),
        Half::Session => "the session policies are not in view".to_owned(),
        Half::Resource => format!("the policy on `{}` is not in view", what.name),
        Half::ServiceControl => "the service control policies are not in view".to_owned(),
        Half::ResourceControl => "the resource control policies are not in view".to_owned(),
    }
}

/// Where a condition on `key` stands.
fn place_of_key(key: &str, documents: &[Document<'_>]) -> Option<Span> {
    let statements = documents.iter().flat_map(Document::statements);
    let mut conditions = statements.flat_map(|statement| &statement.conditions);
    let is_it = |text: &str| text.eq_ignore_ascii_case(key);
    conditions.find(|it| it.key.text.as_known().is_some_and(|text| is_it(&text))).map(|it| it.key.span)
}

impl Hindrance {
    fn plain(kind: &'static str) -> Self {
        Self { kind, name: None, half: None, message: String::new(), span: None }
    }
}
