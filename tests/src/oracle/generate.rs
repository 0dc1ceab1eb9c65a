//! Requests and the policies about them.

use serde_json::{Map, Value, json};

use super::case::{CallerCase, Case};
use super::conditions;
use super::random::Random;
use super::statements::{Kind, statement};

/// The accounts that callers and resources are of.
pub(super) const ACCOUNTS: [&str; 2] = ["111111111111", "222222222222"];

/// An action with a resource that it works on; `#` stands for the account.
pub(super) struct Deed {
    pub(super) action: &'static str,
    pub(super) resource: &'static str,
    /// The kind of policy that the resource has, if it has one.
    policy: Option<Kind>,
}

const DEEDS: &[Deed] = &[
    deed("s3:GetObject", "arn:aws:s3:::logs/a/k", Some(Kind::Resource)),
    deed("s3:ListBucket", "arn:aws:s3:::logs", Some(Kind::Resource)),
    deed("sns:Publish", "arn:aws:sns:eu-west-1:#:topic", Some(Kind::Resource)),
    deed("sqs:SendMessage", "arn:aws:sqs:eu-west-1:#:queue", Some(Kind::Resource)),
    deed("kms:Decrypt", "arn:aws:kms:eu-west-1:#:key/1234abcd-12ab-34cd-56ef-1234567890ab", Some(Kind::Resource)),
    deed("sts:AssumeRole", "arn:aws:iam::#:role/target", Some(Kind::Trust)),
    deed("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:#:function:f", Some(Kind::Resource)),
    deed(
        "cloudtrail-data:PutAuditEvents",
        "arn:aws:cloudtrail:eu-west-1:#:channel/EXAMPLE8-0558-4f7e-a06a-43969EXAMPLE",
        Some(Kind::Resource),
    ),
    deed("cloudtrail:StopLogging", "arn:aws:cloudtrail:eu-west-1:#:trail/t", Some(Kind::Resource)),
    deed("iam:GetRole", "arn:aws:iam::#:role/target", None),
    deed("ec2:DescribeInstances", "*", None),
];

const fn deed(action: &'static str, resource: &'static str, policy: Option<Kind>) -> Deed {
    Deed { action, resource, policy }
}

/// `count` cases, the same for the same `seed`.
#[must_use]
pub fn generate(seed: u64, count: usize) -> Vec<Case> {
    let mut random = Random::new(seed);
    (0..count).filter_map(|_| case(&mut random)).collect()
}

fn case(random: &mut Random) -> Option<Case> {
    let deed = random.one(DEEDS)?;
    let owner = random.text(&ACCOUNTS);
    let caller = caller(random, deed);
    let resource = deed.resource.replace('#', &owner);
    let mut case = Case {
        action: deed.action.to_owned(),
        context: conditions::context(random, &caller),
        derived: derived(&caller),
        caller,
        resource,
        owner,
        identity: Vec::new(),
        boundary: None,
        session: None,
        resource_policy: None,
        service_control: Vec::new(),
        resource_control: Vec::new(),
    };
    if let Some(kind) = deed.policy
        && (kind == Kind::Trust || random.percent(75))
    {
        case.resource_policy = Some(document(random, &case, kind));
    }
    // What these kinds of callers have is theirs alone.
    let has_account = !case.caller.account.is_empty();
    if has_account {
        add_own(random, &mut case);
    }
    if random.percent(10) {
        case.resource_control.push(document(random, &case, Kind::ResourceControl));
    }
    Some(case)
}

fn add_own(random: &mut Random, case: &mut Case) {
    if random.percent(75) {
        case.identity = random.some(2, |random| document(random, case, Kind::Identity));
    }
    if random.percent(20) {
        case.boundary = Some(document(random, case, Kind::Identity));
    }
    if case.caller.kind != "user" && random.percent(20) {
        case.session = Some(document(random, case, Kind::Session));
    }
    if random.percent(15) {
        case.service_control = random.some(2, |random| document(random, case, Kind::ServiceControl));
    }
}

fn caller(random: &mut Random, deed: &Deed) -> CallerCase {
    let account = random.text(&ACCOUNTS);
    let of =
        |kind: &'static str, name: String, behind: String| CallerCase { kind, name, behind, account: account.clone() };
    let (role, user) = (format!("arn:aws:iam::{account}:role/deploy"), format!("arn:aws:iam::{account}:user/ann"));
    match random.below(12) {
        0..=4 => of("session", format!("arn:aws:sts::{account}:assumed-role/deploy/me"), role),
        5..=8 => of("user", user, String::new()),
        9 => of("federated-user", format!("arn:aws:sts::{account}:federated-user/ann"), user),
        10 if deed.resource != "*" => CallerCase {
            kind: "service",
            name: "cloudtrail.amazonaws.com".to_owned(),
            behind: String::new(),
            account: String::new(),
        },
        11 if deed.action.starts_with("s3:") || deed.action.starts_with("sqs:") => {
            CallerCase { kind: "anonymous", name: String::new(), behind: String::new(), account: String::new() }
        }
        _ => of("role", role, String::new()),
    }
}

/// The condition keys that follow from the caller.
fn derived(caller: &CallerCase) -> Map<String, Value> {
    let mut derived = Map::new();
    let mut set = |key: &str, value: &str| derived.insert(key.to_owned(), json!(value));
    let arn = if caller.kind == "session" { &caller.behind } else { &caller.name };
    match caller.kind {
        "service" => {
            set("aws:PrincipalIsAWSService", "true");
            set("aws:PrincipalServiceName", &caller.name);
        }
        "anonymous" => {
            set("aws:PrincipalAccount", "anonymous");
            set("aws:PrincipalType", "Anonymous");
        }
        kind => {
            set("aws:PrincipalArn", arn);
            set("aws:PrincipalAccount", &caller.account);
            set("aws:PrincipalIsAWSService", "false");
            let ty = match kind {
                "user" => "User",
                "federated-user" => "FederatedUser",
                _ => "AssumedRole",
            };
            set("aws:PrincipalType", ty);
            if kind == "user" {
                set("aws:username", "ann");
            }
        }
    }
    derived
}

/// A policy of one to three statements.
fn document(random: &mut Random, case: &Case, kind: Kind) -> Value {
    let statements = random.some(3, |random| statement(random, case, kind));
    let mut document = json!({"Statement": statements});
    let version = match random.below(20) {
        _ if kind == Kind::ResourceControl => Some("2012-10-17"),
        0 => None,
        1 => Some("2008-10-17"),
        _ => Some("2012-10-17"),
    };
    if let (Some(version), Some(document)) = (version, document.as_object_mut()) {
        document.insert("Version".to_owned(), json!(version));
    }
    document
}
