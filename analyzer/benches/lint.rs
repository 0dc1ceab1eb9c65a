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

/// A root of its own: a role and its policies in three notations, a bucket and a queue with theirs,
/// and as much beside as there usually is.
const STACK: [(&str, &str); 10] = [
    ("backend.tf", "terraform {\n  backend \"s3\" {}\n}\n"),
    ("providers.tf", "provider \"aws\" {\n  region = \"eu-west-1\"\n}\n"),
    ("data.tf", "data \"aws_caller_identity\" \"current\" {}\ndata \"aws_region\" \"current\" {}\n"),
    (
        "locals.tf",
        r#"
locals {
  actions = ["s3:GetObject", "s3:PutObjekt"]
  bucket  = "logs-${data.aws_caller_identity.current.account_id}"
  tags    = { team = "platform", stack = var.stack }
}
"#,
    ),
    (
        "variables.tf",
        r#"
variable "stack" {
  type    = string
  default = "logs"
}
variable "instances" {
  type    = number
  default = 2
}
"#,
    ),
    (
        "bucket.tf",
        r#"
resource "aws_s3_bucket" "logs" {
  bucket = local.bucket
  tags   = local.tags
}
resource "aws_s3_bucket_versioning" "logs" {
  bucket = aws_s3_bucket.logs.id
  versioning_configuration {
    status = "Enabled"
  }
}
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
"#,
    ),
    (
        "iam.tf",
        r#"
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
"#,
    ),
    (
        "queue.tf",
        r#"
resource "aws_sqs_queue" "events" {
  name = "events"
  tags = local.tags
}
resource "aws_sqs_queue_policy" "events" {
  queue_url = aws_sqs_queue.events.id
  policy    = jsonencode({
    Version   = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.events.arn
      Principal = { Service = "sns.amazonaws.com" }
      Condition = { ArnEquals = { "aws:SourceArn" = "arn:aws:sns:eu-west-1:111122223333:events" } }
    }]
  })
}
"#,
    ),
    (
        "compute.tf",
        r#"
resource "aws_instance" "worker" {
  count         = var.instances
  ami           = "ami-12345678"
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.a.id
  tags          = merge(local.tags, { Name = "worker-${count.index}" })
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = cidrsubnet(aws_vpc.main.cidr_block, 8, 1)
}
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
"#,
    ),
    ("outputs.tf", "output \"bucket\" {\n  value = aws_s3_bucket.logs.arn\n}\n"),
];

fn main() {
    for stacks in [100, 200, 400] {
        report(stacks);
    }
}

fn workspace(stacks: usize) -> MemoryFileSystem {
    let mut files = MemoryFileSystem::default();
    for stack in 0..stacks {
        for (name, text) in STACK {
            files.insert(&format!("accounts/{stack}/{name}"), text);
        }
    }
    files
}

fn report(stacks: usize) {
    let mut host = Host::new(Arc::new(workspace(stacks)));
    host.set_roots(Roots { directories: vec![".".to_owned()], ..Roots::default() });
    let mut times: Vec<(Duration, Duration)> = (0..RUNS).map(|_| once(&host)).collect();
    times.sort_unstable();
    if let Some((understand, check)) = times.get(RUNS / 2) {
        let (files, policies) = (stacks * STACK.len(), host.analysis().policies().len());
        println!(
            "{stacks} stacks, {files} files, {policies} policies: understood in {understand:.1?}, checked in {check:.1?} (medians of {RUNS})"
        );
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
