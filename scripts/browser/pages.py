"""Which pages there are: what the routes declare, for every role that may look at them, with something to look at."""

import json
import re
import subprocess
import time
import urllib.request
import uuid

from support import Person

# Pages that look different with something in the query.
VARIATIONS = {
    "/bags/scan": ["?parent={sack}"],
    "/bags/find": ["?code={child}", "?code=9999999"],
    "/bags/bags": ["?q=ZZZZ", "?kind=child"],
    "/bags/bills": ["?q=ZZZZ"],
    "/bags/audit": ["?action=no.such"],
    "/bags/exports": ["?name=epcis&format=json&from=2026-01-01&to=2026-03-01"],
    "/bags/ops/sql": ["?sort=p99&all=true"],
    "/bags/ops/jobs": ["?tag=kind:packing", "?tag=no-such"],
    "/bags/ops/mail": ["?q=ZZZZ"],
}
# Pages that lead elsewhere for somebody who comes out of the blue.
LEADING = {"/bags/sign-in/code", "/bags/id/{kind}/{key}"}
# Pages that have something else to say than 200.
STATUSES = {"/bags/exports?name=epcis&format=json&from=2026-01-01&to=2026-03-01": 422,
            "/bags/find?code=9999999": 404, "/bags/invitation": 410, "/bags/account/address/confirm": 410}
# Pages about what bag tracking makes none of.
UNFILLED = {"/bags/ops/workflows/{id}"}
ROLES = ["dispatcher", "gatekeeper", "biller", "admin"]


def declared(binary):
    """The pages that the program declares: path pattern and roles; None stands for nobody signed in."""
    told = subprocess.run([binary, "permissions", "bags", "--json"], check=True, capture_output=True, text=True).stdout
    return [(route["path"], [None] if route["is_open"] else route["roles"])
            for route in json.loads(told)["routes"] if route["method"] == "GET" and route["speaks"] == "page"]


class Samples:
    """Things with pages of their own, made where the demonstration has none."""

    def __init__(self, url, sack, child, codes):
        self.url = url
        self.sack, self.child = sack, child
        self.people = {role: Person(url, role) for role in ROLES}
        admin = self.people["admin"]
        # The second import is what an administrator sees mostly: one that found mistakes.
        lorry = codes.sack()
        self.imports = [self.imported(f"code\n{codes.bag()}\n{lorry}\n"), self.imported(f"code\n{codes.bag()}\n??\n")]
        self.loaded(lorry)
        self.loaded(sack, checks=True)
        self.made(admin, "/returns", {"area_code": "lucknow", "location": "Depot gate"})
        self.webhook = self.made(admin, "/webhooks", {
            "url": "https://hooks.example.org/bags", "events": ["bill.dispatched"]})
        self.user = next(each["id"] for each in self.items(admin, "/users") if each["role"] == "dispatcher")
        self.tickets = [each["id"] for state in ("open", "committed", "cancelled")
                        for each in self.items(admin, f"/returns?limit=1&state={state}")]
        self.jobs = [each["id"] for each in self.items(admin, "/operations/jobs?limit=1")]
        self.mails = [each["id"] for each in self.items(admin, "/operations/mails?kind=bags.import&limit=1")]
        # One as the program declares it, one that an operator has changed.
        self.schedules = ["bags.stale_gate_checks", "bags.counter_check"]
        status, answer, _ = admin.call(
            "PUT", "/operations/schedules/bags.counter_check", {"cron": "15 4 * * *", "zone": "UTC", "missed": "once"})
        if status != 200:
            raise SystemExit(f"/operations/schedules gave {status}: {answer}")
        status, answer, _ = admin.call(
            "POST", "/operations/suppressions", {"address": "gone@example.org", "reason": "Asked for by telephone"})
        if status not in (201, 409):
            raise SystemExit(f"/operations/suppressions gave {status}: {answer}")

    @staticmethod
    def items(person, path):
        status, body, _ = person.call("GET", path)
        if status != 200:
            raise SystemExit(f"{path} gave {status}: {body}")
        return body["items"]

    @staticmethod
    def made(person, path, body):
        status, answer, _ = person.call("POST", path, body)
        if status != 201:
            raise SystemExit(f"{path} gave {status}: {answer}")
        return answer["id"]

    def imported(self, text):
        """A file that was imported, to its end."""
        admin, edge = self.people["admin"], uuid.uuid4().hex
        fields = [("kind", None, "packing"), ("area_code", None, "lucknow"), ("file", "bags.csv", text)]
        parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{name}"'
                 + (f'; filename="{file}"' if file else "") + f"\r\n\r\n{value}\r\n" for name, file, value in fields]
        request = urllib.request.Request(
            f"{self.url}/bags/api/v1/imports", ("".join(parts) + f"--{edge}--\r\n").encode(),
            admin.headers | {"Content-Type": f"multipart/form-data; boundary={edge}"}, method="POST")
        with urllib.request.urlopen(request, timeout=60) as answer:
            job = json.load(answer)["id"]
        for _ in range(600):
            if admin.get(f"/jobs/{job}")["state"] in ("succeeded", "failed", "cancelled"):
                return job
            time.sleep(0.1)
        raise SystemExit(f"import {job} does not end")

    def loaded(self, sack, checks=False):
        """Puts a sack of Lucknow on a bill of its own that is complete, and starts its check at the gate."""
        admin = self.people["admin"]
        bill = self.made(admin, "/bills", {"code": f"Looks {sack}", "capacity": 5, "area_code": "lucknow"})
        steps = [(f"/bills/{bill}/parents", {"code": sack}), (f"/bills/{bill}/complete", {"short_reason": "Small lorry"})]
        for path, body in steps + ([(f"/bills/{bill}/gate-check", {})] if checks else []):
            status, answer, _ = admin.call("POST", path, body)
            if status not in (200, 201):
                raise SystemExit(f"{path} gave {status}: {answer}")

    def bills(self, role, states):
        """A bill of each state that this role can see."""
        found = [self.items(self.people[role], f"/bills?limit=1&state={state}") for state in states]
        return [bills[0]["id"] for bills in found if bills]

    def paths(self, pattern, role):
        """Addresses of a page as somebody of that role comes to it; none where nothing is known to fill it with."""
        everything = ["open", "completed", "loading", "dispatched", "delivered", "cancelled"]
        filled = {
            "/bags/bags/{code}": lambda: [self.sack, self.child],
            "/bags/bills/{id}": lambda: self.bills(role, everything),
            "/bags/bills/{id}/sheet": lambda: self.bills(role, ["completed"]),
            "/bags/bills/{id}/gate": lambda: self.bills(role, ["completed", "loading"]),
            "/bags/returns/{id}": lambda: self.tickets,
            "/bags/imports/{id}": lambda: self.imports,
            "/bags/users/{id}": lambda: [self.user],
            "/bags/settings/webhooks/{id}": lambda: [self.webhook],
            "/bags/ops/jobs/{id}": lambda: self.jobs,
            "/bags/ops/mail/{id}": lambda: self.mails,
            "/bags/ops/schedules/{name}": lambda: self.schedules,
            "/bags/id/{kind}/{key}": lambda: [f"obj/{self.sack}"],
        }
        if "{" not in pattern:
            return [pattern, *(pattern + each.format(sack=self.sack, child=self.child)
                               for each in VARIATIONS.get(pattern, []))]
        values = filled[pattern]() if pattern in filled else []
        return [re.sub(r"\{[^/]+\}(/\{[^/]+\})?", str(value), pattern, count=1) for value in values]


def visits(binary, samples, findings):
    """Every address to look at, by role, with the status that is expected of it."""
    found = {None: [("/", 200)]}
    for pattern, roles in declared(binary):
        for role in roles:
            paths = samples.paths(pattern, role)
            findings.check(f"{pattern} can be looked at as {role or 'nobody'}", paths or pattern in UNFILLED,
                           "nothing is known to fill it with")
            status = 303 if pattern in LEADING else 200
            found.setdefault(role, []).extend((path, STATUSES.get(path, status)) for path in paths)
    found["dispatcher"].append(("/bags/no-such-page", 404))
    return found
