import PorticoJobs
import PorticoPages

/// `/ops/mail/{id}`: one mail: whom it is for, what it says where that may be shown, and what became of it.
struct MailPage: ConsolePage {
    var frame: ConsoleFrame
    var mail: MailRecord
    /// What it says; nil where that is hidden or forgotten.
    var said: MailContent?
    /// Whether what it says may not be shown here.
    var isHidden: Bool
    /// Begins the links that can be followed.
    var publicURL: String
    /// What can be done with it.
    var deeds: [MailConsole.Deed]

    var title: String { mail.subject.isEmpty ? "Mail #\(mail.id)" : mail.subject }
    var part: ConsolePart { .mail }

    var content: HTML {
        """
        \(PageHeading(
            "\(MailWords.subject(mail)) <span class=\"soft\">#\(mail.id)</span> \(MailWords.badge(mail))",
            back: ("Mail", frame.address("/mail"))))
        \(stranded)<div class="columns"><div class="stack">\(words)\(MailStory(frame: frame, mail: mail))</div>\
        <div class="stack"><section class="block" aria-labelledby="facts-title"><h2 id="facts-title">Facts</h2>\(facts)\
        </section>\(actions)</div></div>
        """
    }

    private var stranded: HTML? {
        guard mail.isStranded else { return nil }
        let notice = Notice(
            "Nobody delivers it any more", tone: .warn,
            detail: "<p>Its job was cancelled, lost too often, or removed. Send it again, or remove it.</p>")
        return "<div class=\"notices\">\(notice)</div>"
    }

    private var words: HTML {
        """
        <section class="block" aria-labelledby="words-title"><h2 id="words-title">What it says</h2>\(inside)</section>
        """
    }

    private var inside: HTML {
        if mail.isForgotten {
            return "<p>Forgotten: what a mail said goes once it was sent, or held back for its address.</p>"
        }
        guard let said, !isHidden else {
            return """
                <p>\(Icon.lock) Hidden: codes or links may stand in it that only its reader may use.</p>\
                <p class="note">Only the environments <code>development</code> and <code>testing</code> show it.</p>
                """
        }
        let text: HTML = """
            <pre class="words" tabindex="0">\(LinkedText(text: said.text, site: publicURL))</pre>
            """
        let markup: HTML? = said.html.map { _ in
            """
            <details class="fold"><summary>\(Icon.info)<span>As HTML</span></summary>\
            <iframe class="framed-mail" title="The mail as HTML" src="\(frame.address("/mail/\(mail.id)/markup"))" \
            sandbox="\(MailMarkup.sandbox)" referrerpolicy="no-referrer" loading="lazy"></iframe></details>
            """
        }
        return "<div class=\"stack\">\(text)\(markup)\(files(said))</div>"
    }

    private func files(_ said: MailContent) -> HTML? {
        guard !said.files.isEmpty else { return nil }
        let lines = said.files.map { file -> HTML in
            "<li><bdi>\(file.name)</bdi>, \(file.mediaType), \(GroupedNumber(file.bytes).text) bytes</li>"
        }
        return "<div><h3>Files</h3><ul class=\"plain\">\(lines)</ul></div>"
    }

    private var facts: DefinitionList {
        let waiting = PageAddress(frame.address("/mail"), ["to": mail.to]).text
        return DefinitionList([
            "To": "<a class=\"epc\" href=\"\(waiting)\">\(EmailText(mail.to))</a>",
            "Name": mail.name.map { "<bdi>\($0)</bdi>" },
            "Subject": MailWords.subject(mail),
            "Kind": mail.kind.isEmpty ? nil : "<span class=\"code epc\">\(mail.kind)</span>",
            "Message-ID": "<span class=\"code epc\">\(mail.messageID)</span>",
            "Asked for": frame.time(mail.queuedAt),
            "Ended": mail.sentAt.map { frame.time($0) },
            "Tries": mail.delivery.map { "\($0.attempt) of \($0.retries + 1)" },
            "The server's answer": MailWords.reply(mail),
            "Job": mail.delivery.map { "<a href=\"\(frame.address("/jobs/\($0.id)"))\">#\($0.id)</a>" },
        ])
    }

    private var actions: HTML? {
        let path = "/mail/\(mail.id)"
        let forms = deeds.compactMap { deed -> HTML? in
            switch deed {
            case .send:
                frame.form(
                    "\(path)/send",
                    Button("Send again", icon: .retry, confirm: "Send mail \(mail.id) to \(mail.to) again?"))
            case .discard:
                frame.form(
                    "\(path)/discard",
                    Button(
                        "Remove", weight: .danger, icon: .archive,
                        confirm: "Remove mail \(mail.id)? It can't be brought back."))
            }
        }
        guard !forms.isEmpty else { return nil }
        return """
            <section class="actions" aria-labelledby="actions-title"><h2 id="actions-title">Actions</h2>\
            <div class="buttons">\(forms)</div></section>
            """
    }
}
