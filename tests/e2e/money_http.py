"""Routes about money over plain HTTP: what they answer to the last digit, to whom, and what they say to bad input.

The customer is that of `cli_usage.py`, whose table says what it has used and what that cost.
"""

from decimal import Decimal

from answers import Answers
from cli_usage import used
from coinbox import STOCK, Checks, Server, event
from commands import TRANSACTION, Like, among, digest

checks = Checks()
answers = Answers(checks)
START = "2026-10-05T09:00:00Z"
NOW = "2026-10-07T00:02:00Z"
OCTOBER = "from=2026-10-01&to=2026-10-31"
UNKNOWN, UNKNOWN_SUB = "MA" + "0" * 18, "SA" + "0" * 18
UNLIMITED = {"standard-rate": "100000"}
SUMMARY = ["day", "auth_id", "product", "heading", "detail", "count", "quantity", "amount"]
LINE = ["posted", "auth_id", "id", "product", "heading", "number", "quantity", "at", "prefix", "rate", "amount"]


class Parties:
    """Who may ask: the customer, its sub-account, another customer, the operator."""

    def __init__(self, server):
        self.server = server
        self.other, other_token = server.account(name="Other", email="other@example.com")
        # Before the customer's own usage: lines are there once the clock has gone on.
        self.many = [event(self.other, server.now_ms(), id=f"many-{number:04}", product="sms", number="12025550102", quantity=1)
                     for number in range(1600)]
        server.usage(self.many)
        self.account, self.sub, _ = used(server)
        reveal = lambda auth_id: (auth_id, server.call("accounts.reveal-token", auth_id=auth_id))
        self.own, self.of_sub, self.foreign = reveal(self.account), reveal(self.sub), (self.other, other_token)
        for account in (self.account, self.other):
            server.settings_of_account(account, UNLIMITED)
        self.operator = {"bearer": server.token}
        self.base = f"/v1/Account/{self.account}"

    def strangers(self):
        """Credentials that are no one's, or another's."""
        return [("no credentials", {}), ("a wrong token", {"auth": (self.account, "0" * 40)}), ("another customer", {"auth": self.foreign}),
                ("the sub-account", {"auth": self.of_sub}), ("a wrong operator token", {"bearer": "x" * 40})]


def gives(name, answer, expected, status=200):
    """An answer with a name of its own that holds these values."""
    checks.true(name, answer.status == status and among(answer.json, {"api_id": Like(".{36}"), **expected}) and "error" not in answer.json,
                f"found {answer}, expected {expected!r}")
    return answer.json


def unchanged(name, server, ask, *refusals):
    """Asks for each thing that is refused, with its field; nothing of that writes."""
    before = digest(server)
    for what, field in refusals:
        answers.bad(f"{name}, {what if isinstance(what, str) else sorted(what)}: {field}", ask(what), field)
    checks.true(f"{name}: bad input changes nothing", digest(server) == before)


def refuse_strangers(name, parties, ask, scheme="Basic"):
    """Customers' routes ask for Basic, also those that an operator may use; each answer is the same, and tells nothing."""
    before = digest(parties.server)
    for who, credentials in parties.strangers():
        expected = "Bearer" if scheme == "either" and "bearer" in credentials else "Basic" if scheme == "either" else scheme
        answer = ask(credentials)
        answers.unauthenticated(f"{name}, {who}", answer, expected)
        checks.true(f"{name}, {who}: no data", set(answer.json or {}) == {"api_id", "error", "code"}, answer)
    checks.true(f"{name}: strangers change nothing", digest(parties.server) == before)


def usage_summary(server, parties):
    path = f"{parties.base}/UsageSummary/"
    get = lambda query, **more: server.get(f"{path}?{query}", **(more or {"auth": parties.own}))
    products = [("adjustment", "", "", 1, 1, "1.25000"), ("mms", "outbound", "", 1, 2, "0.03600"),
                ("number-rent", "", "US local", 1, 1, "0.69677"), ("number-setup", "", "US local", 1, 1, "0.50000"),
                ("sms", "outbound", "", 1, 3, "0.02170"), ("voice", "inbound", "", 1, 10, "0.00450"),
                ("voice", "outbound", "", 2, 92, "0.02984")]
    gives("UsageSummary: by product", get(OCTOBER), {
        "meta": {"limit": 20, "offset": 0, "total_count": 7, "next": None, "previous": None}, "timezone": "Asia/Kolkata",
        "complete_until": NOW, "total_amount": "2.53881",
        "objects": [{"day": None, "auth_id": None, **dict(zip(SUMMARY[2:], row))} for row in products]})
    main, sub = parties.account, parties.sub
    rows = [("2026-10-05", main, "mms", "outbound", "", 1, 2, "0.03600"), ("2026-10-05", main, "voice", "inbound", "", 1, 10, "0.00450"),
            ("2026-10-05", sub, "number-rent", "", "US local", 1, 1, "0.69677"), ("2026-10-05", sub, "number-setup", "", "US local", 1, 1, "0.50000"),
            ("2026-10-06", main, "voice", "outbound", "", 1, 61, "0.01700"), ("2026-10-07", main, "adjustment", "", "", 1, 1, "1.25000"),
            ("2026-10-07", sub, "sms", "outbound", "", 1, 3, "0.02170"), ("2026-10-07", sub, "voice", "outbound", "", 1, 31, "0.01284")]
    objects = [dict(zip(SUMMARY, row)) for row in rows]
    everything = f"{OCTOBER}&group=day,subaccount,product"
    gives("UsageSummary: by everything, days as in Kolkata", get(everything), {"objects": objects, "total_amount": "2.53881"})
    walked, place, pages = [], f"{path}?{everything}&limit=3", 0
    while place and pages < 5:
        page = server.get(place, auth=parties.own).json
        walked, place, pages = walked + page["objects"], page["meta"]["next"], pages + 1
    checks.equal("UsageSummary: three pages of three rows are the whole", (pages, walked), (3, objects))
    gives("UsageSummary: the last page knows the one before", get(f"{everything}&limit=3&offset=6"),
          {"meta": {"limit": 3, "offset": 6, "total_count": 8, "next": None, "previous": f"{path}?{everything}&limit=3&offset=3"}})
    gives("UsageSummary: past the end", get(f"{everything}&offset=99"), {"objects": [], "total_amount": "2.53881"})
    gives("UsageSummary: days without usage", get("from=2026-09-01&to=2026-10-04"), {"objects": [], "total_amount": "0.00000"})
    of_sub = f"/v1/Account/{sub}/UsageSummary?{OCTOBER}&group=subaccount"
    row = dict(zip(SUMMARY, (None, sub, None, None, None, 4, 36, "1.23131")))
    for who, credentials in [("by itself", parties.of_sub), ("by its main account", parties.own)]:
        gives(f"UsageSummary of the sub-account, {who}", server.get(of_sub, auth=credentials), {"objects": [row], "total_amount": "1.23131"})

    refuse_strangers("UsageSummary", parties, lambda more: server.get(f"{path}?{OCTOBER}", **more))
    answers.unauthenticated("UsageSummary, the operator: it has its own", get(OCTOBER, **parties.operator))
    answers.unauthenticated("UsageSummary of an unknown account", server.get(f"/v1/Account/{UNKNOWN}/UsageSummary/?{OCTOBER}", auth=parties.own))
    answers.error_of("UsageSummary of an unknown sub-account", server.get(f"/v1/Account/{UNKNOWN_SUB}/UsageSummary/?{OCTOBER}", auth=parties.own), 404)
    foreign = server.get(of_sub, auth=parties.foreign)
    checks.true("UsageSummary of another customer's sub-account: no data", foreign.status in (401, 404) and "objects" not in foreign.json, foreign)
    unchanged("UsageSummary", server, get, ("to=2026-10-31", "from"), ("from=2026-10-01", "to"), ("from=soon&to=2026-10-31", "from"),
              ("from=2026-10-01&to=2026-13-01", "to"), ("from=2026-10-31&to=2026-10-01", "to"), ("from=2026-01-01&to=2028-01-01", "to"),
              (f"{OCTOBER}&group=week", "group"), (f"{OCTOBER}&limit=0", "limit"), (f"{OCTOBER}&limit=501", "limit"),
              (f"{OCTOBER}&limit=few", "limit"), (f"{OCTOBER}&offset=-1", "offset"))
    for query, says in [("limit=0", "limit: must be at least 1"), ("limit=501", "limit: must be a whole number, at most 500"),
                        ("group=week", "group: must be day, product or subaccount")]:
        checks.equal(f"UsageSummary, {query}: what it says", get(f"{OCTOBER}&{query}").json["error"], says)
    answers.error_of("POST UsageSummary", server.post(path, {}, auth=parties.own), 405)


def usage_line(server, parties):
    path = f"{parties.base}/UsageLine/"
    get = lambda query, **more: server.get(f"{path}?{query}", **(more or {"auth": parties.own}))
    main, sub = parties.account, parties.sub
    bought, posted = START, "2026-10-07T00:00:00Z"
    rows = [(bought, sub, "2026-10", "number-setup", "", "14155550100", 1, bought, "US local", "0.50", "0.50000"),
            (bought, sub, "2026-10", "number-rent", "", "14155550100", 1, bought, "US local", "0.80", "0.69677"),
            (posted, main, "v1", "voice", "outbound", "12025550100", 61, "2026-10-06T18:29:00Z", "1", "0.0085", "0.01700"),
            (posted, sub, "v2", "voice", "outbound", "919812345678", 31, "2026-10-06T18:31:00Z", "91", "0.0214", "0.01284"),
            (posted, sub, "s1", "sms", "outbound", "919812345679", 3, "2026-10-06T18:32:00Z", "91", "0.0072345", "0.02170"),
            (posted, main, "m1", "mms", "outbound", "12025550103", 2, "2026-10-05T12:00:00Z", "1", "0.018", "0.03600"),
            (posted, main, "v3", "voice", "inbound", "12025550101", 10, "2026-10-05T12:00:00Z", "1", "0.0045", "0.00450"),
            (posted, main, "handset", "adjustment", "", "", 1, posted, "", "", "1.25000")]
    lines = [{"transaction": TRANSACTION, **dict(zip(LINE, row))} for row in rows]
    gives("UsageLine: every charge, in posting order", get(""), {"meta": {"next": None, "previous": None}, "objects": lines})
    gives("UsageLine: those of a day", get(f"from={posted}&to=2026-10-08T00:00:00Z"), {"objects": lines[2:]})
    gives("UsageLine: up to that day", get(f"to={posted}"), {"objects": lines[:2]})
    for who, credentials in [("by itself", parties.of_sub), ("by its main account", parties.own)]:
        gives(f"UsageLine of the sub-account, {who}", server.get(f"/v1/Account/{sub}/UsageLine", auth=credentials),
              {"objects": [line for line in lines if line["auth_id"] == sub]})

    refuse_strangers("UsageLine", parties, lambda more: server.get(path, **more))
    answers.unauthenticated("UsageLine, the operator: it has its own", get("", **parties.operator))
    answers.error_of("UsageLine of an unknown sub-account", server.get(f"/v1/Account/{UNKNOWN_SUB}/UsageLine/", auth=parties.own), 404)
    foreign = server.get(f"/v1/Account/{sub}/UsageLine/", auth=parties.foreign)
    checks.true("UsageLine of another customer's sub-account: no data", foreign.status in (401, 404) and "objects" not in foreign.json, foreign)
    unchanged("UsageLine", server, get, ("from=noon", "from"), ("to=2026-10", "to"), ("from=2026", "from"), ("to=20261031", "to"),
              ("limit=0", "limit"), ("limit=few", "limit"), ("cursor=zzz", "cursor"), ("cursor=", "cursor"), ("cursor=1791244800000", "cursor"))

    walked, place, pages = [], f"/v1/Account/{parties.other}/UsageLine/", 0
    while place and pages < 10:
        page = server.get(place, auth=parties.foreign).json
        walked, place, pages = walked + page["objects"], page["meta"]["next"], pages + 1
    checks.equal("UsageLine: 1600 lines take more than one page, each is there once", (pages > 1, sorted(line["id"] for line in walked)),
                 (True, [one["id"] for one in parties.many]))
    checks.equal("UsageLine: 1600 × 0.00555", sum(Decimal(line["amount"]) for line in walked), Decimal("8.88"))


def reservations(server, parties):
    """Ten minutes are 0.085, twenty 0.17; the call of 905 seconds is 16 minutes, 0.136. 197.46119 is what the customer has."""
    post = lambda word, items: server.post(f"/v1/Usage/{word}/", {"items": items}, **parties.operator)

    def standing():
        found = server.call("credits.get-balance", auth_id=parties.account)
        return found["balance"], found["available"]

    main, sub = parties.account, parties.sub
    call = {"auth_id": main, "name": "c-1", "product": "voice", "heading": "outbound", "number": "12025550100", "quantity": 600, "lasts_ms": 600_000}
    used_up = {"auth_id": main, "name": "c-1", "id": "e-1", "product": "voice", "heading": "outbound", "number": "12025550100", "quantity": 905,
               "at": NOW}
    message = {"auth_id": sub, "name": "m-1", "kind": "message", "amount": "0.60"}
    for word, item in [("Reserve", call), ("Extend", call), ("Settle", used_up), ("Release", {"auth_id": main, "name": "c-1"})]:
        ask = lambda more, word=word, item=item: server.post(f"/v1/Usage/{word}/", {"items": [item]}, **more)
        refuse_strangers(f"Usage/{word}", parties, ask, "Bearer")
        answers.unauthenticated(f"Usage/{word}, the customer itself", ask({"auth": parties.own}), "Bearer")
        answers.error_of(f"GET Usage/{word}", server.get(f"/v1/Usage/{word}/", **parties.operator), 405)

    def refuse(word, good, *items):
        unchanged(f"Usage/{word}", server, lambda body: server.post(f"/v1/Usage/{word}/", body, **parties.operator),
                  ({}, "items"), ({"items": {}}, "items"), ({"items": []}, "items"), ({"items": [good, 1]}, "items[1]"), ({"items": [good] * 1001}, "items"),
                  *(({"items": [good, item]}, f"items[1].{field}") for item, field in items))

    # What the rules refuse names what was sent too.
    by_rules = [({**call, "name": "two words"}, "name"), ({**call, "number": "12a"}, "number"), ({**call, "quantity": 1_000_001}, "quantity"),
                ({**call, "lasts_ms": -1}, "lasts_ms")]
    refuse("Reserve", message, ({**call, "auth_id": 5}, "auth_id"), ({**call, "name": None}, "name"), ({**call, "kind": "fax"}, "kind"),
           ({**call, "lasts_ms": "600000"}, "lasts_ms"), ({**call, "quantity": 1.5}, "quantity"), ({**call, "product": "fax"}, "product"),
           ({**message, "amount": "0,60"}, "amount"), ({**message, "amount": 0.6}, "amount"), *by_rules,
           ({**message, "amount": "-0.60"}, "amount"), ({**message, "amount": "9000000000"}, "amount"))
    held = {"status": "reserved", "auth_id": main, "name": "c-1", "kind": "call", "amount": "0.08500", "begun": NOW,
            "until": "2026-10-07T00:12:00Z", "expires": "2026-10-07T01:12:00Z", "ends": None}
    noted = {"status": "reserved", "auth_id": sub, "name": "m-1", "kind": "message", "amount": "0.60000", "begun": NOW, "until": NOW,
             "expires": "2026-10-07T01:02:00Z", "ends": None}
    gives("Usage/Reserve: each item by itself", post("Reserve", [
        call, message, {"auth_id": main, "name": "c-2", "amount": "1000.00"}, {"auth_id": UNKNOWN, "name": "c-3", "amount": "1"}]), {"answers": [
            held, noted, {"status": "refused", "reason": "out-of-credit", "missing": "803.22381"},
            {"status": "refused", "reason": "not-found", "detail": "account or sub-account"}]})
    checks.equal("Usage/Reserve: holds of what is available, not of the balance", standing(), ("197461190", "196776190"))
    gives("Usage/Reserve: the same again is the same", post("Reserve", [call]), {"answers": [held]})
    gives("Usage/Reserve: without a price", post("Reserve", [call, {**call, "name": "c-4", "number": "99900000000"}]), {"answers": [held, {
        "status": "refused", "reason": "invalid",
        "detail": [{"field": "items[1].number", "rule": "unknown-value", "limit": "a number with a price"}]}]})
    gives("Usage/Reserve: its name for something else", post("Reserve", [{**call, "quantity": 60}]), {"answers": [{"status": "conflicting"}]})

    refuse("Extend", call, ({**call, "name": 7}, "name"), ({"name": "c-1", "amount": "1"}, "auth_id"), ({**call, "heading": "sideways"}, "heading"), *by_rules)
    longer = {**held, "amount": "0.17000", "until": "2026-10-07T00:22:00Z", "expires": "2026-10-07T01:22:00Z"}
    gives("Usage/Extend", post("Extend", [{**call, "quantity": 1200, "lasts_ms": 1_200_000}, {**call, "name": "c-9"}]),
          {"answers": [longer, {"status": "unknown"}]})
    gives("Usage/Extend above what there is", post("Extend", [{"auth_id": main, "name": "c-1", "amount": "1000", "lasts_ms": 1_800_000}]),
          {"answers": [{"status": "ending", "reason": "out-of-credit", "missing": "803.13881", "ends": "2026-10-07T00:22:00Z"}]})
    checks.equal("Usage/Extend: 0.17 and 0.60 are held", standing(), ("197461190", "196691190"))

    refuse("Settle", used_up, ({**used_up, "at": "noon"}, "at"), ({**used_up, "quantity": -1}, "quantity"), ({**used_up, "id": None}, "id"),
           ({**used_up, "name": None}, "name"), ({**used_up, "name": "two words"}, "name"), (used_up, "name"))
    gives("Usage/Settle", post("Settle", [used_up]), {"transactions": [TRANSACTION], "answers": [
        {"status": "settled", "amount": "0.13600", "released": "0.17000", "was": "open"}]})
    gives("Usage/Settle again", post("Settle", [used_up]), {"transactions": [], "answers": [{"status": "duplicate"}]})
    gives("Usage/Settle without a reservation is counted all the same", post("Settle", [
        {**used_up, "name": "c-8", "id": "e-8", "product": "sms", "quantity": 2}]), {"answers": [
            {"status": "settled", "amount": "0.01110", "released": "0.00000", "was": "unknown"}]})
    checks.equal("Usage/Settle: 197.46119 less 0.136 and 0.0111; 0.60 are still held", standing(), ("197314090", "196714090"))

    refuse("Release", {"auth_id": sub, "name": "m-1"}, ({"auth_id": sub}, "name"), ({"auth_id": [], "name": "m-1"}, "auth_id"),
           ({"auth_id": sub, "name": "two words"}, "name"))
    with_key = lambda word, item: server.post(f"/v1/Usage/{word}/", {"items": [item]}, headers={"Idempotency-Key": f"once-{word}"}, **parties.operator)
    for word, item in [("Reserve", {**message, "amount": "1000"}), ("Extend", {**call, "name": "c-9"}),
                       ("Settle", used_up), ("Release", {"auth_id": sub, "name": "m-9"})]:
        checks.equal(f"Usage/{word} with a key", with_key(word, item).status, 200)
        reused = with_key(word, {**item, "name": "other"})
        answers.error_of(f"Usage/{word}, its key for something else", reused, 409, "Idempotency-Key")
        checks.equal(f"Usage/{word}, its key for something else: the code", reused.json.get("code"), "key_reused")
    gives("Usage/Release", post("Release", [{"auth_id": sub, "name": "m-1"}, {"auth_id": sub, "name": "m-9"}]),
          {"answers": [{"status": "released", "amount": "0.60000"}, {"status": "unknown"}]})
    gives("Usage/Release again", post("Release", [{"auth_id": sub, "name": "m-1"}, {"auth_id": main, "name": "c-1"}]),
          {"answers": [{"status": "over"}, {"status": "over"}]})
    checks.equal("Usage/Release: nothing is held any more", standing(), ("197314090", "197314090"))


def rejected(server, parties):
    path, operator = "/v1/Usage/Rejected/", parties.operator
    now = server.now_ms()
    unpriced = event(parties.account, now, id="r-1", number="99900000000", quantity=61)
    server.usage([unpriced, event(UNKNOWN, now, id="r-2", quantity=30), event(parties.sub, now - 36 * 86_400_000, id="r-3"),
                  event(parties.other, now, id="r-4", number="99900000001")])
    shown = {"key": Like(r"\d{13}/[0-9a-f]{32}"), "received": NOW, "product": "voice", "heading": "outbound", "at": NOW}
    first = {**shown, "reason": "no-price", "id": "r-1", "auth_id": parties.account, "number": "99900000000", "quantity": 61}
    second = {**shown, "reason": "unknown-account", "id": "r-2", "auth_id": UNKNOWN, "number": "12025550100", "quantity": 30}
    third = {**shown, "reason": "too-old", "id": "r-3", "auth_id": parties.sub, "at": "2026-09-01T00:02:00Z"}
    get = lambda query: server.get(f"{path}?{query}", **operator)
    listed = gives("Usage/Rejected", get(""), {"meta": {"limit": 100, "next": None, "previous": None}})["objects"]
    checks.equal("Usage/Rejected: all four", sorted(one["id"] for one in listed), ["r-1", "r-2", "r-3", "r-4"])
    checks.equal("Usage/Rejected: by their own time", listed[0]["id"], "r-3")
    gives("Usage/Rejected: by reason", get("reason=unknown-account"), {"objects": [second]})
    gives("Usage/Rejected: by account and reason", get(f"auth_id={parties.account}&reason=no-price"), {"objects": [first]})
    gives("Usage/Rejected: an account's, with its sub-account's", get(f"auth_id={parties.account}"), {"objects": [third, first]})
    walked, place, pages = [], f"{path}?limit=1&reason=no-price", 0
    while place and pages < 5:
        page = server.get(place, **operator).json
        walked, place, pages = walked + page["objects"], page["meta"]["next"], pages + 1
    checks.equal("Usage/Rejected: page by page", sorted(one["id"] for one in walked), ["r-1", "r-4"])

    keys = {one["id"]: one["key"] for one in listed}
    mended = {**{key: unpriced[key] for key in ("id", "auth_id", "product", "heading", "quantity", "at")}, "number": "12025550100", "key": keys["r-1"]}
    for name, ask in [("GET Usage/Rejected", lambda more: server.get(path, **more)),
                      ("POST Usage/Rejected", lambda more: server.post(path, {"events": [mended]}, **more)),
                      ("DELETE Usage/Rejected", lambda more: server.ask("DELETE", path, {"keys": [keys["r-1"]]}, **more))]:
        refuse_strangers(name, parties, ask, "Bearer")
        answers.unauthenticated(f"{name}, the customer itself", ask({"auth": parties.own}), "Bearer")
    unchanged("GET Usage/Rejected", server, get, ("limit=0", "limit"), ("limit=501", "limit"), ("limit=few", "limit"), ("reason=bored", "reason"))
    post = lambda body: server.post(path, body, **operator)
    unchanged("POST Usage/Rejected", server, post, ({}, "events"), ({"events": {}}, "events"), ({"events": [{**mended, "key": 5}]}, "events[0].key"),
              ({"events": [mended, {**mended, "quantity": "x"}]}, "events[1].quantity"), ({"events": [{**mended, "at": "noon"}]}, "events[0].at"))
    delete = lambda body: server.ask("DELETE", path, body, **operator)
    unchanged("DELETE Usage/Rejected", server, delete, ({}, "keys"), ({"keys": "all"}, "keys"), ({"keys": [5]}, "keys[0]"))
    answers.error_of("POST Usage/Rejected of an unknown key", post({"events": [{**mended, "key": "none"}]}), 404, "none")
    answers.error_of("DELETE Usage/Rejected of an unknown key", delete({"keys": ["none"]}), 404, "none")

    before = server.balance(parties.account)
    gives("POST Usage/Rejected: what is still wrong stays", post({"events": [{**mended, "number": "99900000002"}]}),
          {"message": "resubmitted", "counts": {"rated": 0, "rejected": 1}, "amount": "0.00000",
           "answers": [{"status": "rejected", "reason": "no-price", "id": "r-1"}], "transactions": []})
    still = get(f"auth_id={parties.account}&reason=no-price").json["objects"]
    checks.equal("POST Usage/Rejected: on the list, once", [(one["id"], one["number"]) for one in still], [("r-1", "99900000002")])
    mended["key"] = still[0]["key"]
    gives("POST Usage/Rejected", post({"events": [mended]}), {
        "message": "resubmitted", "counts": {"rated": 1, "duplicate": 0, "conflicting": 0, "rejected": 0, "unreadable": 0}, "amount": "0.01700",
        "answers": [{"status": "rated", "amount": "0.01700", "id": "r-1"}], "transactions": [TRANSACTION]})
    checks.equal("POST Usage/Rejected: 61 seconds are debited once", before - server.balance(parties.account), Decimal("0.017"))
    answers.error_of("POST Usage/Rejected a second time", post({"events": [mended]}), 404)
    gone = delete({"keys": [keys["r-2"], keys["r-3"], keys["r-4"]]})
    checks.equal("DELETE Usage/Rejected", (gone.status, gone.text), (204, ""))
    gives("Usage/Rejected: nothing is left", get(""), {"objects": []})


def documents(server, parties):
    """197.31409 less 0.017 is left of October, and 0.00291 more by rounding to cents; then seats (3 for 20) and rent (0.80) of November are taken."""
    base, operator = parties.base, parties.operator
    server.call("invoices.set-seats", auth_id=parties.account, paid=3)
    server.advance(to="2026-11-01T00:10:00Z")
    issued, total = "2026-11-01T00:00:00Z", "2.70000"
    summary = {"kind": "invoice", "number": Like(r"2026-\d{6}"), "issued": issued, "period_start": "2026-10-01T00:00:00Z", "period_end": issued,
               "total": total, "amount_due": "0.00000", "status": "paid", "method": "credits", "refers_to": None, "credited": "0.00000"}
    get = lambda path, **more: server.get(f"{base}/{path}", **(more or operator))
    invoice = gives("Invoice", get("Invoice/"), {"meta": {"limit": 20, "next": None, "previous": None}, "objects": [summary]})["objects"][0]["number"]
    lines = [("Acme", "adjustment", "2026-10-07: handset", 1, "", "1.25000"), ("Acme", "mms-outbound", "MMS, outbound", 2, "parts", "0.03600"),
             ("Acme", "sms-outbound", "SMS, outbound", 2, "parts", "0.01110"), ("Acme", "voice-inbound", "Voice calls, inbound", 10, "seconds", "0.00450"),
             ("Acme", "voice-outbound", "Voice calls, outbound", 1027, "seconds", "0.17000"),
             ("sales", "number-rent", "Monthly rent of numbers, US local", 1, "numbers", "0.69677"),
             ("sales", "number-setup", "Set-up of numbers, US local", 1, "numbers", "0.50000"),
             ("sales", "sms-outbound", "SMS, outbound", 3, "parts", "0.02170"), ("sales", "voice-outbound", "Voice calls, outbound", 31, "seconds", "0.01284")]
    keys = ["section_name", "product", "description", "quantity", "unit", "amount"]
    gives("Invoice, one", get(f"Invoice/{invoice}/"), {
        "kind": "invoice", "number": invoice, "issued": issued, "customer": {"legal_name": "Acme", "auth_id": parties.account}, "currency": "USD",
        "lines": [dict(zip(keys, line)) for line in lines], "discount": "0.00000", "rounding": "-0.00291", "net": total, "taxes": [], "total": total,
        "opening_balance": "0.00000", "closing_balance": "197.30000", "amount_due": "0.00000", "status": "paid", "method": "credits",
        "movements": [{"label": "Payment", "at": START, "amount": "200.00000", "earlier": False}], "refers_to": None, "note": ""})

    server.recharge(parties.account, "25.00")
    receipt = {"kind": "receipt", "number": Like(r"R-2026-\d{6}"), "amount_due": "0.00000", "status": "successful", "method": "card"}
    receipts = [{**receipt, "total": "25.00000", "refers_to": "charge-2", "issued": "2026-11-01T00:10:00Z"},
                {**receipt, "total": "200.00000", "refers_to": "charge-1", "issued": START}]
    number = gives("Receipt", get("Receipt/"), {"objects": receipts})["objects"][1]["number"]
    gives("Receipt: oldest first", get("Receipt/?order=oldest&status=successful"), {"objects": receipts[::-1]})
    gives("Receipt: of October", get(f"Receipt/?issued_before={issued}"), {"objects": receipts[1:]})
    page = gives("Receipt: a page", get("Receipt/?limit=1"), {"meta": {"limit": 1, "previous": None}, "objects": receipts[:1]})
    gives("Receipt: the next page", server.get(page["meta"]["next"], **operator), {"meta": {"next": None}, "objects": receipts[1:]})
    gives("Receipt, one", get(f"Receipt/{number}/"), {
        "kind": "receipt", "number": number, "issued": START, "period_start": None, "lines": [
            {"product": "recharge", "description": "Recharge, manual", "quantity": 1, "amount": "200.00000"}],
        "total": "200.00000", "status": "successful", "method": "card", "refers_to": "charge-1"})

    gives("CreditNote: none yet", get("CreditNote/"), {"objects": []})
    server.call("invoices.issue-credit-note", auth_id=parties.account, invoice=invoice, amount="1250000", reason="handset came back")
    note = {"kind": "credit-note", "number": "CN-2026-000001", "issued": "2026-11-01T00:10:00Z", "total": "1.25000", "status": "credited", "refers_to": invoice}
    gives("CreditNote", get("CreditNote/"), {"objects": [note]})
    gives("CreditNote, one", get("CreditNote/CN-2026-000001"), {**note, "net": "1.25000", "taxes": [], "note": "handset came back"})
    gives("Invoice: what was given back of it", get("Invoice"), {"objects": [{**summary, "credited": "1.25000"}]})
    gives("Billing/Overview", get("Billing/Overview/"), {
        "balance": "162.75000", "last_invoice": {"number": invoice, "total": total, "status": "paid", "credited": "1.25000"}, "receipts": receipts,
        "cards": [{"name": "card-1", "brand": "visa", "last_four": Like(r"\d{4}"), "is_default": True, "state": "ready"}]})

    for name, path in [("an invoice as a receipt", f"Receipt/{invoice}/"), ("a receipt as an invoice", f"Invoice/{number}/"),
                       ("an unknown invoice", "Invoice/2026-999999/"), ("an unknown credit note", "CreditNote/CN-2026-999999/")]:
        answers.error_of(name, get(path), 404, "document not found")
    answers.error_of("an invoice of somebody else", server.get(f"/v1/Account/{parties.other}/Invoice/{invoice}/", **operator), 404)
    for path in ["Invoice/", f"Invoice/{invoice}/", "Receipt/", f"Receipt/{number}/", "CreditNote/", "CreditNote/CN-2026-000001/", "Billing/",
                 "Billing/Overview/", "Seats/"]:
        name = path.replace(invoice, "…").replace(number, "…")
        refuse_strangers(name, parties, lambda more, path=path: server.get(f"{base}/{path}", **more), "either")
        answers.error_of(f"{name}, the customer's token: documents are the operator's (R35)", get(path, auth=parties.own), 403, "permission")
    for path in ["Invoice/", "Receipt/", "CreditNote/", "Billing/", "Billing/Overview/", "Seats/"]:
        answers.error_of(f"{path} of an unknown account", server.get(f"/v1/Account/{UNKNOWN}/{path}", **operator), 404, "account not found")
        answers.error_of(f"PUT {path}", server.ask("PUT", f"{base}/{path}", {}, **operator), 405)
    for kind, statuses in [("Invoice", "paid, open, failed"), ("Receipt", "successful, failed, refunded, charged-back, reversed"), ("CreditNote", "credited")]:
        unchanged(kind, server, lambda query, kind=kind: get(f"{kind}/?{query}"), ("limit=0", "limit"), ("limit=few", "limit"),
                  ("status=lost", "status"), ("issued_from=noon", "issued_from"), ("issued_before=2026-10", "issued_before"), ("order=up", "order"),
                  ("issued_before=2026", "issued_before"), ("issued_from=20261101", "issued_from"),
                  ("after=nothing", "after"), (f"number={'1' * 41}", "number"))
        checks.holds(f"{kind}: the statuses that there are", get(f"{kind}/?status=lost").json["error"], statuses)


def walk(server, path, most=50, **credentials):
    """All objects of a list, page by page, and how many pages there were."""
    walked, place, pages = [], path, 0
    while place and pages < most:
        page = server.get(place, **credentials).json
        walked, place, pages = walked + page["objects"], page["meta"]["next"], pages + 1
    return walked, pages


def accounts_of_all(server, parties):
    """Two customers; the other one has used 8.88 and paid nothing."""
    path, operator = "/v1/Operator/accounts/", parties.operator
    get = lambda query: server.get(f"{path}?{query}", **operator)
    mine = server.call("accounts.get", auth_id=parties.account)
    row = {"auth_id": parties.account, "name": mine["name"], "email": mine["email"], "account_type": "standard", "billing_mode": "prepaid",
           "standing": "active", "suspension": None, "balance": f"{Decimal(mine['cash-credits']) / 1_000_000:.5f}", "created": START}
    both = sorted([parties.account, parties.other])
    named = lambda query: [one["auth_id"] for one in gives(f"Operator/accounts, {query}", get(query), {})["objects"]]
    gives("Operator/accounts: one of them", get(f"email={mine['email'].upper()}"), {"meta": {"limit": 100, "next": None, "previous": None}, "objects": [row]})
    for query, expected in [("", both), ("name=OTH", [parties.other]), ("email_part=other@", [parties.other]), ("account_type=standard", both),
                            ("account_type=developer", []), ("billing_mode=postpaid", []), ("standing=active", both), ("standing=suspended", []),
                            ("owing=true", [parties.other]), ("balance_below=0.00", [parties.other]), ("balance_below=-8.88", []), ("balance_from=0", [parties.account]), ("balance_from=9999999", []),
                            (f"name={mine['name']}&email={mine['email']}&standing=active&balance_from=0&balance_below=9999999", [parties.account])]:
        checks.equal(f"Operator/accounts, {query or 'all'}: who", named(query), expected)
    walked, pages = walk(server, f"{path}?limit=1&standing=active", **operator)
    checks.equal("Operator/accounts: page by page, with the filter", ([one["auth_id"] for one in walked], pages), (both, 2))
    table = get("format=csv&limit=1")
    checks.equal("Operator/accounts as CSV", (table.status, table.text.splitlines()[0], len(table.text.splitlines())),
                 (200, "auth_id,name,email,account_type,billing_mode,standing,balance,created,currency", 2))
    checks.true("Operator/accounts as CSV: names the next page", 'rel="next"' in (table.headers.get("link") or ""), table)
    refuse_strangers("Operator/accounts", parties, lambda more: server.get(path, **more), "Bearer")
    answers.unauthenticated("Operator/accounts, a customer", server.get(path, auth=parties.own), "Bearer")
    # money-07-usage-filters-ignored
    unchanged("Operator/accounts", server, get, ("colour=red", "colour"), ("name=a&name=b", "name"), ("name=", "name"), ("email=x", "email"), ("email=", "email"),
              ("email_part=", "email_part"), ("account_type=", "account_type"), ("account_type=trial", "account_type"), ("billing_mode=barter", "billing_mode"),
              ("standing=idle", "standing"), ("owing=", "owing"), ("owing=perhaps", "owing"), ("owing=false", "owing"), ("owing=true&balance_below=1", "owing"),
              ("balance_below=", "balance_below"), ("balance_from=much", "balance_from"), ("limit=0", "limit"), ("limit=501", "limit"), ("limit=", "limit"),
              ("limit=few", "limit"), ("after=x", "after"), ("after=", "after"), ("format=xml", "format"), ("format=", "format"))
    answers.error_of("POST Operator/accounts", server.post(path, {}, **operator), 405)


def documents_of_all(server, parties):
    """The list over all accounts is those of the accounts together."""
    path, operator = "/v1/Operator/documents/", parties.operator
    get = lambda query: server.get(f"{path}?{query}", **operator)
    each = {}
    for account in (parties.account, parties.other):
        for kind in ("Invoice", "CreditNote", "Receipt"):
            for one in walk(server, f"/v1/Account/{account}/{kind}/", **operator)[0]:
                each[one["number"]] = {"auth_id": account, **{name: one[name] for name in ("kind", "number", "issued", "total", "status", "credited", "refers_to")}}
    shown = lambda objects: {one["number"]: {name: one[name] for name in ("auth_id", "kind", "number", "issued", "total", "status", "credited", "refers_to")} for one in objects}
    walked, pages = walk(server, f"{path}?limit=2", **operator)
    checks.equal("Operator/documents: those of all accounts, each once", (shown(walked), len(walked)), (each, len(each)))
    checks.equal("Operator/documents: two a page", pages, (len(each) + 1) // 2)
    issued = [one["issued"] for one in walked]
    checks.equal("Operator/documents: newest first", issued, sorted(issued, reverse=True))
    oldest = walk(server, f"{path}?order=oldest", **operator)[0]
    checks.equal("Operator/documents: oldest first", [one["number"] for one in oldest], [one["number"] for one in reversed(walked)])
    of = lambda **wanted: {number for number, one in each.items() if all(one[name] == value for name, value in wanted.items())}
    mine = of(auth_id=parties.account)
    invoices = of(kind="invoice")
    number = min(invoices)
    theirs = of(kind="invoice", auth_id=parties.other)
    for query, expected in [("kind=invoice", invoices), ("kind=credit-note", of(kind="credit-note")), ("kind=receipt", of(kind="receipt")),
                            ("status=paid", of(status="paid")), ("month=2026-11", {number for number, one in each.items() if one["issued"] >= "2026-11"}),
                            ("month=2026-09", set()), ("issued_from=2026-11-01T00:00:00Z&kind=invoice", invoices), ("issued_before=2026-11-01T00:00:00Z&kind=invoice", set()),
                            (f"account={parties.account}", mine), (f"account={parties.account}&kind=invoice&status=paid", mine & of(kind="invoice", status="paid")),
                            (f"number={number}", {number}), ("open_from=0.000001", theirs), ("open_from=8.88", theirs), ("open_from=8.880001", set()), ("status=open", theirs), ("receipt=refund", set())]:
        found = gives(f"Operator/documents, {query}", get(query), {})["objects"]
        checks.equal(f"Operator/documents, {query}: which", {one["number"] for one in found}, expected)
    checks.true("Operator/documents: something to filter", len(invoices) == 2 and len(each) > len(invoices), each)
    table = get("format=csv&kind=invoice")
    checks.equal("Operator/documents as CSV", (table.status, table.text.splitlines()[0], len(table.text.splitlines())), (
        200, "auth_id,name,kind,receipt,number,issued,period_start,period_end,total,open,credited,charged_back,status,method,refers_to,currency", 3))
    refuse_strangers("Operator/documents", parties, lambda more: server.get(path, **more), "Bearer")
    answers.unauthenticated("Operator/documents, a customer", server.get(path, auth=parties.own), "Bearer")
    # money-07-usage-filters-ignored
    unchanged("Operator/documents", server, get, ("colour=red", "colour"), ("kind=invoice&kind=receipt", "kind"), ("kind=", "kind"), ("kind=bill", "kind"),
              ("receipt=gift", "receipt"), ("kind=invoice&receipt=refund", "receipt"), ("status=", "status"), ("status=frozen", "status"), ("kind=invoice&status=credited", "status"),
              ("number=", "number"), ("month=", "month"), ("month=2026-13", "month"), ("issued_from=noon", "issued_from"), ("issued_before=", "issued_before"),
              ("open_from=0", "open_from"), ("open_from=", "open_from"), ("open_from=-1", "open_from"), ("kind=receipt&open_from=1", "open_from"),
              ("account=", "account"), (f"account={parties.sub}", "account"), ("order=", "order"), ("order=best", "order"), ("limit=0", "limit"),
              ("limit=101", "limit"), ("limit=-1", "limit"), ("after=x", "after"), ("format=pdf", "format"))
    checks.equal("Operator/documents, open_from=0: the limit as it is typed", get("open_from=0").json["fields"],
                 [{"field": "open_from", "rule": "too-small", "limit": "0.000001"}])
    answers.error_of("Operator/documents of an unknown account", get(f"account={UNKNOWN}"), 404)


def billing_and_seats(server, parties):
    base, operator = parties.base, parties.operator
    post = lambda path, body, **more: server.post(f"{base}/{path}", body, **(more or operator))
    nothing = {"legal_name": "", "address": "", "city": "", "state": "", "country": "", "tax_id": "", "notification_addresses": [],
               "cycle_months": 1, "complete": False}
    gives("Billing", server.get(f"{base}/Billing/", **operator), {**nothing, "legal_name": "Acme", "address": "1 Main Street", "country": "NZ", "complete": True})
    change = {"legal_name": "Acme GmbH", "address": "Ring 1", "city": "Köln", "country": "DE", "tax_id": "DE136695976",
              "notification_addresses": ["books@example.com"]}
    billing = {**nothing, **change, "complete": True}
    gives("POST Billing", post("Billing/", change), billing)
    gives("POST Billing: what is not given stays", post("Billing/", {"city": "Bonn", "state": None, "more": 1}), {**billing, "city": "Bonn"})
    gives("Billing as it is now", server.get(f"{base}/Billing", **operator), {**billing, "city": "Bonn"})
    account = server.get(f"{base}/", auth=parties.own).json
    checks.equal("its address is the account's (R44)", (account["address"], account["city"]), ("Ring 1", "Bonn"))
    unchanged("POST Billing", server, lambda body: post("Billing/", body), ({"country": "Germany"}, "country"), ({"legal_name": ["Acme"]}, "legal_name"),
              ({"legal_name": "x" * 201}, "legal_name"), *(({name: 5}, name) for name in ("legal_name", "address", "city", "state", "country", "tax_id")), ({"city": "x" * 101}, "city"), ({"tax_id": "1"}, "tax_id"),
              ({"notification_addresses": "a@example.com"}, "notification_addresses"),
              ({"notification_addresses": ["a@example.com", "nobody"]}, "notification_addresses[1]"))
    checks.equal("POST Billing, a number for a name: what it says", post("Billing/", {"legal_name": 5}).json["error"], "legal_name: must be text")
    checks.equal("the Account resource says the same", server.post(f"{base}/", {"name": 5}, auth=parties.own).json["error"], "name: must be text")
    gives("Seats", server.get(f"{base}/Seats/", **operator), {"paid": 3, "in_use": 1, "charged": "2026-11", "next_charge": "2026-12-01T00:00:00Z"})
    gives("POST Seats", post("Seats/", {"paid": 5}), {"paid": 5, "in_use": 1, "charged": "2026-11", "next_charge": "2026-12-01T00:00:00Z"})
    unchanged("POST Seats", server, lambda body: post("Seats/", body), ({}, "paid"), ({"paid": 0}, "paid"), ({"paid": 10_001}, "paid"),
              ({"paid": "many"}, "paid"), ({"paid": -1}, "paid"), ({"paid": 1.5}, "paid"), ({"paid": [5]}, "paid"))
    for path, body in [("Billing/", {"legal_name": "Mine"}), ("Seats/", {"paid": 9})]:
        refuse_strangers(f"POST {path}", parties, lambda more, path=path, body=body: server.post(f"{base}/{path}", body, **more), "either")
        answers.error_of(f"POST {path}, the customer's token (R35)", post(path, body, auth=parties.own), 403, "permission")
    gives("Seats as they are now", server.get(f"{base}/Seats/", **operator), {"paid": 5})
    server.advance(to="2026-12-01T00:10:00Z")
    gives("Seats: charged for December", server.get(f"{base}/Seats/", **operator), {"paid": 5, "charged": "2026-12", "next_charge": "2027-01-01T00:00:00Z"})
    checks.equal("5 seats for 20 and the number for 0.80 were taken: 162.75 less 100.80", server.balance(parties.account), Decimal("61.95"))


with Server({"clock.mode": "simulated", "clock.start": START}).stock(STOCK[:1]) as server:
    server.publish_prices()
    parties = Parties(server)
    usage_summary(server, parties)
    usage_line(server, parties)
    reservations(server, parties)
    rejected(server, parties)
    documents(server, parties)
    accounts_of_all(server, parties)
    documents_of_all(server, parties)
    billing_and_seats(server, parties)
    done = server.cli("verify")
    checks.equal("verify", done.returncode, 0)

checks.finish()
