provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["444455556666"]
}

resource "aws_s3_bucket" "logs" {
  bucket = "example-audit-logs"
}

resource "aws_iam_role" "log_reader" {
  name = "log-reader"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::777788889999:role/incident-response" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "log_reader" {
  name = "read-logs"
  role = aws_iam_role.log_reader.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = [/* größer 😀 */ "s3:GetObjct"]
      Resource = "${aws_s3_bucket.logs.arn}/*"
    }]
  })
}
