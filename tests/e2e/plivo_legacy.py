"""The legacy Python client plivo 0.11 against a server. It answers the status, so that statuses can be compared exactly."""

import plivo

from coinbox import Checks, Server

checks = Checks()

with Server() as server:
    account, token = server.account(name="Legacy", email="legacy@example.com", billing=False)
    api = plivo.RestAPI(account, token, url=server.base)

    status, body = api.get_account()
    checks.equal("get: status", status, 200)
    checks.equal("get: body", {key: value for key, value in body.items() if key != "api_id"}, {
        "account_type": "standard", "address": "", "auth_id": account, "auto_recharge": False, "billing_mode": "prepaid",
        "cash_credits": "0.00000", "city": "", "currency": "USD", "name": "Legacy", "resource_uri": f"/v1/Account/{account}/", "state": "",
        "timezone": "UTC",
    })
    status, body = api.modify_account({"name": "Legacy 2", "city": "Pune", "address": "MG Road", "state": "Maharashtra",
                                       "timezone": "Asia/Kolkata"})
    checks.equal("modify: status", status, 202)
    checks.equal("modify: message", body["message"], "changed")
    status, body = api.get_account()
    checks.equal("modify: all five fields", [body[key] for key in ("name", "city", "address", "state", "timezone")],
                 ["Legacy 2", "Pune", "MG Road", "Maharashtra", "Asia/Kolkata"])
    status, body = api.modify_account({"timezone": "Mars/Olympus"})
    checks.equal("unknown time zone: status", status, 400)
    checks.true("unknown time zone: text names it", "timezone" in body["error"], body)
    status, body = api.modify_account({})
    checks.equal("empty update: status", status, 202)
    checks.equal("empty update: message", body["message"], "changed")
    status, body = plivo.RestAPI(account, "x" * 40, url=server.base).get_account()
    checks.equal("wrong token: status", status, 401)
    checks.true("wrong token: JSON", "error" in body, body)

checks.finish()
