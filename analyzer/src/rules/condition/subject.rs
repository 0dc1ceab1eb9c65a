//! The subject of a workflow on GitHub: `repo:OWNER/REPOSITORY:ref:refs/heads/BRANCH`.
//!
//! Source: IAM User Guide, `id_roles_create_for-idp_oidc`.

/// Whose workflows a pattern of subjects lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Breadth<'a> {
    /// Those of owners that anyone may be.
    AnyOwner,
    /// Those of every repository of this owner.
    AnyRepository(&'a str),
    /// Those of some repositories, or of something that is written in another way.
    Repository,
}

const REPOSITORY: &str = "repo:";

/// What a pattern, in which `*` and `?` are wildcards, lets in.
pub(in crate::rules) fn breadth(pattern: &str) -> Breadth<'_> {
    let Some(rest) = pattern.strip_prefix(REPOSITORY) else {
        let before = pattern.split(['*', '?']).next().unwrap_or_default();
        let is_open = before.len() < pattern.len() && REPOSITORY.starts_with(before);
        return if is_open { Breadth::AnyOwner } else { Breadth::Repository };
    };
    match rest.split_once('/') {
        Some((owner, _)) if has_wildcard(owner) => Breadth::AnyOwner,
        Some((owner, rest)) => {
            let repository = rest.split(':').next().unwrap_or_default();
            let is_open = !repository.is_empty() && repository.chars().all(|letter| letter == '*');
            if is_open { Breadth::AnyRepository(owner) } else { Breadth::Repository }
        }
        None if has_wildcard(rest) => Breadth::AnyOwner,
        None => Breadth::Repository,
    }
}

fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?'])
}

#[cfg(test)]
mod tests {
    use super::Breadth::{AnyOwner, AnyRepository, Repository};
    use super::breadth;

    #[test]
    fn whose_workflows() {
        let cases = [
            ("*", AnyOwner),
            ("re*", AnyOwner),
            ("repo:*", AnyOwner),
            ("repo:octo*", AnyOwner),
            ("repo:*/app:*", AnyOwner),
            ("repo:octo*/app:*", AnyOwner),
            ("repo:octo/*", AnyRepository("octo")),
            ("repo:octo/*:ref:refs/heads/main", AnyRepository("octo")),
            ("repo:octo/app-*", Repository),
            ("repo:octo/app:*", Repository),
            ("repo:octo/app:ref:refs/heads/main", Repository),
            ("repository_id:1:*", Repository),
            ("", Repository),
        ];
        for (pattern, expected) in cases {
            assert_eq!(breadth(pattern), expected, "{pattern}");
        }
    }
}
