//! Where what stands at a position is declared.

use std::sync::Arc;

use crate::analysis::Analysis;
use crate::aws::arn::AccountId;
use crate::aws::pattern::{Pattern, Syntax};
use crate::module::{Module, ProviderConfig, ResourceAddress};
use crate::policy::model::{Leaf, Statement};
use crate::source::{Span, TextRange};

use super::entity::{self, Declared, Entity};
use super::{Position, references};

/// More than anyone looks through.
pub(super) const MOST_PLACES: usize = 1_000;

/// Where something is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The text that was asked about, in the file of the position.
    pub origin: TextRange,
    /// The declarations: heads of blocks, names, statements; each once, in the order of paths.
    pub targets: Vec<Span>,
}

/// Where what stands at `position` is declared: the role or user that a policy names as its principal, the
/// resource that it names, the account that a number is, what Terraform refers to. An action leads to the
/// statements that grant it. `None` where that is not certain.
#[must_use]
pub fn definition(analysis: &Analysis, position: Position) -> Option<Definition> {
    let entities = entity::at(analysis, position);
    let mut targets: Vec<Span> = entities.list.iter().flat_map(|it| of_entity(analysis, it, position)).collect();
    references::order(&mut targets, analysis.sources());
    (!targets.is_empty()).then_some(Definition { origin: entities.origin, targets })
}

fn of_entity(analysis: &Analysis, entity: &Entity<'_>, position: Position) -> Vec<Span> {
    match entity {
        Entity::Declared(module, declared) => of_declared(module, declared).into_iter().collect(),
        Entity::Source(module) => module.files.first().map(|file| TextRange::empty(0).at(*file)).into_iter().collect(),
        Entity::Principal(index) => of_principal(analysis, *index).into_iter().collect(),
        Entity::Resource(index) => of_resource(analysis, *index).into_iter().collect(),
        Entity::Account(id) => of_account(analysis, *id),
        Entity::Action(action) => {
            let is_here = |leaf: &Leaf| leaf.span.file == position.file && leaf.span.range.touches(position.offset);
            grants(analysis, action).into_iter().filter(|leaf| !is_here(leaf)).map(|leaf| leaf.span).collect()
        }
    }
}

/// Where a module declares it.
pub(super) fn of_declared(module: &Module, declared: &Declared) -> Option<Span> {
    Some(match declared {
        Declared::Variable(name) => module.variables.get(name)?.header,
        Declared::Local(name) => {
            let attribute = &module.locals.get(name)?.attribute;
            attribute.name.range.at(attribute.file)
        }
        Declared::Output(name) => module.outputs.get(name)?.header,
        Declared::Resource(address) => match module.resources.get(address) {
            Some(resource) => resource.header,
            None => provider(module, address)?,
        },
        Declared::Call(name) => module.calls.get(name)?.header,
    })
}

/// The provider configuration that `address` is the name of: `aws.log`.
fn provider(module: &Module, address: &ResourceAddress) -> Option<Span> {
    let is_it = |it: &&Arc<ProviderConfig>| {
        it.reference.name == address.ty && it.reference.alias.as_ref() == Some(&address.name)
    };
    module.providers.iter().find(is_it).map(|it| it.header)
}

/// The head of the block of a principal.
pub(super) fn of_principal(analysis: &Analysis, index: usize) -> Option<Span> {
    let principal = analysis.iam().principals().get(index)?;
    let block = entity::block_of(analysis, principal.span, &principal.address);
    let head = block.and_then(|(module, address)| of_declared(module, &Declared::Resource(address)));
    Some(head.unwrap_or(principal.span))
}

fn of_resource(analysis: &Analysis, index: usize) -> Option<Span> {
    analysis.iam().resources().get(index).map(|resource| resource.span)
}

/// The entry of the configuration for an account; where there is none the providers that name it.
pub(super) fn of_account(analysis: &Analysis, id: AccountId) -> Vec<Span> {
    let configuration = analysis.configuration();
    let entries = configuration.accounts().iter().filter(|account| account.id == Some(id));
    let places = entries.map(|account| configuration.span(account.range, analysis.sources()));
    let places: Vec<Span> = places.filter(|span| !span.range.is_empty()).collect();
    if !places.is_empty() {
        return places;
    }
    let number = id.to_string();
    let providers = analysis.workspace().modules.iter().flat_map(|module| &module.providers);
    let names_it = |place: Span| analysis.sources().text(place).contains(&number);
    let named = providers.filter(|provider| names_it(provider.body.range.at(provider.header.file)));
    named.map(|provider| provider.header).collect()
}

/// The actions of statements that allow, each of which has something in common with `action` for certain.
pub(super) fn grants<'a>(analysis: &'a Analysis, action: &str) -> Vec<&'a Leaf> {
    let wanted = pattern(action);
    let statements = analysis.policies().iter().flat_map(|site| &site.document.statements);
    let mut found: Vec<&Leaf> = Vec::new();
    for statement in statements.filter(|statement| allows(statement)) {
        let actions = statement.actions.iter().filter(|strings| !strings.negated).flat_map(|strings| &strings.items);
        let meets = |leaf: &&Leaf| leaf.text.as_known().is_some_and(|text| pattern(&text).overlaps(&wanted).is_yes());
        found.extend(actions.filter(meets));
        if found.len() > MOST_PLACES {
            break;
        }
    }
    found
}

fn pattern(action: &str) -> Pattern<()> {
    Pattern::of_text(action, Syntax::Wildcards).fold_case()
}

fn allows(statement: &Statement) -> bool {
    statement.effect.as_ref().and_then(|leaf| leaf.text.as_known()).is_some_and(|effect| effect == "Allow")
}
