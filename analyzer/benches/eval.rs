//! How long a stack takes whose policies are made of loops, templates and modules.
//!
//! `cargo bench -p crosstrail-analyzer --bench eval`

#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use crosstrail_analyzer::eval::evaluator::{Evaluator, Options, Statistics};
use crosstrail_analyzer::module::{Stack, load_workspace};
use crosstrail_analyzer::source::{MemoryFileSystem, SourceMap};

const RUNS: usize = 15;

/// One account's roles, trusted by a hub.
const SPOKE: &str = r#"
variable "account" { type = object({ id = string, roles = optional(list(string), ["read", "deploy"]) }) }
data "aws_caller_identity" "me" {}
data "aws_iam_policy_document" "trust" {
  for_each = toset(var.account.roles)
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${var.account.id}:role/${each.key}", data.aws_caller_identity.me.account_id]
    }
    dynamic "condition" {
      for_each = each.key == "deploy" ? [1] : []
      content {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = [upper(each.key)]
      }
    }
  }
}
resource "aws_iam_role" "r" {
  for_each           = data.aws_iam_policy_document.trust
  name               = "spoke-${each.key}"
  assume_role_policy = each.value.json
}
output "arns" { value = [for r in aws_iam_role.r : r.arn] }
"#;

fn main() {
    for accounts in [50, 100, 200] {
        report(accounts);
    }
}

fn root(accounts: usize) -> String {
    let mut text = String::from("provider \"aws\" { region = \"eu-west-1\" }\nlocals {\n  accounts = {\n");
    for index in 0..accounts {
        let _infallible = writeln!(text, "    a{index} = {{ id = \"{:012}\" }}", index + 1);
    }
    text.push_str(
        "  }\n}\nmodule \"spoke\" {\n  source = \"./spoke\"\n  for_each = local.accounts\n  account = each.value\n}\n",
    );
    text.push_str(
        "resource \"aws_iam_policy\" \"hub\" {\n  policy = jsonencode({ Statement = [for k, m in module.spoke : ",
    );
    text.push_str("{ Sid = k, Effect = \"Allow\", Action = \"sts:AssumeRole\", Resource = m.arns }] })\n}\n");
    text
}

/// Prints the median of some runs.
fn report(accounts: usize) {
    let mut files = MemoryFileSystem::default();
    files.insert("main.tf", root(accounts));
    files.insert("spoke/main.tf", SPOKE);
    let sources = SourceMap::default();
    let workspace = load_workspace(&files, &sources, &[".".to_owned()]);
    let Some(stack) = workspace.stacks.first() else { return };
    let mut statistics = None;
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            statistics = Some(evaluate(stack, &sources, &files));
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    let median = times.get(RUNS / 2).copied().unwrap_or_default();
    println!("{accounts} accounts: {median:.1?}, {statistics:?}");
}

fn evaluate(stack: &Stack, sources: &SourceMap, files: &MemoryFileSystem) -> Statistics {
    let evaluator = Evaluator::new(stack, sources, files, Options::usual());
    for instance in evaluator.resources() {
        for name in ["policy", "assume_role_policy", "arn"] {
            black_box(evaluator.attribute(&instance, name));
        }
    }
    evaluator.statistics()
}
