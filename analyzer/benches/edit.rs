//! How long a keystroke takes, from the text to what can be said at once, and to all findings.
//!
//! `cargo bench -p crosstrail-analyzer --bench edit`, with the path of a workspace behind `--` to
//! measure there instead of in the generated one of 4,000 files.

#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crosstrail_analyzer::analysis::{Cancellation, Host, Options, Roots};
use crosstrail_analyzer::source::MemoryFileSystem;

const STACKS: usize = 500;
const KEYSTROKES: usize = 200;

/// The files of a root, beside the one with its roles.
const PARTS: &[(&str, &str)] = &[
    (
        "providers.tf",
        "terraform {\n  backend \"s3\" {\n    bucket = \"states\"\n    key    = \"{dir}/terraform.tfstate\"\n  }\n}\nprovider \"aws\" {\n  region              = \"eu-west-1\"\n  allowed_account_ids = [\"{account}\"]\n}\n",
    ),
    ("data.tf", "data \"aws_caller_identity\" \"current\" {}\ndata \"aws_region\" \"current\" {}\n"),
    (
        "locals.tf",
        "locals {\n  actions = [\"s3:GetObject\", \"s3:PutObject\"]\n  bucket  = \"logs-{number}-${data.aws_caller_identity.current.account_id}\"\n}\n",
    ),
    ("variables.tf", "variable \"name\" {\n  type    = string\n  default = \"app\"\n}\n"),
    ("outputs.tf", "output \"reader\" {\n  value = aws_iam_role.reader_0.arn\n}\n"),
    (
        "logs.tf",
        "resource \"aws_s3_bucket\" \"logs\" {\n  bucket = local.bucket\n}\nresource \"aws_s3_bucket_policy\" \"logs\" {\n  bucket = aws_s3_bucket.logs.id\n  policy = data.aws_iam_policy_document.logs.json\n}\ndata \"aws_iam_policy_document\" \"logs\" {\n  statement {\n    actions   = local.actions\n    resources = [\"${aws_s3_bucket.logs.arn}/*\"]\n    principals {\n      type        = \"AWS\"\n      identifiers = [\"arn:aws:iam::{neighbour}:role/reader-0\"]\n    }\n  }\n}\n",
    ),
    ("main.tf", "module \"queue\" {\n  source = \"../../modules/queue-{module}\"\n  name   = \"jobs-{number}\"\n}\n"),
];

const MODULE: &str = "variable \"name\" {}\nresource \"aws_sqs_queue\" \"this\" {\n  name = var.name\n}\nresource \"aws_sqs_queue_policy\" \"this\" {\n  queue_url = aws_sqs_queue.this.id\n  policy = jsonencode({\n    Version   = \"2012-10-17\"\n    Statement = [{ Effect = \"Allow\", Action = \"sqs:SendMessage\", Resource = aws_sqs_queue.this.arn, Principal = { Service = \"events.amazonaws.com\" }, Condition = { StringEquals = { \"aws:SourceAccount\" = \"111122223333\" } } }]\n  })\n}\noutput \"arn\" {\n  value = aws_sqs_queue.this.arn\n}\n";

/// One role with a policy: 20 lines.
const ROLE: &str = r#"resource "aws_iam_role" "reader_{role}" {
  name               = "reader-{role}"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

# What the readers read.
resource "aws_iam_role_policy" "reader_{role}" {
  role   = aws_iam_role.reader_{role}.id
  policy = <<-EOT
    {"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": "${aws_s3_bucket.logs.arn}"},
      {"Effect": "Allow", "Action": "cloudtrail:LookupEvents", "Resource": "*"},
      {"Effect": "Allow", "Action": "s3:GetObjekt", "Resource": "${aws_s3_bucket.logs.arn}/*"}
    ]}
  EOT
}

"#;

/// A workspace and the file in it that is edited.
struct Workspace {
    files: MemoryFileSystem,
    count: usize,
    path: String,
    text: String,
}

fn generated() -> Workspace {
    let mut files = MemoryFileSystem::default();
    let mut count = 0;
    let mut text = String::new();
    let mut add = |path: &str, text: &str| {
        files.insert(path, text);
        count += 1;
    };
    for stack in 0..STACKS {
        let dir = format!("accounts/{stack:03}");
        let account = |stack: usize| format!("{:012}", 100_000_000_000 + stack % STACKS);
        for (name, part) in PARTS {
            let part = part.replace("{dir}", &dir).replace("{account}", &account(stack));
            let part = part.replace("{neighbour}", &account(stack + 1)).replace("{module}", &(stack % 20).to_string());
            add(&format!("{dir}/{name}"), &part.replace("{number}", &stack.to_string()));
        }
        let roles = if stack == 7 { 100 } else { 3 };
        let of_roles: String = (0..roles).map(|role| ROLE.replace("{role}", &role.to_string())).collect();
        add(&format!("{dir}/roles.tf"), &of_roles);
        if stack == 7 {
            text = of_roles;
        }
    }
    for module in 0..20 {
        add(&format!("modules/queue-{module}/main.tf"), MODULE);
    }
    Workspace { files, count, path: "accounts/007/roles.tf".to_owned(), text }
}

/// The workspace in a directory, and the longest file in it.
fn on_disk(root: &Path) -> Workspace {
    let mut workspace =
        Workspace { files: MemoryFileSystem::default(), count: 0, path: String::new(), text: String::new() };
    let mut open = vec![root.to_owned()];
    while let Some(dir) = open.pop() {
        let entries = std::fs::read_dir(&dir).into_iter().flatten().flatten();
        for path in entries.map(|entry| entry.path()).filter(|path| !path.is_symlink()) {
            if path.is_dir() {
                open.push(path);
            } else if let (Ok(inside), Ok(text)) = (path.strip_prefix(root), std::fs::read_to_string(&path)) {
                let name = inside.to_string_lossy().replace('\\', "/");
                if name.ends_with(".tf") && text.len() > workspace.text.len() {
                    (workspace.path, workspace.text) = (name.clone(), text.clone());
                }
                workspace.files.insert(&name, text);
                workspace.count += 1;
            }
        }
    }
    if let Ok(path) = std::env::var("CROSSTRAIL_EDIT")
        && let Ok(text) = std::fs::read_to_string(root.join(&path))
    {
        (workspace.path, workspace.text) = (path, text);
    }
    workspace
}

/// What is typed, letter by letter, into line `line` of a text and taken away again.
fn typed(text: &str, keystroke: usize) -> String {
    const LETTERS: &str = "  tags = { owner = \"me\" }";
    let line = text.lines().count() / 2;
    let length = (keystroke % (2 * LETTERS.len())).min(2 * LETTERS.len() - keystroke % (2 * LETTERS.len()));
    let typed: String = LETTERS.chars().take(length).collect();
    let mut lines: Vec<&str> = text.lines().collect();
    let start = lines.iter().enumerate().skip(line).find(|(_, line)| line.starts_with("resource "));
    lines.insert(start.map_or(line, |(at, _)| at + 1), &typed);
    lines.join("\n")
}

/// A comment that grows.
fn commented(text: &str, keystroke: usize) -> String {
    format!("# {}\n{text}", "x".repeat(1 + keystroke % 50))
}

/// What one keystroke, the first, second and so on, makes of a text.
type Edit = fn(&str, usize) -> String;

fn main() {
    let root = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let workspace = root.map_or_else(generated, |root| on_disk(Path::new(&root)));
    let lines = workspace.text.lines().count();
    println!("{} files, edited: {} ({lines} lines)", workspace.count, workspace.path);
    let mut host = Host::new(Arc::new(workspace.files)).remembering();
    host.set_roots(Roots { directories: vec![".".to_owned()], ..Roots::default() });
    let start = Instant::now();
    host.set_text(&workspace.path, Some(workspace.text.as_str().into()));
    black_box(host.analysis().findings(&Options::default()));
    println!("first: {:.1?}", start.elapsed());
    for (name, edit) in [("code", typed as Edit), ("comment", commented)] {
        measure(&mut host, &workspace.path, &workspace.text, name, edit);
    }
    println!("memory: {} MB", peak_memory() / 1024);
}

/// Times what is said at once, and every now and then the analysis behind it.
fn measure(host: &mut Host, path: &str, text: &str, name: &str, edit: Edit) {
    let (options, wanted) = (Options::default(), Cancellation::default());
    let (mut at_once, mut understood, mut all) = (Vec::new(), Vec::new(), Vec::new());
    let mut before = host.analysis();
    let mut found = before.findings(&options);
    for keystroke in 0..KEYSTROKES {
        let text = edit(text, keystroke);
        let start = Instant::now();
        host.set_text(path, Some(text.into()));
        let Ok(Some(reading)) = host.try_reading(&wanted) else { return };
        drop(black_box(reading.findings_at_once(path, &before, &found, &options, &wanted)));
        at_once.push(start.elapsed());
        if keystroke % 10 == 0 {
            let start = Instant::now();
            let Ok(analysis) = reading.try_analysis(&wanted) else { return };
            understood.push(start.elapsed());
            let start = Instant::now();
            found = analysis.findings(&options);
            all.push(start.elapsed());
            before = analysis;
        }
    }
    let [at_once, understood, all] = [at_once, understood, all].map(spread);
    println!("{name}: at once {at_once}, understood {understood} later, all found {all} later");
}

fn spread(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |part: usize| times.get(times.len() * part / 100).copied().unwrap_or_default();
    format!("p50 {:.1?}, p99 {:.1?}", at(50), at(99))
}

/// The most memory that the process has held, in kilobytes; 0 where the system does not say it.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok()).unwrap_or(0)
}
