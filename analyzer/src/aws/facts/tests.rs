//! What the tables must satisfy, and answers of the lookups, each as AWS documents it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::*;
use crate::aws::table::{Table, compare};

fn data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data")
}

fn files() -> Vec<String> {
    let entries = std::fs::read_dir(data()).unwrap();
    let mut files: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    files
}

#[test]
fn tables_are_sorted_and_have_no_key_twice() {
    for file in files().iter().filter(|file| file.ends_with(".tsv")) {
        let text = std::fs::read_to_string(data().join(file)).unwrap();
        assert!(text.is_ascii() && text.ends_with('\n') && !text.contains('\r'), "{file}");
        let keys: Vec<&str> = text
            .lines()
            .skip_while(|line| line.starts_with('#'))
            .map(|line| line.split('\t').next().unwrap())
            .collect();
        if NOT_KEYED.contains(&file.as_str()) {
            continue;
        }
        for pair in keys.windows(2) {
            assert!(compare(pair[0], pair[1]).is_lt(), "{file}: `{}` stands before `{}`", pair[0], pair[1]);
        }
    }
}

/// Tables that are read as a whole, so that their first field need not be unique.
const NOT_KEYED: [&str; 1] = ["arn_formats.tsv"];

#[test]
fn sources_name_every_file_with_its_hash() {
    use sha2::Digest as _;
    let sources = std::fs::read_to_string(data().join("SOURCES.toml")).unwrap();
    let sources: toml::Table = sources.parse().unwrap();
    let expected: Vec<String> = files().into_iter().filter(|file| file != "SOURCES.toml").collect();
    assert_eq!(sources.keys().cloned().collect::<Vec<_>>(), expected);
    for (file, entry) in &sources {
        let field = |key: &str| entry.get(key).and_then(toml::Value::as_str).unwrap_or_default();
        for key in ["origin", "licence", "generator"] {
            assert!(!field(key).is_empty(), "{file} has no {key}");
        }
        assert!(field("date").parse::<jiff::civil::Date>().is_ok(), "{file}: {}", field("date"));
        let hash = sha2::Sha256::digest(std::fs::read(data().join(file)).unwrap());
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(field("sha256"), hash, "{file} has changed: run `cargo xtask sources`");
    }
}

#[test]
fn what_the_tables_name_exists() {
    let known: BTreeSet<&str> = services().map(|service| service.prefix).collect();
    let mut count = 0;
    for action in expand("*") {
        count += 1;
        assert!(known.contains(action.service()), "{}", action.name);
        assert!(action.service() == action.service().to_ascii_lowercase(), "{}", action.name);
        for (name, _) in action.resource_types() {
            assert!(resource_type(action.service(), name).is_some(), "{} has {name}", action.name);
        }
        for key in action.condition_keys() {
            assert!(
                condition_key(key).is_some_and(|facts| facts.name.eq_ignore_ascii_case(key)),
                "{} has {key}",
                action.name
            );
        }
    }
    assert!(count > 22_000, "{count}");
    for service in services() {
        for resource_type in resource_types(service.prefix) {
            for arn in resource_type.arns() {
                assert!(arn.starts_with("arn:") && arn.split(':').count() >= 6, "{arn}");
            }
            for key in resource_type.condition_keys() {
                assert!(condition_key(key).is_some(), "{} has {key}", resource_type.name);
            }
        }
    }
}

#[test]
fn every_line_of_a_hand_kept_table_has_its_source() {
    for (text, field) in [
        (include_str!("../../../data/actions_extra.tsv"), 5),
        (include_str!("../../../data/services_extra.tsv"), 3),
        (include_str!("../../../data/condition_keys_extra.tsv"), 3),
        (include_str!("../../../data/resource_types_extra.tsv"), 2),
    ] {
        for record in Table::new(text).records() {
            assert!(!record.field(field).is_empty(), "{}", record.key());
        }
    }
    // What AWS's reference has come to list is taken out of the hand-kept table.
    let names: BTreeSet<String> = expand("*").map(|it| it.name.to_ascii_lowercase()).collect();
    assert_eq!(names.len(), expand("*").count());
    for record in Table::new(include_str!("../../../data/service_aliases.tsv")).records() {
        assert!(service(record.key()).is_none(), "{} is a prefix itself", record.key());
        assert!(service(record.field(1)).is_some(), "{} is no prefix", record.field(1));
    }
}

#[test]
fn actions_are_found_in_any_case() {
    for name in ["s3:GetObject", "S3:getobject"] {
        let facts = action(name).unwrap();
        assert_eq!(facts.name, "s3:GetObject");
        assert_eq!(facts.access_level, AccessLevel::Read);
        assert!(facts.resource_types().any(|it| it == ("object", false)));
        assert!(facts.condition_keys().any(|key| key == "s3:ExistingObjectTag/<key>"));
    }
    assert!(action("s3:GetObjects").is_none());
    assert!(action("s3").is_none());

    let create = action("cloudtrail:CreateChannel").unwrap();
    assert_eq!(create.resource_types().collect::<Vec<_>>(), [("channel", true), ("eventdatastore", true)]);
    let create = action("cloudtrail:CreateTrail").unwrap();
    assert!(create.dependent_actions().any(|it| it == "iam:CreateServiceLinkedRole"));
    assert_eq!(action("cloudtrail:PutResourcePolicy").unwrap().access_level, AccessLevel::Write);
    assert!(action("iam:PassRole").unwrap().permission_only);
    assert!(!action("iam:CreateRole").unwrap().permission_only);
    assert!(!action("cloudtrail:DescribeTrails").unwrap().has_resource_types());
    assert!(action("deepracer:GetModel").unwrap().retired);
}

#[test]
fn cloudtrail_is_whole() {
    assert_eq!(actions("cloudtrail").count(), 66);
    assert_eq!(expand("cloudtrail-data:*").map(|it| it.name).collect::<Vec<_>>(), ["cloudtrail-data:PutAuditEvents"]);
    let types: Vec<_> = resource_types("cloudtrail").map(|it| it.name).collect();
    assert_eq!(types, ["channel", "dashboard", "eventdatastore", "trail"]);
    let external_id = condition_key("CloudTrail:externalid").unwrap();
    assert_eq!((external_id.name, external_id.ty), ("cloudtrail:ExternalId", KeyType::String));
    assert!(external_id.services().eq(["cloudtrail-data"]));
}

#[test]
fn patterns_expand() {
    let names = |pattern: &str| expand(pattern).map(|it| it.name).collect::<Vec<_>>();
    assert_eq!(
        names("cloudtrail:*stop*"),
        ["cloudtrail:StopEventDataStoreIngestion", "cloudtrail:StopImport", "cloudtrail:StopLogging"]
    );
    assert_eq!(names("CLOUDTRAIL:Sto?Logging"), ["cloudtrail:StopLogging"]);
    assert_eq!(names("cloudtrail:StopLogging"), ["cloudtrail:StopLogging"]);
    assert!(names("cloudtrail:Stop").is_empty());
    assert_eq!(expand("cloudtrail:*").count(), 66);
    assert_eq!(expand("cloudtrail*").count(), 67);
    assert_eq!(expand("*:PutAuditEvents").count(), 1);
    let sorted = expand("*").map(|it| it.name).collect::<Vec<_>>();
    assert!(sorted.windows(2).all(|pair| compare(pair[0], pair[1]).is_lt()));
}

#[test]
fn condition_keys_are_found_in_any_case_and_as_templates() {
    let name = |key: &str| condition_key(key).map(|facts| facts.name);
    assert_eq!(name("AWS:sourcearn"), Some("aws:SourceArn"));
    assert_eq!(name("aws:resourcetag/Team"), Some("aws:ResourceTag/${TagKey}"));
    assert_eq!(name("aws:ResourceTag/${TagKey}"), Some("aws:ResourceTag/${TagKey}"));
    assert_eq!(name("aws:PrincipalTag/a/b"), Some("aws:PrincipalTag/${TagKey}"));
    assert_eq!(name("secretsmanager:ResourceTag/x"), Some("secretsmanager:ResourceTag/${TagKey}"));
    assert_eq!(name("s3:ExistingObjectTag/x"), Some("s3:ExistingObjectTag/<key>"));
    assert_eq!(name("kms:EncryptionContext:aws:cloudtrail:arn"), Some("kms:EncryptionContext:${EncryptionContextKey}"));
    assert_eq!(
        name("codebuild:secondarySources/x.auth.type"),
        Some("codebuild:secondarySources/${sourceIdentifier}.auth.type")
    );
    assert_eq!(name("token.actions.githubusercontent.com:sub"), Some("${Issuer}:${Claim}"));
    for wrong in ["aws:ResourceTag/", "aws:ResourceTag", "aws:Source", "s3:nothing", "", "SourceArn"] {
        assert_eq!(name(wrong), None, "{wrong}");
    }
}

#[test]
fn condition_keys_know_their_types() {
    let key = |key: &str| condition_key(key).unwrap();
    assert!(
        key("aws:TagKeys").multivalued && key("aws:CalledVia").multivalued && !key("aws:CalledViaFirst").multivalued
    );
    assert!(key("aws:SourceAccount").sensitive && !key("aws:SourceArn").sensitive);
    assert_eq!(key("aws:SourceIp").ty, KeyType::IpAddress);
    assert!(key("aws:EpochTime").accepts(OperatorType::Numeric) && key("aws:EpochTime").accepts(OperatorType::Date));
    assert!(!key("aws:CurrentTime").accepts(OperatorType::Numeric));
    assert!(key("aws:SourceArn").accepts(OperatorType::Arn) && !key("aws:SourceArn").accepts(OperatorType::String));
    assert!(key("kms:EncryptionContext:x").accepts(OperatorType::Arn) && !key("aws:userid").accepts(OperatorType::Arn));
    assert_eq!(key("s3:prefix").scope, KeyScope::Service);
    assert_eq!(key("accounts.google.com:aud").scope, KeyScope::Federation);
    assert_eq!(key("oidc.eks.eu-west-2.amazonaws.com/id/A1:sub").scope, KeyScope::Federation);
    assert_eq!(key("aws:SecureTransport").scope, KeyScope::Global);
}

#[test]
fn condition_keys_belong_to_actions() {
    let listed = |key: &str, name: &str| condition_key(key).unwrap().is_listed_for(&action(name).unwrap());
    assert!(listed("s3:prefix", "s3:ListBucket"));
    assert!(!listed("s3:prefix", "s3:GetObject"));
    assert!(listed("aws:SourceIp", "s3:GetObject"));
    assert!(listed("aws:RequestTag/x", "cloudtrail:CreateTrail"));
    assert!(!listed("aws:RequestTag/x", "cloudtrail:StopLogging"));
    assert!(listed("aws:ResourceTag/x", "cloudtrail:StopLogging"));
    assert!(listed("cloudtrail:ExternalId", "cloudtrail-data:PutAuditEvents"));
    assert!(!listed("cloudtrail:ExternalId", "cloudtrail:StopLogging"));
    assert!(listed("token.actions.githubusercontent.com:sub", "sts:AssumeRoleWithWebIdentity"));
    assert!(!listed("token.actions.githubusercontent.com:sub", "s3:GetObject"));
}

#[test]
fn operators_are_read_with_their_qualifiers() {
    let name = |text: &str| operator(text).map(|it| it.name());
    assert_eq!(name("stringequals").as_deref(), Some("StringEquals"));
    assert_eq!(name("foranyvalue:ArnLikeifexists").as_deref(), Some("ForAnyValue:ArnLikeIfExists"));
    assert_eq!(name("ForAllValues:StringNotLike").as_deref(), Some("ForAllValues:StringNotLike"));
    assert_eq!(name("Null").as_deref(), Some("Null"));
    for wrong in
        ["NullIfExists", "", "IfExists", "StringEqual", "ForSome:Bool", "ForAnyValue:", ":Bool", "Stringé", "éIfExists"]
    {
        assert_eq!(name(wrong), None, "{wrong}");
    }
}

#[test]
fn calls_without_an_action_lead_to_one() {
    for line in include_str!("../../../data/action_aliases.tsv").lines().skip(1) {
        let (call, needed) = line.split_once('\t').unwrap();
        assert!(action(call).is_none(), "{call} is an action");
        assert_eq!(action(needed).map(|found| found.name), Some(needed));
    }
}

#[test]
fn misspelt_names_lead_to_the_right_ones() {
    for (wrong, right) in [
        ("s3:GetObjects", Some("s3:GetObject")),
        ("s3:PutBucketPolcy", Some("s3:PutBucketPolicy")),
        ("s3:ListBuckets", Some("s3:ListAllMyBuckets")),
        ("S3:listobjectsv2", Some("s3:ListBucket")),
        ("cloudtrail:PutAuditEvents", Some("cloudtrail-data:PutAuditEvents")),
        ("iam:AssumeRole", Some("sts:AssumeRole")),
        ("dynamodb:ListShards", None),
        ("config:GetTagKeys", Some("tag:GetTagKeys")),
        ("cloudwatch:PutLogEvents", Some("logs:PutLogEvents")),
        ("vpc:DescribeSubnets", Some("ec2:DescribeSubnets")),
        ("cloudwatchlogs:PutLogEvents", Some("logs:PutLogEvents")),
        ("cloudtrial:StopLogging", Some("cloudtrail:StopLogging")),
        ("stepfunctions:StartExecution", Some("states:StartExecution")),
        ("s3:GetObject", None),
        ("s3:Frobnicate", None),
        ("nothing:AtAll", None),
        ("nocolon", None),
    ] {
        assert_eq!(nearest_action(wrong), right, "{wrong}");
    }
    assert_eq!(nearest_service("cloudtrial"), Some("cloudtrail"));
    assert_eq!(nearest_service("efs"), Some("elasticfilesystem"));
    assert_eq!(nearest_service("s3"), None);
    assert_eq!(nearest_service("zzzzzzzzzz"), None);
    for (wrong, right) in [
        ("aws:SourceArns", Some("aws:SourceArn")),
        ("aws:SourceAcount", Some("aws:SourceAccount")),
        ("aws:PrincipalOrgId", None),
        ("cloudfront:ResourceTag/team", Some("aws:ResourceTag/team")),
        ("securetransport", Some("aws:SecureTransport")),
        ("aws:PrincipleTag/team", Some("aws:PrincipalTag/team")),
        ("cloudtrail:ExternalID", None),
        ("cloudtrail:ExternlId", Some("cloudtrail:ExternalId")),
        ("x:y", None),
    ] {
        assert_eq!(nearest_condition_key(wrong).as_deref(), right, "{wrong}");
    }
    for (wrong, right) in [
        ("StringEqual", Some("StringEquals")),
        ("StringLikes", Some("StringLike")),
        ("ForAnyValues:StringLike", Some("ForAnyValue:StringLike")),
        ("ForAllValue:StringEquals", Some("ForAllValues:StringEquals")),
        ("ArnEqualIfExists", Some("ArnEqualsIfExists")),
        ("StringEquals", None),
        ("Frobnicate", None),
    ] {
        assert_eq!(nearest_operator(wrong).as_deref(), right, "{wrong}");
    }
}

#[test]
fn partitions_and_regions() {
    assert_eq!(partitions().count(), 8);
    assert_eq!(partition("aws-cn").unwrap().dns_suffix, "amazonaws.com.cn");
    assert!(partition("AWS").is_none());
    for region in regions() {
        assert!(partition(region.partition).unwrap().may_have_region(region.name), "{}", region.name);
        let others = partitions().filter(|it| it.name != region.partition);
        assert!(others.into_iter().all(|it| !it.may_have_region(region.name)), "{}", region.name);
    }
    assert!(region("eu-west-1").unwrap().cloudtrail_lake);
    assert!(region("EU-WEST-1").is_none() && region("eu-west-9").is_none());
    let aws = partition("aws").unwrap();
    assert!(aws.may_have_region("eu-west-9") && !aws.may_have_region("eu-west") && !aws.may_have_region("mars-west-1"));
    assert!(service("cloudtrail-data").unwrap().resource_control_policies);
    assert!(!service("CloudTrail").unwrap().resource_control_policies);
}

#[test]
fn misspelt_partitions_and_regions() {
    for (name, meant) in
        [("AWS", Some("aws")), ("aws-gov", Some("aws-us-gov")), ("aws_cn", Some("aws-cn")), ("amazon", None)]
    {
        assert_eq!(nearest_partition(name), meant, "{name}");
    }
    let regions = [
        ("eu-west-1a", Some("eu-west-1")),
        ("eu-west1", Some("eu-west-1")),
        ("EU-WEST-1", Some("eu-west-1")),
        ("us-est-1", None),
        ("mars-north-1", None),
    ];
    for (name, meant) in regions {
        assert_eq!(nearest_region(name), meant, "{name}");
    }
}

#[test]
fn service_principals_in_parts() {
    let parts = |name| service_principal(name).map(|it| (it.service, it.region, it.suffix, it.listed));
    assert_eq!(parts("cloudtrail.amazonaws.com"), Some(("cloudtrail", None, "amazonaws.com", true)));
    assert_eq!(
        parts("cloudtrail.eu-west-1.amazonaws.com"),
        Some(("cloudtrail", Some("eu-west-1"), "amazonaws.com", true))
    );
    assert_eq!(parts("ec2.amazonaws.com.cn"), Some(("ec2", None, "amazonaws.com.cn", true)));
    assert_eq!(parts("delivery.logs.amazonaws.com"), Some(("delivery.logs", None, "amazonaws.com", true)));
    assert_eq!(parts("cloudtrial.amazonaws.com").map(|it| it.3), Some(false));
    let nearest = |name| nearest_service_principal(name);
    assert_eq!(nearest("cloudtrial.eu-west-1.amazonaws.com").as_deref(), Some("cloudtrail.eu-west-1.amazonaws.com"));
    assert_eq!(nearest("cloudtrail.amazonaws.com"), None);
    assert_eq!(nearest("my-own-service.amazonaws.com"), None);
    for (written, meant) in [
        ("lambda", "lambda.amazonaws.com"),
        ("ec2.aws.com", "ec2.amazonaws.com"),
        ("delivery.logs.amazonaws.co", "delivery.logs.amazonaws.com"),
        ("logs.eu-west-1.amazon.aws.com", "logs.eu-west-1.amazonaws.com"),
        ("lamda.amazonaw.com", "lambda.amazonaws.com"),
        ("eventbridge.amazonaws.com", "events.amazonaws.com"),
        ("ecs-task.amazonaws.com.cn", "ecs-tasks.amazonaws.com.cn"),
        ("Lambda.amazonaws.com", "lambda.amazonaws.com"),
    ] {
        assert_eq!(nearest(written).as_deref(), Some(meant), "{written}");
    }
    for unlisted in ["evs.amazonaws.com", "mediapackagev2.amazonaws.com", "inspector3.amazonaws.com", "example.com"] {
        assert_eq!(nearest(unlisted), None, "{unlisted}");
    }
    assert_eq!(parts("amazonaws.com"), None);
    assert_eq!(parts(".amazonaws.com"), None);
    assert_eq!(parts("cloudtrail"), None);
}
