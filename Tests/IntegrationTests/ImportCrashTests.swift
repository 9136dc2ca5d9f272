import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import Testing

/// An import goes on where a `kill -9` broke it off (rule R36).
@Suite("An import on a node that is killed", .enabled(if: Program.isThere, Program.missing), .timeLimit(.minutes(10)))
struct ImportCrashTests {
    private let sacks = 1500
    private let bagsPerSack = 20

    @Test("R36: goes on at the last chunk, and doubles nothing", arguments: TestEngine.available)
    func goesOn(engine: TestEngine) async throws {
        try await Premises.open(engine) { premises in
            let first = try await RunningPortico.start(premises)
            let admin = try await Visitor.signedIn(as: "admin", at: first)
            let answer = try await admin.upload(file, ["kind": "packing", "area_code": "lucknow"])
            #expect(answer.status == 202)
            let id = try #require(answer.json["id"]?.string)
            let imported: SQL = "SELECT count(*) FROM custody_events WHERE source = 'import'"
            try await eventually("some chunks") { try await premises.count(imported) > 100 }
            try await first.kill()
            #expect(try await premises.count(imported) < sacks)

            let second = try await RunningPortico.start(premises)
            let again = admin.at(second)
            try await eventually("the end of the import", within: 120) {
                try await again.get("/jobs/\(id)").json["state"] == "succeeded"
            }
            let result = try await again.get("/jobs/\(id)").json["result"]
            #expect(result?["rows_ok"]?.int64 == Int64(sacks * (bagsPerSack + 1)))
            #expect(result?["rows_unchanged"]?.int64 == 0)
            #expect(result?["created"]?["links"]?.int64 == Int64(sacks * bagsPerSack))
            #expect(try await premises.count(imported) == sacks)
            let bags = try await premises.count(
                "SELECT count(*) FROM bags WHERE code >= '7200000' AND code < '7300000'")
            #expect(bags == sacks * bagsPerSack)
            let verified = try await again.get("/stats/verify")
            #expect(verified.json["equal"] == .bool(true))
            try await second.stop()
        }
    }

    @Test("R36: one that is cancelled while it runs ends at its next chunk", arguments: TestEngine.available)
    func cancelled(engine: TestEngine) async throws {
        try await Premises.open(engine) { premises in
            let node = try await RunningPortico.start(premises)
            let admin = try await Visitor.signedIn(as: "admin", at: node)
            let answer = try await admin.upload(file, ["kind": "packing", "area_code": "lucknow"])
            let id = try #require(answer.json["id"]?.string)
            let imported: SQL = "SELECT count(*) FROM custody_events WHERE source = 'import'"
            try await eventually("some chunks") { try await premises.count(imported) > 100 }
            let asked = try await admin.send("DELETE", "\(Visitor.api)/jobs/\(id)")
            #expect(asked.status == 202 && asked.json["state"] == "running", "\(asked.text)")
            try await eventually("the end of the import") {
                try await admin.get("/jobs/\(id)").json["state"] == "cancelled"
            }
            let written = try await premises.count(imported)
            #expect(written < sacks)
            // Whole chunks stay: what is told as done is what is there.
            let done = try await premises.count("SELECT rows_done FROM imports")
            #expect(done == written * (bagsPerSack + 1))
            #expect(try await admin.get("/stats/verify").json["equal"] == .bool(true))
            #expect(try await premises.count(imported) == written)
            try await node.stop()
        }
    }

    private var file: String {
        var lines: [String] = []
        for sack in 0..<sacks {
            for bag in 0..<bagsPerSack { lines.append(String(7_200_000 + sack * bagsPerSack + bag)) }
            lines.append("SB\(70_000 + sack)")
        }
        return lines.joined(separator: "\r\n")
    }
}

extension Visitor {
    /// Sends a file to import.
    func upload(_ file: String, _ fields: KeyValuePairs<String, String>) async throws -> Answer {
        var body = ""
        for (name, value) in fields {
            body += "--cut\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
        }
        body +=
            "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n\(file)\r\n--cut--\r\n"
        var head = "POST \(Visitor.api)/imports HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"
        if let cookie { head += "Cookie: \(cookie)\r\n" }
        if let csrf { head += "X-CSRF-Token: \(csrf)\r\n" }
        head += "Content-Type: multipart/form-data; boundary=cut\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        let bytes = Array(head.utf8) + Array(body.utf8)
        return try await onThread { [port] in
            let connection = try HTTPConnection(port: port)
            try connection.send(bytes)
            return try connection.answer()
        }
    }
}
