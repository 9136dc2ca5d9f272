import PorticoHTTP
import PorticoSQL
import PorticoValues

/// Keeps the answers to requests with an `Idempotency-Key` in the application's database, for 24 hours.
///
/// The first request claims the key by one statement, on whatever node; a retry gets the answer once it is there. A
/// claim without an answer after a minute belongs to a process that died, and the next request takes it over; what the
/// dead one had changed by then stays, so handlers of consequence keep keys of their own as well.
public struct IdempotencyKeeper: IdempotencyKeeping {
    /// How long an answer is kept.
    public static let lifetime = Span.hours(24)
    /// After how long a claim without an answer may be taken over.
    public static let patience = Span.seconds(60)

    private let database: Database
    private let clock: Clock
    private let seal: AnswerSeal
    private let contentKey: Secret<[UInt8]>

    /// A keeper in a database; `key` has 32 bytes and is the same on every node.
    public init(database: Database, clock: Clock, key: [UInt8]) {
        self.database = database
        self.clock = clock
        self.seal = AnswerSeal(key: key)
        contentKey = Secret(Digest.hmacSHA256(Array("idempotency content".utf8), key: key))
    }

    /// Claims a key, or finds the answer it has.
    /// - Throws: ``Problem`` 422 `idempotency_key_reused` for another body; 409 `idempotency_in_progress` while the
    ///   first request still runs; 409 `idempotency_answer_lost` when the answer was sealed with a secret that is gone.
    public func begin(_ request: IdempotentRequest) async throws -> IdempotencyClaim {
        let scope = IdempotencyKeeper.scope(of: request)
        let token = IdempotencyToken(scope + randomBytes(16))
        let now = clock.now()
        // A body may hold a password beside what can be guessed: without the key its hash tells nothing.
        let content = Digest.hmacSHA256(request.contentHash, key: contentKey.reveal())
        let (isClaimed, first) = try await database.write { transaction -> (Bool, Kept?) in
            if try claim(token, content, at: now, in: transaction) { return (true, nil) }
            return (false, try kept(scope, in: transaction))
        }
        if isClaimed { return .fresh(token) }
        let isSame = first.map { $0.contentHash == content } ?? true
        guard let answer = first?.answer else {
            throw isSame ? IdempotencyKeeper.inProgress : IdempotencyKeeper.reused
        }
        // After a change of the secret neither can be read, and whether the body is the same is not known.
        guard let response = seal.open(answer, scope: scope) else { throw IdempotencyKeeper.lost }
        guard isSame else { throw IdempotencyKeeper.reused }
        return .replay(response)
    }

    /// Keeps the answer, unless the claim was taken over meanwhile.
    public func finish(_ token: IdempotencyToken, _ response: Response) async throws {
        guard let parts = Parts(token), let answer = seal.seal(response, scope: parts.scope) else {
            return await abandon(token)
        }
        try await database.write { transaction in
            try transaction.execute(
                "idempotency.finish",
                """
                UPDATE idempotency_keys SET state = 'done', answer = \(answer)
                WHERE scope = \(parts.scope) AND claim = \(parts.claim)
                """)
        }
    }

    /// Gives the key back. When the database can't be reached the claim ends by its age.
    public func abandon(_ token: IdempotencyToken) async {
        guard let parts = Parts(token) else { return }
        _ = try? await database.write { transaction in
            try transaction.execute(
                "idempotency.abandon",
                """
                DELETE FROM idempotency_keys
                WHERE scope = \(parts.scope) AND claim = \(parts.claim) AND state = 'running'
                """)
        }
    }

    /// Removes keys that have expired.
    /// - Returns: how many were removed.
    public func purge(at now: Instant) async throws -> Int {
        try await database.write { transaction in
            try transaction.execute("idempotency.purge", "DELETE FROM idempotency_keys WHERE expires_at <= \(now)")
        }
    }
}

extension IdempotencyKeeper {
    private struct Kept: Sendable {
        let contentHash: [UInt8]
        let answer: [UInt8]?
    }

    /// A token taken apart: 32 bytes that name the key, 16 that name the claim.
    private struct Parts {
        let scope: [UInt8]
        let claim: [UInt8]

        init?(_ token: IdempotencyToken) {
            guard token.value.count == 48 else { return nil }
            scope = Array(token.value.prefix(32))
            claim = Array(token.value.suffix(16))
        }
    }

    /// SHA-256 over account, operation and key, each after its length.
    private static func scope(of request: IdempotentRequest) -> [UInt8] {
        let parts = [request.accountID.map { String($0) } ?? "", request.operation, request.key]
        return Digest.sha256(Array(parts.map { "\($0.utf8.count):\($0)" }.joined().utf8))
    }

    private func claim(
        _ token: IdempotencyToken, _ contentHash: [UInt8], at now: Instant, in transaction: Transaction
    ) throws -> Bool {
        guard let parts = Parts(token) else { return false }
        return try transaction.execute(
            "idempotency.claim",
            """
            INSERT INTO idempotency_keys (scope, claim, content_hash, state, created_at, expires_at)
            VALUES (\(parts.scope), \(parts.claim), \(contentHash), 'running', \(now),
                \(now + IdempotencyKeeper.lifetime))
            ON CONFLICT (scope) DO UPDATE SET claim = excluded.claim, content_hash = excluded.content_hash,
                state = 'running', answer = NULL, created_at = excluded.created_at, expires_at = excluded.expires_at
            WHERE idempotency_keys.expires_at <= \(now)
                OR (idempotency_keys.state = 'running' AND idempotency_keys.content_hash = excluded.content_hash
                    AND idempotency_keys.created_at <= \(now - IdempotencyKeeper.patience))
            """) == 1
    }

    private func kept(_ scope: [UInt8], in transaction: Transaction) throws -> Kept? {
        try transaction.first(
            "idempotency.find", "SELECT content_hash, answer FROM idempotency_keys WHERE scope = \(scope)"
        ) { Kept(contentHash: try $0[0], answer: try $0[1]) }
    }

    private static let reused = Problem(
        422, "idempotency_key_reused",
        "This Idempotency-Key was used with another body. Use a new key for a new request.")
    private static let inProgress = Problem(
        409, "idempotency_in_progress", "The first request with this Idempotency-Key is still being answered.",
        headers: ["retry-after": "1"])
    private static let lost = Problem(
        409, "idempotency_answer_lost",
        "This request was carried out, but its answer can no longer be read. Look before you try with a new key.")
}
