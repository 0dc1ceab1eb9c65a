action = "s3:ListWhatever"
