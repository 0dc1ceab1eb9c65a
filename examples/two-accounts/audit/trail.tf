locals {
  trail_name = "organization"
  trail_arn  = "arn:aws:cloudtrail:eu-west-1:${module.accounts.ids.management}:trail/${local.trail_name}"
}

resource "aws_cloudtrail" "organization" {
  provider = aws.management

  name                          = local.trail_name
  s3_bucket_name                = aws_s3_bucket.trail.id
  kms_key_id                    = aws_kms_key.trail.arn
  is_organization_trail         = true
  is_multi_region_trail         = true
  include_global_service_events = true
  enable_log_file_validation    = true

  depends_on = [aws_s3_bucket_policy.trail]
}

resource "aws_s3_bucket" "trail" {
  bucket = "example-organization-trail"
}

resource "aws_s3_bucket_policy" "trail" {
  bucket = aws_s3_bucket.trail.id
  policy = data.aws_iam_policy_document.trail_bucket.json
}

data "aws_iam_policy_document" "trail_bucket" {
  statement {
    sid       = "TrailAclCheck"
    actions   = ["s3:GetBucketAcl"]
    resources = ["arn:aws:s3:::example-organization-trail"]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [local.trail_arn]
    }
  }

  statement {
    sid     = "TrailWrite"
    actions = ["s3:PutObject"]
    resources = [
      "arn:aws:s3:::example-organization-trail/AWSLogs/${module.accounts.ids.management}/*",
      "arn:aws:s3:::example-organization-trail/AWSLogs/${module.accounts.organization_id}/*",
    ]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "s3:x-amz-acl"
      values   = ["bucket-owner-full-control"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [local.trail_arn]
    }
  }

  # Members of the organisation may read the logs of their own account.
  statement {
    sid       = "MembersRead"
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::example-organization-trail/AWSLogs/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalOrganizationID"
      values   = [module.accounts.organization_id]
    }
  }
}
