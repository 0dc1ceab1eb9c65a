resource "aws_iam_policy" "É" { policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:ListNothing", Resource = "*" }] }) }

resource "aws_iam_policy" "B" { policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:ListNothing", Resource = "*" }] }) }
