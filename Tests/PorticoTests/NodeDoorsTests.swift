import Foundation
import Logging
import PorticoTesting
import Testing

@testable import Portico

@Suite struct NodeDoorsTests {
    private func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    private func doors(deny: String, allow: String = "") throws -> NodeDoors {
        try NodeDoors(
            Settings(
                PlatformSettings.declarations,
                flags: [(key: "limits.deny_file", value: deny), (key: "limits.allow_file", value: allow)]),
            metrics: MetricsRegistry(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, clock: Clock())
    }

    @Test("lists are read at the start and again when their file changes; a wrong file changes nothing")
    func reloads() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = "\(folder.path)/deny.txt"
        try write("192.0.2.0/24\n", to: path)
        let node = try doors(deny: path)
        #expect(node.doors.gate.networks.deny.map(\.text) == ["192.0.2.0/24"])

        try write("192.0.2.0/24\n# more\n2001:db8::/32\n", to: path)
        node.readIfChanged()
        #expect(node.doors.gate.networks.deny.count == 2)

        try write("no network at all\n", to: path)
        node.readIfChanged()
        #expect(node.doors.gate.networks.deny.count == 2)

        try FileManager.default.removeItem(atPath: path)
        node.readIfChanged()
        #expect(node.doors.gate.networks.deny.count == 2)
    }

    @Test("a start with a wrong or missing list names the setting, the file and the line")
    func refusesStart() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = "\(folder.path)/allow.txt"
        let missing = #expect(throws: Settings.Mistake.self) { _ = try doors(deny: "", allow: path) }
        #expect(missing?.description.contains("limits.allow_file") == true)
        try write("10.0.0.0/8\n10.0.0.0/99\n", to: path)
        let wrong = #expect(throws: Settings.Mistake.self) { _ = try doors(deny: "", allow: path) }
        #expect(wrong?.description.contains("Line 2") == true)
        #expect(wrong?.description.contains(path) == true)
    }
}
