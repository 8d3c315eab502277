"""What every refusal over HTTP has: its status, JSON with api_id, error and code, and of bad input the field."""

import re

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


class Answers:
    """Checks of answers."""

    def __init__(self, checks):
        self.checks = checks

    def error_of(self, name, answer, status, *parts):
        """A refusal: its status, its JSON with api_id, error and code, and words of its text."""
        self.checks.equal(f"{name}: {status}", answer.status, status)
        body = answer.json if isinstance(answer.json, dict) else {}
        good = re.fullmatch(UUID, body.get("api_id", "")) and body.get("error") and body.get("code")
        self.checks.true(f"{name}: JSON with api_id, error and code", good, answer)
        if parts:
            self.checks.holds(f"{name}: says what is wrong", body.get("error", ""), *parts)

    def unauthenticated(self, name, answer, scheme="Basic"):
        self.error_of(name, answer, 401)
        self.checks.true(f"{name}: WWW-Authenticate", answer.headers.get("www-authenticate", "").startswith(scheme + " "), answer)

    def bad(self, name, answer, field):
        """400 that names the field, to people and to programs."""
        self.error_of(name, answer, 400, field)
        fields = [one["field"] for one in (answer.json or {}).get("fields", [])]
        self.checks.equal(f"{name}: names the field", fields, [field])
