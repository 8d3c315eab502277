//! Makes a failing history short: parts of its list of operations are left out as long as it still fails.

use super::operation::Operation;
use std::fmt;
use std::time::{Duration, Instant};

/// Histories that are tried to find a shorter one.
const TRIES_MAX: usize = 400;
/// How long a shorter one is looked for.
const TIME_MAX: Duration = Duration::from_secs(30);

/// A history that does not keep to the model.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The seed of it.
    pub seed: u64,
    /// Place of the operation that it failed at, in the plan of the seed; `None`: while everything came to rest.
    pub step: Option<usize>,
    /// What differed.
    pub problem: String,
    /// How many operations were needed at first: the failing prefix of the plan.
    pub prefix: usize,
    /// The shortest list of operations that was found to fail, by their places in the plan.
    pub shortest: Vec<(usize, Operation)>,
    /// What differs in that one.
    pub shortest_problem: String,
}

impl Failure {
    /// A failure that nobody has tried to make short.
    pub(super) fn whole(seed: u64, plan: &[(usize, Operation)], reached: usize, problem: String) -> Failure {
        let prefix = plan.len().min(reached + 1);
        Failure {
            seed,
            step: plan.get(reached).map(|(place, _)| *place),
            shortest: plan[..prefix].to_vec(),
            shortest_problem: problem.clone(),
            problem,
            prefix,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let step = self.step.map_or_else(|| "while coming to rest".to_owned(), |step| format!("at operation {step}"));
        writeln!(formatter, "seed {} fails {step}: {}", self.seed, self.problem)?;
        writeln!(formatter, "\n{} operations still fail:", self.shortest.len())?;
        for (place, operation) in &self.shortest {
            writeln!(formatter, "  {place:>4}  {operation:?}")?;
        }
        if self.shortest_problem != self.problem {
            writeln!(formatter, "with: {}", self.shortest_problem)?;
        }
        let places: Vec<String> = self.shortest.iter().map(|(place, _)| place.to_string()).collect();
        write!(formatter, "\nagain: coinbox simulate --seed {} --only {}", self.seed, places.join(","))?;
        // A longer plan begins with the shorter one.
        match self.shortest.last() {
            Some((last, _)) if *last >= super::operation::OPERATIONS => write!(formatter, " --operations {}", last + 1),
            _ => Ok(()),
        }
    }
}

/// Leaves out what can be left out: first everything behind the failure, then smaller and smaller parts. `passes` runs a part of the plan;
/// a failure names the place in that part that it happened at, and the problem.
pub(super) fn shrink(
    seed: u64,
    plan: &[(usize, Operation)],
    (reached, problem): (usize, String),
    passes: impl Fn(&[(usize, Operation)]) -> Result<(), (usize, String)>,
) -> Box<Failure> {
    let mut failure = Box::new(Failure::whole(seed, plan, reached, problem));
    let (mut tries, started) = (0, Instant::now());
    let mut part = failure.shortest.len().div_ceil(2);
    while part > 0 {
        let mut start = 0;
        let mut shorter = false;
        while start < failure.shortest.len() {
            tries += 1;
            if tries > TRIES_MAX || started.elapsed() > TIME_MAX {
                return failure;
            }
            let mut left = failure.shortest.clone();
            left.drain(start..(start + part).min(left.len()));
            match passes(&left) {
                Err((reached, problem)) => {
                    left.truncate(reached + 1);
                    failure.shortest = left;
                    failure.shortest_problem = problem;
                    shorter = true;
                }
                Ok(()) => start += part,
            }
        }
        if !shorter || part > 1 {
            part /= 2;
        }
    }
    failure
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Waits of as many milliseconds as their place.
    fn plan(count: i64) -> Vec<(usize, Operation)> {
        (0..count).enumerate().map(|(place, ms)| (place, Operation::Wait { ms })).collect()
    }

    /// Fails at operation 7 if 3 came before it, in whatever words.
    fn passes(plan: &[(usize, Operation)]) -> Result<(), (usize, String)> {
        let seen = plan.iter().any(|(place, _)| *place == 3);
        match plan.iter().position(|(place, _)| *place == 7) {
            Some(reached) if seen => Err((reached, format!("after {reached} others"))),
            _ => Ok(()),
        }
    }

    #[test]
    fn only_what_is_needed_is_left() {
        let plan = plan(40);
        let failure = shrink(9, &plan, passes(&plan).expect_err("it fails"), passes);
        let places: Vec<usize> = failure.shortest.iter().map(|(place, _)| *place).collect();
        assert_eq!(places, [3, 7]);
        assert_eq!((failure.seed, failure.step, failure.prefix), (9, Some(7), 8));
        assert_eq!((failure.problem.as_str(), failure.shortest_problem.as_str()), ("after 7 others", "after 1 others"));
        let report = failure.to_string();
        assert!(report.starts_with("seed 9 fails at operation 7: after 7 others\n"), "{report}");
        assert!(report.contains(
            "\n2 operations still fail:\n     3  Wait { ms: 3 }\n     7  Wait { ms: 7 }\nwith: after 1 others\n"
        ));
        assert!(report.ends_with("\nagain: coinbox simulate --seed 9 --only 3,7"), "{report}");
    }

    #[test]
    fn what_fails_at_the_end_only_is_tried_to_its_limit() {
        // Nothing can be left out, and nothing is tried for ever.
        let plan = plan(600);
        let all = |part: &[(usize, Operation)]| {
            if part.len() == 600 { Err((600, "at rest".to_owned())) } else { Ok(()) }
        };
        let failure = shrink(1, &plan, (600, "at rest".to_owned()), all);
        assert_eq!((failure.step, failure.shortest.len()), (None, 600));
        assert!(failure.to_string().ends_with(",599 --operations 600"), "the plan must hold all places");
        assert!(failure.to_string().starts_with("seed 1 fails while coming to rest: at rest\n"));
    }
}
