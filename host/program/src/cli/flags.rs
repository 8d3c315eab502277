//! The flag of a command for each field of the contract. An error names the flag that the person typed, not the field of the contract.

use super::arguments::Arguments;
use clap::{Arg, ArgMatches, Command, CommandFactory};
use coinbox_operations::bounds::Reader;
use coinbox_operations::link::{LinkError, field_problems};
use coinbox_operations::words::problem_text;

/// Fields of the contract and the arguments that they are given by, where these have another name.
const OTHERWISE: [(&str, &str); 23] = [
    ("account-type", "kind"),
    ("app-id", "app"),
    ("auth-id", "account"),
    ("balance-amount", "below"),
    ("day", "day_cap"),
    ("enabled", "switch"),
    ("from-day", "from"),
    ("group", "by"),
    ("issued-before", "before"),
    ("issued-from", "from"),
    ("lasts-ms", "lasts"),
    ("month", "month_cap"),
    ("name", "names"),
    ("notification-addresses", "notify"),
    ("paid", "seats"),
    ("parent", "account"),
    ("posted-before", "to"),
    ("posted-from", "from"),
    ("reason", "details"),
    ("recharge-amount", "amount"),
    ("to-day", "to"),
    ("token", "card_token"),
    ("week", "week_cap"),
];

/// An error in words, for whoever has typed this command line.
pub(crate) fn words(error: &anyhow::Error, matches: &ArgMatches) -> String {
    match error.downcast_ref::<LinkError>() {
        Some(LinkError::Argument { field, problem }) => format!("{}: {problem}", typed(field, matches)),
        Some(LinkError::Refused { error: told, .. }) if !field_problems(told).is_empty() => {
            let problems = field_problems(told);
            let words =
                problems.iter().map(|problem| problem_text(&typed(&problem.field, matches), problem, Reader::Person));
            words.collect::<Vec<_>>().join("; ")
        }
        _ => format!("{error:#}"),
    }
}

/// `--to` of `to-day`, `AMOUNT` of `adjustment.debit.amount`; what this command has no argument for stays as it is.
fn typed(field: &str, matches: &ArgMatches) -> String {
    let root = Arguments::command();
    let (mut command, mut below) = (&root, matches);
    while let Some((name, matches)) = below.subcommand() {
        let Some(subcommand) = command.find_subcommand(name) else { break };
        (command, below) = (subcommand, matches);
    }
    let last = field.rsplit('.').next().unwrap_or_default();
    let last = last.split('[').next().unwrap_or_default();
    let same = last.replace('-', "_");
    let otherwise = OTHERWISE.iter().filter(|(known, _)| *known == last).map(|(_, id)| *id);
    let mut ids = std::iter::once(same.as_str()).chain(otherwise);
    let found = ids.find_map(|id| argument(command, id));
    // Of what every command takes the rules see only this.
    let found = found.or_else(|| argument(&root, "idempotency_key").filter(|_| same == "idempotency_key"));
    // Settings of `policy set` are named as they were typed.
    found.map_or_else(|| field.strip_prefix("settings.").unwrap_or(field).to_owned(), shown)
}

fn argument<'a>(command: &'a Command, id: &str) -> Option<&'a Arg> {
    command.get_arguments().find(|argument| argument.get_id() == id)
}

fn shown(argument: &Arg) -> String {
    match argument.get_long() {
        Some(long) => format!("--{long}"),
        None => argument.get_id().as_str().to_ascii_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinbox_operations::link::refused;
    use serde_json::json;

    fn told(line: &str, field: &str) -> String {
        let matches = Arguments::command().try_get_matches_from(line.split(' ')).expect("a command");
        let error = json!({"refused": {"invalid": [{"field": field, "rule": "too-small", "limit": "1"}]}});
        let words = words(&refused(&error).into(), &matches);
        words.strip_suffix(": too small (limit: 1)").expect("rule and limit").to_owned()
    }

    #[test]
    fn fields_are_named_as_they_were_typed() {
        for (line, field, name) in [
            ("coinbox usage summary MA1 --from a --to b", "to-day", "--to"),
            ("coinbox usage reserve MA1 c --amount 1", "holds[0].price.fixed.amount", "--amount"),
            ("coinbox usage reserve MA1 c --amount 1", "holds[0].name", "NAME"),
            ("coinbox usage release MA1 c", "reservations[0].name", "NAMES"),
            ("coinbox billing set MA1 --country x", "change.country", "--country"),
            ("coinbox billing set MA1 --notify x", "change.notification-addresses[0]", "--notify"),
            ("coinbox alerts set MA1 --below 1", "thresholds", "--below"),
            ("coinbox recharge auto MA1 off", "settings.caps.day", "--day-cap"),
            ("coinbox account statement MA1 --month x", "month", "--month"),
            ("coinbox account close MA1 --yes", "reason", "--details"),
            ("coinbox card add MA1 x", "token", "CARD_TOKEN"),
            ("coinbox recharge now MA1 5", "amount", "AMOUNT"),
            ("coinbox recharge now MA1 5", "caller.idempotency-key", "--idempotency-key"),
            ("coinbox policy set brand x", "settings.brand", "brand"),
            ("coinbox account limits MA1 --lookup-rate 0", "settings.lookup-rate", "--lookup-rate"),
            ("coinbox seller set --country x", "settings.seller.country", "--country"),
            ("coinbox recurring add MA1 R --product p --heading h", "charge.quantity", "--quantity"),
            ("coinbox recurring add MA1 R --product p --heading h", "charge.reference", "REFERENCE"),
            ("coinbox recurring change MA1 R 2", "quantity", "QUANTITY"),
            ("coinbox review ask MA1 --kind identity", "kinds[0]", "--kind"),
            ("coinbox review note MA1 x", "text", "TEXT"),
            ("coinbox review reinstate MA1 --document x", "documents[0]", "--document"),
            ("coinbox member issue-temporary MA1 1 --reason r", "number", "NUMBER"),
            ("coinbox member invite-owner MA1 x", "name", "NAME"),
            ("coinbox recurring end MA1 R --last-month x", "last-month", "--last-month"),
        ] {
            assert_eq!(told(line, field), name, "{line}");
        }
    }

    /// 13-limits-in-milliseconds
    #[test]
    fn limits_are_told_as_they_were_typed() {
        for (line, field, rule, limit, words) in [
            (
                "coinbox pricebook import f --starts-at a",
                "starts-at",
                "too-small",
                "1792486800000",
                "--starts-at: too small (limit: 2026-10-20T09:00:00Z)",
            ),
            (
                "coinbox usage reserve MA1 c --amount 1 --lasts 8d",
                "holds[0].lasts-ms",
                "too-large",
                "604800000",
                "--lasts: too large (limit: 7d)",
            ),
            (
                "coinbox credit goodwill MA1 5 --reason r --expires a",
                "adjustment.goodwill.expires",
                "too-small",
                "1792486800000",
                "--expires: too small (limit: 2026-10-20T09:00:00Z)",
            ),
            (
                "coinbox policy set hang-up-grace 11m",
                "settings.hang-up-grace",
                "too-large",
                "10m",
                "hang-up-grace: too large (limit: 10m)",
            ),
        ] {
            let matches = Arguments::command().try_get_matches_from(line.split(' ')).expect("a command");
            let error = json!({"refused": {"invalid": [{"field": field, "rule": rule, "limit": limit}]}});
            let error = refused(&error);
            assert_eq!(super::words(&error.clone().into(), &matches), words);
            assert!(error.to_string().ends_with(&words[words.find(": ").expect("a field")..]), "{error}");
        }
    }

    #[test]
    fn what_is_no_field_is_told_as_it_is() {
        let matches = Arguments::command().try_get_matches_from(["coinbox", "verify"]).expect("a command");
        assert_eq!(words(&refused(&json!({"refused": {"not-found": "thing"}})).into(), &matches), "thing not found");
        assert_eq!(words(&anyhow::anyhow!("inner").context("outer"), &matches), "outer: inner");
    }

    #[test]
    fn every_other_name_is_an_argument_of_some_command() {
        fn has(command: &Command, id: &str) -> bool {
            argument(command, id).is_some() || command.get_subcommands().any(|command| has(command, id))
        }
        for (field, id) in OTHERWISE {
            assert!(has(&Arguments::command(), id), "{field}: {id}");
        }
    }
}
