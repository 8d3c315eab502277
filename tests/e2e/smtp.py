"""Mails over SMTP: aiosmtpd on a loopback port, a server with a simulated clock."""

import email
import email.policy
import re

from aiosmtpd.controller import Controller

from coinbox import Checks, Server, free_port, micros, poll

checks = Checks()
LIMIT_SECONDS = 30


class Post:
    """Keeps what arrives. While `busy`, it looks at each mail and asks to come again."""

    def __init__(self):
        self.mails = []
        self.refused = []
        self.busy = False
        self.full = set()
        self.closed = False

    async def handle_MAIL(self, _server, _session, envelope, address, _options):
        if self.closed:
            return "550 5.7.1 sender not allowed"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address in self.full:
            return "452 4.2.2 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        mail.envelope = (envelope.mail_from, envelope.rcpt_tos)
        if self.busy:
            self.refused.append(mail)
            return "451 try again later"
        self.mails.append(mail)
        return "250 OK"

    def about(self, words, count):
        """The mails with these words in the subject, once there are so many of them."""
        def found():
            return [mail for mail in self.mails if words.lower() in mail["Subject"].lower()]
        poll(f"{count} mails about {words!r}", lambda: len(found()) >= count, LIMIT_SECONDS)
        return found()


def text(mail, kind):
    return mail.get_body(preferencelist=(kind,)).get_content()


post = Post()
port = free_port()


def mail_server():
    controller = Controller(post, hostname="127.0.0.1", port=port)
    controller.start()
    return controller


settings = {"email.transport": "smtp", "email.smtp.host": "127.0.0.1", "email.smtp.port": port, "email.smtp.security": "plain",
            "email.from": "Coinbox Billing <billing@coinbox.example>", "clock.mode": "simulated", "clock.start": "2026-03-02T09:00:00Z"}

mails = mail_server()
with Server(settings) as server:
    account, token = server.account(name="Søren & Søn <ApS>", email="owner@soren.example")
    server.publish_prices()
    server.card(account, "tok_approve")
    server.call("credits.set-alerts", auth_id=account, thresholds=[micros("20.00")],
                recipients=["billing@soren.example", "books@soren.example"])
    everyone = ["billing@soren.example", "books@soren.example", "owner@soren.example"]

    checks.equal("a recharge", server.recharge(account, "25.00"), "succeeded")
    paid = post.about("25.00", 3)
    checks.equal("the receipt goes to each address once", sorted(mail.envelope[1][0] for mail in paid), everyone)
    checks.true("each recipient apart", all(len(mail.envelope[1]) == 1 for mail in paid), [mail.envelope for mail in paid])
    checks.equal("one mail: one Message-ID", len({mail["Message-ID"] for mail in paid}), 1)
    mail = paid[0]
    checks.true("Message-ID is an address of the sender's domain", re.fullmatch(r"<[0-9a-f]{32}@coinbox\.example>", mail["Message-ID"]),
                mail["Message-ID"])
    checks.equal("From", str(mail["From"]), "Coinbox Billing <billing@coinbox.example>")
    checks.equal("envelope sender", mail.envelope[0], "billing@coinbox.example")
    checks.equal("To names all", sorted(address.addr_spec for address in mail["To"].addresses), everyone)
    checks.equal("To has the account's name", [address.display_name for address in mail["To"].addresses if address.display_name],
                 ["Søren & Søn <ApS>"])
    checks.equal("Date is the simulated moment", mail["Date"].datetime.isoformat(), "2026-03-02T09:00:00+00:00")
    checks.equal("Auto-Submitted", mail["Auto-Submitted"], "auto-generated")
    checks.equal("parts", [part.get_content_type() for part in mail.walk()], ["multipart/alternative", "text/plain", "text/html"])
    checks.holds("the text part", text(mail, "plain"), "25.00", "Søren & Søn <ApS>", account)
    checks.holds("the HTML part, escaped", text(mail, "html"), "25.00", "Søren &amp; Søn &lt;ApS&gt;", account)
    checks.true("no placeholder is left", not re.search(r"\{[{%]|[%}]\}", text(mail, "plain") + text(mail, "html")), text(mail, "plain"))
    checks.true("the card's token is not in it", "tok_approve" not in mail.as_string())

    server.call("credits.adjust", auth_id=account, adjustment={"debit": {"amount": micros("16.00")}}, reason="test")
    low = post.about("below 10.00", 3)
    checks.equal("the alert goes to each address once", sorted(mail.envelope[1][0] for mail in low), everyone)
    checks.holds("the alert names balance and lowest threshold", text(low[0], "plain"), "9.00", "10.00")
    checks.true("and is another mail", low[0]["Message-ID"] != mail["Message-ID"])

    # The mail server is away: nothing is lost, the mail goes out later.
    mails.stop()
    count = len(post.mails)
    checks.equal("a recharge while the mail server is away", server.recharge(account, "26.00"), "succeeded")
    server.advance("30s")
    checks.equal("nothing arrived", len(post.mails), count)
    mails = mail_server()
    server.advance("5m")
    late = post.about("26.00", 3)
    checks.equal("minutes later everybody has it", sorted(mail.envelope[1][0] for mail in late), everyone)

    # The mail server looks at the mail and does not take it, the server is killed, and the mail is the same afterwards.
    post.busy = True
    server.recharge(account, "27.00")
    poll("a refused mail", lambda: post.refused, LIMIT_SECONDS)
    server.advance("1s")
    server.kill()
    post.busy = False
    server.start()
    server.advance("10m")
    again = post.about("27.00", 3)
    checks.equal("after a kill everybody has it, once", sorted(mail.envelope[1][0] for mail in again), everyone)
    checks.equal("with the Message-ID of the refused one", {mail["Message-ID"] for mail in again},
                 {mail["Message-ID"] for mail in post.refused})

    # 01-one-bad-recipient-stops-all-mail: one full mailbox keeps the mail from nobody, and who has it does not get it again.
    post.full = {"books@soren.example"}
    server.recharge(account, "28.00")
    others = post.about("28.00", 2)
    checks.equal("the others have it at once", sorted(mail.envelope[1][0] for mail in others), [everyone[0], everyone[2]])
    server.advance("1h")
    post.full = set()
    server.advance("3h")
    checks.equal("the full one has it later", sorted(mail.envelope[1][0] for mail in post.about("28.00", 3)), everyone)
    checks.equal("nothing waits for a person", server.call("operator.list-queue", after=None, limit=10)["items"], [])
    # The mail server takes nothing from us: no refusal of the recipients, tried for days, then in the operator's queue.
    post.closed = True
    server.recharge(account, "29.00")
    for _ in range(20):
        server.advance("12h")
    items = server.call("operator.list-queue", after=None, limit=10)["items"]
    checks.equal("it waits for a person", [item["kind"] for item in items], ["mail-failed"])
    checks.holds("who is told why", items[0]["note"], "recharge-paid to owner@soren.example", "sender not allowed")
    post.closed = False

    count = len(post.mails)
    server.advance("4d")
    checks.equal("no mail comes twice", len(post.mails), count)
mails.stop()

refused = Server({**settings, "email.smtp.host": "mail.example.com"})
refused.launch()
code = refused.process.wait(60)
checks.true("a mail server elsewhere without TLS is refused at start", code == 1, code)
checks.holds("and the message says what to do", refused.log_text(), "mail.example.com", "tls")

checks.finish()
