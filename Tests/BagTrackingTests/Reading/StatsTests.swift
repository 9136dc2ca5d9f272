import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// Figures: exact, kept in memory, never stale.
@Suite struct StatsTests {
    @Test("are right after every change, for an area and for all", arguments: TestEngine.available)
    func exact(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let desk = try await ReadingDesk(hall)
            #expect(await desk.get("stats").json["scans"]?["created"]?.int64 == 0)
            try await hall.fill("SB00001", with: 2)
            let lucknow = await desk.get("stats").json
            #expect(lucknow["area_code"]?.string == "lucknow")
            #expect(lucknow["bags"]?["parents"]?["filling"]?.int64 == 1)
            #expect(lucknow["bags"]?["children"]?["linked"]?.int64 == 2)
            #expect(lucknow["scans"]?["linked"]?.int64 == 2)
            try await hall.scanParent("M444-00001", by: .jaipur)
            let all = await desk.get("stats", as: .biller).json
            #expect(all["area_code"]?.isNull == true)
            #expect(all["bags"]?["parents"]?["empty"]?.int64 == 1)
            #expect(await desk.get("stats").json["bags"]?["parents"]?["empty"]?.int64 == 0)
            #expect(await desk.get("stats?area_code=jaipur", as: .biller).json["scans"]?["created"]?.int64 == 1)
        }
    }

    @Test("come from memory while nothing changes", arguments: TestEngine.available)
    func copies(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001")
            let desk = try await ReadingDesk(hall)
            for _ in 0..<20 { _ = await desk.get("stats") }
            #expect(desk.stats.counts.misses == 1)
            #expect(desk.stats.counts.hits == 19)
            try await hall.scanParent("SB00002")
            #expect(await desk.get("stats").json["bags"]?["parents"]?["empty"]?.int64 == 2)
            #expect(desk.stats.counts.misses == 2)
        }
    }

    @Test("verification names what differs", arguments: TestEngine.available)
    func verify(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 2)
            let desk = try await ReadingDesk(hall)
            let sound = await desk.get("stats/verify", as: .admin).json
            #expect(sound["equal"]?.bool == true)
            #expect(sound["recount"]?["lucknow"]?["child.linked"]?.int64 == 2)
            try await hall.database.write { transaction in
                try transaction.execute(
                    "test.drift",
                    "UPDATE counters SET value = value + 3 WHERE area_code = 'lucknow' AND name = 'child.linked'")
            }
            let broken = await desk.get("stats/verify", as: .admin).json
            #expect(broken["equal"]?.bool == false)
            #expect(broken["drift"]?.members?.map(\.key) == ["lucknow"])
            #expect(broken["drift"]?["lucknow"]?.members?.map(\.key) == ["child.linked"])
            #expect(await desk.get("stats/verify", as: .biller).status == 403)
        }
    }

    @Test("activity is counted by hour of the warehouse's day", arguments: TestEngine.available)
    func activity(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 2)
            try await hall.database.write { try DemoActivity.fill(in: $0) }
            let day = TimeZoneOffset.india.date(of: PackingHall.start)
            let hours = try await hall.database.read { try ActivityReader.hours(of: day, area: "lucknow", in: $0) }
            #expect(
                Set(hours) == [
                    ActivityReader.Hour(hour: 16, kind: .parent, outcome: "created", count: 1),
                    ActivityReader.Hour(hour: 16, kind: .child, outcome: "linked", count: 2),
                ])
            #expect(try await hall.database.read { try ActivityReader.hours(of: day, area: "akola", in: $0) }.isEmpty)
        }
    }
}
