//! Every proof against every function in every standing, compared with what is written by hand in `groups.rs` (TEAM-1, R35, R39, R65). Attacks 66, 73, 74
//! and 75 of the design.

use super::groups::{FREE, GROUPS, Group, OWN, Own, PUBLIC, group_of};
use crate::about::{Class, Function, On, RateClass, functions};
use crate::access::credentials::Who;
use crate::access::people::members::{self, New, State};
use crate::access::people::sessions::{self, Way};
use crate::access::people::words::{Half, MemberId, Role};
use crate::access::testing::permit;
use crate::accounts::{self, AccountType, Created, NewAccount, Standing, subaccounts};
use crate::ground::ids::AuthId;
use crate::ground::testing::{self, Fake, START, holder};
use crate::ground::vocabulary::{Caller, Fault, Principal, Refusal, Suspension};
use crate::profiles::{profile, subaccount};
use crate::stories::scenario::operator;
use std::collections::BTreeSet;

/// Every standing that an account can have.
const STANDINGS: [Standing; 10] = [
    Standing::Active,
    Standing::Unverified,
    Standing::Held,
    Standing::Suspended(Suspension::ContentViolation),
    Standing::Suspended(Suspension::PaymentFailure),
    Standing::Suspended(Suspension::ComplianceIssue),
    Standing::Suspended(Suspension::SuspiciousActivity),
    Standing::Locked,
    Standing::Closing,
    Standing::Closed,
];

/// An account with a sub-account, and another one with another.
pub(super) struct World {
    pub(super) fake: Fake,
    pub(super) main: Created,
    pub(super) sub: subaccounts::Created,
    pub(super) other: Created,
    pub(super) other_sub: subaccounts::Created,
}

impl World {
    pub(super) fn new() -> World {
        let fake = Fake::new();
        let (main, other) = (account(&fake, "main"), account(&fake, "other"));
        let sub = |parent: &Created| {
            let parent = parent.auth_id.clone();
            let made =
                fake.command(START, |turn| subaccounts::create(turn, &operator(), parent, "sales".to_owned(), true));
            made.expect("a new sub-account")
        };
        let (sub, other_sub) = (sub(&main), sub(&other));
        World { fake, main, sub, other, other_sub }
    }

    /// Puts the account into a standing, and its sub-account on or off.
    pub(super) fn stand(&self, standing: Standing, enabled: bool) {
        let (main, sub) = (id(&self.main.auth_id), id(&self.sub.auth_id));
        let changed = self.fake.command(START, |turn| {
            let mut kept = profile::profile(turn, main)?;
            kept.stand(standing, "");
            profile::save(turn, main, &kept);
            let mut kept = subaccount::need(turn, sub)?;
            kept.enabled = enabled;
            turn.put(&subaccount::key(sub), &kept);
            Ok::<(), Fault>(())
        });
        changed.expect("a standing");
    }

    pub(super) fn permit(&self, caller: &Caller, function: &Function, target: Option<&str>) -> Result<Who, Fault> {
        self.fake.query(START, |turn| permit(turn, caller, function, target))
    }

    /// A session of a new member of the account.
    pub(super) fn session(&self, account: &str, role: Role, half: Option<Half>) -> (MemberId, Caller) {
        self.session_at(START, account, role, half)
    }

    pub(super) fn session_at(&self, at: i64, account: &str, role: Role, half: Option<Half>) -> (MemberId, Caller) {
        let made = self.fake.command(at, |turn| {
            let email = format!("{role:?}-{half:?}-{}@{account}.example.com", turn.random()).to_lowercase();
            let new = New { name: "Ada", email: &email, language: "en", role, state: State::Active, inviter: None };
            let (id, member) = members::add(turn, id(account), &new)?.expect("nobody has this address");
            let opened = sessions::open(turn, &testing::nobody(), id, &member, half, Way::Password)?;
            Ok::<_, Fault>((id, testing::in_session(&opened.token)))
        });
        made.expect("a session")
    }

    /// What a function can be asked about here.
    fn targets(&self, function: &Function) -> Vec<Option<&str>> {
        let (main, sub) = (Some(self.main.auth_id.as_str()), Some(self.sub.auth_id.as_str()));
        match function.on {
            On::Nothing => vec![None],
            On::Main => vec![main],
            On::Sub => vec![sub],
            On::Either => vec![main, sub],
        }
    }
}

fn account(fake: &Fake, name: &str) -> Created {
    let account = NewAccount {
        currency: None,
        account_type: AccountType::Standard,
        name: name.to_owned(),
        email: format!("{name}@example.com"),
        address: String::new(),
        city: String::new(),
        state: String::new(),
        timezone: "UTC".to_owned(),
    };
    fake.command(START, |turn| accounts::create(turn, &operator(), account)).expect("a new account")
}

fn id(text: &str) -> AuthId {
    AuthId::parse(text).expect("an auth ID")
}

/// Functions that ask for a permission, with what is written of them.
fn guarded() -> impl Iterator<Item = (&'static Function, &'static Group)> {
    functions()
        .iter()
        .filter(|function| function.permission.is_some())
        .map(|function| (function, group_of(function.name)))
}

fn forbidden(function: &Function) -> Refusal {
    Refusal::Forbidden(function.permission.expect("guarded").to_owned())
}

/// The word of a standing in the groups.
fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => "active",
        Standing::Unverified => "unverified",
        Standing::Held => "held",
        Standing::Suspended(_) => "suspended",
        Standing::Locked => "locked",
        Standing::Closing => "closing",
        Standing::Closed => "closed",
    }
}

/// Why something is not open in a standing, to whoever has proved who he is.
fn not_open(standing: Standing) -> Refusal {
    match standing {
        Standing::Active => panic!("everything is open to active accounts"),
        Standing::Unverified | Standing::Held => Refusal::NotYetActive,
        Standing::Suspended(reason) => Refusal::Suspended(reason),
        Standing::Locked => Refusal::Locked,
        Standing::Closing | Standing::Closed => Refusal::Closed,
    }
}

/// What stands in the way of every token of an account in this standing (R39).
fn in_the_way(standing: Standing) -> Option<Refusal> {
    match standing {
        Standing::Active => None,
        Standing::Locked | Standing::Closed => Some(Refusal::Unauthenticated),
        other => Some(not_open(other)),
    }
}

/// What is about a disabled sub-account and uses the platform.
fn is_off(world: &World, group: &Group, target: Option<&str>, enabled: bool) -> bool {
    !enabled && target == Some(world.sub.auth_id.as_str()) && !group.standings.contains(&"suspended")
}

#[test]
fn every_function_is_in_one_group() {
    let mut written: Vec<&str> = GROUPS.iter().flat_map(|group| group.functions).copied().collect();
    written.sort_unstable();
    let mut table: Vec<&str> = guarded().map(|(function, _)| function.name).collect();
    table.sort_unstable();
    assert_eq!(written, table);
    let unguarded = |own: bool| {
        let wanted = functions().iter().filter(move |function| function.permission.is_none() && function.own == own);
        wanted.map(|function| function.name).collect::<BTreeSet<&str>>()
    };
    assert_eq!(unguarded(true), OWN.iter().flat_map(|group| group.functions).copied().collect());
    assert_eq!(unguarded(false), PUBLIC.iter().chain(FREE).copied().collect());
    let all = written.len() + unguarded(true).len() + PUBLIC.len() + FREE.len();
    assert_eq!(all, functions().len(), "a function is written twice");
}

/// Functions about the member who asks, with what is written of them.
fn own() -> impl Iterator<Item = (&'static Function, &'static Own)> {
    let group = |name: &str| OWN.iter().find(|group| group.functions.contains(&name)).expect("in a group");
    functions().iter().filter(|function| function.own).map(move |function| (function, group(function.name)))
}

/// The word of a half session in the groups.
fn half_word(half: Half) -> &'static str {
    match half {
        Half::SecondFactor => "second-factor",
        Half::ChoosePassword => "choose-password",
        Half::Enrol => "enrol",
    }
}

#[test]
fn the_columns_that_a_host_is_told_are_those_of_the_groups() {
    for (function, group) in guarded() {
        let name = function.name;
        let standings: Vec<String> = function.standings.iter().map(|one| format!("{one:?}").to_lowercase()).collect();
        assert_eq!(standings, group.standings, "{name}");
        assert_eq!((function.fresh, function.audited), (group.fresh, group.audited), "{name}");
        let counted = match function.rate {
            Some(RateClass::Standard) => "standard",
            Some(RateClass::Message) => "message",
            other => panic!("{name} is counted as {other:?}"),
        };
        assert_eq!(counted, group.counted, "{name}");
        let roles: String = function.roles.iter().map(|role| format!("{role:?}").remove(0)).collect();
        assert_eq!(roles, group.who.replace(['T', 't'], ""), "{name}");
        assert!(!function.slow, "{name} hashes no password");
        assert!(function.class == Class::Command || !function.audited, "{name} changes nothing");
    }
    for (function, group) in own() {
        let halves: Vec<&str> = function.half.iter().map(|half| half_word(*half)).collect();
        assert_eq!(halves, group.halves, "{}", function.name);
        assert_eq!((function.fresh, function.audited), (group.fresh, group.audited), "{}", function.name);
        assert_eq!((function.roles, function.rate), (Role::ALL, Some(RateClass::Session)), "{}", function.name);
        assert!(function.standings.iter().count() == 6 && !function.slow, "{}", function.name);
    }
    for function in functions().iter().filter(|function| function.permission.is_none() && !function.own) {
        assert!(function.roles.is_empty() && !function.fresh && !function.audited, "{}", function.name);
        assert_eq!(function.rate.is_some(), function.name == "accounts.authenticate", "{}", function.name);
        assert_eq!(function.slow, function.name == "passwords.weigh", "{}", function.name);
    }
}

/// What is about the member who asks: every role, in every standing but closed, half sessions as written, and nobody else (attacks 39, 40).
#[test]
fn what_is_ones_own_is_nobody_elses() {
    let world = World::new();
    let main = world.main.auth_id.as_str();
    let whole: Vec<(MemberId, Caller)> = Role::ALL.iter().map(|role| world.session(main, *role, None)).collect();
    let halves = Half::ALL.iter().map(|half| (*half, world.session(main, Role::Support, Some(*half))));
    let halves: Vec<(Half, (MemberId, Caller))> = halves.collect();
    for standing in STANDINGS {
        world.stand(standing, true);
        let alive = standing != Standing::Closed;
        for (function, group) in own() {
            let about = format!("{} {standing:?}", function.name);
            let asked = |caller: &Caller| world.permit(caller, function, None);
            for (id, caller) in &whole {
                let is_own = matches!(asked(caller), Ok(Who::Member { id: asking, .. }) if asking == *id);
                assert_eq!(is_own, alive, "{about}");
            }
            for (half, (_, caller)) in &halves {
                let expected = if !alive {
                    Some(Refusal::Unauthenticated)
                } else if group.halves.contains(&half_word(*half)) {
                    None
                } else {
                    Some(Refusal::SecondFactorRequired)
                };
                assert_eq!(asked(caller).err(), expected.map(Fault::Refused), "{half:?} {about}");
            }
            let forbidden: Result<Who, Fault> = Err(Refusal::Forbidden(function.name.to_owned()).into());
            assert_eq!(asked(&testing::operator_with(&[function.name])), forbidden, "{about}");
            assert_eq!(asked(&testing::caller(Principal::Host)), forbidden, "{about}");
            let token = holder(main, &world.main.auth_token);
            let expected = in_the_way(standing).map_or(forbidden.clone(), |refusal| Err(refusal.into()));
            assert_eq!(asked(&token), expected, "{about}");
            assert_eq!(asked(&testing::nobody()), Err(Refusal::Unauthenticated.into()), "{about}");
            // Long after the proof.
            let late = world.fake.query(START + 300_000, |turn| permit(turn, &whole[0].1, function, None)).err();
            let expected = match (alive, group.fresh) {
                (false, _) => Some(Refusal::Unauthenticated),
                (true, true) => Some(Refusal::Reauthenticate),
                (true, false) => None,
            };
            assert_eq!(late, expected.map(Fault::Refused), "{about}");
        }
    }
}

/// Attack 75: each standing with each function, for the tokens of the account itself.
#[test]
fn a_token_works_in_active_accounts_only_and_reaches_what_is_written() {
    let world = World::new();
    let (main, sub) = (id(&world.main.auth_id), id(&world.sub.auth_id));
    let of_main = holder(&world.main.auth_id, &world.main.auth_token);
    let of_sub = holder(&world.sub.auth_id, &world.sub.auth_token);
    for (standing, enabled) in STANDINGS.into_iter().flat_map(|standing| [(standing, true), (standing, false)]) {
        world.stand(standing, enabled);
        for (function, group) in guarded() {
            for target in world.targets(function) {
                let about = format!("{} on {target:?}, {standing:?}, enabled {enabled}", function.name);
                let expected = match in_the_way(standing) {
                    Some(refusal) => Err(refusal.into()),
                    None if !group.who.contains('T') => Err(forbidden(function).into()),
                    None if is_off(&world, group, target, enabled) => Err(Refusal::Disabled.into()),
                    None => Ok(Who::Main(main)),
                };
                assert_eq!(world.permit(&of_main, function, target), expected, "{about}");

                let expected = match (in_the_way(standing), target) {
                    (Some(Refusal::Unauthenticated), _) => Err(Refusal::Unauthenticated.into()),
                    // The main account is another's (R39), and so is what only the main account may ask.
                    (_, Some(asked)) if asked != world.sub.auth_id => Err(Refusal::Unauthenticated.into()),
                    _ if group.who.contains('T') && !group.who.contains('t') => Err(Refusal::Unauthenticated.into()),
                    (Some(refusal), _) => Err(refusal.into()),
                    (None, _) if !enabled => Err(Refusal::Disabled.into()),
                    (None, _) if !group.who.contains('t') => Err(forbidden(function).into()),
                    (None, _) => Ok(Who::Sub { sub, parent: main }),
                };
                assert_eq!(world.permit(&of_sub, function, target), expected, "sub-account: {about}");
            }
        }
    }
}

/// Attack 66: every function with every foreign valid credential, and with none that is right.
#[test]
fn a_foreign_credential_reaches_nothing_of_the_account() {
    let world = World::new();
    let strangers = [
        holder(&world.other.auth_id, &world.other.auth_token),
        holder(&world.other_sub.auth_id, &world.other_sub.auth_token),
    ];
    let wrong = [
        holder(&world.main.auth_id, &world.other.auth_token),
        holder(&world.main.auth_id, &world.sub.auth_token),
        holder(&world.main.auth_id, ""),
        holder(testing::main_id("9").as_str(), &world.main.auth_token),
        testing::caller(Principal::Nobody),
    ];
    for (function, group) in guarded() {
        for target in world.targets(function) {
            for caller in &wrong {
                let answer = world.permit(caller, function, target);
                assert_eq!(answer, Err(Refusal::Unauthenticated.into()), "{} {target:?}", function.name);
            }
            let Some(asked) = target else { continue };
            // Under one's own account what is not there is not found, which says nothing about other accounts' (R39, attack 12).
            let expected = if asked == world.main.auth_id {
                Refusal::Unauthenticated
            } else if group.who.contains('T') {
                Refusal::NotFound("sub-account".to_owned())
            } else {
                forbidden(function)
            };
            assert_eq!(world.permit(&strangers[0], function, target), Err(expected.into()), "{}", function.name);
            let answer = world.permit(&strangers[1], function, target);
            assert_eq!(answer, Err(Refusal::Unauthenticated.into()), "{}", function.name);
        }
    }
}

/// Attack 74: an operator without the permission, with an unknown or wildcard one, and the host in his place; in every standing.
#[test]
fn an_operator_needs_the_permission_and_a_standing_that_is_written() {
    let world = World::new();
    let names: Vec<&str> = guarded().filter_map(|(function, _)| function.permission).collect();
    for standing in STANDINGS {
        world.stand(standing, true);
        for (function, group) in guarded() {
            let held = function.permission.expect("guarded");
            let others: Vec<&str> = names.iter().copied().filter(|name| *name != held).collect();
            let area = format!("{}.*", held.split('.').next().expect("an area"));
            let callers = [
                testing::operator_with(&others),
                testing::operator_with(&["*", &area, "", "operator", "host", &held.to_uppercase()]),
                testing::caller(Principal::Host),
            ];
            for target in world.targets(function) {
                let about = format!("{} on {target:?}, {standing:?}", function.name);
                for caller in &callers {
                    assert_eq!(world.permit(caller, function, target), Err(forbidden(function).into()), "{about}");
                }
                let open = standing == Standing::Active || group.standings.contains(&word(standing));
                let expected = if target.is_none() || open {
                    Ok(Who::Operator("olga".to_owned()))
                } else {
                    Err(not_open(standing).into())
                };
                assert_eq!(world.permit(&testing::operator_with(&[held]), function, target), expected, "{about}");
            }
        }
    }
}

/// Each role in a session against each function in each standing; and what is fresh, half and foreign.
#[test]
fn a_member_may_what_the_role_may_where_the_standing_allows_it() {
    let world = World::new();
    let sessions = Role::ALL.iter().map(|role| (*role, world.session(&world.main.auth_id, *role, None)));
    let sessions: Vec<(Role, (MemberId, Caller))> = sessions.collect();
    for (standing, enabled) in STANDINGS.into_iter().flat_map(|standing| [(standing, true), (standing, false)]) {
        world.stand(standing, enabled);
        for (function, group) in guarded() {
            for (role, (id, caller)) in &sessions {
                let letter = format!("{role:?}").remove(0);
                for target in world.targets(function) {
                    let about = format!("{role:?} {} on {target:?}, {standing:?}, enabled {enabled}", function.name);
                    let open = standing == Standing::Active || group.standings.contains(&word(standing));
                    let expected = if standing == Standing::Closed {
                        Err(Refusal::Unauthenticated)
                    } else if !open {
                        Err(not_open(standing))
                    } else if target.is_none() || !group.who.contains(letter) {
                        Err(forbidden(function))
                    } else if is_off(&world, group, target, enabled) {
                        Err(Refusal::Disabled)
                    } else {
                        Ok(*id)
                    };
                    let answer = world.permit(caller, function, target).map(|who| match who {
                        Who::Member { id, .. } => id,
                        other => panic!("{about}: {other:?}"),
                    });
                    assert_eq!(answer, expected.map_err(Fault::Refused), "{about}");
                }
            }
        }
    }
}

/// Attack 40: a half session with every function; 39: it is no whole one.
#[test]
fn a_half_session_opens_nothing_of_an_account() {
    let world = World::new();
    for half in Half::ALL {
        let (_, caller) = world.session(&world.main.auth_id, Role::Owner, Some(*half));
        for (function, _) in guarded() {
            for target in world.targets(function) {
                let answer = world.permit(&caller, function, target);
                assert_eq!(answer, Err(Refusal::SecondFactorRequired.into()), "{half:?} {} {target:?}", function.name);
            }
        }
    }
}

/// Attacks 46 and 66 for sessions: of another account, with every function.
#[test]
fn a_session_of_another_account_reaches_nothing() {
    let world = World::new();
    let (_, stranger) = world.session(&world.other.auth_id, Role::Owner, None);
    for (function, group) in guarded() {
        for target in world.targets(function) {
            let expected = match target {
                None => forbidden(function),
                Some(asked) if asked == world.main.auth_id => Refusal::Unauthenticated,
                Some(_) if group.who.contains('O') => Refusal::NotFound("sub-account".to_owned()),
                Some(_) => forbidden(function),
            };
            assert_eq!(world.permit(&stranger, function, target), Err(expected.into()), "{} {target:?}", function.name);
        }
    }
}

#[test]
fn what_is_fresh_asks_for_a_proof_of_the_last_five_minutes() {
    let world = World::new();
    let (_, owner) = world.session(&world.main.auth_id, Role::Owner, None);
    let main = Some(world.main.auth_id.as_str());
    for (function, group) in guarded().filter(|(_, group)| group.who.contains('O')) {
        let target = if function.on == On::Sub { Some(world.sub.auth_id.as_str()) } else { main };
        for (at, is_fresh) in [(START + 299_999, true), (START + 300_000, false)] {
            let answer = world.fake.query(at, |turn| permit(turn, &owner, function, target));
            if is_fresh || !group.fresh {
                assert!(answer.is_ok(), "{}: {answer:?}", function.name);
            } else {
                assert_eq!(answer, Err(Refusal::Reauthenticate.into()), "{}", function.name);
            }
        }
    }
}

/// The account object: finance says what is printed on documents, and nothing else.
#[test]
fn finance_changes_the_billing_address_and_no_name() {
    let world = World::new();
    let change = |caller: &Caller, change: accounts::Change| {
        let main = world.main.auth_id.clone();
        world
            .fake
            .command(START, |turn| accounts::update(turn, caller, main, change))
            .map(|account| (account.name, account.city))
    };
    let nothing =
        || accounts::Change { name: None, email: None, address: None, city: None, state: None, timezone: None };
    let named = |name: &str| accounts::Change { name: Some(name.to_owned()), ..nothing() };
    let zone = accounts::Change { timezone: Some("Europe/Berlin".to_owned()), ..nothing() };
    let moved = accounts::Change { city: Some("Gotham".to_owned()), ..nothing() };
    let mail = accounts::Change { email: Some("thief@elsewhere.example".to_owned()), ..nothing() };
    let refused = Err(accounts::Error::Refused(Refusal::Forbidden("accounts.update".to_owned())));
    let (_, finance) = world.session(&world.main.auth_id, Role::Finance, None);
    let (_, owner) = world.session(&world.main.auth_id, Role::Owner, None);
    assert_eq!(change(&finance, named("other")), refused);
    assert_eq!(change(&finance, zone), refused);
    assert_eq!(
        change(&finance, named("main")),
        Ok(("main".to_owned(), String::new())),
        "what is as before is no change"
    );
    assert_eq!(change(&finance, moved), Ok(("main".to_owned(), "Gotham".to_owned())));
    assert_eq!(change(&owner, mail), refused);
    assert_eq!(change(&owner, named("other")), Ok(("other".to_owned(), "Gotham".to_owned())));
}
