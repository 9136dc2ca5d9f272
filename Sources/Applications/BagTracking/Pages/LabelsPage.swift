import Portico

/// `GET /bags/labels` and its form: labels on paper, looked at before they are printed, and the command cards.
///
/// POST `/bags/labels` with `_csrf`, `idempotency_key`, `layout`, and either `product_type`, `first_serial` and `count`
/// or `codes` (one a line). `do=print` answers with the PDF, anything else with this page and a preview.
struct LabelsPage: BagPage {
    /// What was typed.
    struct Typed: Sendable {
        var layout = LabelLayout.small.rawValue
        var productType = ""
        var firstSerial = ""
        var count = "24"
        var codes = ""
    }

    var frame: BagFrame
    var products: [Choice]
    var typed = Typed()
    var messages: [FieldMessage] = []
    /// The labels to be looked at; nil before they are asked for.
    var preview: [Label]?

    var title: String { "Labels" }
    var place: BagSection? { .labels }
    var styles: [String] { ["bags/labels.css"] }

    /// How labels may lie on paper.
    static let layouts = LabelLayout.allCases.map { Choice($0.rawValue, $0.title) }
    private static let shown = 24

    var content: HTML {
        """
        \(PageHeading("Labels", subtitle: "A label can be printed before its sack exists; printing registers nothing."))
        \(ErrorSummary(messages, scope: "f"))
        <div class="stack"><div class="columns even"><div class="stack">\(form)</div>\
        <div class="stack">\(cards)</div></div>\(previewSection)</div>
        """
    }

    private var form: HTML {
        let serials: HTML = """
            <fieldset class="label-numbers"><legend>Numbers in a row</legend>\
            \(SelectField("product_type", label: "Product", value: typed.productType, choices: products,
                error: message("product_type")))\
            <div class="form-row">\
            \(number("first_serial", "First number", typed.firstSerial, 0...999_999_999_999, hint: "Digits only: 60001"))\
            \(number("count", "How many", typed.count, 1...Label.most))</div></fieldset>
            """
        let codes = TextField(
            "codes", label: "Or these codes", value: typed.codes,
            hint: "One a line: sacks, bags, SSCCs. When there are any, the numbers above do not count.",
            error: message("codes"), presence: .free, maxLength: 40_000, lines: 4, isCode: true)
        let layout = SelectField(
            "layout", label: "Paper", value: typed.layout, choices: LabelsPage.layouts, error: message("layout"))
        let buttons: HTML = """
            \(Button("Preview", weight: .secondary, icon: .find, name: "do", value: "preview"))\
            \(Button("Print", icon: .printer, name: "do", value: "print"))
            """
        return """
            <section class="panel" aria-labelledby="sheet-title"><h2 id="sheet-title">A sheet</h2>\
            \(PageForm(action: "/bags/labels", guarding: frame.guarding(), fields: "\(serials)\(codes)\(layout)",
                buttons: buttons))</section>
            """
    }

    private var cards: HTML {
        let drawings = StationCommand.allCases.map { command -> HTML in
            let square = QRCode(command.rawValue, label: "QR code \(command.rawValue)")
            return """
                <li>\(square?.html)<span class="code">\(command.rawValue)</span><span>\(command.words)</span></li>
                """
        }
        let codes = StationCommand.allCases.map(\.rawValue).joined(separator: "\n")
        let form = PageForm(
            action: "/bags/labels", guarding: frame.guarding("cards"),
            fields: """
                <input type="hidden" name="codes" value="\(codes)">\
                <input type="hidden" name="layout" value="\(LabelLayout.large.rawValue)">
                """, buttons: "\(Button("Print the cards", icon: .printer, name: "do", value: "print"))")
        return """
            <section class="block" aria-labelledby="cards-title"><h2 id="cards-title">Command cards</h2>\
            <p class="note">Lay them on the packing table. Scanned at the station they do what they say.</p>\
            <ul class="label-cards">\(drawings)</ul>\(form)</section>
            """
    }

    private var previewSection: HTML? {
        guard let preview, let layout = LabelLayout(rawValue: typed.layout) else { return nil }
        let labels = preview.prefix(LabelsPage.shown).map { LabelsPage.card($0) }
        let pages = (preview.count + layout.perPage - 1) / layout.perPage
        let rest = preview.count - labels.count
        let more: HTML? =
            rest > 0 ? "<p class=\"note\">And \(BagWords.count(rest, "more label", "more labels")).</p>" : nil
        return """
            <section class="block label-preview" aria-labelledby="preview-title" id="preview"><div class="section-head">\
            <h2 id="preview-title">Preview</h2><span class="soft">\(BagWords.count(preview.count, "label", "labels")) on \
            \(BagWords.count(pages, "page", "pages"))</span></div>\
            <ul class="label-sheet" data-layout="\(layout.rawValue)">\(labels)</ul>\(more)</section>
            """
    }

    private static func card(_ label: Label) -> HTML {
        let lines = label.lines().map { "<span>\($0)</span>" as HTML }
        return """
            <li>\(QRCode(label.code.text, label: "QR code")?.html)<span class="label-words">\
            <strong class="code">\(label.code.text)</strong>\(lines)</span></li>
            """
    }

    private func number(
        _ name: String, _ label: String, _ value: String, _ range: ClosedRange<Int>, hint: String? = nil
    ) -> TextField {
        TextField(
            name, label: label, value: value, kind: .number, hint: hint, error: message(name), presence: .free,
            range: range)
    }

    private func message(_ field: String) -> String? {
        messages.first { $0.field == field }?.message
    }
}
