import Portico

/// Somebody with an account in a demonstration.
struct DemoPerson: Sendable, Hashable {
    let email: String
    let name: String
    let role: BagRole
    /// The area of those who belong to one.
    let areaCode: String?
    /// Id of the account once it is made.
    var id: Int64 = 0
}

/// The people of a demonstration. The first account of each role is named for it alone.
struct DemoPeople: Sendable {
    var all: [DemoPerson]

    init(count: Int) {
        all = []
        add("dispatcher", .dispatcher, "lucknow")
        add("gatekeeper", .gatekeeper, "lucknow")
        add("biller", .biller, nil)
        add("admin", .admin, nil)
        let others = DemoNames.towns.map(\.code).filter { $0 != "lucknow" }
        for area in others { add("dispatcher.\(area)", .dispatcher, area) }
        for number in 0..<max(0, count - all.count) { addFurther(number, others) }
    }

    /// Who packs in an area.
    func dispatchers(of area: String) -> [DemoPerson] {
        all.filter { $0.role == .dispatcher && $0.areaCode == area }
    }

    /// Who stands at the gate of an area; nobody does in the areas of a small demonstration.
    func gatekeepers(of area: String) -> [DemoPerson] {
        all.filter { $0.role == .gatekeeper && $0.areaCode == area }
    }

    /// Who sees everything.
    var administrators: [DemoPerson] { all.filter { $0.role == .admin } }

    /// Who writes bills.
    var billers: [DemoPerson] { all.filter { $0.role == .biller } }

    /// Of ten further people nine are turns of gatekeepers and dispatchers, and one writes bills.
    private mutating func addFurther(_ number: Int, _ others: [String]) {
        let turn = number / 20 + 2
        switch number % 20 {
        case let place where place < 9 && turn == 2: add("gatekeeper.\(others[place])", .gatekeeper, others[place])
        case let place where place < 9: add("gatekeeper\(turn - 1).\(others[place])", .gatekeeper, others[place])
        case 9, 19: add("biller\(number / 10 + 2)", .biller, nil)
        case let place where place == 10: add("dispatcher\(turn).lucknow", .dispatcher, "lucknow")
        case let place: add("dispatcher\(turn).\(others[place - 11])", .dispatcher, others[place - 11])
        }
    }

    private mutating func add(_ name: String, _ role: BagRole, _ area: String?) {
        all.append(
            DemoPerson(
                email: "\(name)@bags.demo", name: DemoNames.person(all.count), role: role, areaCode: area))
    }
}
