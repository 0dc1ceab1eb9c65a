resource "aws_kms_key" "trail" {
  description         = "Encrypts the organisation's trail"
  enable_key_rotation = true

  policy = <<-POLICY
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Sid": "Administration",
          "Effect": "Allow",
          "Principal": { "AWS": "arn:aws:iam::${module.accounts.ids.log_archive}:root" },
          "Action": "kms:*",
          "Resource": "*"
        },
        {
          "Sid": "Trail",
          "Effect": "Allow",
          "Principal": { "Service": "cloudtrail.amazonaws.com" },
          "Action": ["kms:GenerateDataKey*", "kms:DescribeKey"],
          "Resource": "*",
          "Condition": {
            "StringEquals": { "aws:SourceArn": "${local.trail_arn}" },
            "StringLike": {
              "kms:EncryptionContext:aws:cloudtrail:arn": "arn:aws:cloudtrail:*:${module.accounts.ids.management}:trail/*"
            }
          }
        },
        {
          "Sid": "Trail",
          "Effect": "allow",
          "Principal": { "AWS": "arn:aws:iam::77778888999:role/incident-response" },
          "Action": "kms:Decrypt",
          "Resource": "*"
        }
      ]
    }
  POLICY
}
