import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// The summary of a day (rule R39).
@Suite struct DailySummaryTests {
    private static let asha = PackingHall.Person.asha.rawValue
    private static let ravi = PackingHall.Person.ravi.rawValue

    @Test("R39: counts the acts of a day by kind and by person", arguments: TestEngine.available)
    func counts(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("M444-00001", with: 15)
            try await hall.scanParent("SB00001", by: .ravi)
            let link = try await hall.scanChild("2000001", into: "SB00001", by: .ravi)
            try await hall.scanChild("2000001", into: "SB00001", by: .ravi)
            try await hall.scanChild("2000002", into: "SB00009", by: .ravi)
            _ = try await hall.services.undo.undo(scan: link.scanID, reason: nil, by: hall.caller(.admin))
            let acts = try await hall.summary(hall.today).acts
            #expect(acts.childrenLinked == 16 && acts.childrenUndone == 1 && acts.childrenImported == 0)
            #expect(acts.sacksFilled == 1 && acts.weightLinkedGrams == 16_000)
            #expect(acts.scans == [.created: 2, .linked: 16, .duplicate: 1, .rejected: 1])
            #expect(acts.people[DailySummaryTests.asha]?.childrenLinked == 15)
            #expect(acts.people[DailySummaryTests.ravi]?.childrenLinked == 1)
            #expect(acts.people[PackingHall.Person.admin.rawValue]?.childrenUndone == 1)
            #expect(acts.byUser.map(\.id) == [1, 2, 4])
        }
    }

    @Test(
        "R39: a day goes from midnight to midnight IST, and one that is over never changes",
        arguments: TestEngine.available)
    func boundaries(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let day = hall.today
            #expect(day.date.text == "2025-11-21")
            #expect(
                day.from.rfc3339.hasPrefix("2025-11-20T18:30:00") && day.to.rfc3339.hasPrefix("2025-11-21T18:30:00"))
            try await hall.scanParent("SB00001")
            hall.wait(until: day.to - .milliseconds(1))
            let last = try await hall.scanChild("2000001", into: "SB00001")
            #expect(try await !hall.summary(day).isFinal)
            hall.wait(until: day.to)
            try await hall.scanChild("2000002", into: "SB00001")
            _ = try await hall.services.undo.undo(scan: last.scanID, reason: nil, by: hall.caller())
            let closed = try await hall.summary(day)
            #expect(closed.isFinal && closed.acts.childrenLinked == 1 && closed.acts.childrenUndone == 0)
            let next = try await hall.summary(hall.today).acts
            #expect(next.childrenLinked == 1 && next.childrenUndone == 1)
        }
    }

    @Test("R39: a biller gets the own acts and bills, with the bills as they are now", arguments: TestEngine.available)
    func ownScope(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.shippedBill("LKO 1", sacks: 2)
            try await hall.scanParent("SB00777", area: "jaipur", by: .admin)
            let biller = PackingHall.Person.biller.rawValue
            let own = try await hall.summary(hall.today, .own(biller))
            #expect(own.acts.billsCreated == 1 && own.acts.billsCompleted == 1 && own.acts.billsDispatched == 1)
            #expect(own.acts.childrenLinked == 0 && own.bills.map(\.id) == [bill])
            #expect(own.bills.first?.totals.linkedCount == 2 && own.bills.first?.state == "dispatched")
            let admin = try await hall.summary(hall.today, .own(PackingHall.Person.admin.rawValue))
            #expect(admin.acts.billsCreated == 0 && admin.bills.isEmpty && admin.acts.scans == [.created: 1])
            let all = try await hall.summary(hall.today, area: "jaipur")
            #expect(all.acts.scans == [.created: 1] && all.acts.billsCreated == 0)
            #expect(try await hall.summary(hall.today).acts.involved.isSuperset(of: [1, biller, 4, 5]))
        }
    }

    @Test(
        "R39: a day that is over is kept, one that is not is read anew, in at most five statements",
        arguments: TestEngine.available)
    func keeps(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let reader = SummaryReader(services: hall.services, caches: CacheRegistry())
            try await hall.fill("SB00001", with: 3)
            let subject = SummarySubject(day: hall.today, scope: .all)
            #expect(try await reader.find(subject, at: hall.clock.now()).summary.acts.childrenLinked == 3)
            try await hall.scanChild("2000001", into: "SB00001")
            #expect(try await reader.find(subject, at: hall.clock.now()).summary.acts.childrenLinked == 4)
            hall.wait(until: subject.day.to + .minutes(10))
            var statements: [Int] = []
            for _ in 0..<2 {
                let measure = RequestMeasure()
                try await RequestMeasure.$current.withValue(measure) {
                    let found = try await reader.find(subject, comparing: true, at: hall.clock.now())
                    #expect(found.summary.acts.childrenLinked == 4 && found.before == DayActs())
                }
                statements.append(measure.summary.statements)
            }
            #expect(statements == [5, 3])
        }
    }

    @Test(
        "R39: what is settled of a day that goes on is kept for ten minutes, and only what came after it is read",
        arguments: TestEngine.available)
    func keepsPart(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let reader = SummaryReader(services: hall.services, caches: CacheRegistry())
            let subject = SummarySubject(day: hall.today, scope: .all)
            func linked() async throws -> Int {
                try await reader.find(subject, at: hall.clock.now()).summary.acts.childrenLinked
            }
            try await hall.fill("SB00001", with: 3)
            hall.clock.advance(by: .minutes(16))
            try await hall.scanChild("2000001", into: "SB00001")
            #expect(try await linked() == 4)
            // Never happens; shows what is read again.
            try await hall.database.write { transaction in
                try transaction.execute("test.tamper", "UPDATE scans SET outcome = 'duplicate'")
            }
            #expect(try await linked() == 3)
            try await hall.scanChild("2000002", into: "SB00001")
            hall.clock.advance(by: .minutes(9))
            #expect(try await linked() == 4)
            hall.clock.advance(by: .minutes(1))
            #expect(try await linked() == 1)
        }
    }

    @Test(
        "R39: what is kept and what came after it are the same as all of it, at any time of the day",
        arguments: TestEngine.available)
    func partsAddUp(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let reader = SummaryReader(services: hall.services, caches: CacheRegistry())
            let first = hall.today
            hall.wait(until: first.to - .minutes(300))
            var scans: [Int64] = []
            for step in 0..<60 {
                let now = hall.clock.now()
                let link = try await hall.scanChild(
                    "20001\(step + 10)", into: "SB0000\(step / 10)", by: step % 2 == 0 ? .asha : .ravi)
                scans.append(link.scanID)
                if step % 7 == 3 {
                    let undone = scans[step / 2]
                    _ = try? await hall.services.undo.undo(scan: undone, reason: nil, by: hall.caller(.admin))
                }
                for day in [first, hall.today] {
                    for scope in [SummaryScope.all, .own(DailySummaryTests.ravi)] {
                        let subject = SummarySubject(day: day, scope: scope)
                        let found = try await reader.find(subject, comparing: true, at: now)
                        #expect(try await found.summary.acts == hall.summary(day, scope).acts)
                        #expect(try await found.before == hall.summary(day.before, scope).acts)
                    }
                }
                hall.clock.advance(by: .minutes(Int64(step * step % 23)))
            }
            #expect(hall.today != first)
        }
    }
}
