//! What can be reached for, each with the blocks that make it and put a policy on it.

/// A kind of resource.
#[derive(Debug)]
pub struct Target {
    /// What people call it.
    pub name: &'static str,
    /// The block that makes it. `PROVIDER` stands for the line that chooses the provider,
    /// `OWNER` for the number of its account, `POLICY` for the argument with a policy.
    pub block: &'static str,
    /// The block that puts a policy on it; empty where it is an argument of the other one. Where it is no
    /// policy that is written, but who is let in, `PRINCIPAL` stands for that.
    pub policy_block: &'static str,
    /// Its address.
    pub address: &'static str,
    /// The attribute with its ARN.
    pub attribute: &'static str,
    /// Its ARN.
    pub arn: &'static str,
    /// Whether a part of the ARN is made up by AWS, so that nobody can know it from source.
    pub made_up: bool,
    /// What its own policy says that it is about; empty for nothing, which a trust policy needs not say.
    pub own: &'static str,
    /// What stands behind the ARN in policies.
    pub within: &'static str,
    /// What is done to it.
    pub actions: &'static [&'static str],
    /// A service that is let in.
    pub service: &'static str,
}

pub(super) static BUCKET: Target = Target {
    name: "objects of a bucket",
    block: "resource \"aws_s3_bucket\" \"t\" {\nPROVIDER\n  bucket = \"t-OWNER\"\n}\n",
    policy_block: "resource \"aws_s3_bucket_policy\" \"t\" {\nPROVIDER\n  bucket = aws_s3_bucket.t.id\nPOLICY\n}\n",
    address: "aws_s3_bucket.t",
    attribute: "arn",
    arn: "arn:aws:s3:::t-OWNER",
    made_up: false,
    own: "\"${aws_s3_bucket.t.arn}/*\"",
    within: "/*",
    actions: &["s3:GetObject", "s3:PutObject"],
    service: "cloudtrail.amazonaws.com",
};

pub(super) static KEY: Target = Target {
    name: "key",
    block: "resource \"aws_kms_key\" \"t\" {\nPROVIDER\n  description = \"t\"\nPOLICY\n}\n",
    policy_block: "",
    address: "aws_kms_key.t",
    attribute: "arn",
    arn: "arn:aws:kms:eu-west-1:OWNER:key/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f",
    made_up: true,
    own: "\"*\"",
    within: "",
    actions: &["kms:Decrypt", "kms:GenerateDataKey"],
    service: "cloudtrail.amazonaws.com",
};

pub(super) static TOPIC: Target = Target {
    name: "topic",
    block: "resource \"aws_sns_topic\" \"t\" {\nPROVIDER\n  name = \"t\"\n}\n",
    policy_block: "resource \"aws_sns_topic_policy\" \"t\" {\nPROVIDER\n  arn = aws_sns_topic.t.arn\nPOLICY\n}\n",
    address: "aws_sns_topic.t",
    attribute: "arn",
    arn: "arn:aws:sns:eu-west-1:OWNER:t",
    made_up: false,
    own: "aws_sns_topic.t.arn",
    within: "",
    actions: &["sns:Publish", "sns:Subscribe"],
    service: "cloudtrail.amazonaws.com",
};

pub(super) static QUEUE: Target = Target {
    name: "queue",
    block: "resource \"aws_sqs_queue\" \"t\" {\nPROVIDER\n  name = \"t\"\n}\n",
    policy_block: "resource \"aws_sqs_queue_policy\" \"t\" {\nPROVIDER\n  queue_url = aws_sqs_queue.t.id\nPOLICY\n}\n",
    address: "aws_sqs_queue.t",
    attribute: "arn",
    arn: "arn:aws:sqs:eu-west-1:OWNER:t",
    made_up: false,
    own: "aws_sqs_queue.t.arn",
    within: "",
    actions: &["sqs:SendMessage", "sqs:ReceiveMessage"],
    service: "sns.amazonaws.com",
};

pub(super) static CHANNEL: Target = Target {
    name: "channel",
    block: "resource \"awscc_cloudtrail_channel\" \"t\" {\nPROVIDER\n  name   = \"t\"\n  source = \"Custom\"\n}\n",
    policy_block: "resource \"awscc_cloudtrail_resource_policy\" \"t\" {\nPROVIDER\n  resource_arn = awscc_cloudtrail_channel.t.channel_arn\nPOLICY\n}\n",
    address: "awscc_cloudtrail_channel.t",
    attribute: "channel_arn",
    arn: "arn:aws:cloudtrail:eu-west-1:OWNER:channel/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f",
    made_up: true,
    own: "awscc_cloudtrail_channel.t.channel_arn",
    within: "",
    actions: &["cloudtrail-data:PutAuditEvents"],
    service: "cloudtrail.amazonaws.com",
};

pub(super) static EVENT_DATA_STORE: Target = Target {
    name: "event data store",
    block: "resource \"aws_cloudtrail_event_data_store\" \"t\" {\nPROVIDER\n  name = \"t\"\n}\n",
    policy_block: "resource \"awscc_cloudtrail_resource_policy\" \"t\" {\nPROVIDER\n  resource_arn = aws_cloudtrail_event_data_store.t.arn\nPOLICY\n}\n",
    address: "aws_cloudtrail_event_data_store.t",
    attribute: "arn",
    arn: "arn:aws:cloudtrail:eu-west-1:OWNER:eventdatastore/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f",
    made_up: true,
    own: "aws_cloudtrail_event_data_store.t.arn",
    within: "",
    actions: &["cloudtrail:StartQuery", "cloudtrail:GetQueryResults"],
    service: "cloudtrail.amazonaws.com",
};

pub(super) static DASHBOARD: Target = Target {
    name: "dashboard",
    block: "resource \"awscc_cloudtrail_dashboard\" \"t\" {\nPROVIDER\n  name = \"t\"\n}\n",
    policy_block: "resource \"awscc_cloudtrail_resource_policy\" \"t\" {\nPROVIDER\n  resource_arn = awscc_cloudtrail_dashboard.t.dashboard_arn\nPOLICY\n}\n",
    address: "awscc_cloudtrail_dashboard.t",
    attribute: "dashboard_arn",
    arn: "arn:aws:cloudtrail:eu-west-1:OWNER:dashboard/t",
    made_up: false,
    own: "awscc_cloudtrail_dashboard.t.dashboard_arn",
    within: "",
    actions: &["cloudtrail:StartDashboardRefresh"],
    service: "cloudtrail.amazonaws.com",
};

pub(super) static ROLE: Target = Target {
    name: "role",
    block: "resource \"aws_iam_role\" \"t\" {\nPROVIDER\n  name = \"t\"\nPOLICY\n}\n",
    policy_block: "",
    address: "aws_iam_role.t",
    attribute: "arn",
    arn: "arn:aws:iam::OWNER:role/t",
    made_up: false,
    own: "",
    within: "",
    actions: &["sts:AssumeRole"],
    service: "cloudtrail.amazonaws.com",
};

pub(super) static SECRET: Target = Target {
    name: "secret",
    block: "resource \"aws_secretsmanager_secret\" \"t\" {\nPROVIDER\n  name = \"t\"\n  kms_key_id = \"arn:aws:kms:eu-west-1:OWNER:key/1234abcd-12ab-34cd-56ef-1234567890ab\"\n}\n",
    policy_block: "resource \"aws_secretsmanager_secret_policy\" \"t\" {\nPROVIDER\n  secret_arn = aws_secretsmanager_secret.t.arn\nPOLICY\n}\n",
    address: "aws_secretsmanager_secret.t",
    attribute: "arn",
    arn: "arn:aws:secretsmanager:eu-west-1:OWNER:secret:t-a1B2c3",
    made_up: true,
    own: "\"*\"",
    within: "",
    actions: &["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
    service: "events.amazonaws.com",
};

pub(super) static REPOSITORY: Target = Target {
    name: "repository",
    block: "resource \"aws_ecr_repository\" \"t\" {\nPROVIDER\n  name = \"t\"\n}\n",
    policy_block: "resource \"aws_ecr_repository_policy\" \"t\" {\nPROVIDER\n  repository = aws_ecr_repository.t.name\nPOLICY\n}\n",
    address: "aws_ecr_repository.t",
    attribute: "arn",
    arn: "arn:aws:ecr:eu-west-1:OWNER:repository/t",
    made_up: false,
    own: "",
    within: "",
    actions: &["ecr:BatchGetImage", "ecr:PutImage"],
    service: "lambda.amazonaws.com",
};

pub(super) static TABLE: Target = Target {
    name: "table",
    block: "resource \"aws_dynamodb_table\" \"t\" {\nPROVIDER\n  name     = \"t\"\n  hash_key = \"id\"\n}\n",
    policy_block: "resource \"aws_dynamodb_resource_policy\" \"t\" {\nPROVIDER\n  resource_arn = aws_dynamodb_table.t.arn\nPOLICY\n}\n",
    address: "aws_dynamodb_table.t",
    attribute: "arn",
    arn: "arn:aws:dynamodb:eu-west-1:OWNER:table/t",
    made_up: false,
    own: "aws_dynamodb_table.t.arn",
    within: "",
    actions: &["dynamodb:GetItem", "dynamodb:PutItem"],
    service: "replication.dynamodb.amazonaws.com",
};

pub(super) static STREAM: Target = Target {
    name: "stream",
    block: "resource \"aws_kinesis_stream\" \"t\" {\nPROVIDER\n  name = \"t\"\n}\n",
    policy_block: "resource \"aws_kinesis_resource_policy\" \"t\" {\nPROVIDER\n  resource_arn = aws_kinesis_stream.t.arn\nPOLICY\n}\n",
    address: "aws_kinesis_stream.t",
    attribute: "arn",
    arn: "arn:aws:kinesis:eu-west-1:OWNER:stream/t",
    made_up: false,
    own: "aws_kinesis_stream.t.arn",
    within: "",
    actions: &["kinesis:GetRecords", "kinesis:PutRecord"],
    service: "logs.amazonaws.com",
};

pub(super) static BUS: Target = Target {
    name: "event bus",
    block: "resource \"aws_cloudwatch_event_bus\" \"t\" {\nPROVIDER\n  name = \"t\"\n}\n",
    policy_block: "resource \"aws_cloudwatch_event_bus_policy\" \"t\" {\nPROVIDER\n  event_bus_name = aws_cloudwatch_event_bus.t.name\nPOLICY\n}\n",
    address: "aws_cloudwatch_event_bus.t",
    attribute: "arn",
    arn: "arn:aws:events:eu-west-1:OWNER:event-bus/t",
    made_up: false,
    own: "aws_cloudwatch_event_bus.t.arn",
    within: "",
    actions: &["events:PutEvents"],
    service: "events.amazonaws.com",
};

pub(super) static DESTINATION: Target = Target {
    name: "destination of logs",
    block: "resource \"aws_cloudwatch_log_destination\" \"t\" {\nPROVIDER\n  name       = \"t\"\n  role_arn   = \"arn:aws:iam::OWNER:role/logs\"\n  target_arn = \"arn:aws:kinesis:eu-west-1:OWNER:stream/t\"\n}\n",
    policy_block: "resource \"aws_cloudwatch_log_destination_policy\" \"t\" {\nPROVIDER\n  destination_name = aws_cloudwatch_log_destination.t.name\nPOLICY\n}\n",
    address: "aws_cloudwatch_log_destination.t",
    attribute: "arn",
    arn: "arn:aws:logs:eu-west-1:OWNER:destination:t",
    made_up: false,
    own: "aws_cloudwatch_log_destination.t.arn",
    within: "",
    actions: &["logs:PutSubscriptionFilter"],
    service: "logs.amazonaws.com",
};

pub(super) static VAULT: Target = Target {
    name: "vault",
    block: "resource \"aws_backup_vault\" \"t\" {\nPROVIDER\n  name = \"t\"\n}\n",
    policy_block: "resource \"aws_backup_vault_policy\" \"t\" {\nPROVIDER\n  backup_vault_name = aws_backup_vault.t.name\nPOLICY\n}\n",
    address: "aws_backup_vault.t",
    attribute: "arn",
    arn: "arn:aws:backup:eu-west-1:OWNER:backup-vault:t",
    made_up: false,
    own: "aws_backup_vault.t.arn",
    within: "",
    actions: &["backup:CopyIntoBackupVault"],
    service: "backup.amazonaws.com",
};

pub(super) static FUNCTION: Target = Target {
    name: "function",
    block: "resource \"aws_lambda_function\" \"t\" {\nPROVIDER\n  function_name = \"t\"\n  role          = \"arn:aws:iam::OWNER:role/t\"\n}\n",
    policy_block: "resource \"aws_lambda_permission\" \"t\" {\nPROVIDER\n  function_name = aws_lambda_function.t.function_name\n  action        = \"lambda:InvokeFunction\"\n  principal     = PRINCIPAL\n}\n",
    address: "aws_lambda_function.t",
    attribute: "arn",
    arn: "arn:aws:lambda:eu-west-1:OWNER:function:t",
    made_up: false,
    own: "",
    within: "",
    actions: &["lambda:InvokeFunction"],
    service: "s3.amazonaws.com",
};

pub(super) static PACKAGES: Target = Target {
    name: "repository of packages",
    block: "resource \"aws_codeartifact_repository\" \"t\" {\nPROVIDER\n  domain     = \"d\"\n  repository = \"t\"\n}\n",
    policy_block: "resource \"aws_codeartifact_repository_permissions_policy\" \"t\" {\nPROVIDER\n  domain     = \"d\"\n  repository = aws_codeartifact_repository.t.repository\nPOLICY\n}\n",
    address: "aws_codeartifact_repository.t",
    attribute: "arn",
    arn: "arn:aws:codeartifact:eu-west-1:OWNER:repository/d/t",
    made_up: false,
    own: "\"*\"",
    within: "",
    actions: &["codeartifact:ReadFromRepository", "codeartifact:DescribeRepository"],
    service: "codebuild.amazonaws.com",
};

pub(super) static DOMAIN: Target = Target {
    name: "domain of packages",
    block: "resource \"aws_codeartifact_domain\" \"t\" {\nPROVIDER\n  domain = \"t\"\n}\n",
    policy_block: "resource \"aws_codeartifact_domain_permissions_policy\" \"t\" {\nPROVIDER\n  domain = aws_codeartifact_domain.t.domain\nPOLICY\n}\n",
    address: "aws_codeartifact_domain.t",
    attribute: "arn",
    arn: "arn:aws:codeartifact:eu-west-1:OWNER:domain/t",
    made_up: false,
    own: "\"*\"",
    within: "",
    actions: &["codeartifact:GetAuthorizationToken", "codeartifact:DescribeDomain"],
    service: "codebuild.amazonaws.com",
};

pub(super) static ARCHIVE: Target = Target {
    name: "vault of archives",
    block: "resource \"aws_glacier_vault\" \"t\" {\nPROVIDER\n  name = \"t\"\nPOLICY\n}\n",
    policy_block: "",
    address: "aws_glacier_vault.t",
    attribute: "arn",
    arn: "arn:aws:glacier:eu-west-1:OWNER:vaults/t",
    made_up: false,
    own: "\"arn:aws:glacier:eu-west-1:OWNER:vaults/t\"",
    within: "",
    actions: &["glacier:UploadArchive", "glacier:InitiateJob"],
    service: "cloudtrail.amazonaws.com",
};

pub(super) static SENDER: Target = Target {
    name: "identity to send mail as",
    block: "resource \"aws_ses_domain_identity\" \"t\" {\nPROVIDER\n  domain = \"t.example\"\n}\n",
    policy_block: "resource \"aws_ses_identity_policy\" \"t\" {\nPROVIDER\n  name     = \"t\"\n  identity = aws_ses_domain_identity.t.arn\nPOLICY\n}\n",
    address: "aws_ses_domain_identity.t",
    attribute: "arn",
    arn: "arn:aws:ses:eu-west-1:OWNER:identity/t.example",
    made_up: false,
    own: "aws_ses_domain_identity.t.arn",
    within: "",
    actions: &["ses:SendEmail", "ses:SendRawEmail"],
    service: "cognito-idp.amazonaws.com",
};
