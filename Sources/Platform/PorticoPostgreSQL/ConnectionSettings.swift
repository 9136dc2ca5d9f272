import CLibPQ
import Glibc
import PorticoSQL
import PorticoValues

/// How every connection of an engine is made.
struct ConnectionSettings: Sendable {
    /// What a connection is for.
    enum Role: Sendable {
        /// Transactions and reads, one piece of work at a time.
        case session
        /// Single statements of many tasks, none of which may change anything.
        case lane
    }

    private let configuration: PostgreSQLEngine.Configuration
    private let ownOptions: String
    /// Whether the server shares the cores of this process: a socket in the file system or a loopback address.
    let isOnThisMachine: Bool
    /// Host and port.
    let name: String
    /// Whether copies follow the server, so that commits say where they are in its log.
    var isFollowed: Bool { !configuration.replicas.isEmpty }

    /// Checks the URL and the schema's name.
    /// - Throws: ``SQLError`` `.other`, whose message does not repeat the URL.
    init(_ configuration: PostgreSQLEngine.Configuration) throws {
        guard PQisthreadsafe() == 1 else { throw SQLError(.other, message: "this libpq is not safe with threads") }
        guard Identifier.isPlain(configuration.schema) else {
            throw SQLError(.other, message: "the schema's name must be lower-case letters, digits and _")
        }
        self.configuration = configuration
        let parts = try ConnectionSettings.parts(of: configuration.url)
        self.ownOptions = parts["options"] ?? ""
        // libpq takes several hosts, separated by commas; without any it takes the environment's or a socket.
        let hosts = parts["hostaddr"] ?? parts["host"] ?? getenv("PGHOST").map { String(cString: $0) } ?? ""
        self.name = "\(hosts.isEmpty ? "localhost" : hosts):\(parts["port"] ?? "5432")"
        self.isOnThisMachine = hosts.split(separator: ",").allSatisfy { host in
            host == "localhost" || host == "::1" || host.hasPrefix("127.") || host.hasPrefix("/") || host.hasPrefix("@")
        }
    }

    /// Opens a connection. Blocks, for five seconds at most unless the URL says otherwise.
    /// - Throws: ``SQLError`` `.unavailable`, or `.other` where a pooler can't give what the URL asks for.
    func connect(_ role: Role) throws -> Link {
        let wanted = settings(role)
        var link = try open(options: ownOptions + wanted.map { " -c \($0.name)=\($0.value)" }.joined())
        // A pooler takes no options of its clients; what it says then is an error of its own, not the server's.
        if link.isRefusedForOptions {
            guard ownOptions.isEmpty else { throw ConnectionSettings.noOptions }
            link = try open(options: "")
        }
        guard PQstatus(link.handle) == CONNECTION_OK else {
            throw SQLError(.unavailable, message: SQLError.firstLine(PQerrorMessage(link.handle)))
        }
        if try link.isLent() {
            guard ownOptions.isEmpty else { throw ConnectionSettings.noOptions }
            link.preface = Preface.statement(wanted)
        }
        guard PQenterPipelineMode(link.handle) == 1 else {
            throw SQLError(.unavailable, message: "the connection has no pipeline mode")
        }
        return link
    }

    private static let noOptions = SQLError(
        .other, message: "options in the database URL don't pass through a pooler")

    /// Tries to connect; the link may be a failed one.
    private func open(options: String) throws -> Link {
        // What stands before the URL can be changed by it, what stands after it can't.
        let pairs: [(String, String)] = [
            ("connect_timeout", "5"), ("application_name", "portico"), ("keepalives_idle", "10"),
            ("keepalives_interval", "5"), ("keepalives_count", "3"), ("tcp_user_timeout", "15000"),
            ("dbname", configuration.url.reveal()), ("client_encoding", "UTF8"), ("options", options),
        ]
        guard let handle = withCStrings(pairs, { PQconnectdbParams($0, $1, 1) }) else {
            throw SQLError(.unavailable, message: "no memory for a connection")
        }
        let lifetime = configuration.maxLifetime.milliseconds
        let jitter = Int64.random(in: -(lifetime / 10)...(lifetime / 10))
        return Link(
            handle, capacity: configuration.statementCapacity,
            expiresAt: monotonicNanoseconds() + (lifetime + jitter) * 1_000_000)
    }

    /// How long a statement may run, in milliseconds, as the server is told.
    var statementTimeout: String { "\(configuration.statementTimeout.milliseconds)" }

    /// What every connection, or every transaction behind a pooler, is told.
    private func settings(_ role: Role) -> [(name: String, value: String)] {
        var settings = [
            ("search_path", configuration.schema), ("timezone", "UTC"), ("datestyle", "ISO"), ("bytea_output", "hex"),
            ("intervalstyle", "iso_8601"), ("extra_float_digits", "1"), ("standard_conforming_strings", "on"),
            // A cursor here is read to its end.
            ("cursor_tuple_fraction", "1.0"),
            ("statement_timeout", statementTimeout),
            ("idle_in_transaction_session_timeout", "\(configuration.restTimeout.milliseconds)"),
        ]
        if role == .lane { settings.append((Preface.readOnly, "on")) }
        return settings.map { (name: $0.0, value: $0.1) }
    }

    /// What the URL says, by libpq's keywords.
    private static func parts(of url: Secret<String>) throws -> [String: String] {
        var complaint: UnsafeMutablePointer<CChar>?
        let parsed = PQconninfoParse(url.reveal(), &complaint)
        // libpq's complaint quotes the URL, password and all.
        PQfreemem(complaint)
        guard let parsed else { throw SQLError(.other, message: "the database URL can't be read") }
        defer { PQconninfoFree(parsed) }
        var parts: [String: String] = [:]
        var option = parsed
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { parts[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return parts
    }
}

/// Names of tables and columns.
enum Identifier {
    /// Whether a name means the same with and without quotes.
    static func isPlain(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 63 else { return false }
        let isLetter = { (byte: UInt8) in (0x61...0x7A).contains(byte) || byte == 0x5F }
        return isLetter(first) && name.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) }
    }

    /// The name in quotes.
    static func quoted(_ name: String) -> String {
        "\"\(name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
    }
}

/// Gives two arrays of C strings, ended by null, to `body`.
private func withCStrings<Value>(
    _ pairs: [(String, String)],
    _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> Value
) -> Value {
    let keywords = pairs.map { strdup($0.0) }
    let values = pairs.map { strdup($0.1) }
    defer {
        for string in keywords + values { free(string) }
    }
    return body(
        keywords.map { UnsafePointer($0) } + [nil],
        values.map { UnsafePointer($0) } + [nil])
}
