#!/usr/bin/env bash
# Validates /bags/openapi.json as OpenAPI 3.1, then sends what it allows, and much that it does not, to every operation, and
# fails on any answer of 5xx or of another shape than the document says.
#
#     scripts/browser/schemathesis.sh                               as administrator and as dispatcher, on SQLite
#     scripts/with-servers scripts/browser/schemathesis.sh --postgresql
#     scripts/browser/schemathesis.sh --as biller --examples 50     one role; more examples of each operation (20)
#     scripts/browser/schemathesis.sh --url URL [arguments of `schemathesis run`]
#
# URL is a testing node with demonstration data that may be filled with rubbish; without one a node is started. Operations
# that end sessions or change a password are sent first, by an account of their own. Only the event stream is left out: an
# answer that never ends has no shape to compare.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
export PYTHONDONTWRITEBYTECODE=1
# shellcheck source=scripts/browser/environment
. "$here/environment"
environment=$(browser_environment "$root" "$here/schemathesis.txt" schemathesis)
export PORTICO_BINARY=${PORTICO_BINARY:-$root/.build/release/portico} PYTHONPATH=$here
exec "$environment/bin/python3" "$here/contract.py" --program "$environment/bin/schemathesis" "$@"
