/// A button of a form, or a link that looks like one.
public struct Button: PageComponent {
    /// How much it weighs on the page.
    public enum Weight: String, Sendable {
        /// The one action the page is for.
        case primary
        /// Any other action.
        case secondary
        /// An action that takes something away.
        case danger
        /// An action beside each row, without a frame.
        case quiet
    }

    /// The words on it.
    public var label: String
    /// How much it weighs.
    public var weight: Weight
    /// The drawing in front of the words.
    public var icon: Icon?
    /// What a reader hears instead of the words, for buttons that repeat in a list.
    public var spoken: String?
    /// The address of a link; nil makes it a submit button.
    public var href: String?
    /// The name under which a submit button sends ``value``.
    public var name: String?
    /// The value it sends.
    public var value: String?
    /// The address that a submit button sends the form to, where that is not the form's own.
    public var action: String?
    /// A question that the script asks before the form goes; without script the form goes at once.
    public var confirm: String?

    /// A submit button.
    public init(
        _ label: String, weight: Weight = .primary, icon: Icon? = nil, spoken: String? = nil, name: String? = nil,
        value: String? = nil, action: String? = nil, confirm: String? = nil
    ) {
        self.action = action
        self.label = label
        self.weight = weight
        self.icon = icon
        self.spoken = spoken
        self.name = name
        self.value = value
        self.confirm = confirm
    }

    /// A link that looks like a button.
    public init(_ label: String, href: String, weight: Weight = .secondary, icon: Icon? = nil, spoken: String? = nil) {
        self.label = label
        self.href = href
        self.weight = weight
        self.icon = icon
        self.spoken = spoken
    }

    /// The finished markup.
    public var html: HTML {
        let shared: HTML = """
            class="button \(weight.rawValue)"\(HTML.attribute("aria-label", spoken))\
            \(HTML.attribute("data-confirm", confirm))
            """
        if let href { return "<a href=\"\(href)\" \(shared)>\(icon)<span>\(label)</span></a>" }
        return """
            <button type="submit" \(shared)\(HTML.attribute("name", name))\(HTML.attribute("value", value))\
            \(HTML.attribute("formaction", action))>\
            \(icon)<span>\(label)</span></button>
            """
    }
}
