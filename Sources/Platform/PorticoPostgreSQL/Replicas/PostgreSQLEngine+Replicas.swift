import PorticoSQL

extension PostgreSQLEngine {
    /// Runs `body` at a copy of the server that has what the request needs, or else here.
    public func read<Value: Sendable>(
        _ request: ReadRequest, _ measure: StatementObserver, _ body: @escaping @Sendable (Reading) throws -> Value
    ) async throws -> Value {
        guard request.intent != .primary, let copies else { return try await readHere(request, measure, body) }
        let needed = request.intent == .mayLag ? measure.session?.required : nil
        let key = measure.session?.key ?? UInt64.random(in: 0...UInt64.max)
        guard let replica = await copies.choose(needed, key: key) else {
            return try await readHere(request, measure, body)
        }
        do {
            let value = try await replica.engine.readHere(request, measure, body)
            replica.noteRead()
            return value
        } catch let error as SQLError where ReplicaSet.mayDoBetter(error) {
            copies.note(error, at: replica)
            guard request.mayRunAgain() else { throw error }
            return try await readHere(request, measure, body)
        }
    }

    private func readHere<Value: Sendable>(
        _ request: ReadRequest, _ measure: StatementObserver, _ body: @escaping @Sendable (Reading) throws -> Value
    ) async throws -> Value {
        request.isLong ? try await readAtLength(measure, body) : try await read(measure, body)
    }

    /// How the copies of the server stand; empty without any.
    public var replicas: [ReplicaReport] { copies?.reports ?? [] }

    /// The number that the server's cluster was given when it was made.
    /// - Throws: ``SQLError``.
    func clusterNumber() async throws -> Int64 {
        try await ServerFacts(ask: fetch).clusterNumber()
    }
}
