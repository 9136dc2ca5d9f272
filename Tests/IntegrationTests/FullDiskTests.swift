import Glibc
import PorticoJSON
import PorticoTesting
import Testing

@Suite("A node whose disk is full", .enabled(if: Program.isThere, Program.missing), .timeLimit(.minutes(10)))
struct FullDiskTests {
    @Test(
        "refuses scans with 503 storage_full, still reads, and goes on when there is room",
        .enabled("needs the right to mount a small file system") { await SmallDisk.isPossible })
    func refusesAndRecovers() async throws {
        try await Premises.open(.sqlite) { premises in
            try await SmallDisk.mounted(at: premises.folder.path) { disk in
                let node = try await RunningPortico.start(premises)
                let hall = PackingHall(try await Visitor.signedIn(as: "dispatcher", at: node))
                let sacks = try await hall.sacks(100)
                var taken = try await scan(hall, sacks, 30)
                #expect(taken.allSatisfy { $0.isAcknowledged })

                try disk.fill()
                let refused = try await eventually("a refused scan") { () -> Answer? in
                    let more = try await scan(hall, sacks, 20)
                    taken += more
                    return more.first { !$0.isAcknowledged }?.answer
                }
                #expect(refused.status == 503)
                #expect(refused.json["code"]?.string == "storage_full")
                #expect(try await hall.dispatcher.get("/bags/\(sacks[0])").status == 200)
                #expect(Set(taken.compactMap { $0.answer?.status }) == [201, 503])

                disk.empty()
                try await eventually("a taken scan") {
                    let more = try await scan(hall, sacks, 1)
                    taken += more
                    return more[0].isAcknowledged
                }
                #expect(try await countersAreEqual(try await Visitor.signedIn(as: "admin", at: node)))
                try await expectContents(taken, hall.dispatcher)
                try await node.stop()
                let again = try await RunningPortico.start(premises)
                try await expectContents(taken, hall.dispatcher.at(again))
                try await again.stop()
            }
        }
    }

    /// Makes some scans, each into the next sack.
    private func scan(_ hall: PackingHall, _ sacks: [String], _ count: Int) async throws -> [Attempt] {
        var made: [Attempt] = []
        for _ in 0..<count {
            var attempt = hall.attempt(into: sacks.randomElement() ?? sacks[0])
            attempt.answer = try await hall.scan(attempt)
            // A full sack is no matter of the disk.
            if attempt.answer?.status != 409 { made.append(attempt) }
        }
        return made
    }

    private func expectContents(_ taken: [Attempt], _ dispatcher: Visitor) async throws {
        for (sack, made) in Dictionary(grouping: taken.filter(\.isAcknowledged), by: \.sack) {
            let answer = try await dispatcher.get("/bags/\(sack)")
            let codes = Set(answer.json["children"]?.elements?.compactMap { $0["code"]?.string } ?? [])
            #expect(codes.isSuperset(of: made.map(\.code)))
        }
    }
}

/// A file system in memory, so small that it can be filled.
private struct SmallDisk {
    let path: String

    /// Whether this process may mount one.
    static var isPossible: Bool {
        get async {
            guard geteuid() == 0, let folder = try? TemporaryFolder() else { return false }
            defer { folder.remove() }
            return (try? await mounted(at: folder.path) { _ in true }) ?? false
        }
    }

    static func mounted<Value>(at path: String, _ body: (SmallDisk) async throws -> Value) async throws -> Value {
        try await run("mount", ["-t", "tmpfs", "-o", "size=64m", "portico-test", path])
        do {
            let value = try await body(SmallDisk(path: path))
            try await run("umount", ["-l", path])
            return value
        } catch {
            _ = try? await run("umount", ["-l", path])
            throw error
        }
    }

    /// Takes all the room there is.
    func fill() throws {
        let file = open(ballast, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Disconnected(description: "no ballast: \(String(cString: strerror(errno)))") }
        defer { close(file) }
        for size in [65_536, 4096, 1] {
            let block = [UInt8](repeating: 0, count: size)
            while write(file, block, size) > 0 {}
        }
    }

    /// Gives the room back.
    func empty() {
        unlink(ballast)
    }

    private var ballast: String { "\(path)/ballast" }
}
