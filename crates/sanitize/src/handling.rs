//! What is done with a value that the audience may not see.

storeward_core::vocabulary! {
    /// The ways to hide a value, or to show a part of it.
    #[non_exhaustive]
    pub enum Handling: "handling" {
        /// Nothing: the value is shown to every audience. Not to be had for secrets.
        Keep = "keep",
        /// An e-mail address keeps its last label: `*****@*****.com`.
        MaskDomain = "mask_domain",
        /// An e-mail address keeps the person too: `admin@*****.com`.
        MaskDomainOnly = "mask_domain_only",
        /// A long value keeps its first four and last two characters: `acme*****42`.
        MaskPartial = "mask_partial",
        /// The value is replaced by `[REDACTED]`.
        FullRedaction = "full_redaction",
        /// A name made with a key: equal values have equal names, and only the key's holder can try guesses.
        Pseudonym = "pseudonym",
        /// The value's SHA-256, which anybody can compare with the hash of a guess.
        Hash = "hash",
        /// The field is left out.
        Drop = "drop",
        /// A date keeps its month, a number the range it lies in.
        Generalise = "generalise",
    }
}
