import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@Suite("What a copy must know for a caller")
struct ReadSessionTests {
    @Test("is everything while nothing is known of the caller")
    func unknown() {
        let session = ReadSession()
        #expect(session.required == nil)
        session.committed(before: LogPosition(7))
        #expect(session.required == nil)
        #expect(session.newest == LogPosition(7))
    }

    @Test("grows with the caller's commits and never falls")
    func commits() {
        let session = ReadSession()
        session.remember(LogPosition(10), key: 3)
        #expect(session.required == LogPosition(10))
        session.committed(before: LogPosition(20))
        session.committed(before: LogPosition(15))
        #expect(session.required == LogPosition(20))
        #expect(session.key == 3)
    }

    @Test("is everything after a commit whose place is not known, and after hearing of others' changes")
    func heard() {
        let lost = ReadSession()
        lost.remember(LogPosition(10), key: 3)
        lost.committed(before: nil)
        #expect(lost.required == nil)
        let told = ReadSession()
        told.remember(LogPosition(10), key: 3)
        told.hear()
        #expect(told.required == nil)
    }

    @Test("a commit on SQLite tells no place, and every intent reads the one database")
    func sqlite() async throws {
        try await withThings(.sqlite) { database in
            let session = ReadSession()
            try await ReadSession.$current.withValue(session) {
                try await database.write { _ = try $0.insertThing("a") }
                for intent in [ReadIntent.primary, .present, .mayLag] {
                    #expect(try await database.read(intent) { try $0.thingCount() } == 1)
                    #expect(try await database.readAtLength(intent) { try $0.thingCount() } == 1)
                }
            }
            #expect(session.newest == nil)
        }
    }
}
