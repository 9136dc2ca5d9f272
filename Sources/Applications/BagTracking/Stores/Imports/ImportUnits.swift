import Portico

/// The units of a file, read on a thread of its own: taking a workbook apart keeps a processor busy for seconds, and the few
/// threads that tasks share belong to everybody. It reads a little ahead, and ends when the task that takes is cancelled.
struct ImportUnits: Sendable {
    /// Rows that are handed over at once, and bytes of text, about.
    private static let batchRows = 500
    private static let batchBytes = 1 << 18
    /// Batches that wait.
    private static let ahead = 2

    private var batches: HandedOver<[ImportUnit]>.Iterator
    private var waiting: ArraySlice<ImportUnit> = []

    /// - Parameter open: makes the feed of a file, on the thread that reads it.
    init(of source: any ByteSource, _ open: @escaping @Sendable (any ByteSource) throws -> ImportFeed) {
        let batches = HandedOver<[ImportUnit]>(capacity: ImportUnits.ahead) { queue in
            let feed = try open(WatchedSource(source, queue.cancellation))
            while case let batch = try ImportUnits.batch(of: feed), !batch.isEmpty { try queue.send(batch) }
        }
        self.batches = batches.makeAsyncIterator()
    }

    private static func batch(of feed: ImportFeed) throws -> [ImportUnit] {
        var units: [ImportUnit] = []
        var (rows, bytes) = (0, 0)
        while rows < batchRows, bytes < batchBytes, let unit = try feed.next() {
            units.append(unit)
            rows += unit.count
            bytes += unit.size
        }
        return units
    }

    /// The next units, with `rows` rows together at most; a unit that is larger than that comes alone. Rows of one sack are
    /// decided together, so a part that ends in the middle of a unit is not to be had.
    /// - Throws: what ``ImportFeed/next()`` throws; `CancellationError`.
    mutating func take(_ rows: Int) async throws -> [ImportUnit] {
        var units: [ImportUnit] = []
        var count = 0
        while count < rows {
            if waiting.isEmpty {
                guard let batch = try await batches.next() else { break }
                waiting = batch[...]
            }
            guard let unit = waiting.first else { continue }
            guard units.isEmpty || count + unit.count <= rows else { break }
            waiting.removeFirst()
            units.append(unit)
            count += unit.count
        }
        return units
    }
}
