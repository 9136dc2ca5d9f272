import Portico

/// The state of a sack or a bag, as lists are narrowed by it.
enum BagStatus: String, Sendable, Hashable, CaseIterable, SQLBindable {
    case empty, filling, full, loose, linked, retired

    /// What can be in this state.
    var kinds: [BagKind] {
        switch self {
        case .empty, .filling, .full: [.parent]
        case .loose, .linked: [.child]
        case .retired: [.parent, .child]
        }
    }
}

/// What a list of sacks and bags is narrowed to. Retired ones are in it only when they are asked for.
struct BagFilter: Sendable, Hashable {
    var kind: BagKind?
    /// The area asked for, or the only one that the caller sees.
    var areaCode: String?
    /// Narrows to sacks.
    var productType: String?
    var status: BagStatus?
    /// Whether it is on a bill. Narrows to sacks, because bags are on none themselves.
    var isBilled: Bool?
    /// Whether it is on hold. Narrows to sacks.
    var isOnHold: Bool?
    /// Upper-case, as labels are read.
    var lot: String?
    var search: BagSearch?
    /// From this time on.
    var createdFrom: Instant?
    /// Before this time.
    var createdTo: Instant?

    /// The list's name for its cursors: they hold for the same filter only.
    var list: String {
        let search = search.map { "\($0)" }
        let parts: [String?] = [
            kind?.rawValue, areaCode, productType, status?.rawValue, isBilled.map { "\($0)" }, isOnHold.map { "\($0)" },
            lot,
            search, createdFrom.map { "\($0.milliseconds)" }, createdTo.map { "\($0.milliseconds)" },
        ]
        return ListCursor.name("bags", parts)
    }

    /// Whether only sacks can fit.
    var isAboutSacks: Bool { productType != nil || isBilled != nil || isOnHold != nil }

    /// Whether a time is asked for.
    var isAboutTime: Bool { createdFrom != nil || createdTo != nil }

    /// Whether everything that is not retired fits, as far as kind, area and state go.
    var isAnything: Bool { kind == nil && status == nil && areaCode == nil && !isAboutSacks }

    /// Every kind and status that can fit; empty when nothing can.
    var branches: [(kind: BagKind, status: BagStatus)] {
        var statuses: [BagStatus] = status.map { [$0] } ?? [.empty, .filling, .full, .loose, .linked]
        // No empty sack goes on a bill, and nothing leaves a sack that is on one.
        if isBilled == true { statuses.removeAll { $0 == .empty } }
        return statuses.flatMap { status in
            status.kinds.compactMap { kind in
                let fits = (self.kind ?? kind) == kind && (kind == .parent || !isAboutSacks)
                return fits ? (kind, status) : nil
            }
        }
    }
}

/// A sack or bag in a list, with where it is.
struct BagListing: Sendable {
    let row: BagRow
    let place: BagPlace
}
