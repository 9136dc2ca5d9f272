"""Measures bag tracking: its own table of figures, then side by side with a Flask service."""

import argparse
import os
import platform
import shutil
import sys
import tempfile
import time

from . import baseline, machine, portico
from .exports import ExportsBeside
from .files import Files
from .load import Wrk
from .measures import Measures
from .overload import Overload
from .papers import Papers
from .portico import Office, Sample
from .side_by_side import Rival, SideBySide
from .table import MIB, Row
from .weights import Weights

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))


def arguments():
    parser = argparse.ArgumentParser(prog="Benchmarks/bags/run", description=__doc__)
    parser.add_argument("--scale", choices=["small", "medium", "full"], default="full", help="size of the data")
    parser.add_argument("--seconds", type=int, default=10, help="length of a measured run")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of what is compared")
    parser.add_argument("--round-seconds", type=int, default=5, help="length of a run in the comparison")
    parser.add_argument("--postgresql", action="store_true", help="Portico on PostgreSQL; only exports are compared then")
    parser.add_argument("--only", choices=["figures", "papers", "files", "overload", "comparison", "weights"],
                        help="one part; weights, on SQLite and as root, is only made when asked for")
    parser.add_argument("--data", help="folder for Portico's data, kept and used again; default: a temporary one")
    parser.add_argument("--cold", action="store_true", help="do not hold the database's files in memory")
    parser.add_argument("--json", metavar="FILE", help="all figures as JSON")
    parser.add_argument("--baseline", metavar="FILE", help="figures of an earlier run: fails what is worse by more than a tenth")
    parser.add_argument("--store-baseline", metavar="FILE", help="keep the figures for later runs with --baseline")
    parser.add_argument("--tolerance", type=float, default=0.1, help="how much worse than the baseline is borne (0.1)")
    parser.add_argument("--binary", default=os.environ.get("PORTICO_BIN", f"{ROOT}/.build/release/portico"))
    return parser.parse_args()


def loading_rows(server, again, data, scale, options):
    """Loading the demonstration data, starting on it again, the size of the file."""
    rows = []
    is_full = scale == "full"
    if server is not None:
        seconds = server.seconds_to_ready
        target = "≤ 240 s" if is_full and not options.postgresql else ""
        rows.append(Row("demonstration data loaded", f"{seconds:.1f} s", target,
                        seconds <= 240 if target else None, {"seconds": seconds}))
    ready = again.seconds_to_ready
    rows.append(Row("start to ready", f"{ready:.2f} s", "≤ 3 s", ready <= 3, {"seconds": ready}))
    if not options.postgresql:
        size = portico.file_bytes(data)
        rows.append(Row("file size", f"{size / MIB:.0f} MiB", "≤ 4096 MiB", size <= 4096 * MIB, {"bytes": size}))
    return rows


def disk_row(data):
    half, most = machine.durable_writes(data)
    figure = f"p50 {half:.2f}, p99 {most:.2f} ms"
    return Row("8 KiB made durable on this disk", figure, "", None, {"p50": half, "p99": most})


def held_row(held):
    figure = f"{held.bytes / MIB:.0f} MiB" + ("" if held.is_locked else ", not all of it")
    return Row("database's files held in memory", f"{figure}; {100 * held.share:.0f} % were there", "", None,
               {"bytes": held.bytes, "share": held.share})


def compare(office, wrk, options, data, folder, log):
    """Requests beside Flask on SQLite; the export beside Flask, and beside PostgreSQL's own where that is used."""
    if options.postgresql:
        return ExportsBeside(office, os.environ["PORTICO_TEST_POSTGRES"], log, options.rounds).all()
    rival = Rival(os.path.join(data, "bags.sqlite"), folder, log)
    print(f"\nSide by side, {options.rounds} interleaved rounds of {options.round_seconds} s, 64 connections; "
          f"Flask on {rival.workers} gunicorn workers", flush=True)
    try:
        codes = Sample(office, row=20_000).codes[:2000]
        side = SideBySide(office, rival, wrk, codes, options.rounds, options.round_seconds)
        exports = ExportsBeside(office, os.path.join(data, "bags.sqlite"), log, options.rounds)
        results = exports.all()
        side.all()
        return results + side.results
    finally:
        rival.server.stop()


def main():
    options = arguments()
    earlier = baseline.read(options.baseline) if options.baseline else None
    if earlier and (reasons := baseline.differing_terms(terms(options), earlier)):
        raise SystemExit(f"{options.baseline} was taken on other terms: {'; '.join(reasons)}")
    folder = tempfile.mkdtemp(prefix="portico-bench-")
    data = os.path.abspath(options.data) if options.data else os.path.join(folder, "data")
    log = os.path.join(folder, "servers.log")
    database = os.environ["PORTICO_TEST_POSTGRES"] if options.postgresql else None
    server = held = None
    try:
        print(f"Portico on {'PostgreSQL' if database else 'SQLite'}, {options.scale} demonstration data, "
              f"{platform.machine()}, {os.cpu_count()} cores shared with the load", flush=True)
        is_fresh = not os.path.exists(os.path.join(data, "secret.key"))
        first = portico.start(options.binary, data, options.scale, database, log) if is_fresh else None
        if first:
            first.stop()
            if database:
                machine.settle(database)
            os.sync()
        server = portico.start(options.binary, data, options.scale, database, log)
        rows = loading_rows(first, server, data, options.scale, options) + [disk_row(data)]
        for row in rows:
            row.say()
        if not options.cold:
            held = machine.Held(machine.database_files(data, database))
            rows.append(held_row(held))
            rows[-1].say()
        office = Office(server)
        if not is_fresh:
            office.skip_used_serials()
        wrk = Wrk(folder, 0 if is_fresh else office.runs_before())
        results = []
        if options.only in (None, "papers"):
            papers = Papers(office, options.scale == "full")
            papers.all()
            rows += papers.rows
        if options.only in (None, "files"):
            files = Files(office, wrk, options.seconds, options.postgresql)
            files.all()
            rows += files.rows
        if held:
            held.renew(machine.database_files(data, database))
        if options.only is None:
            time.sleep(70)  # the first figure is that of a server that has had nothing to do for a minute
        if options.only in (None, "figures"):
            measures = Measures(office, wrk, options.seconds, options.postgresql)
            measures.all()
            rows += measures.rows
        if options.only in (None, "overload"):
            overload = Overload(office, wrk, options.seconds)
            overload.all()
            rows += overload.rows
        if options.only == "weights":
            weights = Weights(Measures(office, wrk, options.seconds, options.postgresql), options.rounds)
            weights.all(Sample(office).codes)
            rows += weights.rows
        if options.only in (None, "comparison"):
            results = compare(office, wrk, options, data, folder, log)
        verify(office)
        finish(rows, results, options, earlier)
    except SystemExit as problem:
        if isinstance(problem.code, str):
            with open(log, encoding="utf-8", errors="replace") as lines:
                print("the servers said:\n" + lines.read()[-2000:], file=sys.stderr)
        raise
    finally:
        if server:
            server.stop()
        if held:
            held.let_go()
        shutil.rmtree(folder, ignore_errors=True)


def verify(office):
    """After all that load the counters still equal a recount."""
    answer = office.admin.get(f"{portico.API}/stats/verify")
    equal = answer.status == 200 and answer.json.get("equal")
    print(f"\nCounters equal a recount after the load: {'yes' if equal else f'NO ({answer.status})'}", flush=True)
    if not equal:
        raise SystemExit("the counters drifted")


def terms(options):
    """What another run must have in common with this one to be compared with it."""
    return {
        "scale": options.scale, "engine": "postgresql" if options.postgresql else "sqlite", "cores": os.cpu_count(),
        "seconds": options.seconds}


def finish(rows, results, options, earlier):
    missed = [row.name for row in rows if row.passed is False]
    document = {
        "taken_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **terms(options),
        "rows": [vars(row) for row in rows], "side_by_side": results}
    for path in filter(None, (options.json, options.store_baseline)):
        baseline.store(path, document)
    worse = baseline.compare(document, earlier, options.tolerance, is_whole=options.only is None) if earlier else []
    print(f"{len(rows) - len(missed)} of {len(rows)} figures as wanted" +
          (f"; missed: {', '.join(missed)}" if missed else ""), flush=True)
    sys.exit(1 if missed or worse else 0)


if __name__ == "__main__":
    main()
