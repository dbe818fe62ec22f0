//! How sensitive a value is, and who may see it.

storeward_core::vocabulary! {
    /// The classes of data, from what everybody may see to what nobody may.
    #[expect(clippy::exhaustive_enums, reason = "every audience must say which of them it sees")]
    pub enum Class: "class" {
        /// May be shown to anybody.
        Public = "public",
        /// Stays within the organisation.
        Internal = "internal",
        /// For those who need it: personal data, prices paid.
        Confidential = "confidential",
        /// Opens something. Shown to nobody.
        Secret = "secret",
    }
}

storeward_core::vocabulary! {
    /// Those who will read the result.
    #[expect(clippy::exhaustive_enums, reason = "a rule may name the narrowest audience that sees a field")]
    pub enum Audience: "audience" {
        /// Everybody.
        Public = "public",
        /// Somebody outside that the organisation works with.
        Partner = "partner",
        /// Its own people.
        Organisation = "organisation",
        /// Those who answer for its security.
        Security = "security",
    }
}

impl Audience {
    /// Whether values of this class are shown as they are. Nobody is shown a secret.
    #[must_use]
    pub const fn sees(self, class: Class) -> bool {
        match class {
            Class::Public => true,
            Class::Internal => matches!(self, Self::Organisation | Self::Security),
            Class::Confidential => matches!(self, Self::Security),
            Class::Secret => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_audience_sees_no_less_than_the_one_before() {
        for pair in Audience::ALL.windows(2) {
            for class in Class::ALL {
                assert!(!pair[0].sees(*class) || pair[1].sees(*class), "{pair:?} {class}");
            }
        }
        assert!(Audience::ALL.iter().all(|audience| !audience.sees(Class::Secret)));
    }
}
