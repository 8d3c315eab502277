"""Operators by name, as a company sets them up: the shared token, the first name, permissions, networks, rotation, a broken file."""

import json
import stat

from coinbox import Checks, Server, poll, run

checks = Checks()


def operator(server, *arguments):
    return run("--data", server.data, "--json", "operator", *arguments)


def token_of(done):
    checks.equal("the command succeeds", done.returncode, 0)
    return json.loads(done.stdout)["token"]


def status(server, token, function="operator.describe-settings", body=None, **more):
    return server.post(f"/v1/Operator/call/{function}", body or {}, bearer=token, **more)


def main():
    with Server() as server:
        shared = server.token
        checks.equal("R77 the shared token sets up", status(server, shared).status, 200)
        for wrong, said in [
            (["add", "o o", "--permission", "operator.describe-settings"], "without space"),
            (["add", "olga", "--permission", "accounts.lists"], "there is no permission `accounts.lists`"),
            (["add", "olga", "--permission", "accounts.*"], "wildcard"),
            (["add", "olga", "--permission", "operator.describe-settings", "--network", "10.0.0.1/8"], "10.0.0.0/8"),
            (["add", "olga"], "--permission"),
            (["rotate", "nobody-here"], "there is no operator"),
            (["remove", "nobody-here"], "there is no operator"),
        ]:
            done = operator(server, *wrong)
            checks.true(f"{wrong} is refused", done.returncode != 0 and said in done.stderr, done)
        checks.true("nothing was written", not (server.data / "operators").exists())

        olga = token_of(operator(server, "add", "olga", "--permission", "operator.describe-settings"))
        checks.true("a token says what it is", olga.startswith("cbo_") and len(olga) == 47, olga)
        file = server.data / "operators"
        checks.equal("the file is its owner's", stat.S_IMODE(file.stat().st_mode), 0o600)
        checks.true("the file holds no token", olga not in file.read_text() and "cbo_" not in file.read_text())
        poll("the server has read the file", lambda: status(server, olga).status == 200)
        checks.equal("R77 the shared token is over", status(server, shared).status, 401)
        refused = status(server, olga, "operator.get-settings", {})
        checks.equal("attack 74: another function is 403", (refused.status, refused.json), (403, {"err": {"refused": {"forbidden": "operator.get-settings"}}}))
        refused = server.post("/v1/Operator/check", {}, bearer=olga)
        checks.equal("attack 74: what only the host does is 403", (refused.status, refused.json["code"]), (403, "forbidden"))
        checks.equal("nobody is host", status(server, olga, headers={"X-Operator-Name": "host"}).status, 200)

        boss = token_of(operator(server, "add", "boss", "--may", "all"))
        away = token_of(operator(server, "add", "away", "--may", "read", "--network", "192.0.2.0/24"))
        here = token_of(operator(server, "add", "here", "--may", "read", "--network", "127.0.0.0/8"))
        poll("the server has read the file", lambda: status(server, boss).status == 200)
        checks.equal("all is all", server.post("/v1/Operator/check", {}, bearer=boss).status, 200)
        refused = status(server, away)
        checks.equal("from elsewhere a token is 403", (refused.status, refused.json["code"]), (403, "address_not_allowed"))
        checks.equal("from here it is good", status(server, here).status, 200)
        checks.equal("reading changes nothing", status(server, here, "operator.change-settings", {"version": None, "settings": []}).status, 403)

        shown = json.loads(operator(server, "list").stdout)
        checks.equal("list", [one["name"] for one in shown], ["olga", "boss", "away", "here"])
        again = token_of(operator(server, "rotate", "olga"))
        poll("the new token", lambda: status(server, again).status == 200)
        checks.equal("the old one is over", status(server, olga).status, 401)
        checks.equal("removed", operator(server, "remove", "olga").returncode, 0)
        poll("the removed one", lambda: status(server, again).status == 401)

        good = file.read_text()
        file.write_text(good + '{"name": "x", "digest": "cbo_secret", "permissions": []}\n')
        poll("the log says so", lambda: "operators could not be read" in server.log_text())
        checks.holds("with the line", server.log_text(), "line 4")
        checks.true("and no token", "cbo_secret" not in server.log_text())
        checks.equal("those of before stay", status(server, boss).status, 200)
        server.stop()
        server.launch()
        code = server.process.wait(30)
        checks.true("a broken file stops the start", code != 0, code)
        checks.holds("and is named", server.log_text(), "operators", "line 4")
        server.process = None
        file.write_text(good)
        server.start()
        checks.equal("mended", status(server, boss).status, 200)
        for token in [shared, olga, again, boss, away, here]:
            checks.true("no token in the log", token not in server.log_text())
    checks.finish()


main()
