module "account" {
  source   = "./account"
  for_each = local.accounts

  name  = each.key
  email = "aws+${each.key}@example.org"

  providers = {
    aws      = aws
    aws.root = aws.root
  }
}

module "log" {
  source  = "registry.example.org/log/aws"
  version = "1.2.3"

  buckets = [
    for account in module.account : account.bucket
    if account.bucket != null
  ]

  settings = {
    "retention" = 30,
    (var.kind)  : "x",
    nested = {
      list = [
        1,
        2, # two
      ]
    }
  }
}

variable "kind" {
  type    = string
  default = "audit"

  validation {
    condition     = contains(["audit", "access"], var.kind)
    error_message = "The kind must be audit or access."
  }
}

variable "rules" {
  type = list(object({
    name    = string
    ports   = optional(list(number), [443])
    sources = set(string)
  }))
  default = []
}

locals {
  accounts = { for name in ["tools", "prod", "log"] : name => upper(name) }
  first    = keys(local.accounts)[0]
  ports    = flatten(var.rules[*].ports)
  greeting = "%{ if var.kind == "audit" }Hello%{ else }Bye%{ endif }, ${local.first}!"
}

resource "aws_security_group" "this" {
  name = join("-", [local.first, var.kind])

  dynamic "ingress" {
    for_each = { for rule in var.rules : rule.name => rule }
    iterator = it

    content {
      from_port   = min(it.value.ports...)
      to_port     = max(it.value.ports...)
      protocol    = "tcp"
      cidr_blocks = [for source in it.value.sources : cidrsubnet(source, 8, 1)]
    }
  }
}

resource "null_resource" "script" {
  provisioner "local-exec" {
    command = <<-EOT
      #!/bin/bash
      set -e
      for name in ${join(" ", keys(local.accounts))}; do
        echo "$${name} = $name" \
          | sed 's/"/\"/g'
      done
    EOT
  }
}

moved {
  from = module.old
  to   = module.account["tools"]
}

check "health" {
  data "http" "status" {
    url = "https://example.org/"
  }

  assert {
    condition     = data.http.status.status_code == 200
    error_message = "example.org is down"
  }
}

output "accounts" {
  description = "All accounts."
  value       = { for name, account in module.account : name => account.id... }
  sensitive   = true
}
