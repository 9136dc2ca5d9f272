import Portico

/// `GET /bags/settings` and the refusals of its forms: areas and product types.
///
/// | POST | fields besides `_csrf` and `idempotency_key` |
/// |---|---|
/// | `/bags/settings/areas` | `code`, `name` |
/// | `/bags/settings/areas/{code}` | `name`, `is_active` (`true` when ticked) |
/// | `/bags/settings/product-types` | `code`, `name`, `prefix`, `digits`, `capacity`, `unit_weight_grams` |
/// | `/bags/settings/product-types/{code}` | `name`, `is_active` (`true` when ticked) |
struct SettingsPage: BagPage {
    /// A warehouse town.
    struct Area: Sendable {
        var code: String
        var name: String
        var isActive: Bool
    }

    /// What a sack holds.
    struct Product: Sendable {
        var code: String
        var name: String
        var prefix: String
        var digits: Int
        var capacity: Int
        var unitWeightGrams: Int
        var isActive: Bool
    }

    var frame: BagFrame
    var areas: [Area]
    var products: [Product]
    /// Who outside hears of what happens here.
    var webhooks: WebhooksPart?
    /// Which form came back: `area`, `area-<code>`, `product` or `product-<code>`.
    var openForm: String?
    var form = FormState.fresh

    var title: String { "Settings" }
    var place: BagSection? { .settings }

    var content: HTML {
        """
        \(PageHeading("Settings", actions: limits))\(ErrorSummary(form.messages, scope: openForm ?? "f"))
        <div class="columns even">
        <section class="block" aria-labelledby="products-title"><h2 id="products-title">Product types</h2>\
        <p class="note">What a sack holds. The pattern and the numbers are fixed once a type exists.</p>\
        <div class="folds">\(products.map(productFold))\(newProduct)</div></section>
        <section class="block" aria-labelledby="areas-title"><h2 id="areas-title">Areas</h2>\
        <p class="note">The warehouse towns. A code stays for ever; an area that is not used any more is switched \
        off.</p>\
        <div class="folds">\(areas.map(areaFold))\(newArea)</div></section>
        </div>
        \(webhooks.map { "<div class=\"after-panel\">\($0)</div>" as HTML })
        """
    }

    private var limits: [Button] {
        frame.may("operations.read")
            ? [
                Button("Limits", href: "/bags/limits", icon: .clock),
                Button("Jobs, mail and caches", href: "/bags\(ConsoleAppearance.path)/queues", icon: .list),
            ] : []
    }

    private func productFold(_ product: Product) -> HTML {
        let scope = "product-\(product.code)"
        let zeros = String(repeating: "0", count: max(product.digits - 1, 0))
        let facts = DefinitionList([
            "Code": "<span class=\"code\">\(product.code)</span>",
            "Sack codes":
                "<span class=\"code\">\(product.prefix)\(zeros)1</span>",
            "Capacity": "\(BagWords.count(product.capacity, "bag", "bags"))",
            "Weight of a bag": "\(BagWords.weight(product.unitWeightGrams))",
        ])
        let active = Checkbox(
            "is_active", label: "Packed at present", isTicked: ticked(scope, product.isActive), scope: scope)
        let save = PageForm(
            action: "/bags/settings/product-types/\(PageAddress.encode(product.code))", guarding: frame.guarding(),
            fields: "\(facts)\(text("name", "Name", scope, or: product.name, maxLength: 60))\(active)",
            buttons: "\(Button("Save"))")
        return fold(
            scope, product.name, detail: "\(product.prefix)… · \(product.capacity)", isActive: product.isActive,
            icon: .tag, content: save.html)
    }

    private var newProduct: HTML {
        let scope = "product"
        let numbers: HTML = """
            <div class="form-row">\(number("digits", "Digits", scope, 3...12))\
            \(number("capacity", "Capacity in bags", scope, 1...500))\
            \(number("unit_weight_grams", "Weight of a bag in grams", scope, 1...100_000))</div>
            """
        let form = PageForm(
            action: "/bags/settings/product-types", guarding: frame.guarding(),
            fields: """
                \(code("code", "Code", scope, hint: "Small letters, digits and _, such as mustard.", 30))\
                \(text("name", "Name", scope, maxLength: 60))\
                \(code("prefix", "Prefix of the sack codes", scope, hint: "Capitals, digits and -, such as SB.", 10))\
                \(numbers)
                """, buttons: "\(Button("Add product type"))")
        return fold(scope, "Add a product type", detail: nil, isActive: true, icon: .plus, content: form.html)
    }

    private func areaFold(_ area: Area) -> HTML {
        let scope = "area-\(area.code)"
        let active = Checkbox("is_active", label: "In use", isTicked: ticked(scope, area.isActive), scope: scope)
        let save = PageForm(
            action: "/bags/settings/areas/\(PageAddress.encode(area.code))", guarding: frame.guarding(),
            fields: "\(text("name", "Name", scope, or: area.name, maxLength: 60))\(active)",
            buttons: "\(Button("Save"))")
        return fold(scope, area.name, detail: area.code, isActive: area.isActive, icon: .pin, content: save.html)
    }

    private var newArea: HTML {
        let scope = "area"
        let form = PageForm(
            action: "/bags/settings/areas", guarding: frame.guarding(),
            fields: """
                \(code("code", "Code", scope, hint: "Small letters, digits and _, such as sri_ganganagar.", 30))\
                \(text("name", "Name", scope, maxLength: 60))
                """, buttons: "\(Button("Add area"))")
        return fold(scope, "Add an area", detail: nil, isActive: true, icon: .plus, content: form.html)
    }

    private func fold(_ scope: String, _ title: String, detail: String?, isActive: Bool, icon: Icon, content: HTML)
        -> HTML
    {
        let off = isActive ? nil : Badge("Off", icon: .stop)
        let more: HTML? = detail.map { "<span class=\"note code\">\($0)</span>" }
        return """
            <details class="fold"\(HTML.flag("open", openForm == scope))><summary>\(icon)<span>\(title)</span>\(more)\
            \(off)</summary>\(content)</details>
            """
    }

    private func text(
        _ name: String, _ label: String, _ scope: String, or initial: String = "", maxLength: Int
    ) -> TextField {
        TextField(
            name, label: label, value: openForm == scope ? form.value(name, or: initial) : initial,
            error: message(scope, name), maxLength: maxLength, scope: scope)
    }

    private func code(_ name: String, _ label: String, _ scope: String, hint: String, _ maxLength: Int) -> TextField {
        TextField(
            name, label: label, value: openForm == scope ? form.value(name) : "", hint: hint,
            error: message(scope, name), maxLength: maxLength, isCode: true, scope: scope)
    }

    private func number(_ name: String, _ label: String, _ scope: String, _ range: ClosedRange<Int>) -> TextField {
        TextField(
            name, label: label, value: openForm == scope ? form.value(name) : "", kind: .number,
            error: message(scope, name),
            range: range, scope: scope)
    }

    private func ticked(_ scope: String, _ initial: Bool) -> Bool {
        openForm == scope ? form.isTicked("is_active", or: initial) : initial
    }

    private func message(_ scope: String, _ field: String) -> String? {
        openForm == scope ? form.message(field) : nil
    }
}
