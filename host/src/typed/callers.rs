//! Callers in one line.

use crate::coinbox::Coinbox;
use crate::contract::types::{Caller, Credential, Operator, Principal};

impl Caller {
    /// Whoever brings this proof, under the host's name for the request: 1 to 64 printable ASCII characters. Address, device and
    /// idempotency key are left out; they are fields.
    pub fn new(who: Principal, request: &str) -> Caller {
        Caller { who, address: None, device: None, request: request.to_owned(), idempotency_key: None, part: None }
    }

    /// A person or program of the operating company, with what the host lets them do. The rules take both on the host's word.
    pub fn operator(name: &str, permissions: Vec<String>, request: &str) -> Caller {
        Caller::new(Principal::Operator(Operator { name: name.to_owned(), permissions }), request)
    }

    /// The owner of an API credential. The rules check it.
    pub fn token(auth_id: &str, token: &str, request: &str) -> Caller {
        Caller::new(Principal::Token(Credential { auth_id: auth_id.to_owned(), token: token.to_owned() }), request)
    }

    /// The same caller with a key, under which a command happens once, however often it is sent: 1 to 255 printable ASCII
    /// characters.
    ///
    /// ```
    /// use coinbox_host::typed::types::Caller;
    /// let caller = Caller::operator("shop", vec!["credits.adjust".to_owned()], "request-17").once("order-4711");
    /// assert_eq!(caller.idempotency_key.as_deref(), Some("order-4711"));
    /// ```
    pub fn once(self, key: &str) -> Caller {
        Caller { idempotency_key: Some(key.to_owned()), ..self }
    }
}

impl Coinbox {
    /// Every permission that the functions of this component ask for, each once: for an operator who may do everything.
    pub fn permissions(&self) -> Vec<String> {
        let functions = &self.facts().functions;
        let mut permissions: Vec<String> =
            functions.iter().filter_map(|function| function.permission.clone()).collect();
        permissions.sort();
        permissions.dedup();
        permissions
    }
}
