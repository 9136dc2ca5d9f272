// example
import PorticoPages
// end of example
import Testing

@Suite("The README's page") struct ExampleTests {
    // example
    func newUserPage(_ shell: PageShell, _ state: FormState, _ guarding: FormGuard) -> HTML {
        let name = TextField("name", label: "Name", value: state.value("name"), error: state.message("name"))
        let form = PageForm(
            action: "/bags/users", guarding: guarding, fields: "\(name)", buttons: "\(Button("Create user"))")
        return shell.document("\(PageHeading("New user"))\(ErrorSummary(state.messages))\(form)")
    }
    // end of example

    @Test("comes back with what was typed, escaped, and with what is wrong")
    func example() {
        // example
        let shell = PageShell(
            title: "New user", application: "Bag tracking", mark: .sack, home: "/bags/",
            assets: AssetLinks { "/assets/\($0)" })
        let refused = FormState(
            values: ["name": "<Asha>"], messages: [FieldMessage("name", "Enter a name without brackets.")])
        let page = newUserPage(shell, refused, FormGuard(csrfToken: "token", idempotencyKey: "key"))
        // end of example
        #expect(page.text.contains("value=\"&lt;Asha&gt;\"") && !page.text.contains("<Asha>"))
        #expect(page.text.contains("<a href=\"#f-name\">Enter a name without brackets.</a>"))
        #expect(page.text.contains("name=\"_csrf\" value=\"token\""))
    }
}
