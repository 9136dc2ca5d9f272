import PorticoLimits
import PorticoValues
import Testing

@Suite struct AutoBanTests {
    private let policy = BanPolicy(
        strikes: 3, window: .minutes(1), firstBan: .minutes(10), longestBan: .minutes(30), memory: .hours(1))
    private let client = ClientNetwork.of(address: "192.0.2.1")

    private func strikes(_ count: Int, on bans: AutoBan, at now: Instant) -> Ban? {
        (0..<count).compactMap { _ in bans.strike(client, reason: "probe", at: now) }.last
    }

    @Test("bans after enough strikes within the window")
    func banning() throws {
        let bans = AutoBan(policy)
        #expect(strikes(2, on: bans, at: noon) == nil)
        let ban = try #require(bans.strike(client, reason: "sign-in", at: noon.after(59_999)))
        #expect(ban.end - ban.start == .minutes(10) && ban.reason == "sign-in" && ban.ordinal == 1)
        #expect(bans.ban(of: client, at: ban.end.after(-1)) == ban)
        #expect(bans.ban(of: client, at: ban.end) == nil)
        #expect(bans.bans(at: noon + .minutes(2)) == [ban])
    }

    @Test("forgets strikes that are older than the window")
    func window() {
        let bans = AutoBan(policy)
        for step in 0..<20 as Range<Int64> {
            #expect(bans.strike(client, at: noon + .seconds(31 * step)) == nil)
        }
    }

    @Test("doubles every further ban up to the longest, and forgives after a while")
    func doubling() throws {
        let bans = AutoBan(policy)
        var now = noon
        for minutes in [10, 20, 30, 30] as [Int64] {
            let ban = try #require(strikes(3, on: bans, at: now))
            #expect(ban.end - ban.start == .minutes(minutes))
            now = ban.end
        }
        let later = try #require(strikes(3, on: bans, at: now + .hours(1)))
        #expect(later.ordinal == 1)
    }

    @Test("weighs strikes and ignores those of the banned, the exempt and the unknown")
    func ignoring() throws {
        let bans = AutoBan(policy, exempt: try NetworkSet(parsing: "10.0.0.0/8"))
        #expect(bans.strike(client, weight: 100, at: noon) != nil)
        #expect(bans.strike(client, weight: 100, at: noon) == nil)
        #expect(bans.strike(.of(address: "10.0.0.1"), weight: 100, at: noon) == nil)
        #expect(bans.strike(.unknown, weight: 100, at: noon) == nil)
        #expect(bans.bans(at: noon).map(\.client) == [client])
    }

    @Test("bans and unbans by hand")
    func byHand() {
        let bans = AutoBan(policy)
        let lab = ClientNetwork.of(address: "2001:db8::1")
        #expect(bans.ban(lab, for: .days(1), reason: "scraping", at: noon)?.end == noon + .days(1))
        #expect(bans.ban(of: .of(address: "2001:db8::ffff"), at: noon) != nil)
        #expect(bans.unban(lab, at: noon) && !bans.unban(lab, at: noon))
        #expect(bans.ban(of: lab, at: noon) == nil && bans.bans(at: noon).isEmpty)
    }

    @Test("drops records of clients that behave, a few at a time")
    func reclaiming() {
        let bans = AutoBan(policy)
        for last in 0..<200 { bans.strike(.of(address: "198.51.100.\(last)"), at: noon) }
        for last in 0..<200 { bans.strike(.of(address: "203.0.113.\(last)"), at: noon + .minutes(5)) }
        #expect(bans.recordCount <= 201)
    }

    @Test("stays within its number of records and keeps bans before strikes")
    func bounds() {
        let bans = AutoBan(policy, mostRecords: 50)
        #expect(bans.strike(client, weight: 3, at: noon) != nil)
        for number in 0..<5_000 { bans.strike(.of(address: "10.1.\(number / 250).\(number % 250)"), at: noon) }
        #expect(bans.recordCount <= 50 && bans.ban(of: client, at: noon) != nil)
    }

    @Test("follows a new policy, and keeps the end of bans in force")
    func newPolicy() throws {
        let bans = AutoBan(policy)
        let ban = try #require(strikes(3, on: bans, at: noon))
        bans.replace(policy: BanPolicy(strikes: 1, firstBan: .seconds(1)), exempt: NetworkSet())
        #expect(bans.ban(of: client, at: noon + .minutes(9)) == ban)
        let other = ClientNetwork.of(address: "192.0.2.2")
        #expect(bans.strike(other, at: noon)?.end == noon + .seconds(1))
    }

    @Test("computes lengths without overflow")
    func lengths() {
        let policy = BanPolicy(firstBan: .minutes(10), longestBan: .days(7))
        let lengths = [0, 1, 2, 3, 11, 64, .max].map { policy.length(ordinal: $0) }
        let longest = Span.days(7)
        #expect(lengths == [.minutes(10), .minutes(10), .minutes(20), .minutes(40), longest, longest, longest])
    }
}
