"""Validates the contract, then lets schemathesis send what it allows and what it does not. See schemathesis.sh."""

import argparse
import json
import os
import subprocess
import sys
import urllib.request

from openapi_spec_validator import OpenAPIV31SpecValidator

from support import Node, Person

CHECKS = ("not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
          "response_schema_conformance")
# What changes or ends the account that calls. It gets a run and an account of its own.
OWN = r"/api/v1/(sessions?|tokens|password|phone|second-factor|api-keys)(/|$)|/sign-out$"
# What signs everybody out, and so comes after everything else.
EVERYBODY = r"/users/sessions$"
# A stream that is opened well never ends, so no generator can wait for its answer.
ENDLESS = r"/stream$"


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/browser/schemathesis.sh", description=__doc__)
    parser.add_argument("--url", help="a testing node with demonstration data; default: one is started")
    parser.add_argument("--as", dest="roles", action="append",
                        help="a demonstration account (admin, dispatcher, …), repeatable")
    parser.add_argument("--postgresql", action="store_true",
                        help="start the node on PORTICO_TEST_POSTGRES, whose database must be empty")
    parser.add_argument("--examples", type=int, default=20, help="examples of each operation and phase")
    parser.add_argument("--program", required=True, help=argparse.SUPPRESS)
    return parser.parse_known_args()


def validate(url):
    """Whether the document is OpenAPI 3.1; says each mistake."""
    with urllib.request.urlopen(f"{url}/bags/openapi.json", timeout=30) as answer:
        document = json.load(answer)
    mistakes = list(OpenAPIV31SpecValidator(document).iter_errors())
    for mistake in mistakes:
        print(f"openapi.json: {'/'.join(map(str, mistake.absolute_path))}: {mistake.message[:300]}")
    operations = sum(len(each) for each in document["paths"].values())
    print(f"openapi.json: OpenAPI {document['openapi']}, {operations} operations, {len(mistakes)} mistakes", flush=True)
    return not mistakes


def send(options, url, token, selection, more):
    """One run of schemathesis with an access token; its status."""
    return subprocess.run(
        [options.program, "run", f"{url}/bags/openapi.json", "--url", url, "--header", f"Authorization: Bearer {token}",
         "--checks", CHECKS, *selection, "--max-examples", str(options.examples), "--seed", "1",
         "--request-timeout", "20", "--phases", "examples,coverage,fuzzing", "--workers", "1", *more],
        check=False).returncode


def main():
    options, more = arguments()
    settings = [f"database.url={os.environ['PORTICO_TEST_POSTGRES']}"] if options.postgresql else []
    node = Node(os.environ["PORTICO_BINARY"], options.url, settings)
    failed = []
    try:
        if not validate(node.url):
            failed.append("the document")
        # Before anybody tries sign-ins by the hundred, after which the account is locked for a while.
        last = Person(node.url, "admin").access_token()
        # First the run that may end sessions and lose its account, which nobody else uses; an administrator comes last,
        # because the others may be deactivated afterwards.
        for account in [None, *sorted(options.roles or ["admin", "dispatcher"], key="admin".__eq__)]:
            print(f"\nAs {account or 'an account that may lose itself'}", flush=True)
            selection = (["--exclude-path-regex", f"{OWN}|{ENDLESS}|{EVERYBODY}"] if account
                         else ["--include-path-regex", OWN])
            token = Person(node.url, account or "dispatcher.akola").access_token()
            if send(options, node.url, token, selection, more) != 0:
                failed.append(account or "the account itself")
        print("\nWhat signs everybody out", flush=True)
        if send(options, node.url, last, ["--include-path-regex", EVERYBODY], more) != 0:
            failed.append("signing everybody out")
    finally:
        node.stop()
    print(f"\nFAIL  {', '.join(failed)}" if failed else "\nPASS")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
