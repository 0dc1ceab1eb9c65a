//! What a configuration may hold, as data: the check, the schema and the reference in
//! the documentation are made of one table and cannot differ.

/// What stands at a place of the configuration.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// A string of a certain form.
    Text(Format),
    /// A table with these keys.
    Table(&'static [Key]),
    /// A table whose keys the user names.
    Map(&'static Map),
    /// A list.
    List(&'static Shape),
    /// A list, or one element without its brackets.
    OneOrMany(&'static Shape),
    /// The level of a rule or, for a path, a table of levels.
    Levels(&'static Map),
    /// Any value that stands for one of Terraform's.
    Value,
    /// A value that is bound: itself, or a table that says where it comes from.
    Bound(&'static [Key]),
}

/// One key of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    /// Its name.
    pub(super) name: &'static str,
    /// What its value is.
    pub(super) shape: Shape,
    /// Whether the table is of no use without it.
    pub(super) required: bool,
    /// What it says, in a sentence for an editor.
    pub(super) doc: &'static str,
}

/// A table whose keys the user names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Map {
    /// What its keys look like.
    pub(super) keys: Format,
    /// What its values are.
    pub(super) values: Shape,
}

/// What a string looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// Any text but the empty one.
    Name,
    /// Twelve digits.
    AccountNumber,
    /// The name, another name, or the number of an account.
    Account,
    /// A pattern of directories or files.
    Glob,
    /// A path.
    Path,
    /// `o-` and letters or digits.
    OrganizationId,
    /// `r-` and letters or digits.
    RootId,
    /// A partition of AWS.
    Partition,
    /// A region of AWS.
    Region,
    /// What an account does for the organisation.
    Role,
    /// A service principal.
    Service,
    /// `aws` or `aws.alias`
    Provider,
    /// `YYYY-MM-DD`
    Date,
    /// The address of something that is not known, as `crosstrail inspect` shows it.
    Address,
    /// The code of a rule, or a group of rules.
    Rule,
    /// What becomes of a rule.
    Level,
}

/// The levels of a rule.
pub(super) const LEVELS: &[&str] = &["off", "note", "warning", "error"];

/// What an account may do for the organisation.
pub(super) const ROLES: &[&str] = &["management", "log_archive"];

impl Format {
    /// The form as a regular expression for the schema, where it is no list.
    pub(super) const fn pattern(self) -> Option<&'static str> {
        match self {
            Self::Name | Self::Glob | Self::Path | Self::Account | Self::Rule => Some("^[^\\s].*$"),
            Self::AccountNumber => Some("^[0-9]{12}$"),
            Self::OrganizationId => Some("^o-[a-z0-9]{10,32}$"),
            Self::RootId => Some("^r-[a-z0-9]{4,32}$"),
            Self::Region => Some("^[a-z]{2,}(-[a-z]+)+-[0-9]+$"),
            Self::Service => Some("^[a-z0-9.-]+\\.amazonaws\\.com(\\.cn)?$"),
            Self::Provider => Some("^[A-Za-z_][A-Za-z0-9_-]*(\\.[A-Za-z_][A-Za-z0-9_-]*)?$"),
            Self::Date => Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
            Self::Address => Some("^[A-Za-z_][A-Za-z0-9_-]*\\..+$"),
            Self::Partition | Self::Role | Self::Level => None,
        }
    }

    /// What a string of this form is called, with its article.
    pub(super) const fn described(self) -> &'static str {
        match self {
            Self::Name => "a name",
            Self::AccountNumber => "an account id of 12 digits",
            Self::Account => "the name or the id of an account",
            Self::Glob => "a pattern of paths",
            Self::Path => "a path",
            Self::OrganizationId => "the id of an organization, such as `o-a1b2c3d4e5`",
            Self::RootId => "the id of an organization's root, such as `r-ab12`",
            Self::Partition => "a partition",
            Self::Region => "a region",
            Self::Role => "a role of an account",
            Self::Service => "a service principal, such as `cloudtrail.amazonaws.com`",
            Self::Provider => "a provider as a resource names it, such as `aws` or `aws.log`",
            Self::Date => "a day, such as `2024-11-21`",
            Self::Address => "an address, such as `data.aws_ssm_parameter.x.value`",
            Self::Rule => "a rule or a group of rules",
            Self::Level => "a level of a rule",
        }
    }
}

const fn key(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, shape, required: false, doc }
}

const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, shape, required: true, doc }
}

/// The whole file.
pub(super) static FILE: Shape = Shape::Table(&[
    key(
        "as_of",
        Shape::Text(Format::Date),
        "The day as of which AWS's support is judged; default: the day of the facts.",
    ),
    key(
        "ignore",
        Shape::OneOrMany(&Shape::Text(Format::Glob)),
        "Directories that are no stacks of their own, with all below them.",
    ),
    key("accounts", Shape::Map(&ACCOUNTS), "The organization's own accounts, by name."),
    key("organization", Shape::Table(ORGANIZATION), "The organization that the accounts belong to."),
    key("trusted", Shape::Map(&TRUSTED), "Accounts of others that are known and trusted: a name, and its account ids."),
    key(
        "stacks",
        Shape::Map(&STACKS),
        "Root modules, by a pattern of their directories. Of several that match, later ones add to earlier ones.",
    ),
    key(
        "providers",
        Shape::List(&Shape::Table(PROVIDERS)),
        "The account or region of a provider configuration. Later entries win.",
    ),
    key(
        "bindings",
        Shape::Map(&BINDINGS),
        "Values for what the source does not tell, by the address that `crosstrail inspect` shows.",
    ),
    key(
        "modules",
        Shape::Map(&MODULES),
        "Directories that hold the source of modules from elsewhere, by the module's source.",
    ),
    key(
        "rules",
        Shape::Levels(&LEVELS_OF_PATH),
        "Levels of rules and groups of rules; below a pattern of paths, levels for the files that match.",
    ),
    key("assumptions", Shape::Table(ASSUMPTIONS), "What is taken to hold where nothing says otherwise."),
]);

static ACCOUNTS: Map = Map { keys: Format::Name, values: Shape::Table(ACCOUNT) };

const ACCOUNT: &[Key] = &[
    key(
        "id",
        Shape::Text(Format::AccountNumber),
        "Its number, as a string; without it the account is known by its name alone.",
    ),
    key("partition", Shape::Text(Format::Partition), "Its partition."),
    key(
        "aliases",
        Shape::OneOrMany(&Shape::Text(Format::Name)),
        "Other names that code has for it: keys of account maps, names in the organization.",
    ),
    key("ou", Shape::Text(Format::Name), "The organizational unit that it lies in, as a path of names."),
    key("roles", Shape::OneOrMany(&Shape::Text(Format::Role)), "What it is to the organization."),
    key(
        "delegated_admin_for",
        Shape::OneOrMany(&Shape::Text(Format::Service)),
        "The services that it administers for the organization.",
    ),
];

const ORGANIZATION: &[Key] = &[
    key("id", Shape::Text(Format::OrganizationId), "Its id."),
    key("root_id", Shape::Text(Format::RootId), "The id of its root."),
];

static TRUSTED: Map = Map { keys: Format::Name, values: Shape::OneOrMany(&Shape::Text(Format::AccountNumber)) };

static STACKS: Map = Map { keys: Format::Glob, values: Shape::Table(STACK) };

const STACK: &[Key] = &[
    key(
        "account",
        Shape::Text(Format::Account),
        "The account that the stack is applied in: that of a default provider that assumes no role.",
    ),
    key("region", Shape::Text(Format::Region), "The region of a default provider that names none."),
    key("partition", Shape::Text(Format::Partition), "The partition that the stack is applied in."),
    key(
        "environments",
        Shape::List(&Shape::Table(ENVIRONMENT)),
        "What the stack is applied as: each environment is analysed by itself.",
    ),
    key("bindings", Shape::Map(&BINDINGS), "Values that hold in these stacks."),
];

const ENVIRONMENT: &[Key] = &[
    key(
        "name",
        Shape::Text(Format::Name),
        "Its name; default: the workspace, or the first variable file without its ending.",
    ),
    key("workspace", Shape::Text(Format::Name), "The value of `terraform.workspace`."),
    key(
        "var_files",
        Shape::OneOrMany(&Shape::Text(Format::Path)),
        "Variable files, later ones over earlier ones, seen from the stack's directory; `/` at the start is the directory of this file.",
    ),
    key("vars", Shape::Map(&VARIABLES), "Values of variables, over those of the files."),
    key("account", Shape::Text(Format::Account), "The account that the stack is applied in here."),
    key("region", Shape::Text(Format::Region), "The region of a default provider that names none."),
    key("bindings", Shape::Map(&BINDINGS), "Values that hold in this environment."),
];

static VARIABLES: Map = Map { keys: Format::Name, values: Shape::Value };

const PROVIDERS: &[Key] = &[
    required(
        "provider",
        Shape::Text(Format::Provider),
        "The provider configuration: `aws`, or `aws.log` for one with an alias.",
    ),
    key("stack", Shape::Text(Format::Glob), "The stacks that it is in; default: all."),
    key("environment", Shape::Text(Format::Name), "The environment; default: all."),
    key("account", Shape::Text(Format::Account), "Its account."),
    key("region", Shape::Text(Format::Region), "Its region."),
];

static BINDINGS: Map = Map { keys: Format::Address, values: Shape::Bound(BOUND) };

const BOUND: &[Key] = &[
    key("value", Shape::Value, "The value itself: the form for objects."),
    key("file", Shape::Text(Format::Path), "A file whose text is the value, seen from the directory of this file."),
    key("json", Shape::Text(Format::Path), "A JSON file whose content is the value."),
    key("jsonencode", Shape::Value, "A value whose JSON text is the value."),
    key("stack", Shape::Text(Format::Path), "The directory of a stack whose outputs are the value."),
    key(
        "environment",
        Shape::Text(Format::Name),
        "The environment of that stack; default: the one of the same name, if there is one.",
    ),
];

static MODULES: Map = Map { keys: Format::Name, values: Shape::Text(Format::Path) };

static LEVELS_OF_PATH: Map = Map { keys: Format::Rule, values: Shape::Text(Format::Level) };

const ASSUMPTIONS: &[Key] = &[
    key("partition", Shape::Text(Format::Partition), "The partition where nothing tells it."),
    key("region", Shape::Text(Format::Region), "The region where nothing tells it."),
];
