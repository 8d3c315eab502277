//! `coinbox review …` and `coinbox member …`: an operator's side of sign-ups and of the people of accounts (ACC-4, ACC-9, SEC-11).

use super::arguments::{Decision, Member, Review, word};
use super::coupons::pages;
use super::show::{Rows, Text, lines};
use super::work::Work;
use coinbox_operations::words::{field, moment};
use serde_json::{Value, json};

/// Runs `review …`.
pub(crate) fn review(work: &Work, command: Review) -> anyhow::Result<()> {
    let file = match command {
        Review::Queue { limit } => return queue(work, limit),
        Review::Show { account } => return show(work, &account),
        Review::Note { account, text } => work.link.call("review.note", json!({"auth-id": account, "text": text}))?,
        Review::Ask { account, kinds, text } => {
            let kinds: Vec<String> = kinds.into_iter().filter_map(|kind| word(Some(kind))).collect();
            work.link.call("review.ask", json!({"auth-id": account, "kinds": kinds, "text": text}))?
        }
        Review::Decide { account, decision, text, yes } => {
            let rejects = decision == Decision::Reject;
            anyhow::ensure!(!rejects || yes, "rejecting {account} closes it and cannot be undone: say --yes as well");
            let arguments = json!({"auth-id": account, "decision": word(Some(decision)), "text": text});
            work.link.call("review.decide", arguments)?
        }
        Review::Reinstate { account, documents, text } => {
            let arguments = json!({"auth-id": account, "documents": documents, "text": text});
            work.link.call("review.reinstate", arguments)?
        }
    };
    work.output.answer(&file, |file| Text::Table(Rows::of_fields(file_fields(file))))
}

/// Open reviews, those that are due first in front.
fn queue(work: &Work, limit: usize) -> anyhow::Result<()> {
    let reviews = pages(work, "review.queue", "reviews", &json!({}), limit)?;
    work.output.answer(&Value::Array(reviews), |reviews| {
        let mut rows = Rows::new(&["account", "since", "due", "overdue", "flags", "asked for"]);
        for review in reviews.as_array().into_iter().flatten() {
            rows.add(vec![
                field(review, "account"),
                moment(&review["since"]),
                moment(&review["due"]),
                if review["overdue"] == true { "overdue".to_owned() } else { String::new() },
                joined(&review["flags"], |flag| field(flag, "flag")),
                joined(&review["asked"], |kind| kind.as_str().unwrap_or_default().to_owned()),
            ]);
        }
        Text::Table(rows)
    })
}

/// A review with the documents that were handed in.
fn show(work: &Work, account: &str) -> anyhow::Result<()> {
    let mut file = work.link.call("review.get", json!({"auth-id": account}))?;
    file["documents"] = work.link.call("review.list-documents", json!({"auth-id": account}))?;
    work.output.answer(&file, |file| {
        let mut fields = file_fields(file);
        fields.push((
            "documents",
            each_line(&file["documents"], |document| {
                let blob = &document["document"];
                let size = field(blob, "size");
                format!(
                    "{} {}: {} ({size} bytes), {} by {}",
                    field(document, "number"),
                    field(document, "kind"),
                    field(blob, "name"),
                    moment(&document["at"]),
                    field(document, "by")
                )
            }),
        ));
        fields.push((
            "history",
            each_line(&file["history"], |entry| {
                let documents = joined(&entry["documents"], |name| name.as_str().unwrap_or_default().to_owned());
                let more = [field(entry, "text"), documents].into_iter().filter(|text| !text.is_empty());
                let more: Vec<String> = more.collect();
                let head = format!("{} {} by {}", moment(&entry["at"]), field(entry, "act"), field(entry, "by"));
                if more.is_empty() { head } else { format!("{head}: {}", more.join("; ")) }
            }),
        ));
        Text::Table(Rows::of_fields(fields))
    })
}

/// What every command about a review shows.
fn file_fields(file: &Value) -> Vec<(&'static str, String)> {
    let due = moment(&file["due"]);
    vec![
        ("account", field(file, "account")),
        ("state", field(file, "state")),
        ("since", moment(&file["since"])),
        ("due", if file["overdue"] == true { format!("{due}, overdue") } else { due }),
        ("flags", each_line(&file["flags"], raised)),
        ("asked for", joined(&file["asked"], |kind| kind.as_str().unwrap_or_default().to_owned())),
    ]
}

/// `shared-phone: account MA…`.
fn raised(flag: &Value) -> String {
    let facts = joined(&flag["facts"], |fact| format!("{} {}", field(fact, "name"), field(fact, "value")));
    let word = field(flag, "flag");
    if facts.is_empty() { word } else { format!("{word}: {facts}") }
}

fn joined(items: &Value, shown: impl Fn(&Value) -> String) -> String {
    items.as_array().into_iter().flatten().map(shown).collect::<Vec<_>>().join(", ")
}

fn each_line(items: &Value, shown: impl Fn(&Value) -> String) -> String {
    lines(items.as_array().into_iter().flatten().map(shown))
}

/// Runs `member …`.
pub(crate) fn member(work: &Work, command: Member) -> anyhow::Result<()> {
    match command {
        Member::List { account } => list(work, &account),
        Member::InviteOwner { account, name } => {
            let invited = work.link.call("members.invite-owner", json!({"auth-id": account, "name": name}))?;
            work.output.answer(&invited, |member| {
                Text::Line(format!("{} is invited to be the owner of {account}", field(member, "email")))
            })
        }
        Member::IssueTemporary { account, number, reason } => {
            let arguments = json!({"auth-id": account, "number": number, "reason": reason});
            let issued = work.link.call("members.issue-temporary", arguments)?;
            work.output.answer(&issued, |issued| Text::Table(Rows::of_fields(temporary(issued))))
        }
        Member::AllowNewFactors { account, number, reason } => {
            let arguments = json!({"auth-id": account, "number": number, "reason": reason});
            let allowed = work.link.call("members.allow-new-factors", arguments)?;
            work.output.answer(&allowed, |allowed| {
                let fields =
                    vec![("link is mailed", moment(&allowed["from"])), ("good until", moment(&allowed["until"]))];
                Text::Table(Rows::of_fields(fields))
            })
        }
    }
}

fn temporary(issued: &Value) -> Vec<(&'static str, String)> {
    let password = match field(issued, "password") {
        password if password.is_empty() => "(shown the first time only)".to_owned(),
        password => password,
    };
    vec![("password", password), ("good until", moment(&issued["until"]))]
}

fn list(work: &Work, account: &str) -> anyhow::Result<()> {
    let members = pages(work, "members.list", "members", &json!({"auth-id": account}), usize::MAX)?;
    work.output.answer(&Value::Array(members), |members| {
        let mut rows = Rows::new(&[">number", "name", "email", "role", "state", "factors", "last login"]);
        for member in members.as_array().into_iter().flatten() {
            rows.add(vec![
                field(member, "number"),
                field(member, "name"),
                field(member, "email"),
                field(member, "role"),
                field(member, "state"),
                joined(&member["factors"], |kind| kind.as_str().unwrap_or_default().to_owned()),
                moment(&member["last-login"]),
            ]);
        }
        Text::Table(rows)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Value {
        json!({"account": "MA1", "state": "open", "since": "0", "due": "86400000", "overdue": true, "asked": ["identity", "use-case"],
            "flags": [{"flag": "shared-phone", "facts": [{"name": "account", "value": "MA2"}]}, {"flag": "seen-before", "facts": []}],
            "history": []})
    }

    #[test]
    fn a_review_says_what_was_seen_and_what_is_asked_for() {
        let shown = Rows::of_fields(file_fields(&file())).render();
        for part in ["1970-01-02T00:00:00Z, overdue", "shared-phone: account MA2", "seen-before", "identity, use-case"]
        {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        let quiet = json!({"account": "MA1", "state": "approved", "since": "0", "due": "0", "overdue": false, "asked": [], "flags": []});
        assert!(!Rows::of_fields(file_fields(&quiet)).render().contains("overdue"));
    }

    /// A flag's facts come from strangers: they stay in their cell.
    #[test]
    fn facts_of_a_flag_steer_no_terminal() {
        let mut file = file();
        file["flags"][0]["facts"][0]["value"] = json!("a\u{1b}[2Jb\nstate  approved");
        let shown = Rows::of_fields(file_fields(&file)).render();
        assert!(!shown.contains('\u{1b}') && shown.contains("a\u{fffd}[2Jb\u{fffd}state"), "{shown}");
    }

    #[test]
    fn a_password_is_shown_once() {
        let told = |password: &str| temporary(&json!({"password": password, "until": "0"}))[0].1.clone();
        assert_eq!((told("kq7-x"), told("")), ("kq7-x".to_owned(), "(shown the first time only)".to_owned()));
    }
}
