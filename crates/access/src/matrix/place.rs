//! Where something is written.

use std::{fmt, sync::Arc};

use serde::{Serialize, Serializer};

/// A place in a file, or none for what was made by code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    file: Option<Arc<str>>,
    line: u32,
    column: u32,
}

impl Source {
    /// No file.
    #[must_use]
    pub const fn code() -> Self {
        Self { file: None, line: 0, column: 0 }
    }

    pub(crate) const fn new(file: Arc<str>, line: u32, column: u32) -> Self {
        Self { file: Some(file), line, column }
    }

    /// The file's name as it was given.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }

    /// The line, from 1; 0 without a file.
    #[must_use]
    pub const fn line(&self) -> u32 {
        self.line
    }

    /// The column, from 1, in characters; 0 without a file.
    #[must_use]
    pub const fn column(&self) -> u32 {
        self.column
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(f, "{file}:{}:{}", self.line, self.column),
            None => f.write_str("code"),
        }
    }
}

impl Serialize for Source {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// Something and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a pair, built by every caller")]
pub struct Located<T> {
    /// What is written.
    pub value: T,
    /// Where.
    pub source: Source,
}

impl<T> Located<T> {
    /// What code made.
    #[must_use]
    pub const fn new(value: T) -> Self {
        Self { value, source: Source::code() }
    }
}

impl<T> From<T> for Located<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}
