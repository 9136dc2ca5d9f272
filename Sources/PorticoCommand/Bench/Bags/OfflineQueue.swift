import Portico
import PorticoBench

/// A station that was without a network: four sacks with twenty-four bags each, a hundred scans in one delivery.
final class OfflineQueue: LoadSource {
    private static let sacks = 4
    private static let bagsInEach = 24

    private let serials: BagsSerials
    private let batches: PostTemplate

    init(_ office: BagsOffice, _ person: BagsOffice.Person) {
        serials = office.serials
        batches = PostTemplate("\(BagsOffice.api)/scans/batch", of: office.target, as: person.session)
    }

    func next() -> LoadStep? {
        var items: [String] = []
        for _ in 0..<OfflineQueue.sacks {
            guard let sack = serials.nextSack() else { return nil }
            items.append(#"{"kind":"parent","code":"\#(sack)","client_scan_id":"bench-\#(serials.nextBag())"}"#)
            for _ in 0..<OfflineQueue.bagsInEach {
                let scan = PackingTable.scan(serials.nextBag(), into: sack)
                items.append(#"{"kind":"child",\#(scan.dropFirst())"#)
            }
        }
        return LoadStep(batches.request(#"{"items":[\#(items.joined(separator: ","))]}"#), keepsAnswer: true)
    }

    /// Every scan is new.
    func isWanted(_ answer: BenchAnswer) -> Bool {
        guard answer.status == 200, let root = try? JSONDocument(parsing: answer.body).root,
            let results = root["results"]
        else { return false }
        let statuses = results.elements.map { $0["status"]?.int64 }
        return statuses.count == OfflineQueue.sacks * (OfflineQueue.bagsInEach + 1)
            && statuses.allSatisfy { $0 == 201 }
    }
}
