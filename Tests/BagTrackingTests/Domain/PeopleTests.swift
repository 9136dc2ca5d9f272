import Testing

@testable import BagTracking

@Suite("Roles and permissions")
struct BagRoleTests {
    /// The table of roles, row by row: who has the permissions of the row.
    private static let table: [([String], [BagRole])] = [
        (["scan.pack", "scan.undo_own"], [.dispatcher, .biller, .admin]),
        (["scan.undo_any"], [.admin]),
        (["bag.read", "bill.read", "stats.read"], [.dispatcher, .gatekeeper, .biller, .admin]),
        (["bag.correct", "bag.hold", "bag.retire"], [.biller, .admin]),
        (["bill.write", "bill.deliver", "return.write"], [.biller, .admin]),
        (["bill.cancel", "bag.restore"], [.admin]),
        (["gate.check"], [.gatekeeper, .admin]),
        (["label.print"], [.dispatcher, .biller, .admin]),
        (["summary.read_own"], [.biller, .admin]),
        (["summary.read_all", "summary.send"], [.admin]),
        (["export.read", "epcis.read", "trace.read"], [.biller, .admin]),
        (["import.run", "user.manage", "config.manage", "audit.read"], [.admin]),
        (["operations.read", "operations.write"], [.admin]),
    ]

    @Test("everyone has exactly the permissions of the table", arguments: BagRole.allCases)
    func permissions(role: BagRole) {
        let expected = BagRoleTests.table.filter { $0.1.contains(role) }.flatMap(\.0)
        #expect(role.permissions == Set(expected))
    }

    @Test("dispatchers and gatekeepers are bound to an area")
    func bound() {
        #expect(BagRole.allCases.filter(\.isBoundToArea) == [.dispatcher, .gatekeeper])
        #expect(BagRole.allCases.map(\.rawValue) == ["dispatcher", "gatekeeper", "biller", "admin"])
    }
}

@Suite("Rule R45: people")
struct UserRulesTests {
    @Test("bound roles need a known area, others have none", arguments: BagRole.allCases)
    func areas(role: BagRole) {
        func problem(_ area: String?) -> String? {
            UserRules.areaProblem(role: role, areaCode: area, knownAreas: ["lucknow"])?.code
        }
        #expect(problem(nil) == (role.isBoundToArea ? "required" : nil))
        #expect(problem("lucknow") == (role.isBoundToArea ? nil : "invalid"))
        #expect(problem("atlantis") == "invalid")
    }

    private func refusal(
        actor: Int64 = 1, user: Int64 = 2, role: BagRole = .admin, to newRole: BagRole? = nil,
        deactivates: Bool = false, otherAdmins: Int = 1, openBills: Int = 0
    ) -> Refusal? {
        UserRules.refusal(
            of: UserChange(
                actorID: actor, userID: user, role: role, newRole: newRole, deactivates: deactivates,
                otherActiveAdmins: otherAdmins, openBills: openBills))
    }

    @Test("nobody changes the own role or deactivates the own account")
    func ownAccount() {
        #expect(refusal(user: 1, to: .biller)?.code == "own_account")
        #expect(refusal(user: 1, deactivates: true)?.code == "own_account")
        #expect(refusal(user: 1, to: .admin) == nil)
        #expect(refusal(user: 1) == nil)
    }

    @Test("the last active administrator stays")
    func lastAdmin() {
        #expect(refusal(to: .biller, otherAdmins: 0)?.code == "last_admin")
        #expect(refusal(deactivates: true, otherAdmins: 0)?.code == "last_admin")
        #expect(refusal(deactivates: true) == nil)
        #expect(refusal(role: .biller, deactivates: true, otherAdmins: 0) == nil)
    }

    @Test("a biller with open bills keeps the role")
    func openBills() {
        let refused = refusal(role: .biller, to: .admin, openBills: 2)
        #expect(refused?.code == "has_open_bills")
        #expect(refused?.numbers == ["count": 2])
        #expect(refusal(role: .biller, to: .biller, openBills: 2) == nil)
        #expect(refusal(role: .biller, to: .admin) == nil)
        #expect(refusal(role: .biller, deactivates: true, openBills: 2) == nil)
    }

    @Test("role, area, password and deactivation end sessions, a new name does not")
    func sessions() {
        func ends(_ flags: [Bool]) -> Bool {
            UserRules.endsSessions(
                changesRole: flags[0], changesArea: flags[1], changesPassword: flags[2], deactivates: flags[3])
        }
        #expect(!ends([false, false, false, false]))
        for index in 0..<4 {
            #expect(ends((0..<4).map { $0 == index }))
        }
    }
}

@Suite("Refusals")
struct RefusalTests {
    @Test("each has its kind and its stable code")
    func codes() throws {
        let mustard = ProductType.mustard
        let sscc = try SSCC.parse("106141412345678908")
        let conflicts: [(Refusal, String)] = [
            (.patternOverlap(mustard, with: .moong), "pattern_overlap"),
            (.patternTaken(mustard, childCode: "SB00001"), "pattern_taken"),
            (.productTypeFixed(["prefix"]), "product_type_fixed"),
            (.productTypeInactive(mustard), "product_type_inactive"),
            (.ssccInUse(sscc), "sscc_in_use"),
            (.companyPrefixMissing(), "company_prefix_missing"),
            (.onHold("SB00001", reason: "wet"), "on_hold"),
            (.ownAccount(), "own_account"),
            (.lastAdmin(), "last_admin"),
        ]
        for (refusal, code) in conflicts {
            #expect(refusal.code == code)
            #expect(refusal.status == .conflict)
            #expect(refusal.detail.hasSuffix(".") && !refusal.tellsCurrent)
        }
        #expect(Refusal.bagNotFound("X").status == .notFound)
        #expect(Refusal.scanNotFound().code == "scan_not_found")
        #expect(Refusal(CodeError.wrongKind("SB00001")).status == .unprocessable)
    }
}
