import Portico

/// Everything that decides about undoing a scan.
struct UndoFacts: Sendable {
    /// The scan to be undone, as its row says.
    struct Scan: Sendable {
        let id: Int64
        let userID: Int64
        let kind: ScanKind
        let outcome: ScanOutcome
        let recordedAt: Instant
        var isUndone = false
    }

    let userID: Int64
    /// The area the user is bound to; nil for users of all areas.
    let userArea: String?
    /// Whether the user has `scan.undo_any`.
    let mayUndoAny: Bool
    let scan: Scan
    /// The sack that the scan names, when it is registered.
    let sack: SackFacts?
    /// The bag that the scan names, when it is registered.
    let child: ChildFacts?
    /// Whether the sack left on a lorry after the scan, with the bag inside.
    var hasTravelled = false
    let now: Instant
    var window: Span = UndoRules.defaultWindow
}

/// What is to be done with a wish to undo.
enum UndoDecision: Sendable, Hashable {
    /// Take the bag out of the sack and mark the scan.
    case undo
    /// It was undone before; answer the same and write nothing.
    case alreadyUndone
    case refuse(Refusal)
}

/// Who may take back which scan, and for how long (rule R16).
enum UndoRules {
    static let defaultWindow = Span.seconds(3600)

    static func decide(_ facts: UndoFacts) -> UndoDecision {
        do throws(Refusal) {
            return try judge(facts)
        } catch {
            return .refuse(error)
        }
    }

    private static func judge(_ facts: UndoFacts) throws(Refusal) -> UndoDecision {
        let scan = facts.scan
        guard facts.mayUndoAny || scan.userID == facts.userID else {
            throw .forbidden("This scan was made by somebody else. Ask them or an administrator to undo it.")
        }
        if scan.isUndone { return .alreadyUndone }
        guard scan.kind == .child, scan.outcome == .linked else { throw .notUndoable(scan.kind, scan.outcome) }
        guard facts.now - scan.recordedAt <= facts.window else { throw .undoWindowPassed(facts.window) }
        if let sack = facts.sack, sack.billCode != nil { throw .parentBilled(sack) }
        guard let child = facts.child, child.parentCode != nil, child.linkScanID == scan.id else {
            throw .superseded(facts.child.flatMap { AreaRules.sees($0.areaCode, userArea: facts.userArea) ? $0 : nil })
        }
        // An undo declares that the bag never was in the sack, which nobody can say of one that was on the road in it.
        guard !facts.hasTravelled else { throw .travelled(child) }
        return .undo
    }
}
