/// Views of one thing beside each other, as links.
public struct TabBar: PageComponent {
    /// One view.
    public struct Tab: Sendable {
        /// The words on it.
        public var label: String
        /// Where it leads.
        public var href: String
        /// Whether it is the one shown.
        public var isCurrent: Bool

        /// A view.
        public init(_ label: String, href: String, isCurrent: Bool) {
            self.label = label
            self.href = href
            self.isCurrent = isCurrent
        }
    }

    /// Words for readers.
    public var label: String
    /// The views.
    public var tabs: [Tab]

    /// Views beside each other.
    public init(label: String, tabs: [Tab]) {
        self.label = label
        self.tabs = tabs
    }

    /// The finished markup.
    public var html: HTML {
        let links = tabs.map { tab -> HTML in
            """
            <li><a href="\(tab.href)"\(HTML.attribute("aria-current", tab.isCurrent ? "page" : nil))>\(tab.label)</a>\
            </li>
            """
        }
        return "<nav class=\"tabs\" aria-label=\"\(label)\"><ul>\(links)</ul></nav>"
    }
}

/// Links through a list that is read from one place to the next.
public struct CursorPager: PageComponent {
    /// Where the list begins; nil on its first page.
    public var first: String?
    /// The page before; nil where there is no way back but the beginning.
    public var previous: String?
    /// The page after; nil on the last.
    public var next: String?

    /// Links through a list.
    public init(first: String? = nil, previous: String? = nil, next: String? = nil) {
        self.first = first
        self.previous = previous
        self.next = next
    }

    /// Links through the list at `address`, whose pages go by `cursor`: back to its beginning, and on.
    public init(address: PageAddress, cursor: String?, next: String?) {
        self.first = cursor == nil ? nil : address.text
        self.next = next.map { address.setting("cursor", $0).text }
    }

    /// The finished markup; nothing when all is on one page.
    public var html: HTML {
        guard first != nil || previous != nil || next != nil else { return .empty }
        let links: [HTML] = [
            first.map { Button("Newest", href: $0, icon: .arrowLeft).html } ?? .empty,
            previous.map { Button("Previous", href: $0, icon: .arrowLeft).html } ?? .empty,
            next.map { Button("Next", href: $0, icon: .arrowRight).html } ?? .empty,
        ]
        return "<nav class=\"pager\" aria-label=\"Pages\">\(links)</nav>"
    }
}

/// Numbered links through a list that one jumps about in.
public struct PageNumbers: PageComponent {
    /// The page shown, from 1.
    public var page: Int
    /// How many there are.
    public var count: Int
    /// The address without the page; the number is set as `page`.
    public var address: PageAddress

    /// Numbered links.
    public init(page: Int, count: Int, address: PageAddress) {
        self.page = page
        self.count = count
        self.address = address
    }

    /// The pages that get a link: the ends, and those next to the one shown. Zero stands for a gap.
    var shown: [Int] {
        guard count > 1 else { return [] }
        let wanted = Set([1, count, page - 1, page, page + 1]).filter { (1...count).contains($0) }.sorted()
        return wanted.enumerated().flatMap { index, number in
            index > 0 && number > wanted[index - 1] + 1 ? [0, number] : [number]
        }
    }

    /// The finished markup; nothing when all is on one page.
    public var html: HTML {
        guard count > 1 else { return .empty }
        let links = shown.map { number -> HTML in
            guard number > 0 else { return "<li class=\"gap\" aria-hidden=\"true\">…</li>" }
            let current = HTML.attribute("aria-current", number == page ? "page" : nil)
            return """
                <li><a href="\(address.setting("page", String(number)).text)"\(current)>\
                <span class="unseen">Page </span>\(number)</a></li>
                """
        }
        return "<nav class=\"page-numbers\" aria-label=\"Pages\"><ul>\(links)</ul></nav>"
    }
}
