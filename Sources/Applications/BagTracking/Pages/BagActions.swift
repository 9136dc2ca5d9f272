import Portico

/// What the reader may do with a sack or bag, each folded until it is wanted.
///
/// | POST | permission | fields besides `_csrf` and `idempotency_key` |
/// |---|---|---|
/// | `/bags/bags/{code}/move` | `bag.correct` | `to_parent`, `reason` |
/// | `/bags/bags/{code}/unlink` | `bag.correct` | `reason` |
/// | `/bags/bags/{code}/empty` | `bag.correct` | `reason` |
/// | `/bags/bags/{code}/sscc` | `bag.correct` | `sscc` (empty: the next free number) |
/// | `/bags/bags/{code}/sscc/release` | `bag.correct` | – |
/// | `/bags/bags/{code}/hold` | `bag.hold` | `reason` |
/// | `/bags/bags/{code}/release` | `bag.hold` | – |
/// | `/bags/bags/{code}/retire` | `bag.retire` | `cascade` (`unlink` when ticked) |
/// | `/bags/bags/{code}/restore` | `bag.restore` | – |
struct BagActions: PageComponent {
    var page: BagDetailPage

    private var frame: BagFrame { page.frame }
    private var isRetired: Bool { page.status == "retired" }
    private var isSealed: Bool { page.bill != nil }
    private var mayCorrect: Bool { frame.may("bag.correct") && !isRetired }

    var html: HTML {
        let actions = [moving, unlinking, emptying, holding, sscc, retiring, restoring].compactMap(\.self)
        guard !actions.isEmpty else { return .empty }
        let sealed: HTML? =
            isSealed
            ? "<p class=\"note sealed\">\(Icon.lock) Sealed: nothing may enter or leave a sack on a bill.</p>"
            : nil
        return """
            <section class="actions" aria-labelledby="actions-title"><h2 id="actions-title">Corrections</h2>\(sealed)\
            \(actions)</section>
            """
    }

    private var moving: HTML? {
        guard mayCorrect, !page.isSack, page.status == "linked", !isSealed else { return nil }
        let target = TextField(
            "to_parent", label: "Into sack", value: page.form.value("to_parent"), error: message("move", "to_parent"),
            maxLength: 40, isCode: true, scope: "move")
        return fold("move", "Move to another sack", .move, fields: "\(target)\(reason("move"))", button: Button("Move"))
    }

    private var unlinking: HTML? {
        guard mayCorrect, !page.isSack, page.status == "linked", !isSealed else { return nil }
        return fold(
            "unlink", "Take out of its sack", .linkOff, fields: "\(reason("unlink"))",
            button: Button("Take out", weight: .danger))
    }

    private var emptying: HTML? {
        guard mayCorrect, page.isSack, let count = page.childCount, count > 0, !isSealed else { return nil }
        let words: HTML = "<p>All \(BagWords.count(count, "bag", "bags")) become loose at once. The sack stays.</p>"
        return fold(
            "empty", "Empty the sack", .linkOff, fields: "\(words)\(reason("empty"))",
            button: Button("Empty the sack", weight: .danger, confirm: "Take all \(count) bags out of \(page.code)?"))
    }

    private var holding: HTML? {
        guard frame.may("bag.hold"), page.isSack, !isRetired else { return nil }
        if page.hold != nil {
            return fold(
                "release", "Lift the hold", .unlock, fields: "<p>The sack can be put on a bill again.</p>",
                button: Button("Lift the hold"))
        }
        let words: HTML = "<p>A sack on hold can be packed and read, but not put on a bill.</p>"
        return fold("hold", "Put on hold", .hand, fields: "\(words)\(reason("hold"))", button: Button("Put on hold"))
    }

    private var sscc: HTML? {
        guard mayCorrect, page.isSack else { return nil }
        if let number = page.sscc {
            let words: HTML = "<p>For 365 days only this sack may take <span class=\"code\">\(number)</span> again.</p>"
            return fold(
                "sscc/release", "Release the SSCC", .tag, fields: words, button: Button("Release", weight: .danger))
        }
        let field = TextField(
            "sscc", label: "SSCC", value: page.form.value("sscc"), hint: "Leave empty for the next free number.",
            error: message("sscc", "sscc"), presence: .optional, maxLength: 40, isCode: true, scope: "sscc")
        return fold("sscc", "Assign an SSCC", .tag, fields: "\(field)", button: Button("Assign"))
    }

    private var retiring: HTML? {
        guard frame.may("bag.retire"), !isRetired, !isSealed else { return nil }
        let count = page.childCount ?? 0
        let dead: HTML =
            """
            The code <span class="code">\(page.code)</span> is refused from then on. Its history stays, and \
            an administrator can restore it.
            """
        let cascade =
            count > 0
            ? Checkbox(
                "cascade", label: "Take its \(BagWords.count(count, "bag", "bags")) out first", value: "unlink",
                isTicked: page.openForm == "retire" && page.form.values["cascade"] != nil,
                error: message("retire", "cascade"),
                scope: "retire")
            : nil
        let linked: HTML? =
            page.status == "linked" && !page.isSack ? "<p>\(Icon.warning) It is in a sack; take it out first.</p>" : nil
        return fold(
            "retire", "Retire", .archive, fields: "<p>\(dead)</p>\(linked)\(cascade)",
            button: Button("Retire", weight: .danger, icon: .archive, confirm: "Retire \(page.code)?"))
    }

    private var restoring: HTML? {
        guard frame.may("bag.restore"), isRetired else { return nil }
        return fold(
            "restore", "Restore", .restore, fields: "<p>The code can be scanned again.</p>", button: Button("Restore"))
    }

    private func reason(_ form: String) -> TextField {
        TextField(
            "reason", label: "Reason", value: page.openForm == form ? page.form.value("reason") : "",
            hint: "3 to 200 characters; it stays in the audit.", error: message(form, "reason"), maxLength: 200,
            scope: form)
    }

    private func message(_ form: String, _ field: String) -> String? {
        page.openForm == form ? page.form.message(field) : nil
    }

    private func fold(_ name: String, _ title: String, _ icon: Icon, fields: HTML, button: Button) -> HTML {
        let form = PageForm(
            action: "\(CodeLink.address(page.code))/\(name)", guarding: frame.guarding(), fields: fields,
            buttons: "\(button)")
        return """
            <details class="fold"\(HTML.flag("open", page.openForm == name))><summary>\(icon)<span>\(title)</span>\
            </summary>\(form)</details>
            """
    }
}
