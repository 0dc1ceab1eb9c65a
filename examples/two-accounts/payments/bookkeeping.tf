# The people who keep the books: they follow a finding into the security account.

resource "aws_iam_role" "bookkeeping" {
  name = "bookkeeping"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${module.accounts.ids.payments}:root" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "bookkeeping" {
  name = "follow-findings"
  role = aws_iam_role.bookkeeping.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "sts:AssumeRole"
      Resource = "arn:aws:iam::${module.accounts.ids.security}:role/incident-response"
    }]
  })
}

# What they find there they may read, and it is encrypted.
resource "aws_iam_role_policy" "bookkeeping_evidence" {
  name = "read-evidence"
  role = aws_iam_role.bookkeeping.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "arn:aws:s3:::example-security-evidence/payments/*"
      },
      {
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = "arn:aws:kms:eu-west-1:${module.accounts.ids.security}:key/*"
      },
    ]
  })
}
