"""Documents as PDF: `pdftotext`, `pdfinfo` and `pdffonts` of poppler read what was printed. Samples and pages as pictures stay in target/e2e/documents."""

import datetime
import email
import email.header
import hashlib
import json
import re
import shutil
import subprocess
import unicodedata
from decimal import Decimal
from pathlib import Path

from coinbox import PROGRAM, Checks, Server, environment, event

checks = Checks()
FOLDER = Path("target/e2e/documents").resolve()
MAIN = "MASAMPLE000000000001"
ISSUED = 1_796_083_200_000  # 2026-12-01
START = 1_793_491_200_000  # 2026-11-01
DAY = 86_400_000
SELLER = {
    "legal-name": "Example Communications Inc.", "address-lines": ["201 Example Street, Suite 400", "San Francisco, CA 94105"],
    "country": "US", "tax-id": "12-3456789", "email": "billing@example.com", "auth-id": "",
    "registration-number": "Delaware file 7654321", "phone": "+1 415 555 0100",
}
# As CLDR names them.
COUNTRIES = {"US": "United States", "DE": "Germany", "IN": "India", "AE": "United Arab Emirates", "CN": "China", "RU": "Russia", "": ""}
ONE = {"seconds": "second", "parts": "part", "numbers": "number", "seats": "seat"}


def party(name="Müller & Søn Telecom GmbH", lines=("Königstraße 12", "70173 Stuttgart"), country="DE", tax_id="DE136695976"):
    return {"legal-name": name, "address-lines": list(lines), "country": country, "tax-id": tax_id,
            "email": "accounts@customer.example", "auth-id": MAIN, "registration-number": "", "phone": ""}


def line(product, description, quantity, unit, amount, section=MAIN, name=""):
    return {"section": section, "section-name": name, "product": product, "description": description,
            "quantity": str(quantity), "unit": unit, "count": "1", "price": None, "used-from": None, "used-to": None, "amount": str(amount)}


def priced(one, count, billed, unit, unit_price, **more):
    """A line that says what was billed, at which price, and how often."""
    return {**one, "count": str(count), "price": {"billed": billed, "unit": unit, "unit-price": unit_price}, **more}


def tax(name, percent, base, amount, reverse=False, basis=""):
    return {"name": name, "percent": percent, "base": str(base), "amount": str(amount), "reverse-charge": reverse, "legal-basis": basis}


def movement(label, at, amount):
    return {"label": label, "at": str(at), "amount": str(amount), "earlier": at < START}


def cents(micros):
    """The nearest whole cents, half away from zero."""
    return (abs(micros) + 5_000) // 10_000 * 10_000 * (1 if micros >= 0 else -1)


def document(kind, number, lines, customer=None, discount=0, taxes=(), opening=0, movements=(), **more):
    """A document whose sums are made here, by the contract's description of them."""
    exact = sum(int(one["amount"]) for one in lines) - discount
    net = cents(exact)
    total = net + sum(int(one["amount"]) for one in taxes)
    closing = opening + sum(int(one["amount"]) for one in movements) - total if kind == "invoice" else 0
    invoice = kind == "invoice"
    made = {
        "kind": kind, "number": number, "issued": str(ISSUED), "period-start": str(START) if invoice else None,
        "period-end": str(ISSUED) if invoice else None, "seller": SELLER, "customer": customer or party(), "currency": "USD",
        "lines": list(lines), "discount": str(discount), "rounding": str(net - exact), "net": str(net), "taxes": list(taxes), "total": str(total),
        "opening-balance": str(opening), "closing-balance": str(closing), "movements": list(movements),
        "amount-due": str(max(0, -closing)), "status": "open" if closing < 0 else "paid", "method": "credits", "refers-to": None, "note": "",
        "about": None, "due": None, "payment-terms": "Due at once." if invoice else "", "ways-to-pay": ["Bank: 000123456789"] if invoice else [],
        "card": "", "payment-reference": "", "payment-at": None, "edition": 2,
    }
    made.update(more)
    return made


def money(micros, least=5):
    """`1,234.50000`, written independently of the program."""
    text = f"{Decimal(micros) / 1_000_000:,.6f}"
    while text.endswith("0") and len(text.split(".")[1]) > least:
        text = text[:-1]
    return text


def date(at):
    return (datetime.date(1970, 1, 1) + datetime.timedelta(days=int(at) // DAY)).isoformat()


def coinbox(*arguments, check=True, settings=()):
    command = [PROGRAM, *arguments]
    for setting in settings:
        command += ["--set", setting]
    done = subprocess.run(command, capture_output=True, env=environment(), cwd=FOLDER, timeout=120)
    if check and done.returncode != 0:
        raise RuntimeError(f"{command}: {done.stderr.decode()}")
    return done


def preview(name, made, settings=()):
    """Prints a document; answers the file."""
    (FOLDER / f"{name}.json").write_text(json.dumps(made), encoding="utf-8")
    coinbox("document", "preview", f"{name}.json", "-o", f"{name}.pdf", settings=settings)
    return FOLDER / f"{name}.pdf"


def poppler(program, *arguments):
    return subprocess.run([program, *map(str, arguments)], capture_output=True, check=True, timeout=120).stdout.decode("utf-8")


def text_of(pdf):
    return poppler("pdftotext", "-layout", pdf, "-")


def bare(text):
    """Without white space, marks of direction and of line breaking, and with letters in their plain form."""
    text = unicodedata.normalize("NFKC", text)
    return "".join(letter for letter in text if not letter.isspace() and unicodedata.category(letter) not in ("Cf", "Cc"))


def is_right_to_left(text):
    return any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)


def in_order(name, text, parts):
    """Whether all parts stand in a text one after another."""
    rest, at = bare(text), 0
    for part in parts:
        found = rest.find(bare(part), at)
        if found < 0:
            return checks.true(name, False, f"{part!r} is missing or out of order; after {rest[max(0, at - 60):at]!r} comes {rest[at:at + 200]!r}")
        at = found + len(bare(part))
    return checks.true(name, True)


def table(made, *amounts):
    """How a table of totals, taxes or balances writes its amounts: two decimals where all are whole cents. The first edition has five."""
    cents = made["edition"] > 1 and all(int(one) % 10_000 == 0 for one in amounts)
    return lambda micros: money(micros, 2 if cents else 5)


def expected(made):
    """What must stand in a document, in the order of the page."""
    rows = [made["seller"]["legal-name"]]
    sections = []
    for one in made["lines"]:
        if not sections or sections[-1][0] != one["section"]:
            sections.append((one["section"], []))
        sections[-1][1].append(one)
    of_line = money if made["kind"] == "invoice" else table(made, *(one["amount"] for one in made["lines"]))
    for section, lines in sections:
        if len(sections) > 1 and section:
            rows.append(section)
        for one in lines:
            # A description that takes two lines has the figures of its row between them in the text.
            rows.append(of_line(one["amount"]))
        if len(sections) > 1:
            rows.append(of_line(sum(int(one["amount"]) for one in lines)))
    gross, taxed = sum(int(one["amount"]) for one in made["lines"]), sum(int(one["amount"]) for one in made["taxes"])
    of_total = table(made, gross, taxed, made["discount"], made["net"], made["total"])
    of_tax = table(made, *(one[what] for one in made["taxes"] for what in ("base", "amount")))
    if int(made["discount"]) or int(made["rounding"]):
        rows += [of_total(gross)] + [of_total(-int(made["discount"]))] * (int(made["discount"]) != 0)
        rows += [of_total(made["rounding"])] * (int(made["rounding"]) != 0)
    if made["edition"] > 1 and any(not one["reverse-charge"] for one in made["taxes"]):
        rows += [of_total(made["net"]), of_total(taxed)]
    rows += [f"USD {of_total(made['total'])}"]
    for one in made["taxes"]:
        if made["edition"] == 1 or not one["reverse-charge"]:
            rows += [one["percent"] + "%", of_tax(one["base"]), of_tax(one["amount"])]
    for one in made["taxes"]:
        if made["edition"] > 1 and one["reverse-charge"]:
            rows += ["Reverse charge: the customer owes the tax.", one["legal-basis"]]
    if made["kind"] == "invoice":
        of_balance = table(made, *(made[what] for what in ("opening-balance", "closing-balance", "total", "amount-due")), *(one["amount"] for one in made["movements"]))
        rows.append(of_balance(made["opening-balance"]))
        for one in made["movements"]:
            rows += [date(one["at"]), of_balance(one["amount"])]
        rows += [of_balance(-int(made["total"])), of_balance(made["closing-balance"]), f"USD {of_balance(made['amount-due'])}"]
        rows += [made["payment-terms"], *(made["ways-to-pay"] if int(made["amount-due"]) > 0 else [])]
    return rows


def check_text(name, made, pdf):
    text = text_of(pdf)
    in_order(f"{name}: every amount, in order", text, expected(made))
    everything = bare(text)
    words = [made["number"], *made["customer"]["address-lines"], made["customer"]["legal-name"], made["customer"]["tax-id"],
             made["customer"]["email"], made["customer"]["auth-id"], date(made["issued"])]
    for who in ("seller", "customer"):
        words += [made[who]["registration-number"], made[who]["phone"]]
        words.append(COUNTRIES[made[who]["country"]] if made["edition"] > 1 else made[who]["country"])
    words += [one["description"] for one in made["lines"]] + [one["section-name"] for one in made["lines"] if len({o["section"] for o in made["lines"]}) > 1]
    if made["kind"] == "invoice" or made["edition"] == 1:
        words += [f"{int(one['quantity']):,} {one['unit']}" for one in made["lines"] if int(one["quantity"]) != 1 or made["edition"] == 1]
        words += [f"1 {ONE.get(one['unit'], one['unit'])}" for one in made["lines"] if int(one["quantity"]) == 1 and made["edition"] > 1]
        prices = [one["price"] for one in made["lines"] if one["price"]]
        words += [f"{Decimal(one['billed']):,} {one['unit']}" for one in prices] + [one["unit-price"] for one in prices]
        words += [f"{int(one['count']):,}" for one in made["lines"] if int(one["count"])]
        words += [date(one[at]) for one in made["lines"] for at in ["used-from", "used-to"] if one[at]]
    # The built-in English words are the contract's own, with a capital letter.
    words += [made["status"].capitalize().replace("-", " "), made["method"].capitalize(), made["refers-to"] or "" if made["edition"] == 1 else ""]
    words.append(f"{date(made['issued'])} 00:00:00 UTC" if made["kind"] == "receipt" else "")
    words += [one["label"] for one in made["movements"]] + [one["name"] for one in made["taxes"] if made["edition"] == 1 or not one["reverse-charge"]]
    if made["kind"] == "credit-note" and made["note"]:
        words.append(f"Reason: {made['note']}")
    elif made["kind"] != "receipt":
        words.append(made["note"])
    if made["about"]:
        words.append(f"{made['about']['kind'].replace('-', ' ')} {made['about']['number']} of {date(made['about']['issued'])}")
    words += [date(made["due"])] if made["due"] else []
    if made["card"]:
        brand, digits = made["card"].split(" ")
        words.append(f"{brand.capitalize()} •••• {digits}")
        checks.true(f"{name}: the card stands there masked only", bare(made["card"]) not in everything.lower(), text)
    words.append(made["payment-reference"])
    # Long texts are compared word by word: in a table other columns stand between their lines. Poppler puts letters that run from right to left in
    # an order of its own, so of those it only has to find each line's.
    missing = [word for text in words for word in text.split() if not is_right_to_left(text) and bare(word) not in everything]
    lines = [sorted(bare(one)) for one in re.split(r"\n|  +", text)]
    missing += [text for text in words if is_right_to_left(text) and sorted(bare(text)) not in lines]
    checks.equal(f"{name}: every name", missing, [])
    if made["edition"] > 1:
        checks.true(f"{name}: names of the system's own are not for customers", "charge-" not in text, text)
    checks.true(f"{name}: no box for a missing letter", "\ufffd" not in text and "\u25a1" not in text, text)
    return text


def together(name, text):
    """money-13: the balance never stands alone below its heading."""
    last = next(page for page in reversed(text.split("\f")) if "Amount due" in page)
    checks.holds(f"{name}: the end of the balance stands together (money-13)", last, "This invoice", "Closing balance")


def check_pdf(name, pdf):
    facts = dict(re.findall(r"^([^:\n]+):\s*(.*)$", poppler("pdfinfo", "-isodates", pdf), re.M))
    checks.equal(f"{name}: the date inside is that of issue", facts.get("CreationDate", "")[:16], "2026-12-01T00:00")
    checks.true(f"{name}: A4", "A4" in facts.get("Page size", ""), facts)
    fonts = poppler("pdffonts", pdf).splitlines()[2:]
    checks.true(f"{name}: all fonts are inside, with their letters", fonts and all(re.search(r"\byes yes yes\b", font) for font in fonts), fonts)
    pages = int(facts["Pages"])
    for page in range(1, pages + 1):
        text = poppler("pdftotext", "-layout", "-f", page, "-l", page, pdf, "-")
        if f"Page {page} of {pages}" not in text:
            checks.true(f"{name}: page {page} says so", False, text)
    return pages


def usual_lines():
    sub = "SASAMPLE000000000002"
    return [
        priced(line("voice-outbound", "Voice calls, outbound", 1_204_560, "seconds", 240_912_000, name="Müller & Søn Telecom GmbH"),
               5_120, "20076", "minutes", "0.012"),
        priced(line("voice-outbound", "Voice calls, outbound", 3_411, "seconds", 720_000, name="Müller & Søn Telecom GmbH"),
               12, "60", "minutes", "0.012", **{"used-from": str(START - 2 * DAY), "used-to": str(START - 1)}),
        line("correction", "2026-11-20: Wrong rate", 1, "", -720_000, name="Müller & Søn Telecom GmbH"),
        line("sms-outbound", "SMS, outbound", 12_045, "parts", 66_247_500, name="Müller & Søn Telecom GmbH"),
        line("adjustment", "2026-11-17: Debit for a handset that was lost on the way to https://www.example.com/returns/"
             + "0123456789abcdef" * 6, 1, "", 25_000_010, name="Müller & Søn Telecom GmbH"),
        line("voice-outbound", "Voice calls, outbound", 7_205, "seconds", 1_441_230, sub, "Support desk"),
        line("seats", "Seats", 5, "seats", 75_000_000, sub, "Support desk"),
    ]


def usual_movements():
    return [movement("Payment", START - 20 * DAY, 20_000_000), movement("Payment", START + 2 * DAY, 200_000_000), movement("Goodwill: outage of 9 November", START + 11 * DAY, 50_000_000),
            movement("Trial and promotional credits used", ISSUED - 1, -10_000_000)]


def samples():
    lines, movements = usual_lines(), usual_movements()
    net = cents(sum(int(one["amount"]) for one in lines) - 10_000_000)
    vat = (net * 19 // 100 + 5_000) // 10_000 * 10_000  # 19 % in whole cents
    yield "invoice", document("invoice", "2026-000123", lines, discount=10_000_000, taxes=[tax("VAT", "19", net, vat)],
                              opening=118_400_010, movements=movements)
    yield "owed", document("invoice", "2026-000124", lines, opening=-1_000_000, movements=[], due=str(ISSUED + 14 * DAY))
    yield "reverse-charge", document("invoice", "2026-000125", lines, opening=900_000_000,
                                     taxes=[tax("VAT", "19", cents(net + 10_000_000), 0, True, "Article 196 of Directive 2006/112/EC")])
    # As 0.1 made them: amounts to the fifth decimal, and nothing of what came later.
    bare_lines = [dict(one, price=None, count="0", **{"used-from": None, "used-to": None}) for one in lines]
    bare_lines[-1] = dict(bare_lines[-1], amount="74999260")
    taxed = sum(int(one["amount"]) for one in bare_lines) - 10_000_000
    first = document("invoice", "2026-000127", bare_lines, discount=10_000_000, taxes=[tax("VAT", "19", taxed, (taxed * 19 + 500) // 1000 * 10)],
                     opening=118_400_010, movements=[dict(one, earlier=False) for one in movements])
    yield "first-edition", dict(first, edition=1, **{"payment-terms": "", "ways-to-pay": [], "seller": dict(SELLER, **{"registration-number": "", "phone": ""})})
    many = [line("voice-outbound", f"Voice calls, outbound, route {number:04}", number * 61, "seconds", 100_000 + number * 10,
                 f"SALONG{number // 50:014}", f"Section {number // 50}") for number in range(400)]
    yield "400-lines", document("invoice", "2026-000126", many, opening=100_000_000)
    invoice, receipt = ({"kind": kind, "number": number, "issued": str(ISSUED - DAY)} for kind, number in (("invoice", "2026-000123"), ("receipt", "R-2026-000971")))
    yield "credit-note", document("credit-note", "CN-2026-000004", [line("credit-note", "Credit for invoice 2026-000123", 1, "", 20_000_000)],
                                  taxes=[tax("VAT", "19", 20_000_000, 3_800_000)], status="credited", about=invoice,
                                  note="Calls of 17 November were billed twice", **{"refers-to": "2026-000123"})
    paid = {"method": "card", "card": "visa 4242", "payment-reference": "ch_3PqX2eKfT81"}
    yield "receipt", document("receipt", "R-2026-000981", [line("recharge", "Recharge, manual", 1, "", 200_000_000)], status="successful",
                              **paid, **{"refers-to": "charge-7"})
    yield "invoice-receipt", document("receipt", "R-2026-000984", [line("invoice-payment", "Payment of invoice 2026-000123", 1, "", 61_350_000)],
                                      status="successful", about=invoice, **paid, **{"refers-to": "2026-000123"})
    yield "failed-receipt", document("receipt", "R-2026-000982", [line("recharge", "Recharge, manual", 1, "", 25_000_000)], status="failed",
                                     note="insufficient-funds", **dict(paid, **{"payment-reference": ""}), **{"refers-to": "charge-8"})
    yield "refund-receipt", document("receipt", "R-2026-000983", [line("refund", "Refund 2", 1, "", 13_870_000)], status="refunded", method="other",
                                     about=receipt, **{"payment-reference": "SEPA 7", "refers-to": "charge-8"})
    first_receipt = {"kind": "receipt", "number": "R-2026-000981", "issued": str(ISSUED - 3 * DAY)}
    yield "chargeback-receipt", document("receipt", "R-2026-000985", [line("chargeback", "Chargeback, payment of invoice 2026-000123", 1, "", 61_350_000)],
                                         status="charged-back", about=first_receipt, method="card", card="visa 4242",
                                         **{"payment-reference": "dp_1PqX9eKfT02", "refers-to": "2026-000123"})
    yield "reversal-receipt", document("receipt", "R-2026-000986", [line("dispute-won", "Dispute won, recharge", 1, "", 61_350_000)],
                                       status="successful", about=dict(first_receipt, number="R-2026-000985"), method="card", card="visa 4242",
                                       **{"payment-reference": "dp_1PqX9eKfT02", "refers-to": "charge-7"})
    scripts = {
        "telugu": ("శ్రీ వెంకటేశ్వర టెలికాం లిమిటెడ్", ["బంజారా హిల్స్, రోడ్ నం. 12", "హైదరాబాద్ 500034"], "IN"),
        "arabic": ("شركة الاتصالات المتحدة ذ.م.م", ["شارع الشيخ زايد 45", "دبي 12345"], "AE"),
        "chinese": ("北京通信科技有限公司", ["朝阳区建国路88号", "北京 100022"], "CN"),
        "cyrillic": ("ООО «Телекоммуникации»", ["ул. Тверская, д. 7", "125009 Москва"], "RU"),
    }
    for number, (name, (legal_name, address, country)) in enumerate(scripts.items()):
        customer = party(legal_name, address, country, "")
        named = [dict(one, **{"section-name": legal_name if one["section"] == MAIN else one["section-name"]}) for one in lines]
        named[0]["description"] = f"{legal_name}: voice"
        yield name, document("invoice", f"2026-00020{number}", named, customer, opening=500_000_000, movements=[movement(f"Goodwill: {legal_name}", START, 10)])


def all_samples():
    for name, made in samples():
        pdf = preview(name, made)
        text = check_text(name, made, pdf)
        pages = check_pdf(name, pdf)
        if made["kind"] == "invoice":
            together(name, text)
        words = {"receipt": ["Receipt", "Received from"], "failed-receipt": ["Failed payment", "Reason: Insufficient funds"],
                 "refund-receipt": ["Refund receipt", "Refunded to", "Refund of"], "chargeback-receipt": ["Chargeback receipt", "Paid back by the bank to", "Chargeback of"],
                 "reversal-receipt": ["Chargeback reversal", "Received from", "Reversal of"], "reverse-charge": ["Ways to pay"][:int(made["amount-due"]) > 0]}
        checks.holds(f"{name}: what a finance department looks for (money-13)", text, *words.get(name, []))
        if name == "reverse-charge":
            checks.true("reverse charge: no rate, no row of the tax (money-13)", "19%" not in text.replace(" ", "") and "VAT" not in text, text)
        if name == "400-lines":
            checks.true("400 lines: several pages", pages >= 8, pages)
            headings = sum("Description" in page and "Quantity" in page for page in text.split("\f"))
            checks.true("400 lines: headings on every page with lines", headings >= pages - 1, headings)
        first = pdf.read_bytes()
        preview(name, made)
        checks.true(f"{name}: the same bytes again", pdf.read_bytes() == first)
        subprocess.run(["pdftoppm", "-r", "60", "-png", str(pdf), str(FOLDER / name)], check=True, timeout=120)


def hostile():
    for number, text in enumerate(["#import \"@preview/x:0.1.0\": *", "*bold* _x_ $a$ `raw` \\ #panic()", "= Title <l> @ref /* c */ // d", "<script>&amp;"]):
        made = document("invoice", f"2026-00030{number}", [line("voice-outbound", text, 1, "", 10)], party(text, [text]), note=text)
        pdf = preview("hostile", made)
        in_order(f"markup in names is printed as it stands: {text}", text_of(pdf), [text, text, "0.00001"])


def missing_letters():
    made = dict(next(made for name, made in samples() if name == "telugu"))
    (FOLDER / "missing.json").write_text(json.dumps(made), encoding="utf-8")
    done = coinbox("document", "preview", "missing.json", "-o", "missing.pdf", check=False, settings=["documents.fonts="])
    checks.equal("a letter that no font has: no document", (done.returncode, (FOLDER / "missing.pdf").exists()), (1, False))
    checks.holds("it is named, with what to install", done.stderr.decode(), "invoice 2026-000200", "U+0C36", "Telugu", "apt-get install fonts-noto-core")
    latin = next(made for name, made in samples() if name == "invoice")
    first = preview("latin", latin).read_bytes()
    checks.true("a document that the built-in font can print does not depend on others", preview("latin", latin, ["documents.fonts="]).read_bytes() == first)


def templates():
    folder = FOLDER / "templates"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    settings = [f"documents.templates={folder}"]
    (folder / "receipt.typ").write_text('#import "document.typ": *\n#document-page[#headline("Paid to us")\nThank you]\n')
    coinbox("document", "sample", "receipt", "-o", "own.pdf", settings=settings)
    checks.holds("an operator's template", text_of(FOLDER / "own.pdf"), "Paid to us", "Thank you", "200.00")
    coinbox("document", "sample", "invoice", "-o", "german.pdf", settings=["documents.language=de", "documents.paper=us-letter"])
    checks.holds("another language", text_of(FOLDER / "german.pdf"), "Rechnung", "20.076 Minuten", "Deutschland", "240,91200")
    checks.holds("another paper", poppler("pdfinfo", FOLDER / "german.pdf"), "letter")
    (folder / "receipt.typ").write_text("fine\n#nowhere\n")
    done = coinbox("--data", str(FOLDER / "no-data"), "serve", check=False, settings=[*settings, "listen=127.0.0.1:0"])
    checks.equal("a mistake in a template: the server does not start", done.returncode, 1)
    checks.holds("it names file and line", done.stderr.decode(), "receipt.typ, line 2", "nowhere")
    for setting in ["documents.language=xx", f"documents.templates={FOLDER}/none", "documents.paper=a5", "documents.at-once=0"]:
        done = coinbox("document", "sample", "receipt", "-o", "wrong.pdf", check=False, settings=[setting])
        checks.equal(f"{setting}: refused", done.returncode, 1)


def bad_input():
    for name, text in [("no JSON", "{"), ("not a document", "{}"), ("a sum that is wrong", None)]:
        made = document("invoice", "2026-000400", usual_lines())
        made["total"] = str(int(made["total"]) + 10)
        (FOLDER / "bad.json").write_text(text if text is not None else json.dumps(made))
        done = coinbox("document", "preview", "bad.json", "-o", "bad.pdf", check=False)
        checks.equal(f"{name}: refused", (done.returncode, (FOLDER / "bad.pdf").exists()), (1, False))
    checks.holds("a wrong sum is named", done.stderr.decode(), "2026-000400", "does not add up")


def issued():
    """A month on a server: the invoice that it issues, printed, kept, damaged, printed again; over REST and on the command line."""
    name = "శ్రీ వెంకటేశ్వర టెలికాం లిమిటెడ్"
    with Server({"clock.mode": "simulated", "clock.start": "2026-11-05T10:00:00Z"}) as server:
        server.publish_prices()
        account, token = server.account(name=name, address="12 Banjara Hills", city="Hyderabad", state="Telangana")
        server.goodwill(account, "100")
        sent = [event(account, server.now_ms()) for _ in range(20)]
        checks.equal("usage is rated", server.usage(sent).status, 200)
        server.advance("27d")
        nothing = {"status": None, "number": None, "issued-from": None, "issued-before": None, "oldest-first": False}
        page = server.call("invoices.list-documents", auth_id=account, kind="invoice", filter=nothing, after=None, limit=10)
        checks.equal("one invoice is issued", len(page["documents"]), 1)
        number = page["documents"][0]["number"]
        made = server.call("invoices.read-document", auth_id=account, number=number)
        route = f"/v1/Account/{account}/Invoice/{number}/pdf/"
        answer = server.get(route, bearer=server.token)
        checks.equal("the operator's route answers a PDF", (answer.status, answer.headers.get("content-type")), (200, "application/pdf"))
        checks.equal("with a name for its file", answer.headers.get("content-disposition"), f'inline; filename="invoice-{number}.pdf"')
        checks.equal("and its digest", answer.headers.get("etag"), '"' + hashlib.sha256(answer.body).hexdigest() + '"')
        pdf = FOLDER / "issued.pdf"
        pdf.write_bytes(answer.body)
        in_order("every amount of the invoice, in order", text_of(pdf), expected(made))
        in_order("the customer's name", text_of(pdf), [name])
        kept = list((server.data / "documents" / "pdf").glob("*/*.pdf"))
        checks.equal("it is kept under its digest", [one.stem for one in kept], [hashlib.sha256(answer.body).hexdigest()])
        mailed = [email.message_from_bytes(file.read_bytes()) for file in (server.data / "mail" / "new").iterdir()]
        mail = next(one for one in mailed if number in str(email.header.make_header(email.header.decode_header(one["Subject"]))))
        parts = {part.get_content_type(): part for part in mail.walk()}
        checks.equal("the mail about it has the same PDF with it (money-13)",
                     (parts["application/pdf"].get_filename(), parts["application/pdf"].get_payload(decode=True) == answer.body), (f"invoice-{number}.pdf", True))
        checks.holds("and says the currency (money-13)", parts["text/plain"].get_payload(decode=True).decode(), "Total: ", " USD", "attached as PDF")
        kept[0].write_bytes(b"%PDF-damaged")
        checks.true("what is damaged is printed anew, the same", server.get(route, bearer=server.token).body == answer.body)
        checks.true("and kept again", kept[0].read_bytes() == answer.body)
        customers = route
        for what, path, more, statuses in [
            ("no credentials", customers, {}, {401}),
            ("another kind", f"/v1/Account/{account}/Receipt/{number}/pdf/", {"auth": (account, token)}, {403, 404}),
            ("a number that was never given", f"/v1/Account/{account}/Invoice/2026-999999/pdf/", {"bearer": server.token}, {404}),
            ("another account", f"/v1/Account/MA{'0' * 18}/Invoice/{number}/pdf/", {"bearer": server.token}, {404}),
            ("no operator", route, {"bearer": "0" * 64}, {401}),
        ]:
            seen = server.get(path, **more)
            checks.true(f"{what}: {sorted(statuses)}", seen.status in statuses and not seen.body.startswith(b"%PDF"), seen)
        # Who may read a document is a rule: either all of it or none.
        seen = server.get(customers, auth=(account, token))
        checks.true("the customer's token: what the rules say", seen.status == 403 or seen.body == answer.body, seen)
        target = FOLDER / "cli.pdf"
        server.cli("invoices", "pdf", account, number, "-o", target)
        checks.true("the command line, on a running server", target.read_bytes() == answer.body)
        server.stop()
        target.unlink()
        server.offline("invoices", "pdf", account, number, "-o", target)
        checks.true("the command line, on a stopped server's store", target.read_bytes() == answer.body)
        # Other templates print what is new, not what was printed before.
        server.settings["documents.language"] = "de"
        server.start()
        checks.true("an issued document stays as it was printed", server.get(route, bearer=server.token).body == answer.body)
        server.stop()


shutil.rmtree(FOLDER, ignore_errors=True)
FOLDER.mkdir(parents=True)
all_samples()
hostile()
missing_letters()
templates()
bad_input()
issued()
checks.finish()
