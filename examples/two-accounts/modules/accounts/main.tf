# Who is who in the organisation. Every stack calls this module, so that account
# numbers stand in one place.

locals {
  accounts = {
    management  = "111122223333"
    log_archive = "444455556666"
    security    = "777788889999"
    payments    = "123456789012"
  }
}

output "ids" {
  description = "Account numbers by name."
  value       = local.accounts
}

output "organization_id" {
  value = "o-a1b2c3d4e5"
}
