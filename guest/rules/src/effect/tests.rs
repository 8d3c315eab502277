//! The machine against a table: each kind of work, each attempt, each sequence of answers. Then both ways to drive it, and what becomes of secrets.

use super::*;
use crate::ground::outside::{
    Channel, ClaimedCoupon, CouponDecline, CouponValidity, DeclineReason, Declined, HangUpCause, MethodDescription,
    MethodKind, NotSent, OfferFilter, OfferPage, Paid, Pending,
};
use crate::ground::product::NumberKind;
use crate::ground::testing::{OpenVault, START};
use crate::ground::vocabulary::Instant;
use crate::port::{Marked, Weighed};
use std::cell::{Cell, RefCell};

/// One kind of work: what a later attempt asks first, and the request that does it.
struct Row {
    work: Work,
    look_up: Option<Request>,
    request: Request,
}

fn charge() -> ChargeRequest {
    ChargeRequest {
        key: "key-1".to_owned(),
        auth_id: "MA".to_owned(),
        amount: 25_000_000,
        currency: "USD".to_owned(),
        method: "tok_1".to_owned(),
        customer_present: true,
        statement: "COINBOX".to_owned(),
        metadata: vec![Fact::new("number", 1)],
    }
}

fn refund() -> RefundRequest {
    RefundRequest {
        key: "key-2".to_owned(),
        auth_id: "MA".to_owned(),
        charge_key: "key-1".to_owned(),
        amount: 5_000_000,
        currency: "USD".to_owned(),
        metadata: Vec::new(),
    }
}

fn mail(secret: &str) -> Message {
    Message {
        key: "mail-1".to_owned(),
        to: Vec::new(),
        template: "login-link".to_owned(),
        language: "en".to_owned(),
        facts: vec![Fact::new("brand", "Coinbox")],
        secret_facts: vec![Fact::new("link", secret)],
        attachments: Vec::new(),
    }
}

fn code(code: &str) -> CodeMessage {
    CodeMessage {
        key: "code-1".to_owned(),
        to: "+14155550100".to_owned(),
        channel: Channel::Sms,
        code: code.to_owned(),
        language: "en".to_owned(),
        brand: "Coinbox".to_owned(),
    }
}

fn hang_up() -> HangUpRequest {
    let calls = vec!["call-1".to_owned(), "call-2".to_owned()];
    HangUpRequest { key: "stop-1".to_owned(), auth_id: "MA".to_owned(), calls, cause: HangUpCause::OutOfCredit }
}

fn order() -> OrderRequest {
    OrderRequest {
        key: "order-1".to_owned(),
        number: "14155550100".to_owned(),
        country: "US".to_owned(),
        kind: NumberKind::Local,
        auth_id: "MA".to_owned(),
        metadata: Vec::new(),
    }
}

fn release() -> ReleaseRequest {
    ReleaseRequest {
        key: "release-1".to_owned(),
        number: "14155550100".to_owned(),
        auth_id: "MA".to_owned(),
        metadata: Vec::new(),
    }
}

fn claim(code: &str) -> CouponClaim {
    CouponClaim {
        key: "claim-1".to_owned(),
        code: code.to_owned(),
        auth_id: "MA".to_owned(),
        currency: "USD".to_owned(),
        asked: START,
    }
}

fn since(cursor: Option<&str>) -> MovementsRequest {
    MovementsRequest { since: START, cursor: cursor.map(str::to_owned) }
}

fn key(key: &str) -> OutsideKey {
    OutsideKey { key: key.to_owned() }
}

fn token() -> StoredMethod {
    StoredMethod { token: "tok_1".to_owned() }
}

/// What `wit/jobs.wit` says of each kind of work.
fn rows() -> Vec<Row> {
    let plain = |work, request| Row { work, look_up: None, request };
    let careful = |work, look_up, request| Row { work, look_up: Some(look_up), request };
    vec![
        careful(Work::Charge(charge()), Request::FindPayment(key("key-1")), Request::Charge(charge())),
        careful(Work::Refund(refund()), Request::FindPayment(key("key-2")), Request::Refund(refund())),
        careful(Work::OrderNumber(order()), Request::FindOrder(key("order-1")), Request::OrderNumber(order())),
        careful(
            Work::ReleaseNumber(release()),
            Request::FindOrder(key("release-1")),
            Request::ReleaseNumber(release()),
        ),
        plain(Work::ClosePayment("key-1".to_owned()), Request::ClosePayment(key("key-1"))),
        plain(Work::FindPayment("key-1".to_owned()), Request::FindPayment(key("key-1"))),
        plain(Work::DescribeMethod("tok_1".to_owned()), Request::DescribeMethod(token())),
        plain(Work::ForgetMethod("tok_1".to_owned()), Request::ForgetMethod(token())),
        plain(Work::SendMail(mail(&OpenVault.seal(SECRET_FACT, "https://x"))), Request::SendMail(mail("https://x"))),
        plain(Work::SendCode(code(&OpenVault.seal(CODE, "123456"))), Request::SendCode(code("123456"))),
        plain(Work::HangUp(hang_up()), Request::HangUp(hang_up())),
        plain(Work::Reconcile(since(Some("c"))), Request::ListMovements(since(Some("c")))),
        plain(Work::ReconcileStock(since(None)), Request::ListOrders(since(None))),
        plain(
            Work::ClaimCoupon(claim(&OpenVault.seal(COUPON_CLAIM, "SPRING-26"))),
            Request::ClaimCoupon(claim("SPRING-26")),
        ),
    ]
}

fn not_sent() -> NotSent {
    NotSent { ask_again: START, cause: "down".to_owned() }
}

/// Every answer that makes a difference to anything.
fn answers() -> Vec<Answer> {
    let payments = [
        PaymentOutcome::Paid(Paid { reference: "r".to_owned(), at: START }),
        PaymentOutcome::Declined(Declined { reason: DeclineReason::Expired, code: "54".to_owned() }),
        PaymentOutcome::Pending(Pending { ask_again: START }),
        PaymentOutcome::Unknown("lost".to_owned()),
        PaymentOutcome::NotSent(not_sent()),
    ];
    let stock = [
        StockOutcome::Done,
        StockOutcome::NotAvailable,
        StockOutcome::Pending(Pending { ask_again: START }),
        StockOutcome::Unknown("lost".to_owned()),
        StockOutcome::NotSent(not_sent()),
    ];
    let mut all: Vec<Answer> = payments.iter().cloned().map(Answer::Payment).collect();
    all.extend(payments.into_iter().map(|outcome| Answer::Finding(Finding::Found(outcome))));
    all.extend([Finding::NotFound, Finding::Closed, Finding::NotAsked(not_sent())].map(Answer::Finding));
    all.extend(stock.iter().cloned().map(Answer::Number));
    all.extend(stock.into_iter().map(|outcome| Answer::FoundOrder(Some(outcome))));
    let described = MethodDescription {
        kind: MethodKind::Card,
        brand: "Visa".to_owned(),
        last_four: "4242".to_owned(),
        expires_year: None,
        expires_month: None,
    };
    all.extend([
        Answer::FoundOrder(None),
        Answer::Movements(None),
        Answer::Movements(Some(MovementPage { movements: Vec::new(), next: None, complete_since: START })),
        Answer::Method(MethodAnswer::Described(described)),
        Answer::MethodForgotten(true),
        Answer::MethodForgotten(false),
        Answer::Mail(MailOutcome::Sent),
        Answer::Mail(MailOutcome::NotSent(not_sent())),
        Answer::Code(TelephonyOutcome::Accepted),
        Answer::StillRunning(vec!["call-2".to_owned()]),
        Answer::StockMovements(None),
        Answer::StockMovements(Some(StockPage { movements: Vec::new(), next: None, complete_since: START })),
    ]);
    let claimed = ClaimedCoupon {
        coupon: 1,
        label: "****G-26".to_owned(),
        amount: 5_000_000,
        currency: "USD".to_owned(),
        validity: CouponValidity::Unlimited,
    };
    let claims = [
        ClaimOutcome::Claimed(claimed),
        ClaimOutcome::Declined(CouponDecline::Unknown),
        ClaimOutcome::Unknown("lost".to_owned()),
        ClaimOutcome::NotSent(not_sent()),
    ];
    all.extend(claims.map(Answer::CouponClaim));
    all
}

/// The case of `outside-answer` that a request is answered with.
fn case_for(request: &Request) -> &'static str {
    match request {
        Request::Charge(_) | Request::Refund(_) => "payment",
        Request::FindPayment(_) | Request::ClosePayment(_) => "finding",
        Request::ListMovements(_) => "movements",
        Request::DescribeMethod(_) => "method",
        Request::ForgetMethod(_) => "method-forgotten",
        Request::SendMail(_) => "mail",
        Request::SendCode(_) => "code",
        Request::HangUp(_) => "still-running",
        Request::OrderNumber(_) | Request::ReleaseNumber(_) => "number",
        Request::FindOrder(_) => "found-order",
        Request::ListOrders(_) => "stock-movements",
        Request::ClaimCoupon(_) => "coupon-claim",
    }
}

fn case_of(answer: &Answer) -> String {
    let value = serde_json::to_value(answer).expect("it is JSON");
    value.as_object().and_then(|cases| cases.keys().next().cloned()).expect("a case with a value")
}

/// What the last answer means for the work.
fn meaning(answer: &Answer) -> Done {
    match answer.clone() {
        Answer::Payment(outcome) => Done::Payment(outcome),
        Answer::Finding(finding) => Done::PaymentClosed(finding),
        Answer::Movements(page) => Done::Movements(page),
        Answer::Method(method) => Done::Method(method),
        Answer::MethodForgotten(forgotten) => Done::MethodForgotten(forgotten),
        Answer::Mail(outcome) => Done::Mail(outcome),
        Answer::Code(outcome) => Done::Code(outcome),
        Answer::StillRunning(calls) => Done::HangUp(calls),
        Answer::Number(outcome) => Done::Number(outcome),
        Answer::StockMovements(page) => Done::StockMovements(page),
        Answer::CouponClaim(outcome) => Done::CouponClaim(outcome),
        Answer::FoundOrder(_) => panic!("an order that is looked up was sent before"),
    }
}

/// What the answer to a look-up ends the attempt with. None: the request is sent.
fn found(answer: &Answer) -> Option<Done> {
    match answer.clone() {
        Answer::Finding(Finding::NotFound) | Answer::FoundOrder(None) => None,
        Answer::Finding(Finding::Found(outcome)) => Some(Done::Payment(outcome)),
        Answer::Finding(Finding::Closed) => Some(Done::PaymentClosed(Finding::Closed)),
        Answer::Finding(Finding::NotAsked(not_sent)) => Some(Done::Payment(PaymentOutcome::NotSent(not_sent))),
        Answer::FoundOrder(Some(outcome)) => Some(Done::Number(outcome)),
        other => panic!("{other:?} answers no look-up"),
    }
}

fn refused(field: &str, rule: FieldRule, limit: &str) -> Result<Step, FieldProblem> {
    Err(FieldProblem { field: field.to_owned(), rule, limit: Some(limit.to_owned()) })
}

/// The step that the table asks for.
fn expected(row: &Row, attempt: u32, answers: &[Answer]) -> Result<Step, FieldProblem> {
    let look_up = row.look_up.as_ref().filter(|_| attempt > 1);
    let requests: Vec<&Request> = look_up.into_iter().chain([&row.request]).collect();
    for (place, request) in requests.iter().enumerate() {
        let Some(answer) = answers.get(place) else { return Ok(Step::Ask((*request).clone())) };
        if case_of(answer) != case_for(request) {
            return refused(&format!("answers[{place}]"), FieldRule::WrongForm, case_for(request));
        }
        let is_last = place + 1 == requests.len();
        let Some(done) = (if is_last { Some(meaning(answer)) } else { found(answer) }) else { continue };
        if answers.len() > place + 1 {
            return refused("answers", FieldRule::TooMany, &(place + 1).to_string());
        }
        return Ok(Step::Done(done));
    }
    unreachable!("the last request is answered or asked")
}

fn task(work: &Work, attempt: u32) -> Task {
    Task { job: "MA/charge/1".to_owned(), attempt, work: work.clone() }
}

#[test]
fn every_work_attempt_and_sequence_of_answers() {
    let answers = answers();
    let mut sequences: Vec<Vec<Answer>> = vec![Vec::new()];
    for first in &answers {
        sequences.push(vec![first.clone()]);
        for second in &answers {
            sequences.push(vec![first.clone(), second.clone()]);
            sequences.push(vec![first.clone(), second.clone(), first.clone()]);
        }
    }
    for row in rows() {
        for attempt in [1, 2, 3, u32::MAX] {
            let task = task(&row.work, attempt);
            for sequence in &sequences {
                let step = next_request(&OpenVault, &task, sequence);
                assert_eq!(step, expected(&row, attempt, sequence), "{:?} {attempt} {sequence:?}", row.work);
            }
        }
    }
}

/// R11: what moves money or numbers is sent by a later attempt only where the gateway or the stock does not know its key, and under that key.
#[test]
fn a_later_attempt_acts_only_on_what_never_arrived() {
    for row in rows().into_iter().filter(|row| row.look_up.is_some()) {
        for attempt in [2, 3, u32::MAX] {
            let task = task(&row.work, attempt);
            let first = next_request(&OpenVault, &task, &[]);
            assert!(matches!(first, Ok(Step::Ask(Request::FindPayment(_) | Request::FindOrder(_)))), "{first:?}");
            for answer in answers() {
                let never_arrived = matches!(answer, Answer::Finding(Finding::NotFound) | Answer::FoundOrder(None));
                if let Ok(Step::Ask(request)) = next_request(&OpenVault, &task, std::slice::from_ref(&answer)) {
                    assert!(never_arrived, "{answer:?} is followed by {request:?}");
                    assert_eq!(request, row.request);
                }
            }
        }
    }
}

#[test]
fn attempts_are_counted_from_1() {
    let task = task(&Work::Charge(charge()), 0);
    assert_eq!(next_request(&OpenVault, &task, &[]), refused("task.attempt", FieldRule::TooSmall, "1"));
    let world = Scripted::answering(Vec::new());
    assert_eq!(perform(&world, task), Done::Lost("task.attempt does not fit: 1".to_owned()));
    assert_eq!(world.asked(), []);
}

/// A world that answers as it was told, and writes down what it was asked.
struct Scripted {
    answers: RefCell<Vec<Answer>>,
    asked: RefCell<Vec<Request>>,
    unsealed: Cell<u32>,
}

impl Scripted {
    fn answering(answers: Vec<Answer>) -> Scripted {
        Scripted { answers: RefCell::new(answers), asked: RefCell::default(), unsealed: Cell::new(0) }
    }

    fn asked(&self) -> Vec<Request> {
        self.asked.borrow().clone()
    }

    fn ask(&self, request: Request) -> Answer {
        self.asked.borrow_mut().push(request);
        self.answers.borrow_mut().remove(0)
    }
}

impl Vault for Scripted {
    fn seal(&self, purpose: &str, secret: &str) -> String {
        OpenVault.seal(purpose, secret)
    }

    fn unseal(&self, purpose: &str, sealed: &str) -> Result<String, UnsealError> {
        self.unsealed.set(self.unsealed.get() + 1);
        if sealed == "destroyed" { Err(UnsealError::KeyDestroyed) } else { OpenVault.unseal(purpose, sealed) }
    }

    fn digest(&self, purpose: &str, input: &str) -> String {
        OpenVault.digest(purpose, input)
    }

    fn mark(&self, purpose: &str, input: &str) -> String {
        OpenVault.mark(purpose, input)
    }

    fn check(&self, purpose: &str, input: &str, mark: &str) -> Marked {
        OpenVault.check(purpose, input, mark)
    }

    fn hash_password(&self, password: &str) -> String {
        OpenVault.hash_password(password)
    }

    fn verify_password(&self, password: &str, hash: &str) -> Weighed {
        OpenVault.verify_password(password, hash)
    }
}

/// A method of [`Effects`] that is answered with one kind of answer.
macro_rules! scripted {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $answer:ty = $request:expr => $case:path;)*) => {
        impl Effects for Scripted {
            fn vault(&self) -> &dyn Vault {
                self
            }

            fn offer(&self, filter: &OfferFilter) -> Option<OfferPage> {
                panic!("no effect of a job asks for offers: {filter:?}")
            }

            fn warn(&self, text: &str) {
                panic!("there is nothing to warn of: {text}")
            }

            $(
                fn $name(&self, $($argument: $kind),*) -> $answer {
                    match self.ask($request) {
                        $case(answer) => answer,
                        other => panic!("{other:?} answers {}", stringify!($name)),
                    }
                }
            )*
        }
    };
}

scripted! {
    charge(request: &ChargeRequest) -> PaymentOutcome = Request::Charge(request.clone()) => Answer::Payment;
    refund(request: &RefundRequest) -> PaymentOutcome = Request::Refund(request.clone()) => Answer::Payment;
    find(name: &str) -> Finding = Request::FindPayment(key(name)) => Answer::Finding;
    close(name: &str) -> Finding = Request::ClosePayment(key(name)) => Answer::Finding;
    movements_since(since: Instant, cursor: Option<&str>) -> Option<MovementPage> =
        Request::ListMovements(MovementsRequest { since, cursor: cursor.map(str::to_owned) }) => Answer::Movements;
    describe_method(token: &str) -> MethodAnswer =
        Request::DescribeMethod(StoredMethod { token: token.to_owned() }) => Answer::Method;
    forget_method(token: &str) -> bool =
        Request::ForgetMethod(StoredMethod { token: token.to_owned() }) => Answer::MethodForgotten;
    send_mail(message: &Message) -> MailOutcome = Request::SendMail(message.clone()) => Answer::Mail;
    send_code(message: &CodeMessage) -> TelephonyOutcome = Request::SendCode(message.clone()) => Answer::Code;
    hang_up(request: &HangUpRequest) -> Vec<String> = Request::HangUp(request.clone()) => Answer::StillRunning;
    order(request: &OrderRequest) -> StockOutcome = Request::OrderNumber(request.clone()) => Answer::Number;
    release(request: &ReleaseRequest) -> StockOutcome = Request::ReleaseNumber(request.clone()) => Answer::Number;
    find_order(name: &str) -> Option<StockOutcome> = Request::FindOrder(key(name)) => Answer::FoundOrder;
    orders_since(since: Instant, cursor: Option<&str>) -> Option<StockPage> =
        Request::ListOrders(MovementsRequest { since, cursor: cursor.map(str::to_owned) }) => Answer::StockMovements;
}

/// Drives the machine as a host does that carries out the requests between calls.
fn between_calls(world: &Scripted, task: &Task) -> Done {
    let mut answers = Vec::new();
    for _ in 0..3 {
        match next_request(world.vault(), task, &answers).expect("the answers fit") {
            Step::Ask(request) => answers.push(world.ask(request)),
            Step::Done(done) => return done,
        }
    }
    panic!("{task:?} never ends")
}

/// No import claims a coupon: at the door inside a call nothing is asked, and the outcome says at which door it would be.
#[test]
fn a_coupon_of_another_store_is_claimed_at_the_second_door_only() {
    let task = task(&Work::ClaimCoupon(claim(&OpenVault.seal(COUPON_CLAIM, "SPRING-26"))), 1);
    let world = Scripted::answering(Vec::new());
    let Done::Lost(cause) = perform(&world, task.clone()) else { panic!("another outcome") };
    assert!(cause.contains("jobs.next-request"), "{cause}");
    assert_eq!(world.asked(), []);
    let declined = ClaimOutcome::Declined(CouponDecline::Expired);
    let world = Scripted::answering(vec![Answer::CouponClaim(declined.clone())]);
    assert_eq!(between_calls(&world, &task), Done::CouponClaim(declined));
    assert_eq!(world.asked(), [Request::ClaimCoupon(claim("SPRING-26"))]);
}

/// Both doors ask the same of the world, in the same order, and make the same of its answers.
#[test]
fn both_doors_are_one() {
    let mut compared = 0;
    for row in rows().into_iter().filter(|row| !matches!(row.work, Work::ClaimCoupon(_))) {
        for attempt in [1, 2] {
            let look_up = row.look_up.as_ref().filter(|_| attempt > 1);
            let fits = |request: &Request| {
                let case = case_for(request);
                answers().into_iter().filter(move |answer| case_of(answer) == case)
            };
            let firsts: Vec<Option<Answer>> = match look_up {
                Some(request) => fits(request).map(Some).collect(),
                None => vec![None],
            };
            for first in firsts {
                for second in fits(&row.request) {
                    let script: Vec<Answer> = first.iter().cloned().chain([second]).collect();
                    let task = task(&row.work, attempt);
                    let (inside, between) = (Scripted::answering(script.clone()), Scripted::answering(script));
                    assert_eq!(perform(&inside, task.clone()), between_calls(&between, &task));
                    assert_eq!(inside.asked(), between.asked());
                    assert_eq!(inside.unsealed.get(), between.unsealed.get());
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 100, "only {compared} runs were compared");
}

/// Secrets are opened in the call that answers the request which carries them, and only there.
#[test]
fn secrets_stay_sealed_until_they_are_sent() {
    for (work, answer) in [
        (Work::SendMail(mail(&OpenVault.seal(SECRET_FACT, "geheim"))), Answer::Mail(MailOutcome::Sent)),
        (Work::SendCode(code(&OpenVault.seal(CODE, "geheim"))), Answer::Code(TelephonyOutcome::Accepted)),
        (
            Work::ClaimCoupon(claim(&OpenVault.seal(COUPON_CLAIM, "geheim"))),
            Answer::CouponClaim(ClaimOutcome::Declined(CouponDecline::Unknown)),
        ),
    ] {
        let task = task(&work, 1);
        assert!(!serde_json::to_string(&task).expect("JSON").contains("geheim"), "a task may be stored and logged");
        let world = Scripted::answering(Vec::new());
        let asked = next_request(&world, &task, &[]).expect("a request");
        assert!(serde_json::to_string(&asked).expect("JSON").contains("geheim"));
        assert_eq!(world.unsealed.get(), 1);
        let done = next_request(&world, &task, &[answer]).expect("it is done");
        assert!(!serde_json::to_string(&done).expect("JSON").contains("geheim"), "an outcome is booked");
        assert_eq!(world.unsealed.get(), 1, "what is sent already is not opened again");
    }
}

#[test]
fn what_cannot_be_opened_is_refused_and_never_sent() {
    let other_store = "a secret of this task was not sealed by this store".to_owned();
    let destroyed = "the key of a secret of this task has been destroyed".to_owned();
    // The right secret for another purpose is no better than a wrong one.
    let misused = OpenVault.seal(CODE, "123456");
    for (work, done) in [
        (Work::SendMail(mail("altered")), Done::Mail(MailOutcome::Refused(other_store.clone()))),
        (Work::SendMail(mail(&misused)), Done::Mail(MailOutcome::Refused(other_store.clone()))),
        (Work::SendMail(mail("destroyed")), Done::Mail(MailOutcome::Refused(destroyed.clone()))),
        (Work::SendCode(code("123456")), Done::Code(TelephonyOutcome::Refused(other_store.clone()))),
        (Work::ClaimCoupon(claim("SPRING-26")), Done::CouponClaim(ClaimOutcome::Refused(other_store))),
        (Work::ClaimCoupon(claim("destroyed")), Done::CouponClaim(ClaimOutcome::Refused(destroyed.clone()))),
        (Work::SendCode(code("destroyed")), Done::Code(TelephonyOutcome::Refused(destroyed))),
    ] {
        let world = Scripted::answering(Vec::new());
        assert_eq!(next_request(&world, &task(&work, 1), &[]), Ok(Step::Done(done.clone())));
        assert_eq!(perform(&world, task(&work, 1)), done);
        assert_eq!(world.asked(), []);
    }
}
