//! What can be typed.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use jiff::civil::Date;

use crate::terminal::When;

/// Finds broken AWS access in Terraform, across accounts.
#[derive(Debug, Parser)]
#[command(name = "crosstrail", version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// When to colour output
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN")]
    pub(crate) color: When,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check Terraform configuration, plans and policy documents
    #[command(after_help = LINT_EXITS)]
    Lint(LintArguments),
    /// List the rules
    Rules(RulesArguments),
    /// Show the page of a rule
    Explain(ExplainArguments),
    /// Tell whether someone may do something, and by which statement
    #[command(after_help = CAN_HELP)]
    Can(CanArguments),
    /// List who may do something, each with the statement that says so
    #[command(after_help = WHO_CAN_HELP)]
    WhoCan(WhoCanArguments),
    /// Draw accounts, who and what is in them, and what is granted between them
    #[command(after_help = GRAPH_HELP)]
    Graph(GraphArguments),
    /// Show what was understood of a configuration: values, resources and policies
    Inspect(InspectArguments),
    /// Serve an editor: speak the Language Server Protocol on standard input and output
    #[command(after_help = LSP_HELP)]
    Lsp(LspArguments),
    /// Write a `crosstrail.toml` with the accounts that the configuration here speaks of
    Init(InitArguments),
    /// Print the completions of a shell
    Completions(CompletionsArguments),
    /// Print the manual page, or write those of all commands
    Man(ManArguments),
}

const LSP_HELP: &str = "\
Set up your editor to start this command for Terraform files: docs/editors.md shows how.
Exit code: 0 after `shutdown` and `exit`, 1 if the editor went away without them.";

#[derive(Debug, Args)]
pub(crate) struct LspArguments {
    /// What editors add for servers that could speak otherwise: this one always uses standard input and output
    #[arg(long)]
    pub(crate) stdio: bool,

    /// Added by some editors: the process to end with, which the first message names as well
    #[arg(long = "clientProcessId", hide = true, value_name = "ID")]
    pub(crate) client_process_id: Option<u32>,
}

const LINT_EXITS: &str = "\
Exit code:
  0  nothing to mend (notes alone do not count)
  1  an error or a warning was found, or part of what was named could not be checked
  2  nothing could be checked";

#[derive(Debug, Args)]
pub(crate) struct LintArguments {
    /// Directories, files of configuration, plans, states or policies; `-` is standard input
    #[arg(default_value = ".", value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,

    /// How to show findings
    #[arg(long, value_enum, default_value = "human")]
    pub(crate) format: LintFormat,

    /// Write the report to a file; `-` is standard output
    #[arg(short, long, alias = "output-file", value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,

    /// Show and count only findings that are at least so bad
    #[arg(long, value_enum, default_value = "note", value_name = "LEVEL")]
    pub(crate) severity: Level,

    /// Show how many findings there are of each rule, instead of the findings
    #[arg(long)]
    pub(crate) statistics: bool,

    /// Report only these rules or groups of rules
    #[arg(long, value_name = "CODE|GROUP", value_delimiter = ',')]
    pub(crate) select: Vec<String>,

    /// Do not report these rules or groups of rules
    #[arg(long, value_name = "CODE|GROUP", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,

    /// Judge by what AWS supported on that day [default: `as_of` of the configuration, else the day of the built-in facts]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) as_of: Option<Date>,

    /// Check again whenever something that was read has changed
    #[arg(long, conflicts_with_all = ["mending", "write_baseline"])]
    pub(crate) watch: bool,

    #[command(flatten)]
    pub(crate) baselines: BaselineArguments,

    #[command(flatten)]
    pub(crate) fixes: FixArguments,

    #[command(flatten)]
    pub(crate) configuration: ConfigurationArguments,
}

#[derive(Debug, Args)]
pub(crate) struct BaselineArguments {
    /// Keep quiet of the findings that this file has: only new ones are shown and count
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) baseline: Option<PathBuf>,

    /// Write a file with all that is found, for `--baseline`, and show nothing of it
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, conflicts_with_all = ["mending", "output", "statistics"])]
    pub(crate) write_baseline: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("mending").args(["fix", "diff"]).multiple(true)))]
pub(crate) struct FixArguments {
    /// Write the fixes that have one right answer, then report what is left; standard input goes fixed to standard output
    #[arg(long)]
    pub(crate) fix: bool,

    /// Show what fixes would change, the unsafe ones as well, and write nothing; with `--fix`, what that would write
    #[arg(long, conflicts_with_all = ["format", "output", "statistics"])]
    pub(crate) diff: bool,

    /// Do the unsafe fixes as well: those that grant access or are a good guess
    #[arg(long = "unsafe", requires = "mending")]
    pub(crate) unsafe_too: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ConfigurationArguments {
    /// What to know of accounts, stacks and rules [default: `crosstrail.toml` here or above]
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,

    /// Where the source of plans is, for findings with file and line [default: the working directory or that of the plan, if it fits]
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub(crate) source: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LintFormat {
    /// With the text around each finding
    Human,
    /// One line for each finding
    Concise,
    /// For programs: stable, with a published schema
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// Code Quality report of GitLab
    Gitlab,
    /// Results of tests, as JUnit has them
    Junit,
    /// XML as Checkstyle has it
    Checkstyle,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    /// Errors alone
    Error,
    /// Errors and warnings
    Warning,
    /// All
    Note,
}

#[derive(Debug, Args)]
pub(crate) struct RulesArguments {
    /// How to show the rules
    #[arg(long, value_enum, default_value = "human")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// The rule's code
    #[arg(value_name = "CODE")]
    pub(crate) code: String,
}

const CAN_HELP: &str = "\
Examples:
  crosstrail can aws_iam_role.deploy s3:PutObject arn:aws:s3:::releases/app.zip
  crosstrail can 444455556666 kms:Decrypt aws_kms_key.trail org/
  crosstrail can cloudtrail.amazonaws.com s3:PutObject aws_s3_bucket.trail

Exit code:
  0  it is allowed
  1  it is denied
  3  it cannot be told from source
  2  a name means nothing, or nothing could be read";

#[derive(Debug, Args)]
pub(crate) struct CanArguments {
    /// Who: an ARN, an account id, a service (`cloudtrail.amazonaws.com`), a Terraform address
    /// (`aws_iam_role.deploy`, `STACK:ADDRESS`), or the name of a role or user
    #[arg(value_name = "PRINCIPAL")]
    pub(crate) principal: String,

    /// What: `s3:GetObject`
    #[arg(value_name = "ACTION")]
    pub(crate) action: String,

    /// On what: an ARN or a Terraform address; `*` for an action that is about no resource
    #[arg(value_name = "ARN")]
    pub(crate) resource: String,

    #[command(flatten)]
    pub(crate) asked: AskedArguments,
}

const WHO_CAN_HELP: &str = "\
Examples:
  crosstrail who-can cloudtrail:StopLogging
  crosstrail who-can s3:GetObject --on aws_s3_bucket.trail org/

Exit code:
  0  the list is printed
  2  a name means nothing, or nothing could be read";

#[derive(Debug, Args)]
pub(crate) struct WhoCanArguments {
    /// What: `cloudtrail:StopLogging`
    #[arg(value_name = "ACTION")]
    pub(crate) action: String,

    /// On what: an ARN or a Terraform address [default: anything]
    #[arg(long, value_name = "ARN")]
    pub(crate) on: Option<String>,

    #[command(flatten)]
    pub(crate) asked: AskedArguments,
}

const GRAPH_HELP: &str = "\
Examples:
  crosstrail graph --format dot org/ | dot -Tsvg > org.svg
  crosstrail graph --across org/ > org.mmd
  crosstrail graph --format html org/ > org.html

A grant of which one half is missing is a dashed red arrow, and one that depends on what is not known is dotted.";

#[derive(Debug, Args)]
pub(crate) struct GraphArguments {
    /// A directory or a file of configuration
    #[arg(default_value = ".", value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) path: PathBuf,

    /// The language of the picture
    #[arg(long, value_enum, default_value = "mermaid")]
    pub(crate) format: GraphFormat,

    /// Draw only what leads from one account to another
    #[arg(long)]
    pub(crate) across: bool,

    #[command(flatten)]
    pub(crate) configuration: ConfigurationArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// Graphviz
    Dot,
    /// A flowchart that Markdown pages of many places draw
    Mermaid,
    /// A picture that browsers show
    Svg,
    /// A page with that picture, a search and the statements
    Html,
    /// For programs: nodes and edges with the places of their statements
    Json,
}

/// What is looked at for an answer, and how that is shown.
#[derive(Debug, Args)]
pub(crate) struct AskedArguments {
    /// A directory or a file of configuration
    #[arg(default_value = ".", value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) path: PathBuf,

    /// How to show the answer
    #[arg(long, value_enum, default_value = "human")]
    pub(crate) format: Format,

    #[command(flatten)]
    pub(crate) configuration: ConfigurationArguments,
}

#[derive(Debug, Args)]
pub(crate) struct InspectArguments {
    /// A directory, a file of configuration or a policy; `-` is standard input
    #[arg(default_value = ".", value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) path: PathBuf,

    /// How to show it
    #[arg(long, value_enum, default_value = "human")]
    pub(crate) format: Format,

    #[command(flatten)]
    pub(crate) configuration: ConfigurationArguments,
}

#[derive(Debug, Args)]
pub(crate) struct InitArguments {
    /// The file to write; `-` is standard output
    #[arg(default_value = "crosstrail.toml", value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) configuration: ConfigurationArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Human,
    /// For programs
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct ManArguments {
    /// Where to write a page for each command; it is made if it is not there
    #[arg(value_name = "DIRECTORY", value_hint = clap::ValueHint::DirPath)]
    pub(crate) directory: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArguments {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}
