//! The built-in rules: which field is of which class.
//!
//! The paths are the Saleor Configurator's own (3.23), plus those that its users add for mail and integrations and
//! which it accepts without a word.

use crate::{Class, FieldPath, PathPattern};

/// A statement about the fields that a pattern describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    /// Which fields.
    pub pattern: PathPattern,
    /// How sensitive they are.
    pub class: Class,
    /// Why, for a person.
    pub reason: &'static str,
}

const fn rule(pattern: &'static str, class: Class, reason: &'static str) -> Rule {
    Rule { pattern: PathPattern::new(pattern), class, reason }
}

/// The rules, the first that matches decides.
pub const BUILT_IN: &[Rule] = &[
    rule("integrations.**.apiKey", Class::Secret, "a key of an integration"),
    rule("integrations.**.secret", Class::Secret, "a secret of an integration"),
    rule("integrations.**.secretKey", Class::Secret, "a key of an integration"),
    rule("integrations.**.token", Class::Secret, "a token of an integration"),
    rule("integrations.**.password", Class::Secret, "a password of an integration"),
    rule("integrations.**.webhookSecret", Class::Secret, "signs the calls of a webhook"),
    rule("**.webhooks.*.secretKey", Class::Secret, "signs the calls of a webhook"),
    rule("shop.defaultMailSenderAddress", Class::Internal, "an e-mail address"),
    rule("shop.defaultMailSenderName", Class::Internal, "a name that mail is sent under"),
    rule("shop.customerServiceEmail", Class::Internal, "an e-mail address"),
    rule("warehouses.*.email", Class::Confidential, "an e-mail address"),
    rule("warehouses.*.address.**", Class::Confidential, "a postal address"),
    rule("channels.*.taxConfiguration.taxAppId", Class::Internal, "names an installed app"),
    rule(
        "products.*.variants.*.channelListings.*.costPrice",
        Class::Confidential,
        "what the goods cost the merchant",
    ),
    rule("attributes.*.values.*.name", Class::Public, "shown in the shop"),
    rule("productAttributes.*.values.*.name", Class::Public, "shown in the shop"),
    rule("contentAttributes.*.values.*.name", Class::Public, "shown in the shop"),
];

/// The rule that decides about a field, if any does.
#[must_use]
pub fn classify(path: &FieldPath) -> Option<&'static Rule> {
    BUILT_IN.iter().find(|rule| rule.pattern.matches(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_fields_have_their_class() {
        for (path, class) in [
            ("shop.defaultMailSenderAddress", Some(Class::Internal)),
            ("shop.customerServiceEmail", Some(Class::Internal)),
            ("warehouses.3.address.phone", Some(Class::Confidential)),
            ("integrations.0.apiKey", Some(Class::Secret)),
            ("integrations.payments.live.apiKey", Some(Class::Secret)),
            ("attributes.0.values.2.name", Some(Class::Public)),
            ("products.0.variants.1.channelListings.0.costPrice", Some(Class::Confidential)),
            ("products.0.variants.1.channelListings.0.price", None),
            ("channels.0.name", None),
        ] {
            assert_eq!(classify(&FieldPath::of(path.split('.'))).map(|rule| rule.class), class, "{path}");
        }
    }
}
