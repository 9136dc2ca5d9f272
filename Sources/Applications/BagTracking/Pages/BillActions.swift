import Portico

/// What the reader may do with a bill, each folded until it is wanted.
///
/// | POST | permission | fields besides `_csrf` and `idempotency_key` |
/// |---|---|---|
/// | `/bags/bills/{id}/complete` | `bill.write` | `short_reason` |
/// | `/bags/bills/{id}/reopen` | `bill.write` | `reason` |
/// | `/bags/bills/{id}/cancel` | `bill.cancel` | `reason` |
/// | `/bags/bills/{id}/deliver` | `bill.deliver` | `received_by`, `note` |
/// | `/bags/bills/{id}/edit` | `bill.write` | `version`, `capacity`, `consignee`, `destination`, `description` |
/// | `/bags/bills/{id}/parents/{code}/remove` | `bill.write` | – |
struct BillActions: PageComponent {
    var page: BillPage

    private var frame: BagFrame { page.frame }
    private var bill: BillRow { page.bill }

    var html: HTML {
        let actions = [completing, editing, reopening, delivering, cancelling].compactMap(\.self)
        guard !actions.isEmpty else { return .empty }
        return """
            <section class="actions" id="bill-actions" aria-label="Actions">\(actions)</section>
            """
    }

    private var completing: HTML? {
        guard frame.may("bill.write"), bill.state == .open else { return nil }
        let missing = bill.header.capacity - bill.totals.linkedCount
        let words: HTML =
            missing > 0
            ? "<p>\(BagWords.count(missing, "sack is", "sacks are")) still missing. Say why the lorry goes short.</p>"
            : "<p>All \(BagWords.count(bill.header.capacity, "sack", "sacks")) are on it.</p>"
        let reason = TextField(
            "short_reason", label: "Why it goes short", value: value("complete", "short_reason"),
            hint: "Only when sacks are missing; 3 to 200 characters.", error: message("complete", "short_reason"),
            presence: .optional, maxLength: 200, scope: "complete")
        return fold(
            "complete", "Complete the bill", .check,
            fields: "<div id=\"complete-words\" data-refresh>\(words)</div>\(reason)",
            button: Button("Complete", icon: .check))
    }

    private var editing: HTML? {
        guard frame.may("bill.write"), bill.state == .open else { return nil }
        func text(_ name: String, _ label: String, _ present: String?, _ most: Int) -> TextField {
            TextField(
                name, label: label, value: page.openForm == "edit" ? page.form.value(name) : present ?? "",
                error: message("edit", name), presence: .optional, maxLength: most, scope: "edit")
        }
        let capacity = TextField(
            "capacity", label: "Sacks",
            value: page.openForm == "edit" ? page.form.value("capacity") : String(bill.header.capacity), kind: .number,
            error: message("edit", "capacity"), range: 1...500, scope: "edit")
        let fields: HTML = """
            <input type="hidden" name="version" value="\(bill.version)">\(capacity)\
            \(text("consignee", "Consignee", bill.header.consignee, 120))\
            \(text("destination", "Destination", bill.header.destination, 200))\
            \(text("description", "Description", bill.header.description, 500))
            """
        return fold("edit", "Edit the header", .edit, fields: fields, button: Button("Save"))
    }

    private var reopening: HTML? {
        guard frame.may("bill.write"), bill.state == .completed else { return nil }
        return fold(
            "reopen", "Open it again", .unlock, fields: "\(reason("reopen"))", button: Button("Open again"))
    }

    private var delivering: HTML? {
        guard frame.may("bill.deliver"), bill.state == .dispatched else { return nil }
        let name = TextField(
            "received_by", label: "Received by", value: value("deliver", "received_by"),
            error: message("deliver", "received_by"), maxLength: 100, scope: "deliver")
        let note = TextField(
            "note", label: "Note", value: value("deliver", "note"), error: message("deliver", "note"),
            presence: .optional, maxLength: 500, scope: "deliver")
        return fold(
            "deliver", "Record the delivery", .check, fields: "\(name)\(note)",
            button: Button("Record", icon: .check))
    }

    private var cancelling: HTML? {
        guard frame.may("bill.cancel"), bill.state == .open || bill.state == .completed else { return nil }
        let words: HTML = "<p>Its sacks are free for other bills. A cancelled bill stays on record.</p>"
        return fold(
            "cancel", "Cancel the bill", .cross, fields: "\(words)\(reason("cancel"))",
            button: Button("Cancel the bill", weight: .danger, confirm: "Cancel bill \(bill.code)?"))
    }

    private func reason(_ form: String) -> TextField {
        TextField(
            "reason", label: "Reason", value: value(form, "reason"),
            hint: "3 to 200 characters; it stays in the time line.", error: message(form, "reason"), maxLength: 200,
            scope: form)
    }

    private func value(_ form: String, _ field: String) -> String {
        page.openForm == form ? page.form.value(field) : ""
    }

    private func message(_ form: String, _ field: String) -> String? {
        page.openForm == form ? page.form.message(field) : nil
    }

    private func fold(_ name: String, _ title: String, _ icon: Icon, fields: HTML, button: Button) -> HTML {
        let form = PageForm(
            action: "\(BillPage.address(bill.id))/\(name)", guarding: frame.guarding(), fields: fields,
            buttons: "\(button)")
        return """
            <details class="fold" data-patient\(HTML.flag("open", page.openForm == name))><summary>\(icon)\
            <span>\(title)</span></summary>\(form)</details>
            """
    }
}
