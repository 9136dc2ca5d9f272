"""What counts as worse than a baseline."""

import contextlib
import io
import unittest

from bench.baseline import changes, compare, differing_terms


def run(side=(), **rows):
    return {
        "taken_at": "2026-01-01T00:00:00Z", "scale": "full", "engine": "sqlite", "cores": 2, "seconds": 10,
        "rows": [{"name": name, "values": values} for name, values in rows.items()], "side_by_side": list(side)}


def worse(now, before, **options):
    with contextlib.redirect_stdout(io.StringIO()):
        return compare(now, before, **options)


class BaselineTests(unittest.TestCase):
    def test_a_tenth_is_borne_and_more_is_not(self):
        before = run(scans={"per_second": 1000, "p99": 50})
        self.assertEqual(worse(run(scans={"per_second": 901, "p99": 54.9}), before), [])
        self.assertEqual(worse(run(scans={"per_second": 899, "p99": 50}), before), ["scans"])
        self.assertEqual(worse(run(scans={"per_second": 1000, "p99": 55.1}), before), ["scans"])

    def test_better_is_never_worse(self):
        self.assertEqual(worse(run(scans={"per_second": 5000, "p99": 5}), run(scans={"per_second": 1000, "p99": 50})), [])

    def test_what_a_clock_makes_is_no_change(self):
        before = run(lookup={"p50": 0.30})
        self.assertEqual(worse(run(lookup={"p50": 0.39}), before), [])
        self.assertEqual(worse(run(lookup={"p50": 0.41}), before), ["lookup"])

    def test_runs_inside_a_row_count(self):
        before, now = run(read={"calm": {"p99": 10.0, "bad": 0}}), run(read={"calm": {"p99": 20.0, "bad": 9}})
        self.assertEqual(worse(now, before), ["read"])
        self.assertEqual([each.value for each in changes(now, before)[0]], ["calm.p99"])

    def test_bytes_alone_are_held_and_beside_a_time_sent(self):
        mib = 1024 * 1024
        self.assertEqual(worse(run(memory={"bytes": 130 * mib}), run(memory={"bytes": 100 * mib})), ["memory"])
        self.assertEqual(
            worse(run(export={"seconds": 5, "bytes": 130 * mib}), run(export={"seconds": 5, "bytes": 100 * mib})), [])

    def test_the_machine_is_not_judged(self):
        name = "8 KiB made durable on this disk"
        self.assertEqual(worse(run(**{name: {"p50": 9, "p99": 90}}), run(**{name: {"p50": 1, "p99": 2}})), [])

    def test_only_the_ratio_to_the_rival_counts(self):
        before = run([{"name": "stats", "ratio": 10, "cpu_ratio": 20, "portico": 9000}])
        self.assertEqual(worse(run([{"name": "stats", "ratio": 10, "cpu_ratio": 20, "portico": 4000}]), before), [])
        self.assertEqual(
            worse(run([{"name": "stats", "ratio": 8, "cpu_ratio": 20, "portico": 9000}]), before),
            ["beside the rival: stats"])

    def test_what_is_gone_fails_a_whole_run_only(self):
        before, now = run(a={"seconds": 1}, b={"seconds": 1}), run(a={"seconds": 1})
        self.assertEqual(worse(now, before), ["b"])
        self.assertEqual(worse(now, before, is_whole=False), [])

    def test_what_is_new_or_was_nothing_has_nothing_to_compare_with(self):
        self.assertEqual(worse(run(a={"seconds": 9}, b={"seconds": 9}), run(a={"seconds": 0})), [])

    def test_other_terms_are_named(self):
        self.assertEqual(differing_terms(run(), run()), [])
        self.assertEqual(differing_terms({**run(), "cores": 4}, run()), ["cores 2 there, 4 here"])


if __name__ == "__main__":
    unittest.main()
