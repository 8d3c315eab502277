"""Tables on a terminal, narrow and wide, and in a pipe. Run by `cli_money.py`."""

import fcntl
import os
import pty
import struct
import subprocess
import termios

from coinbox import PROGRAM, environment
from commands import table

NARROW, USUAL, WIDE = 60, 100, 240
SECONDS = 60


def on_terminal(server, columns, *arguments):
    """What a terminal of so many columns shows, and the exit code."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    process = subprocess.Popen([PROGRAM, "--server", server.base, "--token", server.token, *map(str, arguments)], stdin=slave, stdout=slave,
                               stderr=subprocess.DEVNULL, env=environment({"TERM": "xterm-256color", "COLUMNS": ""}))
    os.close(slave)
    shown = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:  # The other side is closed: on Linux that is an error and no end.
            part = b""
        if not part:
            break
        shown += part
    os.close(master)
    return shown.decode().replace("\r\n", "\n"), process.wait(SECONDS)


def terminals(commands, server, account):
    checks = commands.checks
    for arguments in (["coupons", "list"], ["recharge", "list", account], ["invoices", "list", account], ["receipts", "list", account],
                      ["usage", "summary", account, "--from", "2026-10-01", "--to", "2026-10-31", "--by", "day,subaccount,product"],
                      ["account", "list"], ["documents", "list"], ["explain", account]):
        name = commands.named(arguments)
        piped = server.cli(*arguments).stdout
        header, rows = table(piped)
        checks.true(f"{name}, piped: no escape codes, no line's end of a terminal", not set(piped) & {"\x1b", "\r"}, repr(piped))
        for columns in (NARROW, USUAL, WIDE):
            shown, code = on_terminal(server, columns, *arguments)
            checks.equal(f"{name} on {columns} columns: exit code", code, 0)
            widest = max(map(len, shown.split("\n")))
            checks.true(f"{name} on {columns} columns: no line is wider", widest <= columns, f"{widest}\n{shown}")
            found = table(shown)
            checks.equal(f"{name} on {columns} columns: the columns", together(found[0]), together(header))
            # A row that takes several lines there has its cells in pieces, one below the other.
            checks.equal(f"{name} on {columns} columns: every cell", by_column(found[1]), by_column(rows))
        if max(map(len, piped.split("\n"))) <= WIDE:
            checks.equal(f"{name} on {WIDE} columns: the same as piped", shown, piped)
        checks.equal(f"{name} on a terminal that does not know its width: the same as piped", on_terminal(server, 0, *arguments), (piped, 0))


def together(cells):
    return ["".join(cell.split()) for cell in cells or []]


def by_column(rows):
    """All letters of each column from top to bottom, whatever lines they stand on."""
    return ["".join("".join(cell.split()) for cell in column) for column in zip(*rows)]
