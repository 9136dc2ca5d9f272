import Foundation
import PorticoJSON
import PorticoTesting
import Testing

@Suite("Measuring from the command line", .enabled(if: Program.isThere, Program.missing), .timeLimit(.minutes(10)))
struct BenchCommandTests {
    private func bench(
        _ arguments: [String]
    ) async throws -> (end: ChildProcess.End, output: String, errors: String) {
        let child = try Program.start(["bench", "bags"] + arguments)
        let end = try await child.ended(within: 300)
        return (end, child.output, child.errors)
    }

    /// The lines of complaint.
    private func complaints(_ errors: String) -> [String] { errors.split(separator: "\n").map { String($0) } }

    private func figures(_ path: String) throws -> [String: JSONValue] {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let rows = try text.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        return Dictionary(rows.map { ($0["name"]?.string ?? "", $0) }) { $1 }
    }

    @Test("gives a line of JSON for each figure, and a baseline for the next run", arguments: TestEngine.available)
    func measures(engine: TestEngine) async throws {
        try await Premises.open(engine) { premises in
            let node = try await RunningPortico.start(premises)
            let (json, baseline) = (premises.folder.file("figures.json"), premises.folder.file("before.json"))
            let short = ["--url", "http://127.0.0.1:\(node.port)", "--seconds", "1", "--warm-up", "0"]
            let first = try await bench(
                short + [
                    "--only", "idle,scan,batch,scans,stats,mix,counters", "--json", json, "--store-baseline", baseline,
                ])
            // What is fast enough is not this test's to say: 1 is a figure that was missed.
            #expect(first.end == .status(0) || first.end == .status(1))
            #expect(first.errors == "")
            #expect(first.output.contains(engine == .sqlite ? "on SQLite" : "on PostgreSQL"))
            #expect(first.output.contains(" figures as wanted"))

            let figures = try figures(json)
            for (name, status) in [
                ("one child scan, idle server", "201"), ("batch of 100 offline scans", "200"),
                ("child scans accepted, 64 connections", "201"), ("stats", "200"),
                ("80 % reads, 20 % scans, 100 users", "200"),
            ] {
                let values = try #require(figures[name]?["values"], "\(name) was not measured")
                #expect(values["requests"]?.double ?? 0 > 0, "\(name)")
                #expect(values["per_second"]?.double ?? 0 > 0, "\(name)")
                #expect(values["p99"]?.double ?? 0 > 0, "\(name)")
                #expect(values["statuses"]?[status]?.int64 ?? 0 > 0, "\(name)")
                #expect(values["unwanted"]?.double == 0, "\(name): \(values)")
                #expect(values["lost"]?.double == 0, "\(name): \(values)")
            }
            let scans = try #require(figures["child scans accepted, 64 connections"]?["values"])
            #expect(scans["missing"]?.double == 0)
            #expect(scans["statuses"]?.members?.map(\.key) == ["201"])
            let mixed = figures["80 % reads, 20 % scans, 100 users"]?["values"]?["statuses"]
            #expect(mixed?.members?.map(\.key) == ["200", "201"])
            #expect(figures["memory idle"]?["values"]?["bytes"]?.double ?? 0 > 1_000_000)
            #expect(figures["counters equal a recount"]?["passed"]?.bool == true)
            #expect((figures["file size"] != nil) == (engine == .sqlite))

            // Again on the same data, with sacks that nobody has used.
            let again = try await bench(short + ["--only", "scans", "--baseline", baseline, "--json", json])
            #expect(again.end == .status(0) || again.end == .status(1))
            #expect(again.output.contains("Beside the baseline of 20"), "\(again.errors)")
            let repeated = try self.figures(json)["child scans accepted, 64 connections"]?["values"]
            #expect(repeated?["unwanted"]?.double == 0)
            let other = try await bench(
                ["--url", "http://127.0.0.1:\(node.port)", "--seconds", "2", "--only", "stats", "--baseline", baseline])
            #expect(other.end == .status(1))
            #expect(complaints(other.errors).count == 1)
            #expect(other.errors.contains("seconds 1 there, 2 here"), "\(other.errors)")

            let crowded = try await bench(short + ["--only", "live"])
            #expect(crowded.end == .status(1))
            #expect(complaints(crowded.errors).count == 1)
            #expect(crowded.errors.contains("--set bags.streams_per_user=300"), "\(crowded.errors)")

            let stranger = try await bench(short + ["--password", "another-password-1"])
            #expect(stranger.end == .status(1))
            #expect(complaints(stranger.errors).count == 1)
            #expect(stranger.errors.contains("--demo"), "\(stranger.errors)")
            try await node.stop()
        }
    }

    @Test("hears live messages, reads files and papers")
    func streams() async throws {
        try await Premises.open(.sqlite) { premises in
            let node = try await RunningPortico.start(premises, ["--set", "bags.streams_per_user=300"])
            let json = premises.folder.file("figures.json")
            let run = try await bench([
                "--url", "http://127.0.0.1:\(node.port)", "--seconds", "1", "--warm-up", "0", "--only",
                "bag,resolve,list,search,dashboard,pauses,live,papers,exports", "--json", json,
            ])
            #expect(run.end == .status(0) || run.end == .status(1))
            #expect(run.errors == "")
            let figures = try figures(json)
            let live = try #require(figures["live message after a scan, 200 listeners"]?["values"])
            #expect(live["missing"]?.double == 0)
            #expect(live["messages"]?.double ?? 0 >= 1000)
            for kind in ["ndjson", "csv"] {
                let values = try #require(figures["export of all bags, \(kind)"]?["values"])
                #expect(values["missing"]?.double == 0, "\(kind)")
            }
            #expect(figures["export of all bags, xlsx"]?["values"]?["sent"]?.double ?? 0 > 10_000)
            for name in [
                "bag by code", "resolve", "bag list, first page", "bag list at its middle", "prefix search",
                "suffix search", "dashboard page",
                "1000 users with 1 s pause, 500 scanning",
            ] {
                let values = try #require(figures[name]?["values"], "\(name) was not measured")
                #expect(values["requests"]?.double ?? 0 > 0, "\(name)")
                #expect(values["unwanted"]?.double == 0, "\(name): \(values)")
            }
            for name in ["daily summary, first reading", "lot trace", "label sheet of 1000", "EPCIS page of 200"] {
                #expect(figures[name]?["values"]?["requests"]?.double ?? 0 > 0, "\(name)")
            }
            try await node.stop()
        }
    }

    @Test("names the settings of a server that lets itself be measured, where this one limits what may be asked")
    func limited() async throws {
        try await Premises.open(.sqlite) { premises in
            let node = try await RunningPortico.start(premises, ["--set", "limits.mode=enforce"])
            let run = try await bench(["--url", "http://127.0.0.1:\(node.port)", "--seconds", "1", "--only", "stats"])
            #expect(run.end == .status(1))
            #expect(complaints(run.errors).count == 1)
            #expect(run.errors.contains("--set limits.mode=off"), "\(run.errors)")
            try await node.stop()
        }
    }

    @Test("says in one line that there is no server, no such part, no such file")
    func refusals() async throws {
        let nobody = ["--url", "http://127.0.0.1:1", "--seconds", "1"]
        let alone = try await bench(nobody)
        #expect(alone.end == .status(1))
        #expect(complaints(alone.errors) == ["Error: no server answers at http://127.0.0.1:1"])

        let file = try await bench(nobody + ["--json", "/proc/absent/figures.json"])
        #expect(file.end == .status(1))
        #expect(complaints(file.errors).count == 1)
        #expect(file.errors.contains("/proc/absent/figures.json can't be written"))

        let before = try await bench(nobody + ["--baseline", "/proc/absent/before.json"])
        #expect(before.end == .status(1))
        #expect(before.errors.contains("/proc/absent/before.json can't be read"))

        let part = try await bench(nobody + ["--only", "scans,cakes"])
        #expect(part.end != .status(0))
        #expect(part.errors.contains("no part 'cakes'"))

        let address = try await bench(["--url", "ftp://example.org"])
        #expect(address.end == .status(1))
        #expect(complaints(address.errors).count == 1)
    }
}
