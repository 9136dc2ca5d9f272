import PorticoSQL

/// Which mails an operator looks for.
public struct MailSearch: Sendable, Hashable {
    /// Mails that a search by kind or subject looks at, the newest of those that fit otherwise.
    public static let reach = 20_000

    /// Only mails that stand so; nil for however.
    public var standing: MailStanding?
    /// Only to this address, or to those that begin so, capitals or not.
    public var recipient: String
    /// Only of this kind, or of those that begin so.
    public var kind: String
    /// In the subject, capitals or not.
    public var text: String

    /// A search.
    public init(standing: MailStanding? = nil, recipient: String = "", kind: String = "", text: String = "") {
        self.standing = standing
        self.recipient = recipient
        self.kind = kind
        self.text = text
    }
}

extension MailSearch {
    /// Whether more than an index has to be asked.
    var isNarrow: Bool { !kind.isEmpty || !text.isEmpty }

    /// What an index answers.
    /// - Parameter sending: the mails that are being delivered.
    func frame(before: Int64?, sending: [Int64]) -> SQL {
        let place: SQL =
            recipient.isEmpty
            ? "" : " AND \(MailSearch.begins("recipient_key", with: MailAddress.key(recipient)))"
        return "id < \(before ?? Int64.max)\(condition(sending))\(place)"
    }

    private func condition(_ sending: [Int64]) -> SQL {
        switch standing {
        case nil: ""
        case .waiting:
            sending.isEmpty ? " AND state = 'queued'" : " AND state = 'queued' AND id NOT IN (\(SQL.list(sending)))"
        case .sending: sending.isEmpty ? " AND 1 = 0" : " AND id IN (\(SQL.list(sending)))"
        case .sent: " AND state = 'sent'"
        case .kept: " AND state = 'kept'"
        case .failed: " AND state = 'failed'"
        case .suppressed: " AND state = 'suppressed'"
        }
    }

    /// What has to be looked at mail by mail.
    func hit(_ dialect: Dialect) -> SQL {
        let position: SQL = dialect == .sqlite ? "instr" : "strpos"
        let ofKind: SQL = kind.isEmpty ? "" : " AND \(MailSearch.begins("kind", with: kind))"
        // Engines make small letters of the Latin ones only: others are found as they were typed.
        let withText: SQL =
            text.isEmpty
            ? ""
            : " AND (\(position)(subject, \(text)) > 0 OR \(position)(lower(subject), \(text.lowercased())) > 0)"
        return "1 = 1\(ofKind)\(withText)"
    }

    /// That a text begins so, in a form that an index answers; texts compare byte by byte on both engines.
    static func begins(_ column: SQL, with start: String) -> SQL {
        "\(column) >= \(start) AND \(column) < \(start + "\u{10FFFF}")"
    }
}

extension SQL {
    /// Values with commas between them; NULL for none.
    static func list(_ values: [some SQLBindable]) -> SQL {
        guard let first = values.first else { return "NULL" }
        return values.dropFirst().reduce("\(first)" as SQL) { "\($0), \($1)" }
    }
}
