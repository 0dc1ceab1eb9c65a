//! Files, positions in them, and the seam through which their bytes arrive.
//!
//! This layer must not know what a file means. It is the only one that is
//! handed bytes, and it is handed them through [`FileSystem`]: the library
//! opens no file itself.

mod change;
mod file_system;
mod line_index;
mod map;
pub mod path;
mod span;

pub use change::TextChange;
pub use file_system::{Entry, EntryKind, FileError, FileSystem, MemoryFileSystem};
pub use line_index::{BYTE_ORDER_MARK, LineColumn, LineIndex};
pub use map::{SourceFile, SourceMap};
pub use span::{FileId, Span, TextRange};
