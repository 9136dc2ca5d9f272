import Testing

@testable import PorticoIdentity

@Suite struct RecoveryCodeTests {
    @Test("makes ten codes of four groups, all different")
    func make() {
        let codes = RecoveryCode.make()
        #expect(Set(codes).count == 10)
        for code in codes {
            #expect(code.split(separator: "-").map(\.count) == [4, 4, 4, 4])
            #expect(RecoveryCode.hash(code, of: 7)?.count == 32)
        }
    }

    @Test("takes a code in any case and with any separators, for one account only")
    func hash() {
        let hash = RecoveryCode.hash("GEZD-GNBV-GY3T-QOJQ", of: 7)
        #expect(RecoveryCode.hash("gezdgnbvgy3tqojq", of: 7) == hash)
        #expect(RecoveryCode.hash(" gezd gnbv-gy3t QOJQ ", of: 7) == hash)
        #expect(RecoveryCode.hash("GEZD-GNBV-GY3T-QOJQ", of: 8) != hash)
        #expect(RecoveryCode.hash("GEZD-GNBV-GY3T", of: 7) == nil)
        #expect(RecoveryCode.hash("123456", of: 7) == nil)
    }
}
