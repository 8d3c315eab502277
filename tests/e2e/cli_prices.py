"""Prices that are refused, planned, taken back and late, and files of the wrong form, as people type them: 02-refused-price-sheets-use-up-the-price-book,
03-a-published-price-cannot-be-taken-back, 04-usage-from-before-the-first-price, 07-columns-that-mean-nothing, 08-the-same-column-twice,
14-files-of-the-wrong-form."""

import json
import os

from coinbox import Checks, Server

checks = Checks()
SETTINGS = {"clock.mode": "simulated", "clock.start": "2026-10-20T09:00:00Z"}
HEADER = "product,heading,country,prefix,rate,first_increment,next_increment,group,number_type,setup"
USAGE = "id,auth_id,product,heading,number,quantity,at"


def sheet(server, name, *rows, header=HEADER):
    path = server.home / name
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def sms(rate):
    return f"sms,outbound,US,1,{rate},0,0,,,"


def number(rate):
    return f"number,,US,,{rate},,,,local,"


def done(server, name, *arguments, code=0):
    answer = server.cli("--json", *arguments)
    checks.equal(f"{name}: exit code", answer.returncode, code)
    return json.loads(answer.stdout) if answer.stdout else None


def refused(server, name, *arguments, says):
    answer = server.cli(*arguments)
    checks.equal(f"{name}: exit code", answer.returncode, 1)
    checks.holds(f"{name}: says", answer.stderr, *says)


def states(server):
    return [(version["number"], version["state"]) for version in json.loads(server.cli("--json", "pricebook", "versions").stdout)]


def before_the_first(server, account):
    """04: usage first, prices from now on, prices for before."""
    usage = sheet(server, "y.csv", f"y1,{account},sms,outbound,14155550123,1,2026-10-19T10:00:00Z", header=USAGE)
    done(server, "usage before any price", "usage", "import", usage, code=3)
    prices = sheet(server, "prices.csv", sms("0.0075"), number("0.80"))
    told = server.cli("pricebook", "import", prices)
    checks.holds("the first import says from when on usage can be rated", told.stderr, "usage from 2026-10-20T09:00:00Z on can be rated", "--starts-at")
    done(server, "usage from before the first price", "usage", "resubmit", "--reason", "no-price", code=3)
    draft = done(server, "a draft", "pricebook", "import", prices, "--draft")
    checks.equal("a draft is one", draft["state"], "draft")
    published = done(server, "a draft is published before the first version", "pricebook", "publish", str(draft["number"]), "--starts-at",
                     "2026-09-01T00:00:00Z")
    checks.equal("it is published", (published["state"], published["starts-at"]), ("published", "1788220800000"))
    rated = done(server, "the usage that waited is rated", "usage", "resubmit", "--reason", "no-price")
    checks.equal("at its price", rated, [{"rated": "7500"}])
    refused(server, "a price for what was priced", "pricebook", "import", prices, "--starts-at", "2026-09-02T00:00:00Z",
            says=["--starts-at: too small"])
    refused(server, "an override for what was priced", "pricebook", "override", account, prices, "--starts-at", "2026-09-02T00:00:00Z",
            says=["--starts-at: too small"])


def refused_sheets(server):
    """02, 07, 08, 14: nothing is left of a file that is refused."""
    before = states(server)
    for name, text, says in [
        ("a prefix with a plus", f"{HEADER}\nvoice,outbound,GB,+44,0.0123,60,1,,,\n", ["line 2", "prefix"]),
        ("the bad row after thousands", HEADER + "\n" + "".join(f"sms,outbound,US,1{row},0.01,0,0,,,\n" for row in range(2500)) + "sms,outbound,US,x,1,0,0,,,\n",
         ["line 2502", "prefix"]),
        ("a column that nobody knows", f"{HEADER},currency\n{sms('1')},EUR\n", ["line 1", "`currency`", "known are product"]),
        ("a column twice", f"{HEADER},rate\n{sms('1')},2\n", ["line 1", "`rate` stands there twice"]),
        ("a key twice", '[{"product":"seat","rate":"1","rate":"2"}]', ["`[0].rate` stands there twice"]),
        ("a price twice", f"{HEADER}\n{sms('1')}\nvoice,outbound,US,1,1,60,60,,,\n{sms('2')}\n", ["line 4: sms outbound 1 stands in line 2 too"]),
        ("semicolons", HEADER.replace(",", ";") + "\n", ["separated by semicolons; save it with commas"]),
        ("UTF-16 without a mark", f"{HEADER}\n".encode("utf-16-le"), ["UTF-16"]),
        ("lines that end with CR", f"{HEADER}\r{sms('1')}\r", ["lines must end with LF or CRLF"]),
    ]:
        path = server.home / "refused.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        refused(server, name, "pricebook", "import", path, says=says)
        refused(server, f"{name}, as a draft", "pricebook", "import", path, "--draft", says=says)
    refused(server, "a start that is refused", "pricebook", "import", server.home / "prices.csv", "--starts-at", "2026-10-01T00:00:00Z",
            says=["too small"])
    checks.equal("nothing is left of them", states(server), before)


def taken_back(server, account):
    """03: what has not begun is withdrawn or replaced."""
    wrong = sheet(server, "wrong.csv", sms("80"), number("80.00"))
    right = sheet(server, "right.csv", sms("0.0080"), number("0.90"))
    planned = done(server, "a wrong sheet", "pricebook", "import", wrong, "--starts-at", "2026-12-01T00:00:00Z")["number"]
    checks.equal("it is withdrawn", done(server, "withdraw", "pricebook", "withdraw", str(planned))["state"], "withdrawn")
    refused(server, "withdrawn twice", "pricebook", "withdraw", str(planned), says=["not published"])
    done(server, "published again", "pricebook", "publish", str(planned), "--starts-at", "2026-12-01T00:00:00Z")
    new = done(server, "the right sheet for the same moment", "pricebook", "import", right, "--starts-at", "2026-12-01T00:00:00Z")["number"]
    checks.equal("takes its place", states(server)[-2:], [(planned, "replaced"), (new, "published")])
    shown = server.cli("pricebook", "versions").stdout
    checks.holds("the table says until when each is in force", shown, "until", "2026-12-01T00:00:00Z", "replaced")
    server.cli("pricebook", "override", account, wrong, "--starts-at", "2026-12-02T00:00:00Z")
    checks.equal("overrides are listed", len(done(server, "list", "pricebook", "override", account, "--list")), 1)
    done(server, "and withdrawn", "pricebook", "override", account, "--withdraw", "2026-12-02T00:00:00Z")
    checks.equal("none is left", done(server, "list", "pricebook", "override", account, "--list"), [])
    done(server, "the month", "clock", "advance", "--to", "2026-12-01T00:05:00Z")
    refused(server, "what has begun", "pricebook", "withdraw", str(new), says=["already begun: 2026-12-01T00:00:00Z"])
    done(server, "what was replaced is removed", "pricebook", "remove", str(planned))
    refused(server, "what is in force is not", "pricebook", "remove", str(new), says=["already published"])
    told = server.cli("--json", "events").stdout
    checks.holds("the feed says each step", told, "prices-withdrawn", "prices-replaced", "prices-removed", "overrides-withdrawn")


def wrong_usage(server, account):
    """14: files of usage of the wrong form, and rows that are not counted."""
    at = "2026-12-01T00:01:00Z"
    good = f"u1,{account},sms,outbound,14155550123,1,{at}"
    event = {"id": "u2", "auth_id": account, "product": "sms", "heading": "outbound", "number": "14155550123", "quantity": 1, "at": at}
    for name, text, says in [
        ("semicolons", f"{USAGE}\n{good}\n".replace(",", ";"), ["separated by semicolons; save it with commas"]),
        ("tabs", f"{USAGE}\n{good}\n".replace(",", "\t"), ["separated by tabs"]),
        ("UTF-16", f"{USAGE}\n{good}\n".encode("utf-16-be"), ["it is UTF-16 text"]),
        ("CR", f"{USAGE}\r{good}\r", ["lines must end with LF or CRLF"]),
        ("a list", json.dumps([event]), ["one object a line"]),
        ("an object on several lines", json.dumps(event, indent=2), ["one object a line"]),
        ("a column twice", f"{USAGE},quantity\n{good},5\n", ["`quantity` stands there twice"]),
        ("07: a column that changes the quantity", f"{USAGE},billed_seconds\n{good},60\n", ["line 1: column `billed_seconds`", "known are id"]),
    ]:
        path = server.home / "wrong.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        refused(server, f"usage: {name}", "usage", "import", path, says=says)
    usage = sheet(server, "u.csv", good, "spoilt", header=USAGE)
    place = server.home / "no" / "rejected.csv"
    told = server.cli("usage", "import", usage, "--rejected", place)
    checks.equal("a place that cannot be written: exit code", told.returncode, 3)
    checks.holds("a place that cannot be written is told", told.stderr, str(place), "--rejected", "1 of 2")
    place = server.home / "rejected.csv"
    counted = done(server, "the same file again", "usage", "import", usage, "--rejected", place, code=3)
    checks.equal("nothing is counted twice", (counted["duplicate"], counted["unreadable"]), (1, 1))
    checks.equal("the rows are where they were sent", (place.exists(), os.path.exists(f"{usage}.rejected.csv")), (True, False))
    done(server, "all counted", "usage", "import", sheet(server, "g.csv", good, header=USAGE))


def one_key(server, account):
    """sec-05: an idempotency key reaches an import, and is that of the whole file; where none is taken it is refused."""
    rows = [f"k{number},{account},sms,outbound,14155550123,1,2026-12-01T00:02:00Z" for number in range(2001)]
    first, other = sheet(server, "k1.csv", *rows, header=USAGE), sheet(server, "k2.csv", "other" + rows[0], header=USAGE)
    key = ["--idempotency-key", "KK", "usage", "import"]
    counted = done(server, "an import under a key", *key, first)
    checks.equal("is counted", counted["rated"], 2001)
    refused(server, "another file under it", *key, other, says=["--idempotency-key: this key was used with other arguments before"])
    again = done(server, "the same file again", *key, first)
    checks.equal("gets the same answers", (again["rated"], again["amount"]), (2001, counted["amount"]))
    checks.equal("and nothing of the other file was counted", done(server, "the other file", "usage", "import", other)["rated"], 1)
    for command in (["clock", "advance", "1s"], ["backup", server.home / "b.sqlite"], ["verify"]):
        refused(server, f"a key for {command[0]}", "--idempotency-key", "K", *command, says=["--idempotency-key: this command"])
    refused(server, "08: a setting twice", "--set", "workers=1", "--set", "workers=2", "config", says=["setting `workers`", "is given twice"])


with Server(SETTINGS) as server:
    account = json.loads(server.cli("--json", "account", "create", "--name", "Acme", "--email", "a@acme.example").stdout)["auth-id"]
    before_the_first(server, account)
    refused_sheets(server)
    taken_back(server, account)
    wrong_usage(server, account)
    one_key(server, account)
checks.finish()
