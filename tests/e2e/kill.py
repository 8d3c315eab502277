"""Kill -9 of the server at random moments, many rounds over one store.

While usage, recharges and credits come from several threads, the process is killed; then it is started again. What was answered is
*acknowledged*; what was sent without an answer is *in doubt* and sent again, as any sender would. After each round:

* everything acknowledged is there: an acknowledged batch sent again answers `duplicate` only, an acknowledged command is found by its key;
* nothing is counted twice: each balance is the sum that this program keeps by itself;
* the charges that the gateway's own book calls paid are those of the ledger, one for one, once no charge is open any more;
* `coinbox verify` finds that every balance follows from the ledger.
"""

import argparse
import functools
import http.client
import random
import sqlite3
import sys
import threading
import time
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

from coinbox import Server, amount, cost, event, micros

CARDS = ["tok_approve", "tok_timeout_after", "tok_timeout_before", "tok_unknown_then_paid", "tok_late:90000", "tok_slow:150",
         "tok_not_sent:2", "tok_decline_insufficient", "tok_unknown_then_never", "tok_script:approve,decline_limit,timeout_after,slow:100"]
ACCOUNTS = 12
SENDERS = 4
RESTARTS_PER_ROUND_MAX = 3


@functools.lru_cache(maxsize=None)
def price(product, heading, number, quantity):
    return cost({"product": product, "heading": heading, "number": number, "quantity": quantity})


class Wrong(Exception):
    """Something that must never happen."""


def must(condition, what):
    if not condition:
        raise Wrong(what)


class Ledger:
    """What this program knows by itself: what was acknowledged, and what is in doubt."""

    def __init__(self):
        self.lock = threading.Lock()
        self.used = defaultdict(Decimal)
        self.given = defaultdict(Decimal)
        self.recharges = {}
        self.batches = []
        self.doubtful_batches = []
        self.doubtful_commands = []
        self.events = 0

    def batch_counted(self, batch, owners):
        with self.lock:
            self.batches.append(batch)
            self.events += len(batch)
            for made in batch:
                self.used[owners[made["auth_id"]]] += price(made["product"], made["heading"], made["number"], made["quantity"])

    def command_done(self, command, answer):
        function, arguments, key = command
        with self.lock:
            if function == "credits.adjust":
                self.given[arguments["auth_id"]] += amount(arguments["adjustment"]["goodwill"]["amount"])
            else:
                self.recharges[key] = (arguments["auth_id"], int(answer["name"]), int(arguments["amount"]))


class World:
    """Accounts with cards on a server, and the load on them."""

    def __init__(self, server, seed):
        self.server = server
        self.random = random.Random(seed)
        self.seed = seed
        self.ledger = Ledger()
        self.owners = {}
        self.accounts = []
        self.cards = {}
        self.never = set()
        self.serial = 0

    def make(self):
        self.server.publish_prices()
        self.server.settings_of_policy({"ask-again": "1m, 5m"})
        for number in range(ACCOUNTS):
            account, _ = self.server.account(name=f"Account {number}")
            self.accounts.append(account)
            self.owners[account] = account
            self.server.goodwill(account, "300.00")
            self.ledger.given[account] += 300
            names = []
            for place in range(3):
                token = CARDS[(number + place * 4) % len(CARDS)]
                started = self.server.call("credits.add-card", auth_id=account, token=f"{token}-k{number}x{place}", make_default=place == 0)
                self.server.drive(started["job"])
                names.append(started["name"])
                if token == "tok_unknown_then_never":
                    self.never.add((account, started["name"]))
            self.cards[account] = names
            if number % 2 == 0:
                settings = {"enabled": True, "balance-amount": micros("290.00"), "recharge-amount": micros("25.00"),
                            "caps": {"day": None, "week": None, "month": None}}
                self.server.call("credits.set-auto-recharge", auth_id=account, settings=settings)
            if number % 3 == 0:
                sub = self.server.call("subaccounts.create", parent=account, name="sub", enabled=True)["auth-id"]
                self.owners[sub] = account

    # Load

    def send_batches(self, draw, running):
        sources = sorted(self.owners)
        connection = self.server.connect()
        while running():
            at = self.clock - draw.randint(0, 600_000)
            batch = [event(draw.choice(sources), at, draw) for _ in range(draw.choice([1, 7, 60, 300]))]
            if not self.attempt(lambda: self.send(batch, connection, fresh=True), self.ledger.doubtful_batches, batch):
                connection.close()
                connection = self.server.connect()

    def send(self, batch, connection=None, fresh=False):
        answer = self.server.usage(batch, connection=connection)
        if answer.status == 503:
            raise OSError("busy")
        must(answer.status == 200, f"usage answered {answer}")
        words = Counter(one["status"] for one in answer.json["answers"])
        expected = {"rated"} if fresh else {"rated", "duplicate"}
        must(set(words) <= expected and sum(words.values()) == len(batch), f"a good batch was answered {dict(words)}")
        self.ledger.batch_counted(batch, self.owners)

    def send_commands(self, draw, running):
        connection = self.server.connect()
        while running():
            account = draw.choice(self.accounts)
            with self.ledger.lock:
                self.serial += 1
                key = f"kill-{self.seed}-{self.serial}"
            if draw.random() < 0.7:
                charged = micros(f"{draw.randint(2500, 6000) / 100:.2f}")
                command = ("credits.recharge", {"auth_id": account, "amount": charged, "card": draw.choice(self.cards[account])}, key)
            else:
                given = {"goodwill": {"amount": micros(f"{draw.randint(1, 500_000) / 100_000:.5f}"), "expires": None}}
                command = ("credits.adjust", {"auth_id": account, "adjustment": given, "reason": "load"}, key)
            if not self.attempt(lambda: self.command(command, connection), self.ledger.doubtful_commands, command):
                connection.close()
                connection = self.server.connect()

    def command(self, command, connection=None):
        function, arguments, key = command
        self.ledger.command_done(command, self.server.call(function, connection=connection, key=key, **arguments))

    def move_clock(self, draw, running):
        while running():
            self.attempt(lambda: self.advance(f"{draw.randint(1, 120)}s"), [], None)

    def advance(self, by):
        self.clock = int(self.server.advance(by)["now"])

    def attempt(self, send, doubtful, what):
        """Whether it was acknowledged; what was not answered is in doubt."""
        try:
            send()
            return True
        except (OSError, http.client.HTTPException, ValueError):
            with self.ledger.lock:
                doubtful.append(what)
            return False

    def load_and_kill(self, after):
        """Load from all threads until the process is killed, this many seconds later."""
        killed = threading.Event()
        wrong = []
        self.clock = self.server.now_ms()

        def thread(run, seed):
            def body():
                try:
                    run(random.Random(seed), lambda: not killed.is_set())
                except Exception as error:  # Told by the main thread.
                    wrong.append(error)
            started = threading.Thread(target=body)
            started.start()
            return started

        runs = [self.send_batches] * SENDERS + [self.send_commands] * 2 + [self.move_clock]
        threads = [thread(run, self.random.getrandbits(64)) for run in runs]
        time.sleep(after)
        # Only what is under way now may be without an answer.
        killed.set()
        self.server.kill()
        for one in threads:
            one.join()
        if wrong:
            raise wrong[0]

    # Checks

    def settle(self):
        """Sends again what is in doubt, and drives until no charge is open."""
        batches, self.ledger.doubtful_batches = self.ledger.doubtful_batches, []
        commands, self.ledger.doubtful_commands = self.ledger.doubtful_commands, []
        for batch in batches:
            self.send(batch)
        for command in commands:
            self.command(command)
        begun = self.clock
        for wait in ("2h", "2h", "2h", "2h", "26h", "26h"):
            self.advance(wait)
            charges = self.charges()
            # A card that never pays is charged again as soon as the gateway has closed the charge before: the next one is open already.
            open_ones = [charge for charge in charges.values() if charge["state"] in ("open", "due")
                         and not ((charge["account"], charge["card"]) in self.never and int(charge["created"]) > begun)]
            if not open_ones:
                return charges
        raise Wrong(f"charges stay open: {open_ones}")

    def charges(self):
        """All charges by their key."""
        found = {}
        for account in self.accounts:
            after = None
            while True:
                page = self.server.call("credits.list-charges", auth_id=account, after=after, limit=100)
                for charge in page["charges"]:
                    must(charge["key"] not in found, f"two charges with the key {charge['key']}")
                    found[charge["key"]] = {**charge, "account": account}
                after = page["next"]
                if after is None:
                    break
        return found

    def check(self):
        charges = self.settle()
        ledger = self.ledger
        for batch in ledger.batches:
            answer = self.server.usage(batch)
            words = Counter(one["status"] for one in answer.json["answers"])
            must(words == {"duplicate": len(batch)}, f"an acknowledged batch sent again was answered {dict(words)}")
        ledger.batches.clear()

        by_number = {(charge["account"], charge["number"]): charge for charge in charges.values()}
        for key, (account, number, charged) in ledger.recharges.items():
            charge = by_number.get((account, number))
            must(charge and charge["kind"] == "manual" and int(charge["amount"]) == charged, f"acknowledged recharge {key} is {charge}")
        manual = sum(charge["kind"] == "manual" for charge in charges.values())
        must(manual == len(ledger.recharges), f"{manual} manual charges of {len(ledger.recharges)} asked for")

        booked = {key: (charge["account"], int(charge["amount"])) for key, charge in charges.items() if charge["state"] == "paid"}
        taken = self.taken()
        must(taken == booked, f"the gateway took {sorted(taken.items() - booked.items())}, which the ledger does not hold, "
                              f"or lacks {sorted(booked.items() - taken.items())}")

        paid = defaultdict(Decimal)
        for account, charged in taken.values():
            paid[account] += amount(charged)
        for account in self.accounts:
            expected = ledger.given[account] + paid[account] - ledger.used[account]
            found = self.server.balance(account)
            must(found == expected, f"balance of {account} is {found}, independently {expected}")
        done = self.server.cli("verify")
        must(done.returncode == 0, f"verify: {done.stdout[-500:]} {done.stderr[-500:]}")
        return len(booked)

    def taken(self):
        """What the gateway's own book calls paid."""
        with sqlite3.connect(f"file:{self.server.data / 'gateway.sqlite'}?mode=ro", uri=True) as book:
            rows = book.execute("SELECT key, auth_id, amount FROM intentions WHERE state = 'paid' AND charge_key IS NULL").fetchall()
        taken = {key: (account, charged) for key, account, charged in rows}
        must(len(taken) == len(rows), "a key was charged twice")
        return taken


def one_round(world, number):
    """Load, kill, restart (sometimes killed too), check."""
    draw, server = world.random, world.server
    after = draw.uniform(0.05, 1.2)
    world.load_and_kill(after)
    ledger = world.ledger
    told = (f"round {number}: killed after {after:.2f} s; acknowledged {sum(map(len, ledger.batches))} events in {len(ledger.batches)} batches, "
            f"{len(ledger.recharges)} recharges in all; in doubt {len(ledger.doubtful_batches)} batches, {len(ledger.doubtful_commands)} commands")
    restarts = 0
    while restarts < RESTARTS_PER_ROUND_MAX and draw.random() < 0.3:
        restarts += 1
        server.launch()
        time.sleep(draw.uniform(0, 0.4))
        server.kill()
    if number % 5 == 0:
        done = server.offline("verify")
        must(done.returncode == 0, f"verify of the killed store: {done.stdout[-500:]} {done.stderr[-500:]}")
    server.start()
    paid = world.check()
    print(f"ok   {told}; {restarts} kills while starting; {paid} charges paid", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32))
    parser.add_argument("--keep", type=Path, help="an empty directory whose store and logs are kept")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    settings = {"clock.mode": "simulated", "clock.start": "2026-02-01T00:00:00Z", "log.level": "warn"}
    with Server(settings, home=arguments.keep) as server:
        world = World(server, arguments.seed)
        world.make()
        number = 0
        try:
            for number in range(1, arguments.rounds + 1):
                one_round(world, number)
            must(server.stop() == 0, "the server did not end with 0")
            done = server.offline("verify")
            must(done.returncode == 0, f"verify after the end: {done.stderr}")
        except Wrong as wrong:
            print(f"FAIL round {number}, seed {arguments.seed}: {str(wrong)[:3000]}")
            print(server.log_text()[-3000:])
            return 1
    print(f"ok   {arguments.rounds} rounds, {world.ledger.events} events and {len(world.ledger.recharges)} recharges, none lost, none twice")
    return 0


if __name__ == "__main__":
    sys.exit(main())
