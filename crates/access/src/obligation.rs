//! What must be proved before an operation may run.

storeward_core::vocabulary! {
    /// Something that is asked for on top of a permission.
    #[non_exhaustive]
    pub enum ObligationKind: "obligation" {
        /// A second factor of the actor.
        Mfa = "mfa",
        /// An approval of the operation by somebody else.
        Approval = "approval",
        /// An approving review of the change by somebody else.
        CodeReview = "code_review",
        /// An approving review by somebody else, who holds a role that reviews security.
        SecurityReview = "security_review",
        /// A durable audit event before the operation.
        AuditBefore = "audit_before",
        /// A durable audit event before the operation, whose writer has undertaken to write another one after it.
        AuditBeforeAndAfter = "audit_before_and_after",
        /// A review of an override by somebody else, after it was used. It holds up the next override, not this one.
        ReviewAfter = "review_after",
    }
}

impl ObligationKind {
    /// What is asked for, in words that complete "it needs …".
    #[must_use]
    pub const fn needs(self) -> &'static str {
        match self {
            Self::Mfa => "a second factor",
            Self::Approval => "an approval by somebody else",
            Self::CodeReview => "an approving review of the change by somebody else",
            Self::SecurityReview => "a security review by somebody else",
            Self::AuditBefore => "an audit event before the operation",
            Self::AuditBeforeAndAfter => "audit events before and after the operation",
            Self::ReviewAfter => "a review by somebody else afterwards",
        }
    }

    /// Whether the operation must wait until it is met.
    #[must_use]
    pub const fn is_before(self) -> bool {
        !matches!(self, Self::ReviewAfter)
    }

    /// Whether it is met by what another person says, who is named in the proof.
    #[must_use]
    pub const fn is_by_another(self) -> bool {
        matches!(self, Self::Approval | Self::CodeReview | Self::SecurityReview)
    }

    /// Whether a proof of `self` is also one of `other`.
    pub(crate) const fn includes(self, other: Self) -> bool {
        self as u8 == other as u8 || matches!((self, other), (Self::AuditBeforeAndAfter, Self::AuditBefore))
    }
}

/// A set of kinds, as bits, so that a decision needs no memory of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ObligationSet(u8);

impl ObligationSet {
    pub(crate) const EMPTY: Self = Self(0);

    pub(crate) const fn with(self, kind: ObligationKind) -> Self {
        Self(self.0 | 1 << kind as u8)
    }

    pub(crate) const fn without(self, kind: ObligationKind) -> Self {
        Self(self.0 & !(1 << kind as u8))
    }

    pub(crate) const fn contains(self, kind: ObligationKind) -> bool {
        self.0 & 1 << kind as u8 != 0
    }

    pub(crate) const fn common(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those of `self` that `met` lacks and that the operation waits for.
    pub(crate) const fn open(self, met: Self) -> u32 {
        (self.0 & !met.0 & !(1 << ObligationKind::ReviewAfter as u8)).count_ones()
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = ObligationKind> {
        ObligationKind::ALL.iter().copied().filter(move |kind| self.contains(*kind))
    }
}
