//! Those whom a statement can name.

use crate::aws::facts;
use crate::iam::PrincipalKind;
use crate::ide::sketch::Syntax;
use crate::ide::{tree, words};

use super::arns::{self, settled};
use super::{Asked, CompletionItemKind, Draft};

/// Principals that are written as texts are no more than this.
const MOST_TEXTS: usize = 500;

/// Identity providers that need no ARN. Source: IAM User Guide, `reference_policies_elements_principal`.
const WEB_IDENTITY: &[&str] =
    &["accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"];

/// Resource types that are principals of a type.
const ROLES_AND_USERS: &[&str] = &["aws_iam_role", "aws_iam_user"];
const PROVIDERS: &[&str] = &["aws_iam_openid_connect_provider", "aws_iam_saml_provider"];

/// The principals of the type `kind`.
pub(super) fn principals(asked: &Asked<'_>, kind: Option<&str>) -> Vec<Draft> {
    match kind {
        Some("AWS") => {
            let mut drafts = references(asked, ROLES_AND_USERS);
            drafts.extend(roles_and_users(asked));
            drafts.extend(accounts(asked));
            drafts.push(everyone());
            drafts
        }
        Some("Service") => services(),
        Some("Federated") => {
            let mut drafts = references(asked, PROVIDERS);
            let usual = WEB_IDENTITY.iter().map(|name| Draft::text(*name, CompletionItemKind::Name, 1));
            drafts.extend(usual);
            drafts
        }
        Some(_) => Vec::new(),
        None => vec![everyone()],
    }
}

fn everyone() -> Draft {
    Draft::text("*", CompletionItemKind::Value, 4).detail("everyone")
}

/// References to what the module declares of `types`.
fn references(asked: &Asked<'_>, types: &[&str]) -> Vec<Draft> {
    if asked.context.syntax == Syntax::Json {
        return Vec::new();
    }
    let module = tree::module_of(asked.analysis, asked.position.file);
    let resources = module.into_iter().flat_map(|module| module.resources.iter());
    let fitting = resources.filter(|it| types.contains(&it.address.ty.as_str()) && arns::lasts(it));
    let references = fitting.flat_map(|it| arns::instances(it));
    references.map(|reference| arns::reference_to(format!("{reference}.arn"), String::new(), 0)).collect()
}

/// The roles and users of other modules by their ARNs; all of them in a file of JSON.
pub(super) fn roles_and_users(asked: &Asked<'_>) -> Vec<Draft> {
    let own_files = tree::module_of(asked.analysis, asked.position.file).map(|module| module.files.as_slice());
    let principals = asked.analysis.iam().principals().iter();
    let callers = principals.filter(|it| matches!(it.kind, PrincipalKind::Role | PrincipalKind::User));
    let elsewhere = callers.filter(|it| !own_files.is_some_and(|files| files.contains(&it.span.file)));
    let texts = elsewhere.filter_map(|it| {
        let text = Draft::text(settled(&it.arn)?, CompletionItemKind::Name, 1);
        Some(text.detail(format!("{} in {}", it.address, words::account(&it.account)).trim_start_matches(" in ")))
    });
    texts.take(MOST_TEXTS).collect()
}

/// The accounts that the configuration names.
fn accounts(asked: &Asked<'_>) -> Vec<Draft> {
    let root = |(id, name): (String, String)| {
        Draft::text(format!("arn:aws:iam::{id}:root"), CompletionItemKind::Name, 2).detail(format!("account {name}"))
    };
    numbers(asked).into_iter().map(root).collect()
}

/// The numbers and names of the accounts that the configuration names.
pub(super) fn numbers(asked: &Asked<'_>) -> Vec<(String, String)> {
    let known = words::accounts(asked.analysis);
    let declared = known.declared().iter().filter_map(|account| Some((account.id?.to_string(), account.name.clone())));
    let trusted = known.trusted().iter().flat_map(|it| it.ids.iter().map(|id| (id.to_string(), it.name.clone())));
    declared.chain(trusted).collect()
}

/// Services by their principals.
pub(super) fn services() -> Vec<Draft> {
    let services = facts::service_principals();
    services
        .map(|name| {
            let called =
                name.rsplit('.').next().and_then(facts::service).map(|service| service.name).unwrap_or_default();
            Draft::text(format!("{name}.amazonaws.com"), CompletionItemKind::Name, 1).detail(called)
        })
        .collect()
}
