import Foundation
import Portico
import PorticoTesting
import Testing

@Suite struct PasswordSettingsTests {
    private func rules(_ flags: [(key: String, value: String)] = []) throws -> PasswordRules {
        let settings = try Settings(PeopleSettings.declarations(of: "bags"), flags: flags)
        return try PeopleSettings.passwords(of: "bags", in: settings)
    }

    @Test("unless said otherwise five passwords count, none ends, and no list is asked")
    func defaults() throws {
        let rules = try rules()
        #expect(rules.former == 5 && rules.life == nil && rules.refused.count == 0)
    }

    @Test("each is as the operator says")
    func chosen() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.file("passwords.txt")
        try "Violin-tractor-9\nhouse wine by the glass\n".write(toFile: path, atomically: true, encoding: .utf8)
        let rules = try rules([
            (key: "bags.former_passwords", value: "24"), (key: "bags.password_days", value: "90"),
            (key: "bags.refused_passwords_file", value: path),
        ])
        #expect(rules.former == 24 && rules.life == .days(90) && rules.refused.count == 2)
        #expect(rules.refusal(of: "violin-TRACTOR-9", email: "asha@example.org") == .common)
        #expect(rules.refusal(of: "violin-tractor-8!", email: "asha@example.org") == nil)
    }

    @Test(
        "what is out of range is refused",
        arguments: [
            ("bags.former_passwords", "25"), ("bags.former_passwords", "-1"), ("bags.password_days", "3651"),
            ("bags.password_days", "never"),
        ])
    func outOfRange(key: String, value: String) {
        #expect(throws: Settings.Mistake.self) { _ = try rules([(key: key, value: value)]) }
    }

    @Test("a list that can't be used is told in one line that names setting and file", arguments: [nil, "", "\n\n"])
    func mistakes(content: String?) throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.file("passwords.txt")
        try content?.write(toFile: path, atomically: true, encoding: .utf8)
        let mistake = #expect(throws: Settings.Mistake.self) {
            _ = try rules([(key: "bags.refused_passwords_file", value: path)])
        }
        let line = try #require(mistake?.description)
        #expect(line.hasPrefix("bags.refused_passwords_file: '\(path)' ") && !line.contains("\n"))
    }
}
