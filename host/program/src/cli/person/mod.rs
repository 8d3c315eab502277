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
use coinbox_operations::door::{Came, Denied, Door, Proof, Sent};
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

/// Cookies of the server.
const SESSION_COOKIE: &str = "__Host-coinbox";
const DEVICE_COOKIE: &str = "__Host-coinbox-device";
const SIGN_UP_COOKIE: &str = "__Host-coinbox-signup";

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
        let came = self.door.ask(route, sent, Proof::None)?;
        self.note(&came)?;
        Ok(came.body)
    }

    /// A request in the session that is kept.
    fn mine(&mut self, route: &str, sent: Sent<'_>) -> anyhow::Result<Value> {
        let Some(session) = self.kept.session.clone() else {
            anyhow::bail!("you are not logged in at {}: run `coinbox login`", self.door.base());
        };
        match self.door.ask(route, sent, Proof::Session(&session.token)) {
            Ok(came) => {
                self.note(&came)?;
                Ok(came.body)
            }
            Err(error) if error.downcast_ref::<Denied>().is_some_and(|denied| denied.status == 401) => {
                self.kept.session = None;
                self.save()?;
                anyhow::bail!("your session has ended: run `coinbox login`")
            }
            Err(error) => Err(error),
        }
    }

    /// Keeps what an answer hands out, at once: whoever is stopped in the middle stays logged in.
    fn note(&mut self, came: &Came) -> anyhow::Result<()> {
        let before = self.kept.clone();
        take(&mut self.kept, came);
        if self.kept == before { Ok(()) } else { self.save() }
    }
}

/// What an answer hands out: secrets come as cookies, or with the answer itself.
fn take(kept: &mut Kept, came: &Came) {
    let filled = |text: &String| (!text.is_empty()).then(|| text.clone());
    if let Some(holder) = came.cookies.get(SIGN_UP_COOKIE) {
        kept.sign_up = filled(holder);
    }
    let device = came.cookies.get(DEVICE_COOKIE).cloned().or_else(|| text(&came.body, "device_token"));
    if let Some(device) = device {
        kept.device = filled(&device);
    }
    let token = came.cookies.get(SESSION_COOKIE).cloned().or_else(|| text(&came.body, "session"));
    if let Some(token) = token {
        let account = text(&came.body, "account").or_else(|| kept.session.as_ref()?.account.clone());
        let half = came.body["step"] != "entered";
        kept.session = filled(&token).map(|token| Session { token, half, account });
    }
}

fn text(body: &Value, name: &str) -> Option<String> {
    body[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned)
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
