//! Every kind of caller against every function of the table.

use crate::about::{Function, On, Tokens};
use crate::access::credentials::{Who, authenticate, reveal};
use crate::access::functions::{
    self, ACCOUNTS_GET, ACCOUNTS_LIST, ACCOUNTS_SET_STANDING, ACCOUNTS_UPDATE, CREDITS_ADJUST, CREDITS_GET_BALANCE,
    CREDITS_GIVE_UP, CREDITS_LIST_CHARGES, CREDITS_RECHARGE, EVENTS_READ, SUBACCOUNTS_CREATE, SUBACCOUNTS_GET,
    USAGE_ADMIT, USAGE_CALLS_ENDED,
};
use crate::access::testing::permit;
use crate::accounts::{self, AccountType, Created, NewAccount, Standing, subaccounts};
use crate::ground::ids::AuthId;
use crate::ground::testing::{self, Fake, START, holder};
use crate::ground::vocabulary::{Caller, Fault, Operator, Principal, Refusal, Suspension};
use crate::stories::scenario::operator;

/// Two main accounts, one with a sub-account.
struct World {
    fake: Fake,
    main: Created,
    sub: crate::accounts::subaccounts::Created,
    other: Created,
}

impl World {
    fn new() -> World {
        let fake = Fake::new();
        let new = |name: &str| {
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
        };
        let (main, other) = (new("main"), new("other"));
        let parent = main.auth_id.clone();
        let sub = fake
            .command(START, |turn| subaccounts::create(turn, &operator(), parent, "sales".to_owned(), true))
            .expect("a new sub-account");
        World { fake, main, sub, other }
    }

    fn id(text: &str) -> AuthId {
        AuthId::parse(text).expect("an auth ID")
    }

    fn permit(&self, caller: &Caller, function: &Function, target: Option<&str>) -> Result<Who, Fault> {
        self.fake.query(START, |turn| permit(turn, caller, function, target))
    }

    fn stand(&self, standing: Standing) {
        let auth_id = self.main.auth_id.clone();
        self.fake
            .command(START, |turn| accounts::set_standing(turn, &operator(), auth_id, standing, String::new()))
            .expect("a change of standing");
    }

    /// What of this world a function is about.
    fn target(&self, function: &Function) -> Option<&str> {
        match function.on {
            On::Nothing => None,
            On::Main | On::Either => Some(&self.main.auth_id),
            On::Sub => Some(&self.sub.auth_id),
        }
    }

    fn main_token(&self) -> Caller {
        holder(&self.main.auth_id, &self.main.auth_token)
    }

    fn sub_token(&self) -> Caller {
        holder(&self.sub.auth_id, &self.sub.auth_token)
    }
}

fn refused<T>(refusal: Refusal) -> Result<T, Fault> {
    Err(Fault::Refused(refusal))
}

#[test]
fn operators_need_exactly_the_permission_of_the_function() {
    let world = World::new();
    let guarded: Vec<&Function> =
        functions::functions().iter().filter(|function| function.permission.is_some()).collect();
    for function in &guarded {
        let target = world.target(function);
        let held = function.permission.expect("guarded");
        let every_other: Vec<&str> =
            guarded.iter().filter_map(|other| other.permission).filter(|name| *name != held).collect();
        let exactly = testing::operator_with(&[held]);
        assert_eq!(world.permit(&exactly, function, target), Ok(Who::Operator("olga".to_owned())), "{held}");
        let without = testing::operator_with(&every_other);
        assert_eq!(world.permit(&without, function, target), refused(Refusal::Forbidden(held.to_owned())));
        for wildcard in ["*", "accounts.*", ""] {
            let wild = testing::operator_with(&[wildcard]);
            assert_eq!(world.permit(&wild, function, target), refused(Refusal::Forbidden(held.to_owned())));
        }
        let host = testing::caller(Principal::Host);
        assert_eq!(world.permit(&host, function, target), refused(Refusal::Forbidden(held.to_owned())));
        for nobody in [Principal::Nobody, Principal::Session("session".to_owned())] {
            assert_eq!(world.permit(&testing::caller(nobody), function, target), refused(Refusal::Unauthenticated));
        }
    }
}

#[test]
fn tokens_reach_what_the_table_opens_to_them_and_no_more() {
    let world = World::new();
    let other = holder(&world.other.auth_id, &world.other.auth_token);
    for function in functions::functions().iter().filter(|function| function.permission.is_some()) {
        let target = world.target(function);
        let forbidden = refused(Refusal::Forbidden(function.permission.expect("guarded").to_owned()));
        let main = World::id(&world.main.auth_id);
        let expected = if function.tokens == Tokens::None { forbidden.clone() } else { Ok(Who::Main(main)) };
        assert_eq!(world.permit(&world.main_token(), function, target), expected, "{}", function.name);

        let sub = World::id(&world.sub.auth_id);
        let own = (function.on != On::Nothing).then_some(world.sub.auth_id.as_str());
        let expected = match (function.tokens, function.on) {
            (Tokens::Own, _) => Ok(Who::Sub { sub, parent: main }),
            (Tokens::Main, _) => refused(Refusal::Unauthenticated),
            (Tokens::None, _) => forbidden.clone(),
        };
        assert_eq!(world.permit(&world.sub_token(), function, own), expected, "{}", function.name);

        let expected = match function.on {
            On::Nothing if function.tokens == Tokens::None => forbidden,
            // Whose items of a batch are a token's own is looked at for each of them.
            On::Nothing => Ok(Who::Main(World::id(&world.other.auth_id))),
            On::Main | On::Either => refused(Refusal::Unauthenticated),
            On::Sub => refused(Refusal::NotFound("sub-account".to_owned())),
        };
        assert_eq!(world.permit(&other, function, target), expected, "{}", function.name);
    }
}

#[test]
fn a_sub_account_reaches_itself_only() {
    let world = World::new();
    for target in [&world.main.auth_id, &world.other.auth_id] {
        let answer = world.permit(&world.sub_token(), USAGE_ADMIT.row(), Some(target));
        assert_eq!(answer, refused(Refusal::Unauthenticated));
    }
    let main = World::id(&world.main.auth_id);
    assert_eq!(world.permit(&world.main_token(), USAGE_ADMIT.row(), Some(&world.sub.auth_id)), Ok(Who::Main(main)));
    let unknown = testing::sub_id("9");
    let answer = world.permit(&world.main_token(), USAGE_ADMIT.row(), Some(unknown.as_str()));
    assert_eq!(answer, refused(Refusal::NotFound("sub-account".to_owned())));
}

#[test]
fn all_events_are_for_operators() {
    let world = World::new();
    assert_eq!(
        world.permit(&world.main_token(), EVENTS_READ.row(), None),
        refused(Refusal::Forbidden("events.read".to_owned()))
    );
    assert!(world.permit(&operator(), EVENTS_READ.row(), None).is_ok());
}

#[test]
fn whatever_is_wrong_with_a_token_is_answered_alike() {
    let world = World::new();
    let (id, token) = (world.main.auth_id.as_str(), world.main.auth_token.as_str());
    let mut almost = token.to_owned();
    let last = if almost.pop() == Some('a') { 'b' } else { 'a' };
    almost.push(last);
    let unknown = testing::main_id("9");
    for (auth_id, given) in [
        (id, ""),
        (id, almost.as_str()),
        (id, &token[..39]),
        (id, world.other.auth_token.as_str()),
        (unknown.as_str(), token),
        ("", token),
        (&id.to_lowercase(), token),
        (id, &token.repeat(1000)),
        (world.sub.auth_id.as_str(), token),
    ] {
        let caller = holder(auth_id, given);
        let answer = world.permit(&caller, ACCOUNTS_GET.row(), Some(id));
        assert_eq!(answer, refused(Refusal::Unauthenticated), "{auth_id} {given}");
        let answer = world.fake.query(START, |turn| authenticate(turn, &caller));
        assert_eq!(answer, refused(Refusal::Unauthenticated), "{auth_id} {given}");
    }
    assert!(world.permit(&world.main_token(), ACCOUNTS_GET.row(), Some(id)).is_ok());
}

#[test]
fn suspension_refuses_every_token_with_its_reason() {
    let world = World::new();
    world.stand(Standing::Suspended(Suspension::PaymentFailure));
    let suspended = refused(Refusal::Suspended(Suspension::PaymentFailure));
    for function in
        [ACCOUNTS_GET.row(), ACCOUNTS_UPDATE.row(), CREDITS_GET_BALANCE.row(), USAGE_ADMIT.row(), EVENTS_READ.row()]
    {
        let answer = world.permit(&world.main_token(), function, Some(&world.main.auth_id));
        assert_eq!(answer, suspended, "{}", function.name);
    }
    assert_eq!(world.permit(&world.sub_token(), USAGE_ADMIT.row(), Some(&world.sub.auth_id)), suspended);
    // The credential itself is still right, so the host can say 403 and not 401.
    assert!(world.fake.query(START, |turn| authenticate(turn, &world.main_token())).is_ok());
    // The operator works on, but cannot admit usage for it either.
    assert!(world.permit(&operator(), CREDITS_RECHARGE.row(), Some(&world.main.auth_id)).is_ok());
    assert_eq!(world.permit(&operator(), USAGE_ADMIT.row(), Some(&world.sub.auth_id)), suspended);
    world.stand(Standing::Active);
    assert!(world.permit(&world.main_token(), ACCOUNTS_GET.row(), Some(&world.main.auth_id)).is_ok());
}

#[test]
fn a_disabled_sub_account_is_refused_but_can_be_read_by_its_parent() {
    let world = World::new();
    let (auth_id, change) = (world.sub.auth_id.clone(), subaccounts::Change { name: None, enabled: Some(false) });
    world
        .fake
        .command(START, |turn| subaccounts::update(turn, &world.main_token(), auth_id, change))
        .expect("disabled");
    let sub = Some(world.sub.auth_id.as_str());
    assert_eq!(world.permit(&world.sub_token(), SUBACCOUNTS_GET.row(), sub), refused(Refusal::Disabled));
    assert_eq!(world.permit(&world.sub_token(), USAGE_ADMIT.row(), sub), refused(Refusal::Disabled));
    assert_eq!(world.permit(&world.main_token(), USAGE_ADMIT.row(), sub), refused(Refusal::Disabled));
    assert!(world.permit(&world.main_token(), SUBACCOUNTS_GET.row(), sub).is_ok());
}

#[test]
fn a_closed_account_is_gone_for_its_holder_and_readable_to_the_operator() {
    let world = World::new();
    world.stand(Standing::Closed);
    let main = Some(world.main.auth_id.as_str());
    assert_eq!(world.permit(&world.main_token(), ACCOUNTS_GET.row(), main), refused(Refusal::Unauthenticated));
    let answer = world.fake.query(START, |turn| authenticate(turn, &world.sub_token()));
    assert_eq!(answer, refused(Refusal::Unauthenticated));
    for function in [ACCOUNTS_GET.row(), CREDITS_LIST_CHARGES.row(), CREDITS_GIVE_UP.row(), USAGE_CALLS_ENDED.row()] {
        assert!(world.permit(&operator(), function, main).is_ok(), "{}", function.name);
    }
    for function in [ACCOUNTS_SET_STANDING, CREDITS_RECHARGE, CREDITS_ADJUST, SUBACCOUNTS_CREATE] {
        assert_eq!(
            world.permit(&operator(), function.row(), main),
            refused(Refusal::Closed),
            "{}",
            function.row().name
        );
    }
}

#[test]
fn targets_that_do_not_exist_are_not_found_by_operators_and_unknown_to_tokens() {
    let world = World::new();
    let on = |caller: &Caller, function: &Function, auth_id: &str| world.permit(caller, function, Some(auth_id));
    let not_found = |kind: &str| refused(Refusal::NotFound(kind.to_owned()));
    let unknown = testing::main_id("9");
    assert_eq!(on(&operator(), ACCOUNTS_GET.row(), unknown.as_str()), not_found("account"));
    assert_eq!(on(&operator(), ACCOUNTS_GET.row(), "rubbish"), not_found("account"));
    assert_eq!(on(&operator(), ACCOUNTS_GET.row(), &world.sub.auth_id), not_found("account"));
    assert_eq!(on(&operator(), SUBACCOUNTS_GET.row(), &world.main.auth_id), not_found("sub-account"));
    assert_eq!(on(&operator(), SUBACCOUNTS_GET.row(), testing::sub_id("9").as_str()), not_found("sub-account"));
    assert_eq!(on(&world.main_token(), ACCOUNTS_GET.row(), "rubbish"), refused(Refusal::Unauthenticated));
    assert_eq!(on(&world.main_token(), ACCOUNTS_GET.row(), unknown.as_str()), refused(Refusal::Unauthenticated));
    let forbidden = refused(Refusal::Forbidden("accounts.get".to_owned()));
    assert_eq!(on(&testing::operator_with(&[]), ACCOUNTS_GET.row(), "rubbish"), forbidden);
}

#[test]
fn what_the_host_says_of_a_caller_is_bounded() {
    let world = World::new();
    let bad = |change: fn(&mut Caller)| {
        let mut caller = operator();
        change(&mut caller);
        match world.permit(&caller, ACCOUNTS_LIST.row(), None) {
            Err(Fault::Refused(Refusal::Invalid(problems))) => problems[0].field.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(bad(|caller| caller.request.clear()), "caller.request");
    assert_eq!(bad(|caller| caller.request = "r".repeat(65)), "caller.request");
    assert_eq!(bad(|caller| caller.device = Some("d".repeat(257))), "caller.device");
    assert_eq!(bad(|caller| caller.address = Some("1".repeat(46))), "caller.address");
    let nameless = |caller: &mut Caller| {
        caller.who = Principal::Operator(Operator { name: "a b".to_owned(), permissions: Vec::new() });
    };
    assert_eq!(bad(nameless), "caller.who.operator.name");
}

#[test]
fn tokens_are_never_stored_in_clear() {
    let world = World::new();
    let tokens = [&world.main.auth_token, &world.sub.auth_token, &world.other.auth_token];
    for (key, value) in world.fake.dump() {
        assert!(tokens.iter().all(|token| !value.contains(token.as_str())), "{key}: {value}");
    }
    for token in tokens {
        assert_eq!(token.len(), 40);
    }
    let shown = world.fake.query(START, |turn| reveal(turn, World::id(&world.sub.auth_id)));
    assert_eq!(shown.as_deref(), Ok(world.sub.auth_token.as_str()));
}
