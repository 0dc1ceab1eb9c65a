//! Files and paths.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use globset::GlobBuilder;
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use smol_str::SmolStr;
use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use crate::eval::symbol::{Cause, Symbol};
use crate::eval::text::{Known, Piece, Place, Text};
use crate::eval::types::Type;
use crate::eval::value::{Unknown, Value, ValueKind};
use crate::source::{EntryKind, FileError, path};

use super::call::{Call, Outcome, text};
use super::hash::{base64_of, hex_of};
use super::strings::{known, text_of};
use super::table::Function;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::partial("abspath", abspath),
    Function::partial("basename", basename),
    Function::partial("dirname", dirname),
    Function::partial("file", file),
    Function::partial("filebase64", |call| read(call, |_, _, bytes| Ok(Value::string(STANDARD.encode(bytes))))),
    Function::partial("filebase64sha256", |call| read(call, |_, _, bytes| Ok(base64_of::<Sha256>(&bytes)))),
    Function::partial("filebase64sha512", |call| read(call, |_, _, bytes| Ok(base64_of::<Sha512>(&bytes)))),
    Function::partial("fileexists", fileexists),
    Function::partial("filemd5", |call| read(call, |_, _, bytes| Ok(hex_of::<Md5>(&bytes)))),
    Function::partial("fileset", fileset),
    Function::partial("filesha1", |call| read(call, |_, _, bytes| Ok(hex_of::<Sha1>(&bytes)))),
    Function::partial("filesha256", |call| read(call, |_, _, bytes| Ok(hex_of::<Sha256>(&bytes)))),
    Function::partial("filesha512", |call| read(call, |_, _, bytes| Ok(hex_of::<Sha512>(&bytes)))),
    Function::partial("pathexpand", pathexpand),
];

/// The name of the directory that Terraform runs in, which is not known here and not needed to read below it.
const WORKING_DIRECTORY: &str = "path.cwd";

/// The path that an argument names, seen from the root module; `None` if it is not known.
fn path_argument(call: &Call<'_>, index: usize) -> Option<SmolStr> {
    let text = text_of(&call.value(index));
    match text.pieces() {
        [Piece::Hole(symbol), rest @ ..] if symbol.address() == WORKING_DIRECTORY => {
            let rest = Text::from_pieces(rest.iter().cloned()).as_known()?;
            Some(format!(".{rest}").into())
        }
        _ => text.as_known(),
    }
}

fn read(call: &Call<'_>, then: fn(&Call<'_>, &str, Vec<u8>) -> Outcome) -> Outcome {
    let Some(path) = path_argument(call, 0) else { return Ok(call.unknown(Type::String)) };
    match call.ctx.read_bytes(&path) {
        Ok(bytes) => then(call, &path, bytes),
        Err(error) => unreadable(call, &path, error, Type::String),
    }
}

/// A file that is not there is an error; one that may not be read is unknown.
fn unreadable(call: &Call<'_>, path: &str, error: FileError, ty: Type) -> Outcome {
    match error {
        FileError::NotFound => Err(call.fail_at(0, format!("there is no file `{path}`"))),
        FileError::TooLarge { .. } => Ok(call.limited(ty, "size of a file")),
        FileError::OutsideWorkspace => Ok(call.limited(ty, "file outside of the workspace")),
        FileError::Other(_) => Ok(call.limited(ty, "file that cannot be read")),
    }
}

fn file(call: &Call<'_>) -> Outcome {
    let Some(path) = path_argument(call, 0) else { return Ok(call.unknown(Type::String)) };
    call.ctx.text_of(&path, &|| read(call, content))
}

/// The text of the file, each byte of it in its place there.
fn content(call: &Call<'_>, path: &str, bytes: Vec<u8>) -> Outcome {
    let content = String::from_utf8(bytes).map_err(|_| call.fail_at(0, format!("`{path}` is not UTF-8")))?;
    let content: Arc<str> = content.into();
    let place = Place::of_file(call.ctx.add_source(path, Arc::clone(&content)));
    if is_nfc(&content) {
        let known = Known { text: SmolStr::from(content), place: Some(place) };
        return Ok(text(Text::from_pieces([Piece::Known(known)])));
    }
    Ok(Value::string(content.nfc().collect::<String>()))
}

fn fileexists(call: &Call<'_>) -> Outcome {
    let Some(path) = path_argument(call, 0) else { return Ok(call.unknown(Type::Bool)) };
    match call.ctx.kind(&path) {
        Ok(Some(EntryKind::File)) => Ok(Value::bool(true)),
        Ok(Some(EntryKind::Directory)) => Err(call.fail_at(0, format!("`{path}` is a directory"))),
        Ok(None) => Ok(Value::bool(false)),
        Err(error) => unreadable(call, &path, error, Type::Bool),
    }
}

fn fileset(call: &Call<'_>) -> Outcome {
    let ty = Type::set(Type::String);
    let (Some(dir), Some(pattern)) = (path_argument(call, 0), call.argument(1).and_then(Value::as_str)) else {
        return Ok(call.unknown(ty));
    };
    let pattern = pattern.trim_start_matches("./");
    if pattern.split('/').any(|segment| segment == "..") {
        return Ok(call.limited(ty, "file pattern that leaves its directory"));
    }
    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
    let glob = glob.map_err(|_| call.fail_at(1, format!("`{pattern}` is not a pattern")))?.compile_matcher();
    let files = match call.ctx.files_below(&dir) {
        Ok(files) => files,
        Err(FileError::NotFound) => Vec::new(),
        Err(error) => return unreadable(call, &dir, error, ty),
    };
    let matching = files.into_iter().filter(|file| glob.is_match(file)).map(Value::string);
    Ok(Value::new(ValueKind::Set(Type::String, matching.collect())))
}

fn abspath(call: &Call<'_>) -> Outcome {
    let Some(given) = path_argument(call, 0) else { return Ok(call.unknown(Type::String)) };
    let clean = path::normalize(&given);
    if path::is_absolute(&clean) {
        return Ok(Value::string(clean));
    }
    if clean.starts_with("..") {
        return Ok(call.unknown(Type::String));
    }
    let below = if clean == "." { String::new() } else { format!("/{clean}") };
    Ok(text(Text::from_pieces([Piece::Hole(call.ctx.working_directory()), known(below)])))
}

fn pathexpand(call: &Call<'_>) -> Outcome {
    let argument = call.value(0);
    let is_home = text_of(&argument).known_prefix().starts_with('~');
    if !argument.is_wholly_known() || !is_home {
        return Ok(argument);
    }
    let symbol = Symbol::new("", format!("pathexpand({:?})", call.string(0)), Cause::Impure, Some(call.span));
    let unknown =
        Unknown { symbol, ty: Type::String, not_null: true, refinement: crate::eval::value::Refinement::Opaque };
    Ok(Value::new(ValueKind::Unknown(unknown)))
}

fn basename(call: &Call<'_>) -> Outcome {
    let source = text_of(&call.value(0));
    if let Some(path) = source.as_known() {
        let name = path.trim_end_matches('/');
        return Ok(Value::string(match name {
            "" if path.is_empty() => ".",
            "" => "/",
            name => path::file_name(name),
        }));
    }
    let end = source.known_suffix();
    match end.rsplit_once('/') {
        Some((_, name)) if !name.is_empty() => Ok(Value::string(name)),
        _ => Ok(call.unknown(Type::String)),
    }
}

fn dirname(call: &Call<'_>) -> Outcome {
    let source = text_of(&call.value(0));
    if let Some(given) = source.as_known() {
        return Ok(Value::string(directory(&given)));
    }
    // What lies before the last slash, if nothing in it has to be cleaned.
    let end = source.known_suffix();
    let name_length = end.rsplit_once('/').map(|(_, name)| name.len() + 1);
    let is_clean = |text: &str| !text.contains("//") && !text.split('/').any(|segment| matches!(segment, "." | ".."));
    let all_clean = source.pieces().iter().all(|piece| matches!(piece, Piece::Hole(_)) || is_clean(known_text(piece)));
    let (Some(name_length), true) = (name_length, all_clean) else { return Ok(call.unknown(Type::String)) };
    let length: usize = source.pieces().iter().map(|piece| known_text(piece).len()).sum();
    Ok(text(super::trim::without_end(&source, name_length.min(length))))
}

fn known_text(piece: &Piece) -> &str {
    match piece {
        Piece::Known(known) => &known.text,
        Piece::Hole(_) => "",
    }
}

/// Go's `filepath.Dir`.
fn directory(path: &str) -> String {
    match path.rsplit_once('/') {
        Some(("", _)) => "/".to_owned(),
        Some((dir, _)) => path::normalize(dir),
        None => ".".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{RootFiles, call};
    use super::*;
    use crate::source::{MemoryFileSystem, SourceMap, TextRange};

    /// The result of a call in the root module `root`, as text; and what stands at the place of its third byte.
    fn ask(name: &str, arguments: &[Value]) -> (String, Option<String>) {
        let mut files = MemoryFileSystem::default();
        for path in ["root/policy.json", "root/sub/a.json", "root/sub/b.txt", "root/sub/deep/c.json", "shared.json"] {
            files.insert(path, format!("in {path}"));
        }
        files.insert("root/blob", vec![0xff_u8, 0xfe]);
        let sources = SourceMap::default();
        let span = TextRange::empty(0).at(sources.add("root/main.tf", ""));
        let ctx = RootFiles { files: &files, sources: &sources, root: "root", values: None };
        match call(&ctx, name, arguments, span) {
            Ok(value) => {
                let place = value.as_text().and_then(|text| text.span_of(3..5)).map(|span| sources.text(span));
                (super::super::tests::shown(Ok(value)), place)
            }
            Err(error) => (format!("error: {}", error.message), None),
        }
    }

    fn shown(name: &str, arguments: &[&str]) -> String {
        ask(name, &arguments.iter().map(|text| Value::string(*text)).collect::<Vec<_>>()).0
    }

    #[test]
    fn the_text_of_a_file_stands_in_the_file() {
        assert_eq!(
            ask("file", &[Value::string("policy.json")]),
            (r#""in root/policy.json""#.into(), Some("ro".into()))
        );
        let joined = ask("trimprefix", &[Value::string("in x"), Value::string("in ")]);
        assert_eq!(joined, (r#""x""#.into(), None));
    }

    #[test]
    fn paths_are_those_of_the_root_module() {
        assert_eq!(shown("file", &["./sub/../policy.json"]), r#""in root/policy.json""#);
        assert_eq!(shown("file", &["../shared.json"]), r#""in shared.json""#);
        assert_eq!(shown("file", &["none"]), "error: `file`: there is no file `none`");
        assert_eq!(shown("file", &["blob"]), "error: `file`: `blob` is not UTF-8");
        assert_eq!(shown("filebase64", &["blob"]), r#""//4=""#);
        let cwd =
            Text::from_pieces([Piece::Hole(Symbol::new("root", "path.cwd", Cause::Data, None)), known("/policy.json")]);
        assert_eq!(ask("file", &[text(cwd)]).0, r#""in root/policy.json""#);
        assert_eq!(shown("abspath", &["sub"]), r#""{path.cwd}/sub""#);
    }

    #[test]
    fn files_are_found() {
        assert_eq!(shown("fileexists", &["policy.json"]), "true");
        assert_eq!(shown("fileexists", &["none"]), "false");
        assert_eq!(shown("fileexists", &["sub"]), "error: `fileexists`: `sub` is a directory");
        assert_eq!(shown("fileexists", &["/etc/passwd"]), r#"{jsonencode(fileexists("/etc/passwd"))}"#);
        assert_eq!(shown("fileset", &["sub", "*.json"]), r#"["a.json"]"#);
        assert_eq!(shown("fileset", &["sub", "**"]), r#"["a.json","b.txt","deep/c.json"]"#);
        assert_eq!(shown("fileset", &[".", "**/*.json"]), r#"["policy.json","sub/a.json","sub/deep/c.json"]"#);
        assert_eq!(shown("fileset", &["sub", "{a,b}.*"]), r#"["a.json","b.txt"]"#);
        assert_eq!(shown("fileset", &["none", "*"]), "[]");
    }
}
