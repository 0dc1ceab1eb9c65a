terraform {
  required_version = ">= 1.6"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

module "accounts" {
  source = "../modules/accounts"
}

# The log archive is where nearly everything of this stack lives.
provider "aws" {
  region = "eu-west-1"

  assume_role {
    role_arn = "arn:aws:iam::${module.accounts.ids.log_archive}:role/terraform"
  }
}

# The trail itself belongs to the management account.
provider "aws" {
  alias  = "management"
  region = "eu-west-1"

  assume_role {
    role_arn = "arn:aws:iam::${module.accounts.ids.management}:role/terraform"
  }
}
