//! Bounds of a question.

use std::time::Duration;

/// Within what bounds a store is asked.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Limits {
    /// How long it may take until there is a connection; by default five seconds.
    pub connect: Duration,
    /// How long one question may take, answer and all; by default fifteen seconds. The first use of a token costs a
    /// store one to two seconds, and making one two to three.
    pub total: Duration,
    /// The longest answer that is read, in bytes; by default 1 MiB. A page of a hundred apps has about 50 KiB.
    pub longest: usize,
    /// How long is waited before a question is asked again, doubled each time, and up to as much again by chance; by
    /// default half a second.
    pub pause: Duration,
    /// The longest wait that a store may ask for; by default thirty seconds. If it asks for more, it is not asked again.
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(15),
            longest: 1 << 20,
            pause: Duration::from_millis(500),
            patience: Duration::from_secs(30),
        }
    }
}
