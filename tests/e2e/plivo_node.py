"""Starts a server and runs the Node client of node/account.js against it."""

import os
import subprocess
import sys
from pathlib import Path

from coinbox import Server

with Server().stock() as server:
    account, token = server.account(name="Acme", email="acme@example.com")
    server.card(account, "tok_approve")
    server.recharge(account, "25.00")
    server.settings_of_account(account, {"standard-rate": "1000"})
    server.publish_prices()
    # Node resolves packages from where the script lies: a copy lies beside them.
    packages = Path(os.environ["NODE_PATH"]).parent
    script = packages / "account.js"
    script.write_bytes((Path(__file__).parent / "node" / "account.js").read_bytes())
    done = subprocess.run(["node", str(script)], env={**os.environ, "BASE": server.base, "AUTH_ID": account, "AUTH_TOKEN": token},
                          timeout=120, check=False)
sys.exit(done.returncode)
