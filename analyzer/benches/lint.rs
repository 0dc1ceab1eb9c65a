//! How long the whole way takes, from files to findings.
//!
//! `cargo bench -p crosstrail-analyzer --bench lint`

#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crosstrail_analyzer::analysis::{Host, Options, Roots};
use crosstrail_analyzer::source::MemoryFileSystem;

const RUNS: usize = 11;

/// A root of its own: a role, its policies in three notations, a bucket with its policy.
const STACK: &str = r#"
terraform {
  backend "s3" {}
}
provider "aws" { region = "eu-west-1" }
data "aws_caller_identity" "current" {}
locals {
  actions = ["s3:GetObject", "s3:PutObjekt"]
  bucket  = "logs-${data.aws_caller_identity.current.account_id}"
}
resource "aws_s3_bucket" "logs" { bucket = local.bucket }
resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = data.aws_iam_policy_document.logs.json
}
data "aws_iam_policy_document" "logs" {
  dynamic "statement" {
    for_each = toset(["111122223333", "444455556666"])
    content {
      actions   = local.actions
      resources = ["${aws_s3_bucket.logs.arn}/AWSLogs/${statement.value}/*"]
      principals {
        type        = "AWS"
        identifiers = ["arn:aws:iam::${statement.value}:root"]
      }
    }
  }
}
resource "aws_iam_role" "reader" {
  name               = "reader"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::111122223333:root" } }]
  })
}
resource "aws_iam_role_policy" "reader" {
  role   = aws_iam_role.reader.id
  policy = <<-EOT
    {"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": "${aws_s3_bucket.logs.arn}"},
      {"Effect": "Allow", "Action": "cloudtrail:LookupEvents", "Resource": "*"}
    ]}
  EOT
}
"#;

fn main() {
    for stacks in [100, 200, 400] {
        report(stacks);
    }
}

fn workspace(stacks: usize) -> MemoryFileSystem {
    let mut files = MemoryFileSystem::default();
    for stack in 0..stacks {
        files.insert(&format!("accounts/{stack}/main.tf"), STACK);
    }
    files
}

fn report(stacks: usize) {
    let mut host = Host::new(Arc::new(workspace(stacks)));
    host.set_roots(Roots { directories: vec![".".to_owned()], ..Roots::default() });
    let mut times: Vec<(Duration, Duration)> = (0..RUNS).map(|_| once(&host)).collect();
    times.sort_unstable();
    if let Some((understand, check)) = times.get(RUNS / 2) {
        println!("{stacks} stacks: understood in {understand:.1?}, checked in {check:.1?} (medians of {RUNS})");
    }
}

/// How long understanding and checking took.
fn once(host: &Host) -> (Duration, Duration) {
    let start = Instant::now();
    let analysis = black_box(host.analysis());
    let understood = start.elapsed();
    black_box(analysis.findings(&Options::default()));
    (understood, start.elapsed() - understood)
}
