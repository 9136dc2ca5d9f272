import CSodium
import Glibc
import PorticoHTTP
import PorticoSQL
import PorticoValues

/// Hashes and checks passwords with argon2id (RFC 9106), through libsodium's `crypto_pwhash_str`.
///
/// A hash takes some tens of milliseconds of a core on purpose. It runs on threads of its own, one for every two cores and
/// ``Line``, so that a rush of people who sign in leaves cores to other requests and the database; where the queue is long,
/// callers get 503 at once. Where cores are scarce, these threads stand back behind the others.
public final class PasswordHasher: Sendable {
    /// Memory of one hash, in bytes: 32 MiB, above the 19 MiB that OWASP's password storage guide asks for at two
    /// passes.
    public static let memoryBytes = 32 * 1_048_576
    /// Passes over that memory.
    public static let passes: UInt64 = 3
    /// Threads that hash at once, in each line.
    public static let threads = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)) / 2)
    /// Passwords that may wait for a thread, in each line.
    public static let queueLimit = 64

    /// Who waits for a thread. Each line has threads of its own, so that whoever sends passwords by the thousand keeps
    /// nobody waiting who has been here before.
    public enum Line: Sendable, Hashable {
        /// Whoever shows nothing but a password.
        case strangers
        /// People who come with a browser they have signed in with before, are signed in, or hold a link that was mailed
        /// to them.
        case known
    }

    private let strangers: WorkerPool<Void>
    private let known: WorkerPool<Void>
    private let decoy: String

    /// A hasher. Share one among all applications of a process. Hashes once, so that it knows what to check for people
    /// it does not know.
    /// - Throws: 503 when there is no memory for a single hash.
    public init() throws {
        guard sodium_init() >= 0 else { throw PasswordHasher.busy }
        decoy = try PasswordHasher.compute(randomBytes(16).hexadecimal)
        strangers = PasswordHasher.pool("passwords")
        known = PasswordHasher.pool("passwords-known")
    }

    private static func pool(_ name: String) -> WorkerPool<Void> {
        WorkerPool(
            name: name, base: 0, capacity: threads, acquireTimeout: .seconds(15), open: { standBack() })
    }

    /// The hash of a password with its parameters and salt, as it is stored: `$argon2id$v=19$…`.
    /// - Throws: ``Problem`` 503 when too many wait.
    public func hash(_ password: String) async throws -> String {
        try await run(in: .known) { try PasswordHasher.compute(password) }
    }

    /// Whether `password` is the one behind `hash`. For nil, which stands for no account or one that must not sign in,
    /// the answer is no and takes just as long.
    /// - Throws: ``Problem`` 503 when too many wait.
    public func verify(_ password: String, against hash: String?, in line: Line = .strangers) async throws -> Bool {
        let isRight = try await run(in: line) { [decoy] in PasswordHasher.matches(password, hash ?? decoy) }
        return isRight && hash != nil
    }

    /// Whether a stored hash was made with other parameters than today's.
    public static func needsRehash(_ hash: String) -> Bool {
        crypto_pwhash_str_needs_rehash(hash, passes, memoryBytes) != 0
    }

    /// Ends the threads after the work under way. Blocks.
    public func close() {
        strangers.close()
        known.close()
    }

    private func run<Value: Sendable>(
        in line: Line, _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        let pool = line == .known ? known : strangers
        guard pool.status.waiting < PasswordHasher.queueLimit else { throw PasswordHasher.busy }
        return try await withCheckedThrowingContinuation { continuation in
            pool.submit { place in
                continuation.resume(
                    with: Result {
                        if case .failure = place { throw PasswordHasher.busy }
                        return try work()
                    })
            }
        }
    }

    /// Gives the calling thread a tenth of the usual weight: on Linux niceness belongs to threads. With less, nobody would
    /// get in while the machine is full of work.
    private static func standBack() {
        OwnThread.setNiceness(10)
    }

    static let busy = Problem(
        503, "overloaded", "Too many people sign in at this moment. Try again in a few seconds.",
        headers: ["retry-after": "2"])

    private static func compute(_ password: String) throws -> String {
        let bytes = password.utf8.map { CChar(bitPattern: $0) }
        var text = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
        let status = crypto_pwhash_str_alg(
            &text, bytes, UInt64(bytes.count), passes, memoryBytes, crypto_pwhash_ALG_ARGON2ID13)
        guard status == 0 else { throw busy }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func matches(_ password: String, _ hash: String) -> Bool {
        let bytes = password.utf8.map { CChar(bitPattern: $0) }
        return crypto_pwhash_str_verify(hash, bytes, UInt64(bytes.count)) == 0
    }
}
