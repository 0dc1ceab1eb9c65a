//! What principals and resources have, as documents, and which principals an ARN means.

use super::*;

const ROLES: &str = r#"
variable "create" { type = bool }
variable "account" {}
resource "aws_iam_role" "known" {
  name               = "known"
  assume_role_policy = local.trust
}
resource "aws_iam_role" "generated" {
  name_prefix        = "app-"
  assume_role_policy = local.trust
}
resource "aws_iam_role_policy" "certain" {
  role   = aws_iam_role.known.name
  policy = local.any
}
resource "aws_iam_role_policy" "possible" {
  count  = var.create ? 1 : 0
  role   = aws_iam_role.known.name
  policy = local.trust
}
"#;

fn counts(held: &Held<'_>) -> (usize, usize, usize, bool) {
    (held.certain.len(), held.possible.len(), held.open.len(), held.in_view)
}

#[test]
fn documents_of_principals() {
    let it = with_document(&format!(
        "{ROLES}{}",
        r#"
resource "aws_iam_user" "u" {
  name                 = "u"
  permissions_boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
}
resource "aws_iam_group" "g" {
  name = "g"
}
resource "aws_iam_group_policy" "g" {
  group  = aws_iam_group.g.name
  policy = local.any
}
resource "aws_iam_user_group_membership" "u" {
  user   = aws_iam_user.u.name
  groups = [aws_iam_group.g.name]
}
resource "aws_iam_user_policy_attachment" "u" {
  user       = aws_iam_user.u.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
"#
    ));
    let of = |address: &str| it.iam().identity_policies(it.principal(address), it.analysis.policies());
    let boundary = |address: &str| it.iam().boundary(it.principal(address), it.analysis.policies());
    assert_eq!(counts(&of("aws_iam_role.known")), (1, 1, 0, true));
    assert_eq!(counts(&of("aws_iam_role.generated")), (0, 0, 0, true));
    assert_eq!(counts(&of("aws_iam_user.u")), (1, 0, 0, false), "of `ReadOnlyAccess` only the name is kept");
    assert_eq!(counts(&boundary("aws_iam_user.u")), (1, 0, 0, true));
    assert_eq!(counts(&boundary("aws_iam_role.known")), (0, 0, 0, true));
}

#[test]
fn documents_on_resources() {
    let it = with_document(
        "resource \"aws_kms_key\" \"k\" {}\nresource \"aws_s3_bucket\" \"b\" {}\nresource \"aws_s3_bucket_policy\" \"b\" {\n  bucket = \"x\"\n  policy = local.any\n}\n",
    );
    let on = |address: &str| it.iam().resource_policies(it.resource(address), it.analysis.policies());
    assert_eq!(counts(&on("aws_kms_key.k")), (1, 0, 0, true));
    assert_eq!(counts(&on("aws_s3_bucket.b")), (0, 0, 0, true));
    assert_eq!(counts(&on("arn:{partition of bucket x}:s3:::x")), (1, 0, 1, false));
}

#[test]
fn principals_that_an_arn_means() {
    let it = configured(
        "[accounts.prod]\nid = \"111122223333\"\n[stacks.\".\"]\naccount = \"prod\"\n",
        &[("main.tf", &format!("{DOCUMENT}{ROLES}"))],
    );
    let meant = |arn: &str| {
        let meant = it.iam().meant_by(&Text::known(arn));
        let show = |list: &[&Principal]| list.iter().map(|it| it.address.to_string()).collect::<Vec<_>>().join(" ");
        (show(&meant.certain), show(&meant.possible))
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        it.principal("aws_iam_role.known").arn.display(),
        "arn:{provider.aws.partition}:iam::111122223333:role/known"
    );
    assert_eq!(
        meant("arn:aws:iam::111122223333:role/known"),
        pair("", "aws_iam_role.known"),
        "a partition is not known"
    );
    assert_eq!(meant("arn:aws:iam::111122223333:role/app-1"), pair("", "aws_iam_role.generated"));
    assert_eq!(meant("arn:aws:iam::444455556666:role/known"), pair("", ""));
    assert_eq!(meant("arn:aws:iam::111122223333:user/known"), pair("", ""));
    let own = it.principal("aws_iam_role.known").arn.clone();
    assert_eq!(it.iam().meant_by(&own).certain.len(), 1);
    assert!(it.iam().meant_by(&Text::known("arn:aws:iam::111122223333:role/none")).is_nothing());
}
