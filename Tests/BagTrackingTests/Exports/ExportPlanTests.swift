import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// How SQLite reads an export before it has any statistics: on a node whose data came since it was started.
@Suite struct ExportPlanTests {
    static let filters = [
        BagFilter(), BagFilter(kind: .child), BagFilter(areaCode: "lucknow"), BagFilter(productType: "mustard"),
        BagFilter(isBilled: true), BagFilter(isBilled: false), BagFilter(kind: .child, areaCode: "lucknow"),
    ]

    @Test("R37: each window of bags is found by ids and not by another index", arguments: filters)
    func plans(filter: BagFilter) async throws {
        try await withHall(on: .sqlite) { hall in
            let export = BagExport(filter: filter)
            let places = try #require(export.places(after: 0, through: 100))
            for statement in [export.statement(after: 0, through: 100), places] {
                let lines = try await QueryPlan.of(statement, in: hall.database).lines
                #expect(
                    lines.contains("SEARCH bags USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"), "\(lines)")
            }
        }
    }
}
