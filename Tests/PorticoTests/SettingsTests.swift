import Portico
import Testing

@Suite struct SettingsTests {
    private let declarations = [
        SettingDeclaration("server.port", .integer(1...65_535), default: "8080", "port"),
        SettingDeclaration("server.hosts", .list, default: "", "hosts"),
        SettingDeclaration("log.level", .choice(["info", "debug"]), default: "info", "level"),
        SettingDeclaration("secret.key", .text(0...100), default: "", isSecret: true, "key"),
        SettingDeclaration("fast", .flag, default: "false", "fast"),
    ]

    @Test(
        "where a server is reached is a web address without a path",
        arguments: [
            ("", true), ("https://bags.example.org", true), ("http://127.0.0.1:8080", true),
            ("http://[::1]:8080", true),
            ("javascript:alert(1)//", false), ("bags.example.org", false), ("https://bags.example.org/", false),
            ("https://bags.example.org/a", false), ("https://bags.example.org?a", false),
            ("ftp://bags.example.org", false),
            ("https://a@bags.example.org", false),
        ])
    func publicURL(text: String, isAccepted: Bool) {
        let settings = try? Settings(PlatformSettings.declarations, flags: [(key: "public_url", value: text)])
        #expect((settings != nil) == isAccepted)
    }

    @Test("later sources win: default, file, environment, flag")
    func precedence() throws {
        let yaml = (name: "p.yaml", text: "server:\n  port: 1\n  hosts: [a, b]\nlog: {level: debug}\nfast: true\n")
        let file = try Settings(declarations, yaml: yaml)
        #expect(file.integer("server.port") == 1)
        #expect(file.list("server.hosts") == ["a", "b"])
        #expect(file.flag("fast"))
        let environment = ["PORTICO_SERVER_PORT": "2", "PORTICO_OTHER": "x"]
        #expect(try Settings(declarations, yaml: yaml, environment: environment).integer("server.port") == 2)
        let flagged = try Settings(
            declarations, yaml: yaml, environment: environment, flags: [(key: "server.port", value: "3")])
        #expect(flagged.integer("server.port") == 3)
        #expect(flagged.table.first { $0.key == "server.port" }?.source == "--server.port")
    }

    @Test(
        "a wrong value is refused in one line that names setting, value, source and what is accepted",
        arguments: [
            ("server.port", "0"), ("server.port", "abc"), ("log.level", "loud"), ("fast", "yes"), ("nothing", "1"),
        ])
    func refuses(key: String, value: String) {
        do {
            _ = try Settings(declarations, flags: [(key: key, value: value)])
            Issue.record("accepted")
        } catch {
            #expect(error.description.hasPrefix(key))
            #expect(!error.description.contains("\n"))
        }
    }

    @Test("secrets are masked in the table and in refusals")
    func secrets() throws {
        let settings = try Settings(declarations, flags: [(key: "secret.key", value: "hunter2")])
        #expect(settings.table.allSatisfy { !$0.value.contains("hunter2") })
        do {
            _ = try Settings(declarations, flags: [(key: "secret.key", value: String(repeating: "hunter2", count: 20))])
            Issue.record("accepted")
        } catch {
            #expect(!error.description.contains("hunter2"))
        }
    }

    @Test("a file that is no YAML is refused")
    func badFile() {
        #expect(throws: Settings.Mistake.self) {
            try Settings(declarations, yaml: (name: "p.yaml", text: "server: [\n"))
        }
    }
}
