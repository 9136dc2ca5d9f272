import PorticoJSON

/// A line of a file of checkpoints that does not hold, and why.
public struct AuditCheckpointFault: JSONRepresentable, Hashable, CustomStringConvertible {
    /// Why it does not hold.
    public enum Reason: String, Sendable, CaseIterable {
        /// It is no checkpoint.
        case unreadable
        /// It names a key that is neither the present one nor one before it.
        case unknownKey = "unknown_key"
        /// The key it names has not signed it: somebody made it up or changed it.
        case wrongSignature = "wrong_signature"
        /// The row has another hash than it had: it was changed, or one before it.
        case changed
        /// The row is not there any more: the end of the audit was cut off.
        case missing
    }

    /// Number of the line, from 1.
    public let line: Int
    /// The row that the checkpoint is of; nil when it can't be read.
    public let seq: Int64?
    /// Why it does not hold.
    public let reason: Reason

    init(line: Int, seq: Int64?, reason: Reason) {
        self.line = line
        self.seq = seq
        self.reason = reason
    }

    /// One line for people: which line of the file, which row, what is wrong. Nothing of what the line says.
    public var description: String {
        let place = seq.map { "line \(line), of row \($0)" } ?? "line \(line)"
        return "\(place): \(reason.words)"
    }

    /// `AuditCheckpointFault`.
    public static var schemaName: String { "AuditCheckpointFault" }
    /// A row that somebody changed.
    public static var example: AuditCheckpointFault { AuditCheckpointFault(line: 3, seq: 41, reason: .changed) }

    /// The three members.
    public func write(to object: inout JSONObjectWriter) {
        object.field("line", line, "Number of the line in the file")
        object.field("seq", seq, "The row that the checkpoint is of; null when it can't be read")
        object.field("reason", reason, "Why it does not hold")
    }
}

extension AuditCheckpointFault.Reason {
    /// The reason in words.
    fileprivate var words: String {
        switch self {
        case .unreadable: "it is no checkpoint"
        case .unknownKey: "it is signed with a key that is not known here"
        case .wrongSignature: "its signature is wrong"
        case .changed: "the row has another hash than it had then"
        case .missing: "there is no such row any more"
        }
    }
}
