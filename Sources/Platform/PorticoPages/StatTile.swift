/// One number that matters, with its name; leads to the list behind it.
public struct StatTile: PageComponent {
    /// What is counted.
    public var label: String
    /// The number.
    public var value: Int
    /// The list behind it.
    public var href: String?
    /// A line below the number.
    public var detail: String?
    /// What the number means; anything but neutral shows the tone's icon.
    public var tone: Tone
    /// The drawing in front of the name.
    public var icon: Icon?
    /// The place of the number in the live message, such as `bags.parents.full`; the script keeps it current.
    public var liveKey: String?

    /// A number with its name.
    public init(
        _ label: String, value: Int, href: String? = nil, detail: String? = nil, tone: Tone = .neutral,
        icon: Icon? = nil, liveKey: String? = nil
    ) {
        self.label = label
        self.value = value
        self.href = href
        self.detail = detail
        self.tone = tone
        self.icon = icon
        self.liveKey = liveKey
    }

    /// The finished markup.
    public var html: HTML {
        let mark = icon ?? (tone == .neutral ? nil : tone.icon)
        let live = HTML.attribute("data-live", liveKey)
        let more: HTML? = detail.map { "<span class=\"tile-detail\">\($0)</span>" }
        let inside: HTML = """
            <span class="tile-label">\(mark)<span>\(label)</span></span>\
            <span class="tile-value"\(live)>\(GroupedNumber(value))</span>\(more)
            """
        guard let href else { return "<div class=\"tile tone-\(tone.rawValue)\">\(inside)</div>" }
        return "<a class=\"tile tone-\(tone.rawValue)\" href=\"\(href)\">\(inside)</a>"
    }
}

/// A whole number with its thousands apart: `1,728,000`.
public struct GroupedNumber: PageComponent {
    /// The number.
    public var value: Int

    /// A number to show.
    public init(_ value: Int) {
        self.value = value
    }

    /// The number as people read it.
    public var text: String {
        let digits = Array(String(value.magnitude))
        let grouped = digits.enumerated().map { index, digit in
            index > 0 && (digits.count - index) % 3 == 0 ? ",\(digit)" : String(digit)
        }
        return (value < 0 ? "−" : "") + grouped.joined()
    }

    /// The finished markup.
    public var html: HTML { "\(text)" }
}

/// What stands where a list would be when there is nothing in it.
public struct EmptyState: PageComponent {
    /// The drawing above the words.
    public var icon: Icon
    /// What is missing, in a few words.
    public var title: String
    /// Why, and what to do.
    public var detail: String?
    /// Where to go from here.
    public var actions: [Button]

    /// An empty list.
    public init(_ title: String, detail: String? = nil, icon: Icon = .ring, actions: [Button] = []) {
        self.title = title
        self.detail = detail
        self.icon = icon
        self.actions = actions
    }

    /// The finished markup.
    public var html: HTML {
        let more: HTML? = detail.map { "<p>\($0)</p>" }
        let links: HTML? = actions.isEmpty ? nil : "<div class=\"buttons\">\(actions)</div>"
        return "<div class=\"empty\">\(icon)<p class=\"empty-title\">\(title)</p>\(more)\(links)</div>"
    }
}

/// A part of a page that was read for itself: there, or missing while the others stand.
public enum PageBlock<Value: Sendable>: Sendable {
    /// What was read.
    case ready(Value)
    /// It could not be read.
    case failed

    /// The block as a section with the id `id` and a heading; a failed one offers to try again.
    ///
    /// The script fetches `address` again and puts the section of the same id in place; without script the link loads
    /// the page anew.
    public func section(
        _ id: StaticString, title: String, address: String, aside: HTML? = nil, content: (Value) -> HTML
    ) -> HTML {
        let name = id.description
        let head: HTML = "<div class=\"section-head\"><h2 id=\"\(name)-title\">\(title)</h2>\(aside)</div>"
        let inside: HTML =
            switch self {
            case .ready(let value): content(value)
            case .failed:
                """
                <div class="block-failed" role="status">\(Icon.warning)<span>Not available at the moment.</span>\
                <a class="button secondary" href="\(address)" data-retry="\(name)">\(Icon.retry)<span>Retry</span></a>\
                </div>
                """
            }
        return "<section class=\"block\" id=\"\(name)\" aria-labelledby=\"\(name)-title\">\(head)\(inside)</section>"
    }
}
