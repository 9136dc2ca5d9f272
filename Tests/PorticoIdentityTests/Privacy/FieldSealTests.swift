import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct FieldSealTests {
    private let seal = FieldSeal(keys: Office.keys(1))
    private let place = SealedPlace(table: "patients", column: "diagnosis", row: "7")
    private let plain = Array("Malaria".utf8)

    @Test("opens what it sealed, and seals differently each time")
    func roundTrip() {
        let sealed = seal.seal(plain, at: place)
        #expect(seal.open(sealed, at: place) == plain)
        #expect(sealed != seal.seal(plain, at: place))
        #expect(sealed.count == plain.count + 49)
        #expect(seal.open(seal.seal([], at: place), at: place) == [])
    }

    @Test(
        "does not open at another place",
        arguments: [
            SealedPlace(table: "patient", column: "sdiagnosis", row: "7"),
            SealedPlace(table: "patients", column: "name", row: "7"),
            SealedPlace(table: "patients", column: "diagnosis", row: "8"),
            SealedPlace(table: "patients", column: "diagnosi", row: "s/7"),
        ])
    func moved(other: SealedPlace) {
        #expect(seal.open(seal.seal(plain, at: place), at: other) == nil)
    }

    @Test("does not open when any byte was changed or is missing")
    func changed() {
        let sealed = seal.seal(plain, at: place)
        for index in sealed.indices {
            var other = sealed
            other[index] ^= 1
            #expect(seal.open(other, at: place) == nil)
        }
        for count in 0..<sealed.count { #expect(seal.open(Array(sealed.prefix(count)), at: place) == nil) }
    }

    @Test("opens with keys below earlier master secrets, and seals anew with the present one")
    func rotation() throws {
        let sealed = seal.seal(plain, at: place)
        let rotated = FieldSeal(keys: Office.keys(2), previousKeys: [Office.keys(1)])
        let later = FieldSeal(keys: Office.keys(2))
        #expect(rotated.open(sealed, at: place) == plain && later.open(sealed, at: place) == nil)
        #expect(!rotated.isCurrent(sealed))
        let renewed = try #require(rotated.reseal(sealed, at: place))
        #expect(rotated.isCurrent(renewed) && later.open(renewed, at: place) == plain)
        #expect(later.reseal(sealed, at: place) == nil)
    }

    @Test("keeps purposes apart")
    func purposes() {
        let other = FieldSeal(keys: Office.keys(1), purpose: "letters")
        #expect(other.open(seal.seal(plain, at: place), at: place) == nil)
    }

    @Test("rotates a whole column, batch by batch, and names what does not open", arguments: TestEngine.available)
    func column(engine: TestEngine) async throws {
        let notes = SchemaComponent(
            name: "notes",
            migrations: [
                Migration(1, "notes") { "CREATE TABLE notes (id \($0.identity), body \($0.blob)) \($0.strict);" }
            ])
        try await withDatabase(on: engine, components: [notes]) { database in
            let old = seal
            try await database.write { transaction in
                for id: Int64 in 1...23 {
                    let place = SealedPlace(table: "notes", column: "body", row: "\(id)")
                    let body = id == 5 ? nil : id == 9 ? [1, 2, 3] : old.seal(Array("note \(id)".utf8), at: place)
                    try transaction.execute("test.note", "INSERT INTO notes (id, body) VALUES (\(id), \(body))")
                }
            }
            let rotated = FieldSeal(keys: Office.keys(2), previousKeys: [Office.keys(1)])
            let rotation = FieldRotation(table: "notes", column: "body", batch: 4)
            let outcome = try await rotation.run(rotated, in: database)
            #expect(outcome.resealed == 21 && outcome.unreadable == [9])
            #expect(try await rotation.run(rotated, in: database).resealed == 0)
            let later = FieldSeal(keys: Office.keys(2))
            let opened = try await database.read { reading in
                try reading.all("test.notes", "SELECT id, body FROM notes WHERE body IS NOT NULL ORDER BY id") { row in
                    let id: Int64 = try row[0]
                    let place = SealedPlace(table: "notes", column: "body", row: "\(id)")
                    return later.open(try row[1], at: place).map { String(decoding: $0, as: UTF8.self) }
                }
            }
            #expect(opened.compactMap(\.self).count == 21 && opened.first == "note 1")
        }
    }
}
