"""Codes and QR codes of authenticators as other programs make and read them."""

import argparse
import base64
import random
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from answers import Answers
from coinbox import PROGRAM, Checks, Server, environment
from people import PASSWORD, Person, World, oathtool, settings, totp

try:
    import pyotp
except ImportError:
    pyotp = None

checks = Checks()
answers = Answers(checks)
# RFC 6238, appendix B: the secret of SHA-1, moments, and the last six of the eight digits there.
STANDARD = base64.b32encode(b"12345678901234567890").decode()
VECTORS = {59: "287082", 1_111_111_109: "081804", 1_111_111_111: "050471", 1_234_567_890: "005924", 2_000_000_000: "279037", 20_000_000_000: "353130"}
# Edge of a module in a picture of a terminal, in points.
MODULE = 6


def peers(secret, seconds):
    """What other programs show, by their names."""
    shown = {"oathtool": oathtool(secret, seconds), "pyotp": pyotp and pyotp.TOTP(secret).at(seconds)}
    return {name: code for name, code in shown.items() if code}


def not_checked(what):
    print(f"NOT CHECKED: {what}")


def codes(chance):
    """The codes of these tests are those of the standard and of the other programs."""
    checks.equal("the vectors of RFC 6238", {seconds: totp(STANDARD, seconds) for seconds in VECTORS}, VECTORS)
    if not peers(STANDARD, 59):
        return not_checked("codes against other programs: neither oathtool nor pyotp is here")
    for seconds, code in VECTORS.items():
        checks.equal(f"the vector of {seconds} by others", set(peers(STANDARD, seconds).values()), {code})
    differing = []
    for _ in range(100):
        secret = base64.b32encode(chance.randbytes(20)).decode()
        # At the edges of a step too.
        seconds = chance.randrange(60, 1 << 33) // 30 * 30 + chance.choice([0, 1, 15, 29])
        if set(peers(secret, seconds).values()) != {totp(secret, seconds)}:
            differing.append((secret, seconds))
    checks.equal(f"100 codes by {' and '.join(peers(STANDARD, 59))}", differing, [])


def read(picture):
    """What zbarimg reads out of a picture: whatever is in it, a line each."""
    done = subprocess.run(["zbarimg", "--quiet", "--raw", str(picture)], capture_output=True, text=True, timeout=60)
    return done.stdout.splitlines()


def rasterised(svg, folder):
    """A picture of points of an SVG; None: no program here makes one."""
    source, made = folder / "code.svg", folder / "code.png"
    source.write_text(svg)
    for program, *arguments in (["rsvg-convert", "--output", made, source], ["magick", source, made]):
        if shutil.which(program):
            subprocess.run([program, *arguments], check=True, timeout=60, capture_output=True)
            return made
    return None


def svg_is_read(name, svg, uri):
    if not shutil.which("zbarimg"):
        return not_checked(f"{name}: QR code as SVG, no zbarimg")
    with tempfile.TemporaryDirectory() as folder:
        picture = rasterised(svg, Path(folder))
        if picture is None:
            return not_checked(f"{name}: QR code as SVG, no rsvg-convert")
        return checks.equal(f"{name}: the QR code as SVG holds its address", read(picture), [uri])


def as_terminal(lines):
    """A picture (PGM) of half blocks that shine on a dark ground."""
    upper = {"█": 255, "▀": 255, "▄": 0, " ": 0}
    lower = {"█": 255, "▀": 0, "▄": 255, " ": 0}
    width = max(map(len, lines))
    rows = []
    for line in lines:
        line = line.ljust(width)
        for half in (upper, lower):
            row = bytes(half[letter] for letter in line for _ in range(MODULE))
            rows.extend([row] * MODULE)
    return b"P5 %d %d 255\n" % (width * MODULE, len(rows)) + b"".join(rows)


def blocks_are_read(name, lines, uri):
    checks.true(f"{name}: it fits a terminal of 80 columns", max(map(len, lines)) <= 80, lines)
    if not shutil.which("zbarimg"):
        return not_checked(f"{name}: no zbarimg")
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "terminal.pgm"
        picture.write_bytes(as_terminal(lines))
        return checks.equal(f"{name}: it holds its address", read(picture), [uri])


def described(name, begun, brand, address):
    """The address of an authenticator says who and for what, and reads back by another program."""
    uri = urlsplit(begun["uri"])
    fields = {field: values[0] for field, values in parse_qs(uri.query).items()}
    label = unquote(uri.path)
    checks.equal(f"{name}: kind and label", (uri.scheme, uri.netloc, label), ("otpauth", "totp", f"/{brand}:{address}"))
    expected = {"secret": begun["secret"], "issuer": brand, "algorithm": "SHA1", "digits": "6", "period": "30"}
    checks.equal(f"{name}: its fields", fields, expected)
    if pyotp:
        read_by = pyotp.parse_uri(begun["uri"])
        checks.equal(f"{name}: pyotp takes it", (read_by.secret, read_by.issuer, read_by.name), (begun["secret"], brand, address))
    else:
        not_checked(f"{name}: its address by pyotp")


def enrolled(server, world, number, brand, address):
    """A person who signs up, and whose first factor after the phone is an authenticator."""
    server.settings_of_policy({"brand": brand})
    person = Person(world, address, f"+1415555{number:04}")
    holder, link = person.sign_up()
    confirmed = person.good("confirm", "/v1/SignUp/Confirm/", {"link": link, "holder": holder})
    person.account, half = confirmed["account"], confirmed["session"]
    entered = person.good("phone", "/v1/Me/Phone/Confirm/", {"code": person.first_code(half)}, half)
    person.session, person.recovery = entered["session"], entered["recovery_codes"]
    begun = person.good("begin", "/v1/Me/Authenticator/", {"code": person.app_code(person.session)}, person.session)
    person.secret = begun["secret"]
    described(brand, begun, brand, address)
    svg_is_read(brand, begun["qr_svg"], begun["uri"])
    return person


def taken(server, person):
    """The server takes what each of the other programs shows, for this step and those beside it, and nothing further away."""
    shown_by = list(peers(person.secret, 59))
    for name in shown_by or ["this test"]:
        server.advance("61m")
        for late, good in ((-60, False), (60, False), (-30, True), (0, True), (30, True)):
            seconds = server.now_ms() // 1000 + late
            code = peers(person.secret, seconds).get(name) or totp(person.secret, seconds)
            answer = server.post("/v1/Login/Check/", {"method": "authenticator", "code": code}, bearer=person.half())
            checks.equal(f"the code of {name} of {late} s from now", answer.status, 200 if good else 403)
    if not shown_by:
        not_checked("codes of other programs at the server")


def on_a_terminal(server, world, person):
    """`coinbox me authenticator` draws the code with half blocks."""
    file = server.home / "state" / "session.json"
    run = {"text": True, "encoding": "utf-8", "env": environment({"COINBOX_SESSION": str(file), "LC_ALL": "C.UTF-8"})}
    server.advance("61m")
    typed = f"{person.password}\n{person.recovery.pop()}\n"
    command = [PROGRAM, "--server", server.base]
    logged_in = subprocess.run([*command, "login", person.email, "--factor", "recovery"], input=typed, capture_output=True, timeout=60, **run)
    checks.equal("terminal: logged in", (logged_in.returncode, logged_in.stderr if logged_in.returncode else ""), (0, ""))
    server.advance("31s")
    program = subprocess.Popen([*command, "me", "authenticator"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **run)
    watch = threading.Timer(60, program.kill)
    watch.start()
    program.stdin.write(world.code(person.phone) + "\n")
    program.stdin.flush()
    shown = []
    for line in program.stderr:
        shown.append(line.rstrip("\n"))
        if "otpauth://" in line:
            break
    drawn = [line for line in shown if line and set(line) <= set("█▀▄ ")]
    uri = next((line.strip() for line in shown if line.startswith("otpauth://")), "")
    if checks.true("terminal: a code and its address are shown", drawn and uri, shown):
        blocks_are_read("QR code on the terminal", drawn, uri)
    secret = parse_qs(urlsplit(uri).query)["secret"][0]
    seconds = server.now_ms() // 1000
    program.stdin.write((peers(secret, seconds).get("oathtool") or totp(secret, seconds)) + "\n")
    program.stdin.close()
    ended = program.wait()
    watch.cancel()
    checks.equal("terminal: its first code is taken", (ended, program.stderr.read() if ended else ""), (0, ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    seed = parser.parse_args().seed
    print(f"seed {seed}")
    codes(random.Random(seed))
    with Server(settings()) as server:
        world = World(server, checks)
        person = enrolled(server, world, 1, "Coinbox", "ada@analytical-engines.example")
        person.good("confirm", "/v1/Me/Authenticator/Confirm/", {"code": world.app(person.secret)}, person.session)
        taken(server, person)
        on_a_terminal(server, world, person)
        enrolled(server, world, 2, "A&B=50%?#/: <\"+\">", "a+b.c-d_e@" + "x" * 60 + ".example")
    checks.finish()


main()
