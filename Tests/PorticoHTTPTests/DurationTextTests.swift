import PorticoTelemetry
import Testing

@testable import PorticoHTTP

@Suite struct DurationTextTests {
    @Test(
        "milliseconds have three places and are cut, not rounded",
        arguments: [
            (0, "0.000"), (999, "0.000"), (1_000, "0.001"), (12_345_678, "12.345"), (100_000_000, "100.000"),
            (-5, "0.000"), (Int64.max, "9223372036854.775"),
        ] as [(Int64, String)])
    func milliseconds(nanoseconds: Int64, text: String) {
        #expect(DurationText.milliseconds(nanoseconds) == text)
        #expect(DurationText.responseTime(nanoseconds) == text + "ms")
    }

    @Test("the database is named where it was asked")
    func serverTiming() {
        #expect(DurationText.serverTiming(1_500_000, nil) == "total;dur=1.500")
        let measure = RequestMeasure()
        #expect(DurationText.serverTiming(1_500_000, measure.summary) == "total;dur=1.500")
        measure.record(statement: "one", nanoseconds: 250_000, rows: 1)
        #expect(
            DurationText.serverTiming(1_500_000, measure.summary)
                == "total;dur=1.500, db;dur=0.250;desc=\"1 statement\"")
        for _ in 0..<11 { measure.record(statement: "more", nanoseconds: .max / 16, rows: 1) }
        #expect(
            DurationText.serverTiming(.max, measure.summary).hasSuffix(";desc=\"12 statements\""))
    }
}
