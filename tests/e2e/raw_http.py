"""Raw HTTP checks (rest-wire §2 T1 to T12 and §7): no client library between the test and the wire."""

import json
import re
import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

from answers import Answers
from coinbox import Answer, Checks, Server, basic, cost, event, poll

checks = Checks()
UNLIMITED = {"standard-rate": "100000"}
refusals = Answers(checks)
error_of, unauthenticated = refusals.error_of, refusals.unauthenticated


def credentials(server, account, token, other, other_token):
    path = f"/v1/Account/{account}/"
    good = (account, token)
    same_text = set()
    sub = server.call("subaccounts.create", parent=account, name="sales", enabled=True)
    for name, more, where in [
        ("no credentials", {}, path),
        ("wrong token", {"auth": (account, "0" * 40)}, path),
        ("empty token", {"auth": (account, "")}, path),
        ("unknown account in both places", {"auth": ("MA" + "0" * 18, token)}, "/v1/Account/MA" + "0" * 18 + "/"),
        ("unknown account in the path", {"auth": good}, "/v1/Account/MA" + "0" * 18 + "/"),
        ("another tenant's path", {"auth": good}, f"/v1/Account/{other}/"),
        ("another tenant's token", {"auth": (account, other_token)}, path),
        ("a sub-account on the main path", {"auth": (sub["auth-id"], sub["auth-token"])}, path),
        ("no account ID in the path", {"auth": good}, "/v1/Account/nonsense/"),
        ("Basic that is no base64", {"headers": {"Authorization": "Basic !!!"}}, path),
        ("Basic without a colon", {"headers": {"Authorization": "Basic " + "QUFB"}}, path),
        ("Bearer where Basic belongs", {"bearer": token}, path),
        ("the operator's token", {"bearer": server.token}, path),
        ("a long header", {"headers": {"Authorization": "Basic " + "A" * 9000}}, path),
    ]:
        answer = server.get(where, **more)
        unauthenticated(f"GET, {name}", answer)
        same_text.add((answer.json or {}).get("error"))
        checks.true(f"GET, {name}: no data", other not in answer.text and "Other" not in answer.text, answer)
    checks.equal("no hint which it was: one text for all", len(same_text), 1)
    unauthenticated("POST without credentials", server.post(path, {"name": "x"}))
    unauthenticated("POST to another tenant", server.post(f"/v1/Account/{other}/", {"name": "x"}, auth=good))
    unauthenticated("POST of malformed JSON without credentials", server.post(path, "{", headers={"Content-Type": "application/json"}))
    checks.equal("the other tenant is as before", server.get(f"/v1/Account/{other}/", auth=(other, other_token)).json["name"], "Other")


def paths_and_methods(server, account, token):
    auth = (account, token)
    bare = f"/v1/Account/{account}"
    for name, path in [("T2 without slash", bare), ("with slash", bare + "/"), ("T1 with two slashes", bare + "//"),
                       ("with a query", bare + "/?endpoint_id=1")]:
        answer = server.get(path, auth=auth)
        checks.equal(f"{name}: 200", (answer.status, (answer.json or {}).get("auth_id")), (200, account))
    answer = server.get(bare + "/", auth=auth)
    checks.equal("T13 every documented key, the currency and no other", sorted(answer.json), sorted([
        "account_type", "address", "api_id", "auth_id", "auto_recharge", "billing_mode", "cash_credits", "city", "currency",
        "name", "resource_uri", "state", "timezone"]))
    checks.true("T12 no key `error` in a success", "error" not in answer.json, answer)
    checks.true("JSON is announced", answer.headers["content-type"].startswith("application/json"), answer)
    for name, path in [("unknown route", "/v1/Nothing/"), ("root", "/"), ("unknown resource", bare + "/Nothing/"),
                       ("other version", f"/v2/Account/{account}/"), ("lower case", f"/v1/account/{account}/")]:
        error_of(name, server.get(path, auth=auth), 404)
    for method, path in [("PUT", bare + "/"), ("DELETE", bare + "/"), ("PATCH", bare + "/"), ("GET", "/v1/Usage/"),
                         ("GET", "/v1/Operator/call/accounts.get"), ("POST", "/healthz")]:
        answer = server.ask(method, path, auth=auth)
        error_of(f"{method} {path.replace(account, '…')}", answer, 405)
        checks.true(f"{method} {path.replace(account, '…')}: Allow", answer.headers.get("allow"), answer)


def bodies(server, account, token):
    auth, path = (account, token), f"/v1/Account/{account}/"
    as_json = {"Content-Type": "application/json"}

    def held():
        return {key: value for key, value in server.get(path, auth=auth).json.items() if key != "api_id"}

    before = held()
    for body in [None, "", "{}", '""', " "]:
        answer = server.ask("GET", path, body, headers=as_json, auth=auth)
        checks.equal(f"T3 GET with body {body!r}", answer.status, 200)
    for body in [None, "", "{}", '""', '{"name": null, "city": null}', '{"colour": "red", "auth_id": "%s"}' % account]:
        answer = server.post(path, body, headers=as_json, auth=auth)
        checks.equal(f"empty update {body!r} is 202", (answer.status, (answer.json or {}).get("message")), (202, "changed"))
    checks.equal("T6, T7 nothing changed by them", held(), before)
    for body in ["{", '{"name": "x"', "name=x", "[]", "[1]", "1", '"x"', "\x00", '{"name": "x"} trailing', '{"name": "\\ud800"}']:
        error_of(f"malformed {body!r}", server.post(path, body, headers=as_json, auth=auth), 400)
    error_of("JSON that is no UTF-8", server.post(path, b'{"name": "\xff"}', headers=as_json, auth=auth), 400)
    error_of("deep nesting", server.post(path, '{"x":' * 2000 + "1" + "}" * 2000, headers=as_json, auth=auth), 400)
    for key in ["name", "address", "city", "state", "timezone"]:
        for value in [5, True, [], {"a": 1}]:
            error_of(f"{key}: {value!r} is no text", server.post(path, {key: value}, auth=auth), 400, key)
    for key, value in [("cash_credits", "1000.00001"), ("cash_credits", 5), ("billing_mode", "postpaid"), ("account_type", "developer"),
                       ("auto_recharge", True), ("auth_id", "MA" + "1" * 18), ("resource_uri", "/")]:
        error_of(f"read-only {key} = {value!r}", server.post(path, {key: value, "name": "no"}, auth=auth), 400, key)
    checks.equal("R38 read-only keys with their present values are no error", server.post(path, before, auth=auth).status, 202)
    checks.equal("T5 and booleans as text", server.post(path, {"auto_recharge": "false"}, auth=auth).status, 202)
    for zone in ["Mars/Olympus", "", "UTC ", "../etc/passwd"]:
        error_of(f"unknown time zone {zone!r}", server.post(path, {"timezone": zone}, auth=auth), 400, "timezone")
    for key, longest in [("name", 100), ("address", 200), ("city", 100), ("state", 100)]:
        error_of(f"{key} of {longest + 1} characters", server.post(path, {key: "x" * (longest + 1)}, auth=auth), 400, key, str(longest))
        checks.equal(f"{key} of {longest} characters", server.post(path, {key: "ñ" * longest}, auth=auth).status, 202)
    error_of("two fields wrong at once", server.post(path, {"name": "", "timezone": "X"}, auth=auth), 400, "name", "timezone")
    checks.equal("wrong fields keep the good ones away too", held()["name"], "ñ" * 100)
    answer = server.post(path, {"name": "శ్రీ 😀", "timezone": "Asia/Kolkata"}, auth=auth)
    checks.equal("T16 UTF-8 in and out", (answer.status, held()["name"]), (202, "శ్రీ 😀"))
    error_of("too large", server.post(path, b"x" * (65 * 1024), headers=as_json, auth=auth), 413, "65536")
    chunked = server.ask("POST", path, iter([b"x" * 40_000] * 3), headers=as_json, auth=auth)
    error_of("too large in chunks", chunked, 413)
    checks.equal("still served", server.get(path, auth=auth).status, 200)


def keep_alive(server, account, token):
    auth, path = (account, token), f"/v1/Account/{account}/"
    connection = server.connect()
    statuses = []
    local = None
    for number in range(12):
        if number % 3 == 0:
            answer = server.get(path, auth=auth, connection=connection)
        elif number % 3 == 1:
            answer = server.post(path, {"city": str(number)}, auth=auth, connection=connection)
        else:
            answer = server.get(path, connection=connection)
        statuses.append(answer.status)
        here = connection.sock.getsockname() if connection.sock else None
        local = local or here
        if here != local:
            statuses.append("new connection")
    connection.close()
    checks.equal("T10 one connection for twelve requests, errors among them", statuses, [200, 202, 401] * 4)


def rate_limit(server, account, token):
    auth, path = (account, token), f"/v1/Account/{account}/"
    server.settings_of_account(account, {"standard-rate": "5"})
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: server.get(path, auth=auth), range(200)))
    refused = [answer for answer in answers if answer.status == 429]
    checks.true("a burst over the limit meets 429", refused, len(answers))
    checks.true("and some answers before it", sum(answer.status == 200 for answer in answers) >= 5, len(answers))
    checks.equal("nothing but 200 and 429", {answer.status for answer in answers}, {200, 429})
    error_of("429", refused[0], 429)
    checks.equal("429: error", refused[0].json["error"], "rate_limit_exceeded")
    checks.equal("429: Retry-After", refused[0].headers.get("retry-after"), "1")
    server.settings_of_account(account, UNLIMITED)
    checks.equal("a raised limit holds at once", server.get(path, auth=auth).status, 200)


def suspension(server, account, token):
    auth, path = (account, token), f"/v1/Account/{account}/"
    server.call("accounts.set-standing", auth_id=account, standing={"suspended": "compliance-issue"}, details="papers")
    error_of("suspended, GET", server.get(path, auth=auth), 403, "compliance-issue")
    error_of("suspended, POST", server.post(path, {"name": "x"}, auth=auth), 403, "compliance-issue")
    unauthenticated("suspended, wrong token", server.get(path, auth=(account, "0" * 40)))
    server.call("accounts.set-standing", auth_id=account, standing="active", details="")
    checks.equal("reinstated", server.get(path, auth=auth).status, 200)


def usage(server, account, token):
    now = server.now_ms()
    sub = server.call("subaccounts.create", parent=account, name="calls", enabled=True)["auth-id"]
    before = server.balance(account)
    first = event(account, now)
    second = event(sub, now, product="sms", number="919812345679", quantity=3)
    conflict = {**first, "quantity": 500}
    late = event(account, now - 34 * 86_400_000)
    mixed = [first, second, first, conflict, {"id": "no fields"}, "text", {**event(account, now), "quantity": -1},
             {**event(account, now), "quantity": 1.5}, {**event(account, now), "at": "yesterday"}, {**event(account, now), "product": "fax"},
             event("MA" + "0" * 18, now), event(account, now, number="99900000000"), event(account, now - 36 * 86_400_000),
             event(account, now + 20 * 60_000), {**event(account, now), "number": "12a"}, late, {**event(account, now), "more": [1]}]
    answer = server.usage(mixed)
    checks.equal("a mixed batch is 200", answer.status, 200)
    words = [(one["status"], one.get("reason") or one.get("field")) for one in answer.json["answers"]]
    checks.equal("each event is answered by itself, in order", words, [
        ("rated", None), ("rated", None), ("duplicate", None), ("conflicting", None), ("unreadable", "quantity"), ("unreadable", ""),
        ("unreadable", "quantity"), ("unreadable", "quantity"), ("unreadable", "at"), ("rejected", "unknown-product"),
        ("rejected", "unknown-account"), ("rejected", "no-price"), ("rejected", "too-old"), ("rejected", "in-future"),
        ("rejected", "malformed"), ("rated", None), ("rated", None)])
    expected = cost(first) + cost(second) + cost(late) + cost(mixed[-1])
    checks.equal("amount", answer.json["amount"], f"{expected:.5f}")
    checks.equal("counts", answer.json["counts"], {"rated": 4, "duplicate": 1, "conflicting": 1, "rejected": 6, "unreadable": 5})
    checks.equal("the balance fell by exactly that", before - server.balance(account), expected)
    checks.equal("the same batch again rates nothing", server.usage(mixed).json["amount"], "0.00000")
    checks.equal("and changes no balance", before - server.balance(account), expected)
    rejected = server.call("usage.list-rejected", after=None, limit=100)["rejected"]
    checks.equal("rejected events are on the list", sorted({one["reason"] for one in rejected}),
                 ["conflict", "in-future", "malformed", "no-price", "too-old", "unknown-account", "unknown-product"])

    unauthenticated("usage without a token", server.post("/v1/Usage/", {"events": []}), "Bearer")
    unauthenticated("usage with a customer's credentials", server.post("/v1/Usage/", {"events": [first]}, auth=(account, token)), "Bearer")
    unauthenticated("usage with a customer's token as Bearer", server.post("/v1/Usage/", {"events": [first]}, bearer=token), "Bearer")
    operator = server.token
    for name, body in [("no events", {}), ("events that are no list", {"events": {}}), ("a list alone", [first])]:
        error_of(f"usage: {name}", server.post("/v1/Usage/", body, bearer=operator), 400)
    error_of("usage: malformed JSON", server.post("/v1/Usage/", '{"events": [', bearer=operator), 400)
    checks.equal("usage: no events at all", server.usage([]).json["answers"], [])
    many = [event(account, now, id=f"many-{number}", product="sms", number="12025550102", quantity=1) for number in range(10_001)]
    error_of("usage: 10 001 events", server.usage(many), 400, "10000")
    answer = server.usage(many[:10_000])
    checks.equal("usage: 10 000 events", (answer.status, answer.json["counts"]["rated"], answer.json["amount"]), (200, 10_000, "55.50000"))
    answer = server.usage(many[5_000:10_000], headers={"Content-Type": "application/json"})
    checks.equal("usage: half of them again", (answer.json["counts"]["duplicate"], answer.json["amount"]), (5_000, "0.00000"))
    # A client that announces more than the limit is told before it has sent anything.
    connection = server.connect()
    connection.putrequest("POST", "/v1/Usage/")
    connection.putheader("Authorization", f"Bearer {operator}")
    connection.putheader("Content-Length", str(8 * 1024 * 1024 + 1))
    connection.endheaders()
    response = connection.getresponse()
    error_of("usage: longer than the limit", Answer(response.status, response.getheaders(), response.read()), 413, "8388608")
    connection.close()

    one = [event(account, now)]
    key = {"Idempotency-Key": "batch-1"}
    answer = server.usage(one, headers=dict(key))
    checks.equal("key: first", answer.json["answers"][0]["status"], "rated")
    again = server.usage(one, headers=dict(key))
    checks.equal("key: the same body gets the first answer", (again.status, again.json["answers"]), (200, answer.json["answers"]))
    error_of("key: another body", server.usage([event(account, now)], headers=dict(key)), 409, "Idempotency-Key")
    error_of("key: too long", server.usage(one, headers={"Idempotency-Key": "k" * 256}), 400, "Idempotency-Key")


def operator(server, account, token):
    def call(function, body, **more):
        return server.post(f"/v1/Operator/call/{function}", body, **more)

    bearer = {"bearer": server.token}
    unauthenticated("operator: no token", call("accounts.get", {"auth-id": account}), "Bearer")
    unauthenticated("operator: wrong token", call("accounts.get", {"auth-id": account}, bearer="x" * 64), "Bearer")
    unauthenticated("operator: a customer's credentials", call("accounts.get", {"auth-id": account}, auth=(account, token)), "Bearer")
    checks.equal("operator: a query", call("accounts.get", {"auth-id": account}, **bearer).json["ok"]["auth-id"], account)
    for function in ["accounts.nothing", "nothing.at-all", "x", "jobs.perform", "jobs.begin", "jobs.finish", "jobs.store-opened", "a" * 5000]:
        error_of(f"operator: function {function[:20]}", call(function, {}, **bearer), 404)
    for name, function, body, part in [
        ("missing argument", "accounts.get", {}, "auth-id"),
        ("argument of another type", "accounts.get", {"auth-id": 5}, "auth-id"),
        ("unknown argument", "accounts.get", {"auth-id": account, "colour": 1}, "colour"),
        ("a caller of one's own", "accounts.get", {"auth-id": account, "caller": {}}, "caller"),
        ("a number where 64 bits are text", "credits.adjust", {"auth-id": account, "adjustment": {"debit": {"amount": 5}}, "reason": "x"}, "adjustment.debit"),
        ("an unknown case", "credits.adjust", {"auth-id": account, "adjustment": {"gift": "5"}, "reason": "x"}, "adjustment"),
        ("a path inside a list", "usage.record-events", {"events": [{"id": "x"}]}, "events[0]"),
        ("no object", "accounts.get", [], "object"),
    ]:
        error_of(f"operator: {name}", call(function, body, **bearer), 400, part)
    answer = call("credits.recharge", {"auth-id": account, "amount": "24990000", "card": None}, **bearer)
    checks.equal("operator: a refusal of the rules is 400", answer.status, 400)
    problems = answer.json["err"]["refused"]["invalid"]
    checks.equal("operator: with field and limit", (problems[0]["field"], problems[0]["limit"]), ("amount", "25.00"))
    answer = call("accounts.get", {"auth-id": "MA" + "0" * 18}, **bearer)
    checks.equal("operator: an unknown account is 404", (answer.status, answer.json), (404, {"err": {"refused": {"not-found": "account"}}}))
    same = {"auth-id": account, "adjustment": {"debit": {"amount": "1000000"}}, "reason": "once"}
    before = server.balance(account)
    first = call("credits.adjust", same, headers={"Idempotency-Key": "debit-1"}, **bearer)
    second = call("credits.adjust", same, headers={"Idempotency-Key": "debit-1"}, **bearer)
    checks.equal("operator: the same key gets the first answer", second.json, first.json)
    checks.equal("operator: and acts once", before - server.balance(account), 1)
    answer = call("credits.adjust", {**same, "reason": "twice"}, headers={"Idempotency-Key": "debit-1"}, **bearer)
    checks.equal("operator: the same key with another body is 409", (answer.status, answer.json), (409, {"err": {"refused": "key-reused"}}))
    error_of("operator: a real clock is not moved", server.post("/v1/Operator/clock", {"by": "1d"}, **bearer), 409)
    error_of("operator: a backup needs an absolute path", server.post("/v1/Operator/backup", {"to": "here"}, **bearer), 400, "to")
    error_of("operator: a backup replaces nothing", server.post("/v1/Operator/backup", {"to": str(server.log)}, **bearer), 400, "exists")


def watching(server):
    checks.equal("/healthz", server.get("/healthz").status, 200)
    checks.equal("/readyz", server.get("/readyz").status, 200)
    answer = server.get("/metrics")
    checks.equal("/metrics", (answer.status, answer.headers["content-type"].split(";")[0]), (200, "text/plain"))
    lines = [line for line in answer.text.splitlines() if line and not line.startswith("#")]
    good = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*(\{[^}]*\})? -?[0-9.eE+naif-]+")
    checks.true("/metrics: every line is a sample", lines and all(good.fullmatch(line) for line in lines),
                [line for line in lines if not good.fullmatch(line)][:3])
    checks.holds("/metrics: what was asked is counted", answer.text, 'route="account"', 'status="401"', "rated")
    named = server.get("/healthz", headers={"X-Request-Id": "abc-1"})
    checks.equal("X-Request-Id comes back", named.headers.get("x-request-id"), "abc-1")


def broken_clients(server):
    for name, sent in [("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), ("half a request line", b"GET /hea"),
                       ("a body that never comes", b"POST /v1/Usage/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"),
                       ("endless headers", b"GET / HTTP/1.1\r\n" + b"X-Y: " + b"z" * 200_000)]:
        with socket.create_connection(("127.0.0.1", server.port)) as raw:
            try:
                raw.sendall(sent)
            except OSError:
                pass  # The server may close on what it has read already.
        checks.equal(f"served on after {name}", server.get("/healthz").status, 200)


def stop_with_a_request_under_way(server, account):
    """SIGTERM while the body of a batch is half sent: the request is answered, then the server ends with 0."""
    body = json.dumps({"events": [event(account, server.now_ms(), id="last")]}).encode()
    raw = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    head = (f"POST /v1/Usage/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n")
    raw.sendall(head.encode())
    # The server asks for the body: now it is inside the handler.
    checks.holds("the server waits for the body", raw.recv(100).decode(), "100 Continue")
    raw.sendall(body[:10])
    server.process.send_signal(signal.SIGTERM)
    poll("no new connections", lambda: refuses(server))
    raw.sendall(body[10:])
    received = b""
    while part := raw.recv(65536):
        received += part
    raw.close()
    checks.holds("a request under way is answered", received.decode(), "HTTP/1.1 200", '"rated"')
    checks.equal("the server ends with 0", server.stop(), 0)
    checks.holds("and says so", server.log_text(), "everything is safe")
    server.start()
    again = server.usage([json.loads(body)["events"][0]])
    checks.equal("what was answered is there after the restart", again.json["counts"]["duplicate"], 1)


def numbers(server, account, token):
    base, good = f"/v1/Account/{account}", (account, token)
    objects = lambda answer: [one["number"] for one in answer.json["objects"]]
    error_of("search without a country", server.get(f"{base}/PhoneNumber/", auth=good), 400, "country_iso")
    error_of("search for a country in small letters", server.get(f"{base}/PhoneNumber/?country_iso=us", auth=good), 400, "country_iso")
    error_of("an unknown type", server.get(f"{base}/PhoneNumber/?country_iso=US&type=satellite", auth=good), 400, "type")
    error_of("a pattern of letters", server.get(f"{base}/PhoneNumber/?country_iso=US&pattern=abc", auth=good), 400, "pattern")
    error_of("an unknown service", server.get(f"{base}/PhoneNumber/?country_iso=US&services=fax", auth=good), 400, "services")
    for bad in ("limit=0", "limit=21", "limit=abc", "offset=-1", "offset=x"):
        for path in ("PhoneNumber/?country_iso=US&", "Number/?"):
            error_of(f"{path}{bad}", server.get(f"{base}/{path}{bad}", auth=good), 400, bad.split("=")[0])
    unauthenticated("search without credentials", server.get(f"{base}/PhoneNumber/?country_iso=US"))
    page = server.get(f"{base}/PhoneNumber/?country_iso=US&limit=2&services=voice", auth=good)
    checks.equal("the first page", (page.status, objects(page)), (200, ["12125550102", "14155550100"]))
    checks.equal("its links keep the filters", (page.json["meta"]["next"], page.json["meta"]["previous"]),
                 (f"{base}/PhoneNumber/?limit=2&offset=2&country_iso=US&services=voice", None))
    last = server.get(page.json["meta"]["next"], auth=good)
    checks.equal("the next page", (objects(last), last.json["meta"]["next"], last.json["meta"]["total_count"]),
                 (["14155550101", "18005550103"], None, 4))
    past = server.get(f"{base}/PhoneNumber?country_iso=US&offset=50", auth=good)
    checks.equal("past the end there is nothing", (past.status, past.json["objects"]), (200, []))
    found = lambda query: objects(server.get(f"{base}/PhoneNumber/?country_iso=US&{query}", auth=good))
    checks.equal("by city", found("city=oakland"), ["14155550101"])
    checks.equal("fixed numbers", found("type=fixed"), ["12125550102", "14155550100", "14155550101"])
    checks.equal("by npanxx", found("npanxx=415555"), ["14155550100", "14155550101"])
    checks.equal("what nothing has finds nothing", found("lata=722"), [])
    checks.equal("a country without stock", objects(server.get(f"{base}/PhoneNumber/?country_iso=FR", auth=good)), [])
    unpriced = server.get(f"{base}/PhoneNumber/?country_iso=GB", auth=good).json["objects"]
    checks.equal("a number without a price says so", [(one["number"], one["monthly_rental_rate"]) for one in unpriced], [("447700900104", None)])
    error_of("and cannot be bought", server.post(f"{base}/PhoneNumber/447700900104/", {}, auth=good), 409)

    poor, poor_token = server.account(name="Poor", email="poor@example.com")
    poor_base = f"/v1/Account/{poor}"
    error_of("without credit", server.post(f"{poor_base}/PhoneNumber/14155550100/", {}, auth=(poor, poor_token)), 402)
    checks.equal("nothing is written", server.get(f"{poor_base}/Number/", auth=(poor, poor_token)).json["meta"]["total_count"], 0)
    error_of("another tenant's path", server.post(f"{base}/PhoneNumber/14155550100/", {}, auth=(poor, poor_token)), 401)

    key = {"Idempotency-Key": "buy-1"}
    bought = server.post(f"{base}/PhoneNumber/%2B14155550100/", {"app_id": "77"}, auth=good, headers=key)
    checks.equal("a number is bought", (bought.status, {**bought.json, "api_id": None}),
                 (201, {"api_id": None, "message": "created", "status": "fulfilled", "numbers": [{"number": "14155550100", "status": "Success"}]}))
    again = server.post(f"{base}/PhoneNumber/14155550100/", {"app_id": "77"}, auth=good, headers=key)
    checks.equal("the same key gets the same answer", (again.status, {**again.json, "api_id": None}), (201, {**bought.json, "api_id": None}))
    error_of("the same key for another purchase", server.post(f"{base}/PhoneNumber/14155550100/", {"app_id": "78"}, auth=good, headers=key), 409)
    checks.equal("and is in stock no more", found("pattern=415"), ["14155550101"])
    error_of("it cannot be bought again", server.post(f"{base}/PhoneNumber/14155550100/", {}, auth=good), 404)
    error_of("nor what is no number", server.post(f"{base}/PhoneNumber/abc/", {}, auth=good), 404)
    server.post(f"{base}/PhoneNumber/18005550103/", auth=good)
    listed = lambda query="": objects(server.get(f"{base}/Number/?{query}", auth=good))
    checks.equal("oldest first", listed(), ["14155550100", "18005550103"])
    checks.equal("by type", (listed("type=tollfree"), listed("number_type=local"), listed("type=shortcode")), (["18005550103"], ["14155550100"], []))
    checks.equal("by beginning", (listed("number_startswith=1415"), listed("number_startswith=%2B1800")), (["14155550100"], ["18005550103"]))
    checks.equal("by services", listed("services=sms"), ["14155550100"])
    checks.equal("by renewal", (listed("renewal_date__lt=2000-01-01"), listed("renewal_date__gte=2000-01-01")), ([], ["14155550100", "18005550103"]))
    error_of("a renewal that is no day", server.get(f"{base}/Number/?renewal_date=soon", auth=good), 400, "renewal_date")
    error_of("an unknown sub-account", server.post(f"{base}/Number/14155550100/", {"subaccount": "SA" + "0" * 18}, auth=good), 404)
    one = server.get(f"{base}/Number/+14155550100", auth=good).json
    checks.equal("its application", one["application"], f"{base}/Application/77/")
    cleared = server.post(f"{base}/Number/14155550100/", {"app_id": "", "alias": "desk", "unknown": 1}, auth=good)
    checks.equal("a change is 202", (cleared.status, cleared.json["message"]), (202, "changed"))
    one = server.get(f"{base}/Number/14155550100/", auth=good).json
    checks.equal("the application is taken away", (one["application"], one["alias"], listed("alias=desk"), listed("alias=des")),
                 (None, "desk", ["14155550100"], []))
    error_of("an unknown number", server.get(f"{base}/Number/14155550101/", auth=good), 404)
    error_of("of another tenant", server.get(f"{poor_base}/Number/14155550100/", auth=(poor, poor_token)), 404)

    server.kill()
    server.start()
    checks.equal("after a crash the stock knows who has what", found("pattern=415"), ["14155550101"])
    west = server.call("subaccounts.create", parent=account, name="west", enabled=True)["auth-id"]
    buy = lambda key: server.post(f"/v1/Account/{west}/PhoneNumber/12125550102/", {"alias": "w"}, auth=good, headers={"Idempotency-Key": key})
    bought = buy("buy-2")
    checks.equal("a number is bought for a sub-account", (bought.status, bought.json["status"]), (201, "fulfilled"))
    checks.equal("its number moves to the main account", (server.ask("DELETE", f"{base}/Subaccount/{west}/", auth=good).status,
                 server.get(f"{base}/Number/12125550102/", auth=good).json["sub_account"]), (204, None))
    again = buy("buy-2")
    checks.equal("the same key gets the same answer when the sub-account is gone", (again.status, {**again.json, "api_id": None}), (201, {**bought.json, "api_id": None}))
    error_of("another key finds no sub-account", buy("buy-3"), 404)
    checks.equal("its number is given back", server.ask("DELETE", f"{base}/Number/12125550102/", auth=good).status, 204)
    poll("it is in stock again", lambda: found("pattern=212") == ["12125550102"])
    again = buy("buy-2")
    checks.equal("and the same answer again", (again.status, {**again.json, "api_id": None}), (201, {**bought.json, "api_id": None}))
    checks.equal("nothing is bought by it", (found("pattern=212"), listed("number_startswith=1212")), (["12125550102"], []))
    sub = server.call("subaccounts.create", parent=account, name="east", enabled=True)["auth-id"]
    server.post(f"{base}/Number/14155550100/", {"subaccount": sub}, auth=good)
    checks.equal("cascade releases", server.ask("DELETE", f"{base}/Subaccount/{sub}/?cascade=true", auth=good).status, 204)
    error_of("the number is gone", server.get(f"{base}/Number/14155550100/", auth=good), 404)
    error_of("so is the sub-account", server.ask("DELETE", f"{base}/Subaccount/{sub}/", auth=good), 404)
    gone = server.ask("DELETE", f"{base}/Number/18005550103/", auth=good)
    checks.equal("a release has no body", (gone.status, gone.text), (204, ""))
    error_of("a second one finds nothing", server.ask("DELETE", f"{base}/Number/18005550103/", auth=good), 404)
    poll("both back in stock", lambda: found("pattern=415") == ["14155550100", "14155550101"] and found("type=tollfree"))
    server.stock([("14155550199", "US", "1", "local", "", "", "true", "true", "false")])
    checks.equal("a changed stock file is read again", found(""), ["14155550199"])
    server.stock()


def refuses(server):
    try:
        socket.create_connection(("127.0.0.1", server.port), timeout=1).close()
        return False
    except (ConnectionRefusedError, ConnectionResetError):
        # Reset: the connection was made in the moment in which the server closed its door.
        return True


def logs(server, secrets):
    text = server.log_text()
    for name, secret in secrets:
        checks.true(f"the log does not hold {name}", secret not in text)
    lines = text.splitlines()
    broken = []
    for line in lines:
        try:
            json.loads(line)
        except ValueError:
            broken.append(line)
    checks.true(f"all {len(lines)} lines of the log are JSON", len(lines) > 100 and not broken, broken[:3])


with Server(settings={"log.format": "json", "log.level": "debug"}).stock() as server:
    server.publish_prices()
    account, token = server.account(name="Acme")
    other, other_token = server.account(name="Other", email="other@example.com")
    server.settings_of_account(account, UNLIMITED)
    server.goodwill(account, "1000.00")
    # It restarts the server, which begins to count anew.
    numbers(server, account, token)
    paths_and_methods(server, account, token)
    credentials(server, account, token, other, other_token)
    bodies(server, account, token)
    keep_alive(server, account, token)
    rate_limit(server, account, token)
    suspension(server, account, token)
    usage(server, account, token)
    operator(server, account, token)
    watching(server)
    broken_clients(server)
    operator_token = server.token
    stop_with_a_request_under_way(server, account)
    logs(server, [("a customer's token", token), ("the other customer's token", other_token), ("the operator's token", operator_token),
                  ("Basic credentials", basic(account, token).split()[1]), ("a customer's email", "other@example.com")])

checks.finish()
