import PorticoSQL
import PorticoValues

/// Everything that is known of a mail, without what it says.
public struct MailRecord: Sendable, Hashable {
    /// Id.
    public let id: Int64
    /// Address it is for.
    public let to: String
    /// Name of whom it is for.
    public let name: String?
    /// Its subject.
    public let subject: String
    /// What it is for, such as `account.invitation`; empty for mails of an older release.
    public let kind: String
    /// Whether codes and links may stand in it that only its reader may use.
    public let isConfidential: Bool
    /// How it stands in its table.
    public let state: MailState
    /// What receivers tell a repetition by.
    public let messageID: String
    /// The server's last words.
    public let reply: String?
    /// When it was asked for.
    public let queuedAt: Instant
    /// When it left, was kept or was held back; nil for one that waits or failed.
    public let sentAt: Instant?
    /// Whether what it said is gone, as it is once a server has taken it over.
    public let isForgotten: Bool
    /// The newest job that delivers it; nil when that was removed.
    public internal(set) var delivery: JobRecord?

    /// How it stands for whoever looks.
    public var standing: MailStanding {
        switch state {
        case .queued: delivery?.state == .running ? .sending : .waiting
        // Its job was begun anew by itself.
        case .failed where !isAtRest: delivery?.state == .running ? .sending : .waiting
        case .sent: .sent
        case .kept: .kept
        case .suppressed: .suppressed
        case .failed: .failed
        }
    }

    /// Whether nothing more happens to it by itself.
    public var isAtRest: Bool { delivery?.state.isFinal ?? true }

    /// Whether it waits for a delivery that nobody does any more: its job was cancelled, lost too often, or removed.
    public var isStranded: Bool { state == .queued && isAtRest }

    static let columns: SQL = """
        id, recipient, recipient_name, subject, kind, is_confidential, state, message_id, reply, created_at, sent_at,
        CASE WHEN text = '' AND html IS NULL THEN 1 ELSE 0 END
        """

    init(_ row: Row) throws {
        id = try row[0]
        to = try row[1]
        name = try row[2]
        subject = try row[3]
        kind = try row[4]
        isConfidential = try row[5]
        state = try row[6]
        messageID = try row[7]
        reply = try row[8]
        queuedAt = try row[9]
        sentAt = try row[10]
        isForgotten = try row[11]
        delivery = nil
    }
}

/// How a mail stands, as operators look for it.
public enum MailStanding: String, Sendable, CaseIterable {
    /// It waits for its delivery, or for another try.
    case waiting
    /// A server is being asked to take it.
    case sending
    /// A server has taken it over.
    case sent
    /// It stays here, because this installation sends nothing.
    case kept
    /// It was refused, or tried as often as may be.
    case failed
    /// It was not sent, because nothing is sent to its address.
    case suppressed
}

/// What a mail says.
public struct MailContent: Sendable, Hashable {
    /// A file that goes with it, without what is in it.
    public struct File: Sendable, Hashable {
        /// Its name.
        public let name: String
        /// Its media type.
        public let mediaType: String
        /// How many bytes it has.
        public let bytes: Int
    }

    /// What it says, for every reader.
    public let text: String
    /// The same in markup; nil for none.
    public let html: String?
    /// Files that go with it.
    public let files: [File]
}
