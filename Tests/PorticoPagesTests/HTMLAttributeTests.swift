import PorticoPages
import Testing

@Suite struct HTMLAttributeTests {
    @Test("escapes what is interpolated, in text and in attributes")
    func escapes() {
        let typed = "<script>alert(\"1\")</script> & 'more'"
        let html: HTML = "<p\(HTML.attribute("title", typed))>\(typed)</p>"
        let safe = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;more&#39;"
        #expect(html.text == "<p title=\"\(safe)\">\(safe)</p>")
    }

    @Test("leaves out an attribute without a value and a flag that is not set")
    func leavesOut() {
        #expect(HTML.attribute("title", nil).isEmpty)
        #expect(HTML.flag("required", false).isEmpty)
        #expect(HTML.flag("required", true).text == " required")
    }

    @Test("interpolates components, lists of components and nothing for a missing one")
    func components() {
        let missing: Badge? = nil
        let html: HTML = "\(missing)\([GroupedNumber(1), GroupedNumber(2000)])"
        #expect(html.text == "12,000")
    }
}
