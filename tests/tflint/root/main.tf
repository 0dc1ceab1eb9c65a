variable "action" {
  type    = string
  default = "s3:ListAllMyBuckets"
}

variable "actions" {
  type    = list(string)
  default = []
}

variable "secret" {
  type      = string
  default   = "s3:ListAllMyBuckets"
  sensitive = true
}

variable "passing" {
  type      = string
  default   = "s3:ListAllMyBuckets"
  ephemeral = true
}

resource "aws_iam_role_policy" "of_variables" {
  count = 2
  role  = "a"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = var.action, Resource = "*" },
      { Effect = "Allow", Action = concat(["s3:ListAllMyBuckets"], var.actions), Resource = "*" },
    ]
  })
}

resource "aws_iam_role_policy" "of_secrets" {
  for_each = { a = var.secret, b = var.passing }
  role     = each.key

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = each.value, Resource = "*" }]
  })
}

resource "aws_iam_role_policy" "é" {
  role = "a"

  policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [{ "Sid": "é", "Effect": "allow", "Action": "s3:ListAllMyBuckets", "Resource": "*" }]
    }
  EOT
}

resource "aws_iam_role_policy" "silenced" {
  role = "a"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      # tflint-ignore: crosstrail_unknown_action
      { Effect = "Allow", Action = "s3:ListNewThings", Resource = "*" },
      # crosstrail:ignore[unknown-action] new this week
      { Effect = "Allow", Action = "s3:ListNewerThings", Resource = "*" },
    ]
  })
}
