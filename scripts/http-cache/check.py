"""What REDbot says of every address that a cache may see: check.py BASE_URL."""

import multiprocessing
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from configparser import ConfigParser

import thor
from redbot.resource import HttpResource

PLACES = [
    "/", "/livez", "/bags/sign-in", "/bags/reset", "/bags/sign-in/link", "/bags/openapi.json", "/bags/.well-known/jwks.json",
    "/bags/packing.webmanifest", "/bags/gate.webmanifest", "/bags/icon.svg", "/bags/sw.js",
]

# Notes that count although they are no errors: something about caches, codings or validators is not as it could be.
COUNTED = ("BAD", "WARN")

# Notes that stand for a decision, by name of REDbot's class, with the reason.
BORNE = {
    "FRESHNESS_NO_CACHE_NO_VALIDATOR": "a page with a form's token is another one each time",
    "STORE_PUBLIC_UNNECESSARY": "a proxy that knows less than RFC 9111 keeps an asset because of it",
}


def config():
    parser = ConfigParser()
    parser.read_dict({"redbot": {"enable_local_access": "True"}})
    return parser["redbot"]


def links(base, text):
    """What a page of this host names by href or src."""
    for found in re.findall(rb'(?:href|src)="([^"#]+)"', text):
        place = urllib.parse.urljoin(base, found.decode().replace("&amp;", "&"))
        if urllib.parse.urlsplit(place).netloc == urllib.parse.urlsplit(base).netloc and "/assets/" in place:
            yield place


def addresses(base):
    """The places, then every asset they name, each once."""
    found = [urllib.parse.urljoin(base, place) for place in PLACES]
    for place in list(found):
        try:
            with urllib.request.urlopen(place, timeout=10) as answer:
                found += [each for each in links(place, answer.read()) if each not in found]
        except urllib.error.HTTPError as refusal:
            print(f"{place}: answers {refusal.code}")
            found.remove(place)
        except urllib.error.URLError as problem:
            raise SystemExit(f"check-http-cache: nothing answers at {place}: {problem.reason}") from None
    return list(dict.fromkeys(found))


def examine(place):
    """What is supported of an address, and its notes, those of REDbot's own further requests among them."""
    resource = HttpResource(config())
    resource.set_request(place)
    resource.once("check_done", thor.stop)
    resource.check()
    thor.run()
    if not resource.response.complete:
        return [], [("BAD", "no_answer", f"no whole answer: {resource.fetch_error}")]
    notes = list(resource.response.notes) + list(resource.request.notes)
    for further in resource.subreqs.values():
        notes += list(further.response.notes) if further.fetch_started else []
    support = {"If-None-Match": resource.inm_support, "ranges": resource.partial_support, "codings": resource.gzip_support}
    return [name for name, has in support.items() if has], [(n.level.name, type(n).__name__, str(n.summary)) for n in notes]


def examined(places):
    """Each address in a process of its own: REDbot's loop runs once."""
    with multiprocessing.get_context("spawn").Pool(2, maxtasksperchild=1) as pool:
        yield from zip(places, pool.imap(examine, places, chunksize=1))


def main():
    places, errors, borne = addresses(sys.argv[1]), 0, 0
    for place, (support, notes) in examined(places):
        against = [note for note in dict.fromkeys(notes) if note[0] in COUNTED]
        open_notes = [note for note in against if note[1] not in BORNE]
        borne += len(against) - len(open_notes)
        errors += len(open_notes)
        word = "FAIL" if open_notes else "ok"
        print(f"{word:<5}{urllib.parse.urlsplit(place).path}  {', '.join(support)}", flush=True)
        for level, name, summary in open_notes:
            print(f"     {level} {name}: {summary}", flush=True)
    print(f"{len(places)} addresses, {errors} notes against them, {borne} borne with a reason")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
