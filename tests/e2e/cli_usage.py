"""Commands about usage: reservations, summaries, exports, the daily mail, the statement of a month. Run by `cli_money.py`.

The customer lives in Kolkata, five and a half hours ahead of UTC. What was used, from the price list of `coinbox.py`:

| event | whose | what | day there | cost |
|---|---|---|---|---|
| v1 | main account | 61 s of voice to US: 2 × 0.0085 | 6 October, 23:59 | 0.017 |
| v2 | sub-account | 31 s to India: 36 s of 0.0214 a minute | 7 October, 00:01 | 0.01284 |
| s1 | sub-account | 3 SMS to India: 3 × 0.0072345, rounded once | 7 October | 0.0217 |
| m1 | main account | 2 MMS: 2 × 0.018 | 5 October | 0.036 |
| v3 | main account | 10 s of voice from US: 1 × 0.0045 | 5 October | 0.0045 |

Besides: a number of the sub-account from the 5th, 0.50 and 0.80 × 27 ÷ 31 = 0.69677, and a debit of 1.25 on the 7th.
"""

import csv
import json

from coinbox import micros
from commands import TRANSACTION, Like, ms

UNKNOWN = "MA" + "0" * 18
OCTOBER = ["--from", "2026-10-01", "--to", "2026-10-31"]
BEGUN = "2026-10-07T00:02:00Z"
COLUMNS = ["transaction", "posted", "auth_id", "id", "product", "heading", "number", "quantity", "at", "prefix", "rate", "amount"]
SUMMARY = ["day", "auth_id", "product", "heading", "detail", "count", "quantity", "amount"]
RESERVATIONS = ["name", "account", "kind", "holds", "begun", "until", "expires", "ends"]


def used(server):
    """The customer of this page with its usage, on 7 October at 00:02 UTC; answers the main account and its sub-account."""
    account, _ = server.account(timezone="Asia/Kolkata")
    server.card(account, "tok_approve")
    server.recharge(account, "200.00")
    sub = server.call("subaccounts.create", parent=account, name="sales", enabled=True)["auth-id"]
    bought = server.cli("numbers", "buy", sub, "14155550100")
    if bought.returncode != 0:
        raise RuntimeError(bought)
    server.advance(to="2026-10-07T00:00:00Z")
    file = server.home / "usage.csv"
    file.write_text("\n".join([
        "id,auth_id,product,heading,number,quantity,at",
        f"v1,{account},voice,outbound,12025550100,61,2026-10-06T18:29:00Z",
        f"v2,{sub},voice,outbound,919812345678,31,2026-10-06T18:31:00Z",
        f"s1,{sub},sms,outbound,919812345679,3,2026-10-06T18:32:00Z",
        f"m1,{account},mms,outbound,12025550103,2,2026-10-05T12:00:00Z",
        f"v3,{account},voice,inbound,12025550101,10,2026-10-05T12:00:00Z"]) + "\n")
    imported = json.loads(server.cli("--json", "usage", "import", file).stdout)
    server.call("credits.adjust", auth_id=account, adjustment={"debit": {"amount": micros("1.25")}}, reason="handset")
    server.advance("2m")
    return account, sub, imported


def summaries(commands, server):
    checks = commands.checks
    account, sub, imported = used(server)
    commands.names.update({account: "ACME", sub: "SALES"})
    checks.equal("usage import: five events", (imported["rated"], imported["amount"]), (5, "0.09204"))
    by_product = [("adjustment", "", "", 1, 1, "1.25000"), ("mms", "outbound", "", 1, 2, "0.03600"),
                  ("number-rent", "", "US local", 1, 1, "0.69677"), ("number-setup", "", "US local", 1, 1, "0.50000"),
                  ("sms", "outbound", "", 1, 3, "0.02170"), ("voice", "inbound", "", 1, 10, "0.00450"),
                  ("voice", "outbound", "", 2, 92, "0.02984")]
    summary = ["usage", "summary", account, *OCTOBER]
    commands.json(*summary, gives={"timezone": "Asia/Kolkata", "amount": "2.53881", "rows": [
        {"day": None, "auth_id": None, **dict(zip(SUMMARY[2:], row))} for row in by_product]})
    commands.table(*summary, header=["product", "heading", "detail", "count", "quantity", "amount"], rows=[
        ["adjustment", "", "", "1", "1", "1.25"], ["mms", "outbound", "", "1", "2", "0.036"],
        ["number-rent", "", "US local", "1", "1", "0.69677"], ["number-setup", "", "US local", "1", "1", "0.50"],
        ["sms", "outbound", "", "1", "3", "0.0217"], ["voice", "inbound", "", "1", "10", "0.0045"],
        ["voice", "outbound", "", "2", "92", "0.02984"]])
    checks.holds("usage summary: says the sum and whose days", server.cli(*summary).stderr, "2.53881 in all", "Asia/Kolkata")
    commands.json(*summary, "--by", "subaccount", gives={"rows": [
        {"day": None, "auth_id": one, "product": None, "heading": None, "detail": None, "amount": sum_of}
        for one, sum_of in ((account, "1.30750"), (sub, "1.23131"))]})
    commands.table(*summary, "--by", "subaccount", header=["account", "count", "quantity", "amount"],
                   rows=[[account, "4", "74", "1.3075"], [sub, "4", "36", "1.23131"]])

    everything = [["2026-10-05", account, "mms", "outbound", "", "1", "2", "0.03600"],
                  ["2026-10-05", account, "voice", "inbound", "", "1", "10", "0.00450"],
                  ["2026-10-05", sub, "number-rent", "", "US local", "1", "1", "0.69677"],
                  ["2026-10-05", sub, "number-setup", "", "US local", "1", "1", "0.50000"],
                  ["2026-10-06", account, "voice", "outbound", "", "1", "61", "0.01700"],
                  ["2026-10-07", account, "adjustment", "", "", "1", "1", "1.25000"],
                  ["2026-10-07", sub, "sms", "outbound", "", "1", "3", "0.02170"],
                  ["2026-10-07", sub, "voice", "outbound", "", "1", "31", "0.01284"]]
    divided = [*summary, "--by", "day,subaccount,product", "--csv"]
    printed = commands.ok(*divided)
    checks.equal("usage summary --csv: every row, days as in Kolkata", list(csv.reader(printed.splitlines())), [SUMMARY, *everything])
    file = server.home / "summary.csv"
    checks.equal("usage summary --csv --output: nothing on standard output", commands.ok(*divided, "--output", file), "")
    checks.equal("usage summary --csv --output: the same file", file.read_text(), printed)
    of_sub = commands.ok("usage", "summary", sub, *OCTOBER, "--by", "day", "--csv")
    checks.equal("usage summary of a sub-account --csv: its own days only", list(csv.reader(of_sub.splitlines())),
                 [SUMMARY, ["2026-10-05", "", "", "", "", "2", "2", "1.19677"], ["2026-10-07", "", "", "", "", "2", "34", "0.03454"]])
    none = commands.ok("usage", "summary", account, "--from", "2026-09-01", "--to", "2026-10-04", "--csv")
    checks.equal("usage summary --csv of days without usage: the header", none, ",".join(SUMMARY) + "\n")
    for says, wrong in [(["coinbox: --to: too small", "2026-10-31"], ["--from", "2026-10-31", "--to", "2026-10-01"]),
                        (["coinbox: --from: wrong form"], ["--from", "2026-13-01", "--to", "2026-12-01"]),
                        (["coinbox: --to: too large", "400 days"], ["--from", "2026-01-01", "--to", "2028-01-01"])]:
        commands.refused("usage", "summary", account, *wrong, says=says)
    commands.refused(*summary, "--by", "week", says=["--by", "week", "subaccount"], code=2)
    commands.refused("usage", "summary", UNKNOWN, *OCTOBER, says=["account not found"])
    commands.refused("--json", *divided, says=["--csv", "--json"])
    commands.refused(*divided, "--output", server.home / "no" / "summary.csv", says=["no such file"])
    exports(commands, server, account, sub)
    daily(commands, server, account)
    return account, sub


def exports(commands, server, account, sub):
    checks = commands.checks
    bought, posted = "2026-10-05T10:00:00Z", "2026-10-07T00:00:00Z"
    lines = [[bought, sub, "2026-10", "number-setup", "", "14155550100", "1", bought, "US local", "0.50", "0.50000"],
             [bought, sub, "2026-10", "number-rent", "", "14155550100", "1", bought, "US local", "0.80", "0.69677"],
             [posted, account, "v1", "voice", "outbound", "12025550100", "61", "2026-10-06T18:29:00Z", "1", "0.0085", "0.01700"],
             [posted, sub, "v2", "voice", "outbound", "919812345678", "31", "2026-10-06T18:31:00Z", "91", "0.0214", "0.01284"],
             [posted, sub, "s1", "sms", "outbound", "919812345679", "3", "2026-10-06T18:32:00Z", "91", "0.0072345", "0.02170"],
             [posted, account, "m1", "mms", "outbound", "12025550103", "2", "2026-10-05T12:00:00Z", "1", "0.018", "0.03600"],
             [posted, account, "v3", "voice", "inbound", "12025550101", "10", "2026-10-05T12:00:00Z", "1", "0.0045", "0.00450"],
             [posted, account, "handset", "adjustment", "", "", "1", posted, "", "", "1.25000"]]
    printed = commands.ok("usage", "export", account)
    rows = list(csv.reader(printed.splitlines()))
    checks.equal("usage export: every charge of the account and its sub-account, in posting order",
                 (rows[0], [row[1:] for row in rows[1:]]), (COLUMNS, lines))
    ledger = server.cli("ledger", "export", "--format", "csv").stdout
    transactions = {row[0] for row in rows[1:]}
    checks.equal("usage export: what was bought, used and debited are three transactions", len(transactions), 3)
    checks.equal("usage export: which are in the ledger", [one for one in transactions if TRANSACTION != one or one not in ledger], [])
    objects = [json.loads(line) for line in commands.ok("--json", "usage", "export", account).splitlines()]
    checks.equal("usage export --json: the same lines, quantities as numbers", objects,
                 [{**dict(zip(COLUMNS, row)), "quantity": int(row[7])} for row in rows[1:]])
    of_sub = list(csv.reader(commands.ok("usage", "export", sub).splitlines()))
    checks.equal("usage export of a sub-account: its own lines", of_sub, [COLUMNS, *(row for row in rows if row[2] == sub)])
    file = server.home / "export.csv"
    checks.equal("usage export --output: nothing on standard output",
                 commands.ok("usage", "export", account, "--month", "2026-10", "--output", file), "")
    checks.equal("usage export --output of the month: the same file", file.read_text(), printed)
    checks.equal("usage export of another month: the header", commands.ok("usage", "export", account, "--month", "2026-09", "--csv"),
                 ",".join(COLUMNS) + "\n")
    for month in ("2026-13", "october", "2026"):
        commands.refused("usage", "export", account, "--month", month, says=["--month", month])
    commands.refused("usage", "export", UNKNOWN, says=["account not found"])
    commands.refused("usage", "export", account, "--output", server.home / "no" / "export.csv", says=["no such file"])
    commands.refused("--json", "usage", "export", account, "--csv", says=["--csv", "--json"])


def daily(commands, server, account):
    """On since the morning of the 7th: the mail about that day comes on the 8th at 8 o'clock in Kolkata, 02:30 UTC."""
    off = {"enabled": False, "chosen": False, "hour": 8, "due": None}
    commands.json("usage", "daily", account, gives=off, read=False)
    on = {"enabled": True, "chosen": True, "hour": 8, "due": ms("2026-10-08T02:30:00Z"), "told-until": "2026-10-06"}
    commands.json("usage", "daily", account, "on", gives=on, read=False)
    commands.fields("usage", "daily", account, read=False, gives={
        "daily summary": "on", "set by": "account", "hour": "08:00", "next mail": "2026-10-08T02:30:00Z", "told until": "2026-10-06"})
    commands.refused("usage", "daily", account, "maybe", says=["SWITCH", "maybe", "policy"], code=2)
    commands.refused("usage", "daily", UNKNOWN, "on", says=["account not found"])
    commands.fields("usage", "daily", account, "policy", read=False, gives={
        "daily summary": "off", "set by": "policy", "hour": "08:00", "next mail": "", "told until": "2026-10-06"})
    commands.json("usage", "daily", account, "on", gives=on, read=False)


def reservations(commands, server, account, sub):
    """Ten minutes are 0.085, twenty 0.17; the call of 905 seconds is 16 minutes, 0.136."""
    call = ["--number", "12025550100", "--quantity"]
    held = {"auth-id": account, "name": "c-1", "kind": "call", "amount": "85000", "begun": ms(BEGUN), "until": ms("2026-10-07T00:12:00Z"),
            "expires": ms("2026-10-07T01:12:00Z"), "ends": None}
    commands.json("usage", "reserve", account, "c-1", *call, "600", gives=held, read=False)
    message = ["m-1", sub, "message", "0.60", BEGUN, BEGUN, "2026-10-07T01:02:00Z", ""]
    commands.table("usage", "reserve", sub, "m-1", "--amount", "0.60", "--message", header=RESERVATIONS, rows=[message], read=False)
    commands.json("usage", "reservations", account, read=False, gives=[
        held, {"auth-id": sub, "name": "m-1", "kind": "message", "amount": "600000", "begun": ms(BEGUN), "until": ms(BEGUN), "ends": None}])
    commands.table("usage", "reservations", account, read=False, header=RESERVATIONS, rows=[
        ["c-1", account, "call", "0.085", BEGUN, "2026-10-07T00:12:00Z", "2026-10-07T01:12:00Z", ""], message])
    commands.json("usage", "reservations", account, "--limit", "1", gives=[held], read=False)
    commands.json("credit", "show", account, gives={"balance": "197461190", "available": "196776190"}, read=False)
    commands.refused("usage", "reservations", sub, says=["account not found"])
    for arguments in (["usage", "reservations", account], ["events", account], ["events"]):
        commands.refused(*arguments, "--limit", "0", says=["--limit: must be at least 1"])

    for says, wrong in [(["--amount", "lots"], ["--amount", "lots"]), (["--amount", "--number", "--quantity"], []),
                        (["coinbox: --number: wrong form", "3 to 15 digits"], ["--number", "12a", "--quantity", "60"]),
                        (["coinbox: --number: unknown value", "a number with a price"], ["--number", "99900000000", "--quantity", "60"]),
                        (["coinbox: --quantity: too large", "1000000"], ["--number", "12025550100", "--quantity", "1000001"]),
                        (["coinbox: --product: unknown value", "a product of the catalogue"], ["--number", "12025550100", "--quantity", "60", "--product", "fax"]),
                        (["coinbox: --heading: unknown value", "a heading of voice"], ["--number", "12025550100", "--quantity", "60", "--heading", "sideways"]),
                        (["--lasts", "soon"], ["--amount", "1", "--lasts", "soon"]),
                        (["out-of-credit: 803.22381\n"], ["--amount", "1000"])]:
        commands.refused("usage", "reserve", account, "c-2", *wrong, says=says)
    commands.refused("usage", "reserve", account, "c-2", "--amount", "1", "--number", "12025550100", "--quantity", "60",
                     says=["--amount", "--number"], code=2)
    commands.refused("usage", "reserve", account, "two words", "--amount", "1", says=["coinbox: NAME: wrong form", "1 to 255"])
    commands.json("usage", "extend", account, "c-1", *call, "1200", read=False, gives={
        **held, "amount": "170000", "until": ms("2026-10-07T00:22:00Z"), "expires": ms("2026-10-07T01:22:00Z")})
    commands.refused("usage", "extend", account, "c-9", "--amount", "1", says=["unknown"])

    commands.json("usage", "release", sub, "m-1", "m-9", gives=[{"released": "600000"}, "unknown"], read=False)
    commands.ok("usage", "reserve", sub, "m-2", "--amount", "0.25", "--message")
    commands.table("usage", "release", sub, "m-2", "m-1", header=["name", "released"], rows=[["m-2", "0.25"], ["m-1", "over"]], read=False)
    commands.refused("usage", "release", sub, "two words", says=["coinbox: NAMES: wrong form", "1 to 255"])

    commands.refused("usage", "settle", account, "c-1", *call, "905", "--at", "noon", says=["--at", "noon"])
    commands.refused("usage", "settle", account, "c-1", *call, "many", says=["--quantity", "many"], code=2)
    commands.json("usage", "settle", account, "c-1", *call, "905", read=False, gives={
        "answers": [{"settled": {"amount": "136000", "released": "170000", "was": "open"}}], "transactions": [TRANSACTION]})
    commands.ok("usage", "settle", account, "c-1", *call, "905", says="counted before")
    commands.json("credit", "show", account, gives={"balance": "197325190", "available": "197325190"}, read=False)
    commands.ok("usage", "reservations", account, says="none")


def statements(commands, server, account):
    recharge = Like(f"cb-[a-z0-9]{{16}}-{account}-charge-1")
    charges = [("adjustment", "", "", "1", "1", "1250000"), ("mms", "outbound", "", "1", "2", "36000"),
               ("number-rent", "", "US local", "1", "1", "696770"), ("number-setup", "", "US local", "1", "1", "500000"),
               ("sms", "outbound", "", "1", "3", "21700"), ("voice", "inbound", "", "1", "10", "4500"),
               ("voice", "outbound", "", "3", "997", "165840")]
    server.advance("2m")
    commands.json("account", "statement", account, "--month", "2026-10", gives={
        "month": "2026-10", "opening": "0", "moved": "200000000", "charged": "2674810", "closing-postings": "0", "closing": "197325190",
        "charges": [dict(zip(["product", "heading", "detail", "count", "quantity", "amount"], charge)) for charge in charges],
        "movements": [{"at": ms("2026-10-05T10:00:00Z"), "kind": "recharge", "cause": recharge, "amount": "200000000", "cash": "200000000",
                       "trial": "0", "promotional": "0", "receivable": "0", "transaction": TRANSACTION}]}, read=False)
    commands.table("account", "statement", account, "--month", "2026-10", header=["when", "what", "of", "amount"], read=False, rows=[
        ["2026-10", "opening balance", "", "0.00"], ["2026-10-05T10:00:00Z", "recharge", recharge, "200.00"],
        ["", "adjustment", "1 (1 in all)", "-1.25"], ["", "mms outbound", "1 (2 in all)", "-0.036"],
        ["", "number-rent US local", "1 (1 in all)", "-0.69677"], ["", "number-setup US local", "1 (1 in all)", "-0.50"],
        ["", "sms outbound", "1 (3 in all)", "-0.0217"], ["", "voice inbound", "1 (10 in all)", "-0.0045"],
        ["", "voice outbound", "3 (997 in all)", "-0.16584"], ["2026-10", "closing balance", "", "197.32519"]])
    commands.refused("account", "statement", account, "--month", "2026-1", says=["coinbox: --month: wrong form"])
    commands.refused("account", "statement", UNKNOWN, "--month", "2026-10", says=["account not found"])
    # The daily mail of the 7th, which was switched on before.
    server.advance(to="2026-10-08T02:31:00Z")
    commands.json("usage", "daily", account, gives={"enabled": True, "due": None, "told-until": "2026-10-07"}, read=False)
    mails = [mail.read_text() for mail in (server.data / "mail" / "new").iterdir()]
    told = [mail for mail in mails if "2026-10-07" in mail and "1.42054" in mail]
    commands.checks.equal("one daily mail over what the 7th cost: 1.25 + 0.0217 + 0.01284 + 0.136", len(told), 1)
