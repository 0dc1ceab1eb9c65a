//! Resources that can have a policy, and the resources that put one on them.

use std::sync::Arc;

use smol_str::SmolStr;
use thin_vec::{ThinVec, thin_vec};

use crate::aws::sites::{self as table, Link, PolicySite, Subject};
use crate::aws::subjects::{SubjectType, subject_type};
use crate::eval::account::Account;
use crate::eval::evaluator::{Existence, ResourceInstance};
use crate::eval::symbol::{Cause, Symbol};
use crate::eval::text::{Known, Piece, Text};
use crate::iam::principal::Origin;
use crate::iam::resource::{PolicedResource, ResourcePolicy, ResourcePolicySource};
use crate::module::Mode;
use crate::policy::model::PolicyDocument;
use crate::policy::read_text;
use crate::source::Span;

use super::encryption::KeyClaim;
use super::mention::{Mention, Mentions};
use super::{Collector, is_downloaded, may_be_written};

/// One resource's word about what is on another.
#[derive(Debug, Clone)]
pub(in crate::iam) struct ResourceClaim {
    pub(in crate::iam) subject: ResourceSubject,
    /// The prefix of the subject's service.
    pub(in crate::iam) service: &'static str,
    pub(in crate::iam) resource_type: Option<&'static str>,
    pub(in crate::iam) says: ResourceSays,
    pub(in crate::iam) via: Span,
    pub(in crate::iam) existence: Existence,
    pub(in crate::iam) stack: SmolStr,
    pub(in crate::iam) address: SmolStr,
    pub(in crate::iam) account: Account,
}

/// What a claim is about.
#[derive(Debug, Clone)]
pub(in crate::iam) enum ResourceSubject {
    /// The resource of this index in the same part.
    Itself(usize),
    /// What is called so.
    Named(Mention),
    /// Everything of the service in the account.
    Account,
}

/// What a claim says of its subject.
#[derive(Debug, Clone)]
pub(in crate::iam) enum ResourceSays {
    /// The policies of this attribute are on it.
    Policy(&'static str),
    /// It has this document's statements too.
    Grant(Arc<PolicyDocument>),
    /// A key encrypts what it holds.
    Encrypted(KeyClaim),
    /// Someone may use it in a way that is not read.
    Open(Symbol),
}

/// Whether resources or data sources of type `ty` can have a policy.
pub(super) fn has_policy(ty: &str) -> bool {
    subject_type(ty).is_some() || self_policed(ty).is_some()
}

/// The resource type that puts an access control list on a bucket.
pub(super) const ACCESS_CONTROL_TYPE: &str = "aws_s3_bucket_acl";

/// Access control lists that let in no other account.
/// [Canned ACLs](https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl)
const OF_THE_OWNER: &[&str] =
    &["aws-exec-read", "bucket-owner-full-control", "bucket-owner-read", "log-delivery-write", "private"];

impl Collector<'_, '_> {
    /// Keeps the resource that `instance` is; its index in the part.
    pub(super) fn resource(&mut self, instance: &Arc<ResourceInstance>) -> Option<usize> {
        let looked_up = match instance.decl.address.mode {
            Mode::Managed => false,
            Mode::Data => true,
            Mode::Ephemeral => return None,
        };
        let subject = subject_type(instance.ty()).or_else(|| self_policed(instance.ty()).filter(|_| !looked_up))?;
        let header = instance.decl.header;
        let more = || self.evaluator.symbol(format!("{}.policy", instance.address), Cause::Data, Some(header));
        let names = [subject.name, subject.id].into_iter().flatten();
        let mut names: ThinVec<Text> = names.filter_map(|name| self.text(instance, name)).collect();
        names.shrink_to_fit();
        let resource = PolicedResource {
            service: subject.service,
            resource_type: Some(subject.resource_type),
            origin: if looked_up { Origin::LookedUp } else { Origin::Declared },
            stack: self.evaluator.scope_name().clone(),
            address: instance.address.clone(),
            account: self.account(instance),
            arn: self.text(instance, subject.arn)?,
            names,
            aliases: ThinVec::new(),
            encryption: ThinVec::new(),
            policies: ThinVec::new(),
            open: if looked_up { thin_vec![more()] } else { ThinVec::new() },
            existence: instance.existence.clone(),
            downloaded: is_downloaded(instance),
            span: header,
        };
        let resource = PolicedResource { policies: default_policy(&resource).into_iter().collect(), ..resource };
        self.part.resources.push(Arc::new(resource));
        Some(self.part.resources.len() - 1)
    }

    /// Keeps what `instance`, which is the `resource` if it is one, says of what is on resources.
    pub(super) fn resource_claims(&mut self, instance: &Arc<ResourceInstance>, resource: Option<usize>) {
        let sites = table::policies(instance.ty()).filter(|site| site.kind == PolicySite::Resource);
        for site in sites.filter(|site| may_be_written(instance, site.attribute)) {
            let kind = (site.service, site.subject_type);
            for subject in self.resource_subjects(instance, site.subject, resource) {
                let says = ResourceSays::Policy(site.attribute);
                self.resource_claim(instance, subject, kind, says, instance.decl.header);
            }
        }
        for site in table::links(instance.ty()).filter(|site| site.kind == Link::Grant) {
            let kind = (site.service, site.subject_type);
            let Some(attribute) = instance.decl.body.attribute(site.attribute) else { continue };
            for subject in self.resource_subjects(instance, site.subject, resource) {
                let says = match self.grant(instance, attribute.span()) {
                    Some(document) => ResourceSays::Grant(Arc::new(document)),
                    None => ResourceSays::Open(self.grant_symbol(instance, attribute.span())),
                };
                self.resource_claim(instance, subject, kind, says, attribute.span());
            }
        }
    }

    /// Keeps that the access control list of a bucket may let others in.
    pub(super) fn access_control(&mut self, instance: &Arc<ResourceInstance>, resource: Option<usize>) {
        let subject = match instance.ty().as_str() {
            "aws_s3_bucket" => Subject::Itself,
            ACCESS_CONTROL_TYPE => Subject::Named { attributes: "bucket", by: "name" },
            _ => return,
        };
        let body = &instance.decl.body;
        let named = self.text(instance, "acl").and_then(|acl| acl.as_known());
        let is_own = named.is_some_and(|acl| OF_THE_OWNER.contains(&acl.as_str()));
        let has_grants = ["grant", "access_control_policy"].iter().any(|kind| !body.nested_blocks(kind).is_empty());
        let Some(span) = body
            .attribute("acl")
            .filter(|_| !is_own)
            .map(|it| it.span())
            .or(has_grants.then_some(instance.decl.header))
        else {
            return;
        };
        for subject in self.resource_subjects(instance, subject, resource) {
            let says = ResourceSays::Open(self.grant_symbol(instance, span));
            self.resource_claim(instance, subject, ("s3", Some("bucket")), says, span);
        }
    }

    fn grant_symbol(&self, instance: &ResourceInstance, span: Span) -> Symbol {
        self.evaluator.symbol(format!("grant of {}", instance.address), Cause::Computed, Some(span))
    }

    pub(super) fn resource_subjects(
        &self,
        instance: &Arc<ResourceInstance>,
        subject: Subject,
        resource: Option<usize>,
    ) -> Vec<ResourceSubject> {
        match subject {
            Subject::Itself => resource.map(ResourceSubject::Itself).into_iter().collect(),
            Subject::Named { attributes, .. } => {
                let values = self.values(instance, attributes).into_iter();
                let mentions = values.map(|placed| Mentions::of_one(&placed.value, &placed.existence));
                mentions.flat_map(|mentions| mentions.items).map(ResourceSubject::Named).collect()
            }
            Subject::Account | Subject::Organization => vec![ResourceSubject::Account],
        }
    }

    pub(super) fn resource_claim(
        &mut self,
        instance: &Arc<ResourceInstance>,
        subject: ResourceSubject,
        (service, resource_type): (&'static str, Option<&'static str>),
        says: ResourceSays,
        via: Span,
    ) {
        let claim = ResourceClaim {
            subject,
            service,
            resource_type,
            says,
            via,
            existence: instance.existence.clone(),
            stack: self.evaluator.scope_name().clone(),
            address: instance.address.clone(),
            account: self.account(instance),
        };
        self.part.resource_claims.push(claim);
    }
}

/// A resource type that has its policy itself and nothing else about it in the tables.
fn self_policed(ty: &str) -> Option<SubjectType> {
    let mut sites = table::policies(ty);
    let site = sites.find(|site| site.kind == PolicySite::Resource && site.subject == Subject::Itself)?;
    let (ty, service) = (site.resource_type, site.service);
    Some(SubjectType { ty, service, resource_type: site.subject_type?, arn: "arn", name: None, id: None })
}

/// The policy of a key for which none is written: the account may do everything with it.
/// [Default key policy](https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html)
fn default_policy(resource: &PolicedResource) -> Option<ResourcePolicy> {
    if resource.service != "kms" || resource.origin != Origin::Declared {
        return None;
    }
    let before = Text::known(r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":""#);
    let behind = Text::known(r#""},"Action":"kms:*","Resource":"*"}]}"#);
    let account = unplaced(&resource.account.text);
    let document = read_text(&before.concat(account).concat(behind), resource.span);
    let source = ResourcePolicySource::Default(Arc::new(document));
    Some(ResourcePolicy { source, via: resource.span, existence: Existence::Certain })
}

/// The same text without the places of its pieces: nobody wrote it here.
fn unplaced(text: &Text) -> Text {
    let pieces = text.pieces().iter().map(|piece| match piece {
        Piece::Known(known) => Piece::Known(Known { text: known.text.clone(), place: None }),
        Piece::Hole(symbol) => Piece::Hole(symbol.clone()),
    });
    Text::from_pieces(pieces)
}
