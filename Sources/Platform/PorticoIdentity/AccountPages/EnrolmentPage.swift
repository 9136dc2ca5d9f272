import PorticoPages

/// The secret of a new authenticator, shown once: as a QR code, as a link for the phone itself, and for typing; and the
/// form for the first code. Also the refusals of that form.
struct EnrolmentPage: AccountPageContent {
    var frame: AccountFrame
    let enrolment: Enrolment
    /// What is wrong with the form that came back.
    var messages: [FieldMessage] = []

    var title: String { "Scan with your phone" }

    var content: HTML {
        let heading = PageHeading(
            "Scan with your phone", back: ("Two-step sign-in", frame.address("/second-factor")))
        return """
            \(heading)\(ErrorSummary(messages))
            <div class="columns even enrolment"><section class="block" aria-labelledby="scan-title">\
            <h2 id="scan-title">1. Tell your authenticator</h2>\(telling)</section>
            <section class="block" aria-labelledby="code-title"><h2 id="code-title">2. Show that it works</h2>\(form)\
            </section></div>
            """
    }

    private var telling: HTML {
        let square = QRCode(enrolment.uri, label: "QR code for your authenticator; the same key stands below as text")
        let key = Array(enrolment.secret)
        let groups = stride(from: 0, to: key.count, by: 4).map { String(key[$0..<min($0 + 4, key.count)]) }
        return """
            <div class="stack"><p>Open your authenticator, add an account and scan this square.</p>\(square)\
            <div class="buttons"><span>On this phone?</span>\
            \(Button("Open the authenticator", href: enrolment.uri, icon: .external))</div>\
            <div><h3 id="key-title">Or type this key</h3>\
            <p class="secret code" aria-labelledby="key-title">\(groups.joined(separator: " "))</p>\
            <p class="note">By time, six digits, every 30 seconds. Shown only now: keep it to yourself.</p></div></div>
            """
    }

    private var form: HTML {
        let form = frame.form(
            "/second-factor/confirm",
            fields: """
                <input type="hidden" name="secret" value="\(enrolment.secret)">\
                \(CodeFields.digits(error: messages.first { $0.field == "code" }?.message))
                """, buttons: "\(Button("Turn on"))\(Button("Cancel", href: frame.address(), weight: .quiet))")
        return """
            <div class="stack"><p>Nothing has changed yet. Once the code is right, everything else you are signed in with \
            ends and you get ten recovery codes.</p>\(form)</div>
            """
    }
}
