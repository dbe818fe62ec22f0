//! Adapters of [`Source`](crate::port::Source), each named after its medium.

#[cfg(feature = "archive")]
pub mod archive;
#[cfg(feature = "git")]
pub mod git;
#[cfg(feature = "tree")]
mod listener;
mod reader;
#[cfg(feature = "tree")]
pub mod tree;

pub use reader::ReaderSource;

/// How many bytes decide what a text is; git looks at as many.
#[cfg(feature = "tree")]
pub(crate) const FRONT: u64 = 8000;

/// Up to this size a text is read whole; a larger one is given out as a stream.
#[cfg(feature = "tree")]
pub(crate) const WHOLE: u64 = 4 << 20;

/// Whether a text looks binary: a zero byte among its first eight thousand, as git decides it.
#[must_use]
pub fn is_binary(bytes: &[u8]) -> bool {
    memchr::memchr(0, bytes.get(..bytes.len().min(8000)).unwrap_or_default()).is_some()
}

/// The error of a source.
#[cfg(any(feature = "tree", feature = "git"))]
pub(crate) fn unreadable(
    what: impl Into<String>,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> storeward_core::PortError {
    storeward_core::PortError::new("secret source", storeward_core::Fault::Unreachable, what)
        .with_source(source)
}
