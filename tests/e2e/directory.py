"""The data directory: who may read it (sec-06), who may write to it (sec-09), what belongs together (sec-04, sec-11), and its clock (sec-03)."""

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import time
from pathlib import Path

from coinbox import Checks, Server, event, poll, run

checks = Checks()
STORE_FILES = ("store.sqlite", "store.sqlite-wal", "store.sqlite-shm")
SIMULATED = {"clock.mode": "simulated", "clock.start": "2026-10-05T09:00:00Z"}


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def open_to_others(*folders):
    """Whatever in there somebody else may use."""
    found = []
    for folder in folders:
        for path in [folder, *Path(folder).rglob("*")]:
            if not path.is_symlink() and mode(path) & 0o077:
                found.append(f"{path} {mode(path):04o}")
    return found


def does_not_start(name, server, *says):
    server.log.unlink(missing_ok=True)
    server.launch()
    checks.equal(f"{name}: the server does not start", server.process.wait(60), 1)
    server.process = None
    text = server.log_text()
    checks.holds(f"{name}: says what to do", text, *says)
    checks.true(f"{name}: no panic", "panicked" not in text, text)
    server.log.unlink()


def wait_for(server):
    """As `start`, for a server that is alive and not ready."""
    server.launch()

    def alive():
        if server.process.poll() is not None:
            raise RuntimeError(server.log_text())
        try:
            return server.get("/healthz").status == 200
        except OSError:
            return False

    poll("life", alive)


def private():
    for umask in (0o022, 0o000):
        before = os.umask(umask)
        try:
            server = Server()
            # Made by a person before the first start, and open to all.
            server.data.mkdir(mode=0o755)
            out = server.home / "out"
            with server:
                name = f"sec-06 with umask {umask:04o}"
                checks.holds(f"{name}: a directory that others may enter is told", server.log_text(), "others may enter", "chmod 700")
                server.publish_prices()
                account, _ = server.account()
                server.card(account, "tok_approve")
                server.recharge(account, "100.00")
                server.usage([event(account, server.now_ms())])
                poll("a mail", lambda: list((server.data / "mail/new").iterdir()))
                out.mkdir(mode=0o700)
                for arguments in (("backup", out / "backup.sqlite"), ("ledger", "export", "--format", "csv", "--output", out / "ledger.csv"),
                                  ("pricebook", "export", "--output", out / "prices.csv")):
                    done = server.cli(*arguments)
                    checks.equal(f"{name}: {arguments[0]}", done.returncode, 0)
                usage = out / "usage.csv"
                usage.write_text("id,auth_id,product,heading,number,quantity,at\nx,MA00000000000000000000,sms,outbound,14155550100,1,2026-01-01T00:00:00Z\n")
                usage.chmod(0o600)
                server.cli("usage", "import", usage)
                done = subprocess.run(["ls", "-la", str(server.data)], capture_output=True, text=True, check=True)
                found = [path for path in open_to_others(server.data, out) if not path.startswith(f"{server.data} ")]
                checks.true(f"{name}: nothing in it can be used by others", not found, f"{found}\n{done.stdout}")
                checks.equal(f"{name}: what was made open stays so", mode(server.data), 0o755)
                checks.true(f"{name}: the gateway's book is there", (server.data / "gateway.sqlite").exists())
                checks.true(f"{name}: exports were written", len(list(out.iterdir())) >= 4, list(out.iterdir()))
                new = server.home / "above" / "new"
                backup = out / "backup.sqlite"
                backup.chmod(0o644)
                checks.equal(f"{name}: restore", run("--data", new, "restore", backup).returncode, 0)
                checks.equal(f"{name}: a restored store is private", open_to_others(new.parent), [])
        finally:
            os.umask(before)

    # What an older version has left open is closed, and told.
    with Server() as server:
        server.stop()
        for path in [server.data / "store.sqlite", server.data / "gateway.sqlite", server.data / "number-orders.jsonl", server.data / "operator-token"]:
            path.chmod(0o644)
        server.start()
        checks.equal("sec-06 files that were open are closed", open_to_others(server.data), [])
        checks.holds("sec-06 and told", server.log_text(), "could be used by others", "store.sqlite", "operator-token")


def two_writers():
    with Server() as server:
        server.publish_prices()
        account, _ = server.account()
        server.goodwill(account, "100.00")
        (server.data / "lock").unlink()
        linked = server.home / "linked"
        linked.symlink_to(server.data)
        for name, data in [("the lock file removed", server.data), ("over a symbolic link", linked)]:
            (server.data / "lock").unlink(missing_ok=True)
            second = Server(home=server.home / name.replace(" ", "-"))
            second.home.mkdir()
            second.data = data
            does_not_start(f"sec-09 {name}", second, "is in use by another process", "two writers")
            done = second.offline("account", "list")
            checks.true(f"sec-09 {name}: a command on the store is refused too", done.returncode == 1 and not done.stdout, done)
        server.usage([event(account, server.now_ms())])
        checks.equal("sec-09 the first one goes on", server.get("/readyz").status, 200)
        with sqlite3.connect(server.data / "store.sqlite") as other:
            checks.true("sec-09 another program may look", other.execute("SELECT count(*) FROM entries").fetchone()[0] > 0)
        other.close()
        checks.true("sec-09 and takes no log away", (server.data / "store.sqlite-wal").exists())
        server.goodwill(account, "1.00")
        balance = server.balance(account)
        server.kill()
        (server.data / "lock").unlink(missing_ok=True)
        server.start()
        checks.equal("sec-09 after a kill the store is free, and nothing is lost", server.balance(account), balance)
        checks.equal("sec-09 verify", server.cli("verify").returncode, 0)
        # Moved away while it runs: what is written now would be found by nobody.
        moved = server.home / "moved"
        server.data.rename(moved)
        answer = server.post("/v1/Operator/call/credits.adjust", {"auth-id": account, "adjustment": {"goodwill": {"amount": "1000000", "expires": None}},
                             "reason": "x"}, bearer=(moved / "operator-token").read_text().strip())
        checks.equal("sec-09 a moved store answers no write", answer.status, 503)
        checks.equal("sec-09 and the server ends with an error", server.process.wait(60), 1)
        checks.holds("sec-09 and says why", server.log_text(), "is not where it was opened")
        server.process = None
        moved.rename(server.data)
        server.start()
        checks.equal("sec-09 put back, it goes on", server.balance(account), balance)


def two_journals():
    """sec-09: a restored store beside the old one, with the journal and the book that both belong to."""
    with Server(SIMULATED).stock() as first:
        first.publish_prices()
        accounts = [first.account(name=name)[0] for name in ("A", "B")]
        for account in accounts:
            first.goodwill(account, "50.00")
        backup, home = first.home / "backup.sqlite", first.home / "second"
        first.cli("backup", backup)
        checks.equal("sec-09 restore", run("--data", home / "data", "restore", backup).returncode, 0)
        shutil.copy(first.data / "vault-keys.json", home / "data" / "vault-keys.json")
        parts = {"inventory.orders": "number-orders.jsonl", "payment-sandbox": "gateway.sqlite"}
        for setting, part in parts.items():
            shared = {**SIMULATED, "inventory.stock": first.data / "numbers.csv", setting: first.data / part}
            second = Server(shared, home=home)
            does_not_start(f"sec-09 two servers, one {part}", second, part, f"setting `{setting}`", "is in use by another process")
        done = first.cli("numbers", "buy", accounts[0], "14155550100")
        checks.equal("sec-09 the first one sells its numbers", done.returncode, 0)
        checks.true("sec-09 others may read the journal", len((first.data / "number-orders.jsonl").read_text().splitlines()) >= 3)
        with sqlite3.connect(f"file:{first.data / 'gateway.sqlite'}?mode=ro", uri=True) as book:
            checks.equal("sec-09 others may read the book", book.execute("SELECT count(*) FROM intentions").fetchone()[0], 0)
        book.close()
        first.cli("backup", first.home / "later.sqlite")
        checks.true("sec-09 a backup goes on working", (first.home / "later.sqlite").exists())
        first.kill()
        shared = {**SIMULATED, "inventory.stock": first.data / "numbers.csv", **{setting: first.data / part for setting, part in parts.items()}}
        with Server(shared, home=home) as second:
            second.advance("5m")
            done = second.cli("numbers", "buy", accounts[1], "14155550100")
            checks.true("sec-09 once the first is off, the second knows what it has sold", done.returncode != 0 and "succeeded" not in done.stdout, done)


def belongs_together():
    with Server() as server:
        account, token = server.account()
        server.publish_prices()
        server.goodwill(account, "5.00")
        poll("a mail", lambda: list((server.data / "mail/new").iterdir()))
        checks.holds("sec-04 the first start says that the store is new", server.log_text(), "a new, empty store was made", 'accounts="0"')
        server.stop()
        server.log.unlink()
        server.start()
        checks.holds("sec-04 a later one says how many accounts it has", server.log_text(), "the store was opened", 'accounts="1"')
        server.stop()
        store, away = server.data / "store.sqlite", server.home / "store.sqlite"
        names = sorted(path.name for path in server.data.iterdir())

        store.rename(away)
        does_not_start("sec-04 a lost store", server, "gateway.sqlite", "but no store", "coinbox restore", "--accept new-store")
        checks.equal("sec-04 nothing was made", sorted(path.name for path in server.data.iterdir()), [name for name in names if name != "store.sqlite"])
        store.symlink_to(server.home / "volume" / "store.sqlite")
        does_not_start("sec-04 a link that leads nowhere", server, "symbolic link", "is a volume not mounted")
        server.flags = ["--accept", "new-store"]
        does_not_start("sec-04 such a link is never meant", server, "symbolic link")
        store.unlink()
        # Whoever means it.
        with server:
            checks.holds("sec-04 an empty store that is meant", server.log_text(), "a new, empty store was made")
            checks.equal("sec-04 it has no account", server.cli("--json", "account", "list").returncode, 0)
            checks.equal("sec-04 and knows nobody", server.get(f"/v1/Account/{account}/", auth=(account, token)).status, 401)
            server.stop()
            shutil.copytree(server.data, server.home / "other")
            shutil.rmtree(server.data)
            shutil.copytree(server.home / "other", server.data)
            for path in server.data.glob("store.sqlite*"):
                path.unlink()
            shutil.copy(away, store)
            server.flags = []
            # The empty store has written its name into the book.
            does_not_start("sec-04 the book of another store", server, "gateway.sqlite", "belongs to another store", "--accept gateway")
            server.flags = ["--accept", "gateway"] + ["--accept", "number-orders"]
            server.start()
            checks.equal("sec-04 the store is back", server.get(f"/v1/Account/{account}/", auth=(account, token)).status, 200)
            server.stop()
            server.flags = []

            for part, flag in [("gateway.sqlite", "gateway"), ("number-orders.jsonl", "number-orders")]:
                (server.data / part).rename(server.home / part)
                does_not_start(f"sec-04 {part} is gone", server, part, "is missing", f"--accept {flag}")
                (server.home / part).rename(server.data / part)

            emptied = [("gateway.sqlite", b"", "is empty"), ("number-orders.jsonl", b"", "is empty"),
                       ("number-orders.jsonl", b'{"opened":0}\n', "does not say whose it is")]
            for part, content, says in emptied:
                shutil.copy(server.data / part, server.home / part)
                (server.data / part).write_bytes(content)
                does_not_start(f"sec-04 {part} with {len(content)} bytes", server, part, says, f"--accept {'gateway' if 'gateway' in part else 'number-orders'}")
                checks.equal(f"sec-04 {part} stays as it is", (server.data / part).read_bytes(), content)
                shutil.copy(server.home / part, server.data / part)

            keys, own = server.data / "vault-keys.json", server.home / "own-keys.json"
            shutil.copy(keys, own)
            with Server() as foreign:
                shutil.copy(foreign.data / "vault-keys.json", keys)
            key = [part.split('"')[3] for part in own.read_text().split("\n") if '"id"' in part][0]
            does_not_start("sec-11 the keys of another store", server, "vault-keys.json", f"has no key `{key}`")
            done = server.offline("account", "list")
            checks.true("sec-11 a command is refused too", done.returncode == 1 and key in done.stderr, done)
            with sqlite3.connect(store) as old:
                old.execute("DROP TABLE home")
            old.close()
            does_not_start("sec-11 found in a store of an older version too", server, f"has no key `{key}`")
            shutil.copy(own, keys)
            server.start()
            checks.equal("sec-11 with its own keys it opens", server.get(f"/v1/Account/{account}/", auth=(account, token)).status, 200)

    # A first start that was killed halfway leaves keys and no store.
    server = Server()
    server.data.mkdir(mode=0o700)
    with Server() as first:
        shutil.copy(first.data / "vault-keys.json", server.data / "vault-keys.json")
    (server.data / "lock").write_text("")
    (server.data / "store.sqlite.unfinished").write_bytes(b"half")
    with server:
        account, token = server.account()
        checks.equal("sec-04 a first start that was cut off goes on", server.get(f"/v1/Account/{account}/", auth=(account, token)).status, 200)


def paid(server):
    book = sqlite3.connect(server.data / "gateway.sqlite")
    found = sorted(amount for (amount,) in book.execute("SELECT amount FROM intentions WHERE state = 'paid' AND charge_key IS NULL"))
    book.close()
    return found


def older_stores():
    """sec-02: an older state of the store is put in place as a file, whatever made it one."""
    for name in ["a backup", "a copy of the stopped store", "a copy of the running store"]:
        with Server(SIMULATED) as server:
            server.publish_prices()
            account, _ = server.account()
            server.card(account, "tok_approve")
            old = server.home / "old"
            old.mkdir(mode=0o700)
            if name == "a backup":
                server.cli("backup", old / "store.sqlite")
            else:
                if name == "a copy of the stopped store":
                    server.stop()
                for file in STORE_FILES[:2]:
                    if (server.data / file).exists():
                        shutil.copy(server.data / file, old / file)
                if name == "a copy of the stopped store":
                    server.start()
            for key, amount in (("K1", "50.00"), ("K2", "30.00")):
                checks.equal(f"sec-02 {name}: {key} is paid", server.cli("--idempotency-key", key, "recharge", "now", account, amount).returncode, 0)
            # As the machine dies: nobody writes down how far the store has come.
            server.kill()
            newest = server.home / "newest"
            shutil.copytree(server.data, newest)
            for file in STORE_FILES:
                (server.data / file).unlink(missing_ok=True)
            for path in old.iterdir():
                shutil.copy(path, server.data / path.name)
            does_not_start(f"sec-02 {name}", server, "store.sqlite", "coinbox --data NEW restore", "--accept older-store")
            done = server.offline("account", "list")
            checks.true(f"sec-02 {name}: a command is refused too", done.returncode == 1 and "older-store" in done.stderr, done)
            # The volume alone is an old one, with what the directory itself remembers.
            (server.data / "store-mark.json").unlink()
            does_not_start(f"sec-02 {name}, the mark removed", server, "coinbox --data NEW restore", "--accept older-store")
            server.flags = ["--accept", "older-store"]
            server.start()
            server.flags = []
            server.advance("5m")
            checks.equal(f"sec-02 {name}: meant, it finds what was paid since", str(server.balance(account)), "80")
            for key, amount in (("K2", "30.00"), ("K1", "50.00")):
                done = server.cli("--idempotency-key", key, "recharge", "now", account, amount)
                checks.true(f"sec-02 {name}: {key} again is the same charge", done.returncode == 0 and "failed" not in done.stdout + done.stderr, done)
            server.advance("3h")
            checks.equal(f"sec-02 {name}: each was paid once", paid(server), [30_000_000, 50_000_000])
            checks.equal(f"sec-02 {name}: and is in the balance once", str(server.balance(account)), "80")
            checks.equal(f"sec-02 {name}: verify", server.cli("verify").returncode, 0)
            server.stop()
            server.start()
            checks.equal(f"sec-02 {name}: the next start needs nobody", str(server.balance(account)), "80")
            server.stop()
            # The newest store belongs here as before.
            shutil.rmtree(server.data)
            shutil.copytree(newest, server.data)
            server.start()
            checks.equal(f"sec-02 {name}: the newest one opens as ever", str(server.balance(account)), "80")

    # Usage alone reaches nobody outside: then the directory itself remembers.
    with Server(SIMULATED) as server:
        account, _ = server.account()
        server.stop()
        shutil.copy(server.data / "store.sqlite", server.home / "store.sqlite")
        server.start()
        server.goodwill(account, "5.00")
        server.stop()
        shutil.copy(server.home / "store.sqlite", server.data / "store.sqlite")
        does_not_start("sec-02 an older store after which nothing left the host", server, "store-mark.json has seen", "--accept older-store")


def stop_whole(server):
    """Stops it and moves the log of the gateway's book into its file, so that the file can be copied by itself."""
    server.stop()
    book = sqlite3.connect(server.data / "gateway.sqlite")
    book.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    book.close()


def cut_off():
    """sec-04: a journal and a book that have less than they had."""
    with Server(SIMULATED).stock() as server:
        server.publish_prices()
        account, _ = server.account()
        server.card(account, "tok_approve")
        stop_whole(server)
        old = server.home / "old"
        shutil.copytree(server.data, old)
        server.start()
        server.recharge(account, "50.00")
        checks.equal("sec-04 a number is bought", server.cli("numbers", "buy", account, "14155550100").returncode, 0)
        stop_whole(server)
        for part in ["gateway.sqlite", "number-orders.jsonl"]:
            now = server.home / part
            shutil.copy(server.data / part, now)
            shutil.copy(old / part, server.data / part)
            does_not_start(f"sec-04 an older {part}", server, part, "entries and had", "cut off")
            shutil.copy(now, server.data / part)
        journal = server.data / "number-orders.jsonl"
        lines = journal.read_text().splitlines(keepends=True)
        journal.write_text("".join(lines[:-1]))
        does_not_start("sec-04 a journal without its last line", server, "has 0 entries and had 1")
        journal.write_text("".join(lines))
        server.start()
        checks.equal("sec-04 with its own parts it goes on", server.get("/readyz").status, 200)


def clocks():
    with Server({"clock.mode": "simulated", "clock.start": "2026-10-05T09:00:00Z"}) as server:
        server.account()
        server.stop()
        server.settings = {"clock.mode": "real"}
        does_not_start("a simulated store under a real clock", server, "simulated clock", "--accept clock-mode")
        server.settings = {}
        server.start()
        checks.holds("without a setting the clock is the store's", server.cli("clock", "show").stdout, "simulated")
        server.stop()
        checks.holds("also for a command", server.offline("clock", "show").stdout, "simulated")

    # The last command was weeks ago, by whatever clock this machine has.
    past = time.time() - 60 * 86_400
    with Server({"clock.mode": "simulated", "clock.start": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(past))}) as server:
        server.publish_prices()
        account, _ = server.account()
        server.goodwill(account, "5.00")
        server.stop()
        server.settings, server.flags = {}, ["--clock", "real", "--accept", "clock-mode"]
        wait_for(server)
        ready = server.get("/readyz")
        checks.equal("sec-03 after a gap of weeks the server is not ready", ready.status, 503)
        checks.holds("sec-03 and says why", ready.text, "jumped ahead by", "days", "coinbox clock confirm")
        checks.holds("sec-03 in the log too", server.log_text(), "jumped ahead by")
        metrics = server.get("/metrics").text
        checks.holds("sec-03 and in a metric", metrics, "coinbox_clock_in_doubt 1", "coinbox_ready 0", "coinbox_clock_machine_ahead_seconds 51")
        answer = server.usage([event(account, int(time.time() * 1000) - 1000)])
        checks.equal("sec-03 usage with its true time is to be sent again", (answer.status, answer.json["code"]), (503, "clock_in_doubt"))
        checks.true("sec-03 and is told when", "retry-after" in answer.headers, answer)
        checks.equal("sec-03 reading goes on", str(server.balance(account)), "5")
        shown = server.get("/v1/Operator/clock", bearer=server.token).json["ok"]
        checks.holds("sec-03 the operator's route tells it", shown["doubt"], "jumped ahead")
        done = server.cli("clock", "confirm", shown["shown"])
        checks.true("sec-03 the wrong moment confirms nothing", done.returncode == 1 and "look again" in done.stderr, done)
        done = server.cli("clock", "confirm", "soon")
        checks.true("sec-03 a moment that is none", done.returncode == 1 and "TO" in done.stderr, done)
        done = server.cli("clock", "show")
        checks.holds("sec-03 so does the command", done.stdout, "jumped ahead", "clock confirm")
        done = server.cli("clock", "confirm", shown["machine"])
        checks.true("sec-03 a person confirms", done.returncode == 0 and "(real" in done.stdout, done)
        poll("readiness", server.is_ready)
        answer = server.usage([event(account, int(time.time() * 1000) - 1000)])
        checks.equal("sec-03 then usage is counted", answer.json["answers"][0]["status"], "rated")
        done = server.cli("clock", "confirm", shown["machine"])
        checks.true("sec-03 there is nothing more to confirm", done.returncode == 1 and "nothing to confirm" in done.stderr, done)
        server.stop()
        server.flags = []
        server.start()
        checks.equal("sec-03 the next start needs nobody", server.get("/readyz").text, "ready\n")

    ahead = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 40 * 86_400))
    with Server({"clock.mode": "simulated", "clock.start": ahead}) as server:
        account, _ = server.account()
        server.goodwill(account, "5.00")
        server.stop()
        server.settings, server.flags = {}, ["--clock", "real", "--accept", "clock-mode"]
        server.start()
        ready = server.get("/readyz")
        checks.holds("sec-03 a store that is ahead says how far", ready.text, "39 days ahead of the machine's clock")
        checks.holds("sec-03 in the log too", server.log_text(), "39 days ahead of the machine's clock")
        answer = server.usage([event(account, int(time.time() * 1000) - 1000)])
        checks.equal("sec-03 and rejects no usage for its time", (answer.status, answer.json["code"]), (503, "clock_in_doubt"))
        checks.holds("sec-03 a metric tells it", server.get("/metrics").text, "coinbox_clock_machine_behind_seconds 34")


def stock():
    """09-one-number-spoils-the-search: one row that cannot be used keeps neither the server nor the other numbers from anybody."""
    good = ("14155550101", "US", "1", "local", "", "", "true", "", "")
    bad = ("447700900001", "UK", "44", "mobile", "", "", "true", "", "")
    server = Server()
    server.stock([good, bad])
    with server:
        checks.equal("09 the server starts, and whoever watches it is told", server.get("/readyz").text,
                     "ready; rows of the stock of numbers that are left out because they cannot be used: 1 (see the log)\n")
        checks.holds("09 the log names the row", server.log_text(), "line 3: country: must be GB")
        checks.holds("09 a metric counts it", server.get("/metrics").text, "coinbox_stock_rows_left_out 1")
        server.publish_prices()
        account, _ = server.account()

        def found():
            answer = server.cli("numbers", "search", account, "US", "--json")
            return [one["offer"]["number"] for one in json.loads(answer.stdout)["offers"]]
        checks.equal("09 the other number is offered", found(), ["14155550101"])
        server.stock([good, ("0014155550102", "US", "00", "local", "", "", "true", "", ""), ("14155550103", *good[1:])])
        checks.equal("09 a change of the stock is the same", found(), ["14155550101", "14155550103"])
        checks.holds("09 the log names that row too", server.log_text(), "line 3: number: must be 5 to 15 digits")
        server.stock([good])
        checks.equal("09 mended", found(), ["14155550101"])
        checks.equal("09 nobody has to look", server.get("/readyz").text, "ready\n")


private()
stock()
two_writers()
two_journals()
belongs_together()
cut_off()
older_stores()
clocks()
checks.finish()
