//! The elements of the policy language, each in a sentence.
//!
//! Source: IAM User Guide, `reference_policies_elements`.

/// An element or a name that stands for one in a block, and what it is.
const ELEMENTS: &[(&str, &str)] = &[
    ("Action", "The actions that the statement is about: `service:Name`, with `*` and `?` as wildcards."),
    (
        "Condition",
        "When the statement holds: operators, each with condition keys and their values. All have to hold; of the values of a key one is enough.",
    ),
    ("Effect", "Whether the statement allows or denies. A `Deny` goes before every `Allow`."),
    ("Id", "A name for the policy. Some services ask for one."),
    ("NotAction", "The statement is about all actions but these, those of services yet to come among them."),
    ("NotPrincipal", "The statement is about everyone but these. With `Allow` that is nearly the whole world."),
    ("NotResource", "The statement is about all resources but these."),
    (
        "Principal",
        "Who: accounts, roles and users (`AWS`), services (`Service`), identity providers (`Federated`), S3's canonical users (`CanonicalUser`), or `*`. Only policies on resources and roles have it.",
    ),
    ("Resource", "What the actions are done to: ARNs, with `*` and `?` as wildcards."),
    ("Sid", "A name for the statement, unlike that of any other statement of the policy."),
    ("Statement", "The statements: one object or a list of them."),
    (
        "Version",
        "The version of the policy language. `2012-10-17` is the current one; without it policy variables are plain text.",
    ),
];

/// The arguments and blocks of `aws_iam_policy_document`, and the elements that they are.
const BLOCKS: &[(&str, &str)] = &[
    ("actions", "Action"),
    ("condition", "Condition"),
    ("effect", "Effect"),
    ("not_actions", "NotAction"),
    ("not_principals", "NotPrincipal"),
    ("not_resources", "NotResource"),
    ("policy_id", "Id"),
    ("principals", "Principal"),
    ("resources", "Resource"),
    ("sid", "Sid"),
    ("statement", "Statement"),
    ("version", "Version"),
];

/// Arguments of the blocks within a statement.
const ARGUMENTS: &[(&str, &str)] = &[
    ("identifiers", "The principals: ARNs, account numbers, names of services."),
    ("test", "The condition operator: `StringEquals`."),
    ("type", "What kind of principals: `AWS`, `Service`, `Federated`, `CanonicalUser`, or `*`."),
    ("values", "The values; one of them is enough."),
    ("variable", "The condition key: `aws:SourceAccount`."),
];

/// The types of principals, and what they are.
pub(super) const PRINCIPAL_TYPES: &[(&str, &str)] = &[
    ("AWS", "accounts, roles and users"),
    ("Service", "services of AWS"),
    ("Federated", "identity providers"),
    ("CanonicalUser", "users of S3 by their canonical ids"),
];

/// What the element `name` is, or the argument or block that stands for one.
pub(super) fn meaning(name: &str) -> Option<&'static str> {
    let find = |table: &[(&str, &'static str)], name: &str| {
        table.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    };
    let of_block = find(BLOCKS, name).and_then(|element| find(ELEMENTS, element));
    find(ELEMENTS, name).or(of_block).or_else(|| find(ARGUMENTS, name))
}

/// The element that the argument or block `name` of `aws_iam_policy_document` is; `name` itself if it is none.
pub(super) fn element_of(name: &str) -> &str {
    BLOCKS.iter().find(|(known, _)| *known == name).map_or(name, |(_, element)| element)
}
