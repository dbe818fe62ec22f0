//! What kind of archive something is.

use ::tar::Header;

/// A kind of archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Zip,
    Gzip,
    Tar,
}

impl Kind {
    /// The kind that a file's first bytes tell.
    pub(crate) fn of(front: &[u8]) -> Option<Self> {
        match front {
            // The second is the end of one that holds nothing.
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Self::Zip),
            // RFC 1952: the method, which is always 8, and flags, of which three are never set.
            [0x1f, 0x8b, 8, flags, ..] if flags & 0xe0 == 0 => Some(Self::Gzip),
            _ if is_tar(front) => Some(Self::Tar),
            _ => None,
        }
    }
}

/// Whether the first block is a header that agrees with its checksum. Old archives have no other mark.
fn is_tar(front: &[u8]) -> bool {
    let Some(block) = front.first_chunk::<512>() else { return false };
    // The checksum is taken with blanks where it stands itself.
    let sum = block.iter().enumerate().fold(0_u32, |sum, (place, byte)| {
        sum + u32::from(if (148..156).contains(&place) { b' ' } else { *byte })
    });
    Header::from_byte_slice(block).cksum().is_ok_and(|stated| stated == sum)
}
