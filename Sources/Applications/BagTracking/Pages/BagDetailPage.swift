import Portico

/// `GET /bags/bags/{code}` and the refusals of its forms: everything about one sack or bag.
///
/// All forms POST below `/bags/bags/{code}` with `_csrf` and `idempotency_key`; after a success the route answers 303
/// to the page. Their fields are listed with ``BagActions``.
struct BagDetailPage: BagPage {
    /// A bag in the sack.
    struct Child: Sendable {
        var code: String
        var lot: String?
        var linkedAt: Instant
        var linkedBy: String
    }

    /// Why a sack may not be billed, and since when.
    struct Hold: Sendable {
        var reason: String
        var since: Instant
    }

    var frame: BagFrame
    var code: String
    /// `parent` or `child`.
    var kind: String
    var status: String
    var area: String
    var product: String?
    var childCount: Int?
    var capacity: Int?
    var weightGrams: Int?
    var expectedWeightGrams: Int?
    var sscc: String?
    /// The address that names the bag in EPCIS events.
    var epc: String?
    var hold: Hold?
    var lot: String?
    var testDate: String?
    /// The sack a bag is in.
    var parentCode: String?
    /// The bill the sack is on; for a bag, its sack's.
    var bill: FindPage.Bill?
    var createdAt: Instant
    var updatedAt: Instant
    /// The bags in the sack.
    var children: [Child] = []
    /// What happened, newest first.
    var steps: [FindPage.Step]
    /// Where the older part of the history is.
    var nextSteps: String?
    /// Which form came back: `move`, `unlink`, `empty`, `hold`, `release`, `sscc`, `retire`, `restore`.
    var openForm: String?
    /// What came back in it.
    var form = FormState.fresh

    var title: String { code }
    var place: BagSection? { .bags }
    var isSack: Bool { kind == "parent" }

    var content: HTML {
        """
        \(heading)
        \(ErrorSummary(form.messages, scope: openForm ?? "f"))\
        \(holdNotice.map { "<div class=\"notices\">\($0)</div>" as HTML })
        <div class="columns"><div class="stack">
        <section class="block" aria-labelledby="where-title"><h2 class="unseen" id="where-title">Where it is</h2>\
        \(PositionLine(steps: PositionLine.steps(isBag: !isSack, code: code, parentCode: parentCode, bill: bill)))\
        \(isSack ? fill : nil)</section>
        \(isSack ? childrenSection : nil)
        \(BagActions(page: self))
        </div><div class="stack">
        <section class="block" aria-labelledby="facts-title"><h2 id="facts-title">Facts</h2>\(facts)</section>
        <section class="block" aria-labelledby="history-title"><h2 id="history-title">History</h2>\
        \(HistoryLine(frame: frame, steps: steps))\(CursorPager(next: nextSteps))</section>
        \(label)
        </div></div>
        """
    }

    private var heading: PageHeading {
        PageHeading(
            "<span class=\"code\">\(code)</span> \(BagWords.status(status))",
            subtitle: "\(isSack ? "Sack" : "Bag")\(product.map { ", \($0)" as HTML }), \(area)",
            back: ("Sacks and bags", "/bags/bags"))
    }

    /// The code to be scanned from the screen, and the form that prints it.
    private var label: HTML? {
        guard frame.may("label.print"), let square = QRCode(code, label: "QR code of \(code)") else { return nil }
        let layouts = SelectField(
            "layout", label: "Paper", value: LabelLayout.roll.rawValue, choices: LabelsPage.layouts, scope: "label")
        let form = PageForm(
            action: "/bags/labels", guarding: frame.guarding("label"),
            fields: "<input type=\"hidden\" name=\"codes\" value=\"\(code)\">\(layouts)",
            buttons: "\(Button("Print the label", icon: .printer, name: "do", value: "print"))")
        return """
            <section class="block" aria-labelledby="label-title"><h2 id="label-title">Label</h2>\
            <div class="stack">\(square)\(form)</div></section>
            """
    }

    private var holdNotice: Notice? {
        hold.map { Notice("On hold since \(frame.time($0.since).text)", tone: .warn, detail: "\($0.reason)") }
    }

    private var fill: HTML? {
        guard let childCount, let capacity else { return nil }
        let weight: HTML? = weightGrams.map { grams -> HTML in
            let full: HTML? = expectedWeightGrams.map { " of \(BagWords.weight($0)) when full" }
            return "<p class=\"note\">\(BagWords.weight(grams))\(full)</p>"
        }
        return """
            <div class="fill"><p class="fill-count"><strong>\(childCount)</strong> of \(capacity)</p>\
            \(SackGauge(count: childCount, capacity: capacity))\(weight)</div>
            """
    }

    private var childrenSection: HTML {
        let hasLots = children.contains { $0.lot != nil }
        let table = DataTable(
            caption: "Bags in this sack",
            columns: [.init("Bag", .code)] + (hasLots ? [.init("Lot", .code)] : [])
                + [.init("Put in by"), .init("Put in")],
            rows: children.map { child in
                .init(
                    [CodeLink(child.code).html] + (hasLots ? ["\(child.lot)"] : [])
                        + ["\(child.linkedBy)", frame.time(child.linkedAt).html])
            }, narrow: .lines)
        let none = EmptyState("No bags in this sack", icon: .bag)
        return """
            <section class="block" aria-labelledby="bags-title"><div class="section-head">\
            <h2 id="bags-title">Bags in it</h2>\
            <span class="soft">\(BagWords.count(children.count, "bag", "bags"))</span></div>\
            \(children.isEmpty ? none.html : table.html)</section>
            """
    }

    private var facts: DefinitionList {
        DefinitionList([
            "Product": product.map { "\($0)" },
            "Lot": lot.map { "<span class=\"code\">\($0)</span>" },
            "Date of test": testDate.map { "\($0)" },
            "SSCC": sscc.map { "<span class=\"code\">\($0)</span>" },
            "First seen": frame.time(createdAt).html,
            "Changed": frame.time(updatedAt).html,
            "EPC": epc.map { "<span class=\"code epc\">\($0)</span>" },
        ])
    }
}
