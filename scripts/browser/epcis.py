"""Validates what a node tells as EPCIS against GS1's JSON Schema. Called by scripts/check-epcis."""

import http.client
import json
import os
import sys
from datetime import datetime, timedelta, timezone

from jsonschema import Draft7Validator

from support import API, Codes, Findings, Node, Person


def fetch(person, target):
    connection = http.client.HTTPConnection(person.address, timeout=60)
    connection.request("GET", target, None, person.headers)
    answer = connection.getresponse()
    return answer.status, answer.read(), answer.headers


def act(person, codes):
    """One of every fact: linked, undone, unlinked, moved, emptied, dispatched, delivered; a sack with an SSCC."""
    first, second, third = codes.sack(), codes.sack(), codes.sack()
    for sack in (first, second, third):
        person.call("POST", "/scans/parent", {"code": sack, "area_code": "lucknow"})
    bags = [codes.bag() for _ in range(6)]
    for bag in bags:
        person.scan(first, bag)
    _, body, _ = person.scan(first, codes.bag())
    person.call("POST", f"/scans/{body['scan']['id']}/undo", {})
    person.call("POST", f"/bags/{bags[0]}/unlink", {"reason": "a torn label"})
    person.call("POST", f"/bags/{bags[1]}/move", {"to_parent": second, "reason": "the wrong sack"})
    person.call("POST", f"/bags/{first}/empty", {"reason": "the wrong product"})
    person.call("POST", f"/bags/{second}/sscc", {})
    bag = codes.bag()
    person.scan(third, bag)
    _, bill, _ = person.call("POST", "/bills", {"code": f"EPCIS {third}", "capacity": 2, "area_code": "lucknow"})
    for step, body in [
            ("parents", {"code": second}), ("parents", {"code": third}), ("complete", {}), ("gate-check", {}),
            ("gate-check/scans", {"code": second}), ("gate-check/scans", {"code": third}),
            ("dispatch", {"vehicle_number": "UP32AB1234", "driver_name": "Ram Lal"}),
            ("deliver", {"received_by": "Mohan Das"})]:
        status, answer, _ = person.call("POST", f"/bills/{bill['id']}/{step}", body)
        if status >= 300:
            raise SystemExit(f"{step} gave {status}: {answer}")
    _, ticket, _ = person.call(
        "POST", "/returns", {"area_code": "lucknow", "location": "Unnao", "consignee": "Kisan Seva Kendra"})
    if ticket and "id" in ticket:
        person.call("POST", f"/returns/{ticket['id']}/scans", {"code": third})
        person.call("POST", f"/returns/{ticket['id']}/cancel", {})
    return third, bag


def walk(person, query):
    """All pages of a query: the documents."""
    target = f"{API}/epcis/events?{query}"
    documents = []
    while target:
        status, data, headers = fetch(person, target)
        if status != 200:
            raise SystemExit(f"{target} gave {status}: {data[:300]}")
        documents.append(json.loads(data))
        link = headers.get("Link")
        target = link.split(">")[0][1:] if link else None
    return documents


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        validator = Draft7Validator(json.load(file), format_checker=Draft7Validator.FORMAT_CHECKER)
    findings = Findings()
    node = Node(os.environ.get("PORTICO_BINARY", ".build/debug/portico"))
    try:
        person = Person(node.url, "admin")
        sack, bag = act(person, Codes())
        documents = walk(person, "perPage=200")
        events = [event for document in documents
                  for event in document["epcisBody"]["queryResults"]["resultsBody"]["eventList"]]
        findings.note(f"{len(events)} events on {len(documents)} pages")
        wrong = [error for document in documents for error in validator.iter_errors(document)]
        findings.check("every page is a valid EPCISQueryDocument", not wrong, "; ".join(e.message[:200] for e in wrong[:3]))
        kinds = {(event["bizStep"], "errorDeclaration" in event) for event in events}
        for kind in [("packing", False), ("packing", True), ("unpacking", False), ("shipping", False), ("receiving", False)]:
            findings.check(f"{kind[0]}{', declared an error' if kind[1] else ''} is among them", kind in kinds)
        returned = [event for event in events if event["disposition"] == "returned"]
        declared = {event["eventID"] for event in returned if "errorDeclaration" in event}
        findings.check("a returned sack is told with its ticket, and declared an error where the ticket was cancelled",
                       declared and all(event["bizTransactionList"][0]["type"] == "rma" for event in returned)
                       and declared <= {event["eventID"] for event in returned if "errorDeclaration" not in event},
                       f"{returned[-2:]}")
        findings.check("the order is that of recording",
                       [e["recordTime"] for e in events] == sorted(e["recordTime"] for e in events))
        now = datetime.now(timezone.utc)
        start = (now - timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
        end = (now + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        status, data, _ = fetch(person, f"{API}/exports/epcis.json?from={start}&to={end}")
        document = json.loads(data)
        wrong = list(validator.iter_errors(document))
        findings.check("the export is a valid EPCISDocument", status == 200 and not wrong,
                       "; ".join(e.message[:200] for e in wrong[:3]))
        expected = [event for event in events if start <= event["recordTime"] < end]
        findings.check("the export has every event of its time", document["epcisBody"]["eventList"] == expected,
                       f"{len(document['epcisBody']['eventList'])} of {len(expected)}")
        for code in (sack, bag):
            epc = person.get(f"/bags/{code}")["epc"]
            found = walk(person, f"MATCH_anyEPC={epc}")
            about = [event for document in found
                     for event in document["epcisBody"]["queryResults"]["resultsBody"]["eventList"]]
            expected = [event for event in events if epc in
                        [event.get("parentID"), *event.get("childEPCs", []), *event.get("epcList", [])]]
            findings.check(f"{epc} finds exactly the events that name it", about == expected,
                           f"{len(about)} of {len(expected)}")
    finally:
        node.stop()
    print(f"{findings.made - len(findings.failed)} of {findings.made} checks passed")
    return 1 if findings.failed else 0


if __name__ == "__main__":
    sys.exit(main())
