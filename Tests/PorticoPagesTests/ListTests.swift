import PorticoPages
import Testing

@Suite struct ListTests {
    private let table = DataTable(
        caption: "Sacks & bags", columns: [.init("Code", .code), .init("Count", .number), .init("Do", .actions)],
        rows: [.init(["SB1", "3", .empty], isStruck: true, id: "row-1")])

    @Test("writes out the roles that a style sheet would take away")
    func roles() {
        let html = table.html.text
        #expect(
            html.contains(
                "<table class=\"data cards\" role=\"table\"><caption class=\"unseen\">Sacks &amp; bags</caption>"))
        #expect(html.contains("<th scope=\"col\" role=\"columnheader\" class=\"code\">Code</th>"))
        #expect(html.contains("<tr role=\"row\" id=\"row-1\" class=\"struck\">"))
        #expect(html.contains("<th scope=\"row\" role=\"rowheader\" class=\"code\">SB1</th>"))
    }

    @Test("labels each value for cards and marks those that are blank")
    func cards() {
        let html = table.html.text
        #expect(html.contains("<td role=\"cell\" class=\"number\" data-label=\"Count\"><div>3</div></td>"))
        #expect(html.contains("<td role=\"cell\" class=\"actions blank\" data-label=\"Do\">"))
        #expect(html.contains("<span class=\"unseen\">Do</span>"))
    }

    @Test(
        "says what becomes of it in a narrow window",
        arguments: [(DataTable.Narrow.lines, "data cards lines"), (.table, "data")])
    func narrow(narrow: DataTable.Narrow, classes: String) {
        var table = table
        table.narrow = narrow
        #expect(table.html.text.contains("<table class=\"\(classes)\" role=\"table\">"))
    }

    @Test("a frame that is scrolled can be reached with the keyboard, and says what it holds")
    func framed() {
        let html = table.framed.text
        #expect(
            html.hasPrefix(
                "<div class=\"table-frame\" role=\"group\" aria-label=\"Sacks &amp; bags\" tabindex=\"0\"><table"))
        #expect(html.hasSuffix("</table></div>"))
    }

    @Test("leaves out terms without a value")
    func definitions() {
        let html = DefinitionList(["Lot": "A", "SSCC": nil]).html.text
        #expect(html == "<dl class=\"facts\"><div><dt>Lot</dt><dd>A</dd></div></dl>")
    }

    @Test("marks the view that is shown")
    func tabs() {
        let html = TabBar(
            label: "Views", tabs: [.init("A", href: "/a", isCurrent: true), .init("B", href: "/b", isCurrent: false)]
        ).html.text
        #expect(html.contains("<a href=\"/a\" aria-current=\"page\">A</a>"))
        #expect(html.contains("<a href=\"/b\">B</a>"))
    }

    @Test("shows no pager when all is on one page")
    func pager() {
        #expect(CursorPager().html.isEmpty)
        #expect(CursorPager(next: "/n").html.text.contains("href=\"/n\""))
        #expect(PageNumbers(page: 1, count: 1, address: PageAddress("/x")).html.isEmpty)
    }

    @Test("links the ends and the neighbours of the page shown")
    func pageNumbers() {
        let html = PageNumbers(page: 5, count: 9, address: PageAddress("/x", ["q": "a"])).html.text
        for page in [1, 4, 6, 9] { #expect(html.contains("/x?q=a&amp;page=\(page)\"")) }
        #expect(html.contains("page=5\" aria-current=\"page\""))
        #expect(!html.contains("page=3\""))
        #expect(html.contains("…"))
    }

    @Test("says that nothing is there and where to go")
    func empty() {
        let html = EmptyState("No sacks", detail: "Scan one.", actions: [Button("Scan", href: "/scan")]).html.text
        #expect(html.contains("No sacks") && html.contains("Scan one.") && html.contains("href=\"/scan\""))
    }

    @Test("offers to read a failed block again, with and without script")
    func failedBlock() {
        let failed = PageBlock<Int>.failed.section("stock", title: "Stock", address: "/bags/") { "\($0)" }.text
        #expect(failed.contains("id=\"stock\" aria-labelledby=\"stock-title\""))
        #expect(failed.contains("href=\"/bags/\" data-retry=\"stock\""))
        let ready = PageBlock.ready(7).section("stock", title: "Stock", address: "/bags/") { "<b>\($0)</b>" }.text
        #expect(ready.contains("<b>7</b>") && !ready.contains("data-retry"))
    }
}
