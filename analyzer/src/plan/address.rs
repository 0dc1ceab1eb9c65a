//! Addresses of instances: `module.spoke["a"].aws_iam_role.main[0]`.

use smol_str::SmolStr;

use crate::module::{Mode, ResourceAddress};

/// A resource instance by its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct InstanceAddress {
    /// The names of the calls that lead to its module, each with its key: `spoke["a"]`.
    pub(super) module: Vec<SmolStr>,
    /// The resource; its name has the key.
    pub(super) resource: ResourceAddress,
}

impl InstanceAddress {
    /// Reads `text`; `None` if it is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut steps = steps(text).into_iter().peekable();
        let mut module = Vec::new();
        while steps.peek() == Some(&"module") {
            steps.next();
            module.push(SmolStr::from(steps.next()?));
        }
        let mode = match *steps.peek()? {
            "data" => Mode::Data,
            "ephemeral" => Mode::Ephemeral,
            _ => Mode::Managed,
        };
        if mode != Mode::Managed {
            steps.next();
        }
        let (ty, name) = (steps.next()?.into(), steps.next()?.into());
        steps.next().is_none().then_some(Self { module, resource: ResourceAddress { mode, ty, name } })
    }

    /// The same block without keys, as the configuration names it: the calls, and the address
    /// within the module.
    pub(super) fn block(&self) -> (Vec<SmolStr>, String) {
        let module = self.module.iter().map(|step| without_key(step).into()).collect();
        (module, block(&self.resource).to_string())
    }
}

/// The address of the block of an instance, within its module.
pub(super) fn block(instance: &ResourceAddress) -> ResourceAddress {
    ResourceAddress { name: without_key(&instance.name).into(), ..instance.clone() }
}

/// The names of the calls in the address of a module: `module.a.module.b`.
pub(super) fn module_path(address: &str) -> Vec<SmolStr> {
    steps(address).into_iter().skip(1).step_by(2).map(SmolStr::from).collect()
}

/// `spoke` of `spoke["a"]`.
pub(super) fn without_key(step: &str) -> &str {
    step.split('[').next().unwrap_or(step)
}

/// The parts of an address between its dots; dots within keys do not count.
pub(super) fn steps(address: &str) -> Vec<&str> {
    let mut steps = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, byte) in address.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'.' if !quoted => {
                steps.extend(address.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    steps.extend(address.get(start..));
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_belong_to_names() {
        let address = InstanceAddress::parse(r#"module.a["x.y"].module.b[0].data.aws_t.n["\"."]"#).unwrap();
        assert_eq!(address.module, [r#"a["x.y"]"#, "b[0]"]);
        assert_eq!(address.resource.to_string(), r#"data.aws_t.n["\"."]"#);
        assert_eq!(address.block(), (vec!["a".into(), "b".into()], "data.aws_t.n".to_owned()));
    }

    #[test]
    fn what_is_no_address_is_none() {
        for text in ["", "a", "module", "module.a", "a.b.c", "data.a"] {
            assert_eq!(InstanceAddress::parse(text), None, "{text}");
        }
    }

    #[test]
    fn modules_have_paths() {
        assert_eq!(module_path("module.a.module.b"), ["a", "b"]);
        assert_eq!(module_path(""), [""; 0]);
    }
}
