//! A kind of job as a row: what begins it, what tells its current attempt, what books an answer, what shows it. Each area lists the rows of the jobs that it
//! does, and the top crate finds the row that a key belongs to.

use crate::interfaces::jobs::Error;
use crate::job::{Attempt, Done, JobKey, JobKind, JobState, Next, Subject};
use crate::turn::Turn;
use crate::vocabulary::Fault;

/// How a job stands; none: there is no such job.
pub type Look<S> = fn(&Turn<'_>, S) -> Result<Option<JobState>, Fault>;

/// A kind of job and what is done for it.
pub struct Row<S> {
    /// Its kind.
    pub kind: JobKind<S>,
    /// Does what is due. Of a job that acts outside it notes that an attempt starts, and answers the task; none: nothing is to be done.
    pub begin: fn(&mut Turn<'_>, S) -> Result<Option<Next>, Fault>,
    /// Of a job that acts outside.
    pub effect: Option<Effect<S>>,
    /// How a job stands that a customer waits for, if there is one.
    pub look: Option<Look<S>>,
}

/// What a job needs that acts outside.
pub struct Effect<S> {
    /// The current attempt; none: there is no such job.
    pub attempt: fn(&Turn<'_>, S) -> Result<Option<Attempt>, Fault>,
    /// Books what came of the current attempt, once.
    pub finish: fn(&mut Turn<'_>, S, Done) -> Result<Next, Fault>,
}

impl<S: Subject> Row<S> {
    /// A job that `begin` does, and that nobody waits for.
    pub const fn inside(kind: JobKind<S>, begin: fn(&mut Turn<'_>, S) -> Result<Option<Next>, Fault>) -> Row<S> {
        Row { kind, begin, effect: None, look: None }
    }

    /// What the key names; `None`: it is not the key that the rules write for this subject.
    fn subject(&self, key: &JobKey<'_>) -> Option<S> {
        S::read(key).filter(|subject| self.kind.of(subject.clone()) == key.text)
    }
}

/// A row, whatever the keys of its kind name.
pub trait Job: Sync {
    /// Word of its kind.
    fn word(&self) -> &'static str;

    /// Begins the job with this key.
    fn begin(&self, turn: &mut Turn<'_>, key: &JobKey<'_>) -> Result<Option<Next>, Error>;

    /// Books what came of an attempt, unless it is booked already.
    fn finish(&self, turn: &mut Turn<'_>, key: &JobKey<'_>, attempt: u32, done: Done) -> Result<Next, Error>;

    /// How it stands, for someone who waits.
    fn look(&self, turn: &Turn<'_>, key: &JobKey<'_>) -> Option<JobState>;
}

impl<S: Subject> Job for Row<S> {
    fn word(&self) -> &'static str {
        self.kind.word()
    }

    fn begin(&self, turn: &mut Turn<'_>, key: &JobKey<'_>) -> Result<Option<Next>, Error> {
        let subject = self.subject(key).ok_or(Error::NoSuchJob)?;
        Ok((self.begin)(turn, subject)?)
    }

    fn finish(&self, turn: &mut Turn<'_>, key: &JobKey<'_>, attempt: u32, done: Done) -> Result<Next, Error> {
        let subject = self.subject(key).ok_or(Error::NoSuchJob)?;
        let effect = self.effect.as_ref().ok_or(Error::NoSuchJob)?;
        let current = (effect.attempt)(turn, subject.clone())?.ok_or(Error::NoSuchJob)?;
        if attempt != current.number {
            return Err(Error::StaleAttempt(current.number));
        }
        if current.is_booked {
            return Ok(Next::Rest);
        }
        Ok((effect.finish)(turn, subject, done)?)
    }

    fn look(&self, turn: &Turn<'_>, key: &JobKey<'_>) -> Option<JobState> {
        (self.look?)(turn, self.subject(key)?).ok()?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::AuthId;
    use crate::job::{Numbered, Store};
    use crate::testing::{Fake, START};

    const ACCOUNT: &str = "MA0123456789ABCDEFGH";

    /// Attempt 3 of number 7 is under way, that of 8 is booked; there is no other.
    const OUTSIDE: &dyn Job = &Row::<Numbered> {
        kind: JobKind::new("outside"),
        begin: |_, (_, number)| if number == 7 { Ok(Some(Next::Again)) } else { Err(Fault::not_found("thing")) },
        effect: Some(Effect {
            attempt: |_, (_, number)| {
                Ok((7..=8).contains(&number).then_some(Attempt { number: 3, is_booked: number == 8 }))
            },
            finish: |_, _, done| Ok(if done.lost() == "gone" { Next::Again } else { Next::Rest }),
        }),
        look: Some(|_, (_, number)| Ok((number == 7).then_some(JobState::Working))),
    };

    /// A job that is done as it begins.
    const INSIDE: &dyn Job = &Row::inside(JobKind::<Store>::new("inside"), |_, Store| Ok(None));

    /// A job that an account has once.
    const OF_ACCOUNT: &dyn Job = &Row::inside(JobKind::<AuthId>::new("once"), |_, _| Ok(Some(Next::Rest)));

    fn begin(row: &dyn Job, key: &str) -> Result<Option<Next>, Error> {
        Fake::new().command(START, |turn| row.begin(turn, &JobKey::parse(key).expect("a key")))
    }

    fn finish(row: &dyn Job, key: &str, attempt: u32) -> Result<Next, Error> {
        let done = Done::Lost("gone".to_owned());
        Fake::new().command(START, |turn| row.finish(turn, &JobKey::parse(key).expect("a key"), attempt, done))
    }

    #[test]
    fn begins_what_the_key_names_and_wraps_refusals() {
        assert_eq!(begin(OUTSIDE, &format!("{ACCOUNT}/outside/7")), Ok(Some(Next::Again)));
        let refused = begin(OUTSIDE, &format!("{ACCOUNT}/outside/9"));
        assert!(matches!(refused, Err(Error::Other(problem)) if problem.code == "job-refused"));
        assert_eq!(begin(INSIDE, "store/inside"), Ok(None));
        for bad in ["outside/x", "outside", "outside/7/1", "outside/-7", "outside/+7", "outside/07"] {
            assert_eq!(begin(OUTSIDE, &format!("{ACCOUNT}/{bad}")), Err(Error::NoSuchJob), "{bad}");
        }
        assert_eq!(begin(OUTSIDE, "store/outside"), Err(Error::NoSuchJob));
        assert_eq!(begin(INSIDE, &format!("{ACCOUNT}/inside")), Err(Error::NoSuchJob));
        assert_eq!(begin(OF_ACCOUNT, &format!("{ACCOUNT}/once")), Ok(Some(Next::Rest)));
        for bad in ["once/", "once/anything", "once/7"] {
            assert_eq!(begin(OF_ACCOUNT, &format!("{ACCOUNT}/{bad}")), Err(Error::NoSuchJob), "{bad}");
        }
    }

    #[test]
    fn books_the_current_attempt_once() {
        let seven = format!("{ACCOUNT}/outside/7");
        assert_eq!(finish(OUTSIDE, &seven, 3), Ok(Next::Again));
        assert_eq!(finish(OUTSIDE, &seven, 2), Err(Error::StaleAttempt(3)));
        assert_eq!(finish(OUTSIDE, &format!("{ACCOUNT}/outside/8"), 3), Ok(Next::Rest));
        assert_eq!(finish(OUTSIDE, &format!("{ACCOUNT}/outside/8"), 4), Err(Error::StaleAttempt(3)));
        assert_eq!(finish(OUTSIDE, &format!("{ACCOUNT}/outside/9"), 3), Err(Error::NoSuchJob));
        assert_eq!(finish(OUTSIDE, &format!("{ACCOUNT}/outside/x"), 3), Err(Error::NoSuchJob));
        assert_eq!(finish(INSIDE, "store/inside", 1), Err(Error::NoSuchJob));
    }

    #[test]
    fn shows_what_somebody_may_wait_for() {
        let look = |row: &dyn Job, key: &str| {
            Fake::new().query(START, |turn| row.look(turn, &JobKey::parse(key).expect("a key")))
        };
        assert_eq!(look(OUTSIDE, &format!("{ACCOUNT}/outside/7")), Some(JobState::Working));
        assert_eq!(look(OUTSIDE, &format!("{ACCOUNT}/outside/8")), None);
        assert_eq!(look(OUTSIDE, &format!("{ACCOUNT}/outside/x")), None);
        assert_eq!(look(INSIDE, "store/inside"), None);
    }
}
