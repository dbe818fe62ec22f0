//! What can go wrong.

use std::io;

use storeward_core::PortError;

use crate::format::FormatError;

/// Why there is no sanitized document.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SanitizeError {
    /// The text is not what it should be.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// A detector did not answer.
    #[error(transparent)]
    Detector(#[from] PortError),
    /// The document cannot be read.
    #[error("cannot read the document")]
    Read(#[source] io::Error),
    /// The result cannot be written, or not read again.
    #[error("cannot write the result")]
    Write(#[source] io::Error),
    /// Each time the result was read again, something was found in it.
    #[error("the result could not be proven free of what must be hidden")]
    Unproven,
}
