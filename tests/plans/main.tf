# What `cargo xtask plans` makes a plan of. The number of the partner is no number of an account.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "3.39.0"
    }
  }
}

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "AKIAIOSFODNN7EXAMPLE"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_get_ec2_platforms      = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variable "partner" {
  type = string
}

resource "aws_sqs_queue" "inbox" {
  name = "inbox"
}

data "aws_iam_policy_document" "inbox" {
  statement {
    actions   = ["sqs:SendMessages"]
    resources = [aws_sqs_queue.inbox.arn]
    principals {
      type        = "AWS"
      identifiers = [var.partner]
    }
  }
}

resource "aws_sqs_queue_policy" "inbox" {
  queue_url = aws_sqs_queue.inbox.id
  policy    = data.aws_iam_policy_document.inbox.json
}

module "reader" {
  source   = "./reader"
  for_each = toset(["east", "west"])

  name    = "reader-${each.key}"
  partner = var.partner
}
