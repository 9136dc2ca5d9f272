import Glibc

/// The engines that tests run on.
public enum TestEngine: String, Sendable, CaseIterable, CustomStringConvertible {
    /// SQLite in a temporary file.
    case sqlite
    /// The PostgreSQL server that `PORTICO_TEST_POSTGRES` names, for example `postgres://postgres@127.0.0.1/postgres`.
    case postgresql

    /// SQLite always, PostgreSQL when a server is named.
    public static var available: [TestEngine] {
        postgreSQLServer == nil ? [.sqlite] : [.sqlite, .postgresql]
    }

    /// The engine's name.
    public var description: String { rawValue }

    /// URL of the server for tests, from the environment.
    public static var postgreSQLServer: String? {
        getenv("PORTICO_TEST_POSTGRES").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
