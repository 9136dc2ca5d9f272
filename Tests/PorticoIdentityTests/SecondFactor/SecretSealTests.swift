import Testing

@testable import PorticoIdentity

@Suite struct SecretSealTests {
    private let seal = SecretSeal(key: Array(repeating: 1, count: 32))

    @Test("opens what it sealed, for the same owner, each time from other bytes")
    func roundTrip() {
        let sealed = seal.seal([1, 2, 3], for: "7")
        #expect(seal.open(sealed, keyID: seal.keyID, for: "7") == [1, 2, 3])
        #expect(seal.seal([1, 2, 3], for: "7") != sealed)
    }

    @Test("opens nothing that was changed, cut, or moved to another owner")
    func refusals() {
        let sealed = seal.seal([1, 2, 3], for: "7")
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(seal.open(changed, keyID: seal.keyID, for: "7") == nil)
        }
        #expect(seal.open(sealed, keyID: seal.keyID, for: "8") == nil)
        #expect(seal.open(Array(sealed.dropLast()), keyID: seal.keyID, for: "7") == nil)
        #expect(seal.open([], keyID: seal.keyID, for: "7") == nil)
    }

    @Test("opens with the key before, by its name, and seals with the new one")
    func rotation() {
        let sealed = seal.seal([1, 2, 3], for: "7")
        let rotated = SecretSeal(key: Array(repeating: 2, count: 32), previous: [Array(repeating: 1, count: 32)])
        #expect(rotated.keyID != seal.keyID)
        #expect(rotated.open(sealed, keyID: seal.keyID, for: "7") == [1, 2, 3])
        #expect(rotated.open(sealed, keyID: rotated.keyID, for: "7") == nil)
        #expect(seal.open(rotated.seal([4], for: "7"), keyID: rotated.keyID, for: "7") == nil)
    }
}
