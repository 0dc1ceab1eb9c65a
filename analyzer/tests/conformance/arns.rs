//! ARNs and ids against the states that the real provider made.

use crosstrail_analyzer::eval::symbol::Cause;
use crosstrail_analyzer::eval::text::Piece;
use crosstrail_analyzer::eval::value::{Unknown, Value, ValueKind};
use crosstrail_analyzer::syntax::json::JsonValue;

use super::answer::{member, parse, read, show, text};
use super::modules::{Case, items};

/// Attributes that the recorded version of the provider, or the endpoint that stood for AWS, made otherwise.
const OTHERWISE: &[(&str, &str)] = &[("aws_cloudtrail", "id"), ("aws_sqs_queue", "id"), ("aws_sqs_queue_policy", "id")];

/// Whether `recorded` is what the value can become, with the accounts of the providers as given.
fn fits(value: &Value, recorded: &str, accounts: &[(&str, &str)]) -> bool {
    let pieces = match &value.kind {
        ValueKind::String(text) => text.pieces().to_vec(),
        ValueKind::Unknown(Unknown { symbol, .. }) => vec![Piece::Hole(symbol.clone())],
        _ => return false,
    };
    let pattern: String = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Known(known) => regex::escape(&known.text),
            Piece::Hole(symbol) if *symbol.cause() == Cause::Account => {
                let account = accounts.iter().find(|(address, _)| symbol.address() == address);
                account.map_or("no account", |(_, number)| number).to_owned()
            }
            Piece::Hole(_) => ".+".to_owned(),
        })
        .collect();
    regex::Regex::new(&format!("^{pattern}$")).expect("a pattern").is_match(recorded)
}

fn check(name: &'static str, accounts: &[(&str, &str)]) {
    let case = Case::new(name, None);
    let evaluator = case.evaluator();
    let state = parse(&read(&format!("{name}/expected-state.json")));
    let root = member(&state, "values").and_then(|values| member(values, "root_module"));
    let resources: &[JsonValue] = items(root.and_then(|root| member(root, "resources")));
    let instances = evaluator.resources();
    let mut failures = Vec::new();
    let mut compared = 0;
    for resource in resources {
        let address = member(resource, "address").and_then(text).expect("an address");
        let ty = member(resource, "type").and_then(text).expect("a type");
        let Some(instance) = instances.iter().find(|instance| *instance.address == *address) else {
            failures.push(format!("{address} is not there"));
            continue;
        };
        let recorded =
            |attribute| member(resource, "values").and_then(|values| member(values, attribute)).and_then(text);
        let arn = recorded("arn").unwrap_or_default();
        let home = arn.split(':').nth(4).filter(|account| !account.is_empty());
        if let Some(home) = home.filter(|home| !fits(&evaluator.account(instance).value(), home, accounts)) {
            failures.push(format!("{address} lives in {home}"));
        }
        for attribute in ["arn", "id", "name", "account_id", "bucket"] {
            let recorded = recorded(attribute);
            let Some(recorded) = recorded.filter(|_| !OTHERWISE.contains(&(ty.as_str(), attribute))) else { continue };
            let value = evaluator.attribute(instance, attribute);
            compared += 1;
            if !fits(&value, &recorded, accounts) {
                failures.push(format!("{address}.{attribute}: {}, recorded {recorded}", show(&value)));
            }
        }
    }
    println!("{name}: {compared} values, {} failures", failures.len());
    assert!(compared > 30 && failures.is_empty(), "{name}:\n{}", failures.join("\n"));
}

#[test]
fn resources_of_many_types() {
    check("arn-oracle", &[("provider.aws.account_id", "123456789012")]);
}

#[test]
fn resources_of_several_accounts() {
    // What the roles of the other providers say is in the source.
    check("aws-multi-account", &[("provider.aws.account_id", "123456789012")]);
}
