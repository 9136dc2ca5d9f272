import Portico
import PorticoBench

extension BagsBench {
    /// The summary of a day, the trace of a lot, a sheet of labels, pages of EPCIS events.
    func papers() async throws -> [Figure] {
        [try await summaries(), try await trace(), try await labels(), try await epcis()]
    }

    /// Asks once.
    /// - Returns: the answer, and nanoseconds until it was whole.
    private func timed(_ path: String) async throws -> (answer: BenchAnswer, time: Int64) {
        let began = monotonicNanoseconds()
        let answer = try await office.get(path, as: office.admin)
        return (answer, monotonicNanoseconds() - began)
    }

    private func worst(_ latency: LatencyRecord, _ bound: Bound?) -> [Measured] {
        [
            Measured("p50", latency.milliseconds(at: 0.5), .milliseconds),
            Measured("worst", Double(latency.longest) / 1_000_000, .milliseconds, bound),
            Measured("requests", Double(latency.count), .count, .atLeast(1)),
        ]
    }

    /// Days that nobody has asked for since the start: each is counted anew.
    private func summaries() async throws -> Figure {
        var latency = LatencyRecord()
        var most = 0
        for back in 3..<33 {
            let day = (Clock().now() - .days(Int64(back))).rfc3339.prefix(10)
            let (answer, time) = try await timed("\(BagsOffice.api)/summaries/daily?date=\(day)")
            latency.add(time)
            let scans = answer.json["totals"]?["scans"]?.members ?? []
            most = max(most, scans.reduce(0) { $0 + Int($1.value.int64 ?? 0) })
        }
        // Wanted of a day of 20,000 scans, which full demonstration data have.
        let bound: Bound? = most >= 18_000 ? .atMost(500 * max(1, Double(most) / 20_000)) : nil
        return Figure("daily summary, first reading", worst(latency, bound), note: "up to \(most) scans")
    }

    /// The lot with the most bags among the first of this year and the last.
    private func trace() async throws -> Figure {
        let year = Int(Clock().now().rfc3339.prefix(4)) ?? 2026
        var (best, most) = ("", -1)
        for kind in ["MUS", "MOO"] {
            for lot in [year - 1, year].flatMap({ year in (1...3).map { "\(kind)/\(year)/00\($0)" } }) {
                let bags = try await timed("\(BagsOffice.api)/trace?lot=\(lot)").answer.json["children"]?.int64 ?? 0
                if bags > most { (best, most) = (lot, Int(bags)) }
            }
        }
        var latency = LatencyRecord()
        for _ in 0..<30 {
            let time = try await timed("\(BagsOffice.api)/trace?lot=\(best)").time
            latency.add(time)
        }
        return Figure("lot trace", worst(latency, most >= 5000 ? .atMost(300) : nil), note: "\(most) bags")
    }

    /// A thousand labels on A4, 24 to a page.
    private func labels() async throws -> Figure {
        var latency = LatencyRecord()
        for round in 0..<5 {
            let body = #"{"layout":"a4-24","product_type":"mustard","first_serial":\#(1000 * round),"count":1000}"#
            let began = monotonicNanoseconds()
            let answer = try await office.post(
                "\(BagsOffice.api)/labels/sheet", body, as: office.admin, wanting: 200)
            latency.add(monotonicNanoseconds() - began)
            guard answer.body.starts(with: "%PDF".utf8) else { throw BenchError("the sheet of labels is no PDF") }
        }
        return Figure("label sheet of 1000", worst(latency, .atMost(2000)))
    }

    /// Pages of 200 events, each behind the one before.
    private func epcis() async throws -> Figure {
        var path = "\(BagsOffice.api)/epcis/events?perPage=200"
        var latency = LatencyRecord()
        for _ in 0..<200 {
            let (answer, time) = try await timed(path)
            latency.add(time)
            guard let next = BagsBench.next(answer.field("link") ?? "") else { break }
            path = next
        }
        return Figure(
            "EPCIS page of 200",
            [
                Measured("p50", latency.milliseconds(at: 0.5), .milliseconds),
                Measured("p99", latency.milliseconds(at: 0.99), .milliseconds, .atMost(60)),
                Measured("requests", Double(latency.count), .count, .atLeast(1)),
            ])
    }

    /// The path of `<…>; rel="next"`; nil where there is none.
    private static func next(_ link: String) -> String? {
        guard link.contains(#"rel="next""#), let open = link.firstIndex(of: "<"), let close = link.firstIndex(of: ">"),
            open < close
        else { return nil }
        let address = link[link.index(after: open)..<close]
        guard let scheme = address.firstRange(of: "://") else { return String(address) }
        return address[scheme.upperBound...].firstIndex(of: "/").map { String(address[$0...]) }
    }
}
