//! The limits of the contract by name, so that a host can refuse before it runs. They are named values, because their number grows.

use crate::ground::outside::CLAIM_KEY_BYTES_MAX;
use crate::ground::product::ID_MAX;
use crate::ground::vocabulary::uint_text;
use crate::pricing::{QUANTITY_MAX, Unit};
use crate::profiles::policy::history::PAGE_MAX as HISTORY_MAX;
use crate::profiles::policy::settings::CHANGES_MAX as SETTINGS_MAX;
use crate::usage::EVENTS_MAX;
use crate::usage::pages::{PAGE_MAX, SOURCE_MAX};
use crate::usage::reservations::checks::{ITEMS_MAX, LASTS_MAX};
use serde::{Deserialize, Serialize};

/// One limit.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Limit {
    /// `interface.function.argument`: most items of a list, or the highest value of a number. `storage.…`: the most that these rules ask of
    /// storage. `record.field`: the most that a value may be, or most items of a list.
    pub name: String,
    /// Items, bytes, characters, units or milliseconds, as the name says.
    #[serde(with = "uint_text")]
    pub value: u64,
}

/// What these rules ask of storage at most: what `storage` of the contract allows.
const STORAGE: [(&str, u64); 8] = [
    ("storage.key-bytes", 512),
    ("storage.value-bytes", 256 * 1024),
    ("storage.get-many.keys", 20_000),
    ("storage.scan.limit", 10_000),
    ("storage.read-feed.limit", 10_000),
    ("storage.page-bytes", 4 * 1024 * 1024),
    ("storage.stage.elements", 50_000),
    ("storage.stage.bytes", 16 * 1024 * 1024),
];

/// Most items of a batch, most entries of a page.
const CALLS: [(&str, u64); 51] = [
    ("accounts.list.limit", 500),
    ("coupons.list.limit", 100),
    ("coupons.list-redemptions.limit", 100),
    ("credits.list-charges.limit", 100),
    ("credits.set-alerts.recipients", 20),
    ("credits.set-alerts.thresholds", 3),
    ("events.read.limit", 1000),
    ("invoices.list-documents.limit", 100),
    ("invoices.list-issued.limit", 100),
    ("lists.add.entries", crate::lists::ENTRIES_MAX as u64),
    ("lists.list-own.limit", crate::lists::OWN_MAX as u64),
    ("lists.set-own.entries", crate::lists::OWN_MAX as u64),
    ("numbers.list.limit", 100),
    ("numbers.price-offers.offers", 100),
    ("operator.change-account-settings.settings", SETTINGS_MAX as u64),
    ("operator.change-settings.settings", SETTINGS_MAX as u64),
    ("operator.compare.accounts", 500),
    ("operator.compare-derived.accounts", 20),
    ("operator.compare-events.limit", 100),
    ("operator.compare-indexes.limit", 500),
    ("operator.compare-totals.months", 100),
    ("operator.list-account-setting-changes.limit", HISTORY_MAX as u64),
    ("operator.list-queue.limit", 100),
    ("operator.list-setting-changes.limit", HISTORY_MAX as u64),
    ("operator.read-charges.limit", 500),
    ("operator.read-ledger.limit", 500),
    ("pricing.add-rows.rows", 1000),
    ("pricing.set-overrides.rows", 500),
    ("pricing.set-overrides.surcharges", 100),
    ("pricing.set-overrides.tiers", 100),
    ("pricing.set-surcharges.surcharges", 500),
    ("pricing.set-tiers.tiers", 1000),
    ("recurring.list.limit", 100),
    ("refunds.list.limit", 100),
    ("reservations.extend.extensions", ITEMS_MAX as u64),
    ("reservations.list.limit", 500),
    ("reservations.list-open.limit", PAGE_MAX as u64),
    ("reservations.release.reservations", ITEMS_MAX as u64),
    ("reservations.reserve.holds", ITEMS_MAX as u64),
    ("reservations.settle.settlements", ITEMS_MAX as u64),
    ("review.queue.limit", 100),
    ("subaccounts.list.limit", 100),
    ("usage.calls-ended.calls", 1000),
    ("usage.calls-started.calls", 1000),
    ("usage.discard.keys", EVENTS_MAX as u64),
    ("usage.list-rejected.limit", 500),
    ("usage.list-running.limit", PAGE_MAX as u64),
    ("usage.record-columns.columns", EVENTS_MAX as u64),
    ("usage.record-events.events", EVENTS_MAX as u64),
    ("usage.resubmit.events", EVENTS_MAX as u64),
    ("usage.summary.group", 3),
];

/// What a value may be at most, or how many items a list in a record may have, wherever it occurs.
const VALUES: [(&str, u64); 16] = [
    ("billing-change.notification-addresses", 20),
    ("caller.idempotency-key-bytes", 255),
    ("caps-change.removed", 3),
    ("coupon-claim.key-bytes", CLAIM_KEY_BYTES_MAX as u64),
    ("event.id-characters", ID_MAX as u64),
    ("event.quantity", QUANTITY_MAX as u64),
    ("event.quantity-of-bytes", Unit::Byte.quantity_max() as u64),
    ("event-columns.uses", EVENTS_MAX as u64),
    ("folded-month.charges", 100_000),
    ("number-prices.rows", 1_100),
    ("product-row.headings", 20),
    ("recurring-charge.quantity", crate::recurring::QUANTITY_MAX as u64),
    ("hold.lasts-ms", LASTS_MAX as u64),
    ("hold.source-characters", SOURCE_MAX as u64),
    ("summary.days", crate::usage::summary::DAYS_MAX as u64),
    ("tier-table.steps", 20),
];

/// All limits, by name.
pub(super) fn limits() -> Vec<Limit> {
    let mut limits: Vec<Limit> = STORAGE
        .into_iter()
        .chain(CALLS)
        .chain(VALUES)
        .map(|(name, value)| Limit { name: name.to_owned(), value })
        .collect();
    limits.sort_by(|one, other| one.name.cmp(&other.name));
    limits
}
