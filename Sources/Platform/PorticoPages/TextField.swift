/// A line, or several, to type into.
public struct TextField: PageComponent {
    /// What may be typed.
    public enum Kind: String, Sendable {
        case text, email, password, number, date, search, tel, url
    }

    /// The keys a telephone offers.
    public enum InputMode: String, Sendable {
        case numeric, decimal, tel
    }

    /// The name under which the value is sent.
    public var name: String
    /// The words above the field.
    public var label: String
    /// What has been typed so far.
    public var value: String
    /// What may be typed.
    public var kind: Kind
    /// How to fill it in.
    public var hint: String?
    /// What is wrong with the value.
    public var error: String?
    /// Whether it may stay empty.
    public var presence: FieldPresence
    /// The token that tells a browser what to fill in (HTML §4.10.18.7); `off` when nil.
    public var autocomplete: String?
    /// The longest value in characters.
    public var maxLength: Int?
    /// The bounds of a number.
    public var range: ClosedRange<Int>?
    /// The width in characters the value usually has; nil fills the line.
    public var width: Int?
    /// Lines shown; more than one makes a text area.
    public var lines: Int
    /// Whether the label is for readers only.
    public var hidesLabel: Bool
    /// Whether codes are typed here: fixed-width letters, no capitals or corrections of the device's own.
    public var isCode: Bool
    /// The prefix of the id, for pages with several forms.
    public var scope: String
    /// The keys a telephone offers; nil leaves it to the kind.
    public var inputMode: InputMode?

    /// A field.
    public init(
        _ name: String, label: String, value: String = "", kind: Kind = .text, hint: String? = nil,
        error: String? = nil, presence: FieldPresence = .required, autocomplete: String? = nil, maxLength: Int? = nil,
        range: ClosedRange<Int>? = nil, width: Int? = nil, lines: Int = 1, hidesLabel: Bool = false,
        isCode: Bool = false, scope: String = "f", inputMode: InputMode? = nil
    ) {
        self.name = name
        self.label = label
        self.value = value
        self.kind = kind
        self.hint = hint
        self.error = error
        self.presence = presence
        self.autocomplete = autocomplete
        self.maxLength = maxLength
        self.range = range
        self.width = width
        self.lines = lines
        self.hidesLabel = hidesLabel
        self.isCode = isCode
        self.scope = scope
        self.inputMode = inputMode
    }

    /// The finished markup.
    public var html: HTML {
        let frame = FieldFrame(
            id: "\(scope)-\(name)", label: label, hint: hint, error: error, isOptional: presence == .optional,
            hidesLabel: hidesLabel)
        let shared: HTML = """
            \(frame.binding) name="\(name)" autocomplete="\(autocomplete ?? "off")"\
            \(HTML.attribute("maxlength", maxLength.map(String.init)))\(HTML.flag("required", presence == .required))\
            \(HTML.attribute("inputmode", inputMode?.rawValue))\(spelling)
            """
        if lines > 1 { return frame.around("<textarea\(shared) rows=\"\(lines)\">\n\(value)</textarea>") }
        let bounds: HTML = """
            \(HTML.attribute("min", range.map { String($0.lowerBound) }))\
            \(HTML.attribute("max", range.map { String($0.upperBound) }))
            """
        return frame.around(
            """
            <input type="\(kind.rawValue)"\(shared)\(bounds)\
            \(HTML.attribute("size", width.map(String.init))) value="\(kind == .password ? "" : value)">
            """)
    }

    private var spelling: HTML {
        isCode
            ? " class=\"code\" autocapitalize=\"characters\" autocorrect=\"off\" spellcheck=\"false\"" : .empty
    }
}
