//! How two accounts are laid out in files.
//!
//! `CALLER` and `OWNER` stand for the numbers of the two accounts until [`super::run`] puts
//! them in; what is `written` is an ARN or a number with one of them in it.

use super::row::{Form, Row};

/// A way to lay out two accounts.
#[derive(Debug)]
pub struct Layout {
    /// What people call it.
    pub name: &'static str,
    /// How the side of the owner writes the name of the caller.
    pub(super) principal: fn(&Row, &str) -> String,
    /// How the side of the caller writes the ARN of the resource, without what is within it.
    pub(super) target: fn(&Row) -> String,
    /// The lines that choose the provider, of the caller's and the owner's blocks.
    pub(super) providers: [Option<&'static str>; 2],
    /// The files, made of the blocks of both sides.
    pub(super) files: fn(&Row, &str, &Sides) -> Vec<(&'static str, String)>,
    /// The files with the policies of both sides.
    pub(super) places: [&'static str; 2],
    /// The module that the owner's blocks are in, with a dot behind it.
    pub(super) module: &'static str,
    /// Whether the caller's side names the resource by the letters of its ARN. Where AWS makes
    /// up a part of them, these may be the name of any other, and it cannot be told whether the
    /// half of the resource is missing.
    pub(super) by_letters: bool,
    /// Whether the region is not known, and with it the partition. The same holds then of what has
    /// a region in its ARN; that of a role or a bucket differs in nothing but the partition.
    pub(super) open_region: bool,
}

/// The blocks of both sides.
#[derive(Debug)]
pub(super) struct Sides {
    pub(super) caller: String,
    pub(super) owner: String,
}

/// All of them.
pub const LAYOUTS: &[Layout] = &[
    Layout {
        name: "two aliases in one root",
        principal: |row, written| {
            reference(row, "").unwrap_or_else(|| put(written, "data.aws_caller_identity.caller.account_id"))
        },
        target: |row| format!("{}.{}", row.target.address, row.target.attribute),
        providers: [None, Some("owner")],
        files: |_, _, sides| {
            let text = [&provider("", "CALLER"), &provider("owner", "OWNER"), IDENTITY, &sides.caller, &sides.owner];
            vec![("main.tf", join(&text))]
        },
        places: ["main.tf", "main.tf"],
        module: "",
        by_letters: false,
        open_region: false,
    },
    Layout {
        name: "two roots",
        principal: |_, written| quoted(written),
        target: |row| quoted(row.target.arn),
        providers: [None, None],
        files: |_, _, sides| two_roots("", sides),
        places: ["caller/main.tf", "owner/main.tf"],
        module: "",
        by_letters: true,
        open_region: false,
    },
    Layout {
        name: "two roots whose region is a variable",
        principal: |_, written| quoted(written),
        target: |row| quoted(row.target.arn),
        providers: [None, None],
        files: |_, _, sides| {
            // The role of a provider would say in which partition it is.
            let role =
                |account: &str| format!("assume_role {{\n    role_arn = \"arn:aws:iam::{account}:role/apply\"\n  }}");
            let allowed = |account: &str| format!("allowed_account_ids = [\"{account}\"]");
            let open = |(path, text): (&'static str, String)| {
                let text = text.replace("region = \"eu-west-1\"", "region = var.region");
                let text = text.replace(&role("CALLER"), &allowed("CALLER")).replace(&role("OWNER"), &allowed("OWNER"));
                (path, format!("variable \"region\" {{}}\n{text}"))
            };
            two_roots("", sides).into_iter().map(open).collect()
        },
        places: ["caller/main.tf", "owner/main.tf"],
        module: "",
        by_letters: true,
        open_region: true,
    },
    Layout {
        name: "modules with a map of providers",
        principal: |_, _| "var.principal".to_owned(),
        target: |_| "var.target".to_owned(),
        providers: [None, None],
        files: |row, written, sides| {
            let principal = reference(row, "")
                .map_or_else(|| put(written, "module.caller.account"), |_| "module.caller.principal".to_owned());
            let calls = format!(
                "module \"caller\" {{\n  source  = \"./caller\"\n  target  = module.owner.target\n  unknown = var.unknown\n}}\n\
                 module \"owner\" {{\n  source    = \"./owner\"\n  principal = {principal}\n  unknown   = var.unknown\n  \
                 providers = {{\n    aws   = aws.owner\n    awscc = awscc.owner\n  }}\n}}\n"
            );
            let root = [&provider("", "CALLER"), &provider("owner", "OWNER"), UNKNOWN, &calls];
            let caller = ["variable \"target\" {}\n", UNKNOWN, IDENTITY_HERE, &sides.caller, &outputs(row)[0]];
            let owner = ["variable \"principal\" {}\n", UNKNOWN, &sides.owner, &outputs(row)[1]];
            vec![("main.tf", join(&root)), ("caller/main.tf", join(&caller)), ("owner/main.tf", join(&owner))]
        },
        places: ["caller/main.tf", "owner/main.tf"],
        module: "module.owner.",
        by_letters: false,
        open_region: false,
    },
    Layout {
        name: "lists made of a map of accounts",
        principal: |_, written| format!("[for name, id in local.callers : {}]", put(written, "id")),
        target: |row| format!("[for name, id in local.owners : {}]", put(&whole(row), "id")),
        providers: [None, None],
        files: |_, _, sides| {
            two_roots("locals {\n  callers = { tools = \"CALLER\" }\n  owners  = { data = \"OWNER\" }\n}\n", sides)
        },
        places: ["caller/main.tf", "owner/main.tf"],
        module: "",
        by_letters: true,
        open_region: false,
    },
    Layout {
        name: "a provider for each account of a map",
        principal: |row, written| reference(row, "").unwrap_or_else(|| put(written, "local.accounts.caller")),
        target: |row| format!("{}.{}", row.target.address, row.target.attribute),
        providers: [Some("by_account[\"caller\"]"), Some("by_account[\"owner\"]")],
        files: |_, _, sides| {
            let accounts = "locals {\n  accounts = { caller = \"CALLER\", owner = \"OWNER\" }\n}\n";
            let providers = "provider \"aws\" {\n  for_each = local.accounts\n  alias    = \"by_account\"\n  region   = \"eu-west-1\"\n\n  \
                             assume_role {\n    role_arn = \"arn:aws:iam::${each.value}:role/apply\"\n  }\n}\n\
                             provider \"awscc\" {\n  for_each = local.accounts\n  alias    = \"by_account\"\n  region   = \"eu-west-1\"\n\n  \
                             assume_role = {\n    role_arn = \"arn:aws:iam::${each.value}:role/apply\"\n  }\n}\n";
            vec![("main.tf", join(&[accounts, providers, UNKNOWN, &sides.caller, &sides.owner]))]
        },
        places: ["main.tf", "main.tf"],
        module: "",
        by_letters: false,
        open_region: false,
    },
    Layout {
        name: "variable files for two environments",
        principal: |_, written| put(written, "var.caller"),
        target: |row| put(row.target.arn, "var.owner"),
        providers: [None, Some("owner")],
        files: |_, _, sides| {
            let settings = "[stacks.app]\nenvironments = [{ name = \"prod\", var_files = [\"prod.tfvars\"] }, { name = \"dev\", var_files = [\"dev.tfvars\"] }]\n";
            let variables = "variable \"caller\" {\n  type = string\n}\nvariable \"owner\" {\n  type = string\n}\n";
            let (caller, owner) = (provider("", "${var.caller}"), provider("owner", "${var.owner}"));
            let blocks = sides.owner.replace("OWNER", "${var.owner}");
            let main = [variables, UNKNOWN, &caller, &owner, &sides.caller, &blocks];
            // The other environment has accounts of its own.
            let dev = "caller = \"9CALLER\"\nowner  = \"9OWNER\"\n";
            vec![
                ("crosstrail.toml", settings.to_owned()),
                ("app/main.tf", join(&main)),
                ("app/prod.tfvars", "caller = \"CALLER\"\nowner  = \"OWNER\"\n".to_owned()),
                ("app/dev.tfvars", dev.to_owned()),
            ]
        },
        places: ["app/main.tf", "app/main.tf"],
        module: "",
        by_letters: true,
        open_region: false,
    },
    Layout {
        name: "remote state of the other root",
        principal: |row, written| {
            let outputs = "data.terraform_remote_state.caller.outputs";
            reference(row, "")
                .map_or_else(|| put(written, &format!("{outputs}.account")), |_| format!("{outputs}.principal"))
        },
        target: |_| "data.terraform_remote_state.owner.outputs.target".to_owned(),
        providers: [None, None],
        files: |row, _, sides| {
            let root = |own: &str, other: &str, account: &str, identity: &str, blocks: &str, outputs: &str| {
                let states = format!(
                    "terraform {{\n  backend \"s3\" {{\n    bucket = \"state\"\n    key    = \"{own}\"\n  }}\n}}\n\
                     data \"terraform_remote_state\" \"{other}\" {{\n  backend = \"s3\"\n  config  = {{ bucket = \"state\", key = \"{other}\" }}\n}}\n"
                );
                join(&[&provider("", account), &states, identity, blocks, outputs])
            };
            let [of_caller, of_owner] = outputs(row);
            let caller = root("caller", "owner", "CALLER", &join(&[UNKNOWN, IDENTITY_HERE]), &sides.caller, &of_caller);
            let owner = root("owner", "caller", "OWNER", UNKNOWN, &sides.owner, &of_owner);
            vec![("caller/main.tf", caller), ("owner/main.tf", owner)]
        },
        places: ["caller/main.tf", "owner/main.tf"],
        module: "",
        by_letters: false,
        open_region: false,
    },
];

const UNKNOWN: &str = "variable \"unknown\" {}\n";
const IDENTITY: &str = "variable \"unknown\" {}\ndata \"aws_caller_identity\" \"caller\" {}\n";
const IDENTITY_HERE: &str = "data \"aws_caller_identity\" \"here\" {}\n";

/// The provider configurations of an account.
fn provider(alias: &str, account: &str) -> String {
    let alias = if alias.is_empty() { String::new() } else { format!("  alias  = \"{alias}\"\n") };
    let role = format!("    role_arn = \"arn:aws:iam::{account}:role/apply\"\n");
    format!(
        "provider \"aws\" {{\n{alias}  region = \"eu-west-1\"\n\n  assume_role {{\n{role}  }}\n}}\n\
         provider \"awscc\" {{\n{alias}  region = \"eu-west-1\"\n\n  assume_role = {{\n{role}  }}\n}}\n"
    )
}

fn two_roots(both: &str, sides: &Sides) -> Vec<(&'static str, String)> {
    vec![
        ("caller/main.tf", join(&[&provider("", "CALLER"), both, UNKNOWN, &sides.caller])),
        ("owner/main.tf", join(&[&provider("", "OWNER"), both, UNKNOWN, &sides.owner])),
    ]
}

/// The outputs of both sides. A service has no side of its own.
fn outputs(row: &Row) -> [String; 2] {
    let target = format!("output \"target\" {{\n  value = {}.{}\n}}\n", row.target.address, row.target.attribute);
    let account = "output \"account\" {\n  value = data.aws_caller_identity.here.account_id\n}\n";
    let principal = reference(row, "").map(|it| format!("output \"principal\" {{\n  value = {it}\n}}\n"));
    [format!("{account}{}", principal.unwrap_or_default()), target]
}

/// The reference to the caller, if its own ARN names it.
fn reference(row: &Row, module: &str) -> Option<String> {
    match row.form {
        Form::Role => Some(format!("{module}aws_iam_role.app.arn")),
        Form::User => Some(format!("{module}aws_iam_user.app.arn")),
        Form::Session | Form::Account | Form::Root | Form::Everyone | Form::Service => None,
    }
}

/// The ARN of what is within the resource.
fn whole(row: &Row) -> String {
    format!("{}{}", row.target.arn, row.target.within)
}

/// `written` with `expression` in place of the number in it.
fn put(written: &str, expression: &str) -> String {
    if matches!(written, "CALLER" | "OWNER") {
        return expression.to_owned();
    }
    let number = format!("${{{expression}}}");
    quoted(&written.replace("CALLER", &number).replace("OWNER", &number))
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn join(parts: &[&str]) -> String {
    parts.concat()
}
