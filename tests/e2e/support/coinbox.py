"""A Coinbox server of one's own on a free loopback port, and words for what a test sees. Only the standard library."""

import atexit
import base64
import http.client
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from pathlib import Path

PROGRAM = str(Path(os.environ.get("COINBOX", "target/release/coinbox")).resolve())
COMPONENT = str(Path(os.environ.get("COINBOX_COMPONENT", "target/component/coinbox.wasm")).resolve())
READY_SECONDS = 60
MICROS = 1_000_000


class Checks:
    """Prints a line a check. `finish` ends the program: 0 only if none failed."""

    def __init__(self):
        self.passed = 0
        self.failures = []

    def true(self, name, condition, seen=""):
        if condition:
            self.passed += 1
            print(f"ok   {name}")
        else:
            self.failures.append(name)
            print(f"FAIL {name}: {str(seen)[:2000]}")
        return bool(condition)

    def equal(self, name, found, expected):
        return self.true(name, found == expected, f"found {found!r}, expected {expected!r}")

    def holds(self, name, text, *parts):
        """Whether a text holds all parts, whatever the case of letters."""
        missing = [part for part in parts if part.lower() not in str(text).lower()]
        return self.true(name, not missing, f"{missing} not in {text!r}")

    def finish(self):
        print(f"{self.passed} ok, {len(self.failures)} failed")
        for name in self.failures:
            print(f"failed: {name}")
        sys.exit(1 if self.failures else 0)


class Answer:
    """What came back: status, headers with lower-case names, bytes, the same as text, and as JSON if it is that."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body
        self.text = body.decode("utf-8", "replace")
        try:
            self.json = json.loads(self.text)
        except ValueError:
            self.json = None

    def __repr__(self):
        return f"{self.status} {self.headers} {self.text[:1000]}"


def basic(auth_id, token):
    return "Basic " + base64.b64encode(f"{auth_id}:{token}".encode()).decode()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def poll(what, condition, seconds=READY_SECONDS):
    """The first true answer of a condition; an error if none came in time."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(0.02)


def environment(extra=None):
    """This program's environment without what would configure a Coinbox by chance."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COINBOX_")}
    return {**kept, "COINBOX_COMPONENT": COMPONENT, **(extra or {})}


# The component is compiled once for all servers: in a directory of its own each would begin with ten seconds of it.
CACHE = str(Path("target/e2e/compiled").resolve())


class Refused(Exception):
    """An operator's call that was not answered `ok`."""


class Server:
    """A server over a directory of its own. `with Server() as server:` starts it and tidies up."""

    def __init__(self, settings=None, home=None, flags=(), environment=None):
        self.keep_home = home is not None
        self.home = Path(home or tempfile.mkdtemp(prefix="coinbox-e2e-"))
        if not self.keep_home:
            atexit.register(shutil.rmtree, self.home, ignore_errors=True)
        self.data = self.home / "data"
        self.log = self.home / "server.log"
        self.settings = {"cache": CACHE, **(settings or {})}
        self.flags = list(flags)
        self.environment = environment or {}
        self.port = free_port()
        self.process = None

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def token(self):
        return (self.data / "operator-token").read_text().strip()

    def arguments(self):
        settings = [f"--set={key}={value}" for key, value in self.settings.items()]
        return ["serve", "--data", str(self.data), "--listen", f"127.0.0.1:{self.port}", *settings, *self.flags]

    def stock(self, rows=None):
        """Writes the stock file of numbers, before the start or while the server runs."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lines = ["number,country,calling_code,type,region,city,voice,sms,mms", *(",".join(row) for row in rows or STOCK)]
        (self.data / "numbers.csv").write_text("\n".join(lines) + "\n")
        return self

    def launch(self):
        """Starts without waiting."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [PROGRAM, *self.arguments()],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.home, env=environment(self.environment),
            )
        return self

    def is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the server ended with {self.process.returncode}:\n{self.log_text()[-4000:]}")
        try:
            return self.get("/readyz").status == 200
        except OSError:
            return False

    def start(self):
        self.launch()
        poll("readiness", self.is_ready)
        return self

    def stop(self, seconds=30):
        """An orderly end; answers the exit code."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        self.process = None
        return code

    def kill(self):
        """As a loss of power would look to the program."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def log_text(self):
        return self.log.read_text(errors="replace")

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, error, trace):
        if self.process is not None:
            self.kill()
        if kind is not None:
            print(f"--- end of the server's log\n{self.log_text()[-4000:]}\n---")
        if not self.keep_home:
            shutil.rmtree(self.home, ignore_errors=True)

    # HTTP

    def connect(self, seconds=60):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)

    def ask(self, method, path, body=None, headers=None, auth=None, bearer=None, connection=None):
        """One request. `body`: objects and lists as JSON, anything else as it is; `auth`: auth ID and token."""
        headers = dict(headers or {})
        if auth is not None:
            headers["Authorization"] = basic(*auth)
        if bearer is not None:
            headers["Authorization"] = f"Bearer {bearer}"
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        if isinstance(body, str):
            body = body.encode()
        own = connection is None
        connection = connection or self.connect()
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return Answer(response.status, response.getheaders(), response.read())
        finally:
            if own:
                connection.close()

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.ask("POST", path, body, **more)

    # The operator

    def call(self, function, connection=None, key=None, **arguments):
        """What is inside `ok`. Names of arguments with `_` for `-`."""
        arguments = {name.replace("_", "-"): value for name, value in arguments.items()}
        headers = {"Idempotency-Key": key} if key else None
        answer = self.post(f"/v1/Operator/call/{function}", arguments, headers=headers, bearer=self.token, connection=connection)
        if answer.status != 200:
            raise Refused(f"{function} {arguments}: {answer}")
        return answer.json["ok"]

    def drive(self, job):
        answer = self.post(f"/v1/Operator/drive/{job}", {}, bearer=self.token)
        if answer.status != 200:
            raise Refused(f"drive {job}: {answer}")
        return answer.json["ok"]

    def usage(self, events, **more):
        return self.post("/v1/Usage/", {"events": events}, bearer=self.token, **more)

    def advance(self, by=None, to=None):
        """Moves a simulated clock by a duration or to a moment, and drives all that becomes due."""
        answer = self.post("/v1/Operator/clock", {"by": by, "to": to}, bearer=self.token)
        if answer.status != 200:
            raise Refused(f"clock {by or to}: {answer}")
        return answer.json["ok"]

    def now_ms(self):
        return int(self.get("/v1/Operator/clock", bearer=self.token).json["ok"]["now"])

    # The command line

    def cli(self, *arguments, **more):
        """A command on the running server."""
        return run("--server", self.base, "--token", self.token, *arguments, **more)

    def offline(self, *arguments, **more):
        """A command on the store of the stopped server, under the same settings."""
        settings = [f"--set={key}={value}" for key, value in self.settings.items()]
        return run("--data", self.data, *settings, *arguments, **more)

    # What most tests begin with

    def name_seller(self):
        """Names the seller: without one a new store charges nothing and issues nothing (R89)."""
        self.settings_of_policy({"seller.legal-name": "Example Telecom Ltd", "seller.address-lines": "1 Example Road", "seller.country": "NZ"})

    def settings_of_policy(self, values):
        """Changes settings of the policy: text by name."""
        return self.call("operator.change-settings", settings=[{"name": name, "value": value} for name, value in values.items()])

    def settings_of_account(self, account, values):
        """Changes an account's own settings: text by name, or None for what the policy says."""
        return self.call("operator.change-account-settings", auth_id=account,
                         settings=[{"name": name, "value": value} for name, value in values.items()])

    def account(self, name="Acme", email="owner@acme.example", kind="standard", billing=True, **more):
        """Auth ID and token of a new account, with what must be there before its first charge."""
        fields = {"account-type": kind, "name": name, "email": email, "address": "", "city": "", "state": "", "timezone": "UTC"}
        self.name_seller()
        created = self.call("accounts.create", account={**fields, **more})
        if billing:
            change = {"legal-name": name, "address": more.get("address") or "1 Main Street", "country": "NZ"}
            self.call("invoices.set-billing", auth_id=created["auth-id"], change=change)
        return created["auth-id"], created["auth-token"]

    def card(self, account, token):
        """Adds a card and waits until the gateway has described it; answers its name."""
        started = self.call("credits.add-card", auth_id=account, token=token, make_default=True)
        self.drive(started["job"])
        return started["name"]

    def recharge(self, account, amount, card=None):
        """A charge by hand: how its job stands after it was driven."""
        started = self.call("credits.recharge", auth_id=account, amount=micros(amount), card=card)
        return self.drive(started["job"])

    def goodwill(self, account, amount, expires=None):
        given = {"goodwill": {"amount": micros(amount), "expires": expires}}
        return self.call("credits.adjust", auth_id=account, adjustment=given, reason="test")

    def balance(self, account):
        return amount(self.call("credits.get-balance", auth_id=account)["balance"])

    def publish_prices(self, rows=None, numbers=None):
        version = self.call("pricing.create-version")["number"]
        self.call("pricing.add-rows", version=version, rows=[price_row(*row) for row in rows or PRICES])
        self.call("pricing.set-number-prices", version=version, prices=numbers or NUMBER_PRICES)
        start = self.now_ms() - 40 * 86_400_000 if version == 1 else self.now_ms()
        self.call("pricing.publish-version", version=version, starts_at=str(start))


def micros(decimal):
    """Decimal text in the JSON form of the contract."""
    return str(int(Decimal(decimal) * MICROS))


def amount(micros_text):
    return Decimal(int(micros_text)) / MICROS


# product, heading, country, prefix, rate, first increment, next increment
PRICES = [
    ("voice", "outbound", "US", "1", "0.0085", 60, 60),
    ("voice", "outbound", "IN", "91", "0.0214", 30, 6),
    ("voice", "outbound", "IN", "9140", "0.01999", 1, 1),
    ("voice", "inbound", "US", "1", "0.0045", 60, 60),
    ("sms", "outbound", "US", "1", "0.00555", 0, 0),
    ("sms", "outbound", "IN", "91", "0.0072345", 0, 0),
    ("mms", "outbound", "US", "1", "0.018", 0, 0),
]


# number, country, calling code, type, region, city, voice, sms, mms
STOCK = [
    ("14155550100", "US", "1", "local", "California", "San Francisco", "true", "true", "true"),
    ("14155550101", "US", "1", "local", "California", "Oakland", "true", "true", "false"),
    ("12125550102", "US", "1", "local", "New York", "New York", "true", "false", "false"),
    ("18005550103", "US", "1", "toll-free", "", "", "true", "false", "false"),
    ("447700900104", "GB", "44", "mobile", "", "", "true", "true", "false"),
]

NUMBER_PRICES = {
    "rows": [
        {"country": "US", "kind": "local", "setup": "0.50", "monthly": "0.80"},
        {"country": "US", "kind": "toll-free", "setup": "0", "monthly": "2"},
    ],
    "seat": "20",
}


def price_row(product, heading, country, prefix, rate, first, following):
    return {"product": product, "heading": heading, "country": country, "prefix": prefix, "rate": rate,
            "first-increment": first, "next-increment": following}


def cost(event, prices=None):
    """What an event costs, worked out apart from the program: longest prefix, increments, one rounding at 5 decimals."""
    matching = [row for row in prices or PRICES
                if row[:2] == (event["product"], event["heading"]) and event["number"].startswith(row[3])]
    _, _, _, _, rate, first, following = max(matching, key=lambda row: len(row[3]))
    quantity = Decimal(event["quantity"])
    if event["product"] == "voice":
        steps = ((quantity - first) / following).to_integral_value(ROUND_CEILING) if quantity > first else 0
        quantity = (first + steps * following) / Decimal(60)
    return (Decimal(rate) * quantity).quantize(Decimal("0.00001"), ROUND_HALF_UP)


NUMBERS = {("voice", "outbound"): ["12025550100", "919812345678", "914012345678"], ("voice", "inbound"): ["12025550101"],
           ("sms", "outbound"): ["12025550102", "919812345679"], ("mms", "outbound"): ["12025550103"]}
_counter = itertools.count(1)


def event(account, at_ms, random=None, **more):
    """A good event with an ID of its own; with a random generator one of any price."""
    product, heading, number, quantity = "voice", "outbound", "12025550100", 61
    if random is not None:
        product, heading = random.choice(sorted(NUMBERS))
        number = random.choice(NUMBERS[product, heading])
        quantity = random.randint(1, 1800) if product == "voice" else random.randint(1, 9)
    made = {"id": f"e-{os.getpid()}-{next(_counter)}", "auth_id": account, "product": product, "heading": heading,
            "number": number, "quantity": quantity, "at": at_ms}
    return {**made, **more}


def run(*arguments, stdin=None, seconds=120, cwd=None, environment_extra=None):
    """The program as a command; answers the finished process with text."""
    return subprocess.run([PROGRAM, *[str(argument) for argument in arguments]], input=stdin, capture_output=True, text=True,
                          timeout=seconds, cwd=cwd, env=environment(environment_extra), errors="replace")
