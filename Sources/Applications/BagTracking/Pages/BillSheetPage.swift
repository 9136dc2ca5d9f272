import Portico

/// `GET /bags/bills/{id}/sheet`: the bill on paper, with a code that leads back to it.
struct BillSheetPage: BagPage {
    var frame: BagFrame
    var bill: BillRow
    var createdBy: String
    var area: String
    var sacks: [BagRow]
    var productNames: [String: String]

    var title: String { "Bill \(bill.code)" }
    var place: BagSection? { .bills }
    var styles: [String] { ["bags/station.css"] }
    var pageClass: StaticString { "bill-sheet" }

    var content: HTML {
        """
        <p class="buttons"><a class="button secondary" href="\(BillPage.address(bill.id))">\(Icon.arrowLeft)\
        <span>Back to the bill</span></a><button class="button primary" type="button" data-print hidden>\
        \(Icon.printer)<span>Print</span></button></p>
        <article class="sheet-of-bill"><header><div><p>Bill</p><h1>\(bill.code)</h1>\
        <p>\(BagWords.billState(bill.state.rawValue).word) · \(area)</p></div>\
        \(QRCode(bill.code, label: "QR code of bill \(bill.code)"))</header>
        \(facts)\(table)
        <footer><p>Loaded by</p><p>Checked at the gate by</p><p>Received by</p></footer>
        <p class="note">Printed \(frame.time(frame.now))</p></article>
        """
    }

    private var facts: DefinitionList {
        func text(_ value: String?) -> HTML? { value.map { "\($0)" } }
        let totals = bill.totals
        return DefinitionList([
            "Consignee": text(bill.header.consignee), "Destination": text(bill.header.destination),
            "Description": text(bill.header.description),
            "Sacks": "\(totals.linkedCount) of \(bill.header.capacity)",
            "Bags": "\(GroupedNumber(totals.childCount).text)",
            "Weight": "\(BagWords.weight(totals.actualWeightGrams))",
            "Short because": text(bill.shortReason), "Vehicle": text(bill.vehicleNumber),
            "Driver": text(bill.driverName), "Seal": text(bill.sealNumber),
            "Opened": "\(createdBy), \(frame.time(bill.createdAt))",
            "Dispatched": bill.dispatchedAt.map { frame.time($0).html },
        ])
    }

    private var table: DataTable {
        DataTable(
            caption: "Sacks on this bill",
            columns: [
                .init("No.", .number), .init("Sack", .code), .init("Product"), .init("Bags", .number),
                .init("Weight", .number),
            ],
            rows: sacks.enumerated().map { index, sack in
                .init([
                    "\(index + 1)", "<span class=\"code\">\(sack.code)</span>",
                    "\(productNames[sack.productType ?? ""] ?? sack.productType)", "\(sack.load?.childCount ?? 0)",
                    "\(BagWords.weight(sack.load?.weightGrams ?? 0))",
                ])
            })
    }
}
