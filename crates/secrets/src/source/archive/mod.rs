//! The inside of archives, for [`TreeSource`](super::tree::TreeSource): zip and whatever else is one, tar, gzip.
//!
//! An archive is known by its first bytes, not by its name, and is read where it lies: nothing is written anywhere, and
//! the names of entries are reported but never used. Their path follows that of the archive after `!/`:
//! `backup.tar.gz!/shop/.env`. Control characters in a name are replaced, and a very long one is cut off.
//!
//! Archives may be made to harm whoever opens them. So for each archive that lies in the tree there is one account, of
//! which everything inside it is paid, other archives included: bytes that come out, bytes that go in, entries, and bytes
//! that have to be held in memory. When one of them is used up ([`Limits`]), what was unpacked is given out, the rest is
//! left, and a [`Notice`](crate::notice::Notice) says so. A damaged, encrypted or unknown entry is a notice as well, and the
//! next one is read.

mod gzip;
mod kind;
mod limited;
mod limits;
mod meter;
mod opened;
mod tar;
mod zip;

pub(crate) use kind::Kind;
pub use limits::Limits;
pub(crate) use opened::Opened;
