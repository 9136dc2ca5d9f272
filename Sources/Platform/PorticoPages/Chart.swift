/// A small chart of bars, one for each value, with its numbers in words for readers.
public struct BarChart: PageComponent {
    /// One bar.
    public struct Bar: Sendable {
        /// What is counted.
        public var label: String
        /// How many.
        public var value: Int

        /// A bar.
        public init(_ label: String, _ value: Int) {
            self.label = label
            self.value = max(value, 0)
        }
    }

    /// What the chart shows, in a few words.
    public var title: String
    /// The bars, left to right.
    public var bars: [Bar]
    /// Whether every how many bars a label stands below.
    public var labelEvery: Int

    /// A chart.
    public init(title: String, bars: [Bar], labelEvery: Int = 1) {
        self.title = title
        self.bars = bars
        self.labelEvery = max(labelEvery, 1)
    }

    /// What a reader hears: the title, then every bar that is not zero.
    var spoken: String {
        let parts = bars.filter { $0.value > 0 }.map { "\($0.label): \($0.value)" }
        return title + (parts.isEmpty ? ": nothing yet" : ". " + parts.joined(separator: ", "))
    }

    /// The finished markup: 12 units a bar, 60 high.
    public var html: HTML {
        let highest = max(bars.map(\.value).max() ?? 0, 1)
        let columns = bars.enumerated().map { index, bar -> HTML in
            let height = bar.value == 0 ? 1 : max(bar.value * 60 / highest, 2)
            let tone: HTML = bar.value == 0 ? " class=\"nil\"" : .empty
            return """
                <rect x="\(index * 12 + 1)" y="\(60 - height)" width="10" height="\(height)" rx="1"\(tone)>\
                <title>\(bar.label): \(bar.value)</title></rect>
                """
        }
        let labels = bars.enumerated().compactMap { index, bar -> HTML? in
            guard index % labelEvery == 0 else { return nil }
            return "<text x=\"\(index * 12 + 6)\" y=\"72\">\(bar.label)</text>"
        }
        return """
            <svg class="chart" viewBox="0 0 \(max(bars.count, 1) * 12) 76" preserveAspectRatio="xMinYMid" role="img" aria-label="\(spoken)">\
            \(columns)<g aria-hidden="true">\(labels)</g></svg>
            """
    }
}

/// One bar cut into parts, each with its name and number below.
public struct ShareBar: PageComponent {
    /// One part.
    public struct Part: Sendable {
        /// What is counted.
        public var label: String
        /// How many.
        public var value: Int
        /// What its colour means.
        public var tone: Tone
        /// The drawing beside its name.
        public var icon: Icon
        /// The list behind it.
        public var href: String?
        /// The place of the number in the live message.
        public var liveKey: String?

        /// A part.
        public init(_ label: String, _ value: Int, tone: Tone, icon: Icon, href: String? = nil, liveKey: String? = nil)
        {
            self.label = label
            self.value = max(value, 0)
            self.tone = tone
            self.icon = icon
            self.href = href
            self.liveKey = liveKey
        }
    }

    /// The parts, left to right.
    public var parts: [Part]

    /// A bar.
    public init(_ parts: [Part]) {
        self.parts = parts
    }

    /// The finished markup. The bar repeats the numbers below it, so readers are spared it.
    public var html: HTML {
        let total = max(parts.reduce(0) { $0 + $1.value }, 1)
        var start = 0
        var pieces: [HTML] = []
        for part in parts where part.value > 0 {
            let width = max(part.value * 1000 / total, 6)
            pieces.append(
                "<rect class=\"tone-\(part.tone.rawValue)\" x=\"\(start)\" width=\"\(width)\" height=\"10\"/>")
            start += width
        }
        let legend = parts.map { part -> HTML in
            let inside: HTML = """
                \(part.icon)<span class="share-label">\(part.label)</span>\
                <span class="share-value"\(HTML.attribute("data-live", part.liveKey))>\(GroupedNumber(part.value))\
                </span>
                """
            guard let href = part.href else {
                return "<li class=\"tone-\(part.tone.rawValue)\"><span>\(inside)</span></li>"
            }
            return "<li class=\"tone-\(part.tone.rawValue)\"><a href=\"\(href)\">\(inside)</a></li>"
        }
        return """
            <div class="share"><svg viewBox="0 0 \(max(start, 1)) 10" preserveAspectRatio="none" aria-hidden="true">\
            \(pieces)</svg>\
            <ul>\(legend)</ul></div>
            """
    }
}

/// A line of values without axes, beside a number.
public struct Sparkline: PageComponent {
    /// What it shows, in words.
    public var title: String
    /// The values, oldest first.
    public var values: [Int]

    /// A line.
    public init(title: String, values: [Int]) {
        self.title = title
        self.values = values
    }

    /// The finished markup: 100 × 24 units.
    public var html: HTML {
        let highest = max(values.max() ?? 0, 1)
        let step = 100 / Double(max(values.count - 1, 1))
        let points = values.enumerated().map { index, value in
            "\(Int((Double(index) * step).rounded())),\(23 - max(value, 0) * 22 / highest)"
        }
        return """
            <svg class="spark" viewBox="0 0 100 24" role="img" aria-label="\(title)">\
            <polyline points="\(points.joined(separator: " "))"/></svg>
            """
    }
}
