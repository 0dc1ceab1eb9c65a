//! Where comments and equals signs are in a text of native syntax, and where brackets open and close.
//!
//! It knows strings, templates in strings, heredocs and comments, and nothing else: what
//! is inside them opens and closes nothing.

use std::ops::Range;

/// One line of a text.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// Its bytes, the line feed included.
    pub(crate) range: Range<u32>,
    /// Whether it starts in a string or a heredoc, where a comment is text like any other.
    pub(crate) in_text: bool,
    /// Whether anything but space and comments is on it.
    pub(crate) has_code: bool,
    /// How many brackets and heredocs are open where it starts.
    pub(crate) depth_before: i32,
    /// How many are open where it ends.
    pub(crate) depth_after: i32,
    /// The comments that end on it.
    pub(crate) comments: Vec<Comment>,
    /// The first equals sign behind something else.
    pub(crate) equals: Option<Equals>,
}

/// The equals sign of an assignment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Equals {
    /// Where it is.
    pub(crate) at: usize,
    /// How many brackets are open there.
    pub(crate) depth: i32,
}

impl Line {
    /// A line of no text.
    pub(crate) const NONE: Self = Self {
        range: 0..0,
        in_text: false,
        has_code: false,
        depth_before: 0,
        depth_after: 0,
        comments: Vec::new(),
        equals: None,
    };
}

/// A comment.
#[derive(Debug, Clone)]
pub(crate) struct Comment {
    /// Where its mark is.
    pub(crate) start: usize,
    /// What is in it, without its marks.
    pub(crate) content: Range<usize>,
    /// Whether nothing else is on its lines.
    pub(crate) alone: bool,
}

/// The lines of `text`.
pub(crate) fn lines(text: &str) -> Vec<Line> {
    let mut scanner = Scanner { text, at: 0, depth: 0, nesting: Vec::new(), heredocs: Vec::new(), lines: Vec::new() };
    scanner.run();
    scanner.lines
}

/// What the scanner is inside of, innermost last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nesting {
    /// A quoted string.
    Quotes,
    /// `${` or `%{` in a string, with this many braces open in it.
    Template(u32),
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth: i32,
    nesting: Vec<Nesting>,
    /// The tags of heredocs that begin behind this line.
    heredocs: Vec<&'a str>,
    lines: Vec<Line>,
}

/// A line while it is read.
struct Current {
    start: usize,
    in_text: bool,
    depth_before: i32,
    has_code: bool,
    comments: Vec<Comment>,
    equals: Option<Equals>,
}

impl<'a> Scanner<'a> {
    fn run(&mut self) {
        let mut current = self.begin();
        while let Some(byte) = self.byte(0) {
            match byte {
                b'\n' => {
                    self.at += 1;
                    if self.nesting.last() == Some(&Nesting::Quotes) {
                        // No string goes on behind its line: this one was not closed.
                        self.nesting.clear();
                    }
                    self.heredocs(&mut current);
                    self.end(&mut current);
                }
                _ if self.nesting.last() == Some(&Nesting::Quotes) => self.in_quotes(byte, &mut current),
                b'#' => self.line_comment(1, &mut current),
                b'/' if self.byte(1) == Some(b'/') => self.line_comment(2, &mut current),
                b'/' if self.byte(1) == Some(b'*') => self.block_comment(&mut current),
                b' ' | b'\t' | b'\r' => self.at += 1,
                _ => self.code(byte, &mut current),
            }
        }
        self.end(&mut current);
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn begin(&self) -> Current {
        let in_text = !self.nesting.is_empty();
        Current {
            start: self.at,
            in_text,
            depth_before: self.depth,
            has_code: false,
            comments: Vec::new(),
            equals: None,
        }
    }

    fn end(&mut self, current: &mut Current) {
        let done = std::mem::replace(current, self.begin());
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        // What follows a comment on its line is seen only now.
        let alone = !done.has_code;
        let comments = done.comments.into_iter().map(|it| Comment { alone: it.alone && alone, ..it }).collect();
        self.lines.push(Line {
            range: offset(done.start)..offset(self.at),
            in_text: done.in_text,
            has_code: done.has_code,
            depth_before: done.depth_before,
            depth_after: self.depth,
            comments,
            equals: done.equals,
        });
    }

    fn code(&mut self, byte: u8, current: &mut Current) {
        let is_first = !std::mem::replace(&mut current.has_code, true);
        self.at += 1;
        match byte {
            b'=' | b'!' | b'<' | b'>' if matches!((byte, self.byte(0)), (_, Some(b'=')) | (b'=', Some(b'>'))) => {
                self.at += 1;
            }
            b'=' if !is_first && current.equals.is_none() => {
                current.equals = Some(Equals { at: self.at - 1, depth: self.depth });
            }
            b'"' => self.nesting.push(Nesting::Quotes),
            b'{' | b'[' | b'(' => self.open(byte),
            b'}' | b']' | b')' => self.close(byte),
            b'<' if self.byte(0) == Some(b'<') => self.heredoc_tag(),
            _ => {}
        }
    }

    fn open(&mut self, byte: u8) {
        self.depth += 1;
        if let (b'{', Some(Nesting::Template(braces))) = (byte, self.nesting.last_mut()) {
            *braces += 1;
        }
    }

    fn close(&mut self, byte: u8) {
        match self.nesting.last_mut() {
            Some(Nesting::Template(0)) if byte == b'}' => {
                self.nesting.pop();
            }
            Some(Nesting::Template(braces)) if byte == b'}' => {
                *braces -= 1;
                self.depth -= 1;
            }
            _ => self.depth -= 1,
        }
    }

    fn in_quotes(&mut self, byte: u8, current: &mut Current) {
        current.has_code = true;
        let next = self.byte(1);
        match byte {
            b'\\' => self.at += if next == Some(b'\n') { 1 } else { 2 },
            b'$' | b'%' if next == Some(byte) && self.byte(2) == Some(b'{') => self.at += 3,
            b'$' | b'%' if next == Some(b'{') => {
                self.at += 2;
                self.nesting.push(Nesting::Template(0));
            }
            b'"' => {
                self.at += 1;
                self.nesting.pop();
            }
            _ => self.at += 1,
        }
    }

    fn line_comment(&mut self, mark: usize, current: &mut Current) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.find('\n').unwrap_or(rest.len());
        let content = self.at + mark..self.at + length;
        current.comments.push(Comment { start: self.at, content, alone: true });
        self.at += length;
    }

    fn block_comment(&mut self, current: &mut Current) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.find("*/").map_or(rest.len(), |at| at + 2);
        let content = (self.at + 2)..(self.at + length).saturating_sub(2).max(self.at + 2);
        current.comments.push(Comment { start: self.at, content, alone: true });
        self.at += length;
    }

    /// `<<TAG` and `<<-TAG`.
    fn heredoc_tag(&mut self) {
        let rest = self.text.get(self.at + 1..).unwrap_or_default();
        let tag = rest.strip_prefix('-').unwrap_or(rest);
        let length = tag.find(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '-');
        let tag = tag.get(..length.unwrap_or(tag.len())).unwrap_or_default();
        if !tag.is_empty() {
            self.heredocs.push(tag);
            self.depth += 1;
        }
    }

    /// Takes the lines of the heredocs that were begun on the line that has just ended.
    fn heredocs(&mut self, current: &mut Current) {
        for tag in std::mem::take(&mut self.heredocs) {
            while self.at < self.text.len() {
                self.end(current);
                (current.in_text, current.has_code) = (true, true);
                let rest = self.text.get(self.at..).unwrap_or_default();
                let line = rest.split_inclusive('\n').next().unwrap_or_default();
                self.at += line.len();
                if line.trim() == tag {
                    self.depth -= 1;
                    break;
                }
            }
        }
    }
}
