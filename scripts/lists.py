#!/usr/bin/env python3
"""Makes the snapshots of host/lists/ from the packages that they come from.

    scripts/lists.py DIRECTORY

DIRECTORY holds the unpacked packages, as `pip download` and `npm pack` bring them:

    disposable_email_domains/__init__.py     PyPI disposable-email-domains
    zxcvbn/frequency_lists.py                PyPI zxcvbn
    free-email-domains/domains.json          npm free-email-domains
    email-providers/all.json                 npm email-providers
    asn/asn-ipv4.csv, asn/asn-ipv6.csv       npm @ip-location-db/asn

Calling codes and prefixes come from host/src/countries.csv and prefixes-own.txt. Source, edition, date and licence of each list stand in host/lists/lists.json, which is written by hand.
"""

import ast
import csv
import ipaddress
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent / "host" / "lists"
# Signs that stand for letters; as guest/rules/lists/src/passwords.rs reads them.
LEET = str.maketrans("0@1!3$57", "oaliesst")
PASSWORDS = 10_000


def base_form(password):
    lower = password.lower()
    while lower and not lower[0].isalpha():
        lower = lower[1:]
    while lower and not lower[-1].isalpha():
        lower = lower[:-1]
    return lower.translate(LEET)


def named(path, name):
    """The value that a module gives to a name, without running the module."""
    for node in ast.parse(path.read_text()).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(getattr(target, "id", None) == name for target in targets):
            return node.value
    sys.exit(f"{path} has no {name}")


def write(name, lines):
    (HERE / name).write_text("".join(f"{line}\n" for line in lines))
    print(f"{name}: {len(lines)}")


def mail(packages):
    value = named(packages / "disposable_email_domains/__init__.py", "blocklist")
    text = ast.unparse(value)
    disposable = {domain.lower() for domain in ast.literal_eval(text[text.index("{") : text.rindex("}") + 1])}
    free = json.loads((packages / "free-email-domains/domains.json").read_text())
    providers = json.loads((packages / "email-providers/all.json").read_text())
    own = [line for line in (HERE / "personal-mail-own.txt").read_text().split() if line]
    keep = set((HERE / "personal-mail-not.txt").read_text().split())
    good = lambda domain: domain.isascii() and "." in domain and all(
        label and not label.startswith("-") and not label.endswith("-") and label.replace("-", "").isalnum()
        for label in domain.split(".")
    )
    # Names below a service for changing addresses are no mailbox providers.
    personal = {domain.lower() for domain in providers} | {domain.lower() for domain in free if domain.count(".") == 1}
    personal = (personal | set(own)) - disposable - keep
    write("disposable-mail.txt", sorted(filter(good, disposable)))
    write("personal-mail.txt", sorted(filter(good, personal)))


def passwords(packages):
    value = named(packages / "zxcvbn/frequency_lists.py", "FREQUENCY_LISTS")
    lists = dict(zip([ast.literal_eval(key) for key in value.keys], value.values))
    node = lists["passwords"]
    words = ast.literal_eval(node) if not isinstance(node, ast.Call) else ast.literal_eval(node.func.value).split(",")
    seen, kept = set(), []
    for word in words:
        base = base_form(word)
        if len(base) >= 3 and base not in seen:
            seen.add(base)
            kept.append(base)
    write("common-passwords.txt", kept[:PASSWORDS])


def networks(packages):
    kinds = {}
    for line in (HERE / "asns.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            number, kind, _ = line.split(" ", 2)
            kinds[int(number)] = kind
    lines = []
    for name in ("asn-ipv4.csv", "asn-ipv6.csv"):
        merged = []
        with (packages / "asn" / name).open(newline="") as table:
            for first, last, number, _ in csv.reader(table):
                kind = kinds.get(int(number))
                if kind is None:
                    continue
                first, last = ipaddress.ip_address(first), ipaddress.ip_address(last)
                if merged and merged[-1][2] == kind and int(merged[-1][1]) + 1 == int(first):
                    merged[-1][1] = last
                else:
                    merged.append([first, last, kind])
        merged.sort(key=lambda range: int(range[0]))
        for before, after in zip(merged, merged[1:]):
            assert before[1] < after[0], (before, after)
        for first, last, kind in merged:
            networks = list(ipaddress.summarize_address_range(first, last))
            text = str(networks[0]) if len(networks) == 1 else f"{first}-{last}"
            lines.append(f"{text} {kind}")
    write("networks.txt", lines)


def numbers():
    countries = {}
    kinds = {}
    with (HERE.parent / "src" / "countries.csv").open(newline="") as table:
        for row in csv.DictReader(table):
            for code in row["prefixes"].split():
                countries.setdefault(code, []).append(row["country"])
            kinds.update({prefix: "premium" for prefix in row["premium"].split()})
    for line in (HERE / "prefixes-own.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            prefix, kind = line.split()
            kinds[prefix] = kind
    write("calling-codes.txt", [f"{code} {' '.join(countries[code])}" for code in sorted(countries)])
    write("prefixes.txt", [f"{prefix} {kinds[prefix]}" for prefix in sorted(kinds)])


def main():
    packages = Path(sys.argv[1])
    numbers()
    mail(packages)
    passwords(packages)
    networks(packages)


main()
