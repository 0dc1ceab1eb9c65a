//! A request with the policies about it, as both implementations read it.

use serde_json::{Map, Value, json};

/// A request with the policies about it.
#[derive(Debug, Clone)]
pub struct Case {
    /// Who calls.
    pub caller: CallerCase,
    /// What: `s3:GetObject`.
    pub action: String,
    /// The ARN of the resource.
    pub resource: String,
    /// The account of the resource.
    pub owner: String,
    /// Condition keys that do not follow from the caller. A key that is not here is absent.
    pub context: Map<String, Value>,
    /// Condition keys that follow from the caller: ours finds them by itself.
    pub derived: Map<String, Value>,
    /// Identity policies.
    pub identity: Vec<Value>,
    /// The permissions boundary.
    pub boundary: Option<Value>,
    /// The session policy.
    pub session: Option<Value>,
    /// The policy of the resource.
    pub resource_policy: Option<Value>,
    /// Service control policies, one a level.
    pub service_control: Vec<Value>,
    /// Resource control policies, one a level.
    pub resource_control: Vec<Value>,
}

/// Who calls.
#[derive(Debug, Clone)]
pub struct CallerCase {
    /// `role`, `session`, `user`, `federated-user`, `service` or `anonymous`
    pub kind: &'static str,
    /// Its ARN, or the service's name.
    pub name: String,
    /// The ARN of the role or the user behind a session.
    pub behind: String,
    /// Its account; empty for who has none.
    pub account: String,
}

impl Case {
    /// The case as one line of JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let caller = json!({"kind": self.caller.kind, "name": self.caller.name});
        json!({
            "caller": caller,
            "action": self.action,
            "resource": self.resource,
            "owner": self.owner,
            "context": self.context,
            "derived": self.derived,
            "identity": self.identity,
            "boundary": self.boundary,
            "session": self.session,
            "resource_policy": self.resource_policy,
            "service_control": self.service_control,
            "resource_control": self.resource_control,
        })
        .to_string()
    }
}
