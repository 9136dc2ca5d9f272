import PorticoJobs
import PorticoPages

/// What happened to a mail, the newest first: how it stands, its tries that did not end well, and when it was asked for.
struct MailStory: PageComponent {
    let frame: ConsoleFrame
    let mail: MailRecord

    var html: HTML {
        """
        <section class="block" aria-labelledby="story-title"><h2 id="story-title">What happened</h2>\
        <ol class="timeline">\(present)\((mail.delivery?.errors ?? []).reversed().map(entry))\
        \(line(.plus, "Asked for", frame.time(mail.queuedAt)))</ol></section>
        """
    }

    private func line(_ icon: Icon, _ what: HTML, _ when: HTML, _ more: HTML? = nil) -> HTML {
        "<li>\(icon)<p class=\"what\">\(what)</p><p class=\"when\">\(when)</p>\(more)</li>"
    }

    private var present: HTML? {
        let ended = mail.sentAt.map { frame.time($0) } ?? .empty
        switch mail.standing {
        case .sent: return line(.check, "A server has taken it over", ended, said)
        case .kept: return line(.archive, "Kept here: no server is set that takes mails", ended)
        case .suppressed: return line(.stop, "Held back: nothing is sent to its address", ended, said)
        case .failed: return mail.delivery?.errors.isEmpty ?? true ? line(.warning, "Failed", .empty, said) : nil
        case .sending: return line(.retry, "On its way", since)
        case .waiting:
            guard !mail.isStranded else { return line(.warning, "Nobody delivers it any more", .empty, said) }
            let isAgain = !(mail.delivery?.errors.isEmpty ?? true)
            return line(.clock, isAgain ? "Next try" : "Waits for its delivery", due)
        }
    }

    private var since: HTML {
        guard let began = mail.delivery?.startedAt else { return .empty }
        return "since \(frame.time(began))"
    }

    private var due: HTML {
        guard let due = mail.delivery?.runAt else { return .empty }
        return frame.time(due)
    }

    private var said: HTML? { words(mail.reply) }

    private func words(_ text: String?) -> HTML? {
        guard let text, !text.isEmpty else { return nil }
        return "<pre class=\"words\" tabindex=\"0\">\(text)</pre>"
    }

    private func entry(_ note: JobErrorNote) -> HTML {
        line(
            .warning, "\(note.message) <span class=\"code\">\(note.code)</span>",
            "Try \(note.attempt) ended \(frame.time(note.at))", words(note.detail))
    }
}
