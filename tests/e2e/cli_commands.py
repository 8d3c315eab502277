"""Each command once, in one history that is told twice: through a running server, and with --data on a stopped one's store."""

import csv
import json
import shutil
import subprocess
from decimal import Decimal

from coinbox import PRICES, PROGRAM, Checks, Server, amount, cost, event, poll, run

checks = Checks()
START = "2026-04-01T08:00:00Z"
HEADER = "id,auth_id,product,heading,number,quantity,at"


def usage_file(path, events):
    path.write_text("\n".join([HEADER, *(",".join(str(made[name]) for name in HEADER.split(",")) for made in events)]) + "\n")
    return path


def price_file(path, rows=PRICES):
    lines = ["product,heading,country,prefix,rate,first_increment,next_increment", *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n")
    return path


class Told:
    """Runs commands one way and checks what they print."""

    def __init__(self, way, command):
        self.way, self.command = way, command

    def ok(self, name, *arguments, says=()):
        """A command that succeeds; answers its standard output."""
        done = self.command(*arguments)
        if checks.true(f"{self.way}: {name}", done.returncode == 0, done) and says:
            checks.holds(f"{self.way}: {name}: what it says", done.stdout, *says)
        return done.stdout

    def json(self, name, *arguments, code=0):
        done = self.command("--json", *arguments)
        try:
            answer = json.loads(done.stdout)
        except ValueError:
            answer = None
        checks.true(f"{self.way}: {name} --json", done.returncode == code and answer is not None, done)
        return answer

    def fails(self, name, *arguments, says=(), code=1):
        done = self.command(*arguments)
        checks.equal(f"{self.way}: {name}: exit code", done.returncode, code)
        checks.holds(f"{self.way}: {name}: says", done.stderr, *says)


def history(told, server):
    home = server.home
    prices = price_file(home / "prices.csv")
    told.ok("pricebook import", "pricebook", "import", prices, "--starts-at", "2026-03-01T00:00:00Z", says=["published", "7"])
    told.ok("pricebook import --draft", "pricebook", "import", prices, "--draft", says=["draft"])
    told.ok("pricebook versions", "pricebook", "versions", says=["published", "draft"])
    exported = told.ok("pricebook export", "pricebook", "export")
    checks.equal(f"{told.way}: the export holds the rows of the import", sorted(row["rate"] for row in csv.DictReader(exported.splitlines())),
                 sorted(row[4] for row in PRICES))
    as_json = home / "prices.json"
    told.ok("pricebook export --format json --output", "pricebook", "export", "--format", "json", "--output", as_json, "--version", "1")
    told.ok("pricebook import of that JSON", "pricebook", "import", as_json, "--draft")

    account = told.json("account create", "account", "create", "--name", "Acme", "--email", "acme@example.com", "--city", "Pune",
                        "--timezone", "Asia/Kolkata", "--idempotency-key", "acme")["auth-id"]
    again = told.json("account create again with its key", "account", "create", "--name", "Acme", "--email", "acme@example.com", "--city",
                      "Pune", "--timezone", "Asia/Kolkata", "--idempotency-key", "acme")
    checks.equal(f"{told.way}: the same key makes no second account", (again["auth-id"], again["auth-token"]), (account, ""))
    told.ok("account create, for people", "account", "create", "--name", "Trial", "--email", "t@example.com", "--type", "developer",
            says=["auth ID", "auth token"])
    told.ok("account show", "account", "show", account, says=["Acme", "Asia/Kolkata", "0.00"])
    told.ok("account list", "account", "list", says=["Acme", "Trial", "10.00"])
    told.ok("account list, a page", "account", "list", "--limit", "1")
    names = lambda name, *arguments: [one["name"] for one in told.json(name, "account", "list", *arguments)["accounts"]]
    for name, arguments, expected in [
            ("--name", ["--name", "ACM"], ["Acme"]), ("--email", ["--email", "T@example.com"], ["Trial"]), ("--email-part", ["--email-part", "@example.com"], ["Acme", "Trial"]),
            ("--type", ["--type", "developer"], ["Trial"]), ("--billing-mode", ["--billing-mode", "postpaid"], []), ("--standing", ["--standing", "active"], ["Acme", "Trial"]),
            ("--owing", ["--owing"], []), ("--balance-below", ["--balance-below", "0.01"], ["Acme"]), ("--balance-from", ["--balance-from", "-1"], ["Acme", "Trial"]),
            ("two filters", ["--name", "a", "--balance-from", "10.00"], ["Trial"])]:
        checks.equal(f"{told.way}: account list {name}", sorted(names(f"account list {name}", *arguments)), expected)
    listed = told.ok("account list --csv", "account", "list", "--csv", "--name", "acme")
    checks.equal(f"{told.way}: account list --csv", [(row["name"], row["email"], row["balance"]) for row in csv.DictReader(listed.splitlines())],
                 [("Acme", "acme@example.com", "0.00000")])
    told.fails("account list --email of a part", "account", "list", "--email", "acme", says=["--email: wrong form"])
    told.fails("account list --name of nothing", "account", "list", "--name", "", says=["--name: too short (limit: 1)"])
    told.fails("account list --balance-below of a word", "account", "list", "--balance-below", "much", says=["--balance-below"])
    told.fails("account list --standing of a word", "account", "list", "--standing", "idle", says=["--standing"], code=2)
    told.fails("account list --owing and an amount", "account", "list", "--owing", "--balance-below", "1", says=["--owing"], code=2)
    told.ok("account update", "account", "update", account, "--name", "Acme 2", "--address", "MG Road", says=["Acme 2", "MG Road", "Pune"])
    # 01-one-bad-recipient-stops-all-mail: a registered address can be corrected.
    told.fails("account update, no mail address", "account", "update", account, "--email", "bad..one@acme.example", says=["email"])
    told.ok("account update --email", "account", "update", account, "--email", "owner@acme.example", says=["owner@acme.example"])
    checks.equal(f"{told.way}: account token", len(told.ok("account token", "account", "token", account).strip()), 40)
    # money-12-settings-that-are-not-named-are-reset
    told.ok("account limits", "account", "limits", account, "--maximum-recharge", "20000.00", says=["20000.00", "as the policy says"])
    told.ok("account limits: what is not named stays", "account", "limits", account, "--standard-rate", "50", says=["20000.00", "50"])
    told.ok("account limits: looking changes nothing", "account", "limits", account, says=["20000.00", "50"])
    told.ok("account suspend", "account", "suspend", account, "--reason", "compliance-issue", "--details", "papers", says=["compliance-issue"])
    told.ok("account reinstate", "account", "reinstate", account, says=["active"])
    sub = told.json("subaccount create", "subaccount", "create", account, "--name", "sales")["auth-id"]
    told.ok("subaccount list", "subaccount", "list", account, says=[sub, "sales"])
    told.ok("subaccount update", "subaccount", "update", sub, "--name", "sales 2", "--enabled", "true", says=["sales 2", "true"])
    gone = told.json("subaccount create, to go", "subaccount", "create", account, "--name", "gone")["auth-id"]
    told.fails("subaccount delete without --yes", "subaccount", "delete", gone, says=["--yes"])
    told.ok("subaccount delete", "subaccount", "delete", gone, "--numbers", "move", "--yes", says=["deleted"])
    told.ok("subaccount update back", "subaccount", "update", sub, "--name", "sales", says=["sales"])

    told.ok("card add", "card", "add", account, "tok_approve", says=["succeeded"])
    told.fails("recharge now before the seller is known (money-08)", "recharge", "now", account, "30.00", says=["seller incomplete", "legal-name", "country"])
    told.ok("seller show", "seller", "show", says=["legal-name, address-lines, country"])
    told.ok("seller set", "seller", "set", "--legal-name", "Example Telecom Ltd", "--address", "1 Example Road", "--address", "Wellington 6011",
            "--country", "NZ", "--phone", "+64 4 555 0100", says=["Wellington 6011", "+64 4 555 0100", "nothing"])
    told.ok("seller set leaves what is not named", "seller", "set", "--email", "billing@example.com", says=["Wellington 6011", "billing@example.com"])
    told.fails("seller set takes nothing away that documents need", "seller", "set", "--country", "", says=["--country", "missing"])
    told.fails("recharge now before billing information is complete (money-08)", "recharge", "now", account, "30.00", says=["billing incomplete", "legal-name"])
    told.ok("billing set", "billing", "set", account, "--legal-name", "Acme Ltd", "--country", "IN", says=["true"])
    told.ok("card add --default", "card", "add", account, "tok_unknown_then_never", "--default", says=["card-2"])
    told.fails("card add of an unknown one", "card", "add", account, "tok_of_nobody", says=["failed"])
    told.ok("card list", "card", "list", account, says=["card-1", "card-2", "visa"])
    told.ok("card default", "card", "default", account, "card-1")
    told.ok("recharge now", "recharge", "now", account, "30.00", says=["succeeded"])
    told.ok("recharge now, another card", "recharge", "now", account, "40.00", "--card", "card-2", says=["under way"])
    told.ok("recharge list", "recharge", "list", account, says=["30.00", "paid", "40.00", "open"])
    told.ok("recharge give-up", "recharge", "give-up", account, "2")
    documents = lambda name, *arguments: told.json(f"documents list {name}", "documents", "list", *arguments)["documents"]
    checks.equal(f"{told.way}: documents list", [(one["auth-id"], one["name"], one["receipt"], one["document"]["total"]) for one in documents("of all accounts", "--receipt", "payment")],
                 [(account, "Acme 2", "payment", "30000000")])
    for name, arguments, count in [("--month", ["--month", "2026-04"], 1), ("--month of before", ["--month", "2026-03"], 0), ("--kind", ["--kind", "invoice"], 0),
                                   ("--status", ["--status", "successful"], 1), ("--open", ["--open"], 0), ("--open-from", ["--open-from", "1.00"], 0),
                                   ("--account", ["--account", account, "--oldest-first"], 1), ("--number", ["--number", "R-2026-000001"], 1),
                                   ("--from, --before", ["--from", "2026-04-01T00:00:00Z", "--before", "2026-05-01T00:00:00Z"], 1), ("--before", ["--before", START], 0)]:
        checks.equal(f"{told.way}: documents list {name}: how many", len(documents(name, *arguments)), count)
    told.ok("documents list, for people", "documents", "list", says=["R-2026-000001", "receipt: payment", "30.00", "Acme 2"])
    listed = told.ok("documents list --csv", "documents", "list", "--csv")
    checks.equal(f"{told.way}: documents list --csv", [(row["auth_id"], row["total"], row["open"]) for row in csv.DictReader(listed.splitlines())],
                 [(account, "30.00000", "0.00000")])
    told.fails("documents list --month of a word", "documents", "list", "--month", "spring", says=["--month: wrong form (limit: a month such as 2026-11)"])
    told.fails("documents list --status of a word", "documents", "list", "--status", "frozen", says=["--status: unknown value", "paid, open, failed"])
    told.fails("documents list --open-from of nothing", "documents", "list", "--open-from", "0", says=["--open-from: too small (limit: 0.000001)"])
    told.fails("documents list --account of nobody", "documents", "list", "--account", "MA" + "0" * 18, says=["account not found"])
    told.fails("documents list --open and an amount", "documents", "list", "--open", "--open-from", "1", says=["--open"], code=2)
    told.ok("recharge list after it", "recharge", "list", account, says=["void"])
    told.ok("card remove", "card", "remove", account, "card-2")
    told.ok("recharge auto on", "recharge", "auto", account, "on", "--below", "20.00", "--amount", "25.00", "--day-cap", "100.00", says=["true"])
    told.ok("recharge status", "recharge", "status", account, says=["20.00", "25.00", "100.00"])

    told.ok("credit goodwill", "credit", "goodwill", account, "5.00", "--reason", "sorry", "--expires", "2026-12-31T00:00:00Z", says=["35.00"])
    told.ok("credit debit", "credit", "debit", account, "12.00", "--reason", "fee", says=["23.00"])
    told.ok("credit correct", "credit", "correct", account, "2.00", "--charge", "1", "--reason", "mistake", says=["25.00"])
    told.ok("credit show", "credit", "show", account, says=["25.00", "available"])
    told.ok("credit lots", "credit", "lots", account, says=["cash", "30.00"])
    told.ok("alerts set", "alerts", "set", account, "--below", "24.00", "--to", "books@example.com", says=["24.00", "customer"])
    told.ok("alerts set: what is not named stays", "alerts", "set", account, "--to", "cfo@example.com", says=["24.00", "cfo@example.com"])
    told.ok("alerts set: none takes away", "alerts", "set", account, "--to", "none", says=["24.00"])
    told.ok("alerts set: the rest", "alerts", "set", account, "--to", "books@example.com", says=["24.00", "books@example.com"])
    told.ok("alerts show", "alerts", "show", account, says=["24.00", "500.00", "books@example.com"])

    now = int(told.json("clock show", "clock", "show")["now"])
    overrides = price_file(home / "overrides.csv", [("sms", "outbound", "US", "1202", "0.001", 0, 0)])
    told.ok("pricebook override", "pricebook", "override", account, overrides, says=["1 overrides"])
    told.ok("clock advance", "clock", "advance", "1m", says=["simulated"])
    told.ok("pricebook override --show", "pricebook", "override", account, "--show", says=["1202", "0.001"])
    good = [event(account, now, number="919812345678"), event(sub, now, product="mms", number="12025550103", quantity=2)]
    bad = [event(account, now, number="99900000000"), event("MA" + "0" * 18, now), {**event(account, now), "quantity": "many"}]
    path = usage_file(home / "usage.csv", [*good, good[0], *bad])
    counted = told.json("usage import, exit code 3 for rows that were not counted", "usage", "import", path, code=3)
    checks.equal(f"{told.way}: usage import counts", [counted[name] for name in ("rated", "duplicate", "rejected", "unreadable", "amount")],
                 [2, 1, 2, 1, f"{sum(map(cost, good)):.5f}"])
    rejected = list(csv.DictReader((home / "usage.csv.rejected.csv").open()))
    checks.equal(f"{told.way}: rejected rows are written beside it with reasons", [(row["line"], row["reason"]) for row in rejected],
                 [("5", "no-price"), ("6", "unknown-account"), ("7", "unreadable")])
    lines = home / "usage.jsonl"
    lines.write_text("\n".join(json.dumps(made) for made in good) + "\n")
    checks.equal(f"{told.way}: usage import of JSON lines", told.json("usage import JSON lines", "usage", "import", lines)["duplicate"], 2)
    kept = told.json("usage rejected", "usage", "rejected")
    checks.equal(f"{told.way}: usage rejected", sorted(one["reason"] for one in kept), ["no-price", "unknown-account"])
    mended = home / "mended.csv"
    one = next(one for one in kept if one["reason"] == "no-price")
    values = [one["key"], one["event"]["id"], account, "voice", "outbound", "12025550100", "61", one["event"]["at"]]
    mended.write_text(f"key,{HEADER}\n{','.join(values)}\n")
    told.ok("usage resubmit", "usage", "resubmit", mended, says=["rated", "1"])
    told.ok("usage discard", "usage", "discard", next(one for one in kept if one["reason"] == "unknown-account")["key"])
    told.ok("usage rejected, none left", "usage", "rejected", says=["none"])

    numbers(told, server, account, sub)

    told.ok("events", "events", says=["account-created", "recharge-paid", "auto-recharge-set"])
    told.ok("events of an account", "events", account, "--limit", "3", says=["account-created"])
    told.ok("events --json", "--json", "events", account, says=["\"kind\""])
    told.ok("explain", "explain", account, says=["was paid from", "Automatic recharge is on", "sorry"])
    told.ok("explain --json", "--json", "explain", account, "--after", "1", says=["sentence"])
    for form, head in [("hledger", "commodity"), ("beancount", "operating_currency"), ("csv", "transaction,")]:
        told.ok(f"ledger export {form}", "ledger", "export", "--format", form, says=[head])
    told.ok("policy show", "policy", "show", says=["minimum-recharge", "25.00"])
    told.ok("policy set", "policy", "set", "minimum-recharge", "20.00", says=["20.00"])
    told.ok("policy set of a list", "policy", "set", "alert-thresholds", "400,40", says=["alert-thresholds 400.00, 40.00"])
    told.ok("policy set of a list in words", "policy", "set", "ladder-levels", "80", "40", says=["ladder-levels 80, 40"])
    told.ok("policy set of several", "policy", "set", "series-limit=5", "payment-terms=14 days net", says=["series-limit 5", "payment-terms 14 days net"])
    told.ok("policy reset", "policy", "reset", "series-limit", "ladder-levels", "alert-thresholds",
            says=["series-limit 40", "ladder-levels 75, 50, 25, 0", "alert-thresholds 500.00, 250.00, 100.00, 10.00"])
    policy_is_given_back(told, server)
    told.ok("policy describe", "policy", "describe", says=["minimum-recharge", "duration"])
    told.ok("policy describe NAME", "policy", "describe", "ladder-levels", says=["form: percents", "most entries: 8", "order: falling", "default: 75, 50, 25, 0", "CRD-6"])
    told.ok("policy history", "policy", "history", says=["series-limit", "40", "5", "payment-terms"])
    told.ok("policy history of an account", "policy", "history", "--account", account, says=["standard-rate", "as the policy says", "50"])
    told.ok("queue", "queue")
    forecasts(told, account)
    told.ok("clock advance by a month", "clock", "advance", "30d", says=["2026-05-01"])
    told.ok("clock advance to a moment", "clock", "advance", "--to", "2026-05-02T00:00:00Z", says=["2026-05-02T00:00:00Z"])
    # money-05-caps-vanish
    told.ok("recharge auto off keeps all of it", "recharge", "auto", account, "off", says=["false", "20.00", "25.00", "100.00 a day"])
    told.ok("recharge auto: a cap goes by being named", "recharge", "auto", account, "--day-cap", "none", "--week-cap", "200.00", says=["200.00 a week"])
    told.ok("credit chargeback", "credit", "chargeback", account, "1", "--amount", "1.00", "--reference", "case 7", says=["balance"])
    told.fails("credit chargeback of more", "credit", "chargeback", account, "1", "--amount", "29.01", "--reference", "case 8", says=["amount", "29.00"])
    told.ok("a chargeback suspends", "account", "show", account, says=["payment-failure"])
    told.ok("account pays", "account", "pays", account, says=["from credit"])
    told.ok("account pays by invoice", "account", "pays", account, "--postpaid", "500.00", says=["by invoice", "500.00"])
    told.fails("account pays within no limit", "account", "pays", account, "--postpaid", "0", says=["too small", "0.01"])
    told.ok("account pays from credit again", "account", "pays", account, "--prepaid", says=["from credit"])
    told.ok("account reinstate after it", "account", "reinstate", account, "--details", "explained")
    told.ok("verify", "verify", says=["verified", "sums to zero"])
    told.ok("account close", "account", "close", account, "--yes", says=["closed"])
    told.fails("account close without --yes", "account", "close", account, says=["--yes"])
    told.ok("config", "config", says=["[limits]", "body-bytes"])
    backup = home / "copy.sqlite"
    told.ok("backup", "backup", backup, says=["copied"])
    told.fails("backup onto a file", "backup", backup, says=["exists already"])
    return backup


def policy_is_given_back(told, server):
    """What `policy show` prints is what `policy set --file` takes: nothing changes."""
    shown = told.ok("policy show of all", "policy", "show", says=["seller.address-lines", "tax-rates []"])
    file = server.home / "policy.txt"
    file.write_text(shown)
    version = told.json("policy show", "policy", "show")["version"]
    checks.equal(f"{told.way}: policy set --file", told.ok("policy set --file", "policy", "set", "--file", file), shown)
    checks.equal(f"{told.way}: it changes nothing", told.json("policy show again", "policy", "show")["version"], version)


def numbers(told, server, account, sub):
    home = server.home
    whole = home / "whole.csv"
    rows = [",".join(map(str, row)) + ",,,,,," for row in PRICES]
    whole.write_text("\n".join([
        "product,heading,country,prefix,rate,first_increment,next_increment,group,number_type,setup,surcharge,words,per", *rows,
        "voice,outbound,US,1900,2.5,60,60,Premium,,,,,", "voice,inbound-toll-free,US,1,0.018,60,60,,,,,,",
        "number,,US,,0.80,,,,local,0.5,,,", "number,,US,,2,,,,toll-free,,,,", "seat,,,,20,,,,,,,,",
        "voice,outbound,,,0.01,,,Premium,,,premium-fee,Fee of the service,event",
    ]) + "\n")
    told.ok("prices import, numbers and seats too", "prices", "import", whole, says=["published", "13"])
    exported = told.ok("prices export", "prices", "export")
    checks.holds(f"{told.way}: the export names everything", exported, "2.5,60,60,Premium,,", "number,,US,,2.00,,,,toll-free,0.00", "seat,,,,20.00,", "voice,outbound,,,0.01,,,Premium,,,premium-fee,event,")
    again = home / "again.csv"
    again.write_text(exported)
    version = told.json("prices import of an export", "prices", "import", again, "--draft")["number"]
    checks.equal(f"{told.way}: an export is read back to the same bytes", told.ok("prices export of it", "prices", "export", "--version", version), exported)
    as_json = told.ok("prices export as JSON", "prices", "export", "--format", "json", "--version", version)
    again.write_text(as_json)
    version = told.json("prices import of that", "prices", "import", again, "--draft")["number"]
    checks.equal(f"{told.way}: so is JSON", told.ok("prices export of that", "prices", "export", "--format", "json", "--version", version), as_json)
    checks.equal(f"{told.way}: and from JSON to CSV", told.ok("prices export as CSV", "prices", "export", "--version", version), exported)
    whole.write_text(whole.read_text().replace("2,,,,toll-free", "-2,,,,toll-free").replace(",,20,", ",,x,"))
    told.fails("bad number prices", "prices", "import", whole, says=["line 12, rate", "line 13, rate"])
    told.ok("clock advance past its start", "clock", "advance", "1m")
    told.ok("prices country", "prices", "country", account, "us", says=["Premium", "local", "0.80", "seat", "20.00", "1202", "0.001"])
    country = told.json("prices country", "prices", "country", sub, "US")
    checks.equal(f"{told.way}: numbers of a country", [(row["kind"], row["setup"], row["monthly"]) for row in country["numbers"]],
                 [("local", "0.50", "0.80"), ("toll-free", "0.00", "2.00")])
    told.fails("prices of a country without any", "prices", "country", account, "FR", says=["not found"])

    server.stock()
    told.ok("numbers search", "numbers", "search", account, "us", "--type", "local", says=["14155550100", "San Francisco", "voice sms mms", "0.50", "0.80"])
    found = told.json("numbers search", "numbers", "search", account, "US", "--services", "sms", "--limit", "1", "--offset", "1")
    checks.equal(f"{told.way}: numbers search", ([one["offer"]["number"] for one in found["offers"]], found["total"]), (["14155550101"], 2))
    told.ok("numbers buy", "numbers", "buy", sub, "+1 (415) 555-0100", "--alias", "desk", says=["purchase of 14155550100 succeeded"])
    told.fails("numbers buy of one that is rented", "numbers", "buy", account, "14155550100", says=["14155550100 is not in stock"])
    told.fails("numbers buy of no number", "numbers", "buy", account, "abc", says=["number abc", "5 to 15 digits"])
    told.ok("numbers list", "numbers", "list", account, says=["14155550100", sub, "desk", "0.80"])
    told.ok("numbers list of another type", "numbers", "list", account, "--type", "toll-free", says=["none"])
    told.ok("numbers update", "numbers", "update", account, "14155550100", "--holder", account, "--alias", "", says=["renewal"])
    shown = told.json("numbers show", "numbers", "show", account, "14155550100")
    checks.equal(f"{told.way}: numbers show", (shown["holder"], shown["alias"], shown["monthly"]), (account, None, "800000"))
    told.fails("numbers update of nothing", "numbers", "update", account, "14155550100", says=["--alias"])
    told.ok("numbers release", "numbers", "release", account, "14155550100", says=["release of 14155550100 succeeded"])
    told.fails("numbers show of a released one", "numbers", "show", account, "14155550100", says=["not found"])


def forecasts(told, account):
    """What would happen is told, and nothing of it happens."""
    before = [told.ok(f"{name} before a forecast", "--json", *name.split(), account) for name in ("credit show", "recharge list", "events")]
    seen = told.json("forecast", "forecast", account, "--months", "2")
    checks.equal(f"{told.way}: forecast: months", [month["month"] for month in seen["months"]], ["2026-04", "2026-05"])
    checks.equal(f"{told.way}: forecast: invoices", [(one["first"], one["last"]) for one in seen["invoices"]],
                 [("2026-04-01", "2026-04-30"), ("2026-05-01", "2026-05-31")])
    checks.equal(f"{told.way}: forecast: begins with today's balance", seen["balance"], json.loads(before[0])["balance"])
    checks.holds(f"{told.way}: forecast: says what it takes for granted", seen["assumptions"][0], "usage of the last 30 days goes on", "voice")
    told.ok("forecast, for people", "forecast", account, says=["balance", "end of", "2026-06", "Recharges", "Invoices", "Taken for granted",
                                                            "- The usage of the last 30 days"])
    after = [told.ok(f"{name} after a forecast", "--json", *name.split(), account) for name in ("credit show", "recharge list", "events")]
    checks.equal(f"{told.way}: a forecast leaves no trace", after, before)
    told.fails("forecast of an unknown account", "forecast", "MA" + "0" * 18, says=["not found"])
    told.fails("forecast of no month", "forecast", account, "--months", "0", says=["1..=24"], code=2)
    told.fails("forecast of too many months", "forecast", account, "--months", "25", says=["1..=24"], code=2)


def simulations(home):
    """A seed is one history; a place that its plan does not have, or a seed that is none, is an error."""
    first, again = (run("--json", "simulate", "--seed", "5", "--operations", "30", cwd=home) for _ in range(2))
    checks.equal("simulate --seed 5", first.returncode, 0)
    checks.equal("simulate --seed 5 again: the same bytes", json.loads(again.stdout), json.loads(first.stdout))
    some = run("simulate", "--seeds", "3", "--operations", "10", cwd=home)
    checks.true("simulate --seeds 3", some.returncode == 0 and "seeds-per-second" in some.stdout, some)
    checks.holds("and says where it begins", some.stderr, "from seed ")
    part = run("--json", "simulate", "--seed", "5", "--only", "0,2", cwd=home)
    checks.equal("simulate --only", json.loads(part.stdout)["operations"], 2)
    beyond = run("simulate", "--seed", "5", "--only", "80", cwd=home)
    checks.equal("simulate --only beyond the plan", beyond.returncode, 1)
    checks.holds("simulate --only beyond the plan: says", beyond.stderr, "--only: 0 to 79")
    written = [home / "digests", home / "digests-again"]
    for file in written:
        made = run("simulate", "--seed", "5", "--seeds", "2", "--operations", "10", "--digests", str(file), cwd=home)
        checks.equal("simulate --digests", made.returncode, 0)
    lines = written[0].read_text().splitlines()
    checks.equal("simulate --digests: a line a seed", [line.split()[0] for line in lines], ["simulation/0005", "simulation/0006"])
    parts = [[part.split(":")[0] for part in line.split()[1:]] for line in lines]
    checks.equal("simulate --digests: its parts", parts, [["store", "feed", "run"]] * 2)
    checks.equal("simulate --digests again: the same", written[1].read_text().splitlines(), lines)
    nowhere = run("simulate", "--seed", "5", "--digests", str(home / "no" / "digests"), cwd=home)
    checks.equal("simulate --digests into a folder that is not there", nowhere.returncode, 1)
    checks.holds("simulate --digests into a folder that is not there: says", nowhere.stderr, "no/digests")
    for bad in (["--seed", "many"], ["--seeds", "0"], ["--only", "1"], ["--operations", "0"], ["--ledger", "there"]):
        checks.equal(f"simulate {' '.join(bad)}", run("simulate", *bad, cwd=home).returncode, 2)


def balances(command):
    return {one["auth-id"]: one["balance"] for one in json.loads(command("--json", "account", "list").stdout)["accounts"]}


def resumed_import(server):
    """An import that is killed on the way goes on where it was, and counts nothing twice."""
    account = json.loads(server.cli("--json", "account", "create", "--name", "Big", "--email", "b@example.com").stdout)["auth-id"]
    now = server.now_ms()
    rows = 60_000
    path = usage_file(server.home / "big.csv",
                      [event(account, now - number, id=f"big-{number}", product="sms", number="12025550102", quantity=1) for number in range(rows)])
    progress = server.home / "big.csv.progress.json"
    first = subprocess.Popen([PROGRAM, "--server", server.base, "--token", server.token, "usage", "import", str(path)],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    poll("progress", lambda: first.poll() is not None or progress.exists())
    first.kill()
    first.communicate()
    checks.true("an import was killed on the way", first.returncode == -9, first.returncode)
    done = server.cli("--json", "usage", "import", path)
    counted = json.loads(done.stdout)
    checks.true("the next one goes on after a settled line", 0 < counted["resumed-after-line"] <= rows, counted)
    checks.equal("every row met its fate once", counted["rated"] + counted["duplicate"], rows)
    checks.equal("and is debited once", -amount(server.call("credits.get-balance", auth_id=account)["balance"]), rows * Decimal("0.00555"))
    checks.true("the progress file is gone", not progress.exists())
    again = json.loads(server.cli("--json", "usage", "import", path).stdout)
    checks.equal("the whole file again: duplicates only", (again["duplicate"], again["rated"]), (rows, 0))


settings = {"clock.mode": "simulated", "clock.start": START}
with Server(settings) as server:
    backup = history(Told("on a server", server.cli), server)
    resumed_import(server)
    simulations(server.home)
    online = balances(server.cli)
    pipe = subprocess.run(f"'{PROGRAM}' --server {server.base} --token {server.token} events | head -n 1", shell=True, capture_output=True,
                          text=True, check=False)
    checks.equal("a reader that closes the output is no error", (pipe.returncode, pipe.stderr), (0, ""))
    checks.equal("the server ends with 0", server.stop(), 0)
    checks.equal("the stopped store holds the same balances", balances(server.offline), online)

with Server(settings) as server:
    server.stop()
    backup = history(Told("on a store", server.offline), server)
    before = balances(server.offline)
    # The backup becomes a store of its own: as a replacement with the old keys, and as a copy to try things out.
    for flags in ([], ["--copy"]):
        fresh = Server(settings)
        fresh.data.mkdir()
        done = fresh.offline("restore", backup, *flags)
        name = " ".join(["restore", *flags])
        checks.true(name, done.returncode == 0, done)
        checks.holds(f"{name}: asks for the keys", done.stderr, "vault-keys.json")
        launched = fresh.launch().process.wait(30)
        checks.equal(f"{name}: without the keys the server does not start", launched, 1)
        checks.holds(f"{name}: and says which file is missing", fresh.log_text(), "vault-keys.json")
        shutil.copy(server.data / "vault-keys.json", fresh.data / "vault-keys.json")
        with fresh:
            checks.equal(f"{name}: balances", balances(fresh.cli), before)
            checks.equal(f"{name}: verify", fresh.cli("verify").returncode, 0)
            done = fresh.offline("restore", backup)
            checks.true(f"{name}: not onto a store", done.returncode == 1, done)

checks.finish()
