//! `coinbox signup …`, `coinbox login` and `coinbox me …`: what a person does with an account of his own, over HTTP and without the operator token.

mod kept;
mod login;
mod me;
mod routes;
mod signup;
mod typed;

pub(super) use login::login;
pub(super) use me::me;
pub(super) use signup::signup;

use super::arguments::Own;
use super::show::Output;
use coinbox_operations::door::{Denied, Door, Proof, Sent};
use kept::{Kept, Session};
use serde_json::Value;
use std::path::PathBuf;

/// What a person's own command works with.
pub(super) struct Person<'a> {
    door: Door,
    kept: Kept,
    file: PathBuf,
    output: &'a Output,
}

impl<'a> Person<'a> {
    /// With what is kept for this server.
    pub(super) fn new(server: &str, own: &Own, output: &'a Output) -> anyhow::Result<Person<'a>> {
        let door = Door::new(server)?;
        let file = kept::file(own.session.as_deref())?;
        let kept = Kept::load(&file, door.base())?;
        Ok(Person { door, kept, file, output })
    }

    fn save(&self) -> anyhow::Result<()> {
        self.kept.save(&self.file)
    }

    /// A request without proof.
    fn nobody(&mut self, route: &str, sent: Sent<'_>) -> anyhow::Result<Value> {
        let answer = self.door.ask(route, sent, Proof::None)?;
        self.note(&answer)?;
        Ok(answer)
    }

    /// A request in the session that is kept.
    fn mine(&mut self, route: &str, sent: Sent<'_>) -> anyhow::Result<Value> {
        let Some(session) = self.kept.session.clone() else {
            anyhow::bail!("you are not logged in at {}: run `coinbox login`", self.door.base());
        };
        match self.door.ask(route, sent, Proof::Session(&session.token)) {
            Ok(answer) => {
                self.note(&answer)?;
                Ok(answer)
            }
            // A wrong password is 401 too, under another word.
            Err(error)
                if error.downcast_ref::<Denied>().is_some_and(|denied| denied.code == "authentication_failed") =>
            {
                self.kept.session = None;
                self.save()?;
                anyhow::bail!("your session has ended: run `coinbox login`")
            }
            Err(error) => Err(error),
        }
    }

    /// Keeps what an answer hands out, at once: whoever is stopped in the middle stays logged in.
    fn note(&mut self, answer: &Value) -> anyhow::Result<()> {
        let before = self.kept.clone();
        take(&mut self.kept, answer);
        if self.kept == before { Ok(()) } else { self.save() }
    }
}

/// What an answer hands out.
fn take(kept: &mut Kept, answer: &Value) {
    let text = |name: &str| answer[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    if let Some(holder) = text("holder") {
        kept.sign_up = Some(holder);
    }
    if let Some(device) = text("device_token") {
        kept.device = Some(device);
    }
    if let Some(token) = text("session") {
        let account = text("account").or_else(|| kept.session.as_ref()?.account.clone());
        let half = !matches!(answer["step"].as_str(), Some("entered" | "confirmed"));
        kept.session = Some(Session { token, half, account });
    }
}

/// What a command prints: an answer without what only the file keeps.
fn shown(mut answer: Value) -> Value {
    if let Some(object) = answer.as_object_mut() {
        for secret in ["api_id", "session", "device_token", "holder"] {
            object.shift_remove(secret);
        }
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_handed_out_is_kept_and_not_printed() {
        let mut kept = Kept::default();
        let half = json!({"api_id": "x", "step": "enrol", "session": "cbs_1", "account": "MA1", "until": "u"});
        take(&mut kept, &half);
        take(&mut kept, &json!({"step": "wrong", "left": 2}));
        let session =
            |token: &str, half| Some(Session { token: token.to_owned(), half, account: Some("MA1".to_owned()) });
        assert_eq!(kept.session, session("cbs_1", true));
        take(&mut kept, &json!({"step": "entered", "session": "cbs_2", "device_token": "d", "recovery_codes": ["a"]}));
        assert_eq!((kept.session.clone(), kept.device.as_deref()), (session("cbs_2", false), Some("d")));
        take(&mut kept, &json!({"holder": "su_1", "until": "u"}));
        assert_eq!(kept.sign_up.as_deref(), Some("su_1"));
        assert_eq!(shown(half), json!({"step": "enrol", "account": "MA1", "until": "u"}));
    }
}
