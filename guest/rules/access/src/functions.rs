//! The table that authorisation, host dispatch and the test of every role read: one row a function of the contract.
//!
//! A row is a constant. Its type says how the function is asked for: [`Command`] and [`Query`] by [`crate::requests`], which check the caller
//! against the row, [`Public`] for whoever comes, [`Free`] without a check. `T` is what the function is about: `()` nothing in particular, [`AuthId`]
//! an account or sub-account, [`MemberId`] the member who asks.

use crate::columns::{RateClass, Standings};
use crate::people::words::{Half, MemberId, Role};
use coinbox_ground::ids::AuthId;
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;

/// What a call may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Reads.
    Query,
    /// Reads, decides, hands over one set of changes.
    Command,
    /// Acts on the outside world and touches no storage.
    Effect,
}

/// Which API tokens may call a function, once the account matches (R35).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tokens {
    /// None.
    None,
    /// The main account's, for itself and its own sub-accounts.
    Main,
    /// The main account's, for itself and its own sub-accounts, and a sub-account's for itself.
    Own,
}

/// What the auth ID among a function's arguments may name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum On {
    /// It has no such argument.
    Nothing,
    /// A main account.
    Main,
    /// A sub-account.
    Sub,
    /// Either.
    Either,
}

/// How a host that spreads accounts over several stores, called cells, finds the one that a call belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// That of the account that `id` names.
    Account,
    /// Each item of `items` at the account that `id` names in it.
    Each,
    /// [`Way::Each`], where the items are columns: the texts at `id` hold their accounts.
    Columns,
    /// The one that keeps what all cells share.
    Home,
    /// One cell after the other; if `id` names an argument that is given, that of its account.
    InTurn,
    /// All cells, and their pages merged in order; if `id` names an argument that is given, that of its account.
    Merged,
    /// The one that has given out the name at `id`; with `items`, for each item.
    Named,
    /// The one whose store, job or task it is: the host alone calls it there.
    Job,
    /// One that the host chooses.
    Placed,
    /// Any, or none.
    Anywhere,
}

/// Where a call belongs: with [`Way`] the paths of the arguments that say so, such as `event.auth-id`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Route {
    /// How it is found.
    pub way: Way,
    /// The list whose items are carried out each by itself.
    pub items: Option<&'static str>,
    /// The ID or name, in each item if there is a list; empty: the item itself.
    pub id: Option<&'static str>,
}

impl Route {
    const fn to(way: Way) -> Route {
        Route { way, items: None, id: None }
    }
}

/// One row of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Function {
    /// `interface.function`.
    pub name: &'static str,
    /// What it may do.
    pub class: Class,
    /// Permission that an operator needs. None: the function takes no caller, or checks the caller itself.
    pub permission: Option<&'static str>,
    /// Which API tokens may call it.
    pub tokens: Tokens,
    /// What it is about.
    pub on: On,
    /// In which standings of its account it may be used besides `active` (R65). API tokens work in `active` only (R39).
    pub standings: Standings,
    /// Whether what it did is in the audit log (R73).
    pub audited: bool,
    /// What a call of an account is counted as (SEC-10). None: nobody's calls are counted, as it takes no proof of an account.
    pub rate: Option<RateClass>,
    /// Whether it hashes a password: a host runs few of these at once.
    pub slow: bool,
    /// Which members may use it in a session (TEAM-1).
    pub roles: &'static [Role],
    /// Which half sessions open it too.
    pub half: &'static [Half],
    /// Whether the holder of a session must have proved just now who he is.
    pub fresh: bool,
    /// Whether it is about the member who asks, and nobody else may ask.
    pub own: bool,
    /// Where a call belongs when accounts are spread over several stores.
    pub route: Route,
}

/// A function without permission: it takes no caller, or checks the caller itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Free(Function);

/// A function for whoever comes, with or without proof: what it opens is a secret among its arguments.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Public(Function);

/// A function that reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Query<T>(Function, PhantomData<T>);

/// A function that changes something, once a key (R42).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Command<T>(Function, PhantomData<T>);

impl Public {
    /// Its row.
    pub const fn row(&self) -> &Function {
        &self.0
    }
}

impl Free {
    /// Its row.
    pub const fn row(&self) -> &Function {
        &self.0
    }

    /// Takes tens of milliseconds and tens of megabytes: a host lets few of them run at once.
    const fn slow(mut self) -> Free {
        self.0.slow = true;
        self
    }

    /// Takes the proof of an account, which is counted.
    const fn counted_as(mut self, class: RateClass) -> Free {
        self.0.rate = Some(class);
        self
    }
}

impl<T: Copy> Query<T> {
    /// Its row.
    pub const fn row(&self) -> &Function {
        &self.0
    }
}

impl<T: Copy> Command<T> {
    /// Its row.
    pub const fn row(&self) -> &Function {
        &self.0
    }

    /// Another form of a function: permitted by the name of that one.
    const fn permitted_as(mut self, permission: &'static str) -> Command<T> {
        self.0.permission = Some(permission);
        self
    }

    /// What the ledger proves by itself is not in the audit log too (R73).
    const fn not_audited(mut self) -> Command<T> {
        self.0.audited = false;
        self
    }
}

/// What rows of guarded functions say of who may ask, when, and how often.
macro_rules! guarded {
    ($($kind:ident),*) => {$(
        impl<T: Copy> $kind<T> {
            /// Open to accounts in these standings besides active ones.
            const fn open_to(mut self, standings: Standings) -> Self {
                self.0.standings = standings;
                self
            }

            /// Has a limit of its own.
            const fn counted_as(mut self, class: RateClass) -> Self {
                self.0.rate = Some(class);
                self
            }
        }
    )*};
}

guarded! { Query, Command }

/// What rows of each type say of their route.
macro_rules! routed {
    ($($kind:ident $(<$about:ident>)?),*) => {$(
        impl$(<$about: Copy>)? $kind$(<$about>)? {
            /// Belongs to the account that another argument names.
            const fn of(mut self, id: &'static str) -> Self {
                self.0.route.id = Some(id);
                self
            }

            /// Belongs elsewhere than to one account.
            const fn by(mut self, way: Way) -> Self {
                self.0.route = Route::to(way);
                self
            }
        }
    )*};
}

routed! { Free, Query<T>, Command<T> }

/// What rows of functions that sessions reach say of them.
macro_rules! for_members {
    ($($kind:ident),*) => {$(
        impl<T: Copy> $kind<T> {
            /// Members with one of these roles may use it.
            const fn roles(mut self, roles: &'static [Role]) -> Self {
                self.0.roles = roles;
                self
            }

            /// These half sessions open it too.
            const fn in_half(mut self, half: &'static [Half]) -> Self {
                self.0.half = half;
                self
            }

            /// The holder of the session must have proved just now who he is.
            #[allow(dead_code)] // No query shows a secret yet.
            const fn fresh(mut self) -> Self {
                self.0.fresh = true;
                self
            }
        }
    )*};
}

for_members! { Query, Command }

/// What rows of each type say of a list.
macro_rules! listed {
    ($($kind:ident),*) => {$(
        impl<T: Copy> $kind<T> {
            /// Is carried out item by item: at the account that each names, or where a name in it was given out.
            const fn each(mut self, way: Way, items: &'static str, id: &'static str) -> Self {
                self.0.route = Route { way, items: Some(items), id: Some(id) };
                self
            }
        }
    )*};
}

listed! { Query, Command }

const fn free(name: &'static str, class: Class) -> Free {
    Free(open(name, class, Way::Job))
}

/// A function for whoever comes.
const fn public(name: &'static str, class: Class) -> Public {
    Public(open(name, class, Way::Home))
}

/// A query of the member who asks, about himself.
const fn own_query(name: &'static str) -> Query<MemberId> {
    Query(own(name, Class::Query), PhantomData)
}

/// A command of the member who asks, about himself.
const fn own_command(name: &'static str) -> Command<MemberId> {
    Command(own(name, Class::Command), PhantomData)
}

const fn own(name: &'static str, class: Class) -> Function {
    let route = Route { way: Way::Account, items: None, id: Some("caller.who.session.token") };
    Function {
        roles: Role::ALL,
        own: true,
        audited: matches!(class, Class::Command),
        rate: Some(RateClass::Session),
        route,
        ..open(name, class, Way::Account)
    }
}

/// A function without permission, open in every standing.
const fn open(name: &'static str, class: Class, way: Way) -> Function {
    Function {
        name,
        class,
        permission: None,
        tokens: Tokens::None,
        on: On::Nothing,
        standings: Standings::ANY,
        audited: false,
        rate: None,
        slow: false,
        roles: &[],
        half: &[],
        fresh: false,
        own: false,
        route: Route::to(way),
    }
}

/// A function that is permitted by its own name.
const fn guarded(name: &'static str, class: Class, tokens: Tokens, on: On) -> Function {
    Function {
        name,
        class,
        permission: Some(name),
        tokens,
        on,
        standings: match class {
            Class::Query => Standings::ANY,
            Class::Command | Class::Effect => Standings::STAYING,
        },
        audited: matches!(class, Class::Command),
        rate: Some(RateClass::Standard),
        slow: false,
        roles: &[],
        half: &[],
        fresh: false,
        own: false,
        route: match on {
            On::Nothing => Route::to(Way::Home),
            On::Main | On::Sub | On::Either => Route { way: Way::Account, items: None, id: Some("auth-id") },
        },
    }
}

const fn query(name: &'static str, tokens: Tokens) -> Query<()> {
    Query(guarded(name, Class::Query, tokens, On::Nothing), PhantomData)
}

const fn query_on(name: &'static str, tokens: Tokens, on: On) -> Query<AuthId> {
    Query(guarded(name, Class::Query, tokens, on), PhantomData)
}

const fn command(name: &'static str, tokens: Tokens) -> Command<()> {
    Command(guarded(name, Class::Command, tokens, On::Nothing), PhantomData)
}

const fn command_on(name: &'static str, tokens: Tokens, on: On) -> Command<AuthId> {
    Command(guarded(name, Class::Command, tokens, on), PhantomData)
}

// Who of an account's members (TEAM-1, R66). What the groups are is the table of roles of the design.
const EVERYBODY: &[Role] = &[Role::Owner, Role::Admin, Role::Developer, Role::Support, Role::Finance];
const BUT_FINANCE: &[Role] = &[Role::Owner, Role::Admin, Role::Developer, Role::Support];
const MONEY: &[Role] = &[Role::Owner, Role::Admin, Role::Finance];
const BUILDERS: &[Role] = &[Role::Owner, Role::Admin, Role::Developer];
const OWNER: &[Role] = &[Role::Owner];

/// Makes a constant of each row, and the table of all of them.
macro_rules! functions {
    ($($constant:ident: $kind:ty = $make:ident($name:literal $(, $column:expr)*)$(.$also:ident($($given:expr),*))*;)*) => {
        $(
            #[doc = concat!("`", $name, "`.")]
            pub const $constant: &$kind = &$make($name $(, $column)*)$(.$also($($given),*))*;
        )*

        static FUNCTIONS: &[Function] = &[$(*$constant.row()),*];

        /// What each constant is called, in the order of the table.
        #[cfg(test)]
        static CONSTANTS: &[&str] = &[$(stringify!($constant)),*];
    };
}

functions! {
    ABOUT_DESCRIBE: Free = free("about.describe", Class::Query).by(Way::Anywhere);
    ACCOUNTS_CREATE: Command<()> = command("accounts.create", Tokens::None).by(Way::Placed);
    ACCOUNTS_GET: Query<AuthId> = query_on("accounts.get", Tokens::Main, On::Main).roles(EVERYBODY);
    ACCOUNTS_UPDATE: Command<AuthId> = command_on("accounts.update", Tokens::Main, On::Main).roles(MONEY);
    ACCOUNTS_LIST: Query<()> = query("accounts.list", Tokens::None).by(Way::InTurn);
    ACCOUNTS_SET_STANDING: Command<AuthId> = command_on("accounts.set-standing", Tokens::None, On::Main).open_to(Standings::OPEN);
    ACCOUNTS_CLOSE: Command<AuthId> = command_on("accounts.close", Tokens::None, On::Main).roles(OWNER).open_to(Standings::OWING).fresh();
    ACCOUNTS_GET_CLOSING: Query<AuthId> = query_on("accounts.get-closing", Tokens::None, On::Main).roles(OWNER);
    ACCOUNTS_REVEAL_TOKEN: Query<AuthId> = query_on("accounts.reveal-token", Tokens::None, On::Either);
    ACCOUNTS_AUTHENTICATE: Free = free("accounts.authenticate", Class::Query).counted_as(RateClass::Standard).by(Way::Account).of("caller.who.token.auth-id");
    CREDITS_GET_BALANCE: Query<AuthId> = query_on("credits.get-balance", Tokens::Main, On::Main).roles(MONEY);
    CREDITS_LIST_LOTS: Query<AuthId> = query_on("credits.list-lots", Tokens::None, On::Main).roles(MONEY);
    CREDITS_GET_STATEMENT: Query<AuthId> = query_on("credits.get-statement", Tokens::None, On::Main).roles(MONEY);
    CREDITS_RECHARGE: Command<AuthId> = command_on("credits.recharge", Tokens::None, On::Main).roles(MONEY).open_to(Standings::SUSPENDED);
    CREDITS_LIST_CHARGES: Query<AuthId> = query_on("credits.list-charges", Tokens::None, On::Main).roles(MONEY);
    CREDITS_GIVE_UP: Command<AuthId> = command_on("credits.give-up", Tokens::None, On::Main).open_to(Standings::ANY);
    CREDITS_SET_AUTO_RECHARGE: Command<AuthId> = command_on("credits.set-auto-recharge", Tokens::None, On::Main).roles(MONEY).open_to(Standings::SUSPENDED);
    CREDITS_GET_AUTO_RECHARGE: Query<AuthId> = query_on("credits.get-auto-recharge", Tokens::None, On::Main).roles(MONEY);
    CREDITS_ADD_CARD: Command<AuthId> = command_on("credits.add-card", Tokens::None, On::Main).roles(MONEY).open_to(Standings::OWING);
    CREDITS_SET_DEFAULT_CARD: Command<AuthId> = command_on("credits.set-default-card", Tokens::None, On::Main).roles(MONEY).open_to(Standings::OWING);
    CREDITS_REMOVE_CARD: Command<AuthId> = command_on("credits.remove-card", Tokens::None, On::Main).roles(MONEY).open_to(Standings::OWING);
    CREDITS_LIST_CARDS: Query<AuthId> = query_on("credits.list-cards", Tokens::None, On::Main).roles(MONEY);
    CREDITS_SET_ALERTS: Command<AuthId> = command_on("credits.set-alerts", Tokens::None, On::Main).roles(MONEY).open_to(Standings::OWING);
    CREDITS_GET_ALERTS: Query<AuthId> = query_on("credits.get-alerts", Tokens::None, On::Main).roles(MONEY);
    CREDITS_ADJUST: Command<AuthId> = command_on("credits.adjust", Tokens::None, On::Main).open_to(Standings::OPEN);
    CREDITS_SETTLE: Command<AuthId> = command_on("credits.settle", Tokens::None, On::Main).roles(MONEY).open_to(Standings::OWING);
    CREDITS_RECORD_CHARGEBACK: Command<AuthId> = command_on("credits.record-chargeback", Tokens::None, On::Main).open_to(Standings::ANY);
    CREDITS_RECORD_PAYMENT_CHARGEBACK: Command<AuthId> = command_on("credits.record-payment-chargeback", Tokens::None, On::Main).open_to(Standings::ANY);
    CREDITS_RECORD_DISPUTE_WON: Command<AuthId> = command_on("credits.record-dispute-won", Tokens::None, On::Main).open_to(Standings::ANY);
    CREDITS_WRITE_OFF: Command<AuthId> = command_on("credits.write-off", Tokens::None, On::Main).open_to(Standings::OPEN);
    COUPONS_CREATE: Command<()> = command("coupons.create", Tokens::None);
    COUPONS_GET: Query<()> = query("coupons.get", Tokens::None);
    COUPONS_LIST: Query<()> = query("coupons.list", Tokens::None);
    COUPONS_WITHDRAW: Command<()> = command("coupons.withdraw", Tokens::None);
    COUPONS_REDEEM: Command<AuthId> = command_on("coupons.redeem", Tokens::None, On::Main).roles(MONEY).open_to(Standings::SUSPENDED);
    COUPONS_CLAIM: Free = free("coupons.claim", Class::Command).by(Way::Home);
    COUPONS_LIST_REDEMPTIONS: Query<AuthId> = query_on("coupons.list-redemptions", Tokens::None, On::Main).roles(MONEY);
    DESTINATIONS_BEGIN: Command<AuthId> = command_on("destinations.begin", Tokens::Main, On::Main).roles(BUILDERS).open_to(Standings::ACTIVE_ONLY);
    DESTINATIONS_CHECK: Command<AuthId> = command_on("destinations.check", Tokens::Main, On::Main).roles(BUILDERS).open_to(Standings::ACTIVE_ONLY);
    DESTINATIONS_LIST: Query<AuthId> = query_on("destinations.list", Tokens::Main, On::Main).roles(BUT_FINANCE);
    DESTINATIONS_REMOVE: Command<AuthId> = command_on("destinations.remove", Tokens::Main, On::Main).roles(BUILDERS).open_to(Standings::SUSPENDED);
    EVENTS_READ: Query<AuthId> = query_on("events.read", Tokens::Main, On::Main).roles(BUT_FINANCE).by(Way::InTurn).of("account");
    INVOICES_LIST_DOCUMENTS: Query<AuthId> = query_on("invoices.list-documents", Tokens::None, On::Main).roles(MONEY);
    INVOICES_LIST_ISSUED: Query<()> = query("invoices.list-issued", Tokens::None).by(Way::Merged).of("filter.account");
    INVOICES_READ_DOCUMENT: Query<AuthId> = query_on("invoices.read-document", Tokens::None, On::Main).roles(MONEY);
    INVOICES_READ_STANDING: Query<AuthId> = query_on("invoices.read-standing", Tokens::None, On::Main).roles(MONEY);
    INVOICES_GET_OVERVIEW: Query<AuthId> = query_on("invoices.get-overview", Tokens::None, On::Main).roles(MONEY);
    INVOICES_GET_BILLING: Query<AuthId> = query_on("invoices.get-billing", Tokens::None, On::Main).roles(MONEY);
    INVOICES_SET_BILLING: Command<AuthId> = command_on("invoices.set-billing", Tokens::None, On::Main).roles(MONEY).open_to(Standings::SUSPENDED);
    INVOICES_SET_CYCLE: Command<AuthId> = command_on("invoices.set-cycle", Tokens::None, On::Main);
    INVOICES_ISSUE_CREDIT_NOTE: Command<AuthId> = command_on("invoices.issue-credit-note", Tokens::None, On::Main);
    INVOICES_GET_SEATS: Query<AuthId> = query_on("invoices.get-seats", Tokens::None, On::Main).roles(MONEY);
    INVOICES_SET_SEATS: Command<AuthId> = command_on("invoices.set-seats", Tokens::None, On::Main).roles(MONEY).open_to(Standings::SUSPENDED);
    JOBS_BEGIN: Free = free("jobs.begin", Class::Command);
    JOBS_PERFORM: Free = free("jobs.perform", Class::Effect);
    JOBS_NEXT_REQUEST: Free = free("jobs.next-request", Class::Effect);
    JOBS_FINISH: Free = free("jobs.finish", Class::Command);
    JOBS_PAYMENT_NOTICE: Free = free("jobs.payment-notice", Class::Command).by(Way::Named).of("key");
    JOBS_LOOK: Free = free("jobs.look", Class::Query);
    JOBS_STORE_OPENED: Free = free("jobs.store-opened", Class::Command);
    JOBS_SHARED_CHANGED: Free = free("jobs.shared-changed", Class::Command);
    LINKS_LOOK: Public = public("links.look", Class::Query);
    LOGIN_START: Public = public("login.start", Class::Command);
    LOGIN_FINISH: Public = public("login.finish", Class::Command);
    LOGIN_START_PROOF: Command<MemberId> = own_command("login.start-proof");
    LOGIN_FINISH_PROOF: Command<MemberId> = own_command("login.finish-proof");
    LOGIN_SEND_CODE: Command<MemberId> = own_command("login.send-code").in_half(&[Half::SecondFactor]);
    LOGIN_CHECK: Command<MemberId> = own_command("login.check").in_half(&[Half::SecondFactor]);
    LOGIN_TOUCH: Command<MemberId> = own_command("login.touch").not_audited();
    LOGIN_LIST_SESSIONS: Query<MemberId> = own_query("login.list-sessions");
    LOGIN_END_SESSION: Command<MemberId> = own_command("login.end-session");
    LOGIN_END_OTHERS: Command<MemberId> = own_command("login.end-others");
    LOGIN_LOGOUT: Command<MemberId> = own_command("login.logout").in_half(Half::ALL);
    LOGIN_LIST_LOGINS: Query<MemberId> = own_query("login.list-logins");
    MEMBERS_LIST: Query<AuthId> = query_on("members.list", Tokens::None, On::Main).roles(Role::ALL);
    MEMBERS_INVITE_OWNER: Command<AuthId> = command_on("members.invite-owner", Tokens::None, On::Main);
    MEMBERS_START_ACCEPT: Public = public("members.start-accept", Class::Command);
    MEMBERS_FINISH_ACCEPT: Public = public("members.finish-accept", Class::Command);
    MEMBERS_ISSUE_TEMPORARY: Command<AuthId> = command_on("members.issue-temporary", Tokens::None, On::Main);
    MEMBERS_ALLOW_NEW_FACTORS: Command<AuthId> = command_on("members.allow-new-factors", Tokens::None, On::Main);
    MEMBERS_START_ENROL: Public = public("members.start-enrol", Class::Command);
    MEMBERS_FINISH_ENROL: Public = public("members.finish-enrol", Class::Command);
    PASSWORD_REQUEST_RESET: Public = public("password.request-reset", Class::Command);
    PASSWORD_START_RESET: Public = public("password.start-reset", Class::Command);
    PASSWORD_FINISH_RESET: Public = public("password.finish-reset", Class::Command);
    PASSWORD_START_CHANGE: Command<MemberId> = own_command("password.start-change");
    PASSWORD_FINISH_CHANGE: Command<MemberId> = own_command("password.finish-change");
    PASSWORD_START_CHOOSE: Command<MemberId> = own_command("password.start-choose").in_half(&[Half::ChoosePassword]);
    PASSWORD_CHOOSE: Command<MemberId> = own_command("password.choose").in_half(&[Half::ChoosePassword]);
    PASSWORDS_WEIGH: Free = free("passwords.weigh", Class::Query).slow().by(Way::Home);
    PROFILE_GET: Query<MemberId> = own_query("profile.get");
    PROFILE_CHANGE: Command<MemberId> = own_command("profile.change");
    PROFILE_REQUEST_EMAIL: Command<MemberId> = own_command("profile.request-email").fresh();
    PROFILE_CONFIRM_EMAIL: Public = public("profile.confirm-email", Class::Command);
    PROFILE_UNDO_EMAIL: Public = public("profile.undo-email", Class::Command);
    PROFILE_SEND_CODE: Command<MemberId> = own_command("profile.send-code").in_half(&[Half::Enrol]);
    PROFILE_FACTORS: Query<MemberId> = own_query("profile.factors").in_half(&[Half::Enrol]);
    PROFILE_BEGIN_AUTHENTICATOR: Command<MemberId> = own_command("profile.begin-authenticator").in_half(&[Half::Enrol]).fresh();
    PROFILE_CONFIRM_AUTHENTICATOR: Command<MemberId> = own_command("profile.confirm-authenticator").in_half(&[Half::Enrol]);
    PROFILE_START_PHONE_CHANGE: Command<MemberId> = own_command("profile.start-phone-change").fresh();
    PROFILE_CONFIRM_PHONE: Command<MemberId> = own_command("profile.confirm-phone").in_half(&[Half::Enrol]);
    PROFILE_NEW_RECOVERY_CODES: Command<MemberId> = own_command("profile.new-recovery-codes").fresh();
    PROFILE_REMOVE_FACTOR: Command<MemberId> = own_command("profile.remove-factor").fresh();
    LISTS_BEGIN: Command<()> = command("lists.begin", Tokens::None);
    LISTS_ADD: Command<()> = command("lists.add", Tokens::None);
    LISTS_PUBLISH: Command<()> = command("lists.publish", Tokens::None);
    LISTS_STATUS: Query<()> = query("lists.status", Tokens::None);
    LISTS_LOOK_UP: Query<()> = query("lists.look-up", Tokens::None);
    LISTS_SET_OWN: Command<()> = command("lists.set-own", Tokens::None);
    LISTS_LIST_OWN: Query<()> = query("lists.list-own", Tokens::None);
    NUMBERS_OFFERS: Free = free("numbers.offers", Class::Effect).by(Way::Anywhere);
    NUMBERS_PRICE_OFFERS: Query<AuthId> = query_on("numbers.price-offers", Tokens::Own, On::Either).roles(EVERYBODY);
    NUMBERS_BUY: Command<AuthId> = command_on("numbers.buy", Tokens::Own, On::Either).roles(BUILDERS).open_to(Standings::ACTIVE_ONLY);
    NUMBERS_LIST: Query<AuthId> = query_on("numbers.list", Tokens::Own, On::Either).roles(BUT_FINANCE);
    NUMBERS_GET: Query<AuthId> = query_on("numbers.get", Tokens::Own, On::Either).roles(BUT_FINANCE);
    NUMBERS_UPDATE: Command<AuthId> = command_on("numbers.update", Tokens::Own, On::Either).roles(BUILDERS).open_to(Standings::SUSPENDED);
    NUMBERS_RELEASE: Command<AuthId> = command_on("numbers.release", Tokens::Own, On::Either).roles(BUILDERS).open_to(Standings::SUSPENDED);
    OPERATOR_DESCRIBE_SETTINGS: Query<()> = query("operator.describe-settings", Tokens::None);
    OPERATOR_GET_SETTINGS: Query<()> = query("operator.get-settings", Tokens::None);
    OPERATOR_CHANGE_SETTINGS: Command<()> = command("operator.change-settings", Tokens::None);
    OPERATOR_LIST_SETTING_CHANGES: Query<()> = query("operator.list-setting-changes", Tokens::None);
    OPERATOR_GET_ACCOUNT_SETTINGS: Query<AuthId> = query_on("operator.get-account-settings", Tokens::None, On::Main);
    OPERATOR_CHANGE_ACCOUNT_SETTINGS: Command<AuthId> = command_on("operator.change-account-settings", Tokens::None, On::Main);
    OPERATOR_LIST_ACCOUNT_SETTING_CHANGES: Query<AuthId> = query_on("operator.list-account-setting-changes", Tokens::None, On::Main);
    OPERATOR_SET_BILLING: Command<AuthId> = command_on("operator.set-billing", Tokens::None, On::Main);
    OPERATOR_GET_BILLING: Query<AuthId> = query_on("operator.get-billing", Tokens::None, On::Main);
    OPERATOR_READ_LEDGER: Query<()> = query("operator.read-ledger", Tokens::None).by(Way::InTurn);
    OPERATOR_READ_TRANSACTION: Query<()> = query("operator.read-transaction", Tokens::None).by(Way::Named).of("id");
    OPERATOR_COMPARE: Query<()> = query("operator.compare", Tokens::None).each(Way::Each, "accounts", "auth-id");
    OPERATOR_READ_CHARGES: Query<()> = query("operator.read-charges", Tokens::None).by(Way::InTurn);
    OPERATOR_COMPARE_TOTALS: Query<()> = query("operator.compare-totals", Tokens::None).each(Way::Each, "months", "auth-id");
    OPERATOR_COMPARE_DERIVED: Query<()> = query("operator.compare-derived", Tokens::None).each(Way::Each, "accounts", "");
    OPERATOR_COMPARE_EVENTS: Query<()> = query("operator.compare-events", Tokens::None).by(Way::InTurn);
    OPERATOR_COMPARE_INDEXES: Query<()> = query("operator.compare-indexes", Tokens::None).by(Way::InTurn);
    OPERATOR_LIST_QUEUE: Query<()> = query("operator.list-queue", Tokens::None).by(Way::InTurn);
    OPERATOR_RESOLVE_PAYMENT: Command<()> = command("operator.resolve-payment", Tokens::None).by(Way::Named).of("item");
    PRICING_ADD_PRODUCT: Command<()> = command("pricing.add-product", Tokens::None);
    PRICING_UPDATE_PRODUCT: Command<()> = command("pricing.update-product", Tokens::None);
    PRICING_LIST_PRODUCTS: Query<()> = query("pricing.list-products", Tokens::None);
    PRICING_CREATE_VERSION: Command<()> = command("pricing.create-version", Tokens::None);
    PRICING_BEGIN_IMPORT: Command<()> = command("pricing.begin-import", Tokens::None);
    PRICING_FINISH_IMPORT: Command<()> = command("pricing.finish-import", Tokens::None);
    PRICING_ADD_ROWS: Command<()> = command("pricing.add-rows", Tokens::None);
    PRICING_SET_NUMBER_PRICES: Command<()> = command("pricing.set-number-prices", Tokens::None);
    PRICING_GET_NUMBER_PRICES: Query<()> = query("pricing.get-number-prices", Tokens::None);
    PRICING_SET_SURCHARGES: Command<()> = command("pricing.set-surcharges", Tokens::None);
    PRICING_GET_SURCHARGES: Query<()> = query("pricing.get-surcharges", Tokens::None);
    PRICING_SET_TIERS: Command<()> = command("pricing.set-tiers", Tokens::None);
    PRICING_GET_TIERS: Query<()> = query("pricing.get-tiers", Tokens::None);
    PRICING_PUBLISH_VERSION: Command<()> = command("pricing.publish-version", Tokens::None);
    PRICING_WITHDRAW_VERSION: Command<()> = command("pricing.withdraw-version", Tokens::None);
    PRICING_REMOVE_DRAFT: Command<()> = command("pricing.remove-draft", Tokens::None);
    PRICING_LIST_VERSIONS: Query<()> = query("pricing.list-versions", Tokens::None);
    PRICING_LIST_ROWS: Query<()> = query("pricing.list-rows", Tokens::None);
    PRICING_SET_OVERRIDES: Command<AuthId> = command_on("pricing.set-overrides", Tokens::None, On::Main);
    PRICING_WITHDRAW_OVERRIDES: Command<AuthId> = command_on("pricing.withdraw-overrides", Tokens::None, On::Main);
    PRICING_LIST_OVERRIDES: Query<AuthId> = query_on("pricing.list-overrides", Tokens::None, On::Main);
    PRICING_GET_OVERRIDES: Query<AuthId> = query_on("pricing.get-overrides", Tokens::None, On::Main);
    PRICING_GET_NUMBER_OVERRIDES: Query<AuthId> = query_on("pricing.get-number-overrides", Tokens::None, On::Main);
    PRICING_GET_SURCHARGE_OVERRIDES: Query<AuthId> = query_on("pricing.get-surcharge-overrides", Tokens::None, On::Main);
    PRICING_GET_TIER_OVERRIDES: Query<AuthId> = query_on("pricing.get-tier-overrides", Tokens::None, On::Main);
    PRICING_BY_COUNTRY: Query<AuthId> = query_on("pricing.by-country", Tokens::Own, On::Either).roles(EVERYBODY);
    RECURRING_START: Command<AuthId> = command_on("recurring.start", Tokens::None, On::Either);
    RECURRING_CHANGE: Command<AuthId> = command_on("recurring.change", Tokens::None, On::Either);
    RECURRING_END: Command<AuthId> = command_on("recurring.end", Tokens::None, On::Either);
    RECURRING_LIST: Query<AuthId> = query_on("recurring.list", Tokens::Own, On::Either).roles(MONEY);
    RECURRING_GET: Query<AuthId> = query_on("recurring.get", Tokens::Own, On::Either).roles(MONEY);
    REFUNDS_LIST: Query<AuthId> = query_on("refunds.list", Tokens::None, On::Main).roles(MONEY);
    REFUNDS_RETRY: Command<AuthId> = command_on("refunds.retry", Tokens::None, On::Main).open_to(Standings::ANY);
    REFUNDS_SETTLE: Command<AuthId> = command_on("refunds.settle", Tokens::None, On::Main).open_to(Standings::ANY);
    RESERVATIONS_RESERVE: Command<()> = command("reservations.reserve", Tokens::Own).open_to(Standings::ACTIVE_ONLY).counted_as(RateClass::Message).not_audited().each(Way::Each, "holds", "auth-id");
    RESERVATIONS_EXTEND: Command<()> = command("reservations.extend", Tokens::Own).open_to(Standings::ACTIVE_ONLY).counted_as(RateClass::Message).not_audited().each(Way::Each, "extensions", "auth-id");
    RESERVATIONS_SETTLE: Command<()> = command("reservations.settle", Tokens::None).not_audited().each(Way::Each, "settlements", "event.auth-id");
    RESERVATIONS_RELEASE: Command<()> = command("reservations.release", Tokens::None).not_audited().each(Way::Each, "reservations", "auth-id");
    RESERVATIONS_LIST: Query<AuthId> = query_on("reservations.list", Tokens::Main, On::Main).roles(BUT_FINANCE);
    RESERVATIONS_LIST_OPEN: Query<()> = query("reservations.list-open", Tokens::None).by(Way::InTurn);
    REVIEW_OUTSTANDING: Query<AuthId> = query_on("review.outstanding", Tokens::None, On::Main).roles(EVERYBODY);
    REVIEW_HAND_IN: Command<AuthId> = command_on("review.hand-in", Tokens::None, On::Main).roles(EVERYBODY).open_to(Standings::OPEN);
    REVIEW_LIST_DOCUMENTS: Query<AuthId> = query_on("review.list-documents", Tokens::None, On::Main).roles(EVERYBODY);
    REVIEW_QUEUE: Query<()> = query("review.queue", Tokens::None).by(Way::InTurn);
    REVIEW_GET: Query<AuthId> = query_on("review.get", Tokens::None, On::Main);
    REVIEW_READ_DOCUMENT: Query<AuthId> = query_on("review.read-document", Tokens::None, On::Main);
    REVIEW_NOTE: Command<AuthId> = command_on("review.note", Tokens::None, On::Main);
    REVIEW_ASK: Command<AuthId> = command_on("review.ask", Tokens::None, On::Main);
    REVIEW_DECIDE: Command<AuthId> = command_on("review.decide", Tokens::None, On::Main);
    REVIEW_REINSTATE: Command<AuthId> = command_on("review.reinstate", Tokens::None, On::Main);
    SIGNUP_START: Public = public("signup.start", Class::Command);
    SIGNUP_FINISH: Public = public("signup.finish", Class::Command);
    SIGNUP_RESEND: Public = public("signup.resend", Class::Command);
    SIGNUP_CONFIRM: Public = public("signup.confirm", Class::Command);
    SIGNUP_START_CONFIRM: Public = public("signup.start-confirm", Class::Command);
    SIGNUP_FINISH_CONFIRM: Public = public("signup.finish-confirm", Class::Command);
    SUBACCOUNTS_CREATE: Command<AuthId> = command_on("subaccounts.create", Tokens::Main, On::Main).roles(BUILDERS).open_to(Standings::ACTIVE_ONLY).of("parent");
    SUBACCOUNTS_GET: Query<AuthId> = query_on("subaccounts.get", Tokens::Own, On::Sub).roles(BUT_FINANCE);
    SUBACCOUNTS_LIST: Query<AuthId> = query_on("subaccounts.list", Tokens::Main, On::Main).roles(BUT_FINANCE).of("parent");
    SUBACCOUNTS_UPDATE: Command<AuthId> = command_on("subaccounts.update", Tokens::Main, On::Sub).roles(BUILDERS).open_to(Standings::SUSPENDED);
    SUBACCOUNTS_DELETE: Command<AuthId> = command_on("subaccounts.delete", Tokens::Main, On::Sub).roles(BUILDERS).open_to(Standings::SUSPENDED);
    USAGE_RECORD_EVENTS: Command<()> = command("usage.record-events", Tokens::None).not_audited().each(Way::Each, "events", "auth-id");
    USAGE_RECORD_COLUMNS: Command<()> = command("usage.record-columns", Tokens::None).not_audited().permitted_as("usage.record-events").by(Way::Columns).of("columns.names");
    USAGE_QUOTE_EVENT: Query<AuthId> = query_on("usage.quote-event", Tokens::Own, On::Either).of("event.auth-id");
    USAGE_ADMIT: Query<AuthId> = query_on("usage.admit", Tokens::Own, On::Either).open_to(Standings::ACTIVE_ONLY).counted_as(RateClass::Message).of("event.auth-id");
    USAGE_CALLS_STARTED: Command<()> = command("usage.calls-started", Tokens::None).not_audited().each(Way::Each, "calls", "auth-id");
    USAGE_CALLS_ENDED: Command<AuthId> = command_on("usage.calls-ended", Tokens::None, On::Either).open_to(Standings::ANY).not_audited();
    USAGE_LIST_CALLS: Query<AuthId> = query_on("usage.list-calls", Tokens::Main, On::Main).roles(BUT_FINANCE);
    USAGE_LIST_RUNNING: Query<()> = query("usage.list-running", Tokens::None).by(Way::InTurn);
    USAGE_SUMMARY: Query<AuthId> = query_on("usage.summary", Tokens::Own, On::Either).roles(EVERYBODY);
    USAGE_LIST_LINES: Query<AuthId> = query_on("usage.list-lines", Tokens::Own, On::Either).roles(BUT_FINANCE);
    USAGE_GET_DAILY_SUMMARY: Query<AuthId> = query_on("usage.get-daily-summary", Tokens::Main, On::Main).roles(EVERYBODY);
    USAGE_SET_DAILY_SUMMARY: Command<AuthId> = command_on("usage.set-daily-summary", Tokens::Main, On::Main).roles(MONEY).open_to(Standings::SUSPENDED);
    USAGE_LIST_REJECTED: Query<()> = query("usage.list-rejected", Tokens::None).by(Way::InTurn).of("auth-id");
    USAGE_RESUBMIT: Command<()> = command("usage.resubmit", Tokens::None).each(Way::Named, "events", "key");
    USAGE_DISCARD: Command<()> = command("usage.discard", Tokens::None).each(Way::Named, "keys", "");
}

/// Every function of the contract, by interface.
pub fn functions() -> &'static [Function] {
    FUNCTIONS
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Functions of the contract with their documentation, by `interface.function`.
    fn contract() -> BTreeMap<String, String> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../wit");
        let world = std::fs::read_to_string(format!("{folder}/world.wit")).expect("world.wit");
        let mut found = BTreeMap::new();
        for export in world.lines().filter_map(|line| line.trim().strip_prefix("export ")) {
            let interface = export.trim_end_matches(';');
            let text = std::fs::read_to_string(format!("{folder}/{interface}.wit")).expect("the interface's file");
            let mut documentation = String::new();
            for line in text.lines().map(str::trim) {
                if let Some(comment) = line.strip_prefix("///") {
                    documentation.push_str(comment);
                } else if let Some((name, _)) = line.split_once(": func(") {
                    let name = name.trim_start_matches('%');
                    found.insert(format!("{interface}.{name}"), std::mem::take(&mut documentation));
                } else {
                    documentation.clear();
                }
            }
        }
        found
    }

    #[test]
    fn the_table_is_the_contract() {
        let contract = contract();
        let names: Vec<&str> = contract.keys().map(String::as_str).collect();
        let mut table: Vec<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
        table.sort_unstable();
        assert_eq!(table, names);
        for function in FUNCTIONS {
            let documentation = &contract[function.name];
            let class = match function.class {
                Class::Query => " Class: query.",
                Class::Command => " Class: command.",
                Class::Effect => " Class: effect.",
            };
            assert!(documentation.starts_with(class), "{}: {documentation}", function.name);
            let name = function.permission.unwrap_or(function.name);
            let permission = documentation.contains(&format!("`{name}`"));
            assert_eq!(permission, function.permission.is_some(), "{}: {documentation}", function.name);
            let tokens = documentation.contains("own token") || documentation.contains("account's token");
            assert_eq!(tokens, function.tokens != Tokens::None, "{}: {documentation}", function.name);
        }
    }

    #[test]
    fn a_constant_is_called_as_its_function() {
        for (constant, function) in CONSTANTS.iter().zip(FUNCTIONS) {
            assert_eq!(*constant, function.name.replace(['.', '-'], "_").to_uppercase());
        }
    }

    #[test]
    fn tokens_never_pay() {
        for command in [
            CREDITS_RECHARGE,
            CREDITS_ADD_CARD,
            CREDITS_SET_AUTO_RECHARGE,
            CREDITS_ADJUST,
            INVOICES_SET_BILLING,
            ACCOUNTS_CLOSE,
            CREDITS_SETTLE,
        ] {
            assert_eq!(command.row().tokens, Tokens::None, "{}", command.row().name);
        }
    }
}
