//! Every function of the typed door, for the tests. Generated from `wit/`, as `host/src/typed/` is.

use super::Row;

mod about {
    use crate::typed_door as door;
    use coinbox_host::typed::about::*;

    pub(super) const ROWS: &[door::Row] = &[
        door::Row {
            function: "about.describe",
            arguments: &[],
            answer: door::through::<Facts>,
            call: |host, _| door::answer(host.about().describe()),
        },
    ];
}

mod jobs {
    use crate::typed_door as door;
    use coinbox_host::typed::jobs::*;

    pub(super) const ROWS: &[door::Row] = &[
        door::Row {
            function: "jobs.begin",
            arguments: &[("job", door::through::<String>)],
            answer: door::through::<Result<NextStep, JobError>>,
            call: |host, given| door::answer(host.jobs().begin(&given.take::<String>("job")?)),
        },
        door::Row {
            function: "jobs.finish",
            arguments: &[("job", door::through::<String>), ("attempt", door::through::<u32>), ("done", door::through::<TaskOutcome>)],
            answer: door::through::<Result<NextStep, JobError>>,
            call: |host, given| door::answer(host.jobs().finish(&given.take::<String>("job")?, given.take("attempt")?, given.take("done")?)),
        },
        door::Row {
            function: "jobs.payment-notice",
            arguments: &[("key", door::through::<String>), ("outcome", door::through::<PaymentOutcome>)],
            answer: door::through::<Result<NextStep, JobError>>,
            call: |host, given| door::answer(host.jobs().payment_notice(&given.take::<String>("key")?, given.take("outcome")?)),
        },
        door::Row {
            function: "jobs.look",
            arguments: &[("job", door::through::<String>)],
            answer: door::through::<Option<JobStanding>>,
            call: |host, given| door::answer(host.jobs().look(&given.take::<String>("job")?)),
        },
        door::Row {
            function: "jobs.store-opened",
            arguments: &[("beginning", door::through::<StoreBeginning>)],
            answer: door::through::<Result<(), JobError>>,
            call: |host, given| door::answer(host.jobs().store_opened(given.take("beginning")?)),
        },
        door::Row {
            function: "jobs.shared-changed",
            arguments: &[],
            answer: door::through::<Result<(), JobError>>,
            call: |host, _| door::answer(host.jobs().shared_changed()),
        },
    ];
}

mod usage {
    use crate::typed_door as door;
    use coinbox_host::typed::usage::*;

    pub(super) const ROWS: &[door::Row] = &[
        door::Row {
            function: "usage.record-events",
            arguments: &[("caller", door::through::<Caller>), ("events", door::through::<Vec<UsageEvent>>)],
            answer: door::through::<Result<BatchAnswer, UsageError>>,
            call: |host, given| door::answer(host.usage().record_events(&given.take::<Caller>("caller")?, given.take("events")?)),
        },
        door::Row {
            function: "usage.record-columns",
            arguments: &[("caller", door::through::<Caller>), ("columns", door::through::<EventColumns>)],
            answer: door::through::<Result<AnswerColumns, UsageError>>,
            call: |host, given| door::answer(host.usage().record_columns(&given.take::<Caller>("caller")?, given.take("columns")?)),
        },
        door::Row {
            function: "usage.quote-event",
            arguments: &[("caller", door::through::<Caller>), ("event", door::through::<UsageEvent>)],
            answer: door::through::<Result<Quote, UsageError>>,
            call: |host, given| door::answer(host.usage().quote_event(&given.take::<Caller>("caller")?, given.take("event")?)),
        },
        door::Row {
            function: "usage.admit",
            arguments: &[("caller", door::through::<Caller>), ("event", door::through::<UsageEvent>)],
            answer: door::through::<Result<Quote, UsageError>>,
            call: |host, given| door::answer(host.usage().admit(&given.take::<Caller>("caller")?, given.take("event")?)),
        },
        door::Row {
            function: "usage.calls-started",
            arguments: &[("caller", door::through::<Caller>), ("calls", door::through::<Vec<RunningCall>>)],
            answer: door::through::<Result<(), UsageError>>,
            call: |host, given| door::answer(host.usage().calls_started(&given.take::<Caller>("caller")?, given.take("calls")?)),
        },
        door::Row {
            function: "usage.calls-ended",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("calls", door::through::<Vec<String>>)],
            answer: door::through::<Result<(), UsageError>>,
            call: |host, given| door::answer(host.usage().calls_ended(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("calls")?)),
        },
        door::Row {
            function: "usage.list-calls",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>)],
            answer: door::through::<Result<Vec<RunningCall>, UsageError>>,
            call: |host, given| door::answer(host.usage().list_calls(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?)),
        },
        door::Row {
            function: "usage.list-running",
            arguments: &[("caller", door::through::<Caller>), ("source", door::through::<Option<String>>), ("after", door::through::<Option<String>>), ("limit", door::through::<u32>)],
            answer: door::through::<Result<CarriedPage, UsageError>>,
            call: |host, given| door::answer(host.usage().list_running(&given.take::<Caller>("caller")?, given.take::<Option<String>>("source")?.as_deref(), given.take::<Option<String>>("after")?.as_deref(), given.take("limit")?)),
        },
        door::Row {
            function: "usage.summary",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("from-day", door::through::<String>), ("to-day", door::through::<String>), ("group", door::through::<Vec<Grouping>>), ("after", door::through::<Option<String>>), ("filter", door::through::<Option<ChargeFilter>>)],
            answer: door::through::<Result<SummaryPage, UsageError>>,
            call: |host, given| door::answer(host.usage().summary(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, &given.take::<String>("from-day")?, &given.take::<String>("to-day")?, given.take("group")?, given.take::<Option<String>>("after")?.as_deref(), given.take("filter")?)),
        },
        door::Row {
            function: "usage.list-lines",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("posted-from", door::through::<Instant>), ("posted-before", door::through::<Instant>), ("after", door::through::<Option<String>>), ("filter", door::through::<Option<ChargeFilter>>)],
            answer: door::through::<Result<LinePage, UsageError>>,
            call: |host, given| door::answer(host.usage().list_lines(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("posted-from")?, given.take("posted-before")?, given.take::<Option<String>>("after")?.as_deref(), given.take("filter")?)),
        },
        door::Row {
            function: "usage.get-daily-summary",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>)],
            answer: door::through::<Result<DailySummary, UsageError>>,
            call: |host, given| door::answer(host.usage().get_daily_summary(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?)),
        },
        door::Row {
            function: "usage.set-daily-summary",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("choice", door::through::<DailyChoice>)],
            answer: door::through::<Result<DailySummary, UsageError>>,
            call: |host, given| door::answer(host.usage().set_daily_summary(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("choice")?)),
        },
        door::Row {
            function: "usage.list-rejected",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<Option<String>>), ("reason", door::through::<Option<Rejection>>), ("after", door::through::<Option<String>>), ("limit", door::through::<u32>)],
            answer: door::through::<Result<RejectPage, UsageError>>,
            call: |host, given| door::answer(host.usage().list_rejected(&given.take::<Caller>("caller")?, given.take::<Option<String>>("auth-id")?.as_deref(), given.take("reason")?, given.take::<Option<String>>("after")?.as_deref(), given.take("limit")?)),
        },
        door::Row {
            function: "usage.resubmit",
            arguments: &[("caller", door::through::<Caller>), ("events", door::through::<Vec<Resubmission>>)],
            answer: door::through::<Result<BatchAnswer, UsageError>>,
            call: |host, given| door::answer(host.usage().resubmit(&given.take::<Caller>("caller")?, given.take("events")?)),
        },
        door::Row {
            function: "usage.discard",
            arguments: &[("caller", door::through::<Caller>), ("keys", door::through::<Vec<String>>)],
            answer: door::through::<Result<(), UsageError>>,
            call: |host, given| door::answer(host.usage().discard(&given.take::<Caller>("caller")?, given.take("keys")?)),
        },
    ];
}

mod reservations {
    use crate::typed_door as door;
    use coinbox_host::typed::reservations::*;

    pub(super) const ROWS: &[door::Row] = &[
        door::Row {
            function: "reservations.reserve",
            arguments: &[("caller", door::through::<Caller>), ("holds", door::through::<Vec<Hold>>)],
            answer: door::through::<Result<Vec<ReserveAnswer>, ReservationError>>,
            call: |host, given| door::answer(host.reservations().reserve(&given.take::<Caller>("caller")?, given.take("holds")?)),
        },
        door::Row {
            function: "reservations.extend",
            arguments: &[("caller", door::through::<Caller>), ("extensions", door::through::<Vec<Extension>>)],
            answer: door::through::<Result<Vec<ExtendAnswer>, ReservationError>>,
            call: |host, given| door::answer(host.reservations().extend(&given.take::<Caller>("caller")?, given.take("extensions")?)),
        },
        door::Row {
            function: "reservations.settle",
            arguments: &[("caller", door::through::<Caller>), ("settlements", door::through::<Vec<Settlement>>)],
            answer: door::through::<Result<SettleBatch, ReservationError>>,
            call: |host, given| door::answer(host.reservations().settle(&given.take::<Caller>("caller")?, given.take("settlements")?)),
        },
        door::Row {
            function: "reservations.release",
            arguments: &[("caller", door::through::<Caller>), ("reservations", door::through::<Vec<ReservationName>>)],
            answer: door::through::<Result<Vec<ReleaseAnswer>, ReservationError>>,
            call: |host, given| door::answer(host.reservations().release(&given.take::<Caller>("caller")?, given.take("reservations")?)),
        },
        door::Row {
            function: "reservations.list",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("after", door::through::<Option<String>>), ("limit", door::through::<u32>)],
            answer: door::through::<Result<ReservationPage, ReservationError>>,
            call: |host, given| door::answer(host.reservations().list(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take::<Option<String>>("after")?.as_deref(), given.take("limit")?)),
        },
        door::Row {
            function: "reservations.list-open",
            arguments: &[("caller", door::through::<Caller>), ("source", door::through::<Option<String>>), ("after", door::through::<Option<String>>), ("limit", door::through::<u32>)],
            answer: door::through::<Result<OpenPage, ReservationError>>,
            call: |host, given| door::answer(host.reservations().list_open(&given.take::<Caller>("caller")?, given.take::<Option<String>>("source")?.as_deref(), given.take::<Option<String>>("after")?.as_deref(), given.take("limit")?)),
        },
    ];
}

mod pricing {
    use crate::typed_door as door;
    use coinbox_host::typed::pricing::*;

    pub(super) const ROWS: &[door::Row] = &[
        door::Row {
            function: "pricing.add-product",
            arguments: &[("caller", door::through::<Caller>), ("product", door::through::<ProductRow>)],
            answer: door::through::<Result<ProductRow, PricingError>>,
            call: |host, given| door::answer(host.pricing().add_product(&given.take::<Caller>("caller")?, given.take("product")?)),
        },
        door::Row {
            function: "pricing.update-product",
            arguments: &[("caller", door::through::<Caller>), ("product", door::through::<ProductRow>)],
            answer: door::through::<Result<ProductRow, PricingError>>,
            call: |host, given| door::answer(host.pricing().update_product(&given.take::<Caller>("caller")?, given.take("product")?)),
        },
        door::Row {
            function: "pricing.list-products",
            arguments: &[("caller", door::through::<Caller>)],
            answer: door::through::<Result<Vec<ProductRow>, PricingError>>,
            call: |host, given| door::answer(host.pricing().list_products(&given.take::<Caller>("caller")?)),
        },
        door::Row {
            function: "pricing.create-version",
            arguments: &[("caller", door::through::<Caller>), ("currency", door::through::<Option<String>>)],
            answer: door::through::<Result<PriceVersion, PricingError>>,
            call: |host, given| door::answer(host.pricing().create_version(&given.take::<Caller>("caller")?, given.take::<Option<String>>("currency")?.as_deref())),
        },
        door::Row {
            function: "pricing.begin-import",
            arguments: &[("caller", door::through::<Caller>), ("currency", door::through::<Option<String>>)],
            answer: door::through::<Result<PriceVersion, PricingError>>,
            call: |host, given| door::answer(host.pricing().begin_import(&given.take::<Caller>("caller")?, given.take::<Option<String>>("currency")?.as_deref())),
        },
        door::Row {
            function: "pricing.finish-import",
            arguments: &[("caller", door::through::<Caller>), ("version", door::through::<u32>)],
            answer: door::through::<Result<PriceVersion, PricingError>>,
            call: |host, given| door::answer(host.pricing().finish_import(&given.take::<Caller>("caller")?, given.take("version")?)),
        },
        door::Row {
            function: "pricing.add-rows",
            arguments: &[("caller", door::through::<Caller>), ("version", door::through::<u32>), ("rows", door::through::<Vec<PriceRow>>)],
            answer: door::through::<Result<PriceVersion, PricingError>>,
            call: |host, given| door::answer(host.pricing().add_rows(&given.take::<Caller>("caller")?, given.take("version")?, given.take("rows")?)),
        },
        door::Row {
            function: "pricing.set-number-prices",
            arguments: &[("caller", door::through::<Caller>), ("version", door::through::<u32>), ("prices", door::through::<NumberPrices>)],
            answer: door::through::<Result<PriceVersion, PricingError>>,
            call: |host, given| door::answer(host.pricing().set_number_prices(&given.take::<Caller>("caller")?, given.take("version")?, given.take("prices")?)),
        },
        door::Row {
            function: "pricing.get-number-prices",
            arguments: &[("caller", door::through::<Caller>), ("version", door::through::<u32>)],
            answer: door::through::<Result<NumberPrices, PricingError>>,
            call: |host, given| door::answer(host.pricing().get_number_prices(&given.take::<Caller>("caller")?, given.take("version")?)),
        },
        door::Row {
            function: "pricing.set-surcharges",
            arguments: &[("caller", door::through::<Caller>), ("version", door::through::<u32>), ("surcharges", door::through::<Vec<Surcharge>>)],
            answer: door::through::<Result<PriceVersion, PricingError>>,
            call: |host, given| door::answer(host.pricing().set_surcharges(&given.take::<Caller>("caller")?, given.take("version")?, given.take("surcharges")?)),
        },
        door::Row {
            function: "pricing.get-surcharges",
            arguments: &[("caller", door::through::<Caller>), ("version", door::through::<u32>)],
            answer: door::through::<Result<Vec<Surcharge>, PricingError>>,
            call: |host, given| door::answer(host.pricing().get_surcharges(&given.take::<Caller>("caller")?, given.take("version")?)),
        },
        door::Row {
            function: "pricing.set-tiers",
            arguments: &[("caller", door::through::<Caller>), ("version", door::through::<u32>), ("tiers", door::through::<Vec<TierTable>>)],
            answer: door::through::<Result<PriceVersion, PricingError>>,
            call: |host, given| door::answer(host.pricing().set_tiers(&given.take::<Caller>("caller")?, given.take("version")?, given.take("tiers")?)),
        },
        door::Row {
            function: "pricing.get-tiers",
            arguments: &[("caller", door::through::<Caller>), ("version", door::through::<u32>)],
            answer: door::through::<Result<Vec<TierTable>, PricingError>>,
            call: |host, given| door::answer(host.pricing().get_tiers(&given.take::<Caller>("caller")?, given.take("version")?)),
        },
        door::Row {
            function: "pricing.publish-version",
            arguments: &[("caller", door::through::<Caller>), ("version", door::through::<u32>), ("starts-at", door::through::<Instant>)],
            answer: door::through::<Result<PriceVersion, PricingError>>,
            call: |host, given| door::answer(host.pricing().publish_version(&given.take::<Caller>("caller")?, given.take("version")?, given.take("starts-at")?)),
        },
        door::Row {
            function: "pricing.withdraw-version",
            arguments: &[("caller", door::through::<Caller>), ("version", door::through::<u32>)],
            answer: door::through::<Result<PriceVersion, PricingError>>,
            call: |host, given| door::answer(host.pricing().withdraw_version(&given.take::<Caller>("caller")?, given.take("version")?)),
        },
        door::Row {
            function: "pricing.remove-draft",
            arguments: &[("caller", door::through::<Caller>), ("version", door::through::<u32>)],
            answer: door::through::<Result<(), PricingError>>,
            call: |host, given| door::answer(host.pricing().remove_draft(&given.take::<Caller>("caller")?, given.take("version")?)),
        },
        door::Row {
            function: "pricing.list-versions",
            arguments: &[("caller", door::through::<Caller>)],
            answer: door::through::<Result<Vec<PriceVersion>, PricingError>>,
            call: |host, given| door::answer(host.pricing().list_versions(&given.take::<Caller>("caller")?)),
        },
        door::Row {
            function: "pricing.list-rows",
            arguments: &[("caller", door::through::<Caller>), ("version", door::through::<u32>), ("after", door::through::<Option<String>>)],
            answer: door::through::<Result<RowPage, PricingError>>,
            call: |host, given| door::answer(host.pricing().list_rows(&given.take::<Caller>("caller")?, given.take("version")?, given.take::<Option<String>>("after")?.as_deref())),
        },
        door::Row {
            function: "pricing.set-overrides",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("starts-at", door::through::<Instant>), ("rows", door::through::<Vec<PriceRow>>), ("prices", door::through::<Option<NumberPrices>>), ("surcharges", door::through::<Option<Vec<Surcharge>>>), ("tiers", door::through::<Option<Vec<TierTable>>>)],
            answer: door::through::<Result<(), PricingError>>,
            call: |host, given| door::answer(host.pricing().set_overrides(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("starts-at")?, given.take("rows")?, given.take("prices")?, given.take("surcharges")?, given.take("tiers")?)),
        },
        door::Row {
            function: "pricing.withdraw-overrides",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("starts-at", door::through::<Instant>)],
            answer: door::through::<Result<(), PricingError>>,
            call: |host, given| door::answer(host.pricing().withdraw_overrides(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("starts-at")?)),
        },
        door::Row {
            function: "pricing.list-overrides",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>)],
            answer: door::through::<Result<Vec<OverrideSet>, PricingError>>,
            call: |host, given| door::answer(host.pricing().list_overrides(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?)),
        },
        door::Row {
            function: "pricing.get-overrides",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("at", door::through::<Instant>)],
            answer: door::through::<Result<Vec<PriceRow>, PricingError>>,
            call: |host, given| door::answer(host.pricing().get_overrides(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("at")?)),
        },
        door::Row {
            function: "pricing.get-number-overrides",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("at", door::through::<Instant>)],
            answer: door::through::<Result<NumberPrices, PricingError>>,
            call: |host, given| door::answer(host.pricing().get_number_overrides(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("at")?)),
        },
        door::Row {
            function: "pricing.get-surcharge-overrides",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("at", door::through::<Instant>)],
            answer: door::through::<Result<Vec<Surcharge>, PricingError>>,
            call: |host, given| door::answer(host.pricing().get_surcharge_overrides(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("at")?)),
        },
        door::Row {
            function: "pricing.get-tier-overrides",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("at", door::through::<Instant>)],
            answer: door::through::<Result<Vec<TierTable>, PricingError>>,
            call: |host, given| door::answer(host.pricing().get_tier_overrides(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("at")?)),
        },
        door::Row {
            function: "pricing.by-country",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("country", door::through::<String>)],
            answer: door::through::<Result<CountryPrices, PricingError>>,
            call: |host, given| door::answer(host.pricing().by_country(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, &given.take::<String>("country")?)),
        },
    ];
}

mod credits {
    use crate::typed_door as door;
    use coinbox_host::typed::credits::*;

    pub(super) const ROWS: &[door::Row] = &[
        door::Row {
            function: "credits.get-balance",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>)],
            answer: door::through::<Result<Balance, CreditError>>,
            call: |host, given| door::answer(host.credits().get_balance(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?)),
        },
        door::Row {
            function: "credits.list-lots",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>)],
            answer: door::through::<Result<Vec<Lot>, CreditError>>,
            call: |host, given| door::answer(host.credits().list_lots(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?)),
        },
        door::Row {
            function: "credits.get-statement",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("month", door::through::<String>), ("after", door::through::<Option<String>>)],
            answer: door::through::<Result<Statement, CreditError>>,
            call: |host, given| door::answer(host.credits().get_statement(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, &given.take::<String>("month")?, given.take::<Option<String>>("after")?.as_deref())),
        },
        door::Row {
            function: "credits.recharge",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("amount", door::through::<Micros>), ("card", door::through::<Option<String>>)],
            answer: door::through::<Result<StartedJob, CreditError>>,
            call: |host, given| door::answer(host.credits().recharge(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("amount")?, given.take::<Option<String>>("card")?.as_deref())),
        },
        door::Row {
            function: "credits.list-charges",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("after", door::through::<Option<String>>), ("limit", door::through::<u32>)],
            answer: door::through::<Result<ChargePage, CreditError>>,
            call: |host, given| door::answer(host.credits().list_charges(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take::<Option<String>>("after")?.as_deref(), given.take("limit")?)),
        },
        door::Row {
            function: "credits.give-up",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("charge", door::through::<u32>)],
            answer: door::through::<Result<StartedJob, CreditError>>,
            call: |host, given| door::answer(host.credits().give_up(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("charge")?)),
        },
        door::Row {
            function: "credits.set-auto-recharge",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("settings", door::through::<RechargeChange>)],
            answer: door::through::<Result<RechargeStatus, CreditError>>,
            call: |host, given| door::answer(host.credits().set_auto_recharge(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("settings")?)),
        },
        door::Row {
            function: "credits.get-auto-recharge",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>)],
            answer: door::through::<Result<RechargeStatus, CreditError>>,
            call: |host, given| door::answer(host.credits().get_auto_recharge(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?)),
        },
        door::Row {
            function: "credits.add-card",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("token", door::through::<String>), ("make-default", door::through::<bool>)],
            answer: door::through::<Result<StartedJob, CreditError>>,
            call: |host, given| door::answer(host.credits().add_card(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, &given.take::<String>("token")?, given.take("make-default")?)),
        },
        door::Row {
            function: "credits.set-default-card",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("card", door::through::<String>)],
            answer: door::through::<Result<(), CreditError>>,
            call: |host, given| door::answer(host.credits().set_default_card(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, &given.take::<String>("card")?)),
        },
        door::Row {
            function: "credits.remove-card",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("card", door::through::<String>)],
            answer: door::through::<Result<(), CreditError>>,
            call: |host, given| door::answer(host.credits().remove_card(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, &given.take::<String>("card")?)),
        },
        door::Row {
            function: "credits.list-cards",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>)],
            answer: door::through::<Result<Vec<Card>, CreditError>>,
            call: |host, given| door::answer(host.credits().list_cards(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?)),
        },
        door::Row {
            function: "credits.set-alerts",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("thresholds", door::through::<Option<Vec<Micros>>>), ("recipients", door::through::<Option<Vec<String>>>)],
            answer: door::through::<Result<AlertSettings, CreditError>>,
            call: |host, given| door::answer(host.credits().set_alerts(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("thresholds")?, given.take("recipients")?)),
        },
        door::Row {
            function: "credits.get-alerts",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>)],
            answer: door::through::<Result<AlertSettings, CreditError>>,
            call: |host, given| door::answer(host.credits().get_alerts(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?)),
        },
        door::Row {
            function: "credits.adjust",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("adjustment", door::through::<Adjustment>), ("reason", door::through::<String>)],
            answer: door::through::<Result<Adjusted, CreditError>>,
            call: |host, given| door::answer(host.credits().adjust(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("adjustment")?, &given.take::<String>("reason")?)),
        },
        door::Row {
            function: "credits.settle",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("card", door::through::<Option<String>>)],
            answer: door::through::<Result<StartedJob, CreditError>>,
            call: |host, given| door::answer(host.credits().settle(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take::<Option<String>>("card")?.as_deref())),
        },
        door::Row {
            function: "credits.record-chargeback",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("charge", door::through::<u32>), ("amount", door::through::<Option<Micros>>), ("reference", door::through::<String>)],
            answer: door::through::<Result<Adjusted, CreditError>>,
            call: |host, given| door::answer(host.credits().record_chargeback(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("charge")?, given.take("amount")?, &given.take::<String>("reference")?)),
        },
        door::Row {
            function: "credits.record-payment-chargeback",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("payment", door::through::<String>), ("amount", door::through::<Option<Micros>>), ("reference", door::through::<String>)],
            answer: door::through::<Result<Adjusted, CreditError>>,
            call: |host, given| door::answer(host.credits().record_payment_chargeback(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, &given.take::<String>("payment")?, given.take("amount")?, &given.take::<String>("reference")?)),
        },
        door::Row {
            function: "credits.record-dispute-won",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("charge", door::through::<u32>), ("reference", door::through::<String>)],
            answer: door::through::<Result<Adjusted, CreditError>>,
            call: |host, given| door::answer(host.credits().record_dispute_won(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("charge")?, &given.take::<String>("reference")?)),
        },
        door::Row {
            function: "credits.write-off",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("reason", door::through::<String>)],
            answer: door::through::<Result<Adjusted, CreditError>>,
            call: |host, given| door::answer(host.credits().write_off(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, &given.take::<String>("reason")?)),
        },
    ];
}

mod coupons {
    use crate::typed_door as door;
    use coinbox_host::typed::coupons::*;

    pub(super) const ROWS: &[door::Row] = &[
        door::Row {
            function: "coupons.create",
            arguments: &[("caller", door::through::<Caller>), ("coupon", door::through::<NewCoupon>)],
            answer: door::through::<Result<Coupon, CouponError>>,
            call: |host, given| door::answer(host.coupons().create(&given.take::<Caller>("caller")?, given.take("coupon")?)),
        },
        door::Row {
            function: "coupons.get",
            arguments: &[("caller", door::through::<Caller>), ("code", door::through::<String>)],
            answer: door::through::<Result<Coupon, CouponError>>,
            call: |host, given| door::answer(host.coupons().get(&given.take::<Caller>("caller")?, &given.take::<String>("code")?)),
        },
        door::Row {
            function: "coupons.list",
            arguments: &[("caller", door::through::<Caller>), ("after", door::through::<Option<u32>>), ("limit", door::through::<u32>)],
            answer: door::through::<Result<CouponPage, CouponError>>,
            call: |host, given| door::answer(host.coupons().list(&given.take::<Caller>("caller")?, given.take("after")?, given.take("limit")?)),
        },
        door::Row {
            function: "coupons.withdraw",
            arguments: &[("caller", door::through::<Caller>), ("number", door::through::<u32>)],
            answer: door::through::<Result<Coupon, CouponError>>,
            call: |host, given| door::answer(host.coupons().withdraw(&given.take::<Caller>("caller")?, given.take("number")?)),
        },
        door::Row {
            function: "coupons.redeem",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("code", door::through::<String>)],
            answer: door::through::<Result<RedeemAnswer, CouponError>>,
            call: |host, given| door::answer(host.coupons().redeem(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, &given.take::<String>("code")?)),
        },
        door::Row {
            function: "coupons.claim",
            arguments: &[("claim", door::through::<CouponClaim>)],
            answer: door::through::<Result<ClaimOutcome, CouponError>>,
            call: |host, given| door::answer(host.coupons().claim(given.take("claim")?)),
        },
        door::Row {
            function: "coupons.list-redemptions",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("after", door::through::<Option<u32>>), ("limit", door::through::<u32>)],
            answer: door::through::<Result<RedemptionPage, CouponError>>,
            call: |host, given| door::answer(host.coupons().list_redemptions(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("after")?, given.take("limit")?)),
        },
    ];
}

mod invoices {
    use crate::typed_door as door;
    use coinbox_host::typed::invoices::*;

    pub(super) const ROWS: &[door::Row] = &[
        door::Row {
            function: "invoices.list-documents",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("kind", door::through::<DocumentKind>), ("filter", door::through::<DocumentFilter>), ("after", door::through::<Option<String>>), ("limit", door::through::<u32>)],
            answer: door::through::<Result<DocumentPage, InvoiceError>>,
            call: |host, given| door::answer(host.invoices().list_documents(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("kind")?, given.take("filter")?, given.take::<Option<String>>("after")?.as_deref(), given.take("limit")?)),
        },
        door::Row {
            function: "invoices.list-issued",
            arguments: &[("caller", door::through::<Caller>), ("filter", door::through::<Option<IssuedFilter>>), ("after", door::through::<Option<String>>), ("limit", door::through::<u32>)],
            answer: door::through::<Result<IssuedPage, InvoiceError>>,
            call: |host, given| door::answer(host.invoices().list_issued(&given.take::<Caller>("caller")?, given.take("filter")?, given.take::<Option<String>>("after")?.as_deref(), given.take("limit")?)),
        },
        door::Row {
            function: "invoices.read-document",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("number", door::through::<String>)],
            answer: door::through::<Result<Document, InvoiceError>>,
            call: |host, given| door::answer(host.invoices().read_document(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, &given.take::<String>("number")?)),
        },
        door::Row {
            function: "invoices.read-standing",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("number", door::through::<String>)],
            answer: door::through::<Result<DocumentSummary, InvoiceError>>,
            call: |host, given| door::answer(host.invoices().read_standing(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, &given.take::<String>("number")?)),
        },
        door::Row {
            function: "invoices.get-overview",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>)],
            answer: door::through::<Result<BillingOverview, InvoiceError>>,
            call: |host, given| door::answer(host.invoices().get_overview(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?)),
        },
        door::Row {
            function: "invoices.get-billing",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>)],
            answer: door::through::<Result<BillingDetails, InvoiceError>>,
            call: |host, given| door::answer(host.invoices().get_billing(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?)),
        },
        door::Row {
            function: "invoices.set-billing",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("change", door::through::<BillingChange>)],
            answer: door::through::<Result<BillingDetails, InvoiceError>>,
            call: |host, given| door::answer(host.invoices().set_billing(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("change")?)),
        },
        door::Row {
            function: "invoices.set-cycle",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("months", door::through::<u32>)],
            answer: door::through::<Result<BillingDetails, InvoiceError>>,
            call: |host, given| door::answer(host.invoices().set_cycle(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("months")?)),
        },
        door::Row {
            function: "invoices.issue-credit-note",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("invoice", door::through::<String>), ("amount", door::through::<Option<Micros>>), ("reason", door::through::<String>)],
            answer: door::through::<Result<Document, InvoiceError>>,
            call: |host, given| door::answer(host.invoices().issue_credit_note(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, &given.take::<String>("invoice")?, given.take("amount")?, &given.take::<String>("reason")?)),
        },
        door::Row {
            function: "invoices.get-seats",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>)],
            answer: door::through::<Result<Seats, InvoiceError>>,
            call: |host, given| door::answer(host.invoices().get_seats(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?)),
        },
        door::Row {
            function: "invoices.set-seats",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("paid", door::through::<u32>)],
            answer: door::through::<Result<Seats, InvoiceError>>,
            call: |host, given| door::answer(host.invoices().set_seats(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("paid")?)),
        },
    ];
}

mod recurring {
    use crate::typed_door as door;
    use coinbox_host::typed::recurring::*;

    pub(super) const ROWS: &[door::Row] = &[
        door::Row {
            function: "recurring.start",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("charge", door::through::<NewRecurringCharge>)],
            answer: door::through::<Result<RecurringCharge, RecurringError>>,
            call: |host, given| door::answer(host.recurring().start(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("charge")?)),
        },
        door::Row {
            function: "recurring.change",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("reference", door::through::<String>), ("quantity", door::through::<u32>)],
            answer: door::through::<Result<RecurringCharge, RecurringError>>,
            call: |host, given| door::answer(host.recurring().change(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, &given.take::<String>("reference")?, given.take("quantity")?)),
        },
        door::Row {
            function: "recurring.end",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("reference", door::through::<String>), ("last-month", door::through::<Option<String>>)],
            answer: door::through::<Result<RecurringCharge, RecurringError>>,
            call: |host, given| door::answer(host.recurring().end(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, &given.take::<String>("reference")?, given.take::<Option<String>>("last-month")?.as_deref())),
        },
        door::Row {
            function: "recurring.list",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("after", door::through::<Option<String>>), ("limit", door::through::<u32>)],
            answer: door::through::<Result<RecurringPage, RecurringError>>,
            call: |host, given| door::answer(host.recurring().list(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take::<Option<String>>("after")?.as_deref(), given.take("limit")?)),
        },
        door::Row {
            function: "recurring.get",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("reference", door::through::<String>)],
            answer: door::through::<Result<RecurringCharge, RecurringError>>,
            call: |host, given| door::answer(host.recurring().get(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, &given.take::<String>("reference")?)),
        },
    ];
}

mod refunds {
    use crate::typed_door as door;
    use coinbox_host::typed::refunds::*;

    pub(super) const ROWS: &[door::Row] = &[
        door::Row {
            function: "refunds.list",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("after", door::through::<Option<u32>>), ("limit", door::through::<u32>)],
            answer: door::through::<Result<RefundPage, RefundError>>,
            call: |host, given| door::answer(host.refunds().list(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("after")?, given.take("limit")?)),
        },
        door::Row {
            function: "refunds.retry",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("number", door::through::<u32>)],
            answer: door::through::<Result<StartedJob, RefundError>>,
            call: |host, given| door::answer(host.refunds().retry(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("number")?)),
        },
        door::Row {
            function: "refunds.settle",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("number", door::through::<u32>), ("reference", door::through::<String>)],
            answer: door::through::<Result<Refund, RefundError>>,
            call: |host, given| door::answer(host.refunds().settle(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("number")?, &given.take::<String>("reference")?)),
        },
    ];
}

mod accounts {
    use crate::typed_door as door;
    use coinbox_host::typed::accounts::*;

    pub(super) const ROWS: &[door::Row] = &[
        door::Row {
            function: "accounts.create",
            arguments: &[("caller", door::through::<Caller>), ("account", door::through::<NewAccount>)],
            answer: door::through::<Result<CreatedAccount, AccountError>>,
            call: |host, given| door::answer(host.accounts().create(&given.take::<Caller>("caller")?, given.take("account")?)),
        },
        door::Row {
            function: "accounts.get",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>)],
            answer: door::through::<Result<Account, AccountError>>,
            call: |host, given| door::answer(host.accounts().get(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?)),
        },
        door::Row {
            function: "accounts.update",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("change", door::through::<AccountChange>)],
            answer: door::through::<Result<Account, AccountError>>,
            call: |host, given| door::answer(host.accounts().update(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("change")?)),
        },
        door::Row {
            function: "accounts.list",
            arguments: &[("caller", door::through::<Caller>), ("filter", door::through::<Option<AccountFilter>>), ("after", door::through::<Option<String>>), ("limit", door::through::<u32>)],
            answer: door::through::<Result<AccountPage, AccountError>>,
            call: |host, given| door::answer(host.accounts().list(&given.take::<Caller>("caller")?, given.take("filter")?, given.take::<Option<String>>("after")?.as_deref(), given.take("limit")?)),
        },
        door::Row {
            function: "accounts.set-standing",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("standing", door::through::<AccountStanding>), ("details", door::through::<String>)],
            answer: door::through::<Result<Account, AccountError>>,
            call: |host, given| door::answer(host.accounts().set_standing(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("standing")?, &given.take::<String>("details")?)),
        },
        door::Row {
            function: "accounts.close",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("reason", door::through::<String>)],
            answer: door::through::<Result<ClosingStatus, AccountError>>,
            call: |host, given| door::answer(host.accounts().close(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, &given.take::<String>("reason")?)),
        },
        door::Row {
            function: "accounts.get-closing",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>)],
            answer: door::through::<Result<ClosingStatus, AccountError>>,
            call: |host, given| door::answer(host.accounts().get_closing(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?)),
        },
        door::Row {
            function: "accounts.reveal-token",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>)],
            answer: door::through::<Result<String, AccountError>>,
            call: |host, given| door::answer(host.accounts().reveal_token(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?)),
        },
        door::Row {
            function: "accounts.authenticate",
            arguments: &[("caller", door::through::<Caller>)],
            answer: door::through::<Result<RateLimits, AccountError>>,
            call: |host, given| door::answer(host.accounts().authenticate(&given.take::<Caller>("caller")?)),
        },
    ];
}

mod subaccounts {
    use crate::typed_door as door;
    use coinbox_host::typed::subaccounts::*;

    pub(super) const ROWS: &[door::Row] = &[
        door::Row {
            function: "subaccounts.create",
            arguments: &[("caller", door::through::<Caller>), ("parent", door::through::<String>), ("name", door::through::<String>), ("enabled", door::through::<bool>)],
            answer: door::through::<Result<CreatedSubaccount, SubaccountError>>,
            call: |host, given| door::answer(host.subaccounts().create(&given.take::<Caller>("caller")?, &given.take::<String>("parent")?, &given.take::<String>("name")?, given.take("enabled")?)),
        },
        door::Row {
            function: "subaccounts.get",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>)],
            answer: door::through::<Result<Subaccount, SubaccountError>>,
            call: |host, given| door::answer(host.subaccounts().get(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?)),
        },
        door::Row {
            function: "subaccounts.list",
            arguments: &[("caller", door::through::<Caller>), ("parent", door::through::<String>), ("offset", door::through::<u32>), ("limit", door::through::<u32>)],
            answer: door::through::<Result<SubaccountPage, SubaccountError>>,
            call: |host, given| door::answer(host.subaccounts().list(&given.take::<Caller>("caller")?, &given.take::<String>("parent")?, given.take("offset")?, given.take("limit")?)),
        },
        door::Row {
            function: "subaccounts.update",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("change", door::through::<SubaccountChange>)],
            answer: door::through::<Result<Subaccount, SubaccountError>>,
            call: |host, given| door::answer(host.subaccounts().update(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("change")?)),
        },
        door::Row {
            function: "subaccounts.delete",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("disposal", door::through::<NumberDisposal>)],
            answer: door::through::<Result<(), SubaccountError>>,
            call: |host, given| door::answer(host.subaccounts().delete(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("disposal")?)),
        },
    ];
}

mod lists {
    use crate::typed_door as door;
    use coinbox_host::typed::lists::*;

    pub(super) const ROWS: &[door::Row] = &[
        door::Row {
            function: "lists.begin",
            arguments: &[("caller", door::through::<Caller>), ("name", door::through::<KnownList>), ("about", door::through::<ListSource>)],
            answer: door::through::<Result<ListVersion, ListError>>,
            call: |host, given| door::answer(host.lists().begin(&given.take::<Caller>("caller")?, given.take("name")?, given.take("about")?)),
        },
        door::Row {
            function: "lists.add",
            arguments: &[("caller", door::through::<Caller>), ("name", door::through::<KnownList>), ("version", door::through::<u32>), ("entries", door::through::<Vec<ListEntry>>)],
            answer: door::through::<Result<ListVersion, ListError>>,
            call: |host, given| door::answer(host.lists().add(&given.take::<Caller>("caller")?, given.take("name")?, given.take("version")?, given.take("entries")?)),
        },
        door::Row {
            function: "lists.publish",
            arguments: &[("caller", door::through::<Caller>), ("name", door::through::<KnownList>), ("version", door::through::<u32>)],
            answer: door::through::<Result<ListVersion, ListError>>,
            call: |host, given| door::answer(host.lists().publish(&given.take::<Caller>("caller")?, given.take("name")?, given.take("version")?)),
        },
        door::Row {
            function: "lists.status",
            arguments: &[("caller", door::through::<Caller>)],
            answer: door::through::<Result<Vec<ListStatus>, ListError>>,
            call: |host, given| door::answer(host.lists().status(&given.take::<Caller>("caller")?)),
        },
        door::Row {
            function: "lists.look-up",
            arguments: &[("caller", door::through::<Caller>), ("name", door::through::<KnownList>), ("value", door::through::<String>)],
            answer: door::through::<Result<LookUpAnswer, ListError>>,
            call: |host, given| door::answer(host.lists().look_up(&given.take::<Caller>("caller")?, given.take("name")?, &given.take::<String>("value")?)),
        },
        door::Row {
            function: "lists.set-own",
            arguments: &[("caller", door::through::<Caller>), ("name", door::through::<KnownList>), ("entries", door::through::<Vec<OwnEntry>>)],
            answer: door::through::<Result<ListStatus, ListError>>,
            call: |host, given| door::answer(host.lists().set_own(&given.take::<Caller>("caller")?, given.take("name")?, given.take("entries")?)),
        },
        door::Row {
            function: "lists.list-own",
            arguments: &[("caller", door::through::<Caller>), ("name", door::through::<KnownList>), ("after", door::through::<Option<String>>), ("limit", door::through::<u32>)],
            answer: door::through::<Result<OwnPage, ListError>>,
            call: |host, given| door::answer(host.lists().list_own(&given.take::<Caller>("caller")?, given.take("name")?, given.take::<Option<String>>("after")?.as_deref(), given.take("limit")?)),
        },
    ];
}

mod destinations {
    use crate::typed_door as door;
    use coinbox_host::typed::destinations::*;

    pub(super) const ROWS: &[door::Row] = &[
        door::Row {
            function: "destinations.begin",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("number", door::through::<String>), ("channel", door::through::<CodeChannel>)],
            answer: door::through::<Result<CodeSent, DestinationError>>,
            call: |host, given| door::answer(host.destinations().begin(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, &given.take::<String>("number")?, given.take("channel")?)),
        },
        door::Row {
            function: "destinations.check",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("number", door::through::<String>), ("code", door::through::<String>)],
            answer: door::through::<Result<DestinationAnswer, DestinationError>>,
            call: |host, given| door::answer(host.destinations().check(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, &given.take::<String>("number")?, &given.take::<String>("code")?)),
        },
        door::Row {
            function: "destinations.list",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>)],
            answer: door::through::<Result<Vec<Destination>, DestinationError>>,
            call: |host, given| door::answer(host.destinations().list(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?)),
        },
        door::Row {
            function: "destinations.remove",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("number", door::through::<String>)],
            answer: door::through::<Result<(), DestinationError>>,
            call: |host, given| door::answer(host.destinations().remove(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, &given.take::<String>("number")?)),
        },
    ];
}

mod review {
    use crate::typed_door as door;
    use coinbox_host::typed::review::*;

    pub(super) const ROWS: &[door::Row] = &[
        door::Row {
            function: "review.outstanding",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>)],
            answer: door::through::<Result<Vec<OutstandingStep>, ReviewError>>,
            call: |host, given| door::answer(host.review().outstanding(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?)),
        },
        door::Row {
            function: "review.hand-in",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("kind", door::through::<EvidenceKind>), ("document", door::through::<Blob>)],
            answer: door::through::<Result<HandedIn, ReviewError>>,
            call: |host, given| door::answer(host.review().hand_in(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("kind")?, given.take("document")?)),
        },
        door::Row {
            function: "review.list-documents",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>)],
            answer: door::through::<Result<Vec<HandedIn>, ReviewError>>,
            call: |host, given| door::answer(host.review().list_documents(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?)),
        },
        door::Row {
            function: "review.queue",
            arguments: &[("caller", door::through::<Caller>), ("after", door::through::<Option<String>>), ("limit", door::through::<u32>)],
            answer: door::through::<Result<ReviewPage, ReviewError>>,
            call: |host, given| door::answer(host.review().queue(&given.take::<Caller>("caller")?, given.take::<Option<String>>("after")?.as_deref(), given.take("limit")?)),
        },
        door::Row {
            function: "review.get",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>)],
            answer: door::through::<Result<ReviewFile, ReviewError>>,
            call: |host, given| door::answer(host.review().get(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?)),
        },
        door::Row {
            function: "review.read-document",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("number", door::through::<u32>)],
            answer: door::through::<Result<HandedIn, ReviewError>>,
            call: |host, given| door::answer(host.review().read_document(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("number")?)),
        },
        door::Row {
            function: "review.note",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("text", door::through::<String>)],
            answer: door::through::<Result<ReviewFile, ReviewError>>,
            call: |host, given| door::answer(host.review().note(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, &given.take::<String>("text")?)),
        },
        door::Row {
            function: "review.ask",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("kinds", door::through::<Vec<EvidenceKind>>), ("text", door::through::<String>)],
            answer: door::through::<Result<ReviewFile, ReviewError>>,
            call: |host, given| door::answer(host.review().ask(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("kinds")?, &given.take::<String>("text")?)),
        },
        door::Row {
            function: "review.decide",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("decision", door::through::<ReviewDecision>), ("text", door::through::<String>)],
            answer: door::through::<Result<ReviewFile, ReviewError>>,
            call: |host, given| door::answer(host.review().decide(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("decision")?, &given.take::<String>("text")?)),
        },
        door::Row {
            function: "review.reinstate",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("documents", door::through::<Vec<String>>), ("text", door::through::<String>)],
            answer: door::through::<Result<ReviewFile, ReviewError>>,
            call: |host, given| door::answer(host.review().reinstate(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("documents")?, &given.take::<String>("text")?)),
        },
    ];
}

mod signup {
    use crate::typed_door as door;
    use coinbox_host::typed::signup::*;

    pub(super) const ROWS: &[door::Row] = &[
        door::Row {
            function: "signup.start",
            arguments: &[("caller", door::through::<Caller>), ("sign-up", door::through::<NewSignUp>)],
            answer: door::through::<Result<String, SignupError>>,
            call: |host, given| door::answer(host.signup().start(&given.take::<Caller>("caller")?, given.take("sign-up")?)),
        },
        door::Row {
            function: "signup.finish",
            arguments: &[("caller", door::through::<Caller>), ("ticket", door::through::<String>)],
            answer: door::through::<Result<PendingSignUp, SignupError>>,
            call: |host, given| door::answer(host.signup().finish(&given.take::<Caller>("caller")?, &given.take::<String>("ticket")?)),
        },
        door::Row {
            function: "signup.resend",
            arguments: &[("caller", door::through::<Caller>), ("holder", door::through::<String>)],
            answer: door::through::<Result<PendingSignUp, SignupError>>,
            call: |host, given| door::answer(host.signup().resend(&given.take::<Caller>("caller")?, &given.take::<String>("holder")?)),
        },
        door::Row {
            function: "signup.confirm",
            arguments: &[("caller", door::through::<Caller>), ("link", door::through::<String>), ("holder", door::through::<String>)],
            answer: door::through::<Result<ConfirmedSignUp, SignupError>>,
            call: |host, given| door::answer(host.signup().confirm(&given.take::<Caller>("caller")?, &given.take::<String>("link")?, &given.take::<String>("holder")?)),
        },
        door::Row {
            function: "signup.start-confirm",
            arguments: &[("caller", door::through::<Caller>), ("link", door::through::<String>), ("old", door::through::<String>)],
            answer: door::through::<Result<String, SignupError>>,
            call: |host, given| door::answer(host.signup().start_confirm(&given.take::<Caller>("caller")?, &given.take::<String>("link")?, &given.take::<String>("old")?)),
        },
        door::Row {
            function: "signup.finish-confirm",
            arguments: &[("caller", door::through::<Caller>), ("ticket", door::through::<String>)],
            answer: door::through::<Result<ConfirmAnswer, SignupError>>,
            call: |host, given| door::answer(host.signup().finish_confirm(&given.take::<Caller>("caller")?, &given.take::<String>("ticket")?)),
        },
    ];
}

mod numbers {
    use crate::typed_door as door;
    use coinbox_host::typed::numbers::*;

    pub(super) const ROWS: &[door::Row] = &[
        door::Row {
            function: "numbers.offers",
            arguments: &[("filter", door::through::<OfferFilter>)],
            answer: door::through::<Option<OfferPage>>,
            call: |host, given| door::answer(host.numbers().offers(given.take("filter")?)),
        },
        door::Row {
            function: "numbers.price-offers",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("offers", door::through::<Vec<OfferedNumber>>)],
            answer: door::through::<Result<Vec<PricedOffer>, NumberError>>,
            call: |host, given| door::answer(host.numbers().price_offers(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("offers")?)),
        },
        door::Row {
            function: "numbers.buy",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("purchase", door::through::<NumberPurchase>)],
            answer: door::through::<Result<StartedJob, NumberError>>,
            call: |host, given| door::answer(host.numbers().buy(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("purchase")?)),
        },
        door::Row {
            function: "numbers.list",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("filter", door::through::<NumberFilter>), ("offset", door::through::<u32>), ("limit", door::through::<u32>)],
            answer: door::through::<Result<NumberPage, NumberError>>,
            call: |host, given| door::answer(host.numbers().list(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("filter")?, given.take("offset")?, given.take("limit")?)),
        },
        door::Row {
            function: "numbers.get",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("number", door::through::<String>)],
            answer: door::through::<Result<RentedNumber, NumberError>>,
            call: |host, given| door::answer(host.numbers().get(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, &given.take::<String>("number")?)),
        },
        door::Row {
            function: "numbers.update",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("number", door::through::<String>), ("change", door::through::<NumberChange>)],
            answer: door::through::<Result<RentedNumber, NumberError>>,
            call: |host, given| door::answer(host.numbers().update(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, &given.take::<String>("number")?, given.take("change")?)),
        },
        door::Row {
            function: "numbers.release",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("number", door::through::<String>)],
            answer: door::through::<Result<StartedJob, NumberError>>,
            call: |host, given| door::answer(host.numbers().release(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, &given.take::<String>("number")?)),
        },
    ];
}

mod events {
    use crate::typed_door as door;
    use coinbox_host::typed::events::*;

    pub(super) const ROWS: &[door::Row] = &[
        door::Row {
            function: "events.read",
            arguments: &[("caller", door::through::<Caller>), ("account", door::through::<Option<String>>), ("after", door::through::<u64>), ("limit", door::through::<u32>)],
            answer: door::through::<Result<Vec<FeedEvent>, EventError>>,
            call: |host, given| door::answer(host.events().read(&given.take::<Caller>("caller")?, given.take::<Option<String>>("account")?.as_deref(), given.take("after")?, given.take("limit")?)),
        },
    ];
}

mod operator {
    use crate::typed_door as door;
    use coinbox_host::typed::operator::*;

    pub(super) const ROWS: &[door::Row] = &[
        door::Row {
            function: "operator.describe-settings",
            arguments: &[("caller", door::through::<Caller>)],
            answer: door::through::<Result<Vec<SettingFacts>, OperatorError>>,
            call: |host, given| door::answer(host.operator().describe_settings(&given.take::<Caller>("caller")?)),
        },
        door::Row {
            function: "operator.get-settings",
            arguments: &[("caller", door::through::<Caller>)],
            answer: door::through::<Result<Settings, OperatorError>>,
            call: |host, given| door::answer(host.operator().get_settings(&given.take::<Caller>("caller")?)),
        },
        door::Row {
            function: "operator.change-settings",
            arguments: &[("caller", door::through::<Caller>), ("version", door::through::<Option<u32>>), ("settings", door::through::<Vec<SettingChange>>)],
            answer: door::through::<Result<Settings, OperatorError>>,
            call: |host, given| door::answer(host.operator().change_settings(&given.take::<Caller>("caller")?, given.take("version")?, given.take("settings")?)),
        },
        door::Row {
            function: "operator.list-setting-changes",
            arguments: &[("caller", door::through::<Caller>), ("after", door::through::<Option<String>>), ("limit", door::through::<u32>)],
            answer: door::through::<Result<HistoryPage, OperatorError>>,
            call: |host, given| door::answer(host.operator().list_setting_changes(&given.take::<Caller>("caller")?, given.take::<Option<String>>("after")?.as_deref(), given.take("limit")?)),
        },
        door::Row {
            function: "operator.get-account-settings",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>)],
            answer: door::through::<Result<Settings, OperatorError>>,
            call: |host, given| door::answer(host.operator().get_account_settings(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?)),
        },
        door::Row {
            function: "operator.change-account-settings",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("version", door::through::<Option<u32>>), ("settings", door::through::<Vec<SettingChange>>)],
            answer: door::through::<Result<Settings, OperatorError>>,
            call: |host, given| door::answer(host.operator().change_account_settings(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("version")?, given.take("settings")?)),
        },
        door::Row {
            function: "operator.list-account-setting-changes",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("after", door::through::<Option<String>>), ("limit", door::through::<u32>)],
            answer: door::through::<Result<HistoryPage, OperatorError>>,
            call: |host, given| door::answer(host.operator().list_account_setting_changes(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take::<Option<String>>("after")?.as_deref(), given.take("limit")?)),
        },
        door::Row {
            function: "operator.set-billing",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("billing", door::through::<BillingTerms>)],
            answer: door::through::<Result<BillingTerms, OperatorError>>,
            call: |host, given| door::answer(host.operator().set_billing(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("billing")?)),
        },
        door::Row {
            function: "operator.get-billing",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>)],
            answer: door::through::<Result<BillingTerms, OperatorError>>,
            call: |host, given| door::answer(host.operator().get_billing(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?)),
        },
        door::Row {
            function: "operator.read-ledger",
            arguments: &[("caller", door::through::<Caller>), ("after", door::through::<Option<String>>), ("limit", door::through::<u32>)],
            answer: door::through::<Result<LedgerPage, OperatorError>>,
            call: |host, given| door::answer(host.operator().read_ledger(&given.take::<Caller>("caller")?, given.take::<Option<String>>("after")?.as_deref(), given.take("limit")?)),
        },
        door::Row {
            function: "operator.read-transaction",
            arguments: &[("caller", door::through::<Caller>), ("id", door::through::<String>)],
            answer: door::through::<Result<Vec<RatedEvent>, OperatorError>>,
            call: |host, given| door::answer(host.operator().read_transaction(&given.take::<Caller>("caller")?, &given.take::<String>("id")?)),
        },
        door::Row {
            function: "operator.compare",
            arguments: &[("caller", door::through::<Caller>), ("accounts", door::through::<Vec<Folded>>)],
            answer: door::through::<Result<Vec<Difference>, OperatorError>>,
            call: |host, given| door::answer(host.operator().compare(&given.take::<Caller>("caller")?, given.take("accounts")?)),
        },
        door::Row {
            function: "operator.read-charges",
            arguments: &[("caller", door::through::<Caller>), ("after", door::through::<Option<String>>), ("limit", door::through::<u32>)],
            answer: door::through::<Result<ChargedPage, OperatorError>>,
            call: |host, given| door::answer(host.operator().read_charges(&given.take::<Caller>("caller")?, given.take::<Option<String>>("after")?.as_deref(), given.take("limit")?)),
        },
        door::Row {
            function: "operator.compare-totals",
            arguments: &[("caller", door::through::<Caller>), ("until", door::through::<String>), ("months", door::through::<Vec<FoldedMonth>>)],
            answer: door::through::<Result<TotalsComparison, OperatorError>>,
            call: |host, given| door::answer(host.operator().compare_totals(&given.take::<Caller>("caller")?, &given.take::<String>("until")?, given.take("months")?)),
        },
        door::Row {
            function: "operator.compare-derived",
            arguments: &[("caller", door::through::<Caller>), ("accounts", door::through::<Vec<String>>)],
            answer: door::through::<Result<DerivedComparison, OperatorError>>,
            call: |host, given| door::answer(host.operator().compare_derived(&given.take::<Caller>("caller")?, given.take("accounts")?)),
        },
        door::Row {
            function: "operator.compare-events",
            arguments: &[("caller", door::through::<Caller>), ("after", door::through::<Option<String>>), ("limit", door::through::<u32>)],
            answer: door::through::<Result<EventsComparison, OperatorError>>,
            call: |host, given| door::answer(host.operator().compare_events(&given.take::<Caller>("caller")?, given.take::<Option<String>>("after")?.as_deref(), given.take("limit")?)),
        },
        door::Row {
            function: "operator.compare-indexes",
            arguments: &[("caller", door::through::<Caller>), ("after", door::through::<Option<String>>), ("limit", door::through::<u32>)],
            answer: door::through::<Result<IndexesComparison, OperatorError>>,
            call: |host, given| door::answer(host.operator().compare_indexes(&given.take::<Caller>("caller")?, given.take::<Option<String>>("after")?.as_deref(), given.take("limit")?)),
        },
        door::Row {
            function: "operator.list-queue",
            arguments: &[("caller", door::through::<Caller>), ("after", door::through::<Option<String>>), ("limit", door::through::<u32>)],
            answer: door::through::<Result<QueuePage, OperatorError>>,
            call: |host, given| door::answer(host.operator().list_queue(&given.take::<Caller>("caller")?, given.take::<Option<String>>("after")?.as_deref(), given.take("limit")?)),
        },
        door::Row {
            function: "operator.resolve-payment",
            arguments: &[("caller", door::through::<Caller>), ("item", door::through::<String>), ("resolution", door::through::<Resolution>), ("reason", door::through::<String>)],
            answer: door::through::<Result<Resolved, OperatorError>>,
            call: |host, given| door::answer(host.operator().resolve_payment(&given.take::<Caller>("caller")?, &given.take::<String>("item")?, given.take("resolution")?, &given.take::<String>("reason")?)),
        },
    ];
}

mod passwords {
    use crate::typed_door as door;
    use coinbox_host::typed::passwords::*;

    pub(super) const ROWS: &[door::Row] = &[
        door::Row {
            function: "passwords.weigh",
            arguments: &[("ticket", door::through::<String>), ("old", door::through::<Option<String>>), ("new", door::through::<Option<String>>)],
            answer: door::through::<Result<String, PasswordError>>,
            call: |host, given| door::answer(host.passwords().weigh(&given.take::<String>("ticket")?, given.take::<Option<String>>("old")?.as_deref(), given.take::<Option<String>>("new")?.as_deref())),
        },
    ];
}

mod links {
    use crate::typed_door as door;
    use coinbox_host::typed::links::*;

    pub(super) const ROWS: &[door::Row] = &[
        door::Row {
            function: "links.look",
            arguments: &[("caller", door::through::<Caller>), ("link", door::through::<String>)],
            answer: door::through::<Result<LinkInfo, LinkError>>,
            call: |host, given| door::answer(host.links().look(&given.take::<Caller>("caller")?, &given.take::<String>("link")?)),
        },
    ];
}

mod login {
    use crate::typed_door as door;
    use coinbox_host::typed::login::*;

    pub(super) const ROWS: &[door::Row] = &[
        door::Row {
            function: "login.start",
            arguments: &[("caller", door::through::<Caller>), ("email", door::through::<String>), ("old", door::through::<String>), ("device-token", door::through::<Option<String>>)],
            answer: door::through::<Result<String, LoginError>>,
            call: |host, given| door::answer(host.login().start(&given.take::<Caller>("caller")?, &given.take::<String>("email")?, &given.take::<String>("old")?, given.take::<Option<String>>("device-token")?.as_deref())),
        },
        door::Row {
            function: "login.finish",
            arguments: &[("caller", door::through::<Caller>), ("ticket", door::through::<String>)],
            answer: door::through::<Result<Step, LoginError>>,
            call: |host, given| door::answer(host.login().finish(&given.take::<Caller>("caller")?, &given.take::<String>("ticket")?)),
        },
        door::Row {
            function: "login.start-proof",
            arguments: &[("caller", door::through::<Caller>), ("old", door::through::<String>)],
            answer: door::through::<Result<String, LoginError>>,
            call: |host, given| door::answer(host.login().start_proof(&given.take::<Caller>("caller")?, &given.take::<String>("old")?)),
        },
        door::Row {
            function: "login.finish-proof",
            arguments: &[("caller", door::through::<Caller>), ("ticket", door::through::<String>)],
            answer: door::through::<Result<Checked, LoginError>>,
            call: |host, given| door::answer(host.login().finish_proof(&given.take::<Caller>("caller")?, &given.take::<String>("ticket")?)),
        },
        door::Row {
            function: "login.send-code",
            arguments: &[("caller", door::through::<Caller>), ("channel", door::through::<CodeChannel>)],
            answer: door::through::<Result<CodeSent, LoginError>>,
            call: |host, given| door::answer(host.login().send_code(&given.take::<Caller>("caller")?, given.take("channel")?)),
        },
        door::Row {
            function: "login.check",
            arguments: &[("caller", door::through::<Caller>), ("method", door::through::<FactorKind>), ("code", door::through::<String>)],
            answer: door::through::<Result<Checked, LoginError>>,
            call: |host, given| door::answer(host.login().check(&given.take::<Caller>("caller")?, given.take("method")?, &given.take::<String>("code")?)),
        },
        door::Row {
            function: "login.touch",
            arguments: &[("caller", door::through::<Caller>)],
            answer: door::through::<Result<SessionInfo, LoginError>>,
            call: |host, given| door::answer(host.login().touch(&given.take::<Caller>("caller")?)),
        },
        door::Row {
            function: "login.list-sessions",
            arguments: &[("caller", door::through::<Caller>)],
            answer: door::through::<Result<Vec<SessionInfo>, LoginError>>,
            call: |host, given| door::answer(host.login().list_sessions(&given.take::<Caller>("caller")?)),
        },
        door::Row {
            function: "login.end-session",
            arguments: &[("caller", door::through::<Caller>), ("name", door::through::<String>)],
            answer: door::through::<Result<(), LoginError>>,
            call: |host, given| door::answer(host.login().end_session(&given.take::<Caller>("caller")?, &given.take::<String>("name")?)),
        },
        door::Row {
            function: "login.end-others",
            arguments: &[("caller", door::through::<Caller>)],
            answer: door::through::<Result<u32, LoginError>>,
            call: |host, given| door::answer(host.login().end_others(&given.take::<Caller>("caller")?)),
        },
        door::Row {
            function: "login.logout",
            arguments: &[("caller", door::through::<Caller>)],
            answer: door::through::<Result<(), LoginError>>,
            call: |host, given| door::answer(host.login().logout(&given.take::<Caller>("caller")?)),
        },
        door::Row {
            function: "login.list-logins",
            arguments: &[("caller", door::through::<Caller>)],
            answer: door::through::<Result<Vec<LoginInfo>, LoginError>>,
            call: |host, given| door::answer(host.login().list_logins(&given.take::<Caller>("caller")?)),
        },
    ];
}

mod password {
    use crate::typed_door as door;
    use coinbox_host::typed::password::*;

    pub(super) const ROWS: &[door::Row] = &[
        door::Row {
            function: "password.request-reset",
            arguments: &[("caller", door::through::<Caller>), ("email", door::through::<String>)],
            answer: door::through::<Result<(), PasswordChangeError>>,
            call: |host, given| door::answer(host.password().request_reset(&given.take::<Caller>("caller")?, &given.take::<String>("email")?)),
        },
        door::Row {
            function: "password.start-reset",
            arguments: &[("caller", door::through::<Caller>), ("link", door::through::<String>)],
            answer: door::through::<Result<String, PasswordChangeError>>,
            call: |host, given| door::answer(host.password().start_reset(&given.take::<Caller>("caller")?, &given.take::<String>("link")?)),
        },
        door::Row {
            function: "password.finish-reset",
            arguments: &[("caller", door::through::<Caller>), ("ticket", door::through::<String>)],
            answer: door::through::<Result<String, PasswordChangeError>>,
            call: |host, given| door::answer(host.password().finish_reset(&given.take::<Caller>("caller")?, &given.take::<String>("ticket")?)),
        },
        door::Row {
            function: "password.start-change",
            arguments: &[("caller", door::through::<Caller>), ("old", door::through::<String>)],
            answer: door::through::<Result<String, PasswordChangeError>>,
            call: |host, given| door::answer(host.password().start_change(&given.take::<Caller>("caller")?, &given.take::<String>("old")?)),
        },
        door::Row {
            function: "password.finish-change",
            arguments: &[("caller", door::through::<Caller>), ("ticket", door::through::<String>)],
            answer: door::through::<Result<Checked, PasswordChangeError>>,
            call: |host, given| door::answer(host.password().finish_change(&given.take::<Caller>("caller")?, &given.take::<String>("ticket")?)),
        },
        door::Row {
            function: "password.start-choose",
            arguments: &[("caller", door::through::<Caller>)],
            answer: door::through::<Result<String, PasswordChangeError>>,
            call: |host, given| door::answer(host.password().start_choose(&given.take::<Caller>("caller")?)),
        },
        door::Row {
            function: "password.choose",
            arguments: &[("caller", door::through::<Caller>), ("ticket", door::through::<String>)],
            answer: door::through::<Result<Entered, PasswordChangeError>>,
            call: |host, given| door::answer(host.password().choose(&given.take::<Caller>("caller")?, &given.take::<String>("ticket")?)),
        },
    ];
}

mod profile {
    use crate::typed_door as door;
    use coinbox_host::typed::profile::*;

    pub(super) const ROWS: &[door::Row] = &[
        door::Row {
            function: "profile.get",
            arguments: &[("caller", door::through::<Caller>)],
            answer: door::through::<Result<OwnProfile, ProfileError>>,
            call: |host, given| door::answer(host.profile().get(&given.take::<Caller>("caller")?)),
        },
        door::Row {
            function: "profile.change",
            arguments: &[("caller", door::through::<Caller>), ("change", door::through::<ProfileChange>)],
            answer: door::through::<Result<OwnProfile, ProfileError>>,
            call: |host, given| door::answer(host.profile().change(&given.take::<Caller>("caller")?, given.take("change")?)),
        },
        door::Row {
            function: "profile.request-email",
            arguments: &[("caller", door::through::<Caller>), ("email", door::through::<String>)],
            answer: door::through::<Result<(), ProfileError>>,
            call: |host, given| door::answer(host.profile().request_email(&given.take::<Caller>("caller")?, &given.take::<String>("email")?)),
        },
        door::Row {
            function: "profile.confirm-email",
            arguments: &[("caller", door::through::<Caller>), ("link", door::through::<String>)],
            answer: door::through::<Result<(), ProfileError>>,
            call: |host, given| door::answer(host.profile().confirm_email(&given.take::<Caller>("caller")?, &given.take::<String>("link")?)),
        },
        door::Row {
            function: "profile.undo-email",
            arguments: &[("caller", door::through::<Caller>), ("link", door::through::<String>)],
            answer: door::through::<Result<(), ProfileError>>,
            call: |host, given| door::answer(host.profile().undo_email(&given.take::<Caller>("caller")?, &given.take::<String>("link")?)),
        },
        door::Row {
            function: "profile.send-code",
            arguments: &[("caller", door::through::<Caller>), ("purpose", door::through::<CodePurpose>), ("number", door::through::<Option<String>>), ("channel", door::through::<CodeChannel>)],
            answer: door::through::<Result<CodeSent, ProfileError>>,
            call: |host, given| door::answer(host.profile().send_code(&given.take::<Caller>("caller")?, given.take("purpose")?, given.take::<Option<String>>("number")?.as_deref(), given.take("channel")?)),
        },
        door::Row {
            function: "profile.factors",
            arguments: &[("caller", door::through::<Caller>)],
            answer: door::through::<Result<FactorList, ProfileError>>,
            call: |host, given| door::answer(host.profile().factors(&given.take::<Caller>("caller")?)),
        },
        door::Row {
            function: "profile.begin-authenticator",
            arguments: &[("caller", door::through::<Caller>), ("code", door::through::<Option<String>>)],
            answer: door::through::<Result<AuthenticatorBegun, ProfileError>>,
            call: |host, given| door::answer(host.profile().begin_authenticator(&given.take::<Caller>("caller")?, given.take::<Option<String>>("code")?.as_deref())),
        },
        door::Row {
            function: "profile.confirm-authenticator",
            arguments: &[("caller", door::through::<Caller>), ("code", door::through::<String>)],
            answer: door::through::<Result<Confirmed, ProfileError>>,
            call: |host, given| door::answer(host.profile().confirm_authenticator(&given.take::<Caller>("caller")?, &given.take::<String>("code")?)),
        },
        door::Row {
            function: "profile.start-phone-change",
            arguments: &[("caller", door::through::<Caller>), ("number", door::through::<String>)],
            answer: door::through::<Result<FactorList, ProfileError>>,
            call: |host, given| door::answer(host.profile().start_phone_change(&given.take::<Caller>("caller")?, &given.take::<String>("number")?)),
        },
        door::Row {
            function: "profile.confirm-phone",
            arguments: &[("caller", door::through::<Caller>), ("code", door::through::<String>)],
            answer: door::through::<Result<Confirmed, ProfileError>>,
            call: |host, given| door::answer(host.profile().confirm_phone(&given.take::<Caller>("caller")?, &given.take::<String>("code")?)),
        },
        door::Row {
            function: "profile.new-recovery-codes",
            arguments: &[("caller", door::through::<Caller>)],
            answer: door::through::<Result<Vec<String>, ProfileError>>,
            call: |host, given| door::answer(host.profile().new_recovery_codes(&given.take::<Caller>("caller")?)),
        },
        door::Row {
            function: "profile.remove-factor",
            arguments: &[("caller", door::through::<Caller>), ("kind", door::through::<FactorKind>)],
            answer: door::through::<Result<Entered, ProfileError>>,
            call: |host, given| door::answer(host.profile().remove_factor(&given.take::<Caller>("caller")?, given.take("kind")?)),
        },
    ];
}

mod members {
    use crate::typed_door as door;
    use coinbox_host::typed::members::*;

    pub(super) const ROWS: &[door::Row] = &[
        door::Row {
            function: "members.list",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("after", door::through::<Option<u32>>), ("limit", door::through::<u32>)],
            answer: door::through::<Result<MemberPage, MemberError>>,
            call: |host, given| door::answer(host.members().list(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("after")?, given.take("limit")?)),
        },
        door::Row {
            function: "members.invite-owner",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("name", door::through::<String>)],
            answer: door::through::<Result<Member, MemberError>>,
            call: |host, given| door::answer(host.members().invite_owner(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, &given.take::<String>("name")?)),
        },
        door::Row {
            function: "members.start-accept",
            arguments: &[("caller", door::through::<Caller>), ("link", door::through::<String>)],
            answer: door::through::<Result<String, MemberError>>,
            call: |host, given| door::answer(host.members().start_accept(&given.take::<Caller>("caller")?, &given.take::<String>("link")?)),
        },
        door::Row {
            function: "members.finish-accept",
            arguments: &[("caller", door::through::<Caller>), ("ticket", door::through::<String>), ("name", door::through::<Option<String>>)],
            answer: door::through::<Result<HalfSession, MemberError>>,
            call: |host, given| door::answer(host.members().finish_accept(&given.take::<Caller>("caller")?, &given.take::<String>("ticket")?, given.take::<Option<String>>("name")?.as_deref())),
        },
        door::Row {
            function: "members.issue-temporary",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("number", door::through::<u32>), ("reason", door::through::<String>)],
            answer: door::through::<Result<TemporaryPassword, MemberError>>,
            call: |host, given| door::answer(host.members().issue_temporary(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("number")?, &given.take::<String>("reason")?)),
        },
        door::Row {
            function: "members.allow-new-factors",
            arguments: &[("caller", door::through::<Caller>), ("auth-id", door::through::<String>), ("number", door::through::<u32>), ("reason", door::through::<String>)],
            answer: door::through::<Result<NewFactors, MemberError>>,
            call: |host, given| door::answer(host.members().allow_new_factors(&given.take::<Caller>("caller")?, &given.take::<String>("auth-id")?, given.take("number")?, &given.take::<String>("reason")?)),
        },
        door::Row {
            function: "members.start-enrol",
            arguments: &[("caller", door::through::<Caller>), ("link", door::through::<String>), ("old", door::through::<String>)],
            answer: door::through::<Result<String, MemberError>>,
            call: |host, given| door::answer(host.members().start_enrol(&given.take::<Caller>("caller")?, &given.take::<String>("link")?, &given.take::<String>("old")?)),
        },
        door::Row {
            function: "members.finish-enrol",
            arguments: &[("caller", door::through::<Caller>), ("ticket", door::through::<String>)],
            answer: door::through::<Result<Step, MemberError>>,
            call: |host, given| door::answer(host.members().finish_enrol(&given.take::<Caller>("caller")?, &given.take::<String>("ticket")?)),
        },
    ];
}

/// Every interface, in the order of the world.
pub const ROWS: &[&[Row]] = &[about::ROWS, jobs::ROWS, usage::ROWS, reservations::ROWS, pricing::ROWS, credits::ROWS, coupons::ROWS, invoices::ROWS, recurring::ROWS, refunds::ROWS, accounts::ROWS, subaccounts::ROWS, lists::ROWS, destinations::ROWS, review::ROWS, signup::ROWS, numbers::ROWS, events::ROWS, operator::ROWS, passwords::ROWS, links::ROWS, login::ROWS, password::ROWS, profile::ROWS, members::ROWS];
