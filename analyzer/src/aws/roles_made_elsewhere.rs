//! Roles that no one writes down: services of AWS make them, its consoles, or tools that prepare an account.

use super::glob::matches_ignoring_case;
use super::table::Table;

static ROLES: Table = Table::new(include_str!("../../data/roles_made_elsewhere.tsv"));

/// Whether a role of this path and name, `service-role/x`, is made by AWS or a tool as far as its name tells.
#[must_use]
pub fn is_made_elsewhere(role: &str) -> bool {
    let name = role.rsplit('/').next().unwrap_or(role);
    let fits = |pattern: &str| matches_ignoring_case(pattern, role) || matches_ignoring_case(pattern, name);
    ROLES.records().any(|record| fits(record.key()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_a_source() {
        assert!(ROLES.records().all(|record| !record.field(1).is_empty()));
    }

    #[test]
    fn roles() {
        for role in [
            "OrganizationAccountAccessRole",
            "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef",
            "AWSReservedSSO_Admin_0123456789abcdef",
            "aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
            "stacksets-exec-0123456789abcdef",
            "cdk-hnb659fds-deploy-role-111122223333-eu-west-1",
            "AWSControlTowerExecution",
        ] {
            assert!(is_made_elsewhere(role), "{role}");
        }
        for role in ["deploy", "ci/deploy", "my-cdk-role"] {
            assert!(!is_made_elsewhere(role), "{role}");
        }
    }
}
