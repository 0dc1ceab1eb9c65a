//! Which provider configuration a resource has.

use super::*;

/// Where the provider of the resource `aws_iam_role.r` of the module at `path` is configured.
#[track_caller]
fn provider_of(fixture: &Fixture, stack: &str, path: &[&str]) -> String {
    let path: Vec<smol_str::SmolStr> = path.iter().map(|name| (*name).into()).collect();
    let chain = fixture.stack(stack).root.chain(&path).expect("a module at the path");
    let resource = chain.last().unwrap().module.resources.iter().next().expect("a resource");
    show(fixture, &resolve_provider(&chain, &resource.provider_reference()))
}

fn show(fixture: &Fixture, source: &ProviderSource) -> String {
    match source {
        ProviderSource::Configured { config, depth, key } => {
            let key =
                key.as_ref().map(|key| format!("[{}..{}@{}]", key.expr.range.start, key.expr.range.end, key.depth));
            let file = fixture.sources.file(config.header.file);
            format!("{}{} of {} ({depth})", config.reference, key.unwrap_or_default(), file.path())
        }
        ProviderSource::Default { name } => format!("default {name}"),
        ProviderSource::FromCaller { reference } => format!("from caller {reference}"),
        ProviderSource::Undeclared { reference, depth } => format!("undeclared {reference} ({depth})"),
    }
}

const ROOT: &str = r#"
provider "aws" {
  region = "eu-west-1"
}
provider "aws" {
  alias  = "log"
  region = "eu-west-1"
}
"#;

fn role(provider: &str) -> String {
    format!("resource \"aws_iam_role\" \"r\" {{\n{provider}}}\n")
}

#[test]
fn defaults_are_inherited_and_aliases_are_not() {
    let call =
        |name: &str, source: &str, more: &str| format!("module \"{name}\" {{\n  source = \"../{source}\"\n{more}}}\n");
    let root = format!(
        "{ROOT}{}{}{}{}{}",
        call("plain", "plain", ""),
        call("swapped", "plain", "  providers = {\n    aws = aws.log\n  }\n"),
        call("other_only", "plain", "  providers = {\n    aws.log = aws.log\n  }\n"),
        call("aliased", "aliased", ""),
        call("passed", "aliased", "  providers = {\n    aws.log = aws.log\n  }\n"),
    );
    let fixture = Fixture::new(&[
        ("root/main.tf", &root),
        ("plain/main.tf", &role("")),
        ("aliased/main.tf", &role("  provider = aws.log\n")),
    ]);
    assert_eq!(provider_of(&fixture, "root", &["plain"]), "aws of root/main.tf (0)");
    assert_eq!(provider_of(&fixture, "root", &["swapped"]), "aws.log of root/main.tf (0)");
    assert_eq!(provider_of(&fixture, "root", &["other_only"]), "aws of root/main.tf (0)");
    assert_eq!(provider_of(&fixture, "root", &["aliased"]), "undeclared aws.log (1)");
    assert_eq!(provider_of(&fixture, "root", &["passed"]), "aws.log of root/main.tf (0)");
}

#[test]
fn a_configured_block_ends_the_walk_and_a_proxy_does_not() {
    let calls = "module \"own\" {\n  source = \"../own\"\n}\nmodule \"proxy\" {\n  source = \"../proxy\"\n  providers = {\n    aws.hub = aws.log\n  }\n}\n";
    let own = format!("provider \"aws\" {{\n  region = \"us-east-1\"\n}}\n{}", role(""));
    let proxy = format!("provider \"aws\" {{\n  alias = \"hub\"\n}}\n{}", role("  provider = \"aws.hub\"\n"));
    let fixture =
        Fixture::new(&[("root/main.tf", &format!("{ROOT}{calls}")), ("own/main.tf", &own), ("proxy/main.tf", &proxy)]);
    assert_eq!(provider_of(&fixture, "root", &["own"]), "aws of own/main.tf (1)");
    assert_eq!(provider_of(&fixture, "root", &["proxy"]), "aws.log of root/main.tf (0)");
}

/// Seen with Terraform 1.11.4: nothing is inherited where there is a block.
#[test]
fn a_block_without_settings_stands_for_itself_unless_the_caller_passes_one() {
    let root = format!(
        "{ROOT}module \"plain\" {{\n  source = \"../empty\"\n}}\nmodule \"passed\" {{\n  source = \"../empty\"\n  providers = {{\n    aws = aws.log\n  }}\n}}\nmodule \"alias\" {{\n  source = \"../alias\"\n}}\n"
    );
    let fixture = Fixture::new(&[
        ("root/main.tf", &root),
        ("empty/main.tf", &format!("provider \"aws\" {{}}\n{}", role(""))),
        ("alias/main.tf", &format!("provider \"aws\" {{\n  alias = \"hub\"\n}}\n{}", role("  provider = aws.hub\n"))),
    ]);
    assert_eq!(provider_of(&fixture, "root", &["plain"]), "aws of empty/main.tf (1)");
    assert_eq!(provider_of(&fixture, "root", &["passed"]), "aws.log of root/main.tf (0)");
    assert_eq!(provider_of(&fixture, "root", &["alias"]), "aws.hub of alias/main.tf (1)");
}

#[test]
fn a_library_takes_aliases_from_its_caller() {
    let aliases = "terraform {\n  required_providers {\n    aws = {\n      source = \"hashicorp/aws\"\n      configuration_aliases = [aws.hub]\n    }\n  }\n}\n";
    let fixture = Fixture::new(&[
        ("aliases/main.tf", &format!("{aliases}{}", role("  provider = aws.hub\n"))),
        ("proxy/main.tf", &format!("provider \"aws\" {{\n  alias = \"hub\"\n}}\n{}", role("  provider = aws.hub\n"))),
        ("typo/main.tf", &role("  provider = aws.hbu\n")),
        ("plain/main.tf", &role("")),
    ]);
    assert_eq!(provider_of(&fixture, "aliases", &[]), "from caller aws.hub");
    assert_eq!(provider_of(&fixture, "proxy", &[]), "from caller aws.hub");
    assert_eq!(provider_of(&fixture, "typo", &[]), "undeclared aws.hbu (0)");
    assert_eq!(provider_of(&fixture, "plain", &[]), "default aws");
}

#[test]
fn one_provider_may_have_two_local_names() {
    let required = |name: &str| {
        format!(
            "terraform {{\n  required_providers {{\n    {name} = {{\n      source = \"hashicorp/aws\"\n    }}\n  }}\n}}\n"
        )
    };
    let root = format!(
        "{}provider \"amazon\" {{\n  region = \"x\"\n}}\nmodule \"m\" {{\n  source = \"../m\"\n}}\n",
        required("amazon")
    );
    let fixture = Fixture::new(&[("root/main.tf", &root), ("m/main.tf", &format!("{}{}", required("aws"), role("")))]);
    assert_eq!(provider_of(&fixture, "root", &["m"]), "amazon of root/main.tf (0)");
}

#[test]
fn keys_of_provider_instances_are_kept_with_their_place() {
    let root = "provider \"aws\" {\n  alias    = \"by_account\"\n  for_each = var.accounts\n  region   = \"x\"\n}\nmodule \"m\" {\n  source    = \"../m\"\n  for_each  = var.accounts\n  providers = { aws = aws.by_account[each.key] }\n}\n";
    let at = root.find("each.key]").unwrap();
    let fixture = Fixture::new(&[("root/main.tofu", root), ("m/main.tf", &role(""))]);
    let expected = format!("aws.by_account[{at}..{}@0] of root/main.tofu (0)", at + "each.key".len());
    assert_eq!(provider_of(&fixture, "root", &["m"]), expected);
}

#[test]
fn the_block_form_of_providers_is_read() {
    let root = format!("{ROOT}module \"m\" {{\n  source = \"../m\"\n  providers {{\n    aws = \"aws.log\"\n  }}\n}}\n");
    let fixture = Fixture::new(&[("root/main.tf", &root), ("m/main.tf", &role(""))]);
    assert_eq!(provider_of(&fixture, "root", &["m"]), "aws.log of root/main.tf (0)");
}
