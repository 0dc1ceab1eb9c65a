//! How long decisions take over an organization of many accounts.
//!
//! `cargo bench -p crosstrail-analyzer --bench access`

#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

use std::hint::black_box;
use std::time::Instant;

use crosstrail_analyzer::access::{
    Action, Attached, ByNumber, Caller, CompiledPolicy, Context, Policies, Principal, Request, Target, Verdict, verdict,
};
use crosstrail_analyzer::eval::text::Text;
use crosstrail_analyzer::policy::model::PolicyKind;
use crosstrail_analyzer::policy::read_text;
use crosstrail_analyzer::source::{SourceMap, TextRange};

const ACCOUNTS: usize = 500;
const ROLES: usize = 20;
const GRANTS: usize = 2000;
/// How many principals each grant is asked about.
const ASKED: usize = 50;

fn policy(kind: PolicyKind, statements: &str) -> CompiledPolicy {
    let json = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    let sources = SourceMap::default();
    let file = sources.add("policy.json", json.as_str());
    CompiledPolicy::new(&read_text(&Text::known(json), TextRange::empty(0).at(file)), kind)
}

fn account(number: usize) -> Text {
    Text::known(format!("{number:012}"))
}

fn caller(number: usize) -> Caller {
    let (account_number, role) = (number / ROLES, number % ROLES);
    let arn = Text::known(format!("arn:aws:iam::{account_number:012}:role/app/role-{role}"));
    Caller::new(Principal::Role { arn, account: account(account_number) })
}

fn identity(number: usize) -> CompiledPolicy {
    let statements = format!(
        r#"{{"Effect": "Allow", "Action": ["sts:AssumeRole", "s3:Get*"], "Resource": ["arn:aws:iam::*:role/target-{number}", "arn:aws:s3:::bucket-{number}/*"]}},
        {{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}},
        {{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {{"StringNotEquals": {{"aws:PrincipalAccount": "{:012}"}}}}}}"#,
        number / ROLES
    );
    policy(PolicyKind::Identity, &statements)
}

fn resource(number: usize) -> CompiledPolicy {
    let names: Vec<String> =
        (0..8).map(|it| format!(r#""arn:aws:iam::{:012}:role/app/role-{it}""#, (number * 7 + it) % ACCOUNTS)).collect();
    let statements = format!(
        r#"{{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket-{number}/*", "Principal": {{"AWS": [{}]}}}}"#,
        names.join(",")
    );
    policy(PolicyKind::Resource, &statements)
}

fn main() {
    let started = Instant::now();
    let callers: Vec<Caller> = (0..ACCOUNTS * ROLES).map(caller).collect();
    let identities: Vec<CompiledPolicy> = (0..ACCOUNTS * ROLES).map(identity).collect();
    let resources: Vec<(CompiledPolicy, Target)> = (0..GRANTS)
        .map(|number| {
            let arn = Text::known(format!("arn:aws:s3:::bucket-{number}/key"));
            (resource(number), Target::new(&arn, Some(account(number % ACCOUNTS))))
        })
        .collect();
    println!("compiled {} policies in {:?}", identities.len() + resources.len(), started.elapsed());

    let (action, context) = (Action::new("s3:GetObject"), Context::default());
    let started = Instant::now();
    let mut allowed = 0;
    for (number, (resource, target)) in resources.iter().enumerate() {
        for step in 0..ASKED {
            let who = (number * 13 + step * 199) % callers.len();
            let (Some(caller), Some(identity)) = (callers.get(who), identities.get(who)) else { continue };
            let (identity, resource) = ([identity], [resource]);
            let policies =
                Policies { identity: Attached::all(&identity), resource: Attached::all(&resource), ..Policies::NONE };
            let request = Request { caller, action: &action, target, context: &context };
            allowed += usize::from(black_box(verdict(&request, &policies, &ByNumber)) == Verdict::Allowed);
        }
    }
    let took = started.elapsed();
    let asked = u32::try_from(GRANTS * ASKED).unwrap_or(u32::MAX);
    println!("{asked} decisions in {took:?}, {:?} each, {allowed} allowed", took / asked);
}
