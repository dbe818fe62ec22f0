//! The keys that the Saleor Configurator reads, from its public schema for Saleor 3.23.

use std::{collections::HashMap, sync::LazyLock};

use storeward_sanitize::{FieldPath, path::Segment};

/// One line for each mapping: its path, then its keys. `.` is the document, `*` an item of a list.
const SHAPE: &str = "\
. shop channels warehouses shippingZones taxClasses productAttributes contentAttributes customerAttributes attributes productTypes pageTypes modelTypes customerTypes categories collections menus models products
shop headerText description trackInventoryByDefault useLegacyShippingZoneStockAvailability defaultWeightUnit fulfillmentAutoApprove fulfillmentAllowUnpaid defaultMailSenderName defaultMailSenderAddress customerSetPasswordUrl reserveStockDurationAnonymousUser reserveStockDurationAuthenticatedUser limitQuantityPerCheckout enableAccountConfirmationByEmail allowLoginWithoutConfirmation displayGrossPrices
channels.* name currencyCode defaultCountry slug isActive settings taxConfiguration
channels.*.settings allocationStrategy automaticallyConfirmAllNewOrders automaticallyFulfillNonShippableGiftCard expireOrdersAfter deleteExpiredOrdersAfter markAsPaidStrategy allowUnpaidOrders includeDraftOrderInVoucherUsage useLegacyErrorFlow automaticallyCompleteFullyPaidCheckouts defaultTransactionFlowStrategy
channels.*.taxConfiguration taxCalculationStrategy chargeTaxes displayGrossPrices pricesEnteredWithTax taxAppId
warehouses.* name slug email isPrivate address clickAndCollectOption shippingZones
warehouses.*.address streetAddress1 streetAddress2 city cityArea postalCode country countryArea companyName phone
shippingZones.* name description default countries warehouses channels shippingMethods
shippingZones.*.shippingMethods.* name description type minimumDeliveryDays maximumDeliveryDays minimumOrderWeight maximumOrderWeight taxClass channelListings
shippingZones.*.shippingMethods.*.minimumOrderWeight unit value
shippingZones.*.shippingMethods.*.maximumOrderWeight unit value
shippingZones.*.shippingMethods.*.channelListings.* channel price currency minimumOrderPrice maximumOrderPrice
taxClasses.* name countryRates
taxClasses.*.countryRates.* countryCode rate
productAttributes.* name inputType values entityType
productAttributes.*.values.* name
contentAttributes.* name inputType values entityType
contentAttributes.*.values.* name
customerAttributes.* name inputType values entityType
customerAttributes.*.values.* name
productTypes.* name isShippingRequired taxClass productAttributes variantAttributes
productTypes.*.productAttributes.* name variantSelection inputType values entityType attribute
productTypes.*.productAttributes.*.values.* name
productTypes.*.variantAttributes.* name variantSelection inputType values entityType attribute
productTypes.*.variantAttributes.*.values.* name
pageTypes.* name attributes
pageTypes.*.attributes.* name variantSelection inputType values entityType attribute
pageTypes.*.attributes.*.values.* name
modelTypes.* name slug attributes
modelTypes.*.attributes.* name variantSelection inputType values entityType attribute
modelTypes.*.attributes.*.values.* name
customerTypes.* name slug isDefault attributes
customerTypes.*.attributes.* name variantSelection inputType values entityType attribute
customerTypes.*.attributes.*.values.* name
categories.* name slug subcategories
collections.* name slug description isPublished products channelListings
collections.*.channelListings.* channelSlug isPublished publishedAt
menus.* name slug items
menus.*.items.* name url category collection page children
models.* title slug modelType content isPublished publishedAt attributes
products.* name slug description productType category taxClass attributes channelListings media variants
products.*.channelListings.* channel isPublished visibleInListings isAvailableForPurchase availableForPurchaseAt publishedAt
products.*.media.* externalUrl alt
products.*.variants.* name sku weight digital attributes channelListings
products.*.variants.*.channelListings.* channel price costPrice
";

/// Lists that hold mappings like the one they stand in: key, and the path it is folded into.
const RECURSIVE: [(&str, &str); 2] = [("subcategories", "categories.*"), ("children", "menus.*.items.*")];

static KEYS: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    SHAPE
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(path, keys)| (path, keys.split(' ').collect()))
        .collect()
});

/// The top-level sections, the `attributes` of older files included.
pub(crate) fn sections() -> impl Iterator<Item = &'static str> {
    KEYS.get(".").into_iter().flatten().copied()
}

/// The keys of the mapping at a place; `None` where any key may stand.
pub(crate) fn keys_at(path: &FieldPath) -> Option<Vec<&'static str>> {
    let mut pattern = String::new();
    for segment in path.segments() {
        let segment = match segment {
            Segment::Key(key) => key,
            Segment::Index(_) => "*",
        };
        if let Some((_, folded)) = RECURSIVE.iter().find(|(key, of)| *key == segment && pattern == *of) {
            // The item's index, which follows, belongs to the path folded into.
            pattern = folded.strip_suffix(".*").unwrap_or(folded).to_owned();
            continue;
        }
        if !pattern.is_empty() {
            pattern.push('.');
        }
        pattern.push_str(segment);
    }
    KEYS.get(if pattern.is_empty() { "." } else { &pattern }).cloned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    #[test]
    fn keys_are_known_at_any_depth() {
        let known = |path: &str| keys_at(&path.parse().unwrap());
        assert!(known("").unwrap().contains(&"warehouses"));
        assert!(known("channels.0").unwrap().contains(&"slug"));
        assert_eq!(known("menus.0.items.1.children.2.children.0"), known("menus.0.items.0"));
        assert_eq!(known("categories.0.subcategories.1"), known("categories.4"));
        assert_eq!(
            known("products.0.attributes"),
            None,
            "attributes have the names that the store gave them"
        );
        assert_eq!(known("integrations.0"), None);
    }

    /// Compares with the Configurator's published schema where a copy lies beside the checkout.
    #[test]
    fn the_shape_is_that_of_the_published_schema() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/configurator/schema.json");
        let Ok(text) = std::fs::read_to_string(path) else {
            eprintln!("skipped: no copy of the Configurator's schema beside the checkout");
            return;
        };
        let schema: Value = serde_json::from_str(&text).unwrap();
        let mut published = BTreeSet::new();
        collect(&schema, "", &mut published);
        let ours: BTreeSet<String> = KEYS
            .iter()
            .flat_map(|(path, keys)| {
                keys.iter().map(move |key| format!("{}.{key}", path.trim_end_matches('.')))
            })
            .filter(|path| path != ".attributes") // of older files
            .collect();
        assert_eq!(ours, published);
    }

    fn collect(schema: &Value, path: &str, found: &mut BTreeSet<String>) {
        // The recursive parts, which our table folds: a category in a category, a menu item in a menu item.
        let folded: &[&str] = match schema["$ref"].as_str() {
            Some("#/$defs/__schema0") => &["name", "slug", "subcategories"],
            Some("#/$defs/__schema1") => &["name", "url", "category", "collection", "page", "children"],
            _ => &[],
        };
        found.extend(folded.iter().map(|key| format!("{path}.{key}")));
        for choice in ["anyOf", "oneOf", "allOf"].iter().filter_map(|word| schema[*word].as_array()).flatten()
        {
            collect(choice, path, found);
        }
        if schema["items"].is_object() {
            collect(&schema["items"], format!("{path}.*").trim_start_matches('.'), found);
        }
        for (key, value) in schema["properties"].as_object().into_iter().flatten() {
            found.insert(format!("{path}.{key}"));
            collect(value, format!("{path}.{key}").trim_start_matches('.'), found);
        }
    }
}
