"""People who sign up and log in: a mailbox, a phone and an app, and what a program asks for on their behalf."""

import base64
import email
import email.policy
import hashlib
import hmac
import json
import re
import shutil
import struct
import subprocess

from coinbox import poll

SITE = "https://console.example.com"
PASSWORD = "Kestrel 47 over the harbour!"


def settings(**more):
    """Of a server whose clock stands until it is moved."""
    return {"console-url": SITE, "clock.mode": "simulated", "clock.start": "2026-10-05T09:00:00Z", **more}


def totp(secret, seconds):
    """What an authenticator shows (RFC 6238: SHA-1, 30 s, 6 digits)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", seconds // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return str((struct.unpack(">I", digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000).zfill(6)


def oathtool(secret, seconds):
    """The same by another program, or None where it is not installed."""
    if not shutil.which("oathtool"):
        return None
    command = ["oathtool", "--totp", "--base32", "--now", f"@{seconds}", secret]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def link_of(text):
    return re.search(r"lk_[0-9A-Za-z]+_[0-9A-Za-z_-]+", text)[0]


class World:
    """What people have beside the service: a mailbox, a phone, an app."""

    def __init__(self, server, checks):
        self.server = server
        self.checks = checks
        self.seen = set()
        self.opened = {}

    def mails(self):
        """Every mail that was delivered, with its file, in order of the files' names. Each is opened once."""
        paths = sorted((self.server.data / "mail").rglob("*"))
        for path in paths:
            if path not in self.opened and path.is_file() and path.parent.name != "tmp":
                self.opened[path] = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        return [(path, self.opened[path]) for path in paths if path in self.opened]

    def arrived(self, to, subject):
        """Text of a mail that was not asked for before; None: there is none."""
        for path, mail in self.mails():
            if path not in self.seen and to in mail["To"] and subject.lower() in mail["Subject"].lower():
                self.seen.add(path)
                return mail.get_body(("plain",)).get_content()
        return None

    def mail(self, to, subject):
        """Text of the next mail to an address whose subject holds a text."""
        return poll(f"mail to {to} about {subject}", lambda: self.arrived(to, subject), 20)

    def link(self, to, subject):
        """The link of that mail."""
        return link_of(self.mail(to, subject))

    def codes(self, number):
        """Every code that was sent to a number: key and code, in order."""
        log = self.server.data / "telephony.jsonl"
        lines = map(json.loads, log.read_text().splitlines() if log.exists() else [])
        return [(line["key"], line["code"]) for line in lines if line["act"] == "send-code" and line["to"] == number]

    def texted(self, number):
        """The newest code that was sent to a number and was not read before; None: there is none."""
        codes = self.codes(number)
        if not codes or codes[-1][0] in self.seen:
            return None
        self.seen.add(codes[-1][0])
        return codes[-1][1]

    def code(self, number):
        """The same, waited for."""
        return poll(f"code to {number}", lambda: self.texted(number), 20)

    def app(self, secret):
        """What an authenticator shows now."""
        seconds = self.server.now_ms() // 1000
        shown = totp(secret, seconds)
        other = oathtool(secret, seconds)
        if other is not None:
            self.checks.equal("oathtool shows the same code", shown, other)
        return shown


class Person:
    """One who signs up and logs in with a program, which sends tokens and no cookies. Every answer must be good."""

    def __init__(self, world, address, phone):
        self.world = world
        self.server = world.server
        self.email = address
        self.phone = phone
        self.password = PASSWORD
        self.account = self.session = self.secret = None
        self.recovery = []

    def good(self, name, path, body, bearer=None, status=200):
        """The body of an answer that must be good."""
        answer = self.server.post(path, body, bearer=bearer)
        if answer.status != status:
            raise AssertionError(f"{self.email}: {name}: {answer}")
        return answer.json

    def ask(self, path, body, bearer=None):
        """A request that any answer may follow."""
        return self.server.post(path, body, bearer=bearer)

    def sign_up(self):
        """Answers the holder of the sign-up and the link of its mail."""
        fields = {"email": self.email, "name": "Ada Lovelace", "company": "Analytical Engines", "country": "US", "language": "en"}
        pending = self.good("sign up", "/v1/SignUp/", {**fields, "new_password": self.password})
        return pending["holder"], self.world.link(self.email, "confirm")

    def sent_code(self, path, body, bearer):
        """Has a code sent to the phone, after the time that lies between two of them; answers it."""
        self.server.advance("31s")
        self.good("code", path, {"channel": "sms", **body}, bearer)
        return self.world.code(self.phone)

    def first_code(self, half):
        return self.sent_code("/v1/Me/Code/", {"purpose": "first_phone", "number": self.phone}, half)

    def half(self):
        """The password is right: answers the half session."""
        return self.good("log in", "/v1/Login/", {"email": self.email, "password": self.password})["session"]

    def login_code(self, bearer):
        return self.sent_code("/v1/Login/Code/", {}, bearer)

    def app_code(self, bearer):
        """The code that goes to the phone before an authenticator is begun."""
        return self.sent_code("/v1/Me/Code/", {"purpose": "new_authenticator"}, bearer)

    def check(self, bearer, method, code):
        return self.good(f"check {method}", "/v1/Login/Check/", {"method": method, "code": code}, bearer)

    def enter(self):
        """A whole session, by a recovery code."""
        self.session = self.check(self.half(), "recovery", self.recovery.pop())["session"]
        return self.session

    def member(self):
        """Oneself, as the session sees it."""
        answer = self.server.get("/v1/Me/", bearer=self.session)
        return answer.json if answer.status == 200 else {"status": answer.status}

    def left(self):
        """How many recovery codes are left."""
        hints = [one["hint"] for one in self.member().get("factors", []) if one["kind"] == "recovery"]
        return int(hints[0]) if hints else 0

    def sessions(self):
        return len(self.server.get("/v1/Login/Session/", bearer=self.session).json["sessions"])

    def opens(self, password):
        """Whether a password is the one in force."""
        answer = self.server.post("/v1/Login/", {"email": self.email, "password": password})
        if answer.status not in (200, 401):
            raise AssertionError(f"{self.email}: {answer}")
        return answer.status == 200
