import Synchronization

/// What a dry run would have changed so far: the rows that follow are judged as if it had been written. It is shared by all
/// parts, and each adds only what it has changed.
final class ImportDraft: Sendable {
    /// The bill that a row would put a sack on.
    struct Place {
        /// What bills are found by.
        let key: String
        let code: String
    }

    private struct State {
        var sacks: [String: ImportedSack] = [:]
        var children: [String: ImportedChild] = [:]
        /// Codes of sacks by their SSCC.
        var carriers: [String: String] = [:]
        var bills: [String: BillRow] = [:]
        var places: [String: Place] = [:]
    }

    private let state = Mutex(State())

    /// Sacks as they would be, of those with these codes or numbers.
    func sacks(_ codes: Set<String>, _ numbers: Set<String>) -> [ImportedSack] {
        state.withLock { state in
            codes.union(numbers.compactMap { state.carriers[$0] }).compactMap { state.sacks[$0] }
        }
    }

    /// Bags as they would be.
    func children(_ codes: Set<String>) -> [ImportedChild] {
        state.withLock { state in codes.compactMap { state.children[$0] } }
    }

    /// Bills as they would be.
    func bills(_ keys: Set<String>) -> [(key: String, bill: BillRow)] {
        state.withLock { state in keys.compactMap { key in state.bills[key].map { (key, $0) } } }
    }

    /// The bills that sacks would be on, by the codes of the sacks.
    func places(_ codes: some Sequence<String>) -> [String: Place] {
        state.withLock { state in
            var places: [String: Place] = [:]
            for code in codes { places[code] = state.places[code] }
            return places
        }
    }

    /// Keeps what a part changed about sacks and bags.
    func keep(_ world: ImportWorld) {
        state.withLock { state in
            for sack in world.sacks.values where sack.isChanged || sack.id == nil {
                state.sacks[sack.code] = sack
                if let sscc = sack.sscc { state.carriers[sscc] = sack.code }
            }
            for child in world.children.values where child.change != nil { state.children[child.code] = child }
        }
    }

    /// Keeps the bills that a part made or filled, and where it put sacks.
    func keep(_ bills: [String: BillRow], _ places: [String: Place]) {
        state.withLock { state in
            state.bills.merge(bills) { _, last in last }
            state.places.merge(places) { _, last in last }
        }
    }
}
