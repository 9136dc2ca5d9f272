import PorticoBench

/// A packing table: scans a new sack, then thirty new bags into it, then the next sack.
///
/// The scans of sacks are not measured. They come as often as at a real table, so the rate of bags is what is left beside them.
final class PackingTable: LoadSource {
    private static let capacity = 30

    private let serials: BagsSerials
    private let sacks: PostTemplate
    private let bags: PostTemplate
    /// The sack that is being filled.
    private var sack: String?
    private var room = 0
    /// The sack that is being registered.
    private var asked: String?

    init(_ office: BagsOffice, _ person: BagsOffice.Person) {
        serials = office.serials
        sacks = PostTemplate("\(BagsOffice.api)/scans/parent", of: office.target, as: person.session)
        bags = PostTemplate("\(BagsOffice.api)/scans/child", of: office.target, as: person.session)
    }

    func next() -> LoadStep? {
        guard let sack, room > 0 else { return register() }
        asked = nil
        room -= 1
        return LoadStep(bags.request(PackingTable.scan(serials.nextBag(), into: sack)))
    }

    private func register() -> LoadStep? {
        sack = nil
        asked = serials.nextSack()
        return asked.map { LoadStep(sacks.request(#"{"code":"\#($0)"}"#), isMeasured: false) }
    }

    func isWanted(_ answer: BenchAnswer) -> Bool {
        guard let asked else { return answer.status == 201 }
        // A sack of an earlier run is passed over.
        guard answer.status == 201 else { return answer.status == 200 }
        sack = asked
        room = PackingTable.capacity
        return true
    }

    /// The body of a scan of a bag.
    static func scan(_ bag: String, into sack: String) -> String {
        #"{"parent":"\#(sack)","code":"\#(bag)","client_scan_id":"bench-\#(bag)"}"#
    }
}
