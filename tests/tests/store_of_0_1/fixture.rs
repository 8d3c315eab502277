//! The files of `tests/stores/0.1.0`, put in place as 0.1.0 has left them: the store, the gateway's book, the stock of numbers, the clock.

use coinbox_host::capability::Inventory;
use coinbox_host::coinbox::{Drive, StoreChoice};
use coinbox_host::contract::inventory_types::{OfferedNumber, OrderRequest, ReleaseRequest, StockMovement};
use coinbox_host::engine::RulesRuntime;
use coinbox_host::json;
use coinbox_host::payment::sandbox::{Sandbox, SandboxSettings};
use coinbox_tests::components::repository;
use coinbox_tests::crash_world::{Host, World, list, number};
use rusqlite::Connection;
use rusqlite::types::Value as Cell;
use serde::Deserialize;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::forms::Told;

/// Seed of the random bytes from here on. The history had another one.
const SEED: u64 = 7;

/// A world in which 0.1.0 has just ended.
pub(crate) struct Fixture {
    pub world: World,
    /// What 0.1.0 answered, at this moment.
    pub answers: Vec<Told>,
    /// What was done later with 0.1.0, and what it answered.
    pub later: Vec<Later>,
    /// What 0.1.0 answered after that, where it is not what it had answered before.
    answers_later: Vec<Told>,
}

/// A call or a moment that the clock was moved to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Later {
    #[serde(default)]
    pub call: String,
    #[serde(default)]
    pub args: Value,
    #[serde(default)]
    pub key: Option<String>,
    #[serde(default)]
    pub drain: bool,
    #[serde(default)]
    pub answer: Value,
    #[serde(default, deserialize_with = "moment")]
    pub clock: Option<i64>,
}

fn moment<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(serde::de::Error::custom)
}

fn file(name: &str) -> String {
    let path = repository("tests/stores/0.1.0").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn parsed<T: serde::de::DeserializeOwned>(name: &str) -> T {
    serde_json::from_str(&file(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Makes an SQLite file of its dump.
fn build(path: &Path, dump: &str) {
    let folder = path.parent().expect("a folder");
    std::fs::create_dir_all(folder).expect("a folder");
    let connection = Connection::open(path).expect("a file");
    connection.execute_batch(&file(dump)).unwrap_or_else(|error| panic!("{dump}: {error}"));
}

impl Fixture {
    pub(crate) fn new() -> Fixture {
        let outside: Value = parsed("outside.json");
        let mut world = World::new(SEED);
        build(&world.path("store/store.sqlite"), "store.sql");
        let book = world.path("gateway.sqlite");
        build(&book, "gateway.sql");
        world.clock.set(number(&outside["now"])).expect("a later moment");
        let gateway = Sandbox::open(&book, world.clock.clone(), SandboxSettings::default());
        world.gateway = Arc::new(gateway.expect("the gateway's book"));
        let fixture = Fixture {
            world,
            answers: parsed("answers.json"),
            later: parsed("later-steps.json"),
            answers_later: parsed("answers-later.json"),
        };
        fixture.restock(&outside);
        fixture
    }

    /// The numbers, and who holds which by what order.
    fn restock(&self, outside: &Value) {
        let stock = &self.world.stock;
        for offer in list(&outside["offers"]) {
            stock.add(json::from_value::<OfferedNumber>(offer).expect("a number"));
        }
        for movement in list(&outside["stock-movements"]) {
            let movement: StockMovement = json::from_value(movement).expect("an order or a release");
            let StockMovement { key, number, auth_id, metadata, .. } = movement;
            if movement.release {
                stock.release(&ReleaseRequest { key, number, auth_id, metadata });
            } else {
                let OfferedNumber { country, kind, .. } = stock.offered(&number).expect("a number of the stock");
                stock.order(&OrderRequest { key, number, country, kind, auth_id, metadata });
            }
        }
    }

    /// All that 0.1.0 answered at the end.
    pub(crate) fn answers_at_the_end(&self) -> Vec<Told> {
        let again = |before: &&Told| {
            // The feed is read on.
            let same = |later: &Told| (&later.call, &later.args) == (&before.call, &before.args);
            before.call != "events.read" && !self.answers_later.iter().any(same)
        };
        let before = self.answers.iter().filter(again);
        before.chain(&self.answers_later).cloned().collect()
    }

    /// The store's file.
    pub(crate) fn store(&self) -> PathBuf {
        self.world.path("store/store.sqlite")
    }

    /// A host over the store, driven by hand.
    pub(crate) fn open(&self, rules: &Arc<dyn RulesRuntime>) -> Host {
        self.open_at("store", rules)
    }

    /// A host over a store of this name.
    pub(crate) fn open_at(&self, name: &str, rules: &Arc<dyn RulesRuntime>) -> Host {
        self.world.host(rules.clone(), StoreChoice::Sqlite(self.world.path(name)), Drive::ByHand)
    }
}

/// Every row that a file has of entries, feed and timers.
pub(crate) fn rows(path: &Path) -> Vec<Vec<Cell>> {
    let connection = Connection::open(path).expect("a file");
    let mut found = Vec::new();
    for query in [
        "SELECT key, value, digest FROM entries ORDER BY key",
        "SELECT position, topic, body, digest FROM feed ORDER BY position",
        "SELECT key, lane, due, digest FROM timers ORDER BY key",
    ] {
        let mut statement = connection.prepare(query).expect("a store");
        let columns = statement.column_count();
        let cells = |row: &rusqlite::Row<'_>| (0..columns).map(|column| row.get(column)).collect();
        let all = statement.query_map([], cells).expect("rows");
        found.extend(all.map(|row| row.expect("a row")));
    }
    found
}

/// What SQLite's head says of the version of a store.
pub(crate) fn version_of_file(path: &Path) -> i64 {
    let connection = Connection::open(path).expect("a file");
    connection.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("a version")
}
