"""sec-10: a store is changed in one place, and `verify` must find it. Argument: seed of the random bits."""

import random
import re
import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path

from coinbox import Checks, Server, event, run

checks = Checks()
BITS = 60


def verify(directory):
    done = run("--data", directory, "verify", "--json", seconds=300)
    return done


def changed(home, number, alter, seal=False):
    """A copy of the store with one change; `seal` keeps the check values of rows and their count, otherwise changed rows lose theirs."""
    directory = home / f"copy-{number}"
    shutil.copytree(home / "data", directory)
    store = sqlite3.connect(directory / "store.sqlite")
    rows = alter(store)
    if not seal:
        store.execute("UPDATE entries SET digest = NULL")
        # Counted anew at the next start: what follows from the ledger must find it by itself.
        store.execute("DROP TABLE tally")
    store.commit()
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return directory, rows


def replaced(prefix, pattern, new):
    """Replaces text in the first entry below a prefix in which it stands."""
    def alter(store):
        for key, value in store.execute("SELECT key, value FROM entries WHERE key >= ? AND key < ? ORDER BY key", (prefix, prefix[:-1] + "0")).fetchall():
            text = re.sub(pattern, new, value, count=1)
            if text != value:
                store.execute("UPDATE entries SET value = ? WHERE key = ?", (text, key))
                return 1
        return 0
    return alter


def removed(prefix):
    return lambda store: store.execute("DELETE FROM entries WHERE key >= ? AND key < ?", (prefix, prefix[:-1] + "0")).rowcount


def flipped(directory, chance):
    """One random bit of the file, beyond its head; answers whether a row is another one now."""
    path = directory / "store.sqlite"
    rows = lambda: [sqlite3.connect(path).execute(f"SELECT * FROM {table}").fetchall() for table in ("entries", "feed", "timers")]
    before = rows()
    content = bytearray(path.read_bytes())
    place = chance.randrange(4096, len(content))
    content[place] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    try:
        return rows() != before, place
    except (sqlite3.Error, UnicodeDecodeError):
        return True, place


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else random.randrange(1 << 30)
    print(f"seed {seed}")
    chance = random.Random(seed)
    home = Path(tempfile.mkdtemp(prefix="coinbox-verify-"))
    with Server({"clock.mode": "simulated", "clock.start": "2026-10-05T09:00:00Z"}, home=home).stock() as server:
        server.publish_prices()
        account, _ = server.account()
        server.card(account, "tok_approve")
        server.recharge(account, "50.00")
        server.goodwill(account, "5000.00")
        now = server.now_ms()
        for batch in range(4):
            server.usage([event(account, now - 1000 * number, chance, id=f"e-{batch}-{number}") for number in range(500)])
        server.cli("numbers", "buy", account, "14155550100")
        server.advance("5m")
        server.stop()
    sound = verify(home / "data")
    checks.equal("the store as it is", sound.returncode, 0)
    spoken = run("--data", home / "data", "verify")
    said, _, left_out = spoken.stdout.partition("\nnot compared:\n")
    checks.holds("the end says what was not compared, a line each", left_out, "  · what the gateway and the stock of numbers know\n", "  · counted events that no line of usage has\n")
    checks.holds("one transaction, several: counted words agree", said, "verified: 1 account, ")
    for number, (name, alter) in enumerate([
        ("no event was counted", removed("d/")),
        ("one counted event names another transaction", replaced("d/", r'"t":"[0-9]+/[0-9]+"', '"t":"1700000000000/000001"')),
        ("the sum of a day", replaced("day/", r'"m":[0-9]+', '"m":2')),
        ("the count of a day", replaced("day/", r'"c":[0-9]+', '"c":2')),
        ("the sum of a day and source", replaced("use/", r'"m":[0-9]+', '"m":2')),
        ("the amount of a paid charge", replaced("ch/", r'"amount":[0-9]+', '"amount":95000000')),
        ("the state of a paid charge", replaced("ch/", r'"state":"paid"', '"state":"due"')),
        ("no charge", removed("ch/")),
        ("no page of charges", removed("page/")),
        ("one line of a page", replaced("page/", r'"m":[0-9]+', '"m":7')),
        ("a movement", replaced("mov/", r'"c":-?[0-9]+', '"c":-1')),
        ("no movement", removed("mov/")),
        ("the sum of a month", replaced("cyc/", r'"m":[0-9]+', '"m":2')),
        ("a wallet", replaced("w/", r'[0-9]{6,}', '1234567')),
        ("a lot", replaced("lot/", r'"rest":50000000(?!\d)', '"rest":51000000')),
    ]):
        directory, rows = changed(home, number, alter)
        checks.true(f"{name}: changed", rows > 0, rows)
        done = verify(directory)
        checks.true(f"{name}: found", done.returncode != 0, done.stdout)
        checks.true(f"{name}: no panic", "panicked" not in done.stderr, done.stderr)
        shutil.rmtree(directory)
    # What nothing else follows from has a check value.
    for number, (name, alter) in enumerate([
        ("a name", replaced("acct/", r'"Acme"', '"Acme Ltd"')),
        ("a price", replaced("pb/", r'0\.0085', '0.0086')),
        ("a card", replaced("cards/", r'tok_approve', 'tok_timeout')),
        ("a line of the feed", lambda store: store.execute("UPDATE feed SET body = replace(body, 'recharge', 'rechange') WHERE body LIKE '%recharge-paid%'").rowcount),
        ("a timer", lambda store: store.execute("UPDATE timers SET due = due + 1").rowcount),
    ]):
        directory, rows = changed(home, f"sealed-{number}", alter, seal=True)
        checks.true(f"{name}: changed", rows > 0, rows)
        done = verify(directory)
        checks.true(f"{name}: found", done.returncode != 0, done.stdout)
        checks.holds(f"{name}: said", done.stdout + done.stderr, "what was written")
        shutil.rmtree(directory)
    # sec-10: whole records that are gone, of every kind that the store has.
    store = sqlite3.connect(home / "data" / "store.sqlite")
    kinds = sorted({key.split("/")[0] for (key,) in store.execute("SELECT key FROM entries")})
    store.close()
    # What an account, its money, a number and a bill leave.
    checks.true("the store has many kinds of records", {"acct", "cred", "d", "doc", "docn", "docno", "ledger", "lot", "nb", "nbi", "nbn", "num", "ord", "pb", "series", "store", "w"} <= set(kinds), kinds)
    absent = [("timers", "DELETE FROM timers"), ("one timer", "DELETE FROM timers WHERE key = (SELECT min(key) FROM timers)"),
              ("the feed", "DELETE FROM feed"), ("one line of the feed", "DELETE FROM feed WHERE position = 2")]
    for kind in kinds:
        below = f"key = '{kind}' OR key LIKE '{kind}/%'"
        absent.append((f"every {kind}/", f"DELETE FROM entries WHERE {below}"))
        absent.append((f"one {kind}/", f"DELETE FROM entries WHERE key = (SELECT max(key) FROM entries WHERE {below})"))
    for number, (name, sql) in enumerate(absent):
        directory, rows = changed(home, f"absent-{number}", lambda store: store.execute(sql).rowcount, seal=True)
        checks.true(f"sec-10 {name}: removed", rows > 0, rows)
        done = run("--data", directory, "verify", seconds=300)
        checks.true(f"sec-10 {name}: missed", done.returncode != 0, done.stdout)
        checks.holds(f"sec-10 {name}: said", done.stdout + done.stderr, "missing")
        checks.true(f"sec-10 {name}: no panic", "panicked" not in done.stderr, done.stderr)
        shutil.rmtree(directory)
    missed, altered = [], 0
    for number in range(BITS):
        directory = home / f"bit-{number}"
        shutil.copytree(home / "data", directory)
        other, place = flipped(directory, chance)
        altered += other
        if other and verify(directory).returncode == 0:
            missed.append(place)
        shutil.rmtree(directory)
    checks.equal(f"of {BITS} random bits {altered} have changed a row, and all of these are found", missed, [])
    shutil.rmtree(home)
    checks.finish()


main()
