import Portico
import PorticoBench

/// Codes from all over the list of bags, and the way to a place far behind its beginning.
struct BagsSample: Sendable {
    /// Codes with their areas.
    let bags: [(code: String, area: String)]
    /// The row that ``cursor`` leads to.
    let row: Int
    /// The rest of the query that gives the page there.
    let cursor: String

    /// Where the walk ends in a list that is long enough.
    static let farthest = 900_000

    /// Walks the list to row 900,000, or to its middle when it is shorter.
    static func take(_ office: BagsOffice) async throws(BenchError) -> BagsSample {
        let perPage = 200
        let pages = max(1, min(farthest, office.bags / 2) / perPage)
        let perPageTaken = max(1, 4000 / pages)
        var bags: [(code: String, area: String)] = []
        var cursor = ""
        var walked = 0
        while walked < pages {
            let answer = try await office.get("\(BagsOffice.api)/bags?limit=\(perPage)\(cursor)", as: office.biller)
            let items = answer.json["items"]?.elements ?? []
            let step = max(1, items.count / perPageTaken)
            // Another place on every page, so that sacks and bags are among them.
            for place in stride(from: walked % step, to: items.count, by: step) {
                guard let code = items[place]["code"]?.string, let area = items[place]["area_code"]?.string else {
                    continue
                }
                bags.append((code: code, area: area))
            }
            walked += 1
            guard let next = answer.json["next_cursor"]?.string else { break }
            cursor = "&cursor=\(next)"
        }
        guard !bags.isEmpty else { throw BenchError("there are no bags to ask for; start the server with --demo") }
        return BagsSample(bags: bags, row: walked * perPage, cursor: cursor)
    }

    /// What people read, one for each bag: mostly bags by their codes, now and then a search, a list, the statistics.
    /// - Parameter area: where the bags are; nil takes those of all areas.
    func reads(in area: String?) -> [String] {
        let api = BagsOffice.api
        let codes = bags.filter { area == nil || $0.area == area }.prefix(1000).map(\.code)
        let paths = codes.enumerated().map { index, code -> String in
            switch index % 10 {
            case 1: "\(api)/resolve?code=\(code)"
            case 3: "\(api)/bags?limit=50"
            case 5: "\(api)/stats"
            case 6: BagsSample.prefixSearch(code)
            case 8: BagsSample.suffixSearch(code)
            case 9: "\(api)/bags/\(code)/history"
            default: "\(api)/bags/\(code)"
            }
        }
        return paths.isEmpty ? ["\(api)/stats", "\(api)/bags?limit=50"] : paths
    }

    static func prefixSearch(_ code: String) -> String { "\(BagsOffice.api)/bags?q=\(code.prefix(4))" }
    static func suffixSearch(_ code: String) -> String { "\(BagsOffice.api)/bags?q=%2A\(code.suffix(4))" }
}
