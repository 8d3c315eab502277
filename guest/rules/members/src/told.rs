//! What a member is told by mail, and what the feed says of it (SEC-9, EVT-1, R74).

use coinbox_access::people::MemberId;
use coinbox_access::people::members::Member;
use coinbox_ground::feed;
use coinbox_ground::outside::Mailbox;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Fact, Fault};
use coinbox_profiles::person_mail::{self, Letter};

/// Mails a member. His name is a fact of every mail; `secrets` are sealed until the mail is handed over.
pub(crate) fn mail(
    turn: &mut Turn<'_>,
    id: MemberId,
    member: &Member,
    template: &str,
    facts: Vec<Fact>,
    secrets: Vec<Fact>,
) -> Result<(), Fault> {
    mail_to(turn, id, member, &member.email, template, facts, secrets)
}

/// The same to another address of his.
pub(crate) fn mail_to(
    turn: &mut Turn<'_>,
    id: MemberId,
    member: &Member,
    address: &str,
    template: &str,
    mut facts: Vec<Fact>,
    secrets: Vec<Fact>,
) -> Result<(), Fault> {
    let name = Some(member.name.clone()).filter(|name| !name.is_empty());
    facts.insert(0, Fact::new("name", member.name.as_str()));
    let to = Mailbox { address: address.to_owned(), name };
    let account = Some(id.account);
    person_mail::send(turn, Letter { account, to, language: &member.language, template, facts, secrets })
}

/// From where something was done, as mails say it.
pub(crate) fn from(turn: &Turn<'_>, caller: &Caller) -> Vec<Fact> {
    let or_unknown = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".to_owned());
    vec![
        Fact::new("at", turn.now()),
        Fact::new("address", or_unknown(&caller.address)),
        Fact::new("device", or_unknown(&caller.device)),
    ]
}

/// Tells the feed. No address, device or name of a person is in it (R74).
pub(crate) fn event(turn: &mut Turn<'_>, id: MemberId, kind: &str, rule: &str, by: &str, facts: Vec<Fact>) {
    feed::event(id.account, kind, rule).fact("member", id.number).facts(facts).fact("by", by).tell(turn);
}
