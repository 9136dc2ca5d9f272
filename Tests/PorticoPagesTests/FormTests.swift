import PorticoPages
import Testing

@Suite struct FormTests {
    private let guarding = FormGuard(csrfToken: "t<1>", idempotencyKey: "key")

    @Test("carries the token and the key of every form that changes something")
    func guarded() {
        let html = PageForm(action: "/a?b&c", guarding: guarding, buttons: "\(Button("Save"))").html.text
        #expect(html.hasPrefix("<form method=\"post\" action=\"/a?b&amp;c\""))
        #expect(html.contains("<input type=\"hidden\" name=\"_csrf\" value=\"t&lt;1&gt;\">"))
        #expect(html.contains("<input type=\"hidden\" name=\"idempotency_key\" value=\"key\">"))
        #expect(html.contains("<button type=\"submit\" class=\"button primary\">"))
    }

    @Test("keeps the keys of two forms with one address apart")
    func distinguished() {
        #expect(guarding.distinguished(by: "2").idempotencyKey == "key-2")
        #expect(guarding.distinguished(by: "2").csrfToken == guarding.csrfToken)
    }

    @Test("leads from each message of the summary to its field")
    func summary() {
        let html = ErrorSummary([FieldMessage("name", "Enter <a> name."), FieldMessage("", "Try again.")], scope: "s")
            .html
            .text
        #expect(html.contains("role=\"alert\""))
        #expect(html.contains("<a href=\"#s-name\">Enter &lt;a&gt; name.</a>"))
        #expect(html.contains("<li>Try again.</li>"))
    }

    @Test("shows no summary when nothing is wrong")
    func noSummary() {
        #expect(ErrorSummary([]).html.isEmpty)
    }

    @Test("shows what was typed, else what is stored")
    func state() {
        let back = FormState(values: ["name": ""], messages: [FieldMessage("name", "Enter a name.")])
        #expect(back.value("name", or: "stored") == "")
        #expect(back.value("role", or: "stored") == "stored")
        #expect(back.message("name") == "Enter a name.")
        #expect(back.message("role") == nil)
    }

    @Test("takes a box that was not sent for unticked once the form came back")
    func ticks() {
        #expect(FormState.fresh.isTicked("active", or: true))
        #expect(!FormState(values: ["name": "x"]).isTicked("active", or: true))
        #expect(FormState(values: ["active": "true"]).isTicked("active", or: false))
    }

    @Test("offers to clear a filter only when something is narrowed")
    func filter() {
        #expect(!FilterBar(action: "/x", fields: "").html.text.contains("Clear"))
        let narrowed = FilterBar(action: "/x", fields: "", clear: "/x").html.text
        #expect(narrowed.contains("href=\"/x\""))
        #expect(narrowed.contains("role=\"search\" aria-label=\"Filters\""))
    }

    @Test("asks before a dangerous button and speaks for one that repeats")
    func button() {
        let html = Button("Undo", weight: .danger, spoken: "Undo 2586401", confirm: "Undo \"it\"?").html.text
        #expect(html.contains("aria-label=\"Undo 2586401\" data-confirm=\"Undo &quot;it&quot;?\""))
        #expect(Button("Next", href: "/n?a&b").html.text.hasPrefix("<a href=\"/n?a&amp;b\""))
    }
}
