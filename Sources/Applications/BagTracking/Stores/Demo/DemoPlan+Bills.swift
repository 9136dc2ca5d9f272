import Portico

extension DemoPlan {
    /// Puts the oldest full sacks of each area on bills, as evenly as they go. The newest bills are open.
    mutating func billSacks() {
        let chosen = sacksToBill()
        let counts = billCounts(chosen.map(\.count))
        for (area, indices) in chosen.enumerated() {
            for place in 0..<counts[area] {
                let from = indices.count * place / counts[area]
                let to = indices.count * (place + 1) / counts[area]
                bills.append(DemoBill(sacks: Array(indices[from..<to]), area: area))
            }
        }
        bills.sort { ($0.sacks.last ?? 0) < ($1.sacks.last ?? 0) }
        for index in bills.indices { settle(index) }
        loadOne()
    }

    /// The sacks of each area that go on bills, oldest first.
    private func sacksToBill() -> [[Int]] {
        var full = Array(repeating: [Int](), count: DemoNames.towns.count)
        for index in sacks.indices where sacks[index].fill == .full { full[sacks[index].area].append(index) }
        let all = full.reduce(0) { $0 + $1.count }
        var chosen = full.map { Array($0.prefix($0.count * scale.billedSacks / max(all, 1))) }
        var missing = scale.billedSacks - chosen.reduce(0) { $0 + $1.count }
        for area in full.indices where missing > 0 && chosen[area].count < full[area].count {
            chosen[area].append(full[area][chosen[area].count])
            missing -= 1
        }
        return chosen
    }

    /// How many bills each area has: in proportion to its sacks, at least one, all together as many as wanted.
    private func billCounts(_ sacks: [Int]) -> [Int] {
        let all = max(sacks.reduce(0, +), 1)
        var counts = sacks.map { $0 == 0 ? 0 : max(1, $0 * scale.bills / all) }
        while counts.reduce(0, +) != scale.bills {
            let isShort = counts.reduce(0, +) < scale.bills
            // The area whose bills are fullest gets one more; the one whose are emptiest loses one.
            let load = sacks.indices.filter { sacks[$0] > 0 && (isShort ? counts[$0] < sacks[$0] : counts[$0] > 1) }
            let sorted = load.sorted { sacks[$0] * counts[$1] > sacks[$1] * counts[$0] }
            guard let area = isShort ? sorted.first : sorted.last else { return counts }
            counts[area] += isShort ? 1 : -1
        }
        return counts
    }

    /// Gives a bill its id, state and time, and tells its sacks.
    private mutating func settle(_ index: Int) {
        let last = bills[index].sacks.last ?? 0
        let newest = bills.count - 1 - index
        let few = max(1, (bills.count + 10) / 20)
        bills[index].id = Int64(index + 1)
        bills[index].number = index + 1
        bills[index].state =
            switch newest {
            case ..<few: "open"
            case ..<(2 * few + 1): "completed"
            case ..<(2 * few + 1 + bills.count * 3 / 10): "dispatched"
            default: "delivered"
            }
        bills[index].biller = index % max(people.billers.count, 1)
        bills[index].createdAt = sacks[last].end + .seconds(20)
        sacks[last].closesBill = true
        for (place, sack) in bills[index].sacks.enumerated() {
            sacks[sack].bill = index
            sacks[sack].billPlace = place + 1
        }
    }

    /// One of the completed bills is being loaded, in Lucknow where there is one.
    private mutating func loadOne() {
        let completed = bills.indices.filter { bills[$0].state == "completed" }
        let own = completed.first { DemoNames.towns[bills[$0].area].code == "lucknow" }
        if let chosen = own ?? completed.first { bills[chosen].state = BillState.loading.rawValue }
    }

    /// The code of a bill.
    func code(_ bill: DemoBill) -> String {
        "\(DemoNames.towns[bill.area].code.prefix(3).uppercased()) \(year)/\(bill.number)"
    }

    /// Whether a bill went with fewer sacks than it takes.
    func isShort(_ bill: DemoBill) -> Bool { bill.state != "open" && bill.number % 9 == 0 }

    /// How many sacks a bill takes.
    func capacity(_ bill: DemoBill) -> Int {
        bill.sacks.count + (bill.state == "open" ? 10 : isShort(bill) ? 2 : 0)
    }

    /// How much is in a sack.
    func load(_ sack: Int) -> ParentLoad {
        let sack = sacks[sack]
        return ParentLoad(
            childCount: sack.count, capacity: sack.type.capacity, unitWeightGrams: sack.type.unitWeightGrams)
    }

    /// What is on a bill.
    func totals(_ bill: DemoBill) -> BillTotals {
        bill.sacks.reduce(BillTotals()) { $0.adding(load($1)) }
    }

    /// When a bill was completed, dispatched and delivered; nil where it was not yet.
    func times(_ bill: DemoBill) -> (completed: Instant?, dispatched: Instant?, delivered: Instant?) {
        let completed = min(bill.createdAt + .minutes(5), calendar.end)
        let dispatched = min(completed + .minutes(Int64(40 + bill.number % 120)), calendar.end)
        let delivered = min(dispatched + .hours(Int64(20 + bill.number % 50)), calendar.end)
        return switch bill.state {
        case "open": (nil, nil, nil)
        case "completed", "loading": (completed, nil, nil)
        case "dispatched": (completed, dispatched, nil)
        default: (completed, dispatched, delivered)
        }
    }
}
