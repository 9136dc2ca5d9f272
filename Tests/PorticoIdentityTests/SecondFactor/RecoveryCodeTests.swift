import Testing

@testable import PorticoIdentity

@Suite struct RecoveryCodeTests {
    @Test("makes ten codes of seven groups, 140 bits each, all different")
    func make() {
        let codes = RecoveryCode.make()
        #expect(Set(codes).count == 10)
        for code in codes {
            #expect(code.split(separator: "-").map(\.count) == Array(repeating: 4, count: 7))
            #expect(code.allSatisfy { "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567-".contains($0) })
            #expect(RecoveryCode.hash(code, of: 7)?.count == 32)
        }
    }

    @Test("a code gives five bits a letter, in its last letter too")
    func bits() {
        let letters = (0..<40).flatMap { _ in RecoveryCode.make() }.compactMap(\.last)
        // Of 400 draws out of 32 letters one that is never drawn has a chance of one in ten thousand.
        #expect(Set(letters).count >= 28)
    }

    @Test("takes codes of 80 bits, which were given out before")
    func older() {
        #expect(RecoveryCode.hash("GEZD-GNBV-GY3T-QOJQ", of: 7)?.count == 32)
        #expect(RecoveryCode.hash("GEZD-GNBV-GY3T-QOJQ-GEZD-GNBV-GY3T", of: 7)?.count == 32)
        #expect(RecoveryCode.hash("GEZD-GNBV-GY3T-QOJQ-GEZD", of: 7) == nil)
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
