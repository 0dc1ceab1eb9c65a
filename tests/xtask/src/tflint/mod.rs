//! The slow lane: the plugin in the hands of the real TFLint, and the plugin put where TFLint looks for it.
//!
//! TFLint is installed by Go's own client into the build directory. What it has to say of the
//! fixtures in `tests/tflint` stands beside them; `UPDATE_EXPECT=1` writes it.

mod interrupts;
mod language_server;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::{Outcome, root, say};

/// The version of TFLint that the plugin is run by.
const VERSION: &str = "0.64.0";

/// The name of the binary, which TFLint makes of the name of the plugin.
const PLUGIN: &str = "tflint-ruleset-crosstrail";

/// Runs whose reports are compared: a name, the directory, and what is typed.
const REPORTS: &[(&str, &str, &[&str])] = &[
    ("root", "root", &["--format", "json"]),
    ("root-sarif", "root", &["--format", "sarif"]),
    ("root-chdir", ".", &["--chdir", "root", "--format", "json"]),
    ("root-var", "root", &["--format", "json", "--var", "action=s3:ListNope", "--var", "actions=[\"s3:ListMore\"]"]),
    ("root-var-secret", "root", &["--format", "json", "--var", "secret=s3:Hidden1", "--var", "passing=s3:Hidden2"]),
    ("root-var-file", "root", &["--format", "json", "--var-file", "values.tfvars"]),
    ("root-only", "root", &["--format", "json", "--only", "crosstrail_unknown_action"]),
    ("root-disabled", "root", &["--format", "json", "--disable-rule", "crosstrail_unknown_action"]),
    ("root-sequential", "root", &["--format", "json", "--no-parallel-runners"]),
    ("json", "json", &["--format", "json"]),
    ("marked", "marked", &["--format", "json"]),
    ("modules", "modules", &["--format", "json"]),
    ("modules-sequential", "modules", &["--format", "json", "--no-parallel-runners"]),
    ("modules-none", "modules", &["--format", "json", "--call-module-type", "none"]),
    ("modules-all", "modules", &["--format", "json", "--call-module-type", "all"]),
    ("modules-recursive", "modules", &["--format", "json", "--recursive", "--config", ".tflint.hcl"]),
    ("stacks-recursive", "stacks", &["--format", "json", "--recursive", "--config", ".tflint.hcl"]),
];

/// Values that no report may show.
const SECRETS: [&str; 2] = ["s3:Hidden1", "s3:Hidden2"];

/// Has the real TFLint run the plugin.
///
/// # Errors
/// When Go is missing or cannot fetch TFLint, and when TFLint does not say what it should.
pub(crate) fn run(_arguments: &[String]) -> Outcome {
    if cfg!(not(unix)) {
        say("the plugin is not run by TFLint here\n");
        return Ok(());
    }
    let lane = Lane::prepare()?;
    let reports = lane.reports()?;
    lane.fixes()?;
    lane.fixes_keep_the_format()?;
    lane.refuses_unknown_keys()?;
    lane.language_server()?;
    lane.interrupted_server()?;
    lane.interrupted_runs()?;
    lane.nothing_is_left()?;
    lane.packed()?;
    say(&format!("TFLint {VERSION} runs the plugin: {reports} reports are as they should be\n"));
    Ok(())
}

/// Builds the plugin and puts it where TFLint looks for it.
///
/// # Errors
/// When it cannot be built, or there is no home.
pub(crate) fn install(arguments: &[String]) -> Outcome {
    let given = arguments.first().map(PathBuf::from).or_else(|| std::env::var_os("TFLINT_PLUGIN_DIR").map(Into::into));
    let home = || std::env::home_dir().map(|home| home.join(".tflint.d/plugins"));
    let directory = given.or_else(home).ok_or("there is no home directory: name a directory")?;
    let built = build(&["--release"], "release")?;
    put(&built, &directory)?;
    say(&format!("{PLUGIN} is in {}\n", directory.display()));
    Ok(())
}

fn build(flags: &[&str], profile: &str) -> Outcome<PathBuf> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--locked", "--package", PLUGIN]).args(flags).current_dir(root());
    call(&mut cargo)?;
    Ok(root().join("target").join(profile).join(PLUGIN).with_extension(std::env::consts::EXE_EXTENSION))
}

fn put(built: &Path, directory: &Path) -> Outcome {
    fs::create_dir_all(directory)?;
    let place = directory.join(built.file_name().unwrap_or_default());
    // One that runs must not be written over: it is replaced.
    let beside = place.with_extension("new");
    fs::copy(built, &beside)?;
    fs::rename(&beside, &place)?;
    Ok(())
}

/// Where TFLint, the plugin and copies of the fixtures are.
struct Lane {
    tflint: PathBuf,
    plugins: PathBuf,
    fixtures: PathBuf,
    sockets: PathBuf,
}

impl Lane {
    fn prepare() -> Outcome<Self> {
        let directory = root().join("target/tflint");
        let tflint = install_tflint(&directory.join("bin"))?;
        let plugins = directory.join("plugins");
        put(&build(&[], "debug")?, &plugins)?;
        // A socket has a short path.
        let sockets = std::env::temp_dir().join(format!("ct-tflint-{}", std::process::id()));
        let fixtures = directory.join("fixtures");
        for directory in [&fixtures, &sockets] {
            if directory.exists() {
                fs::remove_dir_all(directory)?;
            }
            fs::create_dir_all(directory)?;
        }
        copy(&root().join("tests/tflint"), &fixtures)?;
        Ok(Self { tflint, plugins, fixtures, sockets })
    }

    fn command(&self, directory: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.tflint);
        command.args(arguments).current_dir(self.fixtures.join(directory));
        command
            .env("TFLINT_PLUGIN_DIR", &self.plugins)
            .env("TMPDIR", &self.sockets)
            .env("TFLINT_DISABLE_VERSION_CHECK", "1");
        command.env_remove("TFLINT_LOG").env_remove("TFLINT_CONFIG_FILE");
        command
    }

    fn run(&self, directory: &str, arguments: &[&str]) -> Outcome<Output> {
        let output = self.command(directory, arguments).output()?;
        if output.status.code().is_none_or(|code| code == 1) {
            return Err(failure(&output, arguments).into());
        }
        Ok(output)
    }

    /// Compares what is reported with what stands beside the fixtures.
    fn reports(&self) -> Outcome<usize> {
        for (name, directory, arguments) in REPORTS {
            let config = self.fixtures.join(directory).join(".tflint.hcl");
            let config = config.to_string_lossy();
            let arguments: Vec<&str> =
                arguments.iter().map(|it| if *it == ".tflint.hcl" { config.as_ref() } else { it }).collect();
            let output = self.run(directory, &arguments)?;
            let report = String::from_utf8(output.stdout)?;
            if let Some(secret) = SECRETS.iter().find(|secret| report.contains(**secret)) {
                return Err(format!("{name}: the secret {secret} is shown").into());
            }
            let report: Value = serde_json::from_str(&report)?;
            expect(&format!("{name}.json"), &format!("{}\n", serde_json::to_string_pretty(&report)?))?;
        }
        Ok(REPORTS.len())
    }

    /// What has one right answer is mended, what a comment silences is not.
    fn fixes(&self) -> Outcome {
        copy(&root().join("tests/tflint"), &self.fixtures.join("fixed"))?;
        let output = self.run("fixed/root", &["--fix", "--format", "json"])?;
        let report: Value = serde_json::from_slice(&output.stdout)?;
        let issues = report.get("issues").and_then(Value::as_array).cloned().unwrap_or_default();
        let is_fixed = |issue: &&Value| issue.get("fixed").and_then(Value::as_bool) == Some(true);
        let fixed = issues.iter().filter(is_fixed).count();
        let before = fs::read_to_string(self.fixtures.join("root/main.tf"))?;
        let after = fs::read_to_string(self.fixtures.join("fixed/root/main.tf"))?;
        if fixed == 0 || !after.contains("\"Effect\": \"Allow\", \"Action\"") {
            return Err(format!("nothing is fixed: {report}").into());
        }
        if before.lines().rev().take(14).ne(after.lines().rev().take(14)) {
            return Err(format!("what is silenced is fixed: {after}").into());
        }
        let again = self.run("fixed/root", &["--fix", "--format", "json"])?;
        let report: Value = serde_json::from_slice(&again.stdout)?;
        match report.get("issues").and_then(Value::as_array) {
            Some(issues) if !issues.iter().any(|issue| is_fixed(&issue)) => Ok(()),
            _ => Err(format!("fixes have no end: {report}").into()),
        }
    }

    /// Lines that are laid out as `terraform fmt` does it are so after fixes, others are as they were.
    fn fixes_keep_the_format(&self) -> Outcome {
        self.run("fixed/formatted", &["--fix", "--format", "json"])?;
        expect("formatted.tf", &fs::read_to_string(self.fixtures.join("fixed/formatted/main.tf"))?)
    }

    /// What is misspelt in the configuration of TFLint is an error.
    fn refuses_unknown_keys(&self) -> Outcome {
        let plugin = "plugin \"crosstrail\" {\n  enabled = true\n";
        let rule = "rule \"crosstrail_unknown_action\" {\n  enabled = true\n  leven = \"x\"\n}\n";
        for (text, what) in [
            (format!("{plugin}  workspace_rot = \".\"\n}}\n"), "workspace_rot"),
            (format!("{plugin}}}\n{rule}"), "leven"),
            (format!("{plugin}  config = \"missing.toml\"\n}}\n"), "missing.toml"),
        ] {
            fs::write(self.fixtures.join("wrong.hcl"), text)?;
            let output = self.command("root", &["--config", "../wrong.hcl"]).output()?;
            let said = String::from_utf8_lossy(&output.stderr);
            if output.status.code() != Some(1) || !said.contains(what) {
                return Err(format!("`{what}` is taken: {}", failure(&output, &["--config"])).into());
            }
        }
        Ok(())
    }

    fn wait_for_the_end(&self, of: &str) -> Outcome {
        let started = Instant::now();
        while self.plugins_running()? > 0 {
            if started.elapsed() > Duration::from_secs(5) {
                return Err(format!("a plugin is left behind by {of}").into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    fn plugins_running(&self) -> Outcome<usize> {
        Ok(self.plugins_of_lane()?.len())
    }

    /// The processes that run the plugin of this lane.
    fn plugins_of_lane(&self) -> Outcome<Vec<u32>> {
        let list = call(Command::new("ps").args(["-A", "-o", "pid=,args="]))?;
        let plugin = self.plugins.join(PLUGIN);
        let plugin = plugin.to_string_lossy();
        let process = |line: &str| {
            let (process, command) = line.trim().split_once(char::is_whitespace)?;
            (command.trim() == plugin).then(|| process.parse().ok())?
        };
        Ok(list.lines().filter_map(process).collect())
    }

    /// What is released is what `tflint --init` looks for.
    fn packed(&self) -> Outcome {
        let directory = self.plugins.with_file_name("packed");
        let script = || {
            let mut script = Command::new("bash");
            script.arg(root().join("ci/plugin.sh"));
            script
        };
        let target = format!("{}-unknown-linux-musl", std::env::consts::ARCH);
        call(script().arg(&target).arg(self.plugins.join(PLUGIN)).arg(&directory))?;
        call(script().arg("--checksums").arg(&directory))?;
        let sums = fs::read_to_string(directory.join("checksums.txt"))?;
        let fields: Vec<&str> = sums.split_whitespace().collect();
        let Some([_, archive]) = fields.first_chunk().filter(|_| fields.len() == 2) else {
            return Err(format!("TFLint does not read these sums: {sums}").into());
        };
        let list = call(Command::new("python3").args(["-m", "zipfile", "-l"]).arg(directory.join(archive)))?;
        let files: Vec<&str> = list.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
        if archive.starts_with(&format!("{PLUGIN}_linux_")) && files == [PLUGIN] {
            return Ok(());
        }
        Err(format!("TFLint does not find the plugin in {archive}: {list}").into())
    }

    /// No socket of a plugin is left.
    fn nothing_is_left(&self) -> Outcome {
        for entry in fs::read_dir(&self.sockets)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            // Those of TFLint have no hyphen.
            if name.starts_with("plugin") && name.contains('-') {
                return Err(format!("the socket {name} is left").into());
            }
        }
        fs::remove_dir_all(&self.sockets)?;
        Ok(())
    }
}

/// Installs TFLint, unless it is there.
fn install_tflint(directory: &Path) -> Outcome<PathBuf> {
    let tflint = directory.join("tflint").with_extension(std::env::consts::EXE_EXTENSION);
    let is_there = Command::new(&tflint).arg("--version").env("TFLINT_DISABLE_VERSION_CHECK", "1").output();
    if is_there.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(VERSION)) {
        return Ok(tflint);
    }
    fs::create_dir_all(directory)?;
    let mut go = Command::new("go");
    go.args(["install", &format!("github.com/terraform-linters/tflint@v{VERSION}")]);
    // An older Go fetches the one that TFLint asks for.
    go.env("GOBIN", directory).env("GOTOOLCHAIN", "auto").current_dir(directory);
    call(&mut go)?;
    Ok(tflint)
}

fn copy(from: &Path, to: &Path) -> Outcome {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let place = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &place)?;
        } else {
            fs::copy(entry.path(), place)?;
        }
    }
    Ok(())
}

/// Compares `report` with the file of that name that stands beside the fixtures.
fn expect(name: &str, report: &str) -> Outcome {
    let path = root().join("tests/tflint/expected").join(name);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        fs::write(path, report)?;
        return Ok(());
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    if expected == report {
        Ok(())
    } else {
        Err(format!("{name}: {} is not what TFLint says:\n{report}", path.display()).into())
    }
}

fn failure(output: &Output, arguments: &[&str]) -> String {
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("tflint {}: {}: {stdout}{stderr}", arguments.join(" "), output.status)
}

fn call(command: &mut Command) -> Outcome<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("`{program}` is needed: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("`{program}` failed: {}", String::from_utf8_lossy(&output.stderr)).into())
}
