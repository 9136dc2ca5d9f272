import PorticoPages
import Testing

@Suite struct PageShellTests {
    private var shell: PageShell {
        PageShell(
            title: "A & B", application: "Bag tracking", mark: .sack, home: "/bags/",
            assets: AssetLinks { "/assets/x/\($0)" },
            navigation: [
                NavigationItem("One", href: "/1", icon: .home, isCurrent: true),
                NavigationItem("Two", href: "/2", icon: .find),
            ], bottomBar: [NavigationItem("Two", href: "/2", icon: .find)],
            person: SignedInPerson(name: "<Asha>", role: "Biller", signOut: "/out"), csrfToken: "tok",
            notices: [Notice("Saved", tone: .good)], nonce: "n1")
    }

    @Test("loads its style and script by their fingerprinted addresses, with the nonce")
    func assets() {
        let html = shell.document("").text
        #expect(html.contains("<link rel=\"stylesheet\" href=\"/assets/x/portico.css\">"))
        #expect(html.contains("<script type=\"module\" src=\"/assets/x/portico.js\" nonce=\"n1\"></script>"))
        #expect(html.contains("<link rel=\"icon\" href=\"data:image/svg+xml,"))
    }

    @Test("holds nothing a strict content policy would refuse, and nothing of another host")
    func policy() {
        let html = shell.document("").text
        for refused in [" style=", " onclick=", "<style", "javascript:", "http://", "https://", "<script>"] {
            #expect(!html.contains(refused), "\(refused)")
        }
    }

    @Test("names the page, its language and its landmarks")
    func landmarks() {
        let html = shell.document("<p>content</p>").text
        #expect(html.contains("<html lang=\"en\">"))
        #expect(html.contains("<title>A &amp; B – Bag tracking</title>"))
        #expect(html.contains("<a class=\"skip\" href=\"#main\">"))
        #expect(html.contains("<main id=\"main\" tabindex=\"-1\">"))
        #expect(html.contains("aria-label=\"Main\"") && html.contains("aria-label=\"Quick\""))
        #expect(html.contains("<a href=\"/1\" aria-current=\"page\">"))
        #expect(html.contains("Saved"))
    }

    @Test("marks More when the page is not one of the bar's places")
    func more() {
        #expect(shell.document("").text.contains("menu more is-current"))
    }

    @Test("signs out by a guarded form and escapes the name")
    func signOut() {
        let html = shell.document("").text
        #expect(
            html.contains(
                "<form method=\"post\" action=\"/out\" data-sign-out><input type=\"hidden\" name=\"_csrf\" value=\"tok\">"
            ))
        #expect(html.contains("&lt;Asha&gt;") && !html.contains("<Asha>"))
        #expect(html.contains("<meta name=\"csrf-token\" content=\"tok\">"))
    }

    @Test("shows neither navigation nor account to somebody unknown")
    func unknownPerson() {
        let bare = PageShell(
            title: "Bag tracking", application: "Bag tracking", mark: .sack, home: "/bags/", assets: AssetLinks { $0 })
        let html = bare.document("").text
        #expect(html.contains("<title>Bag tracking</title>"))
        #expect(!html.contains("account") && !html.contains("phone-bar") && !html.contains("csrf-token"))
    }

    @Test("keeps the address and asks for the code of a second factor")
    func signIn() {
        let page = SignInPage(
            shell: shell, action: "/in", csrfToken: "t2", next: "/bags/scan?a=\"", asksForCode: true,
            form: FormState(values: ["email": "a@b"], messages: [FieldMessage("password", "Wrong.")]))
        let html = page.html.text
        #expect(html.contains("action=\"/in\""))
        #expect(html.contains("name=\"next\" value=\"/bags/scan?a=&quot;\""))
        #expect(html.contains("value=\"a@b\"") && html.contains("autocomplete=\"current-password\""))
        #expect(html.contains("autocomplete=\"one-time-code\""))
        #expect(html.contains("<a href=\"#f-password\">Wrong.</a>"))
    }

    @Test("offers to stay signed in only where that is offered, ticked only if it was")
    func stayingSignedIn() {
        func page(_ keptFor: String?, _ form: FormState) -> String {
            SignInPage(shell: shell, action: "/in", csrfToken: "t2", keptFor: keptFor, form: form).html.text
        }
        let ticked = FormState(values: ["email": "a@b", "remember": "true"])
        #expect(!page(nil, ticked).contains("remember"))
        #expect(page("30 days", .fresh).contains("For 30 days, used or not."))
        #expect(!page("30 days", .fresh).contains(" checked"))
        #expect(!page("30 days", FormState(values: ["email": "a@b"])).contains(" checked"))
        #expect(page("1 day", ticked).contains("name=\"remember\" value=\"true\" checked>"))
    }

    @Test(
        "says what happened, what to do and under which id", arguments: [400, 401, 403, 404, 412, 413, 429, 500, 503])
    func error(status: Int) {
        let page = ErrorPage(shell: shell, status: status, title: "No <bag>", detail: "Why.", requestID: "r-1")
        let html = page.html.text
        #expect(html.contains("\(status)") && html.contains("No &lt;bag&gt;") && html.contains("Why."))
        #expect(html.contains("<code>r-1</code>"))
    }

    @Test("leads to the page of the account whoever has to see to something there first")
    func errorWithAWayOn() {
        var page = ErrorPage(shell: shell, status: 403, title: "No", detail: "Choose a password.", requestID: "r-1")
        #expect(page.html.text.contains("ask your administrator"))
        page.account = "/bags/account"
        let html = page.html.text
        #expect(html.contains("href=\"/bags/account\"") && !html.contains("ask your administrator"))
    }

    @Test("lists what is running, or says that nothing is")
    func start() {
        let application = StartPage.Application(name: "Bags", purpose: "Tracks.", href: "/bags/", mark: .sack)
        #expect(StartPage(shell: shell, applications: [application]).html.text.contains("href=\"/bags/\""))
        #expect(StartPage(shell: shell, applications: []).html.text.contains("Nothing is running here"))
    }

    @Test("has its own assets and knows their types")
    func embedded() {
        let names = Dictionary(uniqueKeysWithValues: EmbeddedAsset.platform.map { ($0.name, $0.contentType) })
        #expect(names["portico.css"] == "text/css; charset=utf-8")
        #expect(names["portico.js"] == "text/javascript; charset=utf-8")
    }
}
