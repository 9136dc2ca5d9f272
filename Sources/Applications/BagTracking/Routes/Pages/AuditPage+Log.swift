import Portico

extension AuditPage.Row {
    /// A row of the audit as the page shows it.
    init(_ item: AuditItem) {
        self.init(
            seq: item.seq, at: item.at, actor: item.actorName, action: item.action, entityType: item.entityType,
            entityID: item.entityID ?? "", changes: AuditPage.changes(from: item.before, to: item.after),
            requestID: item.requestID, ip: item.ip, hash: item.hash)
    }
}

extension AuditPage {
    /// The members that changed, in the order they were written, old ones first.
    static func changes(from before: JSONValue?, to after: JSONValue?) -> [Change] {
        let old = before?.members ?? []
        let new = after?.members ?? []
        let names = old.map(\.key) + new.map(\.key).filter { name in !old.contains { $0.key == name } }
        return names.map { name in
            Change(member: name, before: text(before?[name]), after: text(after?[name]))
        }
    }

    private static func text(_ value: JSONValue?) -> String? {
        switch value {
        case nil, .null?: nil
        case .string(let text)?: text
        case let value?: String(decoding: value.bytes, as: UTF8.self)
        }
    }
}

extension AuditPage.Chain {
    /// What checking the chain found.
    init(_ verification: AuditVerification, at now: Instant) {
        self.init(
            isWhole: verification.ok, rows: verification.rows, chained: verification.chained,
            firstBadSeq: verification.firstBadSeq, checkedAt: now, checkpoints: verification.checkpoints,
            badCheckpoint: verification.firstBadCheckpoint?.description)
    }
}
