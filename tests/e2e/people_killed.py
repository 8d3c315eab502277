"""`kill -9` between every two calls of sign-up, login, reset, another address, a new authenticator, recovery codes and a temporary password, and within some."""

import argparse
import http.client
import random
import threading
import time
from collections import Counter

from answers import Answers
from coinbox import Checks, Server, poll
from people import PASSWORD, Person, World, settings

checks = Checks()
answers = Answers(checks)
NEW = "Another 58 harbour lights?"
ADA = "ada@analytical-engines.example"
# As long as an attempt of a job may take: one that died with the server is begun again after it.
LEASE = "2m"


class Surviving(World):
    """A world in which mails and codes come late: whoever had one in hand was killed."""

    attempts = 0

    def late(self, what, ask):
        """The answer, at once or after the time of an attempt."""
        try:
            return poll(what, ask, 0.6)
        except TimeoutError:
            Surviving.attempts += 1
            self.server.advance(LEASE)
            return poll(what, ask, 20)

    def mail(self, to, subject):
        return self.late(f"mail to {to} about {subject}", lambda: self.arrived(to, subject))

    def code(self, number):
        return self.late(f"code to {number}", lambda: self.texted(number))


class Mortal(Person):
    """A person after each of whose requests the server is killed, before anything that follows from them could be waited for."""

    kills = 0
    spared = False

    def ask(self, path, body, bearer=None):
        answer = super().ask(path, body, bearer)
        if not self.spared:
            self.die()
        return answer

    def good(self, name, path, body, bearer=None, status=200):
        answer = super().good(name, path, body, bearer, status)
        if not self.spared:
            self.die()
        return answer

    def die(self):
        self.server.kill()
        self.server.start()
        Mortal.kills += 1

    def lives(self, name):
        """The session that was open before is open still."""
        checks.equal(f"{name}: the session is there", self.member().get("email"), self.email)

    def refused(self, name, path, body, bearer, status, code):
        """What was used before the server died is not good any more. Asked without another death."""
        answer = self.server.post(path, body, bearer=bearer)
        answers.error_of(f"{name}: not again", answer, status)
        checks.equal(f"{name}: not again: {code}", (answer.json or {}).get("code"), code)
        return answer


def sign_up(person):
    server, world = person.server, person.world
    holder, link = person.sign_up()
    confirm = ("/v1/SignUp/Confirm/", {"link": link, "holder": holder})
    confirmed = person.good("follow the link", *confirm)
    person.account, half = confirmed["account"], confirmed["session"]
    person.refused("activation link", *confirm, None, 410, "gone")
    code = person.first_code(half)
    wrong = person.ask("/v1/Me/Phone/Confirm/", {"code": "000000" if code != "000000" else "000001"}, half)
    checks.equal("sign-up: a wrong code is counted", (wrong.status, wrong.json.get("tries_left")), (403, 4))
    entered = person.good("the code", "/v1/Me/Phone/Confirm/", {"code": code}, half)
    person.session, person.recovery = entered["session"], entered["recovery_codes"]
    person.lives("sign-up")
    person.refused("code of the first phone", "/v1/Me/Phone/Confirm/", {"code": code}, person.session, 409, "nothing_pending")
    void = server.get("/v1/Me/", bearer=half)
    checks.equal("sign-up: the half session is void", void.status, 401)
    checks.equal("sign-up: it is held", server.call("accounts.get", auth_id=person.account)["standing"], "held")
    decided = server.cli("review", "decide", person.account, "approve")
    person.die()
    checks.true("sign-up: it is approved", decided.returncode == 0, decided)
    checks.equal("sign-up: it is active", server.call("accounts.get", auth_id=person.account)["standing"], "active")
    lots = server.call("credits.list-lots", auth_id=person.account)
    checks.equal("sign-up: trial credits once", len(lots), 1)
    world.mail(person.email, "is open")


def log_in(person):
    half, other = person.half(), person.half()
    person.server.advance("31s")
    person.good("login code", "/v1/Login/Code/", {"channel": "sms"}, half)
    again = person.refused("a code within half a minute", "/v1/Login/Code/", {"channel": "sms"}, other, 429, "rate_limit_exceeded")
    checks.equal("login: the time between two codes goes on", again.headers.get("retry-after"), "30")
    code = person.world.code(person.phone)
    before, person.session = person.session, person.check(half, "phone", code)["session"]
    person.lives("login")
    checks.equal("login: it ends no other session", person.server.get("/v1/Me/", bearer=before).status, 200)
    checks.equal("login: two sessions", person.sessions(), 2)
    wrong = person.refused("login code", "/v1/Login/Check/", {"method": "phone", "code": code}, other, 403, "wrong")
    checks.equal("login: wrong codes of before are counted still", wrong.json.get("tries_left"), 3)


def enrol(person):
    begin = ("/v1/Me/Authenticator/", {"code": person.app_code(person.session)}, person.session)
    begun = person.good("begin", *begin)
    wrong = person.refused("code of the phone before an authenticator", *begin, 403, "wrong")
    checks.equal("authenticator: wrong codes of before are counted still", wrong.json.get("tries_left"), 2)
    person.secret = begun["secret"]
    shown = person.world.app(person.secret)
    before = person.session
    confirmed = person.good("confirm", "/v1/Me/Authenticator/Confirm/", {"code": shown}, before)
    person.session = confirmed["session"]
    person.lives("authenticator")
    checks.equal("authenticator: the session before is void", person.server.get("/v1/Me/", bearer=before).status, 401)
    person.refused("first code of an authenticator", "/v1/Me/Authenticator/Confirm/", {"code": shown}, person.session, 409, "nothing_pending")
    proof = {"method": "authenticator", "code": shown}
    wrong = person.refused("step of an authenticator", "/v1/Login/Check/", proof, person.session, 403, "wrong")
    checks.equal("authenticator: wrong codes of before are counted still", wrong.json.get("tries_left"), 1)
    person.server.advance("30s")
    person.session = person.check(person.session, "authenticator", person.world.app(person.secret))["session"]
    person.lives("authenticator: fresh proof")


def recover(person):
    person.server.advance("61m")
    code = person.recovery[-1]
    left = len(person.recovery)
    person.enter()
    person.lives("recovery code")
    wrong = person.refused("recovery code", "/v1/Login/Check/", {"method": "recovery", "code": code}, person.session, 403, "wrong")
    checks.equal("recovery code: wrong codes of the hour before are forgotten", wrong.json.get("tries_left"), 4)
    checks.equal("recovery code: one is used up", person.left(), left - 1)


def reset(person):
    ask = ("/v1/Password/RequestReset/", {"email": person.email})
    person.good("ask", *ask)
    use = ("/v1/Password/Reset/", {"link": person.world.link(person.email, "choose a new"), "new_password": NEW})
    person.good("reset", *use)
    person.refused("reset link", *use, None, 410, "gone")
    void = person.server.get("/v1/Me/", bearer=person.session)
    checks.equal("reset: the session has ended", void.status, 401)
    checks.true("reset: the old password is void", not person.opens(person.password))
    person.password = NEW
    checks.true("reset: the new one opens", person.opens(NEW))
    checks.equal("reset: another link", person.server.post(*ask).status, 200)
    person.good("ask", *ask)
    for _ in range(2):
        person.world.mail(person.email, "choose a new")
    person.refused("a fourth link", *ask, None, 429, "rate_limit_exceeded")


def move(person):
    """Another address, and back."""
    old, new = person.email, f"new-{person.email}"
    person.good("another address", "/v1/Me/Email/", {"email": new}, person.enter(), 202)
    person.lives("another address")
    confirm = ("/v1/Me/Email/Confirm/", {"link": person.world.link(new, "new address")})
    person.good("confirm", *confirm, None, 202)
    person.refused("link to a new address", *confirm, None, 410, "gone")
    person.email = new
    checks.true("another address: it is in force", person.opens(person.password))
    undo = ("/v1/Me/Email/Undo/", {"link": person.world.link(old, "address was changed")})
    person.good("undo", *undo, None, 202)
    person.refused("link that takes a new address back", *undo, None, 410, "gone")
    checks.true("another address: it opens nothing any more", not person.opens(person.password))
    person.email = old
    checks.true("another address: the password is void", not person.opens(person.password))
    person.good("choose another", "/v1/Password/Reset/", {"link": person.world.link(old, "choose a new"), "new_password": PASSWORD})
    person.password = PASSWORD
    checks.true("another address: another password opens", person.opens(PASSWORD))


def once(person):
    """A temporary password."""
    path = f"/v1/Account/{person.account}/Member/1/TemporaryPassword/"
    issued = person.good("issue", path, {"reason": "ticket 81"}, person.server.token)["password"]
    log_in = ("/v1/Login/", {"email": person.email, "password": issued})
    half = person.good("log in", *log_in)["session"]
    person.refused("temporary password", *log_in, None, 401, "wrong")
    chooses = person.check(half, "recovery", person.recovery.pop())
    checks.equal("temporary password: a password is to be chosen", chooses["step"], "choose_password")
    choose = ("/v1/Password/Choose/", {"new_password": NEW}, chooses["session"])
    person.session = person.good("choose", *choose)["session"]
    person.lives("temporary password")
    person.refused("half session that chooses", *choose, 401, "authentication_failed")
    person.password = NEW


def wait(person):
    """Wrong passwords: the count and the wait outlive the server."""
    wrong = ("/v1/Login/", {"email": person.email, "password": "Not the right one 1!"})
    checks.true("wrong passwords: a right one before them: nothing is counted", person.opens(person.password))
    found = [person.server.post(*wrong).status, person.server.post(*wrong).status, person.ask(*wrong).status, person.server.post(*wrong).status]
    checks.equal("wrong passwords: four are wrong", found, [401] * 4)
    fifth = person.ask(*wrong)
    checks.equal("wrong passwords: the fifth brings a wait", (fifth.status, fifth.headers.get("retry-after")), (429, "30"))
    right = ("/v1/Login/", {"email": person.email, "password": person.password})
    person.server.advance("10s")
    again = person.refused("the right password within the wait", *right, None, 429, "rate_limit_exceeded")
    checks.equal("wrong passwords: the wait goes on", again.headers.get("retry-after"), "20")
    person.server.advance("20s")
    checks.true("wrong passwords: after it the right one opens", person.opens(person.password))


class Cut:
    """Requests that the server does not outlive: killed at a moment that the seed says, or after the answer."""

    def __init__(self, person, chance):
        self.person = person
        self.chance = chance
        self.unanswered = 0

    def ask(self, path, body, bearer=None):
        server, found = self.person.server, []

        def send():
            try:
                found.append(server.post(path, body, bearer=bearer))
            except (OSError, http.client.HTTPException):
                self.unanswered += 1

        asking = threading.Thread(target=send)
        asking.start()
        time.sleep(self.chance.uniform(0.001, 0.06))
        self.person.die()
        asking.join()
        return found


def cut_off(person, chance, rounds):
    """Within a call it has happened or it has not: what is asked again ends as if nothing had died, and once."""
    cut, server, world = Cut(person, chance), person.server, person.world
    person.spared = True
    for turn in range(rounds):
        server.advance("61m")
        checks.equal("cut off: a link", server.post("/v1/Password/RequestReset/", {"email": person.email}).status, 200)
        use = ("/v1/Password/Reset/", {"link": world.link(person.email, "choose a new"), "new_password": f"Lighthouse {turn} on the rocks?"})
        answered = cut.ask(*use)
        again = person.ask(*use)
        fits = (410,) if answered else (200, 410)
        checks.true("cut off: a reset that was answered is not done again, another one once", again.status in fits, again)
        checks.true("cut off: the old password is void", not person.opens(person.password))
        person.password = use[1]["new_password"]
        half = person.half()
        check = ("/v1/Login/Check/", {"method": "recovery", "code": person.recovery.pop()}, half)
        answered = cut.ask(*check)
        again = person.ask(*check)
        fits = (401,) if answered else (200, 401)
        checks.true("cut off: a half session that was answered is used up, another one once", again.status in fits, again)
        entered = answered[0] if answered else again
        if entered.status == 200:
            person.session = entered.json["session"]
        else:
            person.enter()
            MAILS[ADA, "Somebody has signed in to Coinbox as you"] += 1
        checks.equal("cut off: the recovery codes that are left", person.left(), len(person.recovery))
        person.recovery = person.good("new codes", "/v1/Me/RecoveryCodes/", {}, person.session)["recovery_codes"]
    MAILS[ADA, "Choose a new Coinbox password"] += rounds
    MAILS[ADA, "Your Coinbox password was changed"] += rounds
    MAILS[ADA, "Your second factor at Coinbox was changed"] += rounds
    MAILS[ADA, "Somebody has signed in to Coinbox as you"] += rounds
    print(f"{cut.unanswered} of {2 * rounds} requests were killed before their answer")


# Every mail that these flows bring.
MAILS = {
    (ADA, "Confirm your address for Coinbox"): 1,
    (ADA, "We look at your Coinbox account before it is opened"): 1,
    (ADA, "Your Coinbox account is open"): 1,
    # The phone, the authenticator.
    (ADA, "Your second factor at Coinbox was changed"): 2,
    # Sign-up, login, recovery code, before another address, after the temporary password.
    (ADA, "Somebody has signed in to Coinbox as you"): 5,
    # Three that were asked for, and one after the change of address was taken back.
    (ADA, "Choose a new Coinbox password"): 4,
    # By the two of these links that were used, and after the temporary password.
    (ADA, "Your Coinbox password was changed"): 3,
    (ADA, "Your Coinbox address is to change"): 1,
    (f"new-{ADA}", "Confirm your new address for Coinbox"): 1,
    (ADA, "Your Coinbox address was changed"): 1,
    (ADA, "A temporary password for your Coinbox login"): 1,
    (ADA, "Wrong passwords for your Coinbox login"): 1,
}


def each_once(person):
    """Whatever died on the way is delivered now, and nothing twice."""
    for _ in range(3):
        person.server.advance(LEASE)
    mails = [mail for _, mail in person.world.mails()]
    found = Counter((str(mail["To"].addresses[0].addr_spec), str(mail["Subject"])) for mail in mails)
    checks.equal("each mail once", dict(sorted(found.items())), dict(sorted(MAILS.items())))
    checks.equal("each mail by its own name", len({mail["Message-ID"] for mail in mails}), len(mails))
    codes = person.world.codes(person.phone)
    checks.equal("one code for each that was asked for, though it may be sent again", len(set(codes)), 3)
    checks.equal("one code a key", len({key for key, _ in codes}), 3)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="requests of two kinds that are killed within")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    print(f"seed {options.seed}")
    with Server(settings()) as server:
        server.settings_of_policy({"review.everybody": "true"})
        person = Mortal(Surviving(server, checks), ADA, "+14155550123")
        for flow in (sign_up, log_in, enrol, recover, reset, move, once, wait):
            flow(person)
        cut_off(person, random.Random(options.seed), options.rounds)
        each_once(person)
        print(f"the server was killed {Mortal.kills} times; {Surviving.attempts} mails or codes came by a second attempt")
    checks.finish()


main()
