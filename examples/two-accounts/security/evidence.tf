# What an incident left behind. The people who keep the books of payments read it.
resource "aws_s3_bucket" "evidence" {
  bucket = "example-security-evidence"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "evidence" {
  bucket = aws_s3_bucket.evidence.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.evidence.arn
    }
  }
}

resource "aws_s3_bucket_policy" "evidence" {
  bucket = aws_s3_bucket.evidence.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Bookkeeping"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${module.accounts.ids.payments}:role/bookkeeping" }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.evidence.arn}/payments/*"
      },
    ]
  })
}

resource "aws_kms_key" "evidence" {
  description         = "Encrypts what incidents left behind"
  enable_key_rotation = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Administration"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${module.accounts.ids.security}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
    ]
  })
}
