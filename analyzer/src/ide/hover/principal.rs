//! Those whom a statement names.

use crate::analysis::Analysis;
use crate::aws::arn::AccountId;
use crate::aws::facts;
use crate::aws::known_accounts::{self, Owner};
use crate::eval::text::Text;
use crate::policy::model::{PrincipalGroup, Statement};

use super::super::place::Part;
use super::super::{Position, elements, words};
use super::{arn, declared, who};

/// How many statements that name someone are shown.
const MOST_STATEMENTS: usize = 6;

/// What is known of the principal `part`, which is in `group`.
pub(super) fn markdown(
    analysis: &Analysis,
    part: &Part<'_>,
    group: &PrincipalGroup,
    position: Position,
) -> Option<String> {
    let text = &part.leaf.text;
    let kind = group.kind.text.as_known()?;
    let mut lines = match kind.as_str() {
        "AWS" | "*" => of_aws(analysis, text, position)?,
        "Service" => vec![service(&text.as_known()?)],
        "Federated" => federated(analysis, text, position),
        "CanonicalUser" => vec![format!("**{}**: an S3 user by its canonical id", words::code(text))],
        _ => return None,
    };
    lines.extend(here(part));
    Some(lines.join("\n\n"))
}

fn of_aws(analysis: &Analysis, text: &Text, position: Position) -> Option<Vec<String>> {
    let known = text.as_known();
    if known.as_deref() == Some("*") {
        return Some(vec!["**`*`**: everyone, of any account and without credentials too".to_owned()]);
    }
    if let Some(shown) = known.as_deref().and_then(|known| account(analysis, known)) {
        return Some(vec![shown]);
    }
    let mut lines = vec![arn::markdown(analysis, text, position)?];
    if known.as_deref().is_some_and(|known| known.ends_with(":root")) {
        lines.push("The account: whoever its own policies allow it.".to_owned());
    }
    let meant = analysis.iam().meant_by(text);
    if let Some(principal) = meant.certain.iter().find(|it| !it.address.is_empty()) {
        lines.push(declared::of_principal(analysis, principal));
    }
    Some(lines)
}

/// The account of that number, as the configuration or the public knows it.
pub(super) fn account(analysis: &Analysis, number: &str) -> Option<String> {
    let id = AccountId::parse(number)?;
    let accounts = words::accounts(analysis);
    let account = accounts.of_text(&Text::known(number));
    let trusted = accounts.trusted().iter().find(|it| it.ids.contains(&id)).map(|it| it.name.clone());
    let public = known_accounts::owner(id).map(|owner| match owner {
        Owner::Aws => "of AWS".to_owned(),
        Owner::Vendor(name) => name.to_owned(),
    });
    let name = account.name.as_ref().map(|name| name.to_string()).or(trusted).or(public);
    Some(match name {
        Some(name) => format!("**`{number}`**: account {name}"),
        None => format!("**`{number}`**: an account that `crosstrail.toml` does not name"),
    })
}

/// What principals of the type `kind` are.
pub(super) fn of_type(kind: &str) -> Option<String> {
    let (_, means) = elements::PRINCIPAL_TYPES.iter().find(|(name, _)| *name == kind)?;
    Some(format!("**`{kind}`**: {means}"))
}

/// The service of that name.
pub(super) fn service(name: &str) -> String {
    let Some(parts) = facts::service_principal(name) else {
        return format!("**`{name}`**: no service principal");
    };
    let listed = if parts.listed { "a service of AWS" } else { "no service principal that is known" };
    let service = parts.service.rsplit('.').next().and_then(facts::service);
    let called = service.map(|service| format!(" ({})", service.name)).unwrap_or_default();
    let region = parts.region.map(|region| format!(", as it calls from `{region}`")).unwrap_or_default();
    format!("**`{name}`**: {listed}{called}{region}")
}

fn federated(analysis: &Analysis, text: &Text, position: Position) -> Vec<String> {
    let provider = arn::markdown(analysis, text, position);
    let mut lines = vec![provider.unwrap_or_else(|| format!("**{}**: an identity provider", words::code(text)))];
    let claim = text.as_known().and_then(|known| {
        let host = known.rsplit_once("oidc-provider/").map_or(known.as_str(), |(_, host)| host).to_owned();
        facts::tenant_claim(&host)
    });
    lines.extend(claim.map(|claim| {
        format!("Many customers share this provider: a condition on its claim `{claim}` tells them apart.")
    }));
    lines
}

/// The statements of the document that name it.
fn here(part: &Part<'_>) -> Option<String> {
    let wanted = part.leaf.text.display();
    let names = |statement: &&Statement| {
        let groups = statement.principals.iter().flat_map(|principals| &principals.groups);
        groups.flat_map(|group| &group.items).any(|leaf| leaf.text.display() == wanted)
    };
    let lines: Vec<String> = part.site.document.statements.iter().filter(names).map(who::short).collect();
    (!lines.is_empty()).then(|| format!("Here:\n{}", words::list(&lines, MOST_STATEMENTS)))
}
