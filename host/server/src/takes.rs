//! What a route takes: who may ask, and the keys that a request may have. A key that a route does not know changes nothing (R38). Lists of money
//! are the exception: a list that ignores a filter gives a wrong sum. These lists refuse any other key by its name.

use super::answer::Failure;
use coinbox_host::text;

/// Who may ask. The rules check it again, with the account that is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Who {
    /// Anybody who reaches the port.
    Anybody,
    /// Somebody who has still to prove who he is: sign-up, login, links of mails. Answers are kept by nobody.
    Stranger,
    /// A person who has logged in: a session, as Bearer token or cookie. Answers are kept by nobody.
    Person,
    /// A person who has logged in, an account or sub-account, or an operator: the rules say which of them. Answers are kept by nobody.
    Known,
    /// The main account of the path, HTTP Basic. The account is read before anything else of the request: strangers learn nothing about what a
    /// request should look like.
    Owner,
    /// A main account, HTTP Basic.
    Account,
    /// A main account or a sub-account, HTTP Basic.
    AccountOrSub,
    /// The operator. API credentials are handed to the rules too, which show them no documents (R35).
    OperatorByRule,
    /// The operator, Bearer token.
    Operator,
}

impl Who {
    /// In the page of routes.
    pub fn words(self) -> &'static str {
        match self {
            Who::Anybody | Who::Stranger => "anybody",
            Who::Person => "session",
            Who::Known => "session, account, operator",
            Who::Owner | Who::Account => "account",
            Who::AccountOrSub => "account, sub-account",
            Who::OperatorByRule | Who::Operator => "operator",
        }
    }

    /// The scheme that a 401 of a private route asks for.
    pub fn scheme(self) -> Option<&'static str> {
        matches!(self, Who::Person | Who::Known).then_some("Session")
    }

    /// Whether the answers are one person's, and kept by nothing in between.
    pub fn is_private(self) -> bool {
        matches!(self, Who::Stranger | Who::Person | Who::Known)
    }

    /// The credentials that a route takes, for whoever has brought none or wrong ones. It is a constant of the route and is in the page of routes.
    pub fn credentials(self) -> &'static str {
        match self {
            Who::Anybody | Who::Stranger => "none",
            Who::Person => "Authorization: Bearer with the token of a session, or the cookie of one",
            Who::Known => {
                "the token or cookie of a session, HTTP Basic with an auth ID and its API token, or the operator token"
            }
            Who::Owner | Who::Account => "HTTP Basic with an auth ID and its API token",
            Who::AccountOrSub => "HTTP Basic with the auth ID of an account or a sub-account and its API token",
            Who::OperatorByRule | Who::Operator => "Authorization: Bearer with the operator token",
        }
    }
}

type Keys = &'static [&'static str];

/// The form of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Takes {
    /// Nothing. A body is not read.
    Nothing,
    /// These parameters, in the query or as a JSON object in a body of at most 64 KiB. Other keys change nothing.
    Parameters(Keys),
    /// These parameters as before, and no other key: lists of money.
    Filters(Keys),
    /// These parameters in the query, and no other key. A body is not read.
    Query(Keys),
    /// A JSON object with these keys: at most 64 KiB of a customer, `limits.body-bytes` of an operator. The query changes nothing.
    Object(Keys),
    /// The same, of items that are answered one by one. Keys that stand twice are the handler's to refuse. The request may be one part of a
    /// larger one (`Idempotency-Part`).
    Batch(Keys),
    /// These parameters in the query, and a file as the body. Only of whoever gets an answer of the function `first` about the account of the path are
    /// the bytes read.
    File {
        /// The parameters.
        keys: Keys,
        /// A query about an account.
        first: &'static str,
    },
    /// A JSON object as before, with the arguments of a function of the contract by their names there.
    Arguments,
}

impl Takes {
    /// The keys that mean something.
    pub fn keys(self) -> Keys {
        match self {
            Takes::Nothing | Takes::Arguments => &[],
            Takes::Parameters(keys)
            | Takes::Filters(keys)
            | Takes::Query(keys)
            | Takes::Object(keys)
            | Takes::Batch(keys)
            | Takes::File { keys, .. } => keys,
        }
    }

    /// Whether any other key is refused.
    pub fn is_strict(self) -> bool {
        matches!(self, Takes::Filters(_) | Takes::Query(_))
    }

    /// Refuses keys that this request cannot have. Those that it has twice are refused everywhere, before.
    pub fn check<'a>(self, given: impl IntoIterator<Item = &'a str>) -> Result<(), Failure> {
        if !self.is_strict() {
            return Ok(());
        }
        let known = self.keys();
        match given.into_iter().find(|key| !known.contains(key)) {
            None => Ok(()),
            Some(key) => {
                let known = known.join(", ");
                let problem = format!("means nothing here, and would change the answer; known are {known}");
                Err(Failure::field(&text::shortened(key), "unknown-value", &problem))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(takes: Takes, given: &[&str]) -> Option<String> {
        takes.check(given.iter().copied()).err().map(|failure| failure.message)
    }

    /// money-07-usage-filters-ignored
    #[test]
    fn a_filter_that_is_none_is_refused_by_its_name() {
        let filters = Takes::Filters(&["from", "to", "cursor"]);
        assert_eq!(told(filters, &["from", "cursor"]), None);
        let expected = "country: means nothing here, and would change the answer; known are from, to, cursor";
        assert_eq!(told(filters, &["from", "country"]).as_deref(), Some(expected));
        assert_eq!(told(Takes::Query(&["from", "to", "cursor"]), &["country"]).as_deref(), Some(expected));
        for takes in [Takes::Parameters(&["from"]), Takes::Object(&["from"]), Takes::Arguments, Takes::Nothing] {
            assert_eq!(told(takes, &["country"]), None, "{takes:?}");
        }
    }
}
