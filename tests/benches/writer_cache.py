#!/usr/bin/env python3
"""What a commit costs with a small and with a large page cache of the connection that writes: `python3 tests/benches/writer_cache.py`.

Needs no build: the tables and the transactions are those of the store, by Python's own SQLite, without waiting for the disk. Processor time, in turn for each
size, in a store of 200 MB whose caches are full.
"""

import os
import random
import resource
import sqlite3
import statistics
import sys
import tempfile

SIZES = (2, 4, 8, 16, 64)
OLD_EVENTS = 500_000
ROUNDS = 5


def entries(number):
    """What one event writes: a wallet, its name, a line of the ledger."""
    account = random.randrange(10_000)
    return [(f"w/MA{account:018}", "w" * 120), (f"d/{number // 64:013}/{random.getrandbits(64):016x}", "d" * 60), (f"t/{number:016}", "t" * 160)]


def commit(connection, rows):
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?)", rows)
    connection.execute("COMMIT")


def fill(connection, number, events):
    for first in range(number, number + events, 5_000):
        commit(connection, [row for event in range(first, first + 5_000) for row in entries(event)])
    return number + events


def opened(path, mebibytes):
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=OFF", f"cache_size=-{mebibytes * 1024}", "wal_autocheckpoint=4000"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


def processor():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


random.seed(1)
with tempfile.TemporaryDirectory() as folder:
    stores = {}
    for size in SIZES:
        connection = opened(os.path.join(folder, f"{size}.sqlite"), size)
        connection.execute("CREATE TABLE entries (key TEXT COLLATE BINARY NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID")
        stores[size] = [connection, fill(connection, 0, OLD_EVENTS)]
    megabytes = os.path.getsize(os.path.join(folder, f"{SIZES[0]}.sqlite")) >> 20
    print(f"SQLite {sqlite3.sqlite_version}, stores of {megabytes} MB, load {os.getloadavg()[0]:.1f}; processor us an event, median (lowest-highest) of {ROUNDS}")
    for events, commits in ((1, 2_000), (64, 150), (1_000, 20)):
        times = {size: [] for size in SIZES}
        for _ in range(ROUNDS):
            for size, store in stores.items():
                connection, number = store
                work = [[row for event in range(events) for row in entries(number + group * events + event)] for group in range(commits)]
                store[1] += events * commits
                before = processor()
                for rows in work:
                    commit(connection, rows)
                times[size].append((processor() - before) * 1e6 / (events * commits))
        for size in SIZES:
            seen = times[size]
            print(f"  {events:>5} events a commit, cache of {size:>2} MiB: {statistics.median(seen):6.1f} ({min(seen):.1f}-{max(seen):.1f})")
        sys.stdout.flush()

    # What else a commit of the store does since it is held: one look at the file's name, one at the row of its writer.
    connection = stores[SIZES[0]][0]
    connection.execute("CREATE TABLE home (id INTEGER PRIMARY KEY, writer TEXT NOT NULL) STRICT")
    connection.execute("INSERT INTO home VALUES (1, 'a mark of thirty-two letters here')")
    connection.execute("BEGIN IMMEDIATE")
    path, before = os.path.join(folder, f"{SIZES[0]}.sqlite"), processor()
    for _ in range(100_000):
        os.stat(path)
        connection.execute("SELECT writer = ? FROM home WHERE id = 1", ("a mark",)).fetchone()
    print(f"  looking whether the store is still its own: {(processor() - before) * 10:.1f} us a commit, Python included")
