/// Whether a field may stay empty.
public enum FieldPresence: Sendable {
    /// It has to be filled in.
    case required
    /// It may stay empty, which is said beside the label.
    case optional
    /// It may stay empty, which goes without saying: the fields of a filter.
    case free
}

/// What surrounds every field: the label bound to it, the hint, and the message when something is wrong.
struct FieldFrame {
    var id: String
    var label: String
    var hint: String?
    var error: String?
    var isOptional = false
    var hidesLabel = false

    /// The attributes that bind the control to this frame, with a leading space.
    var binding: HTML {
        var described: [String] = []
        if hint != nil { described.append("\(id)-hint") }
        if error != nil { described.append("\(id)-error") }
        let ids = described.isEmpty ? nil : described.joined(separator: " ")
        return """
             id="\(id)"\(HTML.attribute("aria-describedby", ids))\
            \(HTML.attribute("aria-invalid", error == nil ? nil : "true"))
            """
    }

    func around(_ control: HTML) -> HTML {
        let optional: HTML = isOptional ? " <span class=\"optional\">(optional)</span>" : .empty
        let labelClass: HTML = hidesLabel ? " class=\"unseen\"" : .empty
        return """
            <div class="field\(error == nil ? "" : " has-error")"><label for="\(id)"\(labelClass)>\(label)\(optional)\
            </label>\
            \(hintLine)\(errorLine)\(control)</div>
            """
    }

    var hintLine: HTML? {
        hint.map { "<p class=\"hint\" id=\"\(id)-hint\">\($0)</p>" }
    }

    var errorLine: HTML? {
        error.map {
            "<p class=\"field-error\" id=\"\(id)-error\">\(Icon.stop)<span class=\"unseen\">Error: </span>\($0)</p>"
        }
    }
}
