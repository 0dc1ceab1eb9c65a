//! Our decisions are those of iam-simulate, but for what is explained.
//!
//! `cargo xtask e2e` installs iam-simulate and runs this.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use crosstrail_tests::oracle::{Case, Class, Decided, generate, judge, without_all};

const CASES: usize = 24_000;
/// How many cases of a thousand may differ, explained or not.
const MOST: usize = 60;
/// How many differences that nothing explains are shown.
const SHOWN: usize = 10;

#[test]
#[ignore = "needs node and iam-simulate: run by `cargo xtask e2e`"]
fn decisions_agree_with_iam_simulate() -> Result<(), Box<dyn Error>> {
    let directory = PathBuf::from(std::env::var("CROSSTRAIL_ORACLE")?);
    let seed = std::env::var("CROSSTRAIL_SEED").unwrap_or_else(|_| "1".to_owned()).parse()?;
    let cases = generate(seed, CASES);
    let answers = compare(&directory, &cases)?;

    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for answer in &answers {
        *seen.entry(format!("{:?}", answer.ours)).or_default() += 1;
    }
    let differing: Vec<(&Case, &Answer)> = cases.iter().zip(&answers).filter(|(_, answer)| !answer.agrees()).collect();
    let (explained, open) = explain(&directory, &differing)?;
    println!("{} cases: {seen:?}; explained: {explained:?}", cases.len());

    let shown: Vec<String> =
        open.iter().take(SHOWN).map(|(case, answer)| format!("{answer:?}\n{}", case.to_json())).collect();
    assert!(open.is_empty(), "{} are not explained:\n{}", open.len(), shown.join("\n"));
    assert!(differing.len() * 1000 < cases.len() * MOST, "{} differ", differing.len());
    Ok(())
}

/// What both decide.
#[derive(Debug)]
struct Answer {
    ours: Decided,
    theirs: Result<Decided, String>,
}

impl Answer {
    fn agrees(&self) -> bool {
        self.theirs.as_ref().is_ok_and(|theirs| *theirs == self.ours)
    }
}

type Differing<'a> = Vec<(&'a Case, &'a Answer)>;

/// How many differences each class explains, and what none does.
type Explained<'a> = (BTreeMap<Option<Class>, usize>, Differing<'a>);

/// How many differences each class explains (`None`: only several together), and what none does.
fn explain<'a>(directory: &Path, differing: &[(&'a Case, &'a Answer)]) -> Result<Explained<'a>, Box<dyn Error>> {
    let mut tried = Vec::new();
    for (number, (case, _)) in differing.iter().enumerate() {
        let alone = Class::ALL.iter().filter_map(|class| Some((number, Some(*class), class.without(case)?)));
        tried.extend(alone.chain([(number, None, without_all(case))]));
    }
    let rest: Vec<Case> = tried.iter().map(|(.., rest)| rest.clone()).collect();
    let answers = compare(directory, &rest)?;
    let mut reasons: BTreeMap<usize, Option<Class>> = BTreeMap::new();
    for ((number, class, _), answer) in tried.iter().zip(&answers) {
        if answer.agrees() {
            reasons.entry(*number).or_insert(*class);
        }
    }
    let mut explained = BTreeMap::new();
    for class in reasons.values() {
        *explained.entry(*class).or_default() += 1;
    }
    let open = differing.iter().enumerate().filter(|(number, _)| !reasons.contains_key(number)).map(|(_, it)| *it);
    Ok((explained, open.collect()))
}

fn compare(directory: &Path, cases: &[Case]) -> Result<Vec<Answer>, Box<dyn Error>> {
    let theirs = simulate(directory, cases)?;
    assert_eq!(cases.len(), theirs.len());
    let read = |word: &String| Decided::read(word).ok_or_else(|| word.clone());
    Ok(cases.iter().zip(&theirs).map(|(case, word)| Answer { ours: judge(case), theirs: read(word) }).collect())
}

fn simulate(directory: &Path, cases: &[Case]) -> Result<Vec<String>, Box<dyn Error>> {
    let mut node = Command::new("node")
        .arg("simulate.mjs")
        .current_dir(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut input = node.stdin.take().ok_or("no pipe to node")?;
    let output = thread::scope(|scope| {
        scope.spawn(move || cases.iter().try_for_each(|case| writeln!(input, "{}", case.to_json())));
        node.wait_with_output()
    })?;
    assert!(output.status.success(), "simulate.mjs failed");
    Ok(String::from_utf8(output.stdout)?.lines().map(str::to_owned).collect())
}
