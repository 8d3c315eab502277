"""Commands about money, each for programs with amounts to the last digit, for people as a table, and with input that is refused."""

import sqlite3
import subprocess

from cli_terminal import terminals
from cli_usage import reservations, statements, summaries
from coinbox import PROGRAM, STOCK, Checks, Server, environment, event, micros
from commands import TRANSACTION, Commands, Like, ms, text_of

checks = Checks()
START = "2026-10-05T09:00:00Z"  # a Monday
LATER = "2026-10-05T10:00:00Z"  # when what follows the coupons has come
UNKNOWN = "MA" + "0" * 18
DOCUMENTS = ["number", "issued", "total", "open", "status", "method", "refers to", "credited"]
REFUNDS = ["number", "why", "amount", "card", "charge", "state", "due", "settled", "reference", "payment"]
CARD = Like(r"visa \d{4}")
REFERENCE = Like(r"sbx-\d{8}")
QUEUE = ["account", "what", "since", "charge", "refund", "note", "item"]


def coupons(commands, server):
    account, _ = server.account(name="Coupons")
    commands.names[account] = "COUPONS"
    autumn = {"number": 1, "code": "AUTUMN-2026", "amount": "20000000", "redeem-by": ms("2026-12-31T00:00:00Z"),
              "validity": {"lasting": str(60 * 86_400_000)}, "uses": 3, "uses-per-account": 1, "note": "autumn", "redeemed": 0,
              "created": ms(START), "created-by": "operator", "withdrawn": None}
    commands.json("coupons", "create", "20.00", "--code", "autumn-2026", "--redeem-by", "2026-12-31T00:00:00Z", "--lasting", "60d",
                  "--uses", "3", "--note", "autumn", gives=autumn, read=False)
    spring = {**autumn, "number": 2, "code": "SPRING-27", "amount": "7500000", "validity": {"until": ms("2027-03-31T00:00:00Z")},
              "uses": 1, "note": ""}
    commands.json("coupons", "create", "7.50", "--code", "SPRING-27", "--redeem-by", "2026-12-31T00:00:00Z", "--until",
                  "2027-03-31T00:00:00Z", gives=spring, read=False)
    commands.json("coupons", "redeem", account, "autumn-2026", read=False, gives={
        "number": 1, "coupon": 1, "label": "****2026", "amount": "20000000", "paid-owed": "0", "expires": ms("2026-12-04T09:00:00Z")})
    autumn["redeemed"] = 1

    commands.json("coupons", "list", gives=[spring, autumn])
    header = ["number", "code", "amount", "redeem by", "credit lasts", "redeemed", "of", "withdrawn", "note"]
    row = ["1", "AUTUMN-2026", "20.00", "2026-12-31T00:00:00Z", "60d from the redemption", "1", "3", "", "autumn"]
    commands.table("coupons", "list", header=header, rows=[
        ["2", "SPRING-27", "7.50", "2026-12-31T00:00:00Z", "until 2027-03-31T00:00:00Z", "0", "1", "", ""], row])
    commands.json("coupons", "list", "--limit", "1", gives=[spring])
    commands.refused("coupons", "list", "--limit", "0", says=["--limit", "at least 1"])

    commands.json("coupons", "show", "autumn-2026", gives=autumn)
    shown = {"number": "1", "code": "AUTUMN-2026", "amount": "20.00", "redeem by": "2026-12-31T00:00:00Z",
             "credit lasts": "60d from the redemption", "redeemed": "1 of 3", "per account": "1", "note": "autumn",
             "made": f"{START} by operator", "withdrawn": ""}
    commands.fields("coupons", "show", "AUTUMN-2026", gives=shown)
    commands.refused("coupons", "show", "WINTER-2026", says=["coupon not found"])

    commands.json("coupons", "withdraw", "2", gives={**spring, "withdrawn": ms(START)}, read=False)
    commands.fields("coupons", "withdraw", "1", gives={**shown, "withdrawn": START}, read=False)
    commands.table("coupons", "list", "--limit", "1", header=header, rows=[
        ["2", "SPRING-27", "7.50", "2026-12-31T00:00:00Z", "until 2027-03-31T00:00:00Z", "0", "1", START, ""]])
    commands.refused("coupons", "withdraw", "99", says=["coupon not found"])
    done = server.cli("coupons", "redeem", account, "SPRING-27")
    checks.true("a withdrawn coupon gives nothing", done.returncode == 1 and "withdrawn" in done.stderr, done)
    checks.equal("nor does it take anything", server.balance(account), 20)

    commands.json("coupons", "redemptions", account, gives=[
        {"number": 1, "coupon": 1, "label": "****2026", "amount": "20000000", "paid-owed": "0", "at": ms(START),
         "expires": ms("2026-12-04T09:00:00Z"), "lot": 1, "transaction": TRANSACTION}])
    commands.table("coupons", "redemptions", account, header=["number", "coupon", "code", "amount", "at", "expires", "lot", "transaction"],
                   rows=[["1", "1", "****2026", "20.00", START, "2026-12-04T09:00:00Z", "1", TRANSACTION]])
    commands.refused("coupons", "redemptions", UNKNOWN, says=["account not found"])
    commands.refused("coupons", "redemptions", account, "--limit", "0", says=["--limit", "at least 1"])


def closings(commands, server):
    """30.00 less 301 messages for 0.00555, which are 1.67 on the final invoice (R85): 28.33 go back to the card (R4), 20 business days from the 6th are 2 November (R24)."""
    accounts = {}
    for name, card in [("RETRIED", "tok_refund_declined:1"), ("AGAIN", "tok_refund_declined:1"),
                       ("SETTLED", "tok_refund_declined"), ("BANK", "tok_refund_declined")]:
        account, _ = server.account(name=name)
        accounts[name] = account
        commands.names[account] = name
        server.card(account, card)
        server.recharge(account, "30.00")
        server.usage([event(account, server.now_ms(), product="sms", number="12025550102", quantity=301)])
        server.call("accounts.close", auth_id=account, reason="moved away")
    retried, settled = accounts["RETRIED"], accounts["SETTLED"]
    commands.json("account", "closing", retried, read=False, gives={
        "step": "settling", "begun": ms(START), "closes-at": ms(LATER), "closed": None, "refunded": "0", "refunds": []})
    server.advance("1h")
    failed = refund(retried)
    commands.json("account", "closing", retried, read=False, gives={
        "step": "done", "begun": ms(START), "closes-at": ms(LATER), "closed": ms(LATER), "by": "operator", "reason": "moved away",
        "owed": "0", "refunded": "28330000", "rounding": "0", "forfeited": "0", "refunds": [failed]})
    commands.fields("account", "closing", retried, gives={
        "step": "done", "begun": f"{START} by operator", "closes at": LATER, "closed": LATER, "owed": "0.00",
        "given back": "0.00, 28.33 failed", "forfeited": "0.00", "rounding": "0.00", "why": "moved away"})
    commands.refused("account", "closing", UNKNOWN, says=["account not found"])

    commands.json("refunds", "list", retried, gives=[failed], read=False)
    row = ["1", "closing", "28.33", CARD, "1", "failed: method-removed", "2026-11-02", "", "", failed["payment"]]
    commands.table("refunds", "list", retried, header=REFUNDS, rows=[row], read=False)
    commands.refused("refunds", "list", retried, "--limit", "0", says=["--limit", "at least 1"])
    commands.refused("refunds", "list", UNKNOWN, says=["account not found"])
    waiting = commands.json("queue", "list", read=False)
    checks.equal("queue: each of them waits for a person", sorted((one["auth-id"], one["kind"], one["refund"]["amount"]) for one in waiting),
                 sorted((account, "refund-failed", "28330000") for account in accounts.values()))

    commands.refused("refunds", "retry", retried, "9", says=["refund not found"])
    commands.json("refunds", "retry", retried, "1", gives={"started": {"name": "1"}, "standing": "succeeded"}, read=False)
    commands.ok("refunds", "retry", accounts["AGAIN"], "1", says="refund 1 succeeded")
    for account in (retried, accounts["AGAIN"]):
        commands.json("refunds", "list", account, gives=[{**refund(account), "state": "paid", "settled": ms(LATER), "reference": REFERENCE}])
    checks.holds("account closing: given back after all", server.cli("account", "closing", retried).stdout, "given back   28.33\n")
    row[5:9] = ["paid", "2026-11-02", LATER, REFERENCE]
    commands.table("refunds", "list", retried, header=REFUNDS, rows=[row])
    commands.refused("refunds", "retry", retried, "1", says=["not failed"])

    commands.refused("refunds", "settle", settled, "1", "--reference", "", says=["reference", "too short", "1"])
    commands.refused("refunds", "settle", settled, "1", "--reference", "r" * 201, says=["reference", "too long", "200"])
    commands.refused("refunds", "settle", settled, "9", "--reference", "SEPA 7", says=["refund not found"])
    otherwise = {"state": "settled-otherwise", "settled": ms(LATER), "reference": "SEPA 7"}
    commands.json("refunds", "settle", settled, "1", "--reference", "SEPA 7", gives={**refund(settled), **otherwise}, read=False)
    commands.table("refunds", "settle", accounts["BANK"], "1", "--reference", "SEPA 8", header=REFUNDS, read=False, rows=[
        ["1", "closing", "28.33", CARD, "1", "settled-otherwise", "2026-11-02", LATER, "SEPA 8", refund(accounts["BANK"])["payment"]]])
    commands.refused("refunds", "settle", settled, "1", "--reference", "SEPA 9", says=["not failed"])
    commands.json("queue", "list", gives=[], read=False)


def refund(account):
    """The refund of a closed account as it stands at first."""
    return {"auth-id": account, "number": 1, "cause": "closing", "amount": "28330000", "charge": 1, "card": CARD, "attempts": 1,
            "payment": Like(f"cb-[a-z0-9]{{16}}-{account}-charge-1"), "state": {"failed": "method-removed"}, "due": "2026-11-02",
            "created": ms(LATER), "settled": None, "reference": None}


def debts(commands, server):
    account, _ = server.account(name="Debts")
    commands.names[account] = "DEBTS"
    server.card(account, "tok_approve")
    commands.refused("credit", "settle", account, says=["nothing owed"])
    commands.refused("credit", "write-off", account, "--reason", "gone", says=["nothing owed"])
    debit(server, account, "12.34")
    checks.equal("12.34 are owed", server.call("credits.get-balance", auth_id=account)["owed"], "12340000")
    commands.refused("account", "close", account, "--yes", says=["owes: 12.34\n"])
    for card in ("card-9", "nonsense"):
        commands.refused("credit", "settle", account, "--card", card, says=[f"--card: the account has no card `{card}`"])
        commands.refused("recharge", "now", account, "25.00", "--card", card, says=[f"--card: the account has no card `{card}`"])
    commands.refused("credit", "settle", UNKNOWN, says=["account not found"])
    commands.json("credit", "settle", account, gives={"started": {"name": "1"}, "standing": "succeeded"}, read=False)
    checks.equal("a settlement pays what was owed", server.balance(account), 0)
    debit(server, account, "5.66")
    commands.ok("credit", "settle", account, says="charge 2 succeeded")
    paid = [["2", "settlement", "5.66"], ["1", "settlement", "12.34"]]
    commands.table("recharge", "list", account, rows=[[*one, "card-1", "paid", LATER, LATER, "1", "", REFERENCE] for one in paid],
                   header=["number", "kind", "amount", "card", "state", "created", "settled", "attempts", "charged back", "reference"])

    debit(server, account, "7.00")
    commands.refused("credit", "write-off", account, "--reason", "", says=["reason", "too short", "1"])
    commands.json("credit", "write-off", account, "--reason", "gone", gives={"transaction": TRANSACTION, "balance": "0"}, read=False)
    debit(server, account, "8.12")
    commands.fields("credit", "write-off", account, "--reason", "gone", gives={"transaction": TRANSACTION, "balance": "0.00"}, read=False)
    checks.equal("what is written off is owed no more", server.call("credits.get-balance", auth_id=account)["owed"], "0")
    written = [line for line in server.cli("ledger", "export", "--format", "csv").stdout.splitlines() if "write" in line]
    checks.true("it is in the ledger, both times", sum("7.00" in line for line in written) and sum("8.12" in line for line in written), written)


def debit(server, account, amount):
    server.call("credits.adjust", auth_id=account, adjustment={"debit": {"amount": micros(amount)}}, reason="fee")


def queue(commands, server):
    """Payments that no charge explains. Some were taken by another store at the same gateway: only what it knows can be given back there."""
    account, _ = server.account(name="Queue")
    commands.names[account] = "QUEUE"
    server.card(account, "tok_decline_limit")
    started = server.call("credits.recharge", auth_id=account, amount="25000000", card=None)
    server.drive(started["job"])
    declined = server.call("credits.list-charges", auth_id=account, after=None, limit=1)["charges"][0]["key"]
    elsewhere = payments_elsewhere(server)
    keys = [declined, "unknown-1", *elsewhere, "unknown-2", "unknown-3"]
    for key in keys:
        notice = {"key": key, "outcome": {"paid": {"reference": f"bank-{key}", "at": str(server.now_ms())}}}
        answer = server.post("/v1/Operator/call/jobs.payment-notice", notice, bearer=server.token)
        checks.equal(f"a notice of {key[:12]} is taken", answer.status, 200)
    now = text_of(server.now_ms())
    items = commands.json("queue", "list", read=False)
    items = {one["id"].split("/", 2)[2]: one for one in items}
    checks.equal("queue: all of them wait", sorted(items), sorted(keys))
    if sorted(items) != sorted(keys):
        return
    checks.equal("queue: as payments without a charge", {(one["kind"], one["since"]) for one in items.values()},
                 {("payment-without-charge", ms(now))})
    for key in keys[1:]:
        checks.holds(f"queue: the note on {key[:12]}", items[key]["note"], key, f"bank-{key}")
    checks.equal("queue: that of a declined charge names its account", items[declined]["auth-id"], account)
    checks.holds("queue: and its amount", items[declined]["note"], "25.00", declined)
    commands.table("queue", header=QUEUE, read=False, rows=[
        [one["auth-id"], "payment-without-charge", now, "", "", one["note"], one["id"]]
        for one in sorted(items.values(), key=lambda one: one["id"])])
    item = {key: one["id"] for key, one in items.items()}

    because = ["--reason", "asked the bank"]
    unknown = ["queue", "credit", item["unknown-1"], account]
    commands.refused(*unknown, *because, says=["amount", "missing"])
    commands.refused(*unknown, "--amount", "30.005", *because, says=["amount", "whole cents"])
    commands.refused(*unknown, "--amount", "lots", *because, says=["--amount", "lots"])
    commands.refused(*unknown, "--amount", "30.00", "--reason", "", says=["reason", "too short"])
    commands.refused("queue", "credit", "nothing", account, "--amount", "30.00", *because, says=["queue item not found"])
    commands.refused("queue", "credit", item["unknown-1"], UNKNOWN, "--amount", "30.00", *because, says=["account not found"])
    commands.refused("queue", "credit", item[declined], account, "--amount", "26.00", *because, says=["amount", "25.00"])
    commands.json("queue", "credit", item[declined], account, *because, gives={"transaction": TRANSACTION, "refund": None}, read=False)
    checks.equal("a declined charge that was paid after all is credited with its own amount", server.balance(account), 25)
    done = commands.ok(*unknown, "--amount", "30.00", *because)
    checks.true("queue credit: names its transaction", done.startswith("credited, transaction ") and TRANSACTION == done.split()[-1], done)
    checks.equal("30.00 are added", server.balance(account), 55)

    commands.refused("queue", "refund", item[elsewhere[0]], account, *because, says=["amount", "missing"])
    commands.refused("queue", "refund", item[elsewhere[0]], UNKNOWN, "--amount", "33.00", *because, says=["account not found"])
    commands.json("queue", "refund", item[elsewhere[0]], account, "--amount", "33.00", *because,
                  gives={"transaction": TRANSACTION, "refund": 1}, read=False)
    done = commands.ok("queue", "refund", item[elsewhere[1]], account, "--amount", "25.50", *because)
    checks.true("queue refund: names its refund", done.startswith("refund 2 is on its way, transaction "), done)
    for number in (1, 2):
        server.drive(f"{account}/refund/{number}")
    given_back = {"cause": "unexplained-payment", "charge": None, "state": "paid", "reference": REFERENCE, "settled": ms(now)}
    commands.json("refunds", "list", account, gives=[
        {**given_back, "number": 2, "amount": "25500000", "payment": elsewhere[1]},
        {**given_back, "number": 1, "amount": "33000000", "payment": elsewhere[0]}])
    checks.equal("what is given back moves no balance", server.balance(account), 55)

    commands.refused("queue", "dismiss", item["unknown-2"], "--reason", "", says=["reason", "too short"])
    commands.refused("queue", "dismiss", "nothing", *because, says=["queue item not found"])
    commands.json("queue", "dismiss", item["unknown-2"], *because, gives={"transaction": None, "refund": None}, read=False)
    commands.ok("queue", "dismiss", item["unknown-3"], *because, says="dismissed")
    commands.refused("queue", "dismiss", item["unknown-3"], *because, says=["queue item not found"])
    commands.ok("queue", says="none")
    commands.json("queue", gives=[])
    checks.equal("after all that the balance is 55.00", server.balance(account), 55)


def payments_elsewhere(server):
    """Keys of two payments that another store took at the same gateway: 33.00 and 25.50."""
    other = Server(
        {**server.settings, "payment-sandbox": server.data / "gateway.sqlite"},
        flags=["--accept", "gateway"],
    )
    owner = sqlite3.connect(server.data / "gateway.sqlite").execute("SELECT family FROM owner").fetchone()
    # The book has one writer at a time (sec-09).
    server.stop()
    with other:
        account, _ = other.account(name="Elsewhere")
        other.card(account, "tok_approve")
        for amount in ("33.00", "25.50"):
            other.recharge(account, amount)
        lots = other.call("credits.list-lots", auth_id=account)
    # The book stays that of the first store.
    with sqlite3.connect(server.data / "gateway.sqlite") as book:
        book.execute("UPDATE owner SET family = ?", owner)
    server.start()
    return [lot["origin"] for lot in lots]


def documents(commands, server, account, sub):
    """The month of `summaries` becomes an invoice on 1 November; after it seats (3 for 20) and rent (0.80) of November are taken."""
    november = "2026-11-01T00:00:00Z"
    commands.json("seats", "show", account, gives={"paid": 0, "in-use": 1, "charged": None, "next-charge": None}, read=False)
    commands.json("seats", "set", account, "2", read=False,
                  gives={"paid": 2, "in-use": 1, "charged": None, "next-charge": ms(november)})
    seats = {"paid": "3", "in use": "1", "charged for": "", "next charge": november}
    commands.fields("seats", "set", account, "3", gives=seats, read=False)
    commands.fields("seats", "show", account, gives=seats, read=False)
    commands.refused("seats", "set", account, "0", says=["SEATS: too small", "1"])
    commands.refused("seats", "set", account, "10001", says=["SEATS: too large", "10000"])
    commands.refused("seats", "set", account, "many", says=["SEATS", "many"], code=2)
    commands.refused("seats", "show", UNKNOWN, says=["account not found"])

    billing = {"legal-name": "Acme GmbH", "address": "Ring 1", "city": "Köln", "state": "", "country": "DE", "tax-id": "DE136695976",
               "notification-addresses": ["books@example.com", "tax@example.com"], "cycle-months": 1, "complete": True}
    commands.json("billing", "set", account, "--legal-name", "Acme GmbH", "--address", "Ring 1", "--city", "Köln", "--country", "DE", "--tax-id",
                  "DE136695976", "--notify", "books@example.com", "--notify", "tax@example.com", gives=billing, read=False)
    commands.json("billing", "show", account, gives=billing)
    commands.refused("billing", "set", account, "--country", "Germany", says=["coinbox: --country: wrong form", "two upper-case letters"])
    commands.refused("billing", "set", account, "--notify", "a@example.com", "--notify", "nobody", says=["coinbox: --notify: wrong form"])
    commands.refused("billing", "show", UNKNOWN, says=["account not found"])
    shown = {"legal name": "Acme GmbH", "address": "Ring 1", "city": "Köln", "state": "", "country": "DE", "tax id": "DE136695976",
             "mails also to": "books@example.com\ntax@example.com", "months of a cycle": "1", "complete": "true"}
    commands.fields("billing", "show", account, gives=shown)

    server.advance(to="2026-11-01T00:10:00Z")
    invoices(commands, server, account, sub)
    commands.json("seats", "show", account, gives={"paid": 3, "in-use": 1, "charged": "2026-11", "next-charge": ms("2026-12-01T00:00:00Z")})
    commands.fields("seats", "show", account,
                    gives={"paid": "3", "in use": "1", "charged for": "2026-11", "next charge": "2026-12-01T00:00:00Z"})
    commands.refused("invoices", "cycle", account, "2", says=["MONTHS", "1 or 3"])
    commands.refused("invoices", "cycle", account, "x", says=["MONTHS", "x"], code=2)
    commands.json("invoices", "cycle", account, "3", gives={**billing, "cycle-months": 3}, read=False)
    commands.fields("invoices", "cycle", account, "1", gives=shown, read=False)


def invoices(commands, server, account, sub):
    issued, now = "2026-11-01T00:00:00Z", "2026-11-01T00:10:00Z"
    listed = commands.json("invoices", "list", account, read=False, gives=[
        {"kind": "invoice", "number": Like(r"2026-\d{6}"), "issued": ms(issued), "period-start": ms("2026-10-01T00:00:00Z"),
         "period-end": ms(issued), "total": "2670000", "amount-due": "0", "status": "paid", "method": "credits", "refers-to": None, "credited": "0"}])
    number = listed[0]["number"]
    commands.names[number] = "INVOICE"
    commands.table("invoices", "list", account, header=DOCUMENTS, read=False,
                   rows=[[number, issued, "2.67", "0.00", "paid", "credits", "", "0.00"]])
    commands.json("invoices", "list", account, "--status", "open", gives=[])
    commands.json("invoices", "list", account, "--status", "paid", "--number", "2026-", "--from", issued, "--before", now,
                  gives=[{"number": number}])
    commands.refused("invoices", "list", account, "--status", "lost", says=["coinbox: --status: unknown value", "paid, open, failed"])
    commands.refused("invoices", "list", account, "--number", "1" * 41, says=["coinbox: --number: wrong form"])
    for flag, moment in [("--from", "2026"), ("--before", "20261101"), ("--before", "1793491200")]:
        commands.refused("invoices", "list", account, flag, moment, says=[flag, f"`{moment}` is not a moment"])
    commands.refused("invoices", "list", account, "--from", "noon", says=["--from", "noon"])
    commands.refused("invoices", "list", account, "--limit", "0", says=["--limit", "at least 1"])

    lines = [(account, "Acme", "adjustment", "2026-10-07: handset", "1", "", "1250000"),
             (account, "Acme", "mms-outbound", "MMS, outbound", "2", "parts", "36000"),
             (account, "Acme", "voice-inbound", "Voice calls, inbound", "10", "seconds", "4500"),
             (account, "Acme", "voice-outbound", "Voice calls, outbound", "966", "seconds", "153000"),
             (sub, "sales", "number-rent", "Monthly rent of numbers, US local", "1", "numbers", "696770"),
             (sub, "sales", "number-setup", "Set-up of numbers, US local", "1", "numbers", "500000"),
             (sub, "sales", "sms-outbound", "SMS, outbound", "3", "parts", "21700"),
             (sub, "sales", "voice-outbound", "Voice calls, outbound", "31", "seconds", "12840")]
    keys = ["section", "section-name", "product", "description", "quantity", "unit", "amount"]
    customer = {"legal-name": "Acme GmbH", "address-lines": ["Ring 1", "Köln"], "country": "DE", "tax-id": "DE136695976", "auth-id": account}
    commands.json("invoices", "show", account, number, gives={
        "kind": "invoice", "number": number, "customer": customer, "currency": "USD", "lines": [dict(zip(keys, line)) for line in lines],
        "discount": "0", "rounding": "-4810", "net": "2670000", "taxes": [], "total": "2670000", "opening-balance": "0", "closing-balance": "197330000",
        "movements": [{"label": "Payment", "at": ms(LATER), "amount": "200000000", "earlier": False}], "amount-due": "0", "status": "paid"})
    commands.refused("invoices", "show", account, "2026-999999", says=["document not found"])

    commands.refused("invoices", "credit-note", account, number, "--amount", "0", "--reason", "x", says=["coinbox: --amount: too small", "0.01"])
    commands.refused("invoices", "credit-note", account, number, "--amount", "all", "--reason", "x", says=["--amount", "all"])
    commands.refused("invoices", "credit-note", account, number, "--amount", "2.68", "--reason", "x", says=["the invoice has 2.67 left to give back\n"])
    commands.refused("invoices", "credit-note", account, number, "--amount", "1.255", "--reason", "x", says=["coinbox: --amount: wrong form", "whole cents"])
    commands.refused("invoices", "credit-note", account, number, "--reason", "", says=["reason", "too short", "1"])
    commands.refused("invoices", "credit-note", account, "2026-999999", "--reason", "x", says=["invoice not found"])
    credit = {"section": account, "section-name": "Acme", "product": "credit-note", "description": f"Credit for invoice {number}", "amount": "1250000"}
    commands.json("invoices", "credit-note", account, number, "--amount", "1.25", "--reason", "handset came back", read=False, gives={
        "kind": "credit-note", "number": "CN-2026-000001", "issued": ms(now), "customer": customer, "lines": [credit], "net": "1250000",
        "taxes": [], "total": "1250000", "amount-due": "0", "status": "credited", "refers-to": number, "note": "handset came back"})
    commands.table("invoices", "credit-note", account, number, "--reason", "the rest", read=False, header=["", "", "quantity", "amount"], rows=[
        ["number", "CN-2026-000002", "", ""], ["issued", now, "", ""], ["customer", "Acme GmbH", "", ""],
        ["Acme", f"Credit for invoice {number}", "1", "1.42"], ["net", "", "", "1.42"], ["total", "", "", "1.42"],
        ["status at issue", "credited (credits)", "", ""], ["refers to", number, "", ""], ["note", "the rest", "", ""]])
    commands.refused("invoices", "credit-note", account, number, "--reason", "once more", says=["the invoice has 0.00 left to give back\n"])
    note = {"kind": "credit-note", "issued": ms(now), "status": "credited", "refers-to": number, "amount-due": "0"}
    commands.json("invoices", "credit-notes", account, gives=[
        {**note, "number": "CN-2026-000002", "total": "1420000"}, {**note, "number": "CN-2026-000001", "total": "1250000"}])
    commands.table("invoices", "credit-notes", account, "--oldest-first", header=DOCUMENTS, rows=[
        ["CN-2026-000001", now, "1.25", "0.00", "credited", "credits", number, "0.00"],
        ["CN-2026-000002", now, "1.42", "0.00", "credited", "credits", number, "0.00"]])
    commands.refused("invoices", "credit-notes", account, "--status", "paid", says=["status", "credited"])
    commands.json("invoices", "list", account, gives=[{"number": number, "total": "2670000", "credited": "2670000"}])
    commands.table("invoices", "list", account, header=DOCUMENTS,
                   rows=[[number, issued, "2.67", "0.00", "paid", "credits", "", "2.67"]])
    receipts(commands, server, account, number)


def receipts(commands, server, account, invoice):
    number = commands.json("receipts", "list", account, gives=[
        {"kind": "receipt", "issued": ms(LATER), "total": "200000000", "status": "successful", "method": "card", "refers-to": "charge-1"}])[0]["number"]
    commands.names[number] = "RECEIPT"
    commands.json("receipts", "show", account, number, gives={
        "kind": "receipt", "number": number, "issued": ms(LATER), "lines": [
            {"product": "recharge", "description": "Recharge, manual", "quantity": "1", "amount": "200000000"}],
        "net": "200000000", "taxes": [], "total": "200000000", "amount-due": "0", "status": "successful", "method": "card", "refers-to": "charge-1"})
    commands.table("receipts", "show", account, number, header=["", "", "quantity", "amount"], rows=[
        ["number", number, "", ""], ["issued", LATER, "", ""], ["customer", "Acme", "", ""],
        ["Acme", "Recharge, manual", "1", "200.00"], ["net", "", "", "200.00"], ["total", "", "", "200.00"],
        ["status at issue", "successful (card)", "", ""], ["status now", "successful", "", ""], ["refers to", "charge-1", "", ""]])
    commands.refused("receipts", "show", account, "R-2026-999999", says=["document not found"])

    pdf = server.home / "receipt.pdf"
    told = commands.ok("receipts", "pdf", account, number, "--output", pdf)
    checks.true("receipts pdf: says how long it is", told.strip() == f"{pdf}: {pdf.stat().st_size} bytes", told)
    content = pdf.read_bytes()
    checks.true("receipts pdf: a PDF", content.startswith(b"%PDF-") and content.rstrip().endswith(b"%%EOF"), content[:20])
    commands.json("receipts", "pdf", account, number, "--output", pdf, gives={"file": str(pdf), "bytes": len(content)}, read=False)
    checks.true("receipts pdf: the same bytes again", pdf.read_bytes() == content)
    piped = subprocess.run([PROGRAM, "--server", server.base, "--token", server.token, "receipts", "pdf", account, number],
                           capture_output=True, check=False, timeout=60, env=environment())
    checks.true("receipts pdf: the same bytes on standard output", (piped.returncode, piped.stdout) == (0, content), piped.stderr)
    commands.refused("receipts", "pdf", account, invoice, says=[f"{invoice} is an invoice, no receipt"])
    commands.refused("receipts", "pdf", account, "CN-2026-000001", says=["CN-2026-000001 is a credit note, no receipt"])
    commands.refused("invoices", "pdf", account, number, says=[f"{number} is a receipt, no invoice or credit note"])
    commands.refused("receipts", "pdf", account, "R-2026-999999", says=["document not found"])
    commands.refused("receipts", "pdf", account, number, "--output", server.home / "no" / "receipt.pdf", says=["no such file"])

    card = {"name": "card-1", "brand": "visa", "last-four": Like(r"\d{4}"), "is-default": True, "state": "ready"}
    overview = commands.json("billing", "overview", account, gives={
        "balance": "139200000", "last-invoice": {"number": invoice, "total": "2670000", "status": "paid", "credited": "2670000"},
        "cards": [card], "receipts": [{"number": number, "total": "200000000", "status": "successful"}]})
    commands.fields("billing", "overview", account, gives={
        "balance": "139.20", "owed now": "nothing", "last invoice": f"{invoice} of 2026-11-01T00:00:00Z: 2.67 (paid)",
        "cards": f"card-1 visa {overview['cards'][0]['last-four']} (ready, default)", "receipts": f"{number} of {LATER}: 200.00 (successful)"})
    commands.refused("billing", "overview", UNKNOWN, says=["account not found"])


def same_without_a_server(commands, server, account):
    """What the server has answered a stopped store answers too, letter for letter."""
    refused = [["invoices", "list", account, "--status", "lost"], ["events", account, "--limit", "0"],
               ["usage", "reserve", account, "c-5", "--number", "12025550100", "--quantity", "60", "--product", "fax"],
               ["usage", "reserve", account, "c-5", "--number", "99900000000", "--quantity", "60"],
               ["usage", "reserve", account, "c-5", "--amount", "1000"], ["credit", "goodwill", account, "0", "--reason", "x"]]
    why = [server.cli(*arguments).stderr for arguments in refused]
    online = [server.cli(*arguments).stdout for arguments in commands.reads]
    verified = server.cli("verify")
    checks.true("verify", verified.returncode == 0, verified.stdout + verified.stderr)
    checks.equal("the server ends with 0", server.stop(), 0)
    for arguments, before in zip(commands.reads, online):
        done = server.offline(*arguments)
        checks.true(f"{commands.named(arguments)}: the same with --data", (done.returncode, done.stdout) == (0, before), done)
    for arguments, before in zip(refused, why):
        done = server.offline(*arguments)
        checks.equal(f"{commands.named(arguments)}: refused in the same words with --data", (done.returncode, done.stderr), (1, before))


with Server({"clock.mode": "simulated", "clock.start": START}).stock(STOCK[:1]) as server:
    server.publish_prices()
    commands = Commands(checks, server)
    coupons(commands, server)
    closings(commands, server)
    debts(commands, server)
    queue(commands, server)
    account, sub = summaries(commands, server)
    reservations(commands, server, account, sub)
    statements(commands, server, account)
    documents(commands, server, account, sub)
    terminals(commands, server, account)
    same_without_a_server(commands, server, account)

checks.finish()
