//! OpenID Connect providers that many customers share.

use crate::aws::table::Table;

static ISSUERS: Table = Table::new(include_str!("../../../data/oidc_issuers.tsv"));

/// The claim that tells the customers of a shared issuer apart (`sub`, `aud`), by the URL of
/// the issuer without scheme; `None` for one that belongs to one customer.
///
/// IAM refuses a trust policy that does not ask for it.
#[must_use]
pub fn tenant_claim(issuer: &str) -> Option<&'static str> {
    ISSUERS.find(issuer).map(|record| record.field(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_has_a_claim_and_a_source() {
        for record in ISSUERS.records() {
            assert!(["aud", "sub"].contains(&record.field(1)), "{}", record.key());
            assert!(record.field(2).starts_with("https://docs.aws.amazon.com/"), "{}", record.key());
        }
        assert_eq!(tenant_claim("token.actions.githubusercontent.com"), Some("sub"));
        assert_eq!(tenant_claim("oidc.eks.eu-west-1.amazonaws.com/id/A"), None);
    }
}
