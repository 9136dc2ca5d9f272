import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

/// How numbers lie in the table, and who gets them whole.
@Suite struct PhoneSealTests {
    private static let other = "+4915112345678"

    private func begin(_ phones: PhoneOffice, _ account: Account, _ number: String) async throws {
        let wanted = try #require(PhoneNumber(number))
        let now = phones.clock.now()
        try await phones.database.write { [store = phones.identity.phones] in
            try store.begin(wanted, for: account, at: now, in: $0)
        }
    }

    @Test("keeps no number that could be read, neither a confirmed nor a waiting one", arguments: TestEngine.available)
    func sealed(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine) { phones in
            let account = try await phones.office.hire()
            try await phones.equip(account)
            try await begin(phones, account, Self.other)
            let kept = try await phones.sealed(account)
            for (sealed, number) in [(kept.number, PhoneOffice.number), (kept.pending, Self.other)] {
                let bytes = try #require(sealed)
                #expect(bytes.count == number.utf8.count + 49)
                let text = String(decoding: bytes, as: UTF8.self)
                for length in 4...number.utf8.count { #expect(!text.contains(number.suffix(length))) }
            }
        }
    }

    @Test("opens no number at the place of another account or another column", arguments: TestEngine.available)
    func bound(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine) { phones in
            let asha = try await phones.office.hire()
            let ravi = try await phones.office.hire("ravi@example.org")
            try await phones.equip(asha)
            try await phones.equip(ravi, Self.other)
            let ours = try await phones.sealed(asha).number
            try await phones.database.write { transaction in
                try transaction.execute(
                    "test.move", "UPDATE phones SET number = \(ours) WHERE account_id = \(ravi.id)")
                try transaction.execute(
                    "test.copy",
                    """
                    UPDATE phones SET pending = number, pending_until = \(phones.clock.now() + .minutes(7))
                    WHERE account_id = \(asha.id)
                    """)
            }
            #expect(try await phones.standing(ravi) == PhoneStore.Standing())
            let standing = try await phones.standing(asha)
            #expect(standing.number?.text == PhoneOffice.number && standing.pending == nil)
        }
    }

    @Test(
        "seals all numbers anew under another master secret, so that the one before can go",
        arguments: TestEngine.available)
    func rotation(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine) { phones in
            let account = try await phones.office.hire()
            try await phones.equip(account)
            try await begin(phones, account, Self.other)
            let before = try await phones.sealed(account)
            let both = phones.office.anotherNode {
                $0.keys = Office.keys(2)
                $0.previousKeys = [Office.keys()]
            }
            #expect(try await phones.standing(account, of: both).number?.text == PhoneOffice.number)
            #expect(try await PhoneRotation(Office.keys(2), previous: []).run(in: phones.database).resealed == 0)
            let rotation = PhoneRotation(Office.keys(2), previous: [Office.keys()])
            #expect(try await rotation.run(in: phones.database).resealed == 2)
            #expect(try await rotation.run(in: phones.database).resealed == 0)
            let after = try await phones.sealed(account)
            #expect(after.number != before.number && after.pending != before.pending)
            let alone = phones.office.anotherNode { $0.keys = Office.keys(2) }
            let standing = try await phones.standing(account, of: alone)
            #expect(standing.number?.text == PhoneOffice.number && standing.pending?.text == Self.other)
            #expect(try await phones.standing(account) == PhoneStore.Standing())
        }
    }

    @Test("leaves and names what opens with no key", arguments: TestEngine.available)
    func unreadable(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine) { phones in
            let account = try await phones.office.hire()
            try await phones.equip(account)
            let before = try await phones.sealed(account).number
            let strange = PhoneRotation(Office.keys(2), previous: [Office.keys(3)])
            let outcome = try await strange.run(in: phones.database)
            #expect(outcome.resealed == 0 && outcome.unreadable == [account.id])
            #expect(try await phones.sealed(account).number == before)
        }
    }

    @Test(
        "tells its owner the whole number in the export, and forgets it with the person",
        arguments: TestEngine.available)
    func privacy(engine: TestEngine) async throws {
        try await withPhoneOffice(on: engine) { phones in
            let asha = try await phones.office.hire()
            let ravi = try await phones.office.hire("ravi@example.org")
            try await phones.equip(asha)
            try await begin(phones, asha, Self.other)
            let data = phones.identity.personalData()
            let cause = AuditEntry.Cause(at: phones.clock.now())
            let told = try #require(try await data.export(of: asha.id, by: cause))
            #expect(told["phone"]?["number"]?.string == PhoneOffice.number)
            #expect(told["phone"]?["pending"]?.string == Self.other)
            #expect(told["phone"]?["confirmed_at"]?.string == phones.clock.now().rfc3339)
            #expect(try await data.export(of: ravi.id, by: cause)?["phone"] == .null)
            let erased = try #require(try await data.erase(asha.id, by: cause))
            #expect(erased.rows["phones"] == 1 && erased.rows["mail_codes"] == 1)
            #expect(try await phones.office.count("phones") == 0)
        }
    }
}
