"""A person's walk: sign up, link, phone, review, active trial, login, second factor, authenticator, logout. As a browser, then with the program."""

import base64
import email
import email.policy
import hashlib
import hmac
import json
import re
import shutil
import stat
import struct
import subprocess

from answers import Answers
from coinbox import PROGRAM, Checks, Server, environment, poll
from urllib.parse import parse_qs, urlsplit

checks = Checks()
answers = Answers(checks)
SITE = "https://console.example.com"
PAGES = {"Origin": SITE}
PASSWORD = "Kestrel 47 over the harbour!"
ADA, BEA = "ada@analytical-engines.example", "bea@bridge-works.example"
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


class World:
    """What the person has beside the service: a mailbox, a phone, an app."""

    def __init__(self, server):
        self.server = server
        self.seen = set()

    def mail(self, to, subject):
        """Text of the next mail to an address whose subject holds a text."""
        def found():
            for path in sorted((self.server.data / "mail").rglob("*")):
                if not path.is_file() or "tmp" in path.parts or path in self.seen:
                    continue
                mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                if to in mail["To"] and subject.lower() in mail["Subject"].lower():
                    self.seen.add(path)
                    return mail.get_body(("plain",)).get_content()
            return None
        return poll(f"mail to {to} about {subject}", found, 20)

    def code(self, number):
        """The newest code that was sent to a number and was not read before."""
        def found():
            lines = (self.server.data / "telephony.jsonl").read_text().splitlines()
            codes = [line for line in map(json.loads, lines) if line["act"] == "send-code" and line["to"] == number]
            if not codes or codes[-1]["key"] in self.seen:
                return None
            self.seen.add(codes[-1]["key"])
            return codes[-1]["code"]
        return poll(f"code to {number}", found, 20)

    def app(self, secret):
        """What an authenticator shows now (RFC 6238: SHA-1, 30 s, 6 digits)."""
        moment = self.server.now_ms() // 1000
        key = base64.b32decode(secret + "=" * (-len(secret) % 8))
        digest = hmac.new(key, struct.pack(">Q", moment // 30), hashlib.sha1).digest()
        at = digest[-1] & 15
        shown = str((struct.unpack(">I", digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000).zfill(6)
        if shutil.which("oathtool"):
            asked = subprocess.run(["oathtool", "--totp", "--base32", "--now", f"@{moment}", secret], capture_output=True, text=True, check=True)
            checks.equal("oathtool shows the same code", shown, asked.stdout.strip())
        return shown


def link_of(text):
    return re.search(r"lk_[0-9A-Za-z]+_[0-9A-Za-z_-]+", text)[0]


class Browser:
    """Keeps cookies as a browser does, and says where its page is from."""

    def __init__(self, server):
        self.server = server
        self.cookies = {}

    def ask(self, method, path, body=None, headers=PAGES):
        line = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        more = {**headers, **({"Cookie": line} if line else {})}
        answer = self.server.ask(method, path, body, headers=more)
        set_cookie = answer.headers.get("set-cookie")
        if set_cookie:
            pair, *marks = [part.strip() for part in set_cookie.split(";")]
            checks.true(f"{path}: the cookie is for this site and no script", {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(marks), set_cookie)
            name, value = pair.split("=", 1)
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        checks.equal(f"{method} {path}: nobody keeps the answer", answer.headers.get("cache-control"), "no-store")
        return answer

    def post(self, path, **body):
        return self.ask("POST", path, body)

    def get(self, path):
        return self.ask("GET", path)


def good(name, answer, status=200):
    checks.equal(f"{name}: {status}", answer.status, status) or print(answer)
    return answer.json or {}


def sign_up(browser, **other):
    fields = {"email": ADA, "name": "Ada Lovelace", "company": "Analytical Engines", "country": "US", "language": "en", "new_password": PASSWORD}
    return browser.post("/v1/SignUp/", **{**fields, **other})


def refused(server):
    """Bad input names its field, and leaves no mail behind."""
    browser = Browser(server)
    answers.bad("no address", sign_up(browser, email="nobody"), "email")
    answers.bad("a name that is a link", sign_up(browser, name="https://evil.example"), "name")
    answers.bad("a long company", sign_up(browser, company="c" * 101), "company")
    weak = sign_up(browser, new_password="short")
    checks.equal("a weak password: 400", (weak.status, weak.json["code"]), (400, "weak_password"))
    checks.true("a weak password: each reason", {"too-short", "no-upper", "no-digit", "no-symbol"} <= {one["rule"] for one in weak.json["fields"]}, weak)
    answers.error_of("a link that never was, as one with a wrong password", browser.post("/v1/SignUp/Confirm/", link="lk_x_y", password=PASSWORD), 401)
    answers.bad("a link without holder and password", browser.post("/v1/SignUp/Confirm/", link="lk_x_y"), "password")


def walk(server, world):
    browser = Browser(server)
    pending = good("sign up", sign_up(browser))
    checks.true("pages get the holder as a cookie only", "holder" not in pending and browser.cookies.get("__Host-coinbox-signup"), pending)
    first = link_of(world.mail(ADA, "confirm"))
    looked = good("look at the link", browser.post("/v1/Login/Link/", link=first))
    checks.equal("the link is of a sign-up", looked.get("door"), "sign-up")

    stranger = Browser(server)
    wrong = stranger.post("/v1/SignUp/Confirm/", link=first, password="Not the right one 1!")
    answers.error_of("the link elsewhere, with another password", wrong, 401)
    foreign = browser.ask("POST", "/v1/SignUp/Confirm/", {"link": first}, {"Origin": "https://evil.example"})
    answers.error_of("the link from another site", foreign, 403)
    confirmed = good("follow the link", browser.post("/v1/SignUp/Confirm/", link=first))
    account = confirmed["account"]
    checks.equal("a phone comes next", confirmed["step"], "enrol")
    checks.equal("the account is there", server.call("accounts.get", auth_id=account)["standing"], "unverified")
    answers.error_of("the link again", browser.post("/v1/SignUp/Confirm/", link=first), 410)
    answers.error_of("a half session is no session", browser.get("/v1/Me/"), 403)

    phone = "+14155550123"
    good("send a code", browser.post("/v1/Me/Code/", purpose="first_phone", number=phone, channel="sms"))
    code = world.code(phone)
    bad = browser.post("/v1/Me/Phone/Confirm/", code="000000" if code != "000000" else "000001")
    checks.equal("a wrong code is counted", (bad.status, (bad.json or {}).get("tries_left")), (403, 4))
    entered = good("the code", browser.post("/v1/Me/Phone/Confirm/", code=code))
    recovery = entered["recovery_codes"]
    checks.equal("ten recovery codes", len(set(recovery)), 10)
    return browser, account, phone, recovery


def review(server, world, browser, account):
    checks.equal("it is held", server.call("accounts.get", auth_id=account)["standing"], "held")
    steps = good("what is outstanding", browser.get(f"/v1/Account/{account}/Review/"))["steps"]
    checks.equal("all but the decision", {step["step"]: step["done"] for step in steps if step["step"] in ("email", "phone", "decision")},
                 {"email": True, "phone": True, "decision": False})
    waiting = server.call("review.queue", after=None, limit=10)["reviews"]
    checks.equal("it is in the queue", [one["account"] for one in waiting], [account])
    asked = server.cli("review", "ask", account, "--kind", "identity", "--text", "A passport, please")
    checks.true("the operator asks for a document", asked.returncode == 0 and "identity" in asked.stdout, asked)
    world.mail(ADA, "")
    path = f"/v1/Account/{account}/Review/Document/?kind=identity&name=passport.png"
    handed = server.ask("POST", path, PNG, bearer=session_of(server, world, ADA))
    document = good("hand it in", handed, 201)
    checks.equal("what is kept of it", (document.get("name"), document.get("media_type"), document.get("size")), ("passport.png", "image/png", len(PNG)))
    lie = server.ask("POST", path.replace(".png", ".pdf"), PNG, bearer=session_of(server, world, ADA))
    answers.bad("a picture that is called a document", lie, "name")
    answers.error_of("a document of nobody", server.ask("POST", path, PNG), 401)
    down = server.get(f"/v1/Account/{account}/Review/Document/1/", bearer=server.token)
    checks.true("the operator reads it as a download", down.body == PNG and down.headers["content-disposition"].startswith("attachment"), down.headers)
    shown = server.cli("review", "show", account)
    checks.holds("review show", shown.stdout, "passport.png", "handed-in", "asked")
    done = server.cli("review", "decide", account, "approve", "--text", "Welcome")
    checks.true("the operator approves", done.returncode == 0 and "approved" in done.stdout, done)
    checks.equal("it is active", server.call("accounts.get", auth_id=account)["standing"], "active")
    checks.true("with trial credits", int(server.call("credits.get-balance", auth_id=account)["balance"]) > 0)
    world.mail(ADA, "is open")


_sessions = {}


def session_of(server, world, address):
    """The token of a session of a program, made once."""
    if address not in _sessions:
        server.advance("1m")
        half = good("a program logs in", server.post("/v1/Login/", {"email": address, "password": PASSWORD}))
        checks.equal("a second factor follows", half["step"], "second_factor")
        good("its code", server.post("/v1/Login/Code/", {"channel": "sms"}, bearer=half["session"]))
        entered = good("its check", server.post("/v1/Login/Check/", {"method": "phone", "code": world.code("+14155550123")}, bearer=half["session"]))
        checks.true("half and whole have another secret", entered["session"] != half["session"])
        answers.error_of("the half one is void", server.get("/v1/Me/", bearer=half["session"]), 401)
        _sessions[address] = entered["session"]
    return _sessions[address]


def people(server, world, account):
    token = session_of(server, world, ADA)
    members = good("members", server.get(f"/v1/Account/{account}/Member/", bearer=token))["members"]
    checks.equal("one owner", [(one["email"], one["role"], one["state"]) for one in members], [(ADA, "owner", "active")])


def authenticator(server, world, browser, account, phone, recovery):
    browser.cookies.clear()
    server.advance("1m")
    answers.error_of("login with a wrong password", browser.post("/v1/Login/", email=ADA, password="Not the right one 1!"), 401)
    half = good("login", browser.post("/v1/Login/", email=ADA, password=PASSWORD))
    checks.true("pages get the session as a cookie only", "session" not in half and browser.cookies.get("__Host-coinbox"), half)
    good("with a recovery code", browser.post("/v1/Login/Check/", method="recovery", code=recovery[0]))
    good("fresh proof", browser.post("/v1/Login/Proof/", password=PASSWORD))
    good("a code before the app", browser.post("/v1/Me/Code/", purpose="new_authenticator", channel="sms"))
    begun = good("begin", browser.post("/v1/Me/Authenticator/", code=world.code(phone)))
    uri = urlsplit(begun["uri"])
    secret = parse_qs(uri.query)["secret"][0]
    checks.equal("the URI says who and for what", (uri.scheme, uri.netloc, secret), ("otpauth", "totp", begun["secret"]))
    checks.true("there is a picture of it", begun["qr_svg"].startswith("<?xml") and secret not in begun["qr_svg"], begun["qr_svg"][:80])
    shown = world.app(secret)
    good("its first code", browser.post("/v1/Me/Authenticator/Confirm/", code=shown))
    good("log out", browser.post("/v1/Login/Logout/"))
    answers.unauthenticated("nothing is open any more", browser.get("/v1/Me/"), "Bearer")
    server.advance("1m")
    good("login again", browser.post("/v1/Login/", email=ADA, password=PASSWORD))
    answers.error_of("the code that was used", browser.post("/v1/Login/Check/", method="authenticator", code=shown), 403)
    good("a new code", browser.post("/v1/Login/Check/", method="authenticator", code=world.app(secret)))
    answers.error_of("a recovery code twice", browser.post("/v1/Login/Check/", method="recovery", code=recovery[0]), 403)
    me = good("oneself", browser.get("/v1/Me/"))
    checks.equal("the authenticator is offered first", [one["kind"] for one in me["factors"]][:2], ["authenticator", "phone"])
    good("log out", browser.post("/v1/Login/Logout/"))


def program(server, world):
    """The same with the program, which keeps its session in a private file."""
    file = server.home / "state" / "session.json"

    def run(*arguments, typed="", fails=False):
        done = subprocess.run([PROGRAM, "--server", server.base, *arguments], input=typed, capture_output=True, text=True, timeout=60,
                              env=environment({"COINBOX_SESSION": str(file)}))
        checks.true(" ".join(arguments), (done.returncode != 0) == fails, done)
        kept = file.read_text() if file.exists() else ""
        for secret in re.findall(r"cbs_\w+|su_\w+", kept):
            checks.true(f"{' '.join(arguments)}: no secret of the file is printed", secret not in done.stdout + done.stderr, done)
        return done.stdout + done.stderr

    run("me", fails=True)
    run("signup", "start", "--email", BEA, "--name", "Bea Bridge", "--company", "Bridge Works", typed=f"{PASSWORD}\n")
    checks.equal("the file is private", stat.S_IMODE(file.stat().st_mode), 0o600)
    text = world.mail(BEA, "confirm")
    line = re.search(r"https://console\.example\.com\S+", text)[0]
    run("signup", "confirm", line)
    run("signup", "phone", "+14155550199")
    said = run("signup", "code", world.code("+14155550199"))
    recovery = re.findall(r"^[A-Za-z0-9-]{10,12}$", said, re.M)
    checks.equal("recovery codes are shown", len(recovery), 10)
    checks.holds("status", run("signup", "status"), "decision", "phone")
    account = json.loads(file.read_text())["session"]["account"]
    rejected = server.cli("review", "decide", account, "reject", "--text", "no")
    checks.true("a rejection asks once more", rejected.returncode != 0 and "--yes" in rejected.stderr, rejected)
    checks.equal("approved", server.cli("review", "decide", account, "approve").returncode, 0)
    checks.holds("me", run("me"), BEA, "owner", "0199")
    run("me", "logout")
    run("me", fails=True)
    run("login", BEA, typed="wrong-password\n", fails=True)
    server.advance("1m")
    run("login", "--factor", "recovery", typed=f"{PASSWORD}\n{recovery[0]}\n")
    checks.holds("me sessions", run("me", "sessions"), "yes")
    checks.holds("me logins", run("me", "logins"), "127.0.0.1")
    checks.holds("member list", server.cli("member", "list", account).stdout, BEA, "owner", "active")
    new = "Another 58 harbour lights?"
    run("me", "password", typed=f"{PASSWORD}\n{new}\n")
    run("me", "recovery-codes", typed=f"{new}\n{new}\n")
    file.chmod(0o644)
    checks.holds("an open file is refused", run("me", fails=True), "open to others")
    file.chmod(0o600)
    run("me", "logout")


def main():
    with Server({"console-url": SITE, "clock.mode": "simulated", "clock.start": "2026-10-05T09:00:00Z"}) as server:
        server.settings_of_policy({"review.everybody": "true"})
        world = World(server)
        refused(server)
        browser, account, phone, recovery = walk(server, world)
        review(server, world, browser, account)
        people(server, world, account)
        authenticator(server, world, browser, account, phone, recovery)
        program(server, world)
        log = server.log_text()
        leaked = [secret for secret in (PASSWORD, "lk_", "cbs_", "su_") if secret in log]
        checks.equal("no secret in the log", leaked, [])
    checks.finish()


main()
