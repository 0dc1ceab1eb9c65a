module "deploy_role" {
  source = "../modules/deploy-role"

  pipeline_role_arn = "arn:aws:iam::${module.accounts.ids.management}:role/pipeline"
  artifact_bucket   = "example-payments-artifacts"
}

resource "aws_sqs_queue" "ledger" {
  name = "ledger"
}

# Other accounts of the organisation hand in their bookings.
resource "aws_sqs_queue_policy" "ledger" {
  queue_url = aws_sqs_queue.ledger.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Bookings"
      Effect    = "Allow"
      Principal = { AWS = [for name, id in module.accounts.ids : "arn:aws:iam::${id}:root" if name != "payments"] }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.ledger.arn
    }]
  })
}

resource "aws_iam_role" "ledger" {
  name = "ledger"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "ledger" {
  name = "ledger"
  role = aws_iam_role.ledger.id

  policy = templatefile("${path.module}/policies/ledger.json.tftpl", {
    queue_arn = aws_sqs_queue.ledger.arn
    log_group = "arn:aws:logs:eu-west-1:${module.accounts.ids.payments}:log-group:/ledger:*"
  })
}

# Every booking is also an event in the organisation's CloudTrail Lake.
resource "aws_iam_role_policy" "ledger_events" {
  name = "ledger-events"
  role = aws_iam_role.ledger.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "cloudtrail:PutAuditEvents"
      Resource = "arn:aws:cloudtrail:eu-west-1:${module.accounts.ids.log_archive}:channel/0f9b3c1e-7a52-4d7e-9d43-5b2d8f1c6a90"
    }]
  })
}

resource "aws_iam_policy" "support" {
  name   = "support-read"
  policy = file("${path.module}/policies/support-read.json")
}
