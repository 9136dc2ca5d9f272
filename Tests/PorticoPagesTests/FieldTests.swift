import PorticoPages
import Testing

@Suite struct FieldTests {
    @Test("binds label, hint and message to the control")
    func bindsLabel() {
        let html = TextField(
            "email", label: "Email", value: "a\"b", kind: .email, hint: "Work address", error: "Enter an address."
        ).html.text
        #expect(html.contains("<label for=\"f-email\">Email</label>"))
        #expect(html.contains("id=\"f-email\" aria-describedby=\"f-email-hint f-email-error\" aria-invalid=\"true\""))
        #expect(html.contains("<p class=\"hint\" id=\"f-email-hint\">Work address</p>"))
        #expect(html.contains("id=\"f-email-error\""))
        #expect(html.contains("<span class=\"unseen\">Error: </span>Enter an address."))
        #expect(html.contains("value=\"a&quot;b\""))
    }

    @Test("describes nothing when there is neither hint nor message")
    func plainField() {
        let html = TextField("name", label: "Name").html.text
        #expect(!html.contains("aria-describedby"))
        #expect(!html.contains("aria-invalid"))
        #expect(html.contains(" required"))
    }

    @Test("says optional beside the label, and nothing in a filter")
    func presence() {
        let optional = TextField("a", label: "A", presence: .optional).html.text
        let free = TextField("a", label: "A", presence: .free).html.text
        #expect(optional.contains("(optional)") && !optional.contains(" required"))
        #expect(!free.contains("(optional)") && !free.contains(" required"))
    }

    @Test("never sends a typed password back")
    func password() {
        let html = TextField("password", label: "Password", value: "secret", kind: .password).html.text
        #expect(!html.contains("secret"))
    }

    @Test("keeps the first line break of a text area")
    func textArea() {
        let html = TextField("notes", label: "Notes", value: "</textarea><b>", lines: 3).html.text
        #expect(html.contains("rows=\"3\">\n&lt;/textarea&gt;&lt;b&gt;</textarea>"))
    }

    @Test("gives a number its bounds")
    func bounds() {
        let html = TextField("capacity", label: "Capacity", kind: .number, range: 1...500).html.text
        #expect(html.contains("min=\"1\" max=\"500\""))
    }

    @Test("keeps the choice of a list")
    func select() {
        let html = SelectField(
            "role", label: "Role", value: "b", choices: [Choice("a", "A"), Choice("b", "<B>")], error: "Choose."
        ).html.text
        #expect(html.contains("<label for=\"f-role\">Role</label>"))
        #expect(html.contains("<option value=\"a\">A</option><option value=\"b\" selected>&lt;B&gt;</option>"))
        #expect(html.contains("aria-describedby=\"f-role-error\""))
    }

    @Test("ticks a box and binds its label")
    func checkbox() {
        let ticked = Checkbox("active", label: "Active", isTicked: true, scope: "area").html.text
        #expect(ticked.contains("id=\"area-active\" name=\"active\" value=\"true\" checked>"))
        #expect(ticked.contains("<label for=\"area-active\">Active</label>"))
        #expect(!Checkbox("active", label: "Active").html.text.contains("checked"))
    }
}
