//! How long grants take to be paired over an organization of many accounts.
//!
//! `cargo bench -p crosstrail-analyzer --bench access`

#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crosstrail_analyzer::access::grants::{self, Grant, State};
use crosstrail_analyzer::analysis::{Analysis, Host, Roots};
use crosstrail_analyzer::source::MemoryFileSystem;

const ROLES: usize = 20;
/// Of each account, on roles and on buckets of other accounts.
const GRANTS: usize = 4;
const RUNS: usize = 7;

fn main() {
    for accounts in [125, 250, 500] {
        report(accounts);
    }
}

/// What one look at all grants takes and finds.
struct Look {
    pairing: Duration,
    keys: Duration,
    graph: Duration,
    paired: usize,
    missing: usize,
}

fn report(accounts: usize) {
    let mut files = MemoryFileSystem::default();
    for account in 0..accounts {
        files.insert(&format!("accounts/{account}/main.tf"), stack(account, accounts));
    }
    let mut host = Host::new(Arc::new(files));
    host.set_roots(Roots { directories: vec![".".to_owned()], ..Roots::default() });
    let analysis = host.analysis();
    let mut looks: Vec<Look> = (0..RUNS).map(|_| look(&analysis)).collect();
    looks.sort_by_key(|look| look.pairing);
    if let Some(Look { pairing, keys, graph, paired, missing }) = looks.get(RUNS / 2) {
        println!(
            "{accounts} accounts x {ROLES} roles, {paired} actions paired, {missing} with a half missing: \
             {pairing:.1?}, their keys {keys:.1?}, the graph {graph:.1?} (medians of {RUNS})"
        );
    }
}

/// All that the rules across accounts ask of a view that nobody has asked before.
fn look(analysis: &Analysis) -> Look {
    let view = &analysis.access();
    let start = Instant::now();
    let all = [grants::trusted(view), grants::let_in(view), grants::assuming(view), grants::reaching(view)];
    let pairing = start.elapsed();
    black_box(grants::lacking_keys(view, all.into_iter().flatten()));
    let keys = start.elapsed() - pairing;
    black_box(view.trust_graph());
    let graph = start.elapsed() - pairing - keys;
    let count = |wanted: fn(&State) -> bool| {
        let actions = |grant: &Grant<'_>| grant.actions.iter().filter(|(_, state)| wanted(state)).count();
        all.into_iter().flatten().map(actions).sum()
    };
    Look {
        pairing,
        keys,
        graph,
        paired: count(|state| *state == State::Both),
        missing: count(|state| matches!(state, State::IdentityMissing | State::ResourceMissing)),
    }
}

/// An account whose roles have the names that those of all other accounts have. Every third grant lacks a half.
fn stack(account: usize, accounts: usize) -> String {
    let mut text = format!(
        "provider \"aws\" {{\n  region = \"eu-west-1\"\n  allowed_account_ids = [\"{}\"]\n}}\n",
        number(account)
    );
    for role in 0..ROLES {
        // Writing to a string cannot fail.
        let _infallible = write!(
            text,
            r#"
resource "aws_iam_role" "r{role}" {{
  name               = "role-{role}"
  assume_role_policy = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Action = "sts:AssumeRole", Principal = {} }}] }})
}}
resource "aws_iam_role_policy" "r{role}" {{
  role   = aws_iam_role.r{role}.name
  policy = jsonencode({{ Version = "2012-10-17", Statement = [
    {{ Effect = "Allow", Action = "logs:*", Resource = "*" }},{}
  ] }})
}}
"#,
            trusted(account, role, accounts),
            claims(account, role, accounts)
        );
    }
    for grant in (0..GRANTS).step_by(2) {
        let _infallible = write!(
            text,
            r#"
resource "aws_kms_key" "k{grant}" {{
  description = "k"
}}
resource "aws_s3_bucket" "b{grant}" {{
  bucket = "bucket-{account}-{grant}"
}}
resource "aws_s3_bucket_server_side_encryption_configuration" "b{grant}" {{
  bucket = aws_s3_bucket.b{grant}.id
  rule {{
    apply_server_side_encryption_by_default {{
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.k{grant}.arn
    }}
  }}
}}
resource "aws_s3_bucket_policy" "b{grant}" {{
  bucket = aws_s3_bucket.b{grant}.id
  policy = jsonencode({{ Version = "2012-10-17", Statement = [
    {{ Effect = "Allow", Action = ["s3:GetObject", "s3:PutObject"], Resource = "${{aws_s3_bucket.b{grant}.arn}}/*", Principal = {{ AWS = "arn:aws:iam::{}:role/role-{grant}" }} }},
  ] }})
}}
"#,
            number(caller(account, grant, accounts)),
        );
    }
    text
}

fn number(account: usize) -> String {
    format!("{:012}", account + 1)
}

/// The account that is granted something by `account`, and the one that grants it to that.
fn caller(account: usize, grant: usize, accounts: usize) -> usize {
    (account + 1 + grant * 7) % accounts
}

fn owner(account: usize, grant: usize, accounts: usize) -> usize {
    (account + accounts - (1 + grant * 7) % accounts) % accounts
}

/// Whom the first roles trust: one role of another account each.
fn trusted(account: usize, role: usize, accounts: usize) -> String {
    if role < GRANTS && role % 2 == 1 {
        format!("{{ AWS = \"arn:aws:iam::{}:role/role-{role}\" }}", number(caller(account, role, accounts)))
    } else {
        "{ Service = \"ec2.amazonaws.com\" }".to_owned()
    }
}

fn claims(account: usize, role: usize, accounts: usize) -> String {
    if role >= GRANTS || (account + role).is_multiple_of(3) {
        return String::new();
    }
    let owner = owner(account, role, accounts);
    if role % 2 == 1 {
        let arn = format!("arn:aws:iam::{}:role/role-{role}", number(owner));
        format!("\n    {{ Effect = \"Allow\", Action = \"sts:AssumeRole\", Resource = \"{arn}\" }},")
    } else {
        let arn = format!("arn:aws:s3:::bucket-{owner}-{role}/*");
        format!("\n    {{ Effect = \"Allow\", Action = [\"s3:GetObject\", \"s3:PutObject\"], Resource = \"{arn}\" }},")
    }
}
