import Portico

/// A sack or bag on one screen: bag → sack → bill → consignee, its facts, and every hand it passed.
struct FoundCard: PageComponent {
    var frame: BagFrame
    var found: FindPage.Found

    var html: HTML {
        """
        <div class="columns"><section class="panel stack" aria-label="\(found.code)">
        <div class="found-head"><div><p class="soft">\(found.kind == "parent" ? found.product ?? "Sack" : "Bag")</p>\
        <h2 class="code found-code">\(found.code)</h2></div>\(BagWords.status(found.status))</div>
        \(hold)\(PositionLine(steps: PositionLine.steps(of: found)))\(facts)
        <div class="buttons">\
        \(Button("Open", href: CodeLink.address(found.code), weight: .primary, icon: .arrowRight))</div></section>
        <section class="block" aria-labelledby="hands-title"><h2 id="hands-title">Every hand it passed</h2>\
        \(HistoryLine(frame: frame, steps: found.steps))</section></div>
        """
    }

    private var hold: Notice? {
        found.holdReason.map { Notice("On hold", tone: .warn, detail: "\($0)") }
    }

    private var facts: DefinitionList {
        let fill: HTML? = found.childCount.flatMap { count in
            found.capacity.map { "\(count) of \($0)\(found.weightGrams.map { ", \(BagWords.weight($0))" })" }
        }
        return DefinitionList([
            "Area": "\(found.area)",
            "Contents": fill,
            "Lot": found.lot.map { "<span class=\"code\">\($0)</span>" },
            "Date of test": found.testDate.map { "\($0)" },
            "SSCC": found.sscc.map { "<span class=\"code\">\($0)</span>" },
        ])
    }
}

/// Where a bag is, from the inside out.
struct PositionLine: PageComponent {
    struct Step: Sendable {
        var icon: Icon
        var label: String
        var value: HTML
        var isKnown = true
    }

    var steps: [Step]

    static func steps(of found: FindPage.Found) -> [Step] {
        steps(isBag: found.kind == "child", code: found.code, parentCode: found.parentCode, bill: found.bill)
    }

    static func steps(isBag: Bool, code: String, parentCode: String?, bill: FindPage.Bill?) -> [Step] {
        var steps: [Step] = []
        if isBag {
            steps.append(Step(icon: .bag, label: "Bag", value: "<span class=\"code\">\(code)</span>"))
            steps.append(
                Step(
                    icon: .sack, label: "Sack", value: parentCode.map { CodeLink($0).html } ?? "In no sack",
                    isKnown: parentCode != nil))
        } else {
            steps.append(Step(icon: .sack, label: "Sack", value: "<span class=\"code\">\(code)</span>"))
        }
        let billText: HTML =
            bill.map { "\(BillLink(id: $0.id, code: $0.code)) \(BagWords.billState($0.state))" } ?? "On no bill"
        steps.append(Step(icon: .list, label: "Bill", value: billText, isKnown: bill != nil))
        let consignee = [bill?.consignee, bill?.destination].compactMap(\.self).filter { !$0.isEmpty }.joined(
            separator: ", ")
        steps.append(
            Step(
                icon: .pin, label: "Consignee", value: consignee.isEmpty ? "None yet" : "\(consignee)",
                isKnown: !consignee.isEmpty))
        return steps
    }

    var html: HTML {
        let items = steps.map { step -> HTML in
            """
            <li\(step.isKnown ? .empty : " class=\"unknown\"" as HTML)><span class="position-icon">\(step.icon)</span>\
            <span><span class="position-label">\(step.label)</span><span class="position-value">\(step.value)</span>\
            </span></li>
            """
        }
        return "<ol class=\"position\" aria-label=\"Position\">\(items)</ol>"
    }
}

/// What happened to a sack or bag, newest first.
struct HistoryLine: PageComponent {
    var frame: BagFrame
    var steps: [FindPage.Step]

    var html: HTML {
        guard !steps.isEmpty else { return EmptyState("Nothing yet", icon: .history).html }
        let items = steps.map { step -> HTML in
            let (word, icon) = HistoryLine.word(step.what)
            let places: [HTML?] = [
                step.parentCode.map { CodeLink($0).html }, bill(step), step.ticketCode.map(ticket),
            ]
            let place = places.compactMap(\.self).enumerated().map { index, place -> HTML in
                index == 0 ? " \(place)" : " · \(place)"
            }
            let who: HTML? = step.user.map { "\($0) · " }
            return """
                <li\(step.undone ? " class=\"undone\"" as HTML : .empty)>\(icon)<p><span class="what">\(word)</span>\
                \(place)\
                \(step.undone ? " \(BagWords.outcome("undone"))" as HTML : .empty)</p>\
                <p class="when">\(who)\(frame.time(step.at))</p></li>
                """
        }
        return "<ol class=\"timeline\">\(items)</ol>"
    }

    private func bill(_ step: FindPage.Step) -> HTML? {
        step.billCode.map { code in step.billID.map { BillLink(id: $0, code: code).html } ?? "\(code)" }
    }

    /// A ticket's code, which leads to its page for those who take sacks back.
    private func ticket(_ code: String) -> HTML {
        guard frame.may("return.write") else { return "\(code)" }
        return "<a class=\"code\" href=\"/bags/id/bt/\(PageAddress.encode(code))\">\(code)</a>"
    }

    /// The words and the drawing for one kind of step.
    static func word(_ what: String) -> (String, Icon) {
        switch what {
        case "created": ("First seen", .plus)
        case "found": ("Scanned", .info)
        case "linked": ("Put into", .link)
        case "unlinked": ("Taken out of", .linkOff)
        case "moved": ("Moved to", .move)
        case "emptied": ("Emptied", .linkOff)
        case "imported": ("Imported into", .download)
        case "billed", "added": ("Put on bill", .list)
        case "unbilled", "removed": ("Taken off bill", .cross)
        case "gate_checked", "matched": ("Seen at the gate of", .shield)
        case "dispatched": ("Left on", .truck)
        case "delivered": ("Delivered on", .check)
        case "returned": ("Sent back with", .undo)
        case "held": ("Put on hold", .hand)
        case "released": ("Hold lifted", .check)
        case "retired": ("Retired", .archive)
        case "restored": ("Restored", .restore)
        case "rejected": ("Refused", .stop)
        case "duplicate": ("Scanned again in", .info)
        case "sscc_assigned": ("SSCC assigned", .tag)
        case "sscc_released": ("SSCC released", .tag)
        default: (what.replacing("_", with: " "), .clock)
        }
    }
}

/// A bill in one line.
struct BillLine: PageComponent {
    var bill: FindPage.Bill

    var html: HTML {
        """
        <div class="found-head"><div><p class="soft">Bill</p><h2 class="found-code">\(bill.code)</h2></div>\
        \(BagWords.billState(bill.state))</div>\
        \(facts)<div class="buttons">\
        \(Button("Open", href: BillLink.address(bill.id), weight: .primary, icon: .arrowRight))</div>
        """
    }

    private var facts: DefinitionList {
        DefinitionList([
            "Consignee": bill.consignee.map { "\($0)" },
            "Destination": bill.destination.map { "\($0)" },
        ])
    }
}
