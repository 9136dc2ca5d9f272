import PorticoJSON

extension KeptScene {
    /// One reading or more of every route whose answers are kept.
    var readings: [KeptReading] { figures + bags + papers + catalogue + people + fixed }

    private func api(_ path: String) -> String { Visitor.api + path }

    private var figures: [KeptReading] {
        let day = "/summaries/daily?date=\(today)"
        return [
            counted("getStats", "/stats", ["scans", "linked"]),
            counted("getDailySummary", day, ["totals", "children_linked"]),
            KeptReading(route: "getDailySummary", target: api("/summaries/daily?date=\(closedDay)")) { [self] node in
                try await rename("/users/\(person)", "Packer", at: node)
            },
            KeptReading(route: "traceLot", target: api("/trace?lot=KEPT%2F1")) { [self] node in
                let before = try await number("/trace?lot=KEPT%2F1", ["children"], at: node)
                try await pack(at: node, lot: KeptScene.lot)
                return { KeptScene.number($0, ["children"]) == before + 1 }
            },
            KeptReading(route: "dashboardPage", target: "/bags/") { [self] node in
                let (code, _) = try await pack(at: node)
                return { $0.text.contains(code) }
            },
            KeptReading(route: "summaryPage", target: "/bags/summary?date=\(today)") { [self] node in
                let (code, _) = try await openBill(at: node)
                return { $0.text.contains(code) }
            },
        ]
    }

    /// A number that one more scan raises by one.
    private func counted(_ route: String, _ path: String, _ members: [String]) -> KeptReading {
        KeptReading(route: route, target: api(path)) { [self] node in
            let before = try await number(path, members, at: node)
            try await pack(at: node)
            return { KeptScene.number($0, members) == before + 1 }
        }
    }

    private var bags: [KeptReading] {
        [
            filled("resolve", "/resolve?code=\(sack)") { $0["bag"] },
            filled("listBags", "/bags?kind=parent&q=\(sack)") { $0["items"]?.elements?.first },
            filled("getBag", "/bags/\(sack)") { $0 },
            KeptReading(route: "listBagHistory", target: api("/bags/\(bag)/history?limit=200"), isOfLucknow: true) {
                [self] node in try await moveBag(at: node)
            },
            KeptReading(route: "listScans", target: api("/scans?limit=50")) { [self] node in
                let (code, _) = try await pack(at: node)
                return { $0.text.contains("\"\(code)\"") }
            },
        ]
    }

    /// The sack that gets one more bag, as an answer tells of it.
    private func filled(
        _ route: String, _ path: String, _ find: @escaping @Sendable (JSONValue) -> JSONValue?
    ) -> KeptReading {
        KeptReading(route: route, target: api(path), isOfLucknow: route != "listBags") { [self] node in
            let (_, answer) = try await pack(at: node, into: sack)
            let count = KeptScene.number(answer, ["parent", "child_count"])
            return { find($0.json)?["child_count"]?.int64 == count }
        }
    }

    private func moveBag(at node: RunningPortico) async throws -> KeptReading.Proof {
        let place = try await admin.at(node).get("/bags/\(bag)").json["parent_code"]?.string
        let goal = place == sack ? otherSack : sack
        let before = try await admin.at(node).get("/bags/\(bag)/history?limit=200").json["items"]?.elements?.count ?? 0
        try await change(
            "POST", "/bags/\(bag)/move", ["to_parent": .string(goal), "reason": "packed anew"], at: node)
        return { ($0.json["items"]?.elements?.count ?? 0) > before }
    }

    private var papers: [KeptReading] {
        [
            KeptReading(route: "listBills", target: api("/bills?limit=50")) { [self] node in
                let (code, _) = try await openBill(at: node)
                return { $0.text.contains(code) }
            },
            KeptReading(route: "getBill", target: api("/bills/\(bill)"), isOfLucknow: true) { [self] node in
                let text = word("Cargo")
                try await change("PATCH", "/bills/\(bill)", ["description": .string(text)], at: node)
                return { $0.json["description"]?.string == text }
            },
            KeptReading(route: "listBillParents", target: api("/bills/\(bill)/parents"), isOfLucknow: true) {
                [self] node in
                let code = try sackToBill()
                try await change("POST", "/bills/\(bill)/parents", ["code": .string(code)], at: node)
                return { $0.text.contains("\"\(code)\"") }
            },
            KeptReading(route: "listReturns", target: api("/returns?limit=50")) { [self] node in
                let place = word("Depot")
                try await change(
                    "POST", "/returns", ["area_code": "lucknow", "location": .string(place)], at: node)
                return { $0.text.contains("\"\(place)\"") }
            },
            KeptReading(route: "getReturn", target: api("/returns/\(ticket)")) { [self] node in
                let code = try sackToReturn()
                try await change("POST", "/returns/\(ticket)/scans", ["code": .string(code)], at: node)
                return { $0.text.contains("\"\(code)\"") }
            },
        ]
    }

    /// - Returns: the code of the new bill, and its id.
    private func openBill(at node: RunningPortico) async throws -> (code: String, id: String) {
        let code = word("Kept bill")
        let answer = try await change(
            "POST", "/bills", ["code": .string(code), "capacity": 5, "area_code": "lucknow"], at: node)
        return (code, answer.json["id"]?.string ?? "")
    }

    private var catalogue: [KeptReading] {
        [
            KeptReading(route: "listAreas", target: api("/areas?limit=200")) { [self] node in
                try await addArea(at: node)
            },
            KeptReading(route: "listAudit", target: api("/audit?limit=50"), isSteady: false) { [self] node in
                try await addArea(at: node)
            },
            KeptReading(route: "getArea", target: api("/areas/akola")) { [self] node in
                try await rename("/areas/akola", "Akola", at: node)
            },
            KeptReading(route: "listProductTypes", target: api("/product-types")) { [self] node in
                try await rename("/product-types/mustard", "Mustard", at: node)
            },
            KeptReading(route: "getProductType", target: api("/product-types/moong")) { [self] node in
                try await rename("/product-types/moong", "Moong", at: node)
            },
            KeptReading(route: "showSchedule", target: api(KeptScene.schedule)) { [self] node in
                try await reschedule(at: node)
            },
        ]
    }

    private func addArea(at node: RunningPortico) async throws -> KeptReading.Proof {
        let code = word("kept")
        try await change("POST", "/areas", ["code": .string(code), "name": .string(code)], at: node)
        return { $0.text.contains("\"\(code)\"") }
    }

    private func rename(_ path: String, _ name: String, at node: RunningPortico) async throws -> KeptReading.Proof {
        let name = word(name)
        try await change("PATCH", path, ["name": .string(name)], at: node)
        return { $0.text.contains("\"\(name)\"") }
    }

    private static let schedule = "/operations/schedules/bags.personal_data"

    private func reschedule(at node: RunningPortico) async throws -> KeptReading.Proof {
        let before = try await admin.at(node).get(KeptScene.schedule).json["cron"]?.string
        let cron = before == "40 3 * * *" ? "50 3 * * *" : "40 3 * * *"
        try await change("PUT", KeptScene.schedule, ["cron": .string(cron), "zone": "Asia/Kolkata"], at: node)
        return { $0.json["cron"]?.string == cron }
    }

    private var people: [KeptReading] {
        let all = KeptReading(route: "listUsers", target: api("/users?limit=200"), isSteady: false) { [self] node in
            try await rename("/users/\(person)", "Packer", at: node)
        }
        let one = KeptReading(route: "getUser", target: api("/users/\(person)"), isSteady: false) { [self] node in
            try await rename("/users/\(person)", "Packer", at: node)
        }
        return [all, one]
    }

    /// Addresses that stand for one content as long as the program is the same.
    private var fixed: [KeptReading] {
        [
            KeptReading(route: "importTemplate", target: api("/imports/templates/packing")),
            KeptReading(route: "labelDrawing", target: api("/labels/SB00001.svg")),
            KeptReading(route: "serviceWorker", target: "/bags/sw.js"),
            KeptReading(route: "packingManifest", target: "/bags/packing.webmanifest"),
            KeptReading(route: "gateManifest", target: "/bags/gate.webmanifest"),
            KeptReading(route: "stationIcon", target: "/bags/icon.svg"),
            KeptReading(route: "openAPI", target: "/bags/openapi.json"),
            KeptReading(route: "tokenKeys", target: "/bags/.well-known/jwks.json"),
        ]
    }
}
