# What the incident response team of the security account uses to look into the logs.

resource "aws_iam_role" "log_reader" {
  name = "log-reader"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "IncidentResponse"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${module.accounts.ids.security}:role/incident-response" }
        Action    = "sts:AssumeRole"
        Resource  = "*"
      },
    ]
  })
}

resource "aws_iam_role_policy" "log_reader" {
  name = "read-logs"
  role = aws_iam_role.log_reader.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ReadLogs"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:ListBucket"]
        Resource = [aws_s3_bucket.trail.arn, "${aws_s3_bucket.trail.arn}/*"]
      },
      {
        Sid      = "FindTrails"
        Effect   = "Allow"
        Action   = "cloudtrail:DescribeTrails"
        Resource = local.trail_arn
      },
      {
        Sid      = "QueryLake"
        Effect   = "Allow"
        Action   = ["cloudtrail:StartQuery", "cloudtrail:GetQueryResults"]
        Resource = "arn:aws:cloudtrail:eu-west-1:${module.accounts.ids.log_archive}:event-data-store/4a1b7f0c-93d2-4f5e-8c1d-2b6f0e9a7d31"
      },
    ]
  })
}
