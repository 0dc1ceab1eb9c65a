//! Plan files that Terraform can apply: zip files that hold, beside the plan, the source of
//! every module that it was made from.
//!
//! The source is laid out as it was when the plan was made, below the path of the file. The plan
//! itself is a format of Terraform's own and is not read.

use std::collections::BTreeMap;
use std::sync::Arc;

use crosstrail_analyzer::source::{Entry, EntryKind, FileError, FileSystem, MemoryFileSystem, path};
use crosstrail_disk::DiskFileSystem;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use rawzip::{CompressionMethod, ZipArchive};
use serde::{Deserialize, Serialize};

/// Where the source is in the file.
const SOURCE: &str = "tfconfig/";
const MODULES: &str = "tfconfig/modules.json";

/// The most that the source of one plan may be unpacked to, in bytes: a bound for files that are
/// made to be larger than they look.
const SOURCE_LIMIT: usize = 256 << 20;

/// The files of plans.
#[derive(Debug, Default)]
pub(super) struct Archives {
    files: MemoryFileSystem,
    paths: Vec<String>,
}

/// A module as the plan file names it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Module {
    /// The names of the calls that lead to it, with dots between; empty for the root.
    #[serde(default)]
    key: String,
    #[serde(default)]
    source: String,
    /// Where it was, seen from where the plan was made.
    #[serde(default)]
    dir: String,
}

/// `.terraform/modules/modules.json`
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Manifest<'a> {
    #[serde(rename = "Modules")]
    modules: Vec<Record<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Record<'a> {
    key: &'a str,
    source: &'a str,
    dir: String,
}

impl Archives {
    /// Unpacks the source in `bytes`, the file at `path`.
    ///
    /// # Errors
    /// When the file is damaged, is no plan, or unpacks to too much.
    pub(super) fn add(&mut self, path: &str, bytes: &[u8]) -> Result<(), String> {
        let entries = entries(bytes, SOURCE_LIMIT)?;
        let modules = entries.get(MODULES).ok_or("a zip file without the source of a plan")?;
        let modules: Vec<Module> =
            serde_json::from_slice(modules).map_err(|_| "its list of modules is damaged".to_owned())?;
        let directories: BTreeMap<&str, String> =
            modules.iter().map(|module| (module.key.as_str(), below(path, &module.dir))).collect();
        for (name, bytes) in &entries {
            let place = name.strip_prefix(SOURCE).and_then(|name| name.strip_prefix("m-"));
            let Some((key, file)) = place.and_then(|place| place.split_once('/')) else { continue };
            if let Some(dir) = directories.get(key) {
                self.files.insert(&path::join(dir, path::file_name(file)), bytes.clone());
            }
        }
        let record = |module: &'_ Module| -> (String, String, String) {
            (module.key.clone(), module.source.clone(), relative(&module.dir))
        };
        let records: Vec<_> = modules.iter().map(record).collect();
        let modules = records.iter().map(|(key, source, dir)| Record { key, source, dir: dir.clone() }).collect();
        let manifest = serde_json::to_vec(&Manifest { modules }).map_err(|error| error.to_string())?;
        self.files.insert(&path::join(path, ".terraform/modules/modules.json"), manifest);
        self.paths.push(path.to_owned());
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// Whether `path` is one of the files.
    pub(super) fn has(&self, path: &str) -> bool {
        self.paths.iter().any(|own| own == path)
    }

    /// The files in front of `disk`.
    pub(super) fn over(self, disk: Arc<DiskFileSystem>) -> WithArchives {
        WithArchives { archives: self, disk }
    }
}

/// `dir` as a path that does not lead out of where it is put.
fn relative(dir: &str) -> String {
    let dir = path::normalize(&dir.replace('\\', "/"));
    dir.trim_start_matches('/').split('/').filter(|step| *step != "..").collect::<Vec<_>>().join("/")
}

fn below(path: &str, dir: &str) -> String {
    path::join(path, &relative(dir))
}

/// The files in `bytes` that belong to the source, unpacked: at most `limit` bytes of all of them.
fn entries(bytes: &[u8], limit: usize) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let damaged = |error: rawzip::Error| format!("a damaged zip file: {error}");
    let archive = ZipArchive::from_slice(bytes).map_err(damaged)?;
    let mut left = limit;
    let mut found = BTreeMap::new();
    for entry in archive.entries() {
        let entry = entry.map_err(damaged)?;
        let Ok(name) = std::str::from_utf8(entry.file_path().as_ref()).map(str::to_owned) else { continue };
        if !name.starts_with(SOURCE) || name.ends_with('/') {
            continue;
        }
        let data = archive.get_entry(entry.wayfinder()).map_err(damaged)?.data();
        let unpacked = unpack(entry.compression_method(), data, left).map_err(|why| match why {
            Obstacle::Size => format!("its source unpacks to more than {} MiB", limit >> 20),
            Obstacle::Damage => format!("`{name}` in it is damaged"),
            Obstacle::Method => format!("`{name}` in it is packed in a way that Terraform does not use"),
        })?;
        left = left.saturating_sub(unpacked.len());
        found.insert(name, unpacked);
    }
    Ok(found)
}

/// Why a file in an archive cannot be had.
#[derive(Debug, PartialEq, Eq)]
enum Obstacle {
    Size,
    Damage,
    Method,
}

fn unpack(method: CompressionMethod, data: &[u8], limit: usize) -> Result<Vec<u8>, Obstacle> {
    match method {
        CompressionMethod::Store if data.len() <= limit => Ok(data.to_vec()),
        CompressionMethod::Store => Err(Obstacle::Size),
        CompressionMethod::Deflate => decompress_to_vec_with_limit(data, limit).map_err(|error| match error.status {
            miniz_oxide::inflate::TINFLStatus::HasMoreOutput => Obstacle::Size,
            _ => Obstacle::Damage,
        }),
        _ => Err(Obstacle::Method),
    }
}

/// The disk, with plan files as directories.
#[derive(Debug)]
pub(super) struct WithArchives {
    archives: Archives,
    disk: Arc<DiskFileSystem>,
}

impl WithArchives {
    fn of(&self, path: &str) -> &dyn FileSystem {
        let is_in = self.archives.paths.iter().any(|archive| path::is_within(path, archive));
        if is_in { &self.archives.files } else { &*self.disk }
    }
}

impl FileSystem for WithArchives {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.of(path).read(path)
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>, FileError> {
        self.of(path).list(path)
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        self.of(path).kind(path)
    }

    fn passes_over(&self, path: &str) -> bool {
        self.of(path).passes_over(path)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use miniz_oxide::deflate::compress_to_vec;
    use rawzip::{ZipArchiveWriter, ZipDataWriter};

    use super::*;

    /// A zip file with these files, packed as Terraform packs them.
    fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut archive = ZipArchiveWriter::new(&mut bytes);
        for (name, content) in files {
            let mut entry = archive.new_file(name).compression_method(CompressionMethod::Deflate).create().unwrap();
            let mut writer = ZipDataWriter::new(std::io::sink());
            writer.write_all(content).unwrap();
            let (_, described) = writer.finish().unwrap();
            entry.write_all(&compress_to_vec(content, 6)).unwrap();
            entry.finish(described).unwrap();
        }
        archive.finish().unwrap();
        bytes
    }

    const MODULES_JSON: &[u8] = br#"[
{"Key": "", "Dir": "."},
{"Key": "a", "Source": "./modules/a", "Dir": "modules/a"},
{"Key": "a.b", "Source": "acme/b/aws", "Dir": ".terraform/modules/a.b"},
{"Key": "up", "Source": "../up", "Dir": "../up"}]"#;

    fn added(files: &[(&str, &[u8])]) -> Result<Archives, String> {
        let mut archives = Archives::default();
        archives.add("p.bin", &zip(files))?;
        Ok(archives)
    }

    #[test]
    fn the_source_is_laid_out_as_it_was() {
        let files: &[(&str, &[u8])] = &[
            ("tfplan", b"\x01"),
            ("tfconfig/modules.json", MODULES_JSON),
            ("tfconfig/m-/main.tf", b"root"),
            ("tfconfig/m-a/main.tf", b"a"),
            ("tfconfig/m-a.b/main.tf", b"b"),
            ("tfconfig/m-up/main.tf", b"up"),
            ("tfconfig/m-other/main.tf", b"of no module"),
        ];
        let archives = added(files).unwrap();
        let text = |path: &str| archives.files.read(path).ok().map(|bytes| String::from_utf8(bytes).unwrap());
        for (path, expected) in [
            ("p.bin/main.tf", Some("root")),
            ("p.bin/modules/a/main.tf", Some("a")),
            ("p.bin/.terraform/modules/a.b/main.tf", Some("b")),
            ("p.bin/up/main.tf", Some("up")),
            ("up/main.tf", None),
        ] {
            assert_eq!(text(path).as_deref(), expected, "{path}");
        }
        let manifest = text("p.bin/.terraform/modules/modules.json").unwrap();
        assert!(
            manifest.contains(r#"{"Key":"a.b","Source":"acme/b/aws","Dir":".terraform/modules/a.b"}"#),
            "{manifest}"
        );
        assert!(archives.has("p.bin") && !archives.is_empty());
    }

    #[test]
    fn what_cannot_be_had_is_told() {
        assert_eq!(added(&[("a", b"b")]).unwrap_err(), "a zip file without the source of a plan");
        let broken = added(&[("tfconfig/modules.json", b"[")]).unwrap_err();
        assert_eq!(broken, "its list of modules is damaged");
        let whole = zip(&[("tfconfig/modules.json", b"[]")]);
        let cut = &whole[..whole.len() - 30];
        assert!(entries(cut, SOURCE_LIMIT).unwrap_err().starts_with("a damaged zip file: "));
        let mut damaged = zip(&[("tfconfig/modules.json", &[7; 64])]);
        let at = damaged.windows(13).position(|name| name == b"/modules.json").unwrap() + 13;
        damaged[at] = 0xff;
        assert_eq!(entries(&damaged, SOURCE_LIMIT).unwrap_err(), "`tfconfig/modules.json` in it is damaged");
    }

    #[test]
    fn what_is_larger_than_it_looks_is_not_unpacked() {
        let zeros = vec![0; 1 << 20];
        let names = ["tfconfig/m-/a.tf", "tfconfig/m-/b.tf", "tfconfig/m-/c.tf"];
        let bomb = zip(&names.map(|name| (name, &zeros[..])));
        assert!(bomb.len() < 1 << 13);
        assert_eq!(entries(&bomb, 2 << 20).unwrap_err(), "its source unpacks to more than 2 MiB");
        assert_eq!(entries(&bomb, 3 << 20).map(|files| files.len()), Ok(3));
    }
}
