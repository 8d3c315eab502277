"""Directories, disks and stores that are not as they should be: refused with what to do, never repaired in silence, nothing lost."""

import os
import shutil
import sqlite3
import subprocess
from decimal import Decimal
from pathlib import Path

from coinbox import Checks, Server, amount, cost, event, poll

checks = Checks()


def does_not_start(name, server, *says):
    """The server ends by itself with 1 and says why."""
    server.launch()
    checks.equal(f"{name}: the server does not start", server.process.wait(60), 1)
    server.process = None
    text = server.log_text()
    checks.holds(f"{name}: says what to do", text, *says)
    checks.true(f"{name}: no panic", "panicked" not in text, text)
    server.log.unlink()


def mounted(path, options):
    """Whether a small file system in memory could be put there; needs root."""
    path.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "coinbox-e2e", str(path)], capture_output=True, check=False)
    return done.returncode == 0


def unmount(path):
    subprocess.run(["umount", str(path)], check=False)


def directories():
    server = Server()
    server.data.write_text("a file")
    does_not_start("a data directory that is a file", server, str(server.data))
    checks.equal("the file is as it was", server.data.read_text(), "a file")
    server.data.unlink()
    done = server.offline("verify")
    checks.equal("--data without a directory: exit code", done.returncode, 1)
    checks.holds("--data without a directory", done.stderr, "holds no store", "restore")
    checks.true("--data without a directory makes none", not server.data.exists())
    server.data.mkdir()
    done = server.offline("verify")
    checks.holds("--data of an empty directory", done.stderr, "holds no store")
    server.settings = {"component": str(server.home / "none.wasm")}
    does_not_start("a component that is not there", server, "none.wasm")
    (server.home / "none.wasm").write_text("text")
    does_not_start("a component that is none", server, "none.wasm")
    server.settings = {"payment-sandbox": str(server.home)}
    does_not_start("a gateway file that is a directory", server, str(server.home))
    server.settings = {"email.templates": str(server.home / "no-folder")}
    does_not_start("a folder of templates that is not there", server, "no-folder")
    folder = server.home / "templates"
    folder.mkdir()
    (folder / "recharge-paid.txt").write_text("Subject: x\n{{ amuont }}\n")
    server.settings = {"email.templates": str(folder)}
    does_not_start("R46 a template with a placeholder that nothing fills", server, "recharge-paid", "amuont")
    shutil.rmtree(server.home)


def read_only():
    server = Server()
    server.data.mkdir()
    if os.getuid() != 0:
        server.data.chmod(0o555)
        does_not_start("a read-only directory", server, str(server.data), "denied")
        server.data.chmod(0o755)
    elif mounted(server.data, "size=1m,ro"):
        does_not_start("a read-only directory", server, str(server.data), "read-only")
        unmount(server.data)
    else:
        print("     a read-only directory: not possible here (root without mounts)")
    shutil.rmtree(server.home)


def full_disk():
    server = Server()
    if not mounted(server.data, "size=6m"):
        print("     a full disk: not possible here without mounts; the unit tests of the store fill it by its page limit")
        shutil.rmtree(server.home)
        return
    try:
        # Compiled code and mails lie elsewhere: it is the store that must meet the full disk.
        server.settings = {**server.settings, "email.maildir": str(server.home / "mail")}
        server.start()
        server.publish_prices()
        account, _ = server.account()
        total = 0
        refused = None
        ended = False
        now = server.now_ms()
        for _ in range(2000):
            batch = [event(account, now) for _ in range(500)]
            try:
                answer = server.usage(batch)
            except OSError:
                # A job of the host has met it first, and the host has ended: nobody is left to answer.
                ended = True
                break
            if answer.status != 200:
                refused = answer
                break
            total += sum(map(cost, batch))
        checks.true("a full disk is met", ended or (refused is not None and refused.status == 503), refused)
        if refused:
            checks.holds("the client is told", refused.text, "store failed")
        checks.equal("the server ends by itself with 1", server.process.wait(60), 1)
        server.process = None
        checks.holds("and says why and what to do", server.log_text(), "full", "start again")
        checks.true("something was acknowledged before", total > 0)
        subprocess.run(["mount", "-o", "remount,size=64m", str(server.data)], check=True)
        server.start()
        found = -amount(server.call("credits.get-balance", auth_id=account)["balance"])
        last = sum(map(cost, batch))
        checks.true("with room again all that was acknowledged is there", found in (total, total + last), f"{found}, {total}, {last}")
        again = server.usage(batch)
        checks.equal("and the refused batch can be sent again", -amount(server.call("credits.get-balance", auth_id=account)["balance"]), total + last)
        checks.equal("each event once", again.json["counts"]["rated"] + again.json["counts"]["duplicate"], len(batch))
        checks.equal("verify", server.cli("verify").returncode, 0)
        server.stop()
    finally:
        if server.process:
            server.kill()
        unmount(server.data)
        shutil.rmtree(server.home, ignore_errors=True)


def damaged(good, backup, account, balance):
    """One copy of a good store for each kind of damage; the answer to each is a restore."""
    store = "store.sqlite"

    def cut(path, keep):
        with open(path, "r+b") as file:
            file.truncate(keep)

    def scribble(path, offset, text=b"\xff" * 4096):
        with open(path, "r+b") as file:
            file.seek(offset)
            file.write(text)

    size = (good.data / store).stat().st_size

    def other_format(path):
        scribble(path, 60, (99).to_bytes(4, "big"))

    def foreign(path):
        path.unlink()
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE t (x)")
        other.close()

    for name, damage, says in [
        ("a store cut to the half", lambda path: cut(path, size // 2), ["restore"]),
        ("a store without its last page", lambda path: cut(path, size - 4096), ["restore"]),
        ("a store cut within a page", lambda path: cut(path, size - 100), ["restore"]),
        ("an empty file", lambda path: cut(path, 0), ["restore"]),
        ("a store with a broken head", lambda path: scribble(path, 0, b"x" * 16), ["restore"]),
        ("a store with a broken page inside", lambda path: scribble(path, size // 2 // 4096 * 4096), ["restore"]),
        ("a store with a broken schema page", lambda path: scribble(path, 100, b"\x00" * 400), ["restore"]),
        ("a text file", lambda path: path.write_text("no store" * 1000), ["restore"]),
        ("a store of another format", other_format, ["format 99", "version"]),
        ("another program's database", foreign, ["not a store"]),
        ("a store that is gone while its log is there", lambda path: (Path(f"{path}-wal").write_bytes(b"x"), path.unlink()), ["restore"]),
    ]:
        server = Server()
        shutil.rmtree(server.data, ignore_errors=True)
        shutil.copytree(good.data, server.data)
        damage(server.data / store)
        before = {path.name: path.read_bytes() for path in server.data.glob("store.sqlite*")}
        does_not_start(name, server, *says)
        done = server.offline("account", "list")
        checks.true(f"{name}: a command is refused too", done.returncode == 1 and not done.stdout, done)
        after = {path.name: path.read_bytes() for path in server.data.glob("store.sqlite*")}
        checks.true(f"{name}: nothing was repaired or made anew", after.get(store) == before.get(store),
                    f"{ {key: len(value) for key, value in before.items()} } { {key: len(value) for key, value in after.items()} }")
        if "restore" in says and name.startswith("a store cut to"):
            done = server.offline("restore", backup)
            checks.true(f"{name}: restore does not write over it", done.returncode == 1, done)
            # As the message says: a new directory, with the keys and the gateway's book of the old one.
            new = Server()
            new.data.mkdir()
            checks.equal(f"{name}: restore into a new directory", new.offline("restore", backup).returncode, 0)
            for kept in ("vault-keys.json", "gateway.sqlite", "operator-token"):
                shutil.copy(server.data / kept, new.data / kept)
            with new:
                poll("reconciliation", lambda: "reconciliation-finished" in new.cli("events").stdout)
                checks.equal(f"{name}: what the gateway took after the backup is booked", str(new.balance(account)), balance)
                checks.equal(f"{name}: a recharge goes on", new.recharge(account, "25.00"), "succeeded")
                checks.equal(f"{name}: and is there", new.balance(account), Decimal(balance) + 25)
                checks.equal(f"{name}: verify", new.cli("verify").returncode, 0)
        shutil.rmtree(server.home)

    server = Server()
    shutil.copytree(good.data, server.data)
    (server.data / "vault-keys.json").unlink()
    does_not_start("a store without its keys", server, "vault-keys.json")
    (server.data / "vault-keys.json").write_text("{}")
    (server.data / "vault-keys.json").chmod(0o600)
    does_not_start("a key file that is none", server, "vault-keys.json")
    shutil.copy(good.data / "vault-keys.json", server.data / "vault-keys.json")
    (server.data / "vault-keys.json").chmod(0o644)
    does_not_start("a key file that others can read", server, "0600")
    (server.data / "vault-keys.json").chmod(0o600)
    (server.data / "gateway.sqlite").write_text("no database" * 1000)
    does_not_start("a broken gateway book", server, "gateway.sqlite")
    shutil.rmtree(server.home)

    server = Server()
    server.data.mkdir()
    for name, make in [("a text file", lambda path: path.write_text("no backup")), ("an empty file", lambda path: path.write_text("")),
                       ("half a backup", lambda path: path.write_bytes(backup.read_bytes()[:8192])), ("nothing", lambda path: path.unlink())]:
        path = server.home / "bad.sqlite"
        path.write_text("")
        make(path)
        done = server.offline("restore", path)
        checks.true(f"restore of {name} is refused", done.returncode == 1 and done.stderr.startswith("coinbox: "), done)
        checks.true(f"restore of {name} leaves no store", not (server.data / "store.sqlite").exists())
    shutil.rmtree(server.home)


directories()
read_only()
full_disk()
with Server() as good:
    good.publish_prices()
    account, _ = good.account()
    good.card(account, "tok_approve")
    good.recharge(account, "100.00")
    for _ in range(5):
        good.usage([event(account, good.now_ms()) for _ in range(1000)])
    backup = good.home / "backup.sqlite"
    checks.equal("a backup", good.cli("backup", backup).returncode, 0)
    # The lost history after the backup: the gateway remembers it.
    good.recharge(account, "50.00")
    balance = str(good.balance(account))
    good.stop()
    damaged(good, backup, account, balance)
checks.finish()
