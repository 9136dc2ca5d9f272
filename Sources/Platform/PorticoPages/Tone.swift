/// What a colour means. A tone is always shown together with an icon and a word.
public enum Tone: String, Sendable, CaseIterable {
    /// Nothing to say beyond the words.
    case neutral
    /// Done, full, in order.
    case good
    /// Worth knowing.
    case info
    /// Needs a look.
    case warn
    /// Refused, broken, dangerous.
    case bad

    /// The icon that goes with the tone where nothing more particular is at hand.
    public var icon: Icon {
        switch self {
        case .neutral, .info: .info
        case .good: .check
        case .warn: .warning
        case .bad: .stop
        }
    }
}

/// A state in a few letters: an icon and a word on a tinted ground.
public struct Badge: PageComponent {
    /// The word.
    public var word: String
    /// What the colour means.
    public var tone: Tone
    /// The drawing in front of the word.
    public var icon: Icon

    /// A badge; without an icon it takes the tone's.
    public init(_ word: String, tone: Tone = .neutral, icon: Icon? = nil) {
        self.word = word
        self.tone = tone
        self.icon = icon ?? tone.icon
    }

    /// The finished markup.
    public var html: HTML {
        "<span class=\"badge tone-\(tone.rawValue)\">\(icon)<span>\(word)</span></span>"
    }
}

/// A message at the top of a page or a section.
public struct Notice: PageComponent {
    /// What the colour means; ``Tone/bad`` and ``Tone/warn`` are read out at once, the others when there is time.
    public var tone: Tone
    /// The message in one line.
    public var title: String
    /// What to do about it, or more about it.
    public var detail: HTML?

    /// A notice.
    public init(_ title: String, tone: Tone = .info, detail: HTML? = nil) {
        self.title = title
        self.tone = tone
        self.detail = detail
    }

    /// The finished markup.
    public var html: HTML {
        let role = tone == .bad || tone == .warn ? "alert" : "status"
        let more: HTML? = detail.map { "<div class=\"notice-detail\">\($0)</div>" }
        return """
            <div class="notice tone-\(tone.rawValue)" role="\(role)">\(tone.icon)<div><p class="notice-title">\(title)\
            </p>\
            \(more)</div></div>
            """
    }
}
