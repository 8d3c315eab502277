"""The Python client plivo 4.63 against a server: what a customer's program would do with the Account resource."""

import re

import plivo
from plivo import exceptions

from coinbox import Checks, Server

TELUGU = "శ్రీ వెంకటేశ్వర ట్రేడర్స్"
checks = Checks()
# Every checked request counts against the account's limit, and this test makes many.
LIMITS = {"standard-rate": "1000"}


def raised(call):
    try:
        call()
    except Exception as error:  # The class is what is checked.
        return type(error)
    return None


with Server(settings={"clock.mode": "simulated", "clock.start": "2026-03-18T12:00:00Z"}).stock() as server:

    class Local(plivo.RestClient):
        def send_request(self, req, **kw):
            req.url = req.url.replace("https://api.plivo.com", server.base)
            return super().send_request(req, **kw)

    account, token = server.account(name="Wayne Enterprises", email="lucius@wayne.example")
    other, other_token = server.account(name="Other", email="other@example.com")
    server.settings_of_account(account, LIMITS)
    client = Local(account, token)

    checks.equal("D1 a new account shows 0.00000", client.account.get().cash_credits, "0.00000")
    server.card(account, "tok_approve")
    checks.equal("a recharge by hand succeeds", server.recharge(account, "25.00"), "succeeded")
    checks.equal("D1 cash_credits are text with five decimals", client.account.get().cash_credits, "25.00000")

    server.publish_prices()
    rated = server.usage([{"id": "d1", "auth_id": account, "product": "voice", "heading": "outbound", "number": "12025550100",
                           "quantity": 924, "at": server.now_ms()}])
    checks.equal("a call of 924 s at 0.0085 costs 0.13600", rated.json["amount"], "0.13600")
    prices = client.pricing.get("US")
    checks.equal("D13 rent of a local number", prices.phone_numbers.local.rate, "0.80000")
    checks.equal("D13 rent and set-up fee", (prices.phone_numbers.local.rates[0].rental_rate, prices.phone_numbers.local.rates[0].setup_rate),
                 ("0.80000", "0.50000"))
    checks.equal("D13 the country", (prices.country, prices.country_code, prices.country_iso), ("United States", 1, "US"))
    checks.equal("D13 messages", (prices.message.outbound.rate, prices.message.inbound.rate), ("0.00555", None))
    checks.equal("D13 calls", (prices.voice.outbound.local.rate, prices.voice.inbound.local.rate, prices.voice.inbound.tollfree.rate),
                 ("0.00850", "0.00450", None))
    checks.equal("D13 prefixes", [(row.prefix, row.rate) for row in prices.voice.outbound.rates], [(["1"], "0.00850")])
    checks.equal("a country without prices is a ResourceNotFoundError", raised(lambda: client.pricing.get("ZZ")),
                 exceptions.ResourceNotFoundError)

    checks.equal("D1 after usage", client.account.get().cash_credits, "24.86400")
    server.call("credits.adjust", auth_id=account, adjustment={"debit": {"amount": "30000000"}}, reason="test")
    checks.equal("D1 below zero", client.account.get().cash_credits, "-5.13600")

    seen = client.account.get()
    checks.equal("account_type", seen.account_type, "standard")
    checks.equal("billing_mode", seen.billing_mode, "prepaid")
    checks.equal("auto_recharge is a boolean", seen.auto_recharge, False)
    checks.equal("auth_id", seen.auth_id, account)
    checks.equal("resource_uri", seen.resource_uri, f"/v1/Account/{account}/")
    checks.equal("the address is that of billing, empty fields are empty text", (seen.address, seen.city, seen.state), ("1 Main Street", "", ""))
    checks.equal("timezone", seen.timezone, "UTC")
    checks.true("api_id is a UUID", re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", seen.api_id), seen.api_id)
    checks.true("api_id is new in every answer", client.account.get().api_id != seen.api_id)

    changed = client.account.update(name="Lucius Fox", city="New York", address="Times Square")
    checks.equal("D2 message", changed.message, "changed")
    seen = client.account.get()
    checks.equal("D2 the values are changed", (seen.name, seen.city, seen.address), ("Lucius Fox", "New York", "Times Square"))
    client.account.update(city="Gotham")
    seen = client.account.get()
    checks.equal("one field changes alone, nulls are not supplied", (seen.name, seen.city, seen.address),
                 ("Lucius Fox", "Gotham", "Times Square"))
    client.account.update(name=TELUGU, city="తిరుపతి", address="1వ వీధి")
    seen = client.account.get()
    checks.equal("Telugu text comes back as it went", (seen.name, seen.city, seen.address), (TELUGU, "తిరుపతి", "1వ వీధి"))
    checks.equal("a name of 101 letters is a ValidationError", raised(lambda: client.account.update(name="n" * 101)),
                 exceptions.ValidationError)
    checks.equal("and changes nothing", client.account.get().name, TELUGU)

    server.goodwill(account, "20.00")
    paid = client.account.get().cash_credits
    checks.equal("before renting", paid, "14.86400")
    offers = client.numbers.search("US", type="local", limit=5)
    checks.equal("D7 rent of a local number", offers.objects[0].monthly_rental_rate, "0.80000")
    checks.equal("D7 the page", (offers.meta.total_count, [offer.number for offer in offers.objects]),
                 (3, ["12125550102", "14155550100", "14155550101"]))
    checks.equal("D7 an offer", (offers.objects[1].type, offers.objects[1].sub_type, offers.objects[1].setup_rate, offers.objects[1].prefix,
                                 offers.objects[1].voice_rate, offers.objects[1].sms_enabled),
                 ("fixed", "local", "0.50000", "415", "0.00450", True))
    checks.equal("toll-free numbers", [offer.number for offer in client.numbers.search("US", type="tollfree").objects], ["18005550103"])
    found = client.numbers.search("US", pattern="415", services="voice,sms,mms").objects
    checks.equal("pattern and services", [offer.number for offer in found], ["14155550100"])
    checks.equal("D8 status", client.numbers.buy("14155550100").status, "fulfilled")
    # Bought on the 18th of 31 days: 14 days of 0.80 are 0.36129, and 0.50 of set-up fee.
    checks.equal("D8 set-up fee and the rest of the month are taken", client.account.get().cash_credits, "14.00271")
    checks.equal("a number that is rented is not found", raised(lambda: client.numbers.buy("14155550100")), exceptions.ResourceNotFoundError)
    checks.equal("nor is one that does not exist", raised(lambda: client.numbers.buy("14155559999")), exceptions.ResourceNotFoundError)
    checks.equal("and nothing is charged", client.account.get().cash_credits, "14.00271")
    listed = client.numbers.list()
    checks.equal("D9 number", [number.number for number in listed.objects], ["14155550100"])
    number = client.numbers.get("14155550100")
    checks.equal("D10 renewal_date", number.renewal_date, "2026-04-01")
    checks.equal("a rented number", (number.added_on, number.number_type, number.monthly_rental_rate, number.sub_account, number.alias,
                                     number.country, number.carrier), ("2026-03-18", "local", "0.80000", None, None, "United States", "Plivo"))
    checks.equal("D11 message", client.numbers.update("14155550100", alias="front desk").message, "changed")
    checks.equal("D11 the alias is changed", client.numbers.get("+14155550100").alias, "front desk")
    sub = server.call("subaccounts.create", parent=account, name="desk", enabled=True)["auth-id"]
    client.numbers.update("14155550100", subaccount=sub)
    number = client.numbers.get("14155550100")
    checks.equal("a number goes to a sub-account", (number.sub_account, number.sub_account_name), (sub, "desk"))
    checks.equal("and is listed there", client.numbers.list(subaccount=sub).meta.total_count, 1)
    checks.equal("D17 a deleted sub-account", client.subaccounts.delete(sub), None)
    checks.equal("leaves its numbers to the main account", client.numbers.get("14155550100").sub_account, None)
    checks.equal("D12 nothing", client.numbers.delete("14155550100"), None)
    checks.equal("a released number is a ResourceNotFoundError", raised(lambda: client.numbers.get("14155550100")),
                 exceptions.ResourceNotFoundError)
    checks.equal("nothing is given back", client.account.get().cash_credits, "14.00271")

    wrong = Local(account, other_token)
    checks.equal("the token of another account is an AuthenticationError", raised(wrong.account.get), exceptions.AuthenticationError)
    checks.equal("so is an account that does not exist", raised(Local("MA" + "Z" * 18, token).account.get),
                 exceptions.AuthenticationError)

    class Foreign(Local):
        def send_request(self, req, **kw):
            req.url = req.url.replace(account, other)
            return super().send_request(req, **kw)

    checks.equal("good credentials on another account's path", raised(Foreign(account, token).account.get),
                 exceptions.AuthenticationError)

    sub = server.call("subaccounts.create", parent=account, name="sales", enabled=True)
    checks.equal("a sub-account on the Account resource", raised(Local(sub["auth-id"], sub["auth-token"]).account.get),
                 exceptions.AuthenticationError)

    server.call("accounts.set-standing", auth_id=other, standing={"suspended": "payment-failure"}, details="")
    checks.equal("a suspended account is a ForbiddenError", raised(Local(other, other_token).account.get), exceptions.ForbiddenError)

checks.finish()
