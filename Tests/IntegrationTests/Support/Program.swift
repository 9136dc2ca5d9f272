import Glibc
import PorticoTesting
import Testing

/// The program under test, as `PORTICO_BINARY` names it.
enum Program {
    /// Its path.
    static let path = variable("PORTICO_BINARY")
    /// Whether there is one.
    static let isThere = path.map { access($0, X_OK) == 0 } ?? false
    /// Why tests are left out without one.
    static let missing: Comment = "PORTICO_BINARY names no program"
    /// Whether there is a PostgreSQL as well.
    static let isThereWithServer = isThere && TestEngine.postgreSQLServer != nil
    /// Why tests are left out without both.
    static let missingServer: Comment = "PORTICO_BINARY and PORTICO_TEST_POSTGRES do not name a program and a server"

    /// How often each race is run: 3, or what `PORTICO_RACE_ROUNDS` says.
    static let raceRounds = variable("PORTICO_RACE_ROUNDS").flatMap { Int($0) } ?? 3

    /// Within what time everybody who takes part in a race has an answer (rule R19): 2 s, or as many as
    /// `PORTICO_RACE_DEADLINE` says.
    static let raceDeadline = Duration.seconds(variable("PORTICO_RACE_DEADLINE").flatMap { Int($0) } ?? 2)

    /// Starts it, without waiting for anything.
    static func start(_ arguments: [String], _ variables: [String: String] = [:]) throws -> ChildProcess {
        try ChildProcess(path ?? "", arguments, environment: environment(variables))
    }

    /// Nothing of the caller's settings reaches the program. The backtracer would keep the port of a killed one.
    static func environment(_ variables: [String: String] = [:]) -> [String: String] {
        var all = ["SWIFT_BACKTRACE": "enable=no", "LANG": "C.UTF-8"]
        for name in ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH"] { all[name] = variable(name) }
        return all.merging(variables) { $1 }
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
