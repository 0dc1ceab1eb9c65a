//! Who and what has which policies, from files to the model.

#![expect(clippy::string_slice, reason = "a test that slips fails, as it should")]

use std::sync::Arc;

use super::*;
use crate::analysis::{Analysis, Host, Roots};
use crate::config::{Configuration, ConfigurationPlace, FILE_NAME};
use crate::eval::evaluator::Existence;
use crate::source::{MemoryFileSystem, Span};

mod held;
mod principals;
mod resources;

struct View {
    analysis: Analysis,
}

fn view(files: &[(&str, &str)]) -> View {
    configured("", files)
}

fn main_tf(text: &str) -> View {
    view(&[("main.tf", text)])
}

fn configured(configuration: &str, files: &[(&str, &str)]) -> View {
    let (configuration, errors) = Configuration::read(ConfigurationPlace::new(FILE_NAME), configuration);
    assert_eq!(errors, []);
    let mut system = MemoryFileSystem::default();
    for (path, text) in files {
        system.insert(path, *text);
    }
    let mut host = Host::new(Arc::new(system));
    host.set_roots(Roots { directories: vec![".".to_owned()], ..Roots::default() });
    host.set_configuration(Arc::new(configuration));
    let analysis = host.analysis();
    assert_eq!(analysis.problems(), []);
    View { analysis }
}

impl View {
    fn iam(&self) -> &IamModel {
        self.analysis.iam()
    }

    /// The principal of that address in the root stack, or of that name.
    fn principal(&self, address: &str) -> &Principal {
        let mut all = self.iam().principals().iter();
        let found = all.find(|it| it.address == address || it.address.is_empty() && it.name.display() == address);
        found.unwrap_or_else(|| panic!("{:?}", self.all()))
    }

    fn all(&self) -> Vec<String> {
        self.iam()
            .principals()
            .iter()
            .map(|it| format!("{:?} {} {}", it.origin, it.address, it.arn.display()))
            .collect()
    }

    /// The policies of a principal: what they are, how they are attached, and `?` for what may not be.
    fn policies(&self, address: &str) -> Vec<String> {
        self.principal(address).policies.iter().map(|it| self.shown(it)).collect()
    }

    fn shown(&self, policy: &AttachedPolicy) -> String {
        let source = match &policy.source {
            PolicySource::Site(index) => self.analysis.policies()[*index].address.to_string(),
            PolicySource::Aws(facts) => format!("aws {}", facts.name),
            PolicySource::NotInView(arn) => format!("elsewhere {}", arn.display()),
            PolicySource::Unknown(symbol) => format!("any {}", symbol.address()),
        };
        format!("{source}{} via {}", doubt(&policy.existence), self.text(policy.via))
    }

    fn open(&self, address: &str) -> Vec<String> {
        self.principal(address).open.iter().map(|symbol| symbol.address().to_string()).collect()
    }

    /// The first line of what stands at a place.
    fn text(&self, span: Span) -> String {
        let text = self.analysis.sources().text(span);
        let line = text.lines().next().unwrap_or_default();
        line[..line.floor_char_boundary(60)].to_owned()
    }
}

fn doubt(existence: &Existence) -> String {
    match existence {
        Existence::Certain => String::new(),
        Existence::MayExist(symbol) => format!(" if {}", symbol.address()),
    }
}

const DOCUMENT: &str = r#"
locals {
  any   = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] })
  trust = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })
}
"#;

fn with_document(text: &str) -> View {
    main_tf(&format!("{DOCUMENT}{text}"))
}

/// What a policy shows of itself: where it is, how it got there, and whether that is certain.
impl View {
    fn resource(&self, address: &str) -> &PolicedResource {
        let mut all = self.iam().resources().iter();
        let found = all.find(|it| it.address == address || it.address.is_empty() && it.arn.display() == address);
        found.unwrap_or_else(|| panic!("{:?}", self.resources()))
    }

    fn resources(&self) -> Vec<String> {
        self.iam().resources().iter().map(|it| format!("{:?} {} {}", it.origin, it.address, it.arn.display())).collect()
    }

    /// The policies on a resource, in the form of [`Self::policies`].
    fn on(&self, address: &str) -> Vec<String> {
        let show = |policy: &ResourcePolicy| {
            let source = match &policy.source {
                ResourcePolicySource::Site(index) => self.analysis.policies()[*index].address.to_string(),
                ResourcePolicySource::Implied(_) => "implied".to_owned(),
                ResourcePolicySource::Default(_) => "default".to_owned(),
            };
            format!("{source}{}", doubt(&policy.existence))
        };
        self.resource(address).policies.iter().map(show).collect()
    }
}
