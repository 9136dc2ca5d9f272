/// What one connection of a load does: gives its requests one after the other and judges their answers.
///
/// It belongs to its connection, so it needs no lock; what connections share must be safe to share.
public protocol LoadSource: AnyObject {
    /// The next request; nil when this connection has nothing more to do.
    func next() -> LoadStep?

    /// Whether the answer to the request given last is the one that was wanted.
    func isWanted(_ answer: BenchAnswer) -> Bool
}

extension LoadSource {
    /// Any success is wanted.
    public func isWanted(_ answer: BenchAnswer) -> Bool { (200..<300).contains(answer.status) }
}

/// One request of a load.
public struct LoadStep: Sendable {
    /// What is sent.
    public let request: BenchRequest
    /// Whether it is part of what is measured. What only prepares the next request is not, but fails like any other.
    public let isMeasured: Bool
    /// Whether its source is shown fields and body of the answer, not its status alone.
    public let keepsAnswer: Bool

    /// A step that sends `request`.
    public init(_ request: BenchRequest, isMeasured: Bool = true, keepsAnswer: Bool = false) {
        self.request = request
        self.isMeasured = isMeasured
        self.keepsAnswer = keepsAnswer
    }
}

/// The same requests over and over.
public final class RepeatedRequests: LoadSource {
    private let requests: [BenchRequest]
    private var place: Int

    /// - Parameters:
    ///   - requests: at least one.
    ///   - first: where it begins; a number beyond the end goes on from the beginning.
    public init(_ requests: [BenchRequest], from first: Int = 0) {
        precondition(!requests.isEmpty, "there is nothing to send")
        self.requests = requests
        place = first % requests.count
    }

    /// The next one.
    public func next() -> LoadStep? {
        defer { place = (place + 1) % requests.count }
        return LoadStep(requests[place])
    }
}
