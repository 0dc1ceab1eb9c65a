# The role that the pipeline assumes in a workload account.

variable "name" {
  type    = string
  default = "deploy"
}

variable "pipeline_role_arn" {
  description = "The role of the pipeline, in the account that it runs in."
  type        = string
}

variable "artifact_bucket" {
  type = string
}

data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "Pipeline"
    actions = ["sts:AssumeRole", "sts:TagSession"]

    principals {
      type        = "AWS"
      identifiers = [var.pipeline_role_arn]
    }

    condition {
      test     = "StringEqual"
      variable = "aws:PrincipalTag/repository"
      values   = ["payments"]
    }
  }
}

data "aws_iam_policy_document" "deploy" {
  statement {
    sid       = "ListArtifacts"
    actions   = ["s3:ListBucket"]
    resources = ["arn:aws:s3:::${var.artifact_bucket}"]
  }

  statement {
    sid       = "FetchArtifacts"
    actions   = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = ["arn:aws:s3:::${var.artifact_bucket}"]
  }
}

resource "aws_iam_role" "this" {
  name               = var.name
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "this" {
  name   = "deploy"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.deploy.json
}

output "arn" {
  value = aws_iam_role.this.arn
}
