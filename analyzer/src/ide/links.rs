//! What the texts of a file lead to: files that functions read, directories of modules, pages of AWS's about
//! the policies that it keeps.

use crate::analysis::Analysis;
use crate::aws::facts;
use crate::source::{EntryKind, FileId, Span, TextRange, path};
use crate::syntax::ast::{Body, Call, Expr, ExprKind, Template, TemplatePart};

use super::{tree, walk};

/// A text that leads elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentLink {
    /// The text.
    pub range: TextRange,
    /// Where it leads.
    pub target: LinkTarget,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkTarget {
    /// To a file, in the form of [`crate::source::path`].
    File(String),
    /// To a page.
    Page(String),
}

/// The functions whose first argument is the path of a file.
const READERS: [&str; 11] = [
    "file",
    "filebase64",
    "filebase64sha256",
    "filebase64sha512",
    "fileexists",
    "filemd5",
    "filesha1",
    "filesha256",
    "filesha512",
    "templatefile",
    "abspath",
];

/// The links of `file`, in the order of the text.
#[must_use]
pub fn document_links(analysis: &Analysis, file: FileId) -> Vec<DocumentLink> {
    let mut links = Vec::new();
    let linker = Linker { analysis, dir: path::parent(analysis.sources().file(file).path()).to_owned() };
    if let Some(tree) = tree::of_file(analysis, file) {
        walk::for_each_expression(&tree.body, &mut |expr| links.extend(linker.of_expression(expr)));
        links.extend(linker.of_modules(&tree.body, file));
    }
    links.extend(of_policies(analysis, file));
    links.sort_by_key(|link| link.range);
    links.dedup_by_key(|link| link.range);
    links
}

struct Linker<'a> {
    analysis: &'a Analysis,
    /// The directory of the module.
    dir: String,
}

impl Linker<'_> {
    fn of_expression(&self, expr: &Expr) -> Option<DocumentLink> {
        match &expr.kind {
            ExprKind::Call(call) => self.of_call(call),
            ExprKind::Template(template) => of_template(template),
            _ => None,
        }
    }

    fn of_call(&self, call: &Call) -> Option<DocumentLink> {
        let argument = call.arguments.first().filter(|_| READERS.contains(&call.name.text.as_str()))?;
        let path = self.path(argument)?;
        let is_file = self.analysis.file_system().kind(&path) == Some(EntryKind::File);
        is_file.then(|| DocumentLink { range: within_quotes(argument), target: LinkTarget::File(path) })
    }

    /// The path that `expr` is, as far as the places of modules say it: `"${path.module}/policy.json"`.
    fn path(&self, expr: &Expr) -> Option<String> {
        let ExprKind::Template(template) = &expr.kind else { return None };
        let mut written = String::new();
        for part in &template.parts {
            match part {
                TemplatePart::Literal(literal) => written.push_str(&literal.text),
                TemplatePart::Interpolation { expr, .. } => written.push_str(self.place(expr)?),
                TemplatePart::If(_) | TemplatePart::For(_) => return None,
            }
        }
        // Terraform reads from where it runs, which is the directory of the root module.
        let is_place = matches!(template.parts.first(), Some(TemplatePart::Interpolation { .. }));
        Some(if is_place { path::normalize(&written) } else { path::join(self.root()?, &written) })
    }

    fn place(&self, expr: &Expr) -> Option<&str> {
        let ExprKind::GetAttr(of, name) = &expr.kind else { return None };
        let is_path = matches!(&of.kind, ExprKind::Variable(root) if root == "path");
        match name.text.as_str() {
            "module" if is_path => Some(&self.dir),
            "root" | "cwd" if is_path => self.root(),
            _ => None,
        }
    }

    /// The directory of the one root module that this is, or is called by.
    fn root(&self) -> Option<&str> {
        let stacks = self.analysis.workspace().stacks.iter();
        let mut roots = stacks.filter(|stack| stack.root.descendants().iter().any(|node| node.module.dir == self.dir));
        let first = &roots.next()?.dir;
        roots.all(|stack| stack.dir == *first).then_some(first.as_str())
    }

    /// The sources of modules that are at hand.
    fn of_modules(&self, body: &Body, file: FileId) -> Vec<DocumentLink> {
        let Some(module) = tree::module_of(self.analysis, file) else { return Vec::new() };
        let calls = module.calls.values().filter(|call| call.source_span.file == file && call.source.is_some());
        let link = |span: Span, source: &str| {
            let is_local = source.starts_with("./") || source.starts_with("../");
            let dir = path::join(&self.dir, source);
            let called = self.analysis.workspace().modules.iter().find(|module| is_local && module.dir == dir)?;
            let first = main_file(self.analysis, &called.files)?;
            Some(DocumentLink { range: quoted(body, span.range), target: LinkTarget::File(first) })
        };
        calls.filter_map(|call| link(call.source_span, call.source.as_deref()?)).collect()
    }
}

/// `main.tf`, else the first file.
fn main_file(analysis: &Analysis, files: &[FileId]) -> Option<String> {
    let path = |file: &FileId| analysis.sources().file(*file).path().to_string();
    let is_main = |file: &&FileId| path::file_name(&path(file)).starts_with("main.");
    files.iter().find(is_main).or(files.first()).map(path)
}

/// The content of the string that stands at `range`.
fn quoted(body: &Body, range: TextRange) -> TextRange {
    let mut found = range;
    walk::for_each_value(body, &mut |value| {
        if value.range == range {
            found = within_quotes(value);
        }
    });
    found
}

fn within_quotes(expr: &Expr) -> TextRange {
    let range = expr.range;
    if range.len() < 2 { range } else { TextRange::new(range.start + 1, range.end - 1) }
}

/// A string that is the ARN of one of AWS's own policies.
fn of_template(template: &Template) -> Option<DocumentLink> {
    let [TemplatePart::Literal(literal)] = &*template.parts else { return None };
    let page = page(&literal.text)?;
    Some(DocumentLink { range: literal.range, target: LinkTarget::Page(page) })
}

/// The page about a policy that AWS keeps.
///
/// Source: AWS Managed Policy Reference Guide, `policy-list`.
fn page(arn: &str) -> Option<String> {
    let behind = arn.strip_prefix("arn:aws")?.split_once(":iam::aws:policy/")?;
    let (partition, name) = behind;
    let is_partition = partition.is_empty() || partition.starts_with('-');
    let policy = facts::managed_policy(name).filter(|_| is_partition)?;
    let name = path::file_name(policy.name);
    Some(format!("https://docs.aws.amazon.com/aws-managed-policy/latest/reference/{name}.html"))
}

/// Texts of policies in `file` that are ARNs of AWS's own policies.
fn of_policies(analysis: &Analysis, file: FileId) -> Vec<DocumentLink> {
    let leaves = analysis.policies_in(file).flat_map(|site| site.document.leaves());
    let here = leaves.filter(|leaf| leaf.span.file == file && leaf.is_written());
    let link = |leaf: &crate::policy::model::Leaf| {
        let page = page(&leaf.text.as_known()?)?;
        Some(DocumentLink { range: leaf.span.range, target: LinkTarget::Page(page) })
    };
    here.filter_map(link).collect()
}
