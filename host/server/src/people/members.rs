//! `/v1/Account/{auth_id}/Member/…`: the people of an account, and what an operator does for them (TEAM-1, SEC-11).

use super::login::given;
use super::{flow, shown};
use crate::answer::Failure;
use crate::asked::Asked;
use crate::route::{Answers, Handler, Method, Route};
use crate::takes::{Takes, Who};
use serde_json::{Value, json};

/// Members of a page unless the request says otherwise, and the most there are.
const PAGE: u32 = 100;

const fn operators(
    path: &'static str,
    function: &'static str,
    keys: &'static [&'static str],
    handler: Handler<Value>,
    what: &'static str,
) -> Route {
    Route {
        method: Method::Post,
        path,
        name: "member",
        who: Who::Operator,
        function: Some(function),
        takes: Takes::Object(keys),
        answers: Answers::Object(handler),
        what,
    }
}

/// The routes of this file.
pub(crate) const ROUTES: &[Route] = &[
    Route {
        method: Method::Get,
        path: "/v1/Account/{auth_id}/Member/",
        name: "members",
        who: Who::Known,
        function: Some("members.list"),
        takes: Takes::Parameters(&["after", "limit"]),
        answers: Answers::Object(|asked| Box::pin(list(asked))),
        what: "The people of the account, in order of number: `after`, `limit` (1 to 100). `next` is the `after` of the next page, or null",
    },
    operators(
        "/v1/Account/{auth_id}/Member/Owner/",
        "members.invite-owner",
        &["name"],
        |asked| Box::pin(invite_owner(asked)),
        "Invite the registered address of an account that the operator has made to be its owner: `name`",
    ),
    operators(
        "/v1/Account/{auth_id}/Member/{number}/TemporaryPassword/",
        "members.issue-temporary",
        &["reason"],
        |asked| Box::pin(with_reason(asked, "members.issue-temporary")),
        "A password that is good for one login within 24 hours: `reason`",
    ),
    operators(
        "/v1/Account/{auth_id}/Member/{number}/NewFactors/",
        "members.allow-new-factors",
        &["reason"],
        |asked| Box::pin(with_reason(asked, "members.allow-new-factors")),
        "Let a member who has lost all factors enrol new ones after 24 hours: `reason`",
    ),
];

async fn list(asked: Asked) -> Result<Value, Failure> {
    let limit = asked.whole_number("limit", PAGE)?.unwrap_or(PAGE);
    let arguments =
        json!({"auth-id": asked.account(), "after": asked.whole_number("after", u32::MAX)?, "limit": limit});
    let page = flow::call(&asked, "members.list", arguments).await?;
    Ok(shown::object(&asked, page))
}

async fn invite_owner(asked: Asked) -> Result<Value, Failure> {
    let arguments = json!({"auth-id": asked.account(), "name": given(&asked, "name")?});
    let member = flow::call(&asked, "members.invite-owner", arguments).await?;
    Ok(shown::object(&asked, member))
}

async fn with_reason(asked: Asked, function: &'static str) -> Result<Value, Failure> {
    let number = asked.segment(1).parse::<u32>().ok();
    let number = number.ok_or_else(|| Failure::field("number", "wrong-form", "must be a whole number"))?;
    let arguments = json!({"auth-id": asked.account(), "number": number, "reason": given(&asked, "reason")?});
    let answer = flow::call(&asked, function, arguments).await?;
    Ok(shown::object(&asked, answer))
}
