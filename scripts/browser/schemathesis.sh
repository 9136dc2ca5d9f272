#!/usr/bin/env bash
# Sends what the contract allows, and much that it does not, to every operation of bag tracking, and fails on any answer
# of 5xx or of another shape than /bags/openapi.json says.
#
#     scripts/browser/schemathesis.sh [URL] [arguments of `schemathesis run`]
#
# URL is a testing node with demonstration data that may be filled with rubbish; without one a node is started. Every
# request is the administrator's, with an access token. EXAMPLES (20) bounds the examples per operation.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
export PYTHONDONTWRITEBYTECODE=1
# shellcheck source=scripts/browser/environment
. "$here/environment"
environment=$(browser_environment "$root" "$here/schemathesis.txt" schemathesis)
url=
if [[ ${1:-} == http* ]]; then
    url=$1
    shift
fi
export PORTICO_BINARY=${PORTICO_BINARY:-$root/.build/release/portico} PYTHONPATH=$here
exec "$environment/bin/python3" "$here/contract.py" "$environment/bin/schemathesis" "$url" "$@"
