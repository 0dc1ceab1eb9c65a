//! A workspace of 4,000 files that is like real ones in what matters: stacks of several files,
//! roles that trust one another, policies in several notations, and much else.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Outcome;

const STACKS: usize = 500;
const FILES: usize = 8;
const LINES: usize = 2_000;

/// What was written.
pub(super) struct Estate {
    pub(super) files: usize,
    /// A file of some 2,000 lines, and its text.
    pub(super) long_file: PathBuf,
    pub(super) text: String,
    /// Line and character at the end of the name of an action that does not exist.
    pub(super) place: (usize, usize),
}

pub(super) fn write(directory: &Path) -> Outcome<Estate> {
    for stack in 0..STACKS {
        let directory = directory.join(format!("team{}/stack{stack}", stack % 20));
        fs::create_dir_all(&directory)?;
        for file in 0..FILES {
            fs::write(directory.join(format!("part{file}.tf")), part(stack, file))?;
        }
    }
    let (text, place) = long();
    let long_file = directory.join("team0/stack0/long.tf");
    fs::write(&long_file, &text)?;
    Ok(Estate { files: STACKS * FILES + 1, long_file, text, place })
}

fn part(stack: usize, file: usize) -> String {
    let mut text = String::new();
    for block in 0..12 {
        text.push_str(&format!(
            "resource \"aws_s3_bucket\" \"b{file}_{block}\" {{\n  bucket = \"s{stack}-{file}-{block}\"\n\n  tags = {{\n    \
             team  = \"team{}\"\n    stage = var.stage_{file}\n  }}\n}}\n\n",
            stack % 20
        ));
    }
    text.push_str(&format!("variable \"stage_{file}\" {{\n  type    = string\n  default = \"prod\"\n}}\n\n"));
    match file {
        0 => text.push_str(&role(stack)),
        1 | 2 => text.push_str(&policy(&format!("p{file}"), &format!("b{file}_0"), "s3:GetObject")),
        _ => {}
    }
    text
}

/// A role that trusts the one of the stack before.
fn role(stack: usize) -> String {
    let before = stack.saturating_sub(1);
    format!(
        "resource \"aws_iam_role\" \"main\" {{\n  name = \"stack-{stack}\"\n  assume_role_policy = jsonencode({{\n    \
         Version = \"2012-10-17\"\n    Statement = [{{\n      Effect    = \"Allow\"\n      Action    = \
         \"sts:AssumeRole\"\n      Principal = {{ AWS = \"arn:aws:iam::{:012}:role/stack-{before}\" }}\n    \
         }}]\n  }})\n}}\n\n",
        100_000_000_000 + before % 20
    )
}

fn policy(name: &str, bucket: &str, action: &str) -> String {
    format!(
        "resource \"aws_iam_policy\" \"{name}\" {{\n  name   = \"{name}\"\n  policy = jsonencode({{\n    Version = \
         \"2012-10-17\"\n    Statement = [{{\n      Effect   = \"Allow\"\n      Action   = \"{action}\"\n      Resource = \
         \"${{aws_s3_bucket.{bucket}.arn}}/*\"\n    }}]\n  }})\n}}\n\n"
    )
}

/// Policies until there are enough lines, the last of them with a fault.
fn long() -> (String, (usize, usize)) {
    let mut text = String::new();
    let mut number = 0;
    while text.lines().count() < LINES {
        text.push_str(&policy(&format!("long{number}"), "b0_0", "s3:PutObject"));
        number += 1;
    }
    text.push_str(&policy("faulty", "b0_0", "s3:Nonsense"));
    let line = text.lines().position(|line| line.contains("Nonsense")).unwrap_or_default();
    let character = text.lines().nth(line).and_then(|line| line.find("Nonsense")).unwrap_or_default();
    (text, (line, character + "Nonsense".len()))
}
