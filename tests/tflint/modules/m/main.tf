variable "bucket" {
  type = string
}

resource "aws_iam_role_policy" "reads" {
  role = "a"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "s3:GetObjet", Resource = "arn:aws:s3:::${var.bucket}/*" },
      { Effect = "Allow", Action = "s3:ListAllMyBuckets", Resource = "*" },
    ]
  })
}

resource "aws_iam_role_policy" "independent" {
  role = "a"

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:ListNothing", Resource = "*" }]
  })
}
