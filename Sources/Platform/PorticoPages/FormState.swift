/// What is wrong with one field, or with the form as a whole.
public struct FieldMessage: Sendable, Hashable {
    /// The name of the field as it is sent; empty for the form as a whole.
    public var field: String
    /// What is wrong, as a sentence that says how to put it right.
    public var message: String

    /// A message about the field called `field`.
    public init(_ field: String, _ message: String) {
        self.field = field
        self.message = message
    }
}

/// What a form shows when it comes back: everything that was typed, and what is wrong with it.
public struct FormState: Sendable {
    /// What was typed, by field name.
    public var values: [String: String]
    /// What is wrong, in the order of the fields.
    public var messages: [FieldMessage]

    /// A form that came back.
    public init(values: [String: String] = [:], messages: [FieldMessage] = []) {
        self.values = values
        self.messages = messages
    }

    /// A form nobody has filled in yet.
    public static let fresh = FormState()

    /// What was typed into `field`, else `initial`.
    public func value(_ field: String, or initial: String = "") -> String {
        values[field] ?? initial
    }

    /// Whether the box called `field` is ticked: as it was sent if the form came back, else `initial`.
    public func isTicked(_ field: String, or initial: Bool) -> Bool {
        values.isEmpty ? initial : values[field] != nil
    }

    /// What is wrong with `field`.
    public func message(_ field: String) -> String? {
        messages.first { $0.field == field }?.message
    }
}

/// The list of what is wrong, above a form that came back; each entry leads to its field.
public struct ErrorSummary: PageComponent {
    /// The heading.
    public var title: String
    /// What is wrong.
    public var messages: [FieldMessage]
    /// The prefix of the fields' ids, as given to the fields themselves.
    public var scope: String

    /// A summary of `messages`; shows nothing when there are none.
    public init(_ messages: [FieldMessage], title: String = "There is a problem", scope: String = "f") {
        self.messages = messages
        self.title = title
        self.scope = scope
    }

    /// The finished markup.
    public var html: HTML {
        guard !messages.isEmpty else { return .empty }
        let entries = messages.map { entry -> HTML in
            guard !entry.field.isEmpty else { return "<li>\(entry.message)</li>" }
            return "<li><a href=\"#\(scope)-\(entry.field)\">\(entry.message)</a></li>"
        }
        return """
            <div class="error-summary tone-bad" role="alert" tabindex="-1" data-focus>
            <h2>\(Icon.stop)<span>\(title)</span></h2><ul>\(entries)</ul></div>
            """
    }
}
