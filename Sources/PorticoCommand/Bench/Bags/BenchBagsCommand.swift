import ArgumentParser
import Foundation
import Portico
import PorticoBench

/// Measures bag tracking over its API, as the demonstration accounts.
struct BenchBagsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bags", abstract: "Measure bag tracking beside the figures that are wanted of it.",
        discussion: """
            Start the server first, on the data that is to be measured, for example

                portico serve bags --demo --demo-scale full \(BagsOffice.settings)

            It is asked over its API only, as the demonstration accounts. Every scan is of a new bag; the sacks are SB60000 to \
            SB99999, which demonstration data leave free, so fresh data last for several runs. Which database it works on is \
            read from its /metrics, and so are its memory and CPU time. The wanted figures are those of full demonstration \
            data and a machine of two cores.

            Parts for --only: \(BagsPart.allCases.map(\.rawValue).joined(separator: ", ")).

            Exits with 1 when a figure is missed, when one is worse than in --baseline by more than a tenth, or when something \
            can't be measured. Not here but in Benchmarks/bags/run: imports, loading the data, start to ready, overload, and \
            other software side by side.
            """)

    @Option(help: "Where the server is.")
    var url = "http://127.0.0.1:8080"

    @Option(help: "How long each load is measured.")
    var seconds = 60

    @Option(help: "Seconds of load before it is measured.")
    var warmUp = 10

    @Option(help: "Parts to measure, separated by commas; all without it.")
    var only: String?

    @Option(help: "Password of the demonstration accounts; else PORTICO_DEMO_PASSWORD, else the built-in one.")
    var password: String?

    @Option(help: "Write a line of JSON for each figure to this file.")
    var json: String?

    @Option(help: "Compare with the figures of an earlier run on the same terms.")
    var baseline: String?

    @Option(help: "Keep the figures in this file, for --baseline of later runs.")
    var storeBaseline: String?

    /// How much worse than the baseline is borne.
    private static let tolerance = 0.1

    func validate() throws {
        guard (1...3600).contains(seconds) else { throw ValidationError("--seconds takes 1 to 3600") }
        guard (0...600).contains(warmUp) else { throw ValidationError("--warm-up takes 0 to 600") }
        _ = try parts()
    }

    func run() async throws {
        let target = try BenchTarget(url)
        let earlier = try baseline.map { try BenchBagsCommand.read($0) }
        let lines = try json.map { try BenchFile($0) }
        let kept = try storeBaseline.map { try BenchFile($0, keepsContent: true) }
        let office = try await BagsOffice.open(target, password: chosenPassword)
        let terms = terms(of: office)
        if let earlier { try check(terms, against: earlier) }
        announce(office)
        let bench = BagsBench(
            office: office, length: .seconds(Int64(seconds)), warmUp: .seconds(Int64(warmUp))
        ) { figure in
            print(FigureTable.line(figure))
            fflush(nil)
            try lines?.append(figure.json.bytes + [0x0A])
        }
        let figures = try await bench.measure(try parts())
        print(FigureTable.closing(figures))
        let document = Baseline(
            figures, takenAt: Clock().now().rfc3339, driver: "portico bench bags", terms: terms)
        try kept?.replace(with: document.bytes)
        let isWorse = earlier.map { compare(document, with: $0) } ?? false
        if isWorse || figures.contains(where: { $0.isReached == false }) { throw ExitCode(1) }
    }

    private var chosenPassword: String {
        password ?? ProcessInfo.processInfo.environment["PORTICO_DEMO_PASSWORD"] ?? Demonstration.builtInPassword
    }

    private func parts() throws -> Set<BagsPart> {
        guard let only else { return Set(BagsPart.allCases) }
        let names = only.split(separator: ",").map { String($0) }
        guard !names.isEmpty else { throw ValidationError("--only names no part") }
        return Set(
            try names.map { name in
                guard let part = BagsPart(rawValue: name) else {
                    let known = BagsPart.allCases.map(\.rawValue).joined(separator: ", ")
                    throw ValidationError("--only: there is no part '\(name)'; there are \(known)")
                }
                return part
            })
    }

    private func announce(_ office: BagsOffice) {
        print(
            """
            Bag tracking on \(office.engine.title) at \(url): \(office.bags) bags, \(seconds) s for each load after \(warmUp) s \
            of warm-up, \(ProcessInfo.processInfo.activeProcessorCount) cores here
            """)
        fflush(nil)
    }

    // MARK: - Beside an earlier run

    private static func read(_ path: String) throws -> Baseline {
        guard let content = FileManager.default.contents(atPath: path) else {
            throw BenchError("\(path) can't be read")
        }
        return try Baseline(parsing: Array(content), name: path)
    }

    private func terms(of office: BagsOffice) -> [(key: String, value: JSONValue)] {
        [
            (key: "scale", value: .string(office.scale)), (key: "engine", value: .string(office.engine.rawValue)),
            (key: "cores", value: .integer(Int64(ProcessInfo.processInfo.activeProcessorCount))),
            (key: "seconds", value: .integer(Int64(seconds))),
        ]
    }

    /// - Throws: ``BenchError`` when the runs can't be compared.
    private func check(_ terms: [(key: String, value: JSONValue)], against earlier: Baseline) throws {
        let reasons = earlier.differingTerms(from: Baseline([], takenAt: "", driver: "", terms: terms))
        guard reasons.isEmpty else {
            throw BenchError("\(baseline ?? "") was taken on other terms: \(reasons.joined(separator: "; "))")
        }
    }

    /// Prints every number beside the earlier one.
    /// - Returns: whether one is worse, or missing although everything was measured.
    private func compare(_ later: Baseline, with earlier: Baseline) -> Bool {
        let tolerance = BenchBagsCommand.tolerance
        let (changes, gone) = earlier.compared(with: later)
        print(
            "\nBeside the baseline of \(earlier.takenAt): before, now, now to before; WORSE is more than a tenth to the bad"
        )
        for change in changes { print(change.line(tolerance: tolerance)) }
        let isWhole = only == nil && earlier.isOfSameDriver(as: later)
        for name in gone where isWhole { print("  \(name) is in the baseline and was not measured") }
        let worse = changes.filter { $0.isWorse(tolerance: tolerance) }
        print("\(changes.count - worse.count) of \(changes.count) numbers as good as before")
        return !worse.isEmpty || isWhole && !gone.isEmpty
    }
}
