/// The two hidden values every form that changes something carries.
public struct FormGuard: Sendable {
    /// The token that proves the form came from this site; sent as `_csrf`.
    public var csrfToken: String
    /// The key that makes a second click return the first answer; sent as `idempotency_key`.
    public var idempotencyKey: String

    /// The guard of the forms of one rendered page.
    public init(csrfToken: String, idempotencyKey: String) {
        self.csrfToken = csrfToken
        self.idempotencyKey = idempotencyKey
    }

    /// The same guard for a second form with the same address on one page.
    public func distinguished(by suffix: String) -> FormGuard {
        FormGuard(csrfToken: csrfToken, idempotencyKey: "\(idempotencyKey)-\(suffix)")
    }

    /// The hidden fields.
    public var fields: HTML {
        """
        <input type="hidden" name="_csrf" value="\(csrfToken)">\
        <input type="hidden" name="idempotency_key" value="\(idempotencyKey)">
        """
    }
}

/// A form that changes something: POST, guarded, one column of fields and its buttons below.
public struct PageForm: PageComponent {
    /// The address it is sent to.
    public var action: String
    /// The hidden values.
    public var guarding: FormGuard
    /// The fields.
    public var fields: HTML
    /// The buttons.
    public var buttons: HTML
    /// A class of the style sheet that changes the arrangement, such as `inline`.
    public var arrangement: StaticString
    /// The id of the form, for fields that stand elsewhere on the page and name it.
    public var id: String?

    /// A form.
    public init(
        action: String, guarding: FormGuard, fields: HTML = .empty, buttons: HTML,
        arrangement: StaticString = "stacked", id: String? = nil
    ) {
        self.id = id
        self.action = action
        self.guarding = guarding
        self.fields = fields
        self.buttons = buttons
        self.arrangement = arrangement
    }

    /// The finished markup. `novalidate`: the server's words explain better than the browser's.
    public var html: HTML {
        """
        <form method="post" action="\(action)"\(HTML.attribute("id", id)) class="form \(arrangement.description)" novalidate>\
        \(guarding.fields)\(fields)<div class="buttons">\(buttons)</div></form>
        """
    }
}

/// A form that narrows a list: GET, in one line where there is room, folded away on a phone until it is wanted.
public struct FilterBar: PageComponent {
    /// The address of the list.
    public var action: String
    /// The fields.
    public var fields: HTML
    /// Where "Clear" leads; nil when nothing is narrowed.
    public var clear: String?
    /// Words for readers.
    public var label: String

    /// A form that narrows a list.
    public init(action: String, fields: HTML, clear: String? = nil, label: String = "Filters") {
        self.action = action
        self.fields = fields
        self.clear = clear
        self.label = label
    }

    /// The finished markup.
    public var html: HTML {
        let clearing = clear.map { Button("Clear", href: $0, weight: .quiet, icon: .cross) }
        return """
            <details class="fold filter-toggle"\(HTML.flag("open", clear != nil))><summary>\(Icon.settings)<span>\
            \(label)</span></summary></details>\
            <form method="get" action="\(action)" class="filters" role="search" aria-label="\(label)">\(fields)\
            <div class="buttons">\(Button("Apply", weight: .secondary, icon: .find))\(clearing)</div></form>
            """
    }
}
