/// One of several values to choose.
public struct Choice: Sendable, Hashable {
    /// The value that is sent.
    public var value: String
    /// The words shown.
    public var label: String

    /// A choice.
    public init(_ value: String, _ label: String) {
        self.value = value
        self.label = label
    }
}

/// A list to choose one value from.
public struct SelectField: PageComponent {
    /// The name under which the value is sent.
    public var name: String
    /// The words above the list.
    public var label: String
    /// The chosen value.
    public var value: String
    /// What there is to choose from.
    public var choices: [Choice]
    /// How to choose.
    public var hint: String?
    /// What is wrong with the choice.
    public var error: String?
    /// Whether it may stay unchosen.
    public var presence: FieldPresence
    /// Whether the label is for readers only.
    public var hidesLabel: Bool
    /// The prefix of the id, for pages with several forms.
    public var scope: String

    /// A list to choose from.
    public init(
        _ name: String, label: String, value: String = "", choices: [Choice], hint: String? = nil,
        error: String? = nil, presence: FieldPresence = .required, hidesLabel: Bool = false, scope: String = "f"
    ) {
        self.name = name
        self.label = label
        self.value = value
        self.choices = choices
        self.hint = hint
        self.error = error
        self.presence = presence
        self.hidesLabel = hidesLabel
        self.scope = scope
    }

    /// The finished markup.
    public var html: HTML {
        let frame = FieldFrame(
            id: "\(scope)-\(name)", label: label, hint: hint, error: error, isOptional: presence == .optional,
            hidesLabel: hidesLabel)
        let options = choices.map { choice -> HTML in
            """
            <option value="\(choice.value)"\(HTML.flag("selected", choice.value == value))>\(choice.label)</option>
            """
        }
        return frame.around("<select\(frame.binding) name=\"\(name)\">\(options)</select>")
    }
}

/// A box to tick. Sends its value when ticked and nothing when not.
public struct Checkbox: PageComponent {
    /// The name under which the value is sent.
    public var name: String
    /// The words beside the box.
    public var label: String
    /// The value sent when ticked.
    public var value: String
    /// Whether it is ticked.
    public var isTicked: Bool
    /// What ticking it does.
    public var hint: String?
    /// What is wrong with it.
    public var error: String?
    /// The prefix of the id, for pages with several forms.
    public var scope: String

    /// A box to tick.
    public init(
        _ name: String, label: String, value: String = "true", isTicked: Bool = false, hint: String? = nil,
        error: String? = nil, scope: String = "f"
    ) {
        self.name = name
        self.label = label
        self.value = value
        self.isTicked = isTicked
        self.hint = hint
        self.error = error
        self.scope = scope
    }

    /// The finished markup.
    public var html: HTML {
        let frame = FieldFrame(id: "\(scope)-\(name)", label: label, hint: hint, error: error)
        return """
            <div class="field tick\(error == nil ? "" : " has-error")"><div class="tick-line">\
            <input type="checkbox"\(frame.binding) name="\(name)" value="\(value)"\(HTML.flag("checked", isTicked))>\
            <label for="\(frame.id)">\(label)</label></div>\(frame.hintLine)\(frame.errorLine)</div>
            """
    }
}
