"""What the walks share: a node to walk on, an API client, and a list of what was found."""

import http.client
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import uuid

API = "/bags/api/v1"
PASSWORD = os.environ.get("PORTICO_DEMO_PASSWORD", "Portico-demo-1!")


class Node:
    """Portico with small demonstration data on a free port; or one that runs already. Settings are `key=value`."""

    def __init__(self, binary, url=None, settings=()):
        self.url = url
        self.process = None
        if url:
            return
        self.folder = tempfile.mkdtemp(prefix="portico-browser-")
        self.log = open(os.path.join(self.folder, "log"), "w+", encoding="utf-8")
        self.binary = binary
        self.given = [word for setting in ("limits.mode=off", *settings) for word in ("--set", setting)]
        self.url = self.launch("0")
        self.port = self.url.rsplit(":", 1)[1]

    def launch(self, port):
        """Starts the program; its address."""
        self.process = subprocess.Popen(
            [self.binary, "serve", "bags", "--port", port, "--demo", "--demo-scale", "small", "--environment", "testing",
             "--data", os.path.join(self.folder, "data"), *self.given],
            stdout=subprocess.PIPE, stderr=self.log, stdin=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            found = re.search(r" serves at (http://\S+?)/$", line.strip())
            if found:
                return found[1]
        self.log.seek(0)
        raise SystemExit("Portico did not start:\n" + self.log.read()[-2000:])

    def kill(self):
        """An end without warning, as when the power fails."""
        self.process.kill()
        self.process.wait(60)

    def come_back(self):
        """The same address and the same data after an end."""
        self.launch(self.port)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(60)
            self.log.close()
            shutil.rmtree(self.folder, ignore_errors=True)


class Person:
    """A demonstration account at the API."""

    def __init__(self, url, role):
        self.address = url.split("//")[1]
        self.headers = {"Content-Type": "application/json"}
        self.email = f"{role}@bags.demo"
        status, body, headers = self.call("POST", "/session", {"email": self.email, "password": PASSWORD})
        if status != 201:
            raise SystemExit(f"signing in as {role} gave {status}: {body}")
        self.cookie = headers["Set-Cookie"].split(";")[0]
        self.csrf = body["csrf_token"]
        self.headers |= {"Cookie": self.cookie, "X-CSRF-Token": self.csrf}

    def access_token(self):
        """A token of the account, for half an hour."""
        return self.call("POST", "/tokens", {"email": self.email, "password": PASSWORD})[1]["access_token"]

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection(self.address, timeout=30)
        connection.request(method, API + path, None if body is None else json.dumps(body), self.headers)
        answer = connection.getresponse()
        data = answer.read()
        return answer.status, json.loads(data) if data else None, answer.headers

    def get(self, path):
        return self.call("GET", path)[1]

    def children(self, sack):
        return [child["code"] for child in self.get(f"/bags/{sack}").get("children", [])]

    def scan(self, sack, code):
        return self.call(
            "POST", "/scans/child", {"parent": sack, "code": code, "client_scan_id": str(uuid.uuid4())})

    def sack(self, code):
        return self.call("POST", "/scans/parent", {"code": code, "client_scan_id": str(uuid.uuid4())})


class Findings:
    """Checks that were made, and what came of them."""

    def __init__(self):
        self.made = 0
        self.failed = []

    def check(self, name, passed, detail=""):
        self.made += 1
        print(f"  {'ok  ' if passed else 'FAIL'}  {name}{'' if passed or not detail else f': {detail}'}", flush=True)
        if not passed:
            self.failed.append(name)
        return passed

    def note(self, text):
        print(f"        {text}", flush=True)


def settle(condition, seconds=15):
    """Whether a condition becomes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())


class Codes:
    """Codes that nobody has used: sacks from 60000 on, bags from 3000000 on, different in every run on one node."""

    def __init__(self):
        start = int(time.time()) % 30_000
        self.sacks = iter(range(60_000 + start, 100_000))
        self.bags = iter(range(3_000_000 + start * 200, 10_000_000))

    def sack(self):
        return f"SB{next(self.sacks)}"

    def moong(self):
        return f"M444-{next(self.sacks)}"

    def bag(self):
        return f"{next(self.bags)}"
