import PorticoJSON
import PorticoValues

/// Encrypts the payloads of jobs whose kind is ``Job/isSealed``, and what comes of them. Which cipher and which keys is the
/// node's business.
public struct JobSeal: Sendable {
    let seal: @Sendable (_ plain: [UInt8], _ name: String) -> [UInt8]
    let open: @Sendable (_ sealed: [UInt8], _ name: String) -> [UInt8]?

    /// A seal.
    /// - Parameters:
    ///   - seal: encrypts bytes so that they open under the same name only: that of the kind of job, with a word more for
    ///     what is no payload.
    ///   - open: the bytes again, or nil when they were changed, belong to another name, or the key is gone.
    public init(
        seal: @escaping @Sendable (_ plain: [UInt8], _ name: String) -> [UInt8],
        open: @escaping @Sendable (_ sealed: [UInt8], _ name: String) -> [UInt8]?
    ) {
        self.seal = seal
        self.open = open
    }
}

/// Why something could not be sealed or opened.
public enum JobSealError: String, Error, Sendable, CustomStringConvertible {
    /// The queue was made without a seal.
    case missing
    /// The key is gone, or the bytes were changed.
    case closed

    /// What happened.
    public var description: String {
        switch self {
        case .missing: "the queue has no seal"
        case .closed: "what is sealed does not open"
        }
    }
}

extension JobSeal {
    /// The text of a row for a payload.
    func text(of payload: JSONValue, name: String) -> String {
        seal(payload.bytes, name).base64URL
    }

    /// The payload behind the text of a row.
    /// - Throws: ``JobSealError/closed``.
    func payload(_ text: String, name: String) throws -> [UInt8] {
        guard let sealed = [UInt8](base64URL: text), let plain = open(sealed, name) else {
            throw JobSealError.closed
        }
        return plain
    }
}
