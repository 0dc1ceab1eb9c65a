//! Statements that are near enough to a request to apply to it often.

use serde_json::{Map, Value, json};

use super::case::Case;
use super::conditions::conditions;
use super::generate::ACCOUNTS;
use super::random::Random;

/// Kinds of policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Identity,
    Session,
    Resource,
    Trust,
    ServiceControl,
    ResourceControl,
}

impl Kind {
    const fn has_principals(self) -> bool {
        matches!(self, Self::Resource | Self::Trust | Self::ResourceControl)
    }
}

/// A statement about a request like that of `case`.
pub(super) fn statement(random: &mut Random, case: &Case, kind: Kind) -> Value {
    let mut statement = Map::new();
    let denies = kind == Kind::ResourceControl || random.percent(20);
    let mut set = |key: &str, value: Value| statement.insert(key.to_owned(), value);
    set("Effect", json!(if denies { "Deny" } else { "Allow" }));
    let is_control = matches!(kind, Kind::ServiceControl | Kind::ResourceControl);
    let not_action = kind != Kind::ResourceControl && random.percent(12);
    set(negatable("Action", not_action), one_or_more(random.some(2, |random| action(random, case, is_control))));
    if kind != Kind::Trust {
        let negated = random.percent(12);
        set(negatable("Resource", negated), one_or_more(random.some(2, |random| resource(random, case, kind))));
    }
    if kind == Kind::ResourceControl {
        set("Principal", json!("*"));
    } else if kind.has_principals() {
        let negated = denies && random.percent(25);
        set(negatable("Principal", negated), principals(random, case, kind, negated));
    }
    if random.percent(35) {
        set("Condition", conditions(random, case));
    }
    Value::Object(statement)
}

fn negatable(name: &'static str, negated: bool) -> &'static str {
    match (name, negated) {
        ("Action", true) => "NotAction",
        ("Resource", true) => "NotResource",
        ("Principal", true) => "NotPrincipal",
        (name, _) => name,
    }
}

fn one_or_more(mut items: Vec<Value>) -> Value {
    match items.pop() {
        Some(one) if items.is_empty() => one,
        Some(last) => {
            items.push(last);
            Value::Array(items)
        }
        None => Value::Array(items),
    }
}

fn action(random: &mut Random, case: &Case, is_control: bool) -> Value {
    let (service, name) = case.action.split_once(':').unwrap_or_default();
    let half: String = name.chars().take(name.len() / 2).collect();
    let rest: String = name.chars().skip(1).collect();
    json!(match random.below(12) {
        0..=2 => case.action.clone(),
        3 => format!("{service}:*"),
        4 => case.action.to_uppercase(),
        5 if !is_control => "*".to_owned(),
        6 => format!("{service}:{half}*"),
        7 if !is_control => format!("{service}:?{rest}"),
        8 if !is_control => format!("{service}:*{rest}"),
        9 => format!("{service}:{name}X*"),
        10 => "ec2:*".to_owned(),
        _ => random.text(&["ec2:RunInstances", "s3:Put*", "sqs:*", "kms:*", "sts:*"]),
    })
}

fn resource(random: &mut Random, case: &Case, kind: Kind) -> Value {
    let arn = &case.resource;
    if arn == "*" || random.percent(15) {
        return json!(random.text(&["*", "*", "arn:aws:s3:::logs/*"]));
    }
    let mut fields: Vec<String> = arn.splitn(6, ':').map(str::to_owned).collect();
    let last = fields.last().cloned().unwrap_or_default();
    let half: String = last.chars().take(last.len() / 2).collect();
    let mut put = |field: usize, text: &str| {
        if let Some(place) = fields.get_mut(field) {
            text.clone_into(place);
        }
    };
    match random.below(18) {
        0..=3 => {}
        4 => put(5, "*"),
        5 => put(5, &format!("{half}*")),
        6 => put(5, &format!("{half}?*")),
        7 => put(4, "*"),
        8 => put(3, "*"),
        9 => put(3, "eu-*"),
        10 => put(4, ACCOUNTS.first().copied().unwrap_or_default()),
        11 => put(5, &last.to_uppercase()),
        12 => put(5, &format!("{last}/more")),
        13 => put(1, "*"),
        14 if random.percent(20) => return json!(format!("arn:aws:*:{last}")),
        15 if kind == Kind::Identity && random.percent(50) => return json!(format!("arn:aws:{}", field(arn, 2))),
        16 => put(5, &variable(random, &last)),
        _ => put(5, &format!("*{}", last.chars().skip(1).collect::<String>())),
    }
    json!(fields.join(":"))
}

fn field(arn: &str, number: usize) -> &str {
    arn.split(':').nth(number).unwrap_or_default()
}

/// The last field with a policy variable in it, behind the name of a type.
fn variable(random: &mut Random, last: &str) -> String {
    let variable = random.text(&[
        "${aws:username}",
        "${aws:PrincipalTag/team}",
        "${aws:PrincipalTag/team, 'a'}",
        "${aws:PrincipalAccount}",
        "${*}",
    ]);
    let (ty, name) = last.split_at(last.find(['/', ':']).map_or(0, |at| at + 1));
    let name = match random.below(3) {
        0 => variable,
        1 => name.replace('a', &variable),
        _ => format!("*{variable}*"),
    };
    format!("{ty}{name}")
}

fn principals(random: &mut Random, case: &Case, kind: Kind, negated: bool) -> Value {
    if !negated && random.percent(12) {
        return json!("*");
    }
    let mut map = Map::new();
    if case.caller.kind == "service" || random.percent(8) {
        let service = random.text(&["cloudtrail.amazonaws.com", "cloudtrail.amazonaws.com", "config.amazonaws.com"]);
        map.insert("Service".to_owned(), json!(service));
    }
    if map.is_empty() || random.percent(60) {
        let everyone = !negated && kind != Kind::Trust && random.percent(8);
        let names = random.some(3, |random| principal(random, case));
        map.insert("AWS".to_owned(), if everyone { json!("*") } else { one_or_more(names) });
    }
    Value::Object(map)
}

fn principal(random: &mut Random, case: &Case) -> Value {
    let account = match case.caller.account.as_str() {
        "" => random.text(&ACCOUNTS),
        _ if random.percent(15) => random.text(&ACCOUNTS),
        own => own.to_owned(),
    };
    json!(match random.below(9) {
        0 => account,
        1 | 2 => format!("arn:aws:iam::{account}:root"),
        3 | 4 => format!("arn:aws:iam::{account}:role/deploy"),
        5 => format!("arn:aws:sts::{account}:assumed-role/deploy/{}", random.text(&["me", "you"])),
        6 | 7 => format!("arn:aws:iam::{account}:user/{}", random.text(&["ann", "bob"])),
        _ => format!("arn:aws:sts::{account}:federated-user/{}", random.text(&["ann", "bob"])),
    })
}
