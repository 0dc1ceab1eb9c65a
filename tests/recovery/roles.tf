# Roles that a deployment pipeline takes, with policies written in every way.

variable "accounts" {
  description = "Account numbers by name."
  type        = map(string)
  default = {
    tools = "111111111111"
    prod  = "222222222222"
  }
}

locals {
  trusted = [for name, id in var.accounts : "arn:aws:iam::${id}:role/deploy" if name != "prod"]
  tags = {
    team = "platform"
    env  = terraform.workspace
  }
}

data "aws_caller_identity" "current" {}

data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "Deploy"
    actions = ["sts:AssumeRole", "sts:TagSession"]

    principals {
      type        = "AWS"
      identifiers = local.trusted
    }

    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalOrgID"
      values   = ["o-abcdefghij"]
    }
  }

  dynamic "statement" {
    for_each = var.accounts
    content {
      actions   = ["sts:AssumeRole"]
      resources = ["arn:aws:iam::${statement.value}:role/*"]
    }
  }
}

resource "aws_iam_role" "deploy" {
  name               = "deploy"
  assume_role_policy = data.aws_iam_policy_document.trust.json
  tags               = merge(local.tags, { Name = "deploy" })

  lifecycle {
    ignore_changes = [tags["owner"], description]
  }
}

resource "aws_iam_role" "reader" {
  count = var.accounts["prod"] == data.aws_caller_identity.current.account_id ? 1 : 0
  name  = "reader-${count.index + 1}"

  assume_role_policy = <<EOF
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": { "AWS": "arn:aws:iam::${var.accounts["tools"]}:root" },
      "Action": "sts:AssumeRole"
    }
  ]
}
EOF
}

resource "aws_iam_role_policy" "deploy" {
  role = aws_iam_role.deploy.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = "arn:aws:s3:::artifacts/*"
      },
      {
        Effect   = "Deny"
        Action   = "*"
        Resource = "*"
        Condition = {
          Bool = { "aws:MultiFactorAuthPresent" = "false" }
        }
      },
    ]
  })
}

resource "aws_iam_policy" "notes" {
  name   = "notes"
  policy = <<-POLICY
    {
      "Version": "2012-10-17",
      "Statement": [
        %{ for name, id in var.accounts ~}
        { "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::${id}:role/${name}" },
        %{ endfor ~}
        { "Effect": "Deny", "Action": "sts:*", "Resource": "$${aws:username}" }
      ]
    }
  POLICY
}

resource "aws_iam_role_policy_attachment" "deploy" {
  for_each = toset(["ReadOnlyAccess", "job-function/Billing"])

  role       = aws_iam_role.deploy.name
  policy_arn = "arn:aws:iam::aws:policy/${each.value}"
}

output "role_arns" {
  value = concat(aws_iam_role.reader[*].arn, [aws_iam_role.deploy.arn])
}
