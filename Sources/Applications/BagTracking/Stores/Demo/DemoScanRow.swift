import Portico

/// Makes the rows of the scans at one sack of a demonstration, one after the other.
struct DemoScanRow {
    /// Columns of `scans` in the order of the rows.
    static let columns = [
        "id", "user_id", "client_scan_id", "content_hash", "kind", "outcome", "reject_code", "code", "parent_code",
        "bill_id",
        "area_code", "count_after", "capacity", "status_after", "answer", "scanned_at", "recorded_at", "request_id",
        "undone_at", "undone_by", "undo_reason",
    ]

    let plan: DemoPlan
    let index: Int
    let sack: DemoSack
    let packer: DemoPerson
    let area: String
    private let code: String
    /// Id of the scan made last.
    private(set) var scanID: Int64
    /// When the sack was registered.
    private(set) var created: Instant
    private var scanned: Instant
    private var recorded: Instant

    init(plan: DemoPlan, index: Int) {
        self.plan = plan
        self.index = index
        sack = plan.sacks[index]
        packer = plan.packer(index)
        area = DemoNames.towns[sack.area].code
        code = sack.code
        scanID = sack.firstScanID
        created = sack.start
        scanned = sack.start
        recorded = sack.start
    }

    /// One row before its values are put in order.
    struct Draft {
        var user: Int64
        var kind = ScanKind.child
        var outcome: ScanOutcome
        var code: String
        var parent: String?
        var billID: Int64?
        /// Where, when not at the sack.
        var area: String?
        var rejectCode: String?
        var load: ParentLoad?
        var remainder = ScanRemainder()
        var undone: (at: Instant, reason: String)?
    }

    /// The scan that registered the sack.
    mutating func parent(_ random: inout DemoRandom) -> [SQLValue] {
        recorded = scanned + .milliseconds(40 + Int64(random.below(260)))
        created = recorded
        return row(Draft(user: packer.id, kind: .parent, outcome: .created, code: code, load: load(0)))
    }

    /// Goes on to the next scan.
    mutating func advance(_ random: inout DemoRandom) -> (scanned: Instant, recorded: Instant) {
        scanID += 1
        scanned = scanned + .milliseconds(Int64(sack.gap))
        recorded = scanned + .milliseconds(40 + Int64(random.below(260)))
        return (scanned, recorded)
    }

    /// Goes on to a scan that is made elsewhere.
    mutating func advance(to time: Instant, recordedAfter delay: Span = .milliseconds(0)) {
        scanID += 1
        scanned = time
        recorded = time + delay
    }

    /// The scan of a bag into the sack.
    func child(_ step: DemoTimeline.Step, _ random: inout DemoRandom) -> [SQLValue] {
        if step.outcome == .rejected { return rejected(&random) }
        var draft = Draft(user: packer.id, outcome: step.outcome, code: label(step.child), parent: code)
        draft.load = load(step.countAfter)
        draft.remainder.wasKnown = step.wasKnown
        if step.isUndone {
            draft.undone = (recorded + .milliseconds(Int64(sack.gap) / 2), "Wrong sack")
            draft.remainder.undo = ScanRemainder.UndoneState(
                childCount: step.countAfter - 1, areaCode: area, lot: sack.lotName(year: plan.year), testDate: nil)
        }
        return row(draft)
    }

    /// A refused scan: a bag of the sack before, a sack code read badly, or no code.
    private func rejected(_ random: inout DemoRandom) -> [SQLValue] {
        var draft = Draft(user: packer.id, outcome: .rejected, code: "", parent: code)
        let refusal: Refusal
        let previous = sack.previous.map { plan.sacks[$0] }
        switch random.below(4) {
        case 0, 1:
            if let previous, previous.count > 0 {
                draft.code = plan.label(area: sack.area, previous.childrenBefore)
                refusal = .linkedElsewhere(
                    ChildFacts(code: draft.code, areaCode: area, parentCode: previous.code))
            } else {
                draft.code = "B-7"
                refusal = Refusal(.invalidChildCode(draft.code))
            }
        case 2:
            draft.code = sack.type.prefix + String(random.below(1000))
            refusal = Refusal(.looksLikeParent(draft.code, type: sack.type))
        default:
            draft.code = String(random.below(900) + 100)
            refusal = Refusal(.invalidChildCode(draft.code))
        }
        draft.rejectCode = refusal.code
        draft.remainder = ScanRemainder(refusal)
        return row(draft)
    }

    private func label(_ child: Int) -> String {
        plan.label(area: sack.area, sack.childrenBefore + child)
    }

    private func load(_ count: Int) -> ParentLoad {
        ParentLoad(childCount: count, capacity: sack.type.capacity, unitWeightGrams: sack.type.unitWeightGrams)
    }

    func row(_ draft: Draft) -> [SQLValue] {
        let hash = ScanContent.hash(
            kind: draft.kind, code: draft.code, parent: draft.parent, billID: draft.billID, ticketID: nil)
        let number = String(scanID)
        let clientScanID = "demo-\(String(repeating: "0", count: max(0, 8 - number.utf8.count)))\(number)"
        return [
            .integer(scanID), .integer(draft.user), .text(clientScanID), .text(hash), .text(draft.kind.rawValue),
            .text(draft.outcome.rawValue), draft.rejectCode.sqlValue, .text(draft.code), draft.parent.sqlValue,
            draft.billID.sqlValue, .text(draft.area ?? area), (draft.load?.childCount).sqlValue,
            (draft.load?.capacity).sqlValue,
            (draft.load?.status.rawValue).sqlValue, draft.remainder.text.sqlValue, scanned.sqlValue, recorded.sqlValue,
            .text("demo"), (draft.undone?.at).sqlValue, draft.undone == nil ? .null : .integer(draft.user),
            (draft.undone?.reason).sqlValue,
        ]
    }
}
