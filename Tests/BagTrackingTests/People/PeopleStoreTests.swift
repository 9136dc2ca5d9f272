import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// People: who may be changed how, and that the last administrator stays (rule R45).
@Suite struct PeopleStoreTests {
    private func withPeople(
        on engine: TestEngine, _ body: (PackingHall, PeopleStore) async throws -> Void
    ) async throws {
        try await withHall(on: engine) { hall in
            try await ReadingDesk.advanceAccounts(hall)
            try await hall.database.write { transaction in
                for person in PackingHall.Person.allCases {
                    try UserProfile.insert(person.rawValue, person.role, person.area, in: transaction)
                }
            }
            try await body(hall, PeopleStore(services: hall.services, accounts: ReadingDesk.accounts(hall)))
        }
    }

    private func user(_ email: String, _ role: BagRole, _ area: String?) throws -> NewBagUser {
        NewBagUser(
            email: try #require(EmailAddress(email)), name: "Meena Yadav", role: role, areaCode: area, passwordHash: "x"
        )
    }

    @Test("adds a person with profile and audit entry", arguments: TestEngine.available)
    func create(engine: TestEngine) async throws {
        try await withPeople(on: engine) { hall, people in
            let made = try await people.create(
                try user("meena@bags.test", .dispatcher, "akola"), by: hall.caller(.admin))
            #expect(made.areaCode == "akola" && made.isActive)
            let listed = try await hall.database.read { try PeopleStore.page(after: nil, limit: 50, in: $0) }
            #expect(listed.items.count == 7)
            #expect(listed.items.last == made)
            let attributes = try await hall.database.read { try UserProfile.attributes(of: made.id, in: $0) }
            #expect(attributes == ["area_code": "akola"])
            #expect(try await hall.auditActions() == ["user.created"])
            await #expect(throws: AccountRefusal.emailTaken) {
                try await people.create(try user("MEENA@bags.test", .biller, nil), by: hall.caller(.admin))
            }
            #expect(try await hall.auditActions() == ["user.created"])
        }
    }

    @Test("dispatchers and gatekeepers need an area, others have none", arguments: TestEngine.available)
    func areas(engine: TestEngine) async throws {
        try await withPeople(on: engine) { hall, people in
            for (role, area) in [
                (BagRole.dispatcher, String?.none), (.gatekeeper, nil), (.biller, "akola"), (.admin, "akola"),
                (.dispatcher, "atlantis"),
            ] {
                await #expect(throws: FieldProblem.self) {
                    try await people.create(try user("a@b.c", role, area), by: hall.caller(.admin))
                }
            }
            await #expect(throws: FieldProblem.self) {
                try await people.change(id: 3, BagUserChange(role: .gatekeeper), by: hall.caller(.admin))
            }
            let moved = try await people.change(
                id: 3, BagUserChange(role: .gatekeeper, areaCode: "akola"), by: hall.caller(.admin))
            #expect(moved.role == .gatekeeper && moved.areaCode == "akola")
            #expect(try await hall.auditActions() == ["user.updated"])
        }
    }

    @Test("a change of role, area or password signs out; a change of name does not", arguments: TestEngine.available)
    func sessions(engine: TestEngine) async throws {
        try await withPeople(on: engine) { hall, people in
            let changes: [(BagUserChange, Int)] = [
                (BagUserChange(name: "Asha V."), 0), (BagUserChange(areaCode: "akola"), 1),
                (BagUserChange(passwordHash: "y"), 1), (BagUserChange(role: .gatekeeper), 1),
                (BagUserChange(role: .gatekeeper, areaCode: "akola"), 0),
            ]
            var version = try await hall.number("SELECT credentials_version FROM accounts WHERE id = 1")
            for (change, steps) in changes {
                _ = try await people.change(id: 1, change, by: hall.caller(.admin))
                let now = try await hall.number("SELECT credentials_version FROM accounts WHERE id = 1")
                #expect((now > version) == (steps > 0), "\(change)")
                version = now
            }
        }
    }

    @Test("nobody changes their own role or deactivates themselves", arguments: TestEngine.available)
    func ownAccount(engine: TestEngine) async throws {
        try await withPeople(on: engine) { hall, people in
            let role = try await refusal {
                _ = try await people.change(id: 4, BagUserChange(role: .biller), by: hall.caller(.admin))
            }
            let leave = try await refusal { try await people.deactivate(id: 4, by: hall.caller(.admin)) }
            #expect(role?.code == "own_account" && leave?.code == "own_account")
            let name = try await people.change(
                id: 4, BagUserChange(name: "Boss", role: .admin), by: hall.caller(.admin))
            #expect(name.name == "Boss")
        }
    }

    @Test("nobody sets their own password without the present one", arguments: TestEngine.available)
    func ownPassword(engine: TestEngine) async throws {
        try await withPeople(on: engine) { hall, people in
            let no = try await refusal {
                _ = try await people.change(
                    id: 4, BagUserChange(name: "Boss", passwordHash: "$argon2id$"), by: hall.caller(.admin))
            }
            #expect(no?.code == "own_account")
            let kept = try await hall.database.read { try PeopleStore.person(id: 4, in: $0) }
            #expect(kept.name != "Boss")
        }
    }

    @Test("a biller with open bills keeps the role", arguments: TestEngine.available)
    func openBills(engine: TestEngine) async throws {
        try await withPeople(on: engine) { hall, people in
            try await hall.fill("SB00001", with: 1)
            try await hall.bill("SB00001")
            let no = try await refusal {
                _ = try await people.change(id: 3, BagUserChange(role: .admin), by: hall.caller(.admin))
            }
            #expect(no?.code == "has_open_bills" && no?.numbers == ["count": 1])
        }
    }

    @Test("a deactivated person keeps the name in history", arguments: TestEngine.available)
    func deactivate(engine: TestEngine) async throws {
        try await withPeople(on: engine) { hall, people in
            try await hall.scanParent("SB00001")
            try await people.deactivate(id: 1, by: hall.caller(.admin))
            try await people.deactivate(id: 1, by: hall.caller(.admin))
            #expect(try await hall.auditActions() == ["user.deactivated"])
            let scans = try await hall.database.read { try ScanLog.newest(of: 1, area: nil, limit: 1, in: $0) }
            #expect(scans.first?.user.name == "asha")
            let unknown = try await refusal { try await people.deactivate(id: 99, by: hall.caller(.admin)) }
            #expect(unknown?.code == "user_not_found")
        }
    }

    @Test("of two administrators who remove each other at once, one stays", arguments: TestEngine.available)
    func lastAdmin(engine: TestEngine) async throws {
        try await withPeople(on: engine) { hall, people in
            for round in 0..<10 {
                let second = try await people.create(
                    try user("second\(round)@bags.test", .admin, nil), by: hall.caller(.admin))
                let first = try await people.create(
                    try user("first\(round)@bags.test", .admin, nil), by: hall.caller(.admin))
                let others = try await hall.database.read { reading in
                    try reading.all(
                        "test.admins",
                        """
                        SELECT id FROM accounts WHERE role = 'admin' AND is_active = 1
                        AND id <> \(first.id) AND id <> \(second.id)
                        """
                    ) { try $0[0] as Int64 }
                }
                let firstCaller = caller(first.id, hall)
                for id in others { try await people.deactivate(id: id, by: firstCaller) }
                async let one = refusal { try await people.deactivate(id: second.id, by: firstCaller) }
                async let other = refusal {
                    _ = try await people.change(id: first.id, BagUserChange(role: .biller), by: caller(second.id, hall))
                }
                let codes = try await [one, other].map { $0?.code }
                #expect(codes.filter { $0 == nil }.count == 1)
                #expect(codes.filter { $0 == "last_admin" }.count == 1)
                let left = try await hall.number(
                    "SELECT count(*) FROM accounts WHERE role = 'admin' AND is_active = 1")
                #expect(left == 1)
            }
        }
    }

    private func caller(_ id: Int64, _ hall: PackingHall) -> BagCaller {
        BagCaller(
            userID: id, name: "admin \(id)", areaCode: nil, permissions: BagRole.admin.permissions,
            requestID: "request-1",
            address: "192.0.2.7", now: hall.clock.now())
    }
}
