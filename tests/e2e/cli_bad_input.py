"""Bad input to the program: each is told with its field and limit, changes nothing, and ends with an exit code of its own."""

import socket
import threading

from coinbox import Checks, Server, free_port, run

checks = Checks()
HEADER = "id,auth_id,product,heading,number,quantity,at\n"
PRICE_HEADER = "product,heading,country,prefix,rate,first_increment,next_increment\n"


def refused(name, done, *says, code=1):
    """One message on standard error, nothing on standard output."""
    checks.equal(f"{name}: exit code", done.returncode, code)
    checks.holds(f"{name}: says why", done.stderr, *says)
    checks.true(f"{name}: no panic", "panicked" not in done.stderr, done.stderr)
    checks.equal(f"{name}: nothing on standard output", done.stdout, "")


def files(server, account):
    home = server.home

    def file(name, content):
        path = home / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    for command in (["usage", "import"], ["usage", "resubmit"], ["pricebook", "import"], ["pricebook", "override", account]):
        name = " ".join(command[:2])
        refused(f"{name}, missing file", server.cli(*command, home / "none.csv"), "none.csv", "no such file")
        refused(f"{name}, a directory", server.cli(*command, home), "directory")
        refused(f"{name}, an empty file", server.cli(*command, file("empty.csv", "")), "empty")
        refused(f"{name}, Latin-1", server.cli(*command, file("latin.csv", HEADER.encode() + b"caf\xe9\n")), "latin.csv", "UTF-8")
        refused(f"{name}, UTF-16", server.cli(*command, file("utf16.csv", HEADER.encode("utf-16"))), "UTF-16")
        refused(f"{name}, another header", server.cli(*command, file("header.csv", "a,b,c\n1,2,3\n")), "line 1", "header lacks")
        refused(f"{name}, a device", server.cli(*command, "/dev/zero"), "regular file")
        refused(f"{name}, a line without end", server.cli(*command, file("long.csv", HEADER + "x" * 70_000)), "line 2", "65536")
    for name, row, says in [
        ("a rate that is no number", "voice,outbound,US,1,cheap,60,60", ["line 2", "rate"]),
        ("a negative rate", "voice,outbound,US,1,-0.01,60,60", ["line 2", "rate"]),
        ("an unknown product", "fax,outbound,US,1,0.01,60,60", ["line 2", "product"]),
        ("a prefix with letters", "voice,outbound,US,1a,0.01,60,60", ["line 2", "prefix"]),
        ("an increment of 0", "voice,outbound,US,1,0.01,0,60", ["line 2", "increment"]),
        ("a repeated prefix", "voice,outbound,US,1,0.01,60,60\nvoice,outbound,CA,1,0.02,60,60", ["1"]),
        ("too few columns", "voice,outbound,US,1", ["line 2", "columns"]),
    ]:
        refused(f"pricebook import, {name}", server.cli("pricebook", "import", file("prices.csv", f"{PRICE_HEADER}{row}\n")), *says)
    refused("pricebook import, broken JSON", server.cli("pricebook", "import", file("prices.json", "[{]")), "prices.json")
    versions = server.cli("--json", "pricebook", "versions").stdout
    checks.true("none of them was published", "published" not in versions, versions)
    refused("ledger export into a directory that is not there", server.cli("ledger", "export", "--output", home / "no" / "file"), "no such file")
    refused("ledger export onto a directory", server.cli("ledger", "export", "--output", home), "directory")
    refused("ledger export to a full device", server.cli("ledger", "export", "--output", "/dev/full"), "space")
    refused("usage import, too many at once", server.cli("usage", "import", "f", "--parallel", "99"), "16", code=2)


def arguments(server, account):
    unknown = "MA" + "0" * 18
    for name, command, says in [
        ("an unknown account", ["account", "show", unknown], ["account not found"]),
        ("no auth ID", ["account", "show", "nonsense"], []),
        ("a long name", ["account", "create", "--name", "n" * 101, "--email", "a@example.com"], ["name", "100"]),
        ("no address", ["account", "create", "--name", "n", "--email", "nobody"], ["email"]),
        ("an unknown time zone", ["account", "update", account, "--timezone", "Mars"], ["timezone"]),
        ("below the minimum", ["recharge", "now", account, "24.99"], ["amount", "25.00"]),
        ("above the maximum", ["recharge", "now", account, "10000.01"], ["amount", "10000.00"]),
        ("parts of a cent", ["recharge", "now", account, "25.001"], ["amount"]),
        ("an amount with a comma", ["recharge", "now", account, "25,00"], ["AMOUNT", "25,00"]),
        ("no card", ["recharge", "now", account, "25.00"], ["no usable card"]),
        ("an unknown card", ["card", "default", account, "card-9"], ["card"]),
        ("a card number", ["card", "add", account, "4111111111111111"], ["token"]),
        ("automatic recharge without a card", ["recharge", "auto", account, "on", "--below", "50.00", "--amount", "25.00"], ["card"]),
        ("four thresholds", ["alerts", "set", account, "--below", "1", "--below", "2", "--below", "3", "--below", "4"], ["--below", "3"]),
        # 13-limits-in-milliseconds
        ("a reserved time that is too long", ["usage", "reserve", account, "c1", "--amount", "0.10", "--lasts", "8d"], ["--lasts", "(limit: 7d)"]),
        ("a policy's duration that is too long", ["policy", "set", "hang-up-grace", "11m"], ["hang-up-grace", "(limit: 10m)"]),
        ("an expiry in the past", ["credit", "goodwill", account, "1.00", "--reason", "x", "--expires", "2020-01-01T00:00:00Z"], ["--expires", "Z)"]),
        ("none among others", ["alerts", "set", account, "--below", "none", "--below", "5.00"], ["--below", "none"]),
        ("no reason", ["credit", "debit", account, "1.00", "--reason", ""], ["reason"]),
        ("a charge that is not there", ["credit", "correct", account, "1.00", "--charge", "7", "--reason", "x"], ["charge"]),
        ("an unknown setting", ["policy", "set", "colour", "red"], ["colour", "describe-settings"]),
        ("an unknown setting to be described", ["policy", "describe", "colour"], ["colour", "policy describe"]),
        ("a bad value of a setting", ["policy", "set", "minimum-recharge", "lots"], ["minimum-recharge", "an amount such as 25.00"]),
        ("two bad values at once", ["policy", "set", "series-limit=0", "brand="], ["series-limit", "brand"]),
        ("a setting out of its limits", ["policy", "set", "ladder-levels", "0,75"], ["ladder-levels"]),
        ("a real clock", ["clock", "advance", "1d"], ["clock"]),
        ("a bad duration", ["clock", "advance", "soon"], ["soon"]),
        ("a rejected event that is not there", ["usage", "discard", "nothing"], []),
        ("explain of an unknown account", ["explain", unknown], ["account not found"]),
        ("a long idempotency key", ["--idempotency-key", "k" * 256, "credit", "debit", account, "1.00", "--reason", "x"], ["Idempotency-Key"]),
    ]:
        refused(name, server.cli(*command), *says)
    same = ["--idempotency-key", "once", "credit", "goodwill", account, "1.00", "--reason", "x"]
    checks.equal("a command with a key", server.cli(*same).returncode, 0)
    refused("the same key for something else", server.cli(*same[:5], "2.00", "--reason", "x"), "key")
    for name, command in [("no command", []), ("an unknown command", ["dance"]), ("an unknown flag", ["verify", "--fast"]),
                          ("a missing argument", ["account", "show"]), ("data and server at once", ["--data", "x", "verify"])]:
        checks.equal(f"{name}: exit code", server.cli(*command).returncode, 2)
    refused("--set without a value", run("--set", "workers", "config"), "KEY=VALUE")


def reaching(server):
    nobody = f"http://127.0.0.1:{free_port()}"
    refused("nobody listens", run("--server", nobody, "--token", "x" * 20, "verify"), "no answer", "coinbox serve")
    refused("no URL", run("--server", "localhost", "--token", "x" * 20, "verify"), "http://")
    refused("a wrong token", run("--server", server.base, "--token", "x" * 20, "verify"), "token")
    refused("no token", run("--set", f"data={server.home / 'nowhere'}", "verify"), "operator token", "--token")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        def other_program():
            connection, _ = silent.accept()
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
            connection.close()

        thread = threading.Thread(target=other_program)
        thread.start()
        refused("another program at that address", run("--server", f"http://127.0.0.1:{port}", "--token", "x" * 20, "clock", "show"),
                "is it a Coinbox server")
        thread.join()
    listing = run("--set", f"data={server.data}", "--set", f"listen=127.0.0.1:{server.port}", "account", "list")
    checks.equal("address and token of the configuration are enough", listing.returncode, 0)
    checks.equal("so is the environment", run("clock", "show", environment_extra={"COINBOX_SERVER": server.base,
                                                                                 "COINBOX_TOKEN": server.token}).returncode, 0)


def one_writer(server):
    refused("a command on the store of a running server", server.offline("verify"), "in use", str(server.data))
    second = Server(home=server.home)
    second.log = server.home / "second.log"
    checks.equal("a second server on the same store: exit code", second.launch().process.wait(30), 1)
    checks.holds("a second server: says why", second.log_text(), "in use")
    taken = Server()
    taken.port = server.port
    checks.equal("a port in use: exit code", taken.launch().process.wait(30), 1)
    checks.holds("a port in use: says why", taken.log_text(), "cannot listen", str(server.port), "--listen")
    checks.true("a port in use: nothing was written", not taken.data.exists() or not any(taken.data.iterdir()))
    checks.equal("the first server serves on", server.get("/readyz").status, 200)


def configuration(home):
    def config(content, *more, **environment):
        path = home / "coinbox.toml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return run("--config", path, *more, "config", environment_extra=environment)

    refused("an unknown setting", config('listne = "127.0.0.1:1"\n'), "listne", "coinbox.toml")
    refused("an unknown setting in a table", config('[email]\ntransprot = "smtp"\n'), "email.transprot")
    refused("an unknown table", config("[mail]\nx = 1\n"), "mail")
    refused("a setting at the wrong place", config('host = "x"\n'), "host", "email.smtp.host")
    refused("no TOML", config("listen = \n"), "coinbox.toml")
    refused("no UTF-8", config(b'data = "\xff"\n'), "UTF-8")
    refused("a wrong type", config("workers = true\n"), "workers")
    refused("out of limits", config("workers = 65\n"), "workers", "64")
    refused("a bad address", config('listen = "somewhere"\n'), "listen", "somewhere")
    refused("an unknown word", config('[log]\nformat = "xml"\n'), "log.format", "json")
    refused("a short token", config('operator-token = "short"\n'), "operator-token", "16")
    refused("SMTP without a host", config('[email]\ntransport = "smtp"\n'), "email.smtp.host")
    refused("a bad value in the environment", config("", COINBOX_WORKERS="many"), "COINBOX_WORKERS", "many")
    refused("an unknown --set", config("", "--set", "colour=red"), "colour")
    refused("a configuration that is not there", run("--config", home / "none.toml", "config"), "none.toml")
    refused("a configuration that is a directory", run("--config", home, "config"), str(home))
    secret = "s3cr3t-" * 4
    done = config(f'operator-token = "{secret}"\n[email.smtp]\npassword = "{secret}"\nuser = "me"\n')
    checks.true("config masks secrets", done.returncode == 0 and "s3cr3t" not in done.stdout and "********" in done.stdout, done)
    refused_value = config(f'operator-token = "{secret}"\nworkers = 0\n')
    checks.true("so do errors", "s3cr3t" not in refused_value.stderr, refused_value)
    done = config("workers = 5\n", "--set", "workers=7", COINBOX_WORKERS="6")
    checks.holds("flags win over environment and file", done.stdout, "workers = \"7\"")
    done = config("", COINBOX_WORKRS="6")
    checks.holds("an environment name that means nothing is told", done.stderr, "COINBOX_WORKRS")


with Server() as server:
    account, _ = server.account()
    before = server.cli("--json", "account", "list").stdout
    files(server, account)
    arguments(server, account)
    reaching(server)
    one_writer(server)
    configuration(server.home)
    server.call("credits.adjust", auth_id=account, adjustment={"debit": {"amount": "1000000"}}, reason="takes back the one good command")
    balance = server.balance(account)
    checks.equal("nothing of all that changed the balance", balance, 0)
    checks.equal("verify", server.cli("verify").returncode, 0)

checks.finish()
