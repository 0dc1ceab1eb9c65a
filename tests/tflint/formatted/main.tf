resource "aws_iam_role_policy" "reads" {
  role = "a"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Efect   = "Allow"          # as it was
      Actio   = "s3:ListBuckett" # misspelt
      Resorce = "arn:aws:s3:::x" # and so on
    }]
  })
}

resource "aws_iam_role_policy" "as_someone_likes_it" {
  role = "a"

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{
      Efect    = "Allow"
      Action = "s3:ListAllMyBuckets"
      Resource = "*"
    }]
  })
}
