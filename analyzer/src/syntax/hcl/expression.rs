//! Expressions: operators, and what follows a value with `.` and `[`.

use smol_str::SmolStr;

use super::parser::Parser;
use crate::syntax::ast::{BinaryOp, Call, Conditional, Expr, ExprKind, Ident, Splat, Step, UnaryOp};
use crate::syntax::exact;

/// The operators with two sides, longest first, and how strongly they bind.
const OPERATORS: [(&str, BinaryOp, u8); 13] = [
    ("||", BinaryOp::Or, 0),
    ("&&", BinaryOp::And, 1),
    ("==", BinaryOp::Equal, 2),
    ("!=", BinaryOp::NotEqual, 2),
    ("<=", BinaryOp::LessOrEqual, 3),
    (">=", BinaryOp::GreaterOrEqual, 3),
    ("<", BinaryOp::Less, 3),
    (">", BinaryOp::Greater, 3),
    ("+", BinaryOp::Add, 4),
    ("-", BinaryOp::Subtract, 4),
    ("*", BinaryOp::Multiply, 5),
    ("/", BinaryOp::Divide, 5),
    ("%", BinaryOp::Remainder, 5),
];

impl Parser<'_> {
    /// An expression, blanks before it included. The place is left at the next
    /// thing behind it, on the same line unless line ends are blanks.
    pub(super) fn expression(&mut self) -> Expr {
        self.skip_space();
        let start = self.at;
        let chain = self.begin_chain();
        let mut expr = self.binary(0);
        if self.peek() == b'?' && !self.broken {
            expr = self.conditional(start, expr);
        }
        self.end_chain(chain);
        expr
    }

    /// The rest of `condition ? then : otherwise`.
    fn conditional(&mut self, start: usize, condition: Expr) -> Expr {
        self.bump(1);
        let Some(saved) = self.enter(self.ignore_newlines) else { return self.missing() };
        let then = self.expression();
        let otherwise = if self.broken {
            self.missing()
        } else if self.eat(b':') {
            self.expression()
        } else {
            self.expected("`:` and the value if the condition does not hold");
            self.missing()
        };
        self.leave(saved);
        let kind = ExprKind::Conditional(Box::new(Conditional { condition, then, otherwise }));
        Expr { kind, range: self.range_from(start) }
    }

    /// Operators that bind at least as strongly as `minimum`, from left to right.
    fn binary(&mut self, minimum: u8) -> Expr {
        let start = self.at;
        let mut left = self.unary();
        self.skip_space();
        while !self.broken {
            let Some((length, operator, strength)) = self.operator() else { break };
            if strength < minimum {
                break;
            }
            self.bump(length);
            self.skip_space();
            let chain = self.begin_chain();
            let right = self.binary(strength + 1);
            self.end_chain(chain);
            let range = self.range_from(start);
            let kind =
                if self.grow() { ExprKind::Binary(operator, Box::new([left, right])) } else { ExprKind::Missing };
            left = Expr { kind, range };
        }
        left
    }

    fn operator(&self) -> Option<(usize, BinaryOp, u8)> {
        if !matches!(self.peek(), b'|' | b'&' | b'=' | b'!' | b'<' | b'>' | b'+' | b'-' | b'*' | b'/' | b'%')
            || (self.peek() == b'<' && self.byte(1) == b'<')
        {
            return None;
        }
        let rest = self.rest();
        OPERATORS
            .iter()
            .find(|(text, ..)| rest.starts_with(text))
            .filter(|(text, ..)| *text != "/" || !matches!(self.byte(1), b'/' | b'*'))
            .map(|(text, operator, strength)| (text.len(), *operator, *strength))
    }

    fn unary(&mut self) -> Expr {
        let operator = match (self.peek(), self.byte(1)) {
            (b'!', b'=') => None,
            (b'!', _) => Some(UnaryOp::Not),
            (b'-', _) => Some(UnaryOp::Negate),
            _ => None,
        };
        let Some(operator) = operator else { return self.postfix() };
        let start = self.at;
        self.bump(1);
        let Some(saved) = self.enter(self.ignore_newlines) else { return self.missing() };
        self.skip_space();
        let operand = self.unary();
        self.leave(saved);
        Expr { kind: ExprKind::Unary(operator, Box::new(operand)), range: self.range_from(start) }
    }

    /// A value and the steps behind it.
    fn postfix(&mut self) -> Expr {
        let start = self.at;
        let mut expr = self.primary();
        loop {
            self.skip_space();
            if self.broken {
                return expr;
            }
            expr = match (self.peek(), self.byte(1)) {
                (b'.', b'.') => return expr,
                (b'.', _) => self.dot(start, expr),
                (b'[', _) => self.bracket(start, expr),
                _ => return expr,
            };
            if !self.grow() {
                expr.kind = ExprKind::Missing;
            }
        }
    }

    /// `.name`, `.0` or `.*` behind `source`.
    fn dot(&mut self, start: usize, source: Expr) -> Expr {
        self.bump(1);
        self.skip_space();
        if self.eat(b'*') {
            let each = self.legacy_splat_steps();
            let kind = ExprKind::Splat(Box::new(Splat { source, each: exact(each) }));
            return Expr { kind, range: self.range_from(start) };
        }
        let kind = match self.attribute_step() {
            Step::Attribute(name) => ExprKind::GetAttr(Box::new(source), Box::new(name)),
            Step::Index(index) => ExprKind::Index(Box::new(source), Box::new(index)),
            Step::Splat(each) => ExprKind::Splat(Box::new(Splat { source, each })),
        };
        Expr { kind, range: self.range_from(start) }
    }

    /// What stands behind a dot: a name or a legacy index. A name that is still
    /// to be typed becomes an index that nothing is known of.
    fn attribute_step(&mut self) -> Step {
        if self.peek().is_ascii_digit() {
            return Step::Index(self.legacy_index());
        }
        if let Some(name) = self.name() {
            return Step::Attribute(name);
        }
        self.expected("the name of an attribute after `.`");
        Step::Index(self.missing())
    }

    fn legacy_index(&mut self) -> Expr {
        let start = self.at;
        let index = self.number();
        if self.slice(start, self.at).contains('.') {
            let range = self.range_from(start);
            self.fail(range, "two indexes in a row must be written in brackets, such as `[0][1]`".to_owned());
        }
        index
    }

    /// The steps behind `.*`: attributes only.
    fn legacy_splat_steps(&mut self) -> Vec<Step> {
        let mut steps = Vec::new();
        loop {
            self.skip_space();
            if self.broken || self.peek() != b'.' || self.byte(1) == b'.' {
                return steps;
            }
            self.bump(1);
            self.skip_space();
            if self.peek() == b'*' {
                let range = self.range(self.at, self.at + 1);
                self.fail(range, "a `.*` cannot stand behind another: write `[*]`".to_owned());
                return steps;
            }
            steps.push(self.attribute_step());
        }
    }

    /// `[index]` or `[*]` behind `source`.
    fn bracket(&mut self, start: usize, source: Expr) -> Expr {
        let kind = match self.bracket_step() {
            Some(Step::Splat(each)) => ExprKind::Splat(Box::new(Splat { source, each })),
            Some(Step::Index(index)) => ExprKind::Index(Box::new(source), Box::new(index)),
            Some(Step::Attribute(name)) => ExprKind::GetAttr(Box::new(source), Box::new(name)),
            None => ExprKind::Index(Box::new(source), Box::new(self.missing())),
        };
        Expr { kind, range: self.range_from(start) }
    }

    /// `[index]`, or `[*]` with all the steps behind it; `None` at the depth limit.
    fn bracket_step(&mut self) -> Option<Step> {
        self.bump(1);
        let opening = self.opening(1, b']');
        self.skip_space();
        if self.eat(b'*') {
            self.skip_space();
            if !self.eat(b']') {
                self.expected("`]` after `[*`");
            }
            let saved = self.enter(self.ignore_newlines)?;
            let each = self.splat_steps();
            self.leave(saved);
            return Some(Step::Splat(exact(each)));
        }
        let saved = self.enter(true)?;
        let index = self.expression();
        self.close(&opening, "`]`");
        self.leave(saved);
        Some(Step::Index(index))
    }

    /// The steps behind `[*]`: all that follow.
    fn splat_steps(&mut self) -> Vec<Step> {
        let mut steps = Vec::new();
        loop {
            self.skip_space();
            if self.broken {
                return steps;
            }
            let step = match (self.peek(), self.byte(1)) {
                (b'.', b'.') => return steps,
                (b'.', _) => {
                    self.bump(1);
                    self.skip_space();
                    if self.eat(b'*') { Step::Splat(exact(self.legacy_splat_steps())) } else { self.attribute_step() }
                }
                (b'[', _) => match self.bracket_step() {
                    Some(step) => step,
                    None => return steps,
                },
                _ => return steps,
            };
            steps.push(step);
        }
    }

    /// A value without operators.
    fn primary(&mut self) -> Expr {
        match self.peek() {
            b'"' => self.quoted_expression(),
            b'<' if self.byte(1) == b'<' => self.heredoc(),
            b'(' => self.parentheses(),
            b'[' => self.tuple(),
            b'{' => self.object(),
            b'0'..=b'9' => self.number(),
            _ => self.word(),
        }
    }

    fn parentheses(&mut self) -> Expr {
        let start = self.at;
        self.bump(1);
        let opening = self.opening(1, b')');
        let Some(saved) = self.enter(true) else { return self.missing() };
        let inner = self.expression();
        self.close(&opening, "`)`");
        self.leave(saved);
        Expr { kind: ExprKind::Paren(Box::new(inner)), range: self.range_from(start) }
    }

    fn number(&mut self) -> Expr {
        let start = self.at;
        self.bump(self.number_length());
        let text = self.slice(start, self.at);
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, ""));
        let range = self.range_from(start);
        if mantissa.matches('.').count() > 1 || exponent.contains(['.', 'e', 'E']) {
            self.fail(range, format!("`{text}` is not a number"));
            return Expr { kind: ExprKind::Missing, range };
        }
        Expr { kind: ExprKind::Number(text.into()), range }
    }

    /// A reference, a keyword or a call.
    fn word(&mut self) -> Expr {
        let start = self.at;
        let Some(name) = self.name() else {
            self.expected("a value");
            return self.missing();
        };
        self.skip_space();
        if self.peek() == b'(' || (self.peek() == b':' && self.byte(1) == b':') {
            return self.call(start, name);
        }
        let kind = match name.text.as_str() {
            "null" => ExprKind::Null,
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            _ => ExprKind::Variable(name.text),
        };
        Expr { kind, range: name.range }
    }

    /// `name(...)` or `space::name(...)`, from behind the first name.
    fn call(&mut self, start: usize, mut name: Ident) -> Expr {
        while self.peek() == b':' && self.byte(1) == b':' {
            self.bump(2);
            self.skip_space();
            let Some(next) = self.name() else {
                self.expected("the name of a function after `::`");
                return Expr { kind: ExprKind::Missing, range: self.range_from(start) };
            };
            name = Ident { text: SmolStr::new(format!("{}::{}", name.text, next.text)), range: self.range_from(start) };
            self.skip_space();
        }
        if !self.eat(b'(') {
            self.expected(&format!("`(` after the function name `{}`", name.text));
            return Expr { kind: ExprKind::Missing, range: self.range_from(start) };
        }
        let opening = self.opening(1, b')');
        let Some(saved) = self.enter(true) else { return self.missing() };
        let (arguments, expand) = self.elements(&opening);
        self.leave(saved);
        Expr {
            kind: ExprKind::Call(Box::new(Call { name, arguments: exact(arguments), expand })),
            range: self.range_from(start),
        }
    }
}
