import Portico
import Testing

/// What operators decide about the sessions of people.
@Suite struct PeopleSettingsTests {
    private func sessions(_ flags: [(key: String, value: String)]) throws -> SessionSettings {
        let settings = try Settings(PeopleSettings.declarations(of: "bags"), flags: flags)
        return PeopleSettings.sessions(
            SessionSettings(application: "bags", isSecure: true), of: "bags", in: settings)
    }

    @Test("offers to stay signed in for thirty days, and lets people sign in several times, unless told otherwise")
    func fallback() throws {
        let sessions = try sessions([])
        #expect(sessions.kept == .days(30) && !sessions.isSingle)
        #expect(sessions.idle == .hours(12) && sessions.absolute == .days(30))
        #expect(sessions.cookieName == "__Host-bags_session")
    }

    @Test("takes days from none to a year, and the wish for a single session")
    func given() throws {
        for days: Int64 in [0, 1, 365] {
            #expect(try sessions([(key: "bags.remember_days", value: "\(days)")]).kept == .days(days))
        }
        #expect(try sessions([(key: "bags.single_session", value: "true")]).isSingle)
    }

    @Test(
        "refuses anything else",
        arguments: [
            ("bags.remember_days", "-1"), ("bags.remember_days", "366"), ("bags.remember_days", "month"),
            ("bags.single_session", "yes"), ("bags.single_session", "1"),
        ])
    func refused(key: String, value: String) {
        #expect(throws: Settings.Mistake.self) { _ = try sessions([(key: key, value: value)]) }
    }
}
