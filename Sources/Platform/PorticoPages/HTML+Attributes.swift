extension HTML {
    /// An attribute with a leading space and an escaped value, or nothing when `value` is nil.
    ///
    /// The name is a literal of the program, never something a person typed.
    public static func attribute(_ name: StaticString, _ value: String?) -> HTML {
        guard let value else { return .empty }
        return " \(HTML(trusted: name.description))=\"\(value)\""
    }

    /// An attribute without a value (`required`, `checked`) with a leading space, or nothing.
    public static func flag(_ name: StaticString, _ isSet: Bool) -> HTML {
        isSet ? HTML(trusted: " " + name.description) : .empty
    }

    /// Whether there is no markup at all.
    public var isEmpty: Bool { text.isEmpty }
}

/// Something a page shows: a value that knows its markup and can be interpolated in an ``HTML`` literal.
public protocol PageComponent: Sendable {
    /// The finished markup.
    var html: HTML { get }
}

extension HTML.Interpolation {
    /// The markup of a component.
    public mutating func appendInterpolation(_ component: some PageComponent) {
        text += component.html.text
    }

    /// The markup of a component; nothing for nil.
    public mutating func appendInterpolation(_ component: (some PageComponent)?) {
        if let component { text += component.html.text }
    }

    /// The markup of components, one after the other.
    public mutating func appendInterpolation<Component: PageComponent>(_ components: [Component]) {
        for component in components { text += component.html.text }
    }
}
