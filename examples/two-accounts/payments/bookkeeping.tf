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
