import PorticoJobs
import PorticoPages

/// States of mails as operators read them.
enum MailWords {
    static func badge(_ standing: MailStanding) -> Badge {
        switch standing {
        case .waiting: Badge("Waits", tone: .info, icon: .clock)
        case .sending: Badge("On its way", tone: .info, icon: .retry)
        case .sent: Badge("Sent", tone: .good, icon: .check)
        case .kept: Badge("Kept here", icon: .archive)
        case .failed: Badge("Failed", tone: .bad, icon: .warning)
        case .suppressed: Badge("Held back", tone: .warn, icon: .stop)
        }
    }

    /// The state of one mail, with what is amiss with it.
    static func badge(_ mail: MailRecord) -> Badge {
        mail.isStranded ? Badge("Stranded", tone: .bad, icon: .warning) : badge(mail.standing)
    }

    /// What the server said last; nil where it said nothing.
    static func reply(_ mail: MailRecord) -> HTML? {
        guard let reply = mail.reply, !reply.isEmpty else { return nil }
        return "<span class=\"epc\">\(reply)</span>"
    }

    /// A subject, also one that is empty or written from right to left.
    static func subject(_ mail: MailRecord) -> HTML {
        mail.subject.allSatisfy(\.isWhitespace) ? "No subject" : "<bdi>\(mail.subject)</bdi>"
    }
}

/// Text in which addresses of this site are links. Others stay text: a mail may quote what somebody typed.
struct LinkedText: PageComponent {
    let text: String
    /// Begins every link, without a slash at the end.
    let site: String

    var html: HTML {
        guard !site.isEmpty else { return "\(text)" }
        var pieces: [HTML] = []
        var rest = text[...]
        while let start = rest.firstRange(of: site + "/")?.lowerBound {
            let end = LinkedText.end(of: rest[start...])
            let link = String(rest[start..<end])
            pieces.append("\(rest[..<start])")
            pieces.append("<a href=\"\(link)\" rel=\"noreferrer\">\(link)</a>")
            rest = rest[end...]
        }
        pieces.append("\(rest)")
        return HTML(joining: pieces)
    }

    /// Where an address ends: before what can't be in one, and before what ends a sentence.
    private static func end(of text: Substring) -> Substring.Index {
        var end = text.firstIndex { $0.isWhitespace || "<>\"'()[]{}".contains($0) } ?? text.endIndex
        while end > text.startIndex, ".,;:!?".contains(text[text.index(before: end)]) { end = text.index(before: end) }
        return end
    }
}
