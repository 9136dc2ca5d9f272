import Portico

/// One scan as lists show it.
struct ScanLine: Sendable {
    /// Who undid a scan, and when.
    struct Undone: Sendable {
        var by: String
        var at: Instant
        var reason: String?
    }

    /// The scan's id.
    var id: String
    /// The device's time.
    var scannedAt: Instant
    /// `created`, `found`, `linked`, `added`, `matched`, `returned`, `duplicate` or `rejected`.
    var outcome: String
    /// Why it was refused.
    var rejectCode: String?
    /// The code as it was read.
    var code: String
    /// Whether the code has a page the reader may see.
    var hasPage = true
    /// The sack it concerns.
    var parentCode: String?
    /// The sack's count after it, and its capacity.
    var countAfter: Int?
    var capacity: Int?
    /// The name of the area.
    var area: String?
    /// Who scanned.
    var user: String
    /// Until when the reader may undo it; nil when it cannot be undone, or not by the reader.
    var undoableUntil: Instant?
    /// Set once it was undone.
    var undone: Undone?

    /// The badge of the outcome.
    var badge: Badge { BagWords.outcome(undone == nil ? outcome : "undone") }

    /// What there is to say besides the outcome: the reason of a refusal, who undid it.
    func remark(_ frame: BagFrame) -> HTML? {
        if let undone {
            let why: HTML? = undone.reason.map { ": \($0)" }
            return "<span class=\"keep\">Undone by \(undone.by) at \(frame.time(undone.at, .time))\(why)</span>"
        }
        return rejectCode.map { "\(BagWords.refusal($0))" }
    }

    /// The form that undoes it: POST `/bags/scans/{id}/undo` with `_csrf`, `idempotency_key`, `next`.
    func undoForm(_ frame: BagFrame, next: String) -> HTML? {
        guard undone == nil, let until = undoableUntil, until > frame.now else { return nil }
        let seconds = (until - frame.now).seconds
        let left = "\(seconds / 60):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60)"
        let button = Button("Undo", weight: .secondary, icon: .undo, spoken: "Undo \(code)")
        return """
            <form method="post" action="/bags/scans/\(id)/undo" class="undo" data-until="\(until.rfc3339)">\
            \(frame.guarding().fields)<input type="hidden" name="next" value="\(next)">\
            <span class="left note"><span data-left>\(left)</span> left</span> \(button)</form>
            """
    }
}
