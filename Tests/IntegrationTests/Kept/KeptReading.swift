import PorticoJSON

/// A kept answer that is asked for, and how it is made to change.
struct KeptReading: Sendable, CustomStringConvertible {
    /// What every answer holds that is given after a change.
    typealias Proof = @Sendable (Answer) -> Bool

    /// Name of the route.
    let route: String
    /// What is asked for.
    let target: String
    /// Whether it tells of things in Lucknow only, which people of other areas do not know of.
    var isOfLucknow = false
    /// Whether it stays as it is while nobody does anything. What tells of the chain of the audit or of who was here does not.
    var isSteady = true
    /// Changes what it tells, at a node; nil where an address stands for one content for ever.
    var change: (@Sendable (RunningPortico) async throws -> Proof)?

    var description: String { "\(route) \(target)" }
}

/// An answer that was not the one there should have been.
struct NotKept: Error, CustomStringConvertible {
    let description: String

    init(_ reading: KeptReading, _ what: String, _ answer: Answer) {
        description = "\(reading): \(what): \(answer.status) \(answer.text.prefix(600))"
    }
}

extension KeptReading {
    /// Has everybody at all nodes keep the answer, changes it at one of them, and asks at all of them at once.
    /// - Throws: ``NotKept`` when one of them gives anything but what is true now.
    func prove(_ visitor: Visitor, changingAt writer: RunningPortico, nodes: [RunningPortico], isValidated: Bool)
        async throws
    {
        let tags = try await keep(visitor, nodes, isValidated: isValidated)
        guard let change else { return }
        let proof = try await change(writer)
        for (node, tag) in zip(nodes, tags) {
            let answer = try await visitor.at(node).read(target, holding: tag)
            guard answer.status == 200, proof(answer) else { throw NotKept(self, "not fresh", answer) }
        }
    }

    /// Asks at every node, and again with the tag that came.
    /// - Returns: the tags.
    private func keep(_ visitor: Visitor, _ nodes: [RunningPortico], isValidated: Bool) async throws -> [String?] {
        var kept: [Answer] = []
        for node in nodes {
            let first = try await visitor.at(node).read(target)
            guard first.status == 200 else { throw NotKept(self, "not there", first) }
            kept.append(first)
        }
        let tags = kept.map { $0.header("etag") }
        guard isValidated, isSteady else { return tags }
        // Every node knows the tags of the others: a client may come back to any of them.
        for (node, first) in zip(nodes, kept.dropFirst() + kept.prefix(1)) {
            let again = try await visitor.at(node).read(target, holding: first.header("etag"))
            guard again.status == 304 else {
                throw NotKept(self, "not known again, was \(first.headers) \(first.text.prefix(600))", again)
            }
        }
        return tags
    }
}
