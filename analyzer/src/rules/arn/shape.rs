//! What is wrong with the shape of an ARN, whatever its holes are.

use std::ops::Range;

use jiff::civil::Date;

use crate::aws::facts::{self, Feature, ResourceTypeFacts};
use crate::aws::pattern::{Pattern, Syntax};
use crate::aws::resource::filled;
use crate::eval::text::{Piece, Text};
use crate::finding::Safety;
use crate::rules::arn_fields::{ACCOUNT, FIELDS, Field, PARTITION, REGION, RESOURCE, SERVICE, fields};
use crate::rules::text::pattern;

/// What is wrong with an ARN.
#[derive(Debug)]
pub(in crate::rules) struct Fault {
    /// The part to mark, in bytes of the known text.
    pub(super) range: Range<usize>,
    /// What is wrong.
    pub(super) message: String,
    /// What was meant in its place, and whether nothing else can have been.
    pub(super) meant: Option<(String, Safety)>,
    /// What to do about it.
    pub(super) help: Option<String>,
}

/// Services all of whose resource types are listed.
const CLOSED: &[&str] = &["cloudtrail", "kms"];

/// Services all of whose ARNs have the fields that the reference gives their types:
/// AWS owns nothing in them whose ARN leaves the account out.
const WITH_PLACES: &[&str] = &[
    "cloudtrail",
    "dynamodb",
    "ecr",
    "events",
    "firehose",
    "iam",
    "kinesis",
    "kms",
    "lambda",
    "logs",
    "secretsmanager",
    "sns",
    "sqs",
    "states",
];

/// A resource that is neither `*` nor an ARN.
pub(super) fn no_arn(text: &Text) -> Option<Fault> {
    if matches!(text.pieces().first(), Some(Piece::Known(known)) if known.text.starts_with("arn:")) {
        return None;
    }
    let written = pattern(text, Syntax::Variables);
    let may_match = |other: &str| written.overlaps(&Pattern::of_text(other, Syntax::Wildcards)).may_be();
    // API Gateway takes the end of an ARN alone, and SQS took paths once.
    let other_forms = ["arn:*", "execute-api:*", "/*"];
    if written.matches("*").may_be() || other_forms.into_iter().any(may_match) {
        return None;
    }
    let message = format!("`{}` is no ARN: a resource is `*` or starts with `arn:`", text.display());
    Some(Fault { range: whole(text), message, meant: None, help: None })
}

/// What is wrong with an ARN; `None` for what is none.
pub(in crate::rules) fn fault(text: &Text, as_of: Date) -> Option<Fault> {
    let fields = fields(text);
    if fields.first()?.certain() != Some("arn") {
        return None;
    }
    too_short(text, &fields)
        .or_else(|| empty_field(text, &fields))
        .or_else(|| service_case(&fields))
        .or_else(|| unknown_type(&fields, as_of))
        .or_else(|| missing_place(text, &fields))
}

fn too_short(text: &Text, fields: &[Field]) -> Option<Fault> {
    let last = fields.last()?;
    let is_certain = last.placed && fields.len() < FIELDS && !fields.iter().any(|field| field.known.contains('$'));
    // A wildcard at the end goes on behind the colons that are not written.
    if !is_certain || last.known.ends_with(['*', '?']) {
        return None;
    }
    let message = format!(
        "`{}` has {} fields, an ARN has {FIELDS} with a colon after each but the last",
        text.display(),
        fields.len()
    );
    let help = "the fields are `arn:partition:service:region:account:resource`; those without a value stay empty";
    Some(Fault { range: whole(text), message, meant: None, help: Some(help.to_owned()) })
}

fn empty_field(text: &Text, fields: &[Field]) -> Option<Fault> {
    let names = [(PARTITION, "partition"), (SERVICE, "service")];
    let is_empty = |at: usize| fields.get(at).and_then(Field::certain) == Some("");
    let (_, name) = names.into_iter().find(|(at, _)| is_empty(*at))?;
    Some(Fault {
        range: whole(text),
        message: format!("`{}` lacks its {name}", text.display()),
        meant: None,
        help: None,
    })
}

fn service_case(fields: &[Field]) -> Option<Fault> {
    let field = fields.get(SERVICE)?;
    let written = field.certain()?;
    let lower = written.to_ascii_lowercase();
    if lower == written || facts::service(&lower).is_none() {
        return None;
    }
    let message = format!("the service in an ARN is written in lower case: `{lower}`");
    Some(Fault { range: field.range.clone(), message, meant: Some((lower, Safety::Safe)), help: None })
}

/// A resource part that no type of the service has. Since the reference leaves types
/// out, it must look like a listed one, or the service be one that is known in full.
fn unknown_type(fields: &[Field], as_of: Date) -> Option<Fault> {
    let service = fields.get(SERVICE)?.certain()?;
    let resource = fields.get(RESOURCE)?;
    if !resource.placed || may_be_listed(service, resource, as_of) {
        return None;
    }
    let (word, separator) = first_word(&resource.known);
    let words: Vec<(&str, &str)> = resource_types(service, as_of).filter_map(|ty| template_word(&ty)).collect();
    let at = |length: usize| resource.range.start..resource.range.start + length;
    if words.contains(&(word, separator)) {
        // It starts as it should; what is behind that is not for the reference to say.
        return None;
    }
    let mut of_word = words.iter().filter(|(other, _)| *other == word);
    if let Some((_, right)) = of_word.next().filter(|_| !separator.is_empty()) {
        let safety = if of_word.all(|(_, other)| other == right) { Safety::Safe } else { Safety::Unsafe };
        let (wrong, right) = (format!("{word}{separator}"), format!("{word}{right}"));
        let message = format!("`{wrong}` starts no ARN of `{service}`; did you mean `{right}`?");
        return Some(Fault { range: at(wrong.len()), message, meant: Some((right, safety)), help: None });
    }
    let has_word = !separator.is_empty() && !word.is_empty();
    let nearest = if has_word { nearest(word, &words) } else { None };
    if nearest.is_none() && !CLOSED.contains(&service) {
        return None;
    }
    if !has_word {
        let names: Vec<String> = words.iter().map(|(word, separator)| format!("`{word}{separator}`")).collect();
        let message =
            format!("`{}` names no resource type of `{service}`: it starts with {}", resource.known, names.join(", "));
        return Some(Fault { range: resource.range.clone(), message, meant: None, help: None });
    }
    let hint = nearest.map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default();
    let message = format!("`{service}` has no resource type `{word}`{hint}");
    let safety = |meant: &str| if plain(meant) == plain(word) { Safety::Safe } else { Safety::Unsafe };
    let meant = nearest.map(|nearest| (nearest.to_owned(), safety(nearest)));
    Some(Fault { range: at(word.len()), message, meant, help: None })
}

/// The resource types that a service has on that day.
fn resource_types(service: &str, as_of: Date) -> impl Iterator<Item = ResourceTypeFacts> {
    facts::resource_types(service).filter(move |ty| is_there(ty, as_of))
}

fn is_there(ty: &ResourceTypeFacts, as_of: Date) -> bool {
    facts::support(Feature::ResourceType, ty.service, ty.name).is_none_or(|support| support.on(as_of))
}

/// Whether the resource part can be one of a listed type, or of none that could be listed.
fn may_be_listed(service: &str, resource: &Field, as_of: Date) -> bool {
    if resource.is_pattern_at_start() || resource_types(service, as_of).next().is_none() {
        return true;
    }
    // A hole may hold what makes it fit; holes come after what is known of the start.
    let open = if resource.holes { "*" } else { "" };
    let written = format!("{}{open}", filled(&resource.known));
    let mut fitting = facts::resource_types(service).filter(|ty| ty.arns().any(|form| may_have_form(&written, form)));
    fitting.any(|ty| is_there(&ty, as_of))
}

/// Whether `written`, a resource part with `*` for what is not known, can be that of an ARN of this form.
fn may_have_form(written: &str, form: &str) -> bool {
    let template = form.splitn(FIELDS, ':').last().unwrap_or_default();
    // Most forms differ before the first name in them: that is cheap to see.
    let mut starts =
        written.bytes().zip(template.bytes()).take_while(|(a, b)| !b"*?$".contains(a) && !b"*?$".contains(b));
    let overlaps = || {
        let written: Pattern<u8> = Pattern::of_text(written, Syntax::Wildcards);
        written.overlaps(&Pattern::of_text(&filled(template), Syntax::Wildcards)).may_be()
    };
    starts.all(|(a, b)| a == b) && overlaps()
}

impl Field<'_> {
    /// Whether nothing is known of how it starts.
    fn is_pattern_at_start(&self) -> bool {
        self.holes || self.known.is_empty() || self.known.starts_with(['*', '?', '$'])
    }
}

/// What stands before the first separator, and the separator; none if a wildcard comes first.
fn first_word(resource: &str) -> (&str, &str) {
    let Some(end) = resource.find(['/', ':', '*', '?', '$']) else { return (resource, "") };
    let separator = resource.get(end..=end).filter(|it| matches!(*it, "/" | ":")).unwrap_or_default();
    (resource.get(..end).unwrap_or_default(), separator)
}

/// The same of a type: `trail` and `/`.
fn template_word(ty: &ResourceTypeFacts) -> Option<(&'static str, &'static str)> {
    let (word, separator) = first_word(ty.arn.splitn(FIELDS, ':').last()?);
    (!word.is_empty() && !separator.is_empty()).then_some((word, separator))
}

/// A word without hyphens and letter case, which people do not remember.
fn plain(word: &str) -> String {
    word.replace(['-', '_'], "").to_ascii_lowercase()
}

/// The type that `word` was probably meant to be. Short names are too near to each other to say.
fn nearest<'a>(word: &str, words: &[(&'a str, &str)]) -> Option<&'a str> {
    let candidates = words.iter().map(|(candidate, _)| *candidate).filter(|candidate| candidate.len() >= 5);
    let distance = |candidate: &str| strsim::damerau_levenshtein(&plain(word), &plain(candidate));
    let (distance, candidate) = candidates.map(|candidate| (distance(candidate), candidate)).min()?;
    (distance <= 1).then_some(candidate)
}

/// An empty region or account in an ARN whose type has one.
fn missing_place(text: &Text, fields: &[Field]) -> Option<Fault> {
    let service = fields.get(SERVICE)?.certain()?;
    let resource = fields.get(RESOURCE)?;
    if !WITH_PLACES.contains(&service) || !resource.placed {
        return None;
    }
    let all: Vec<ResourceTypeFacts> = facts::resource_types(service).collect();
    let has_field = |ty: &ResourceTypeFacts, at: usize| ty.arn.split(':').nth(at).is_some_and(|it| !it.is_empty());
    let is_empty = |at: usize| fields.get(at).and_then(Field::certain) == Some("");
    let names = [(REGION, "region"), (ACCOUNT, "account")];
    if !names.iter().any(|(at, _)| is_empty(*at) && all.iter().any(|ty| has_field(ty, *at))) {
        return None;
    }
    let fitting: Vec<&ResourceTypeFacts> = all.iter().filter(|ty| may_be_of(resource, ty)).collect();
    // `root` is of no listed type; what all types have, it has too.
    let types = if fitting.is_empty() { all.iter().collect() } else { fitting };
    let lacks = |at: usize| is_empty(at) && types.iter().all(|ty| has_field(ty, at));
    let missing: Vec<&str> = names.into_iter().filter(|(at, _)| lacks(*at)).map(|(_, name)| name).collect();
    if missing.is_empty() {
        return None;
    }
    let message = format!("`{}` lacks its {}", text.display(), missing.join(" and "));
    let help = format!("write `*` for every {}", missing.join(" and every "));
    Some(Fault { range: whole(text), message, meant: None, help: Some(help) })
}

/// Whether the resource part can be one of this type.
pub(super) fn may_be_of(resource: &Field, ty: &ResourceTypeFacts) -> bool {
    resource.holes || may_have_form(&filled(&resource.known), ty.arn)
}

fn whole(text: &Text) -> Range<usize> {
    let known = text.pieces().iter().map(|piece| match piece {
        Piece::Known(known) => known.text.len(),
        Piece::Hole(_) => 0,
    });
    0..known.sum()
}
