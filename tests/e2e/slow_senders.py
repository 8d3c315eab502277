"""sec-01: places, connections and unread answers that one sender could hold, in both directions, against a server with small numbers."""

import socket
import time

from coinbox import PRICES, Checks, Server, basic, poll

checks = Checks()
# Enough for everybody, little enough to be used up within a second.
SETTINGS = {
    "limits.concurrent-requests": 16,
    "limits.operator-requests": 2,
    "limits.account-requests": 4,
    # More than one of these tests has under way at once before its account is known: everybody here has the same address.
    "limits.address-requests": 12,
    "limits.connections": 60,
    "limits.request-seconds": 5,
}


def opened(server):
    connection = socket.create_connection(("127.0.0.1", server.port))
    connection.settimeout(10)
    return connection


def begun(server, auth, path, length=100, method="POST"):
    """A request whose head is complete and whose body is not."""
    connection = opened(server)
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {auth}\r\nContent-Length: {length}\r\n\r\n{{"
    connection.sendall(head.encode())
    return connection


def status(connection):
    """The status of what was answered; None: nothing yet, 0: closed without an answer."""
    connection.settimeout(0.5)
    try:
        line = connection.recv(64).split(b" ")
    except TimeoutError:
        return None
    except OSError:
        return 0
    return int(line[1]) if len(line) > 1 else 0


def everybody_is_served(name, server, other):
    answer = server.get(f"/v1/Account/{other[0]}/", auth=other)
    checks.equal(f"{name}: another account is served", answer.status, 200)
    answer = server.post("/v1/Usage/", {"events": []}, bearer=server.token)
    checks.equal(f"{name}: usage is taken", answer.status, 200)
    checks.equal(f"{name}: the operator is served", len(server.call("accounts.list", after=None, limit=1)["accounts"]), 1)
    checks.equal(f"{name}: it is ready", server.get("/readyz").status, 200)


def slow_bodies(server, mine, other):
    path = f"/v1/Account/{mine[0]}/"
    held = [begun(server, basic(*mine), path) for _ in range(30)]
    answers = [status(connection) for connection in held]
    told = answers.count(429) + answers.count(503)
    checks.equal("of thirty slow bodies of one account four wait, the others are told", (answers.count(None), told), (4, 26))
    everybody_is_served("slow bodies", server, other)
    checks.equal("the account itself is told", server.get(path, auth=mine).status, 429)
    for connection in held:
        connection.close()
    poll("its share comes back", lambda: server.get(path, auth=mine).status == 200)
    # What does not come in time is answered so, and gives its share back too.
    late = [begun(server, basic(*mine), path) for _ in range(4)]
    checks.equal("a body that never comes", poll("an answer", lambda: status(late[0])), 408)
    poll("its share comes back after the time", lambda: server.get(path, auth=mine).status == 200)


def slow_strangers(server, mine, other):
    held = [begun(server, basic(mine[0], "0" * 40), f"/v1/Account/{mine[0]}/") for _ in range(30)]
    answers = [status(connection) for connection in held]
    checks.equal("a wrong token is answered before its body", answers.count(401) + answers.count(429), 30)
    checks.true("somebody else's account is not blocked by it", server.get(f"/v1/Account/{mine[0]}/", auth=mine).status == 200)
    held = [begun(server, "Bearer wrong", "/v1/Usage/", 1_000_000) for _ in range(30)]
    answers = [status(connection) for connection in held]
    checks.equal("so is a wrong operator token", answers.count(401) + answers.count(429), 30)
    everybody_is_served("strangers", server, other)


def slow_operator(server, other):
    """A slow program of the operator's: bodies of several megabytes that stop."""
    held = [begun(server, f"Bearer {server.token}", "/v1/Usage/", 1_000_000) for _ in range(20)]
    time.sleep(0.2)
    everybody_is_served("twenty slow usage batches", server, other)
    for connection in held:
        connection.close()


def silent_connections(server, mine, other):
    """More than there are connections: nothing at all, and half a head."""
    held = [opened(server) for _ in range(100)]
    for connection in held[::2]:
        try:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost:")
        except OSError:
            pass
    everybody_is_served("silent connections", server, other)
    closed = [status(connection) for connection in held[:30]]
    checks.true("the ones that waited longest made room", closed.count(0) >= 30, closed)
    for connection in held:
        connection.close()
    checks.equal("and the account is served", server.get(f"/v1/Account/{mine[0]}/", auth=mine).status, 200)


def unread_answers(server, mine, other):
    """Answers that nobody reads: the account's share, until the time is over."""
    path = f"/v1/Account/{mine[0]}/"
    asked = f"{path}Pricing/?country_iso=IN"
    # A thousand of them fit into no buffer between the server and whoever does not read.
    checks.true("there is something long to ask for", len(server.get(asked, auth=mine).body) > 10_000, server.get(asked, auth=mine))
    held = []
    for _ in range(8):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", server.port))
        connection.setblocking(False)
        ask = f"GET {asked} HTTP/1.1\r\nHost: x\r\nAuthorization: {basic(*mine)}\r\n\r\n"
        # One after another on each connection, none of them read.
        connection.send((ask * 1000).encode())
        held.append(connection)
    poll("the account's share is used up by what it does not read", lambda: server.get(path, auth=mine).status == 429)
    everybody_is_served("unread answers", server, other)
    # The connections stay open: the server gives up by itself.
    poll("the account is served again", lambda: server.get(path, auth=mine).status == 200, 30)
    checks.true("answers that nobody reads are given up", True)
    for connection in held:
        connection.close()


def main():
    with Server(SETTINGS) as server:
        server.publish_prices(PRICES + [("voice", "outbound", "IN", f"91{area}", f"0.0{area}", 60, 60) for area in range(200, 500)])
        accounts = []
        for name in ("Slow", "Other"):
            made = server.account(name, f"{name.lower()}@example.com")
            server.settings_of_account(made[0], {"standard-rate": "10000"})
            accounts.append(made)
        mine, other = accounts
        slow_bodies(server, mine, other)
        slow_strangers(server, mine, other)
        slow_operator(server, other)
        silent_connections(server, mine, other)
        unread_answers(server, mine, other)
        checks.equal("the server ends in order", server.stop(), 0)
    checks.finish()


main()
