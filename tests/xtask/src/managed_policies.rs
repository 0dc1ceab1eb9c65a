//! `cargo xtask managed-policies`: derives the table of AWS's managed policies from the PyPI
//! package `moto`, which keeps them for its mock of IAM.
//!
//! Statements of the policies that people use most, and of all short ones, are kept whole;
//! of the others only the name. Equal packages give equal bytes.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Map, Value, json};

use crate::sources::{self, Entry, sha256};
use crate::{Outcome, data_directory, say};

const FILE: &str = "managed_policies.tsv";

/// Documents up to this length are kept whichever policy they are of, in bytes.
const SHORT: usize = 350;

/// Longer ones that are kept all the same: what Terraform code attaches most. Sorted.
const USED: &[&str] = &[
    "AWSBackupServiceRolePolicyForBackup",
    "AWSBackupServiceRolePolicyForRestores",
    "AWSBatchServiceRole",
    "AWSCloudFormationFullAccess",
    "AWSCloudTrail_FullAccess",
    "AWSCloudTrail_ReadOnlyAccess",
    "AWSCodeBuildAdminAccess",
    "AWSCodeBuildDeveloperAccess",
    "AWSCodeCommitPowerUser",
    "AWSCodeDeployRole",
    "AWSCodeDeployRoleForECS",
    "AWSCodeDeployRoleForLambda",
    "AWSCodePipeline_FullAccess",
    "AWSConfigUserAccess",
    "AWSElasticBeanstalkEnhancedHealth",
    "AWSElasticBeanstalkMulticontainerDocker",
    "AWSElasticBeanstalkWebTier",
    "AWSElasticBeanstalkWorkerTier",
    "AWSGlueConsoleFullAccess",
    "AWSGlueServiceRole",
    "AWSKeyManagementServicePowerUser",
    "AWSLambdaBasicExecutionRole",
    "AWSLambdaDynamoDBExecutionRole",
    "AWSLambdaENIManagementAccess",
    "AWSLambdaKinesisExecutionRole",
    "AWSLambdaMSKExecutionRole",
    "AWSLambdaRole",
    "AWSLambdaSQSQueueExecutionRole",
    "AWSLambdaVPCAccessExecutionRole",
    "AWSLambda_FullAccess",
    "AWSLambda_ReadOnlyAccess",
    "AWSOrganizationsFullAccess",
    "AWSOrganizationsReadOnlyAccess",
    "AWSSupportAccess",
    "AWSXRayDaemonWriteAccess",
    "AWS_ConfigRole",
    "AdministratorAccess",
    "AdministratorAccess-AWSElasticBeanstalk",
    "AmazonAPIGatewayAdministrator",
    "AmazonAPIGatewayInvokeFullAccess",
    "AmazonAPIGatewayPushToCloudWatchLogs",
    "AmazonAthenaFullAccess",
    "AmazonBedrockFullAccess",
    "AmazonCognitoPowerUser",
    "AmazonDynamoDBFullAccess",
    "AmazonDynamoDBReadOnlyAccess",
    "AmazonEBSCSIDriverPolicy",
    "AmazonEC2ContainerRegistryFullAccess",
    "AmazonEC2ContainerRegistryPowerUser",
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonEC2ContainerRegistryReadOnly",
    "AmazonEC2ContainerServiceAutoscaleRole",
    "AmazonEC2ContainerServiceEventsRole",
    "AmazonEC2ContainerServiceRole",
    "AmazonEC2ContainerServiceforEC2Role",
    "AmazonEC2FullAccess",
    "AmazonEC2ReadOnlyAccess",
    "AmazonEC2RoleforSSM",
    "AmazonECSTaskExecutionRolePolicy",
    "AmazonECS_FullAccess",
    "AmazonEFSCSIDriverPolicy",
    "AmazonEKSClusterPolicy",
    "AmazonEKSFargatePodExecutionRolePolicy",
    "AmazonEKSServicePolicy",
    "AmazonEKSVPCResourceController",
    "AmazonEKSWorkerNodeMinimalPolicy",
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonElastiCacheFullAccess",
    "AmazonElasticFileSystemClientReadWriteAccess",
    "AmazonElasticFileSystemFullAccess",
    "AmazonElasticMapReduceRole",
    "AmazonElasticMapReduceforAutoScalingRole",
    "AmazonElasticMapReduceforEC2Role",
    "AmazonEventBridgeFullAccess",
    "AmazonKinesisFirehoseFullAccess",
    "AmazonKinesisFullAccess",
    "AmazonRDSDirectoryServiceAccess",
    "AmazonRDSEnhancedMonitoringRole",
    "AmazonRDSFullAccess",
    "AmazonRDSReadOnlyAccess",
    "AmazonRedshiftFullAccess",
    "AmazonRoute53DomainsFullAccess",
    "AmazonRoute53FullAccess",
    "AmazonRoute53ReadOnlyAccess",
    "AmazonS3FullAccess",
    "AmazonS3ReadOnlyAccess",
    "AmazonSESFullAccess",
    "AmazonSNSFullAccess",
    "AmazonSNSReadOnlyAccess",
    "AmazonSNSRole",
    "AmazonSQSFullAccess",
    "AmazonSQSReadOnlyAccess",
    "AmazonSSMAutomationRole",
    "AmazonSSMDirectoryServiceAccess",
    "AmazonSSMFullAccess",
    "AmazonSSMMaintenanceWindowRole",
    "AmazonSSMManagedEC2InstanceDefaultPolicy",
    "AmazonSSMManagedInstanceCore",
    "AmazonSSMPatchAssociation",
    "AmazonSSMReadOnlyAccess",
    "AmazonSageMakerFullAccess",
    "AmazonVPCFullAccess",
    "AmazonVPCReadOnlyAccess",
    "AutoScalingNotificationAccessRole",
    "Billing",
    "CloudFrontFullAccess",
    "CloudWatchAgentAdminPolicy",
    "CloudWatchAgentServerPolicy",
    "CloudWatchEventsFullAccess",
    "CloudWatchFullAccess",
    "CloudWatchFullAccessV2",
    "CloudWatchLambdaInsightsExecutionRolePolicy",
    "CloudWatchLogsFullAccess",
    "CloudWatchLogsReadOnlyAccess",
    "CloudWatchReadOnlyAccess",
    "CloudWatchSyntheticsFullAccess",
    "DataScientist",
    "DatabaseAdministrator",
    "ElasticLoadBalancingFullAccess",
    "IAMAccessAnalyzerFullAccess",
    "IAMFullAccess",
    "IAMReadOnlyAccess",
    "IAMUserChangePassword",
    "IAMUserSSHKeys",
    "NetworkAdministrator",
    "PowerUserAccess",
    "ResourceGroupsandTagEditorFullAccess",
    "SecretsManagerReadWrite",
    "SupportUser",
    "SystemAdministrator",
];

/// Runs the chore: `FILE VERSION DATE`, the package's `moto/iam/aws_managed_policies.py`, and
/// the version of the package and the day it was published.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let [path, version, date] = arguments else {
        return Err("needs moto/iam/aws_managed_policies.py, the version of moto and its date".into());
    };
    let source = fs::read_to_string(path)?;
    let text = table(&source)?;
    say(&format!("{FILE}: {} records, {} bytes\n", text.lines().count(), text.len()));
    let directory = data_directory();
    fs::write(directory.join(FILE), text)?;
    let hash = sha256(source.as_bytes())?;
    let origin = format!(
        "PyPI moto {version}, moto/iam/aws_managed_policies.py (sha256 {hash}); Sids are left out, and long documents"
    );
    let generator = "cargo xtask managed-policies";
    sources::update(&directory, &[Entry { file: FILE, origin: &origin, date, licence: "Apache-2.0", generator }])
}

const HEADER: &str = "# ARN behind `arn:PARTITION:iam::aws:policy/`, version, document without Sids (empty where only the name is kept)\n";

fn table(source: &str) -> Outcome<String> {
    let quote = "\"\"\"";
    let (_, behind) = source.split_once(quote).ok_or("no text in triple quotes")?;
    let (json, _) = behind.rsplit_once(quote).ok_or("the text in triple quotes does not end")?;
    let policies: BTreeMap<String, Value> = serde_json::from_str(json)?;
    let mut lines = BTreeMap::new();
    for (name, policy) in &policies {
        let path = policy["Path"].as_str().ok_or("a policy without path")?.trim_start_matches('/');
        let version = policy["DefaultVersionId"].as_str().ok_or("a policy without version")?;
        let document = document(&policy["Document"]).filter(|text| is_kept(name, path, text)).unwrap_or_default();
        let key = format!("{path}{name}");
        lines.insert(key.to_ascii_lowercase(), format!("{key}\t{version}\t{document}\n"));
    }
    Ok(HEADER.chars().chain(lines.values().flat_map(|line| line.chars())).collect())
}

/// Nobody can attach the policies of service-linked roles.
fn is_kept(name: &str, path: &str, document: &str) -> bool {
    path != "aws-service-role/" && (document.len() <= SHORT || USED.binary_search(&name).is_ok())
}

/// The document without what decides nothing, on one line.
fn document(document: &Value) -> Option<String> {
    let statements = match document.get("Statement")? {
        Value::Array(statements) => statements.iter().map(without_sid).collect(),
        statement => vec![without_sid(statement)],
    };
    let version = document.get("Version").cloned().unwrap_or_default();
    serde_json::to_string(&json!({ "Version": version, "Statement": statements })).ok()
}

fn without_sid(statement: &Value) -> Value {
    let entries = statement.as_object().into_iter().flatten().filter(|(key, _)| *key != "Sid");
    Value::Object(entries.map(|(key, value)| (key.clone(), value.clone())).collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::{USED, table};

    #[test]
    fn keeps_what_is_short_or_used_and_names_the_rest() {
        let long = "x".repeat(500);
        let source = format!(
            r#"data = """{{
  "B": {{ "Path": "/service-role/", "DefaultVersionId": "v2", "Document": {{ "Statement": {{ "Sid": "s", "Effect": "Allow" }}, "Version": "2012-10-17" }} }},
  "a": {{ "Path": "/", "DefaultVersionId": "v1", "Document": {{ "Statement": [{{ "Action": "{long}" }}] }} }}
}}""""#
        );
        let table = table(&source).unwrap();
        let lines: Vec<&str> = table.lines().skip(1).collect();
        let b = "service-role/B\tv2\t{\"Statement\":[{\"Effect\":\"Allow\"}],\"Version\":\"2012-10-17\"}";
        assert_eq!(lines, ["a\tv1\t", b]);
    }

    #[test]
    fn names_are_sorted() {
        assert!(USED.is_sorted());
    }
}
