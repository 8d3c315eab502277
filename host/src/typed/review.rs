//! The review of new accounts, and the documents that customers hand in (ACC-5, ACC-9).
//!
//! Every account that has verified its phone number is judged by rules. What they find are flags. Without one it is approved at once, unless the setting
//! `review` is `all`; otherwise it is held, and a person decides.
//! @since 0.2.0
//!
//! Generated from `wit/review.wit`: see [`crate::typed`].

use super::Reply;
use crate::coinbox::Coinbox;
use crate::contract::Rules;
use crate::engine::TypedRequest;
use serde::Serialize;
use wasmtime::AsContextMut;

#[doc(inline)]
pub use crate::contract::exported::review::{
    EvidenceKind, HandedIn, OutstandingStep, RaisedFlag, ReviewAct, ReviewDecision, ReviewEntry, ReviewError,
    ReviewFile, ReviewFlag, ReviewPage, ReviewState, ReviewStep,
};

#[doc(no_inline)]
pub use crate::contract::types::{
    Blob, Caller, Credential, Fact, FieldProblem, FieldRule, Instant, Micros, Operator, Principal, Problem, Refusal,
    RequestPart, Session, Suspension,
};

/// The functions of this interface with Rust types. [`Coinbox::review`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// The review of new accounts, and the documents that customers hand in (ACC-5, ACC-9).
    pub fn review(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: query. A member's session, or an operator with `review.outstanding`. All steps, in order.
    pub fn outstanding(&self, caller: &Caller, auth_id: &str) -> Reply<Vec<OutstandingStep>, ReviewError> {
        let request = OutstandingRequest {
            caller: self.host.caller_for(OutstandingRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::outstanding`] for asynchronous programs.
    pub async fn outstanding_async(&self, caller: &Caller, auth_id: &str) -> Reply<Vec<OutstandingStep>, ReviewError> {
        let request = OutstandingRequest {
            caller: self.host.caller_for(OutstandingRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. A member's session, or an operator with `review.hand-in`. Takes a document whose bytes the host has: png, jpeg, gif, webp, pdf or plain text,
    /// 1 byte to 10 MiB. The name: 1 to 100 characters without `/` and `\`.
    pub fn hand_in(
        &self,
        caller: &Caller,
        auth_id: &str,
        kind: EvidenceKind,
        document: Blob,
    ) -> Reply<HandedIn, ReviewError> {
        let request = HandInRequest {
            caller: self.host.caller_for(HandInRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            kind,
            document,
        };
        self.host.ask(request)
    }

    /// [`Functions::hand_in`] for asynchronous programs.
    pub async fn hand_in_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        kind: EvidenceKind,
        document: Blob,
    ) -> Reply<HandedIn, ReviewError> {
        let request = HandInRequest {
            caller: self.host.caller_for(HandInRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            kind,
            document,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. A member's session, or an operator with `review.list-documents`. Oldest first, at most 50.
    pub fn list_documents(&self, caller: &Caller, auth_id: &str) -> Reply<Vec<HandedIn>, ReviewError> {
        let request = ListDocumentsRequest {
            caller: self.host.caller_for(ListDocumentsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::list_documents`] for asynchronous programs.
    pub async fn list_documents_async(&self, caller: &Caller, auth_id: &str) -> Reply<Vec<HandedIn>, ReviewError> {
        let request = ListDocumentsRequest {
            caller: self.host.caller_for(ListDocumentsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `review.queue`. Open reviews by the moment at which they are due, 1 to 100 a page.
    pub fn queue(&self, caller: &Caller, after: Option<&str>, limit: u32) -> Reply<ReviewPage, ReviewError> {
        let request = QueueRequest {
            caller: self.host.caller_for(QueueRequest::FUNCTION, caller),
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask(request)
    }

    /// [`Functions::queue`] for asynchronous programs.
    pub async fn queue_async(
        &self,
        caller: &Caller,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<ReviewPage, ReviewError> {
        let request = QueueRequest {
            caller: self.host.caller_for(QueueRequest::FUNCTION, caller),
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `review.get`. The review of an account, open or decided.
    pub fn get(&self, caller: &Caller, auth_id: &str) -> Reply<ReviewFile, ReviewError> {
        let request =
            GetRequest { caller: self.host.caller_for(GetRequest::FUNCTION, caller), auth_id: auth_id.to_owned() };
        self.host.ask(request)
    }

    /// [`Functions::get`] for asynchronous programs.
    pub async fn get_async(&self, caller: &Caller, auth_id: &str) -> Reply<ReviewFile, ReviewError> {
        let request =
            GetRequest { caller: self.host.caller_for(GetRequest::FUNCTION, caller), auth_id: auth_id.to_owned() };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `review.read-document`. What the host finds the bytes by.
    pub fn read_document(&self, caller: &Caller, auth_id: &str, number: u32) -> Reply<HandedIn, ReviewError> {
        let request = ReadDocumentRequest {
            caller: self.host.caller_for(ReadDocumentRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number,
        };
        self.host.ask(request)
    }

    /// [`Functions::read_document`] for asynchronous programs.
    pub async fn read_document_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        number: u32,
    ) -> Reply<HandedIn, ReviewError> {
        let request = ReadDocumentRequest {
            caller: self.host.caller_for(ReadDocumentRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number,
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `review.note`. Only operators see it. `text`: 1 to 2000 characters.
    pub fn note(&self, caller: &Caller, auth_id: &str, text: &str) -> Reply<ReviewFile, ReviewError> {
        let request = NoteRequest {
            caller: self.host.caller_for(NoteRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            text: text.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::note`] for asynchronous programs.
    pub async fn note_async(&self, caller: &Caller, auth_id: &str, text: &str) -> Reply<ReviewFile, ReviewError> {
        let request = NoteRequest {
            caller: self.host.caller_for(NoteRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            text: text.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `review.ask`. Asks the customer for documents, by mail. 1 to 6 kinds; `text`: 0 to 1000 characters.
    pub fn ask(
        &self,
        caller: &Caller,
        auth_id: &str,
        kinds: Vec<EvidenceKind>,
        text: &str,
    ) -> Reply<ReviewFile, ReviewError> {
        let request = AskRequest {
            caller: self.host.caller_for(AskRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            kinds,
            text: text.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::ask`] for asynchronous programs.
    pub async fn ask_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        kinds: Vec<EvidenceKind>,
        text: &str,
    ) -> Reply<ReviewFile, ReviewError> {
        let request = AskRequest {
            caller: self.host.caller_for(AskRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            kinds,
            text: text.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `review.decide`. `text`: 0 to 500 characters; the customer gets it by mail.
    pub fn decide(
        &self,
        caller: &Caller,
        auth_id: &str,
        decision: ReviewDecision,
        text: &str,
    ) -> Reply<ReviewFile, ReviewError> {
        let request = DecideRequest {
            caller: self.host.caller_for(DecideRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            decision,
            text: text.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::decide`] for asynchronous programs.
    pub async fn decide_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        decision: ReviewDecision,
        text: &str,
    ) -> Reply<ReviewFile, ReviewError> {
        let request = DecideRequest {
            caller: self.host.caller_for(DecideRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            decision,
            text: text.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `review.reinstate`. Lifts a suspension and records which documents were supplied: 0 to 20 of 1 to 100 characters
    /// (ACC-9). `text`: 0 to 500 characters. An account that is not suspended answers `not-open`.
    pub fn reinstate(
        &self,
        caller: &Caller,
        auth_id: &str,
        documents: Vec<String>,
        text: &str,
    ) -> Reply<ReviewFile, ReviewError> {
        let request = ReinstateRequest {
            caller: self.host.caller_for(ReinstateRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            documents,
            text: text.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::reinstate`] for asynchronous programs.
    pub async fn reinstate_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        documents: Vec<String>,
        text: &str,
    ) -> Reply<ReviewFile, ReviewError> {
        let request = ReinstateRequest {
            caller: self.host.caller_for(ReinstateRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            documents,
            text: text.to_owned(),
        };
        self.host.ask_async(request).await
    }
}

#[derive(Serialize)]
struct OutstandingRequest {
    caller: Caller,
    auth_id: String,
}

impl TypedRequest for OutstandingRequest {
    const FUNCTION: &'static str = "review.outstanding";
    type Answer = Result<Vec<OutstandingStep>, ReviewError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_review();
        rules.call_outstanding(store, &self.caller, &self.auth_id)
    }
}

#[derive(Serialize)]
struct HandInRequest {
    caller: Caller,
    auth_id: String,
    kind: EvidenceKind,
    document: Blob,
}

impl TypedRequest for HandInRequest {
    const FUNCTION: &'static str = "review.hand-in";
    type Answer = Result<HandedIn, ReviewError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_review();
        rules.call_hand_in(store, &self.caller, &self.auth_id, self.kind, &self.document)
    }
}

#[derive(Serialize)]
struct ListDocumentsRequest {
    caller: Caller,
    auth_id: String,
}

impl TypedRequest for ListDocumentsRequest {
    const FUNCTION: &'static str = "review.list-documents";
    type Answer = Result<Vec<HandedIn>, ReviewError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_review();
        rules.call_list_documents(store, &self.caller, &self.auth_id)
    }
}

#[derive(Serialize)]
struct QueueRequest {
    caller: Caller,
    after: Option<String>,
    limit: u32,
}

impl TypedRequest for QueueRequest {
    const FUNCTION: &'static str = "review.queue";
    type Answer = Result<ReviewPage, ReviewError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_review();
        rules.call_queue(store, &self.caller, self.after.as_deref(), self.limit)
    }
}

#[derive(Serialize)]
struct GetRequest {
    caller: Caller,
    auth_id: String,
}

impl TypedRequest for GetRequest {
    const FUNCTION: &'static str = "review.get";
    type Answer = Result<ReviewFile, ReviewError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_review();
        rules.call_get(store, &self.caller, &self.auth_id)
    }
}

#[derive(Serialize)]
struct ReadDocumentRequest {
    caller: Caller,
    auth_id: String,
    number: u32,
}

impl TypedRequest for ReadDocumentRequest {
    const FUNCTION: &'static str = "review.read-document";
    type Answer = Result<HandedIn, ReviewError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_review();
        rules.call_read_document(store, &self.caller, &self.auth_id, self.number)
    }
}

#[derive(Serialize)]
struct NoteRequest {
    caller: Caller,
    auth_id: String,
    text: String,
}

impl TypedRequest for NoteRequest {
    const FUNCTION: &'static str = "review.note";
    type Answer = Result<ReviewFile, ReviewError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_review();
        rules.call_note(store, &self.caller, &self.auth_id, &self.text)
    }
}

#[derive(Serialize)]
struct AskRequest {
    caller: Caller,
    auth_id: String,
    kinds: Vec<EvidenceKind>,
    text: String,
}

impl TypedRequest for AskRequest {
    const FUNCTION: &'static str = "review.ask";
    type Answer = Result<ReviewFile, ReviewError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_review();
        rules.call_ask(store, &self.caller, &self.auth_id, &self.kinds, &self.text)
    }
}

#[derive(Serialize)]
struct DecideRequest {
    caller: Caller,
    auth_id: String,
    decision: ReviewDecision,
    text: String,
}

impl TypedRequest for DecideRequest {
    const FUNCTION: &'static str = "review.decide";
    type Answer = Result<ReviewFile, ReviewError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_review();
        rules.call_decide(store, &self.caller, &self.auth_id, self.decision, &self.text)
    }
}

#[derive(Serialize)]
struct ReinstateRequest {
    caller: Caller,
    auth_id: String,
    documents: Vec<String>,
    text: String,
}

impl TypedRequest for ReinstateRequest {
    const FUNCTION: &'static str = "review.reinstate";
    type Answer = Result<ReviewFile, ReviewError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_review();
        rules.call_reinstate(store, &self.caller, &self.auth_id, &self.documents, &self.text)
    }
}
