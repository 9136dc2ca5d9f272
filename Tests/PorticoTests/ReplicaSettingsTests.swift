import PorticoPostgreSQL
import Testing

@testable import Portico

@Suite("Where reads may go")
struct ReplicaSettingsTests {
    private let declarations =
        PlatformSettings.declarations + [SettingDeclaration("bags.database_url", .text(0...100), default: "", "own")]

    private func address(_ replicas: String, url: String = "postgres://db1/x", own: String = "") throws
        -> DatabaseAddress
    {
        let settings = try Settings(
            declarations,
            flags: [
                (key: "database.url", value: url), (key: "database.replicas", value: replicas),
                (key: "bags.database_url", value: own),
            ])
        return try DatabaseAddress(settings, application: "bags")
    }

    @Test("replicas are addresses, with weights where they differ")
    func list() throws {
        let replicas = try address("postgres://db2/x, postgresql://db3:5433/x weight=3").replicas
        #expect(replicas.map(\.weight) == [1, 3])
        #expect(replicas.map { $0.url.reveal() } == ["postgres://db2/x", "postgresql://db3:5433/x"])
        #expect(try address("").replicas.isEmpty)
    }

    @Test("an application with a database of its own has none of the others' replicas")
    func own() throws {
        #expect(try address("postgres://db2/x", own: "postgres://db9/x").replicas.isEmpty)
    }

    @Test(
        "a wrong one is refused in one line that does not repeat it",
        arguments: ["mysql://secret/x", "postgres://secret/x weight=0", "postgres://secret/x 3", "db2"])
    func refused(text: String) {
        do {
            _ = try address(text)
            Issue.record("accepted")
        } catch {
            #expect("\(error)".hasPrefix("database.replicas: "))
            #expect(!"\(error)".contains("secret"))
        }
    }

    @Test("SQLite has no replicas")
    func sqlite() {
        #expect(throws: Settings.Mistake.self) { try address("postgres://db2/x", url: "sqlite:") }
    }
}
