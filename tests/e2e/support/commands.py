"""Commands on a running server, checked value by value: their JSON, their tables, and refusals that leave the store as it was."""

import datetime
import hashlib
import itertools
import json
import re
import sqlite3

from coinbox import poll

# Blanks between two columns of a table, at least.
GAP = 3


class Like:
    """Equal to any text that a pattern matches as a whole: for what is drawn at random."""

    def __init__(self, pattern):
        self.pattern = pattern

    def __eq__(self, other):
        return isinstance(other, str) and re.fullmatch(self.pattern, other) is not None

    def __repr__(self):
        return f"Like({self.pattern!r})"


TRANSACTION = Like(r"\d{13}/\d{6}")


def ms(moment):
    """Milliseconds of RFC 3339 text, as the contract's JSON has them."""
    return str(int(datetime.datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()) * 1000)


def text_of(moment_ms):
    """RFC 3339 text of milliseconds, whole seconds."""
    return datetime.datetime.fromtimestamp(int(moment_ms) // 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def among(found, expected):
    """Whether a value holds all that is expected: of objects the given keys, of lists every item in order."""
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(key in found and among(found[key], value) for key, value in expected.items())
    if isinstance(expected, list):
        return isinstance(found, list) and len(found) == len(expected) and all(map(among, found, expected))
    return type(found) is type(expected) and found == expected or isinstance(expected, Like) and expected == found


def _cells(lines):
    """Cells of lines in columns: these are apart where all lines are blank, at least three letters wide."""
    width = max(map(len, lines), default=0)
    used = [any(line[at:at + 1].strip() for line in lines) for at in range(width)]
    spans, start, last = [], None, None
    for at in (at for at in range(width) if used[at]):
        if start is None or at - last > GAP:
            if start is not None:
                spans.append((start, last + 1))
            start = at
        last = at
    if start is not None:
        spans.append((start, last + 1))
    return [[line[begin:end].strip() for begin, end in spans] for line in lines]


def table(text):
    """Header and rows of a table, as lists of cells. What a narrow terminal has broken over lines is one row: its pieces are joined."""
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    rule = next((number for number, line in enumerate(lines) if line and set(line) == {"─"}), None)
    if rule is None:
        return None, lines
    cells = _cells(lines[:rule] + lines[rule + 1:])
    return ["".join(pieces) for pieces in zip(*cells[:rule])], cells[rule:]


def fields(text):
    """Names and values of a table without header."""
    found, name = {}, None
    for cells in _cells(text.rstrip("\n").split("\n")):
        if cells[0]:
            name = cells[0]
            found[name] = cells[1] if len(cells) > 1 else ""
        else:
            found[name] += "\n" + cells[1]
    return found


def quiet(server):
    """Waits until all jobs that are due are done: mails of the commands before, for instance."""
    server.advance("0s")
    poll("nothing under way", lambda: re.search(r"^coinbox_timers_taken 0$", server.get("/metrics").text, re.M))


_copies = itertools.count(1)


def digest(server):
    """Of everything in the store."""
    quiet(server)
    copy = server.home / f"digest-{next(_copies)}.sqlite"
    answer = server.post("/v1/Operator/backup", {"to": str(copy)}, bearer=server.token)
    if answer.status != 200:
        raise RuntimeError(f"backup: {answer}")
    store = sqlite3.connect(copy)
    found = hashlib.sha256("\n".join(store.iterdump()).encode()).hexdigest()
    store.close()
    copy.unlink()
    return found


class Commands:
    """Runs commands on a server. Checks are named for the command, with auth IDs and paths as `names` has them."""

    def __init__(self, checks, server):
        self.checks, self.server = checks, server
        self.names = {str(server.home): "HOME"}
        self.reads = []

    def named(self, arguments):
        text = " ".join(str(argument) or "''" for argument in arguments)
        for known, name in self.names.items():
            text = text.replace(known, name)
        return text

    def ok(self, *arguments, says=None):
        """A command that succeeds; `says`: all of its standard output but the line's end."""
        done = self.server.cli(*arguments)
        name = self.named(arguments)
        self.checks.true(name, done.returncode == 0, done)
        self.checks.true(f"{name}: no escape codes", "\x1b" not in done.stdout + done.stderr, done)
        if says is not None:
            self.checks.true(f"{name}: what it says", says == done.stdout.rstrip("\n"), f"found {done.stdout!r}, expected {says!r}")
        return done.stdout

    def json(self, *arguments, gives=None, read=True):
        """The answer for programs, which holds these values."""
        done = self.server.cli("--json", *arguments)
        name = f"{self.named(arguments)} --json"
        try:
            answer = json.loads(done.stdout)
        except ValueError:
            answer = None
        self.checks.true(name, done.returncode == 0 and (gives is None or among(answer, gives)), f"found {done.stdout} {done.stderr}, expected {gives!r}")
        if read:
            self.reads.append(["--json", *arguments])
        return answer

    def table(self, *arguments, header, rows, read=True):
        """The answer for people: exactly this header and these rows of cells."""
        found = table(self.ok(*arguments))
        self.checks.true(f"{self.named(arguments)}: the table", found[0] == header and among(found[1], rows),
                         f"found {found!r}, expected {(header, rows)!r}")
        if read:
            self.reads.append(arguments)

    def fields(self, *arguments, gives, read=True):
        """The answer for people about one thing: exactly these names and values, in this order."""
        found = fields(self.ok(*arguments))
        self.checks.true(f"{self.named(arguments)}: the fields", list(found) == list(gives) and among(found, gives),
                         f"found {found!r}, expected {gives!r}")
        if read:
            self.reads.append(arguments)

    def refused(self, *arguments, says, code=1):
        """One message that names what is wrong, nothing on standard output, and nothing written."""
        before = digest(self.server)
        done = self.server.cli(*arguments)
        name = self.named(arguments)
        self.checks.equal(f"{name}: exit code", (done.returncode, done.stdout), (code, ""))
        self.checks.holds(f"{name}: says why", done.stderr, *says)
        self.checks.true(f"{name}: changes nothing", digest(self.server) == before)
