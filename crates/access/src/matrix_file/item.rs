//! What a file holds, with the byte at which each part begins, whatever its syntax.

/// Something that is wrong, and at which byte.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) message: String,
}

impl Fault {
    pub(super) fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }
}

#[derive(Debug)]
pub(super) struct Item {
    pub(super) at: usize,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    /// Text that is nothing else.
    Text(String),
    /// A number, a date or a truth value as it was written.
    Bare(String),
    /// Unquoted text of YAML, which may be meant as either.
    #[cfg(feature = "yaml")]
    Plain(String),
    List(Vec<Item>),
    Table(Vec<Entry>),
    /// Nothing, which only YAML can say.
    #[cfg(feature = "yaml")]
    Nothing,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) at: usize,
    pub(super) value: Item,
}
