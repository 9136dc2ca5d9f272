import Portico
import PorticoBench
import Synchronization

/// Codes that nobody has used: of sacks beyond those of demonstration data, and of bags that no other run has scanned.
final class BagsSerials: Sendable {
    private static let sacks = 60_000...99_999
    private let sack: Atomic<Int>
    private let bag = Atomic<Int>(10_000_000)
    /// Different in every run: seconds, which come round after 115 days.
    private let run: String

    private init(from first: Int) {
        sack = Atomic(first)
        let seconds = Clock().now().milliseconds / 1000 % 10_000_000
        run = String(String(seconds + 10_000_000).dropFirst())
    }

    /// Codes behind those of earlier runs.
    /// - Throws: ``BenchError`` when there are none left.
    static func free(_ client: BenchClient, _ person: BagsOffice.Person) async throws(BenchError) -> BagsSerials {
        for serial in stride(from: sacks.lowerBound, to: sacks.upperBound, by: 500) {
            let path = "\(BagsOffice.api)/bags/SB\(serial)"
            let answer = try await client.send(BenchRequest(get: path, of: client.target, as: person.session))
            if answer.status == 404 { return BagsSerials(from: serial) }
            try BagsOffice.check(answer, is: 200, path)
        }
        throw used
    }

    /// All sacks are used.
    static let used = BenchError(
        "no sack codes are left between SB60000 and SB99999; measure on fresh data, or for a shorter time")

    /// The code of the next sack; nil when there is none.
    func nextSack() -> String? {
        let serial = sack.wrappingAdd(1, ordering: .relaxed).oldValue
        return serial <= BagsSerials.sacks.upperBound ? "SB\(serial)" : nil
    }

    /// Whether somebody asked for a sack when there was none.
    var areUsed: Bool { sack.load(ordering: .relaxed) > BagsSerials.sacks.upperBound + 1 }

    /// The code of the next bag: sixteen digits, which no label of demonstration data has.
    func nextBag() -> String { "9\(run)\(bag.wrappingAdd(1, ordering: .relaxed).oldValue)" }
}
