"""Two requests with one secret at the same moment, for every secret that people have. The seed says which request is written first, and by how much."""

import argparse
import random
import threading
from collections import Counter

from answers import Answers
from coinbox import Checks, Server, poll
from people import PASSWORD, Person, World, settings

checks = Checks()
answers = Answers(checks)
NEW = ["Another 58 harbour lights?", "Other 69 lanterns ashore!"]
GONE, VOID = (410, "gone"), (401, "authentication_failed")
WRONG_PASSWORD, WRONG_CODE = (401, "wrong"), (403, "wrong")


class Race:
    """Sends requests at the same moment, each on a connection that is open already."""

    def __init__(self, server, chance):
        self.server = server
        self.chance = chance

    def run(self, requests):
        """The answers, in order of the requests. A request: path, body, and a token or None."""
        barrier = threading.Barrier(len(requests))
        found = [None] * len(requests)

        def send(place, late):
            path, body, bearer = requests[place]
            connection = self.server.connect()
            connection.connect()
            barrier.wait()
            # Some turns of a loop, about as long as a request is on its way: now this one is first, now the other.
            for _ in range(late):
                pass
            found[place] = self.server.post(path, body, bearer=bearer, connection=connection)
            connection.close()

        threads = [threading.Thread(target=send, args=(place, self.chance.choice([0, 0, 1000, 10_000]))) for place in range(len(requests))]
        self.chance.shuffle(threads)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return found

    def one(self, name, requests, *refusals, status=200):
        """Exactly one is good, and each other one is refused in one of these ways. Answers the place of the good one, its body, and the refused ones."""
        found = self.run(requests)
        good = [place for place, answer in enumerate(found) if answer is not None and answer.status == status]
        if not checks.equal(f"{name}: exactly one succeeds", len(good), 1):
            print(*found, sep="\n")
            raise AssertionError(f"{name}: nothing can follow this")
        refused = [answer for place, answer in enumerate(found) if place != good[0]]
        for answer in refused:
            told = (answer.status, (answer.json or {}).get("code"))
            checks.true(f"{name}: the other is told {' or '.join(code for _, code in refusals)}", told in refusals, answer)
            answers.error_of(f"{name}: the other", answer, answer.status)
        return good[0], found[good[0]].json, refused


def log_in(person, password=None):
    return "/v1/Login/", {"email": person.email, "password": password or person.password}, None


def check(bearer, method, code):
    return "/v1/Login/Check/", {"method": method, "code": code}, bearer


def accounts_of(server, email):
    """Accounts whose registered address it is."""
    return [one["auth-id"] for one in server.call("accounts.list", filter={"email": email}, after=None, limit=100)["accounts"]]


def activation(race, person, turn):
    """The link of a sign-up: by the holder, by the password, and two sign-ups of one address."""
    holder, link = person.sign_up()
    by_holder = ("/v1/SignUp/Confirm/", {"link": link, "holder": holder}, None)
    by_password = ("/v1/SignUp/Confirm/", {"link": link, "password": person.password}, None)
    if turn % 3 == 0:
        name, requests, refusals = "activation link", [by_holder, by_holder], [GONE]
    elif turn % 3 == 1:
        # With a password nobody learns whether a link was ever good: what begins after its use is answered as a wrong one.
        name, requests, refusals = "activation link, in two browsers", [by_holder, by_password], [GONE, WRONG_PASSWORD]
    else:
        other_holder, other = person.sign_up()
        name, refusals = "two sign-ups of one address", [GONE]
        requests = [by_holder, ("/v1/SignUp/Confirm/", {"link": other, "holder": other_holder}, None)]
    _, confirmed, _ = race.one(name, requests, *refusals)
    person.account = confirmed["account"]
    checks.equal(f"{name}: one account", accounts_of(race.server, person.email), [person.account])
    again = person.ask(*by_holder)
    checks.equal(f"{name}: once more: gone", (again.status, again.json["code"]), GONE)
    return confirmed["session"]


def first_phone(race, person, half):
    code = person.first_code(half)
    request = ("/v1/Me/Phone/Confirm/", {"code": code}, half)
    _, entered, _ = race.one("code of the first phone", [request, request], VOID)
    person.session, person.recovery = entered["session"], entered["recovery_codes"]
    checks.equal("code of the first phone: one session", person.sessions(), 1)
    checks.equal("code of the first phone: one phone", [one["kind"] for one in person.member()["factors"]], ["phone", "recovery"])
    checks.equal("code of the first phone: ten recovery codes", person.left(), 10)
    repeated = person.ask("/v1/Me/Phone/Confirm/", {"code": code}, person.session)
    checks.true("code of the first phone: once more: refused", repeated.status in (403, 409), repeated)


def phone_code(race, person):
    """The code that a login sends, in two half sessions. Answers the half session that is left."""
    before = person.sessions()
    halves = [person.half(), person.half()]
    code = person.login_code(halves[race.chance.randrange(2)])
    place, entered, (refused,) = race.one("login code", [check(half, "phone", code) for half in halves], WRONG_CODE)
    person.session = entered["session"]
    checks.equal("login code: the other has counted", refused.json["tries_left"], 4)
    checks.equal("login code: one session more", person.sessions(), before + 1)
    void = person.ask(*check(halves[place], "phone", code))
    checks.equal("login code: its half session is void", (void.status, void.json["code"]), VOID)


def authenticator(race, person):
    """Adds one. Its first code, twice in one session."""
    begin = ("/v1/Me/Authenticator/", {"code": person.app_code(person.session)}, person.session)
    _, begun, _ = race.one("code of the phone before an authenticator", [begin, begin], WRONG_CODE)
    person.secret = begun["secret"]
    confirm = ("/v1/Me/Authenticator/Confirm/", {"code": person.world.app(person.secret)}, person.session)
    _, confirmed, _ = race.one("first code of an authenticator", [confirm, confirm], VOID)
    person.session = confirmed["session"]
    checks.equal("first code of an authenticator: one session", person.sessions(), 1)
    kinds = [one["kind"] for one in person.member()["factors"]]
    checks.equal("first code of an authenticator: one authenticator", kinds, ["authenticator", "phone", "recovery"])


def authenticator_step(race, person):
    """One step of the authenticator: in two logins, then in a login and as proof in a session. Answers how many logins there were of the second two."""
    person.server.advance("61m")
    person.session = None
    halves = [person.half(), person.half()]
    code = person.world.app(person.secret)
    place, entered, (refused,) = race.one("TOTP step in two logins", [check(half, "authenticator", code) for half in halves], WRONG_CODE)
    person.session = entered["session"]
    checks.equal("TOTP step in two logins: the other has counted", refused.json["tries_left"], 4)
    checks.equal("TOTP step in two logins: one session", person.sessions(), 1)

    person.server.advance("30s")
    code, half = person.world.app(person.secret), halves[1 - place]
    both = [check(half, "authenticator", code), check(person.session, "authenticator", code)]
    place, entered, (refused,) = race.one("TOTP step as login and as proof", both, WRONG_CODE)
    checks.equal("TOTP step as login and as proof: the other has counted", refused.json["tries_left"], 3)
    before = person.session
    person.session = entered["session"]
    checks.equal("TOTP step as login and as proof: so many sessions", person.sessions(), 2 if place == 0 else 1)
    status = person.server.get("/v1/Me/", bearer=before).status
    checks.equal("TOTP step as login and as proof: the session before", status, 200 if place == 0 else 401)
    return 1 if place == 0 else 0


def another_phone(race, person):
    """The code that goes to it, twice in one session."""
    person.phone = person.phone[:-1] + str((int(person.phone[-1]) + 5) % 10)
    person.good("another phone", "/v1/Me/Phone/", {"number": person.phone}, person.session)
    confirm = ("/v1/Me/Phone/Confirm/", {"code": person.sent_code("/v1/Me/Code/", {"purpose": "new_phone"}, person.session)}, person.session)
    _, confirmed, _ = race.one("code of another phone", [confirm, confirm], VOID)
    person.session = confirmed["session"]
    hints = [one["hint"] for one in person.member()["factors"] if one["kind"] == "phone"]
    checks.equal("code of another phone: it is the only one", [hint[-4:] for hint in hints], [person.phone[-4:]])
    checks.equal("code of another phone: one session", person.sessions(), 1)


def recovery_code(race, person):
    """One recovery code in two logins. Answers the half session that is left."""
    halves = [person.half(), person.half()]
    before, code = person.left(), person.recovery.pop()
    place, entered, (refused,) = race.one("recovery code", [check(half, "recovery", code) for half in halves], WRONG_CODE)
    person.session = entered["session"]
    checks.equal("recovery code: one code less", person.left(), before - 1)
    checks.equal("recovery code: the other has counted", refused.json["tries_left"], 2)
    return halves[1 - place]


def half_session(race, person, half):
    """A half session becomes one whole session, though two codes are right; what it did not take stays good."""
    before, sessions = person.left(), person.sessions()
    codes = [person.recovery.pop(), person.recovery.pop()]
    place, entered, _ = race.one("half session", [check(half, "recovery", code) for code in codes], VOID)
    person.session = entered["session"]
    checks.equal("half session: one session more", person.sessions(), sessions + 1)
    checks.equal("half session: one code less", person.left(), before - 1)
    both = [check(person.session, "recovery", codes[1 - place]), check(person.session, "recovery", person.recovery.pop())]
    place, proved, _ = race.one("session that proves again", both, VOID)
    void = person.server.get("/v1/Me/", bearer=person.session)
    checks.equal("session that proves again: the secret before is void", (void.status, void.json["code"]), VOID)
    person.session = proved["session"]
    checks.equal("session that proves again: as many sessions", person.sessions(), sessions + 1)
    checks.equal("session that proves again: one code less", person.left(), before - 2)


def temporary_password(race, person):
    """It is good for one login; then the half session chooses a password, once."""
    path = f"/v1/Account/{person.account}/Member/1/TemporaryPassword/"
    issued = person.good("issue", path, {"reason": "ticket 81"}, person.server.token)
    before = person.session
    _, entered, _ = race.one("temporary password", [log_in(person, issued["password"])] * 2, WRONG_PASSWORD)
    checks.equal("temporary password: sessions before it have ended", person.server.get("/v1/Me/", bearer=before).status, 401)
    checks.true("temporary password: once more: wrong", not person.opens(issued["password"]))
    checks.true("temporary password: the one before it is void", not person.opens(person.password))
    chooses = person.check(entered["session"], "recovery", person.recovery.pop())
    checks.equal("temporary password: a password is to be chosen", chooses["step"], "choose_password")
    choose = [("/v1/Password/Choose/", {"new_password": new}, chooses["session"]) for new in NEW]
    place, chosen, _ = race.one("half session that chooses a password", choose, VOID)
    person.session = chosen["session"]
    person.password = NEW[place]
    checks.equal("half session that chooses a password: one session", person.sessions(), 1)
    checks.equal("half session that chooses a password: the one that was chosen", [person.opens(new) for new in NEW], [place == 0, place == 1])


def reset_link(race, person):
    person.server.advance("61m")
    person.good("ask", "/v1/Password/RequestReset/", {"email": person.email})
    link = person.world.link(person.email, "choose a new")
    news = [PASSWORD, "Third 70 beacon on rocks?"]
    both = [("/v1/Password/Reset/", {"link": link, "new_password": new}, None) for new in news]
    place, _, _ = race.one("reset link", both, GONE)
    person.password = news[place]
    checks.equal("reset link: the password of the one", [person.opens(new) for new in news], [place == 0, place == 1])
    again = person.ask(*both[0])
    checks.equal("reset link: once more: gone", (again.status, again.json["code"]), GONE)


def changed_address(race, person):
    """The link to the new address, then the link that takes it back."""
    session, old, new = person.enter(), person.email, f"new-{person.email}"
    person.good("another address", "/v1/Me/Email/", {"email": new}, session, 202)
    confirm = ("/v1/Me/Email/Confirm/", {"link": person.world.link(new, "new address")}, None)
    race.one("link to a new address", [confirm, confirm], GONE, status=202)
    undo = ("/v1/Me/Email/Undo/", {"link": person.world.link(old, "address was changed")}, None)
    person.email = new
    checks.true("link to a new address: it is in force", person.opens(person.password))
    checks.equal("link to a new address: the account's too", accounts_of(race.server, new), [person.account])
    race.one("link that takes a new address back", [undo, undo], GONE, status=202)
    checks.true("link that takes a new address back: it opens nothing", not person.opens(person.password))
    person.email = old
    checks.equal("link that takes a new address back: the account's too", accounts_of(race.server, old), [person.account])
    checks.true("link that takes a new address back: the password is void", not person.opens(person.password))
    person.good("choose another", "/v1/Password/Reset/", {"link": person.world.link(old, "choose a new"), "new_password": NEW[0]})
    person.password = NEW[0]
    checks.true("link that takes a new address back: another password is good", person.opens(NEW[0]))
    checks.equal("link that takes a new address back: one mail to choose it", person.world.arrived(old, "choose a new"), None)


def enrolment_link(race, person):
    """The link with which new factors are set up after all were lost."""
    path = f"/v1/Account/{person.account}/Member/1/NewFactors/"
    person.good("allow", path, {"reason": "phone lost"}, person.server.token)
    person.world.mail(person.email, "you can soon")
    person.server.advance("25h")
    enrol = ("/v1/Login/Enrol/", {"link": person.world.link(person.email, "set up new"), "password": person.password}, None)
    _, entered, _ = race.one("link to new factors", [enrol, enrol], GONE)
    checks.equal("link to new factors: the first one is to be set up", entered["step"], "enrol")
    begun = person.good("begin", "/v1/Me/Authenticator/", {}, entered["session"])
    confirmed = person.good("confirm", "/v1/Me/Authenticator/Confirm/", {"code": person.world.app(begun["secret"])}, entered["session"])
    person.session = confirmed["session"]
    kinds = [one["kind"] for one in person.member()["factors"]]
    checks.equal("link to new factors: the old ones are gone", kinds, ["authenticator", "recovery"])


def invitation(race, world, turn):
    """The link that makes somebody the owner of an account that the operator has made."""
    person = Person(world, f"owner{turn}@works{turn}.example", "+14155550177")
    person.account, _ = race.server.account(name=f"Works {turn}", email=person.email)
    person.good("invite", f"/v1/Account/{person.account}/Member/Owner/", {"name": "Bea Bridge"}, race.server.token)
    link = world.link(person.email, "invitation")
    both = [("/v1/Login/Accept/", {"link": link, "new_password": new, "name": "Bea Bridge"}, None) for new in NEW]
    place, entered, _ = race.one("owner's invitation", both, GONE)
    checks.equal("owner's invitation: a factor comes next", entered["step"], "enrol")
    checks.equal("owner's invitation: the password of the one", [person.opens(new) for new in NEW], [place == 0, place == 1])
    members = race.server.call("members.list", auth_id=person.account, after=None, limit=10)["members"]
    checks.equal("owner's invitation: one owner", [(one["email"], one["role"], one["state"]) for one in members], [(person.email, "owner", "active")])


def told_once(person, turn, logins):
    """Whoever used something is told once. All mails of a round to the address of its person."""
    expected = {
        # A second sign-up of one address.
        "Confirm your address for Coinbox": 2 if turn % 3 == 2 else 1,
        "Somebody has signed in to Coinbox as you": logins,
        # Phone, authenticator, another phone; then three are taken away with the link, and a new authenticator comes.
        "Your second factor at Coinbox was changed": 7,
        "A temporary password for your Coinbox login": 1,
        # After the temporary one, and by the two links.
        "Your Coinbox password was changed": 3,
        "Choose a new Coinbox password": 2,
        "Your Coinbox address is to change": 1,
        "Your Coinbox address was changed": 1,
        "You can soon set up new second factors at Coinbox": 1,
        "Set up new second factors at Coinbox": 1,
        "Your Coinbox account is open": 1,
    }

    def found():
        mails = [mail for _, mail in person.world.mails() if mail["To"].addresses[0].addr_spec == person.email]
        return dict(Counter(str(mail["Subject"]) for mail in mails))

    try:
        poll("all mails", lambda: found() == expected, 10)
    except TimeoutError:
        pass
    checks.equal("all mails of the round, once", sorted(found().items()), sorted(expected.items()))


def turn_of_all(race, world, turn):
    person = Person(world, f"ada{turn}@analytical-engines.example", f"+1415555{turn:04}")
    first_phone(race, person, activation(race, person, turn))
    phone_code(race, person)
    authenticator(race, person)
    logins = 8 + authenticator_step(race, person)
    another_phone(race, person)
    half_session(race, person, recovery_code(race, person))
    temporary_password(race, person)
    reset_link(race, person)
    changed_address(race, person)
    enrolment_link(race, person)
    told_once(person, turn, logins)
    invitation(race, world, turn)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.rounds} rounds")
    with Server(settings()) as server:
        world, race = World(server, checks), Race(server, random.Random(options.seed))
        for turn in range(options.rounds):
            # Limits of a day and of a network are not what this is about.
            server.advance("24h")
            turn_of_all(race, world, turn)
    checks.finish()


main()
