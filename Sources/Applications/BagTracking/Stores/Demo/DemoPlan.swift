import Portico

/// All sacks and bills of a demonstration, in the order of time. Follows from seed, scale, people and day alone.
struct DemoPlan: Sendable {
    /// Labels are printed in rolls of so many; every area works through rolls of its own.
    static let roll = 1000
    /// The first label. The last is below 3,000,000, so that higher ones are free to try.
    static let firstLabel = 1_000_000
    /// Bags of one lot.
    static let lotSize = 5000
    /// Milliseconds between the scans of sacks onto a bill.
    static let billGap: Int64 = 2000

    let seed: UInt64
    let scale: DemoScale
    let calendar: DemoCalendar
    let people: DemoPeople
    var sacks: [DemoSack] = []
    var bills: [DemoBill] = []
    /// The rolls of each area in the order of their use.
    private var rolls: [[Int]] = []

    init(_ demonstration: Demonstration, people: DemoPeople) {
        seed = demonstration.seed
        scale = DemoScale(demonstration.scale)
        calendar = DemoCalendar(now: demonstration.now)
        self.people = people
        var random = DemoRandom(seed: seed)
        sacks = Array(repeating: DemoSack(), count: scale.sacks)
        fill(&random)
        place(&random)
        spreadSpecials()
        number()
        billSacks()
        placeGates()
        assignIDs()
        chooseRolls(&random)
        holdSome()
    }

    /// The year in names of lots.
    var year: Int { calendar.date(DemoCalendar.days - 1).year }

    /// The label of a bag of an area, by its number among the area's bags.
    func label(area: Int, _ number: Int) -> String {
        String(DemoPlan.firstLabel + rolls[area][number / DemoPlan.roll] * DemoPlan.roll + number % DemoPlan.roll)
    }

    /// Who packed a sack: the area's dispatchers take turns.
    func packer(_ index: Int) -> DemoPerson {
        let crew = people.dispatchers(of: DemoNames.towns[sacks[index].area].code)
        return crew[index % crew.count]
    }

    /// Who checked a bill's lorry: the area's gatekeepers take turns, and an administrator where there is none.
    func gatekeeper(_ bill: DemoBill) -> DemoPerson {
        let crew = people.gatekeepers(of: DemoNames.towns[bill.area].code)
        let standIns = crew.isEmpty ? people.administrators : crew
        return standIns[bill.number % standIns.count]
    }

    // MARK: - Contents

    /// Decides which sacks are full, filling and empty, and of which type, so that the bags come out exactly.
    private mutating func fill(_ random: inout DemoRandom) {
        let linked = scale.children - scale.looseChildren
        let full = scale.fullSacks
        let filling = scale.fillingSacks
        // Each full mustard sack has 15 bags more than a full moong sack; sacks being filled have about 10.
        let mustard = min(full, max(0, (linked - 10 * filling - 15 * full) / 15))
        let rest = linked - 15 * full - 15 * mustard
        var drafts: [DemoSack] = []
        for index in 0..<scale.sacks {
            var sack = DemoSack()
            if index < full {
                sack.fill = .full
                sack.type = index < mustard ? .mustard : .moong
                sack.count = sack.type.capacity
            } else {
                let place = index - full
                sack.type = place % 10 < 7 ? .mustard : .moong
                sack.fill = place < filling ? .filling : .empty
                sack.count = place < filling ? rest / filling + (place < rest % filling ? 1 : 0) : 0
            }
            drafts.append(sack)
        }
        jitter(&drafts, full..<(full + filling), &random)
        drafts.shuffle(using: &random)
        sacks = drafts
    }

    /// Moves a few bags between pairs of sacks that are being filled, so that not all look the same.
    private func jitter(_ drafts: inout [DemoSack], _ range: Range<Int>, _ random: inout DemoRandom) {
        for index in stride(from: range.lowerBound, to: range.upperBound - 1, by: 2) {
            let most = min(drafts[index].count - 1, drafts[index + 1].type.capacity - 1 - drafts[index + 1].count)
            let moved = random.below(max(1, min(most, 6) + 1))
            drafts[index].count -= moved
            drafts[index + 1].count += moved
        }
    }

    /// Gives every sack its area and time.
    private mutating func place(_ random: inout DemoRandom) {
        let count = sacks.count
        var ofDay = Array(repeating: 0, count: DemoCalendar.days)
        let days = sacks.indices.map { DemoCalendar.days - 1 - (count - 1 - $0) * DemoCalendar.days / count }
        for day in days { ofDay[day] += 1 }
        var seen = Array(repeating: 0, count: DemoCalendar.days)
        for index in sacks.indices {
            let day = days[index]
            let hours = calendar.hours(day)
            let room = (hours.end - hours.start).milliseconds - Span.minutes(8).milliseconds
            sacks[index].start =
                hours.start + .milliseconds(room * Int64(2 * seen[day] + 1) / Int64(2 * ofDay[day]))
            sacks[index].gap = 2500 + random.below(3500)
            sacks[index].area = DemoPlan.town(random.below(100))
            seen[day] += 1
        }
    }

    private static func town(_ share: Int) -> Int {
        var rest = share
        for (index, town) in DemoNames.towns.enumerated() {
            if rest < town.weight { return index }
            rest -= town.weight
        }
        return 0
    }

    /// Spreads what goes wrong evenly over all sacks. What an empty sack can't have, the next one gets.
    private mutating func spreadSpecials() {
        var loose = Spread(scale.looseChildren, over: sacks.count)
        var relinked = Spread(scale.relinkedChildren, over: sacks.count)
        var rejected = Spread(scale.rejectedScans, over: sacks.count)
        var duplicates = Spread(scale.duplicateScans, over: sacks.count)
        for index in sacks.indices {
            sacks[index].loose = loose.next(atMost: 3)
            let most = sacks[index].count == 0 ? 0 : 3
            sacks[index].relinked = relinked.next(atMost: min(most, sacks[index].count))
            sacks[index].rejected = rejected.next(atMost: most)
            sacks[index].duplicates = duplicates.next(atMost: min(most, sacks[index].count))
        }
        // What is left over belongs to the last sack: the bags must come out exactly.
        sacks[sacks.count - 1].loose += loose.left
    }

    private struct Spread {
        private let total: Int
        private let places: Int
        private var place = 0
        private var given = 0

        init(_ total: Int, over places: Int) {
            self.total = total
            self.places = places
        }

        var left: Int { total - given }

        mutating func next(atMost most: Int) -> Int {
            place += 1
            let amount = min(most, total * place / places - given)
            given += amount
            return amount
        }
    }

    // MARK: - Numbers

    /// Serial numbers, lots, and the bags of each area.
    private mutating func number() {
        var serials: [String: Int] = [:]
        var children: [String: Int] = [:]
        var ofArea = Array(repeating: 0, count: DemoNames.towns.count)
        var last = Array(repeating: Int?.none, count: DemoNames.towns.count)
        for index in sacks.indices {
            let type = sacks[index].type.code
            let area = sacks[index].area
            serials[type, default: 0] += 1
            sacks[index].serial = serials[type] ?? 0
            sacks[index].lot = children[type, default: 0] / DemoPlan.lotSize + 1
            children[type, default: 0] += sacks[index].newChildren
            sacks[index].childrenBefore = ofArea[area]
            ofArea[area] += sacks[index].newChildren
            sacks[index].previous = last[area]
            last[area] = index
        }
    }

    private mutating func assignIDs() {
        var bag: Int64 = 1
        var scan: Int64 = 1
        var event: Int64 = 1
        for index in sacks.indices {
            sacks[index].firstBagID = bag
            sacks[index].firstScanID = scan
            sacks[index].firstEventID = event
            bag += Int64(1 + sacks[index].newChildren)
            scan += Int64(1 + sacks[index].childScans)
            if sacks[index].closesBill, let bill = sacks[index].bill { scan += Int64(bills[bill].sacks.count) }
            for bill in sacks[index].gates { scan += Int64(gate(bills[bill])?.scans ?? 0) }
            event += Int64(sacks[index].events)
        }
    }

    /// Deals rolls of labels to the areas in the order they need them, from a shuffled heap.
    private mutating func chooseRolls(_ random: inout DemoRandom) {
        let last = sacks.reduce(into: Array(repeating: 0, count: DemoNames.towns.count)) {
            $0[$1.area] = $1.childrenBefore + $1.newChildren
        }
        let needed = last.reduce(0) { $0 + $1 / DemoPlan.roll + 1 }
        var heap = Array(0..<max(needed, min(2000, 2 * needed)))
        heap.shuffle(using: &random)
        rolls = Array(repeating: [], count: last.count)
        var next = 0
        for sack in sacks {
            while rolls[sack.area].count <= (sack.childrenBefore + sack.newChildren) / DemoPlan.roll {
                rolls[sack.area].append(heap[next])
                next += 1
            }
        }
    }

    /// Every fortieth sack that is on no bill may not be billed for now.
    private mutating func holdSome() {
        let free = sacks.indices.filter { sacks[$0].bill == nil && sacks[$0].count > 0 }
        for (place, index) in free.enumerated() where place % 40 == 7 {
            sacks[index].holdReason = DemoNames.holds[place / 40 % DemoNames.holds.count]
        }
    }
}
