# The role of whoever is on call. It reads the logs through a role of the log archive,
# which trusts it: see ../audit/reader.tf.
resource "aws_iam_role" "incident_response" {
  name = "incident-response"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${module.accounts.ids.security}:root" }
      Action    = "sts:AssumeRole"
    }]
  })
}

# Of the ledger it needs to see what is waiting in the queue.
resource "aws_iam_role_policy" "incident_response" {
  name = "look-into-ledger"
  role = aws_iam_role.incident_response.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "sqs:ReceiveMessage"
      Resource = "arn:aws:sqs:eu-west-1:${module.accounts.ids.payments}:ledger"
    }]
  })
}

# Findings about payments go to the people who keep its books.
resource "aws_sns_topic" "findings" {
  name = "findings"
}

resource "aws_sns_topic_policy" "findings" {
  arn = aws_sns_topic.findings.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Bookkeeping"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${module.accounts.ids.payments}:role/bookkeeping" }
      Action    = "sns:Subscribe"
      Resource  = aws_sns_topic.findings.arn
    }]
  })
}
