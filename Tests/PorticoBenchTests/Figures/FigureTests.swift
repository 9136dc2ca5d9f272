import PorticoBench
import PorticoJSON
import Testing

@Suite("Figures") struct FigureTests {
    @Test(
        "are reached where every bound holds",
        arguments: [
            (Bound.atMost(5), 5.0, true), (Bound.atMost(5), 5.01, false), (Bound.atLeast(5), 5.0, true),
            (Bound.atLeast(5), 4.9, false), (Bound.below(5), 4.9, true), (Bound.below(5), 5.0, false),
            (Bound.atMost(5), Double.nan, false),
        ])
    func bounds(bound: Bound, value: Double, holds: Bool) {
        #expect(bound.holds(for: value) == holds)
        let other = Measured("p50", 1, .milliseconds)
        #expect(Figure("a", [other, Measured("p99", value, .milliseconds, bound)]).isReached == holds)
        #expect(Figure("a", [other]).isReached == nil)
    }

    @Test("read as people write them")
    func text() {
        let figure = Figure(
            "scans",
            [
                Measured("per_second", 2654.4, .perSecond, .atLeast(1500)),
                Measured("p99", 38.25, .milliseconds, .atMost(90)),
                Measured("first_byte", 0.046, .seconds, .atMost(0.3)),
                Measured("growth", 9 * 1_048_576, .bytes, .atMost(32 * 1_048_576)),
                Measured("errors", 0.00012, .share, .below(0.0006)), Measured("requests", 100, .count, .atLeast(1)),
            ], note: "a word")
        #expect(
            figure.text == "2654/s, p99 38.3 ms, first byte 0.05 s, growth 9 MiB, errors 0.012 %, a word")
        #expect(
            figure.target == "≥ 1500/s, p99 ≤ 90 ms, first byte ≤ 0.3 s, growth ≤ 32 MiB, errors < 0.06 %")
        #expect(FigureTable.line(figure).hasSuffix("  pass"))
        #expect(FigureTable.line(Figure("a", [Measured("requests", 0, .count, .atLeast(1))])).hasSuffix("MISS"))
    }

    @Test("keep their numbers in files")
    func json() {
        let json = Figure("a", [Measured("p99", 1.5, .milliseconds, .atMost(1))], statuses: [404: 2, 200: 7]).json
        #expect(
            String(decoding: json.bytes, as: UTF8.self)
                == #"{"name":"a","figure":"p99 1.50 ms","target":"p99 ≤ 1 ms","passed":false,"#
                + #""values":{"p99":1.5,"statuses":{"200":7,"404":2}}}"#)
    }

    @Test("of a load without a single request are missed, whatever was wanted")
    func nothing() {
        let figure = Figure.load("a", LoadResult(), ["p99": .atMost(5)])
        #expect(figure.isReached == false)
    }

    @Test("close with how many are as wanted")
    func closing() {
        let good = Figure("good", [Measured("p99", 1, .milliseconds, .atMost(2))])
        let bad = Figure("bad", [Measured("p99", 3, .milliseconds, .atMost(2))])
        let told = Figure("told", [Measured("p99", 3, .milliseconds)])
        #expect(FigureTable.closing([good, told]) == "1 of 1 figures as wanted")
        #expect(FigureTable.closing([good, bad, told]) == "1 of 2 figures as wanted; missed: bad")
    }
}
