//! Callers as a call needs them: an operator brings the one permission that the function asks for, not all that he holds.
//!
//! The rules look at no other one. A list of a hundred permissions costs each call more than a small rule does.

use crate::contract::types::{Caller, Operator, Principal};
use serde_json::Value;
use std::borrow::Cow;

/// The caller with this permission, if he holds it, and no other one.
pub(crate) fn caller(caller: &Caller, permission: Option<&str>) -> Caller {
    let who = match &caller.who {
        Principal::Operator(operator) => {
            let held = operator.permissions.iter().find(|held| permission == Some(held.as_str()));
            Principal::Operator(Operator {
                name: operator.name.clone(),
                permissions: held.into_iter().cloned().collect(),
            })
        }
        other => other.clone(),
    };
    Caller {
        who,
        address: caller.address.clone(),
        device: caller.device.clone(),
        request: caller.request.clone(),
        idempotency_key: caller.idempotency_key.clone(),
        part: caller.part.clone(),
    }
}

/// [`caller`] of one that is handed over.
pub(crate) fn owned(mut given: Caller, permission: Option<&str>) -> Caller {
    if let Principal::Operator(operator) = &mut given.who {
        operator.permissions.retain(|held| permission == Some(held.as_str()));
    }
    given
}

/// The same for arguments in JSON form. What is no text stays: it is refused where it is read.
pub(crate) fn arguments(given: &mut Value, permission: Option<&str>) {
    if let Some(Value::Array(held)) = given.pointer_mut(PERMISSIONS) {
        held.retain(|held| held.as_str().is_none_or(|held| permission == Some(held)));
    }
}

/// [`arguments`] of some that are lent.
pub(crate) fn lent<'a>(given: &'a Value, permission: Option<&str>) -> Cow<'a, Value> {
    let spared = |held: &Value| held.as_str().is_some_and(|held| permission != Some(held));
    match given.pointer(PERMISSIONS) {
        Some(Value::Array(held)) if held.iter().any(spared) => {
            let mut given = given.clone();
            arguments(&mut given, permission);
            Cow::Owned(given)
        }
        _ => Cow::Borrowed(given),
    }
}

const PERMISSIONS: &str = "/caller/who/operator/permissions";

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_operator_brings_what_the_function_asks_for() {
        let all = || Caller::operator("olga", vec!["a.b".to_owned(), "c.d".to_owned()], "request-1").once("key");
        for (permission, left) in [(Some("c.d"), vec!["c.d"]), (Some("e.f"), vec![]), (None, vec![])] {
            let expected =
                Caller::operator("olga", left.iter().map(|held| (*held).to_owned()).collect(), "request-1").once("key");
            assert_eq!(caller(&all(), permission), expected);
            assert_eq!(owned(all(), permission), expected);
            let json = |permissions| json!({"caller": {"who": {"operator": {"name": "olga", "permissions": permissions}}}, "x": 1});
            let given = json(json!(["a.b", "c.d"]));
            assert_eq!(*lent(&given, permission), json(json!(left)));
            assert_eq!(*lent(&json(json!([5, "a.b"])), None), json(json!([5])));
        }
        let holder = Caller::token("MA000000000000000001", "secret", "request-1");
        assert_eq!(caller(&holder, Some("a.b")), holder);
        let plain = json!({"job": "x"});
        assert!(matches!(lent(&plain, None), Cow::Borrowed(_)));
    }
}
