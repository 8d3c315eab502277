"""A history of every kind of posting, and three years of a dozen customers, exported and added up by hledger, beancount and a dozen
lines of Python."""

import csv
import io
import json
import os
import random
import subprocess
import tempfile
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from coinbox import Checks, Server, amount, cost, event, micros, run

SEED = int(os.environ.get("COINBOX_E2E_SEED", "20260302"))
print(f"seed {SEED} (COINBOX_E2E_SEED)")
draw = random.Random(SEED)
checks = Checks()
DAY = 86_400_000
CREDITS = ("trial", "promotional", "cash")


def tool(*arguments):
    return subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=False)


def history(server):
    """Makes accounts and lets them live; answers their auth IDs and what each was debited for usage."""
    server.publish_prices()
    accounts = [server.account(name=f"Customer {number}; | \"quoted\" \\", kind="developer" if number == 0 else "standard")[0]
                for number in range(8)]
    sources = [(account, account) for account in accounts]
    for account in accounts[1:4]:
        sources.append((server.call("subaccounts.create", parent=account, name="sub", enabled=True)["auth-id"], account))
    for account, token in zip(accounts[1:], ["tok_approve", "tok_script:approve,decline_limit,approve,approve", "tok_timeout_after",
                                             "tok_approve-2", "tok_unknown_then_paid", "tok_decline_insufficient", "tok_approve-3"]):
        server.card(account, token)
    for account in accounts[1:3]:
        settings = {"enabled": True, "balance-amount": micros("20.00"), "recharge-amount": micros("25.00"),
                    "caps": {"day": None, "week": None, "month": None}}
        server.call("credits.set-auto-recharge", auth_id=account, settings=settings)
    used = defaultdict(Decimal)
    for day in range(12):
        now = server.now_ms()
        for account in accounts[1:]:
            if draw.random() < 0.3:
                # Not waited for: some cards answer only when the clock goes on.
                charged = micros(f"{draw.randint(2500, 9000) / 100:.2f}")
                server.call("credits.recharge", auth_id=account, amount=charged, card=None)
            if draw.random() < 0.3:
                expires = str(now + draw.randint(1, 20) * DAY) if draw.random() < 0.7 else None
                server.goodwill(account, f"{draw.randint(1, 30_00000) / 100000:.5f}", expires)
            if draw.random() < 0.2:
                debit = {"debit": {"amount": micros(f"{draw.randint(1, 15_00000) / 100000:.5f}")}}
                server.call("credits.adjust", auth_id=account, adjustment=debit, reason="fee; for \"x\" | y")
        events = []
        for _ in range(120):
            source, owner = draw.choice(sources)
            made = event(source, now - draw.randint(0, 60_000), draw)
            events.append(made)
            used[owner] += cost(made)
        answer = server.usage(events + events[:30])
        expected = f"{sum(map(cost, events)):.5f}"
        if answer.json["amount"] != expected or answer.json["counts"]["duplicate"] != 30:
            checks.true(f"usage of day {day}", False, f"{answer.json['amount']}, expected {expected}; {answer.json['counts']}")
        server.advance("1d")
    # Gives back what the first usage took from a recharge.
    for account in accounts[1:]:
        paid = [charge for charge in server.call("credits.list-charges", auth_id=account, after=None, limit=100)["charges"]
                if charge["state"] == "paid"]
        lots = {lot["number"]: lot for lot in server.call("credits.list-lots", auth_id=account)}
        for charge in paid[-1:]:
            rest = sum(int(lot["rest"]) for lot in lots.values() if lot["kind"] == "cash" and lot["origin"] == charge["key"])
            if int(charge["amount"]) - rest > 1_230_000:
                correction = {"correction": {"amount": micros("1.23"), "charge": charge["number"]}}
                server.call("credits.adjust", auth_id=account, adjustment=correction, reason="correction")
    server.advance("30d")
    return accounts, used


def ours(balances):
    """Balances by account as they are told: the parts of each in the signs of the ledger (debits positive)."""
    found = {}
    for account, balance in balances.items():
        found[account] = {f"liabilities:credits:{kind}": -amount(balance[kind]) for kind in CREDITS}
        found[account]["assets:receivables"] = amount(balance["owed"])
        parts = -sum(found[account].values())
        checks.equal(f"balance of {account} is the sum of its parts", amount(balance["balance"]), parts)
    return found


def by_owner(sums, accounts):
    """From sums by full account name (`ledger account:auth ID`, any case) to the form of `ours`."""
    found = {account: {f"liabilities:credits:{kind}": Decimal(0) for kind in CREDITS} | {"assets:receivables": Decimal(0)}
             for account in accounts}
    for name, total in sums.items():
        ledger_account, _, owner = name.rpartition(":")
        if owner in found:
            found[owner][ledger_account.lower()] = total
    return found


def hledger(path, accounts, expected):
    for arguments in (["check", "--strict"], ["check", "accounts", "commodities", "balancednoautoconversion", "ordereddates"]):
        done = tool("hledger", "-f", path, *arguments)
        checks.equal(f"hledger {' '.join(arguments)}", (done.returncode, done.stderr), (0, ""))
    done = tool("hledger", "-f", path, "balance", "--flat", "--empty", "--no-total", "--output-format=csv")
    sums = {row["account"]: Decimal(row["balance"].replace(" USD", "").replace(",", "")) if row["balance"] != "0" else Decimal(0)
            for row in csv.DictReader(io.StringIO(done.stdout))}
    checks.equal("hledger finds the balance of every account", by_owner(sums, accounts), expected)
    checks.equal("hledger finds that the ledger sums to zero", sum(sums.values()), 0)
    return sums


def beancount(path, accounts, expected):
    done = tool("bean-check", path)
    checks.equal("bean-check", (done.returncode, done.stdout, done.stderr), (0, "", ""))
    done = tool("bean-query", "--format=csv", path, "SELECT account, sum(number) AS total GROUP BY account")
    rows = [[field.strip() for field in row] for row in csv.reader(io.StringIO(done.stdout))]
    sums = {name: Decimal(total) for name, total in rows[1:]}
    checks.equal("beancount finds the balance of every account", by_owner(sums, accounts), expected)
    return sums


def comma_separated(text, accounts, expected):
    sums, transactions = defaultdict(Decimal), defaultdict(Decimal)
    kinds = set()
    for row in csv.DictReader(io.StringIO(text)):
        sums[f"{row['ledger_account']}:{row['owner']}".rstrip(":")] += Decimal(row["amount"])
        transactions[row["transaction"]] += Decimal(row["amount"])
        kinds.add(row["kind"])
    checks.equal("csv: the balance of every account", by_owner(sums, accounts), expected)
    checks.true("csv: every transaction sums to zero", not any(transactions.values()))
    return dict(sums), len(transactions), kinds


with Server({"clock.mode": "simulated", "clock.start": "2026-01-05T12:00:00Z"}) as server:
    accounts, used = history(server)
    expected = ours({account: server.call("credits.get-balance", auth_id=account) for account in accounts})
    files = {}
    for form in ("hledger", "beancount", "csv"):
        path = str(server.home / f"ledger.{form}")
        done = server.cli("ledger", "export", "--format", form, "--output", path)
        checks.equal(f"export as {form}", (done.returncode, done.stdout), (0, ""))
        files[form] = path
    journal = hledger(files["hledger"], accounts, expected)
    beans = beancount(files["beancount"], accounts, expected)
    with open(files["csv"], encoding="utf-8") as exported:
        text = exported.read()
    sums, transactions, kinds = comma_separated(text, accounts, expected)
    checks.equal("all three have the same accounts and sums", {name: total for name, total in journal.items()}, sums)
    checks.equal("beancount too", {name.lower(): total for name, total in beans.items()}, {name.lower(): total for name, total in sums.items()})
    print(f"     {transactions} transactions of the kinds {', '.join(sorted(kinds))}")
    wanted = {"usage", "recharge", "goodwill", "debit", "correction", "trial-credits", "credit-expired"}
    checks.true("the history has postings of every kind", wanted <= kinds, wanted - kinds)
    usage_income = -sum(total for name, total in sums.items() if name.startswith("income:usage:"))
    checks.equal("usage revenue is the independent sum of all events", usage_income, sum(used.values()))

    done = server.cli("--json", "verify")
    checks.equal("coinbox verify", done.returncode, 0)
    checks.holds("coinbox verify reads as many transactions", done.stdout, f'"transactions": {transactions}')

    # An oracle that accepts everything would prove nothing.
    with open(files["hledger"], encoding="utf-8") as journal_file:
        lines = journal_file.read().splitlines()
    place = max(number for number, line in enumerate(lines) if line.endswith(" USD") and line.startswith("    "))
    head, _, value = lines[place].rpartition("  ")
    lines[place] = f"{head}  {Decimal(value.split()[0]) + Decimal('0.000001')} USD"
    broken = server.home / "broken.journal"
    broken.write_text("\n".join(lines), encoding="utf-8")
    checks.true("hledger refuses a ledger with one millionth too much", tool("hledger", "-f", str(broken), "check").returncode != 0)

    checks.equal("the server ends with 0", server.stop(), 0)
    for form, path in files.items():
        done = server.offline("ledger", "export", "--format", form)
        with open(path, encoding="utf-8") as exported:
            checks.true(f"export as {form} from the stopped store: the same bytes", done.returncode == 0 and done.stdout == exported.read(),
                        done.stderr)

with tempfile.TemporaryDirectory(prefix="coinbox-e2e-") as folder:
    done = run("--json", "simulate", "--three-years", "--ledger", folder, seconds=900, cwd=folder)
    if checks.equal("coinbox simulate --three-years", (done.returncode, done.stderr[-2000:]), (0, "")):
        months = json.loads(done.stdout)["months"]
        checks.equal("every month's end of three years is verified", [month["month"] for month in months],
                     [f"{year}-{month:02}" for year in (2026, 2027, 2028) for month in range(1, 13)] + ["rest"])
        balances = json.loads(Path(folder, "balances.json").read_text(encoding="utf-8"))
        expected = ours(balances)
        journal = hledger(f"{folder}/ledger.journal", list(balances), expected)
        beans = beancount(f"{folder}/ledger.beancount", list(balances), expected)
        checks.equal("both have the same accounts and sums", {name.lower(): total for name, total in journal.items()},
                     {name.lower(): total for name, total in beans.items()})
        checks.equal("the last month's balances are theirs", sum(-sum(parts.values()) for parts in expected.values()),
                     amount(months[-1]["balances"]))
        checks.equal("payment clearing is what the gateway has taken", journal["assets:payment-clearing"], amount(months[-1]["taken"]))

checks.finish()
