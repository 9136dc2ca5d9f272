/// One place to go.
public struct NavigationItem: Sendable, Hashable {
    /// The words.
    public var label: String
    /// Where it leads.
    public var href: String
    /// The drawing in front of the words.
    public var icon: Icon
    /// Whether the page shown is there, or below it.
    public var isCurrent: Bool

    /// A place to go.
    public init(_ label: String, href: String, icon: Icon, isCurrent: Bool = false) {
        self.label = label
        self.href = href
        self.icon = icon
        self.isCurrent = isCurrent
    }
}

/// Who is signed in, as the header shows it.
public struct SignedInPerson: Sendable, Hashable {
    /// The name.
    public var name: String
    /// What they are and where, such as `Dispatcher, Lucknow`.
    public var role: String
    /// The address of the form that signs out (POST with `_csrf`).
    public var signOut: String
    /// The address of the page of their own account; nil where there is none.
    public var account: String?

    /// Somebody who is signed in.
    public init(name: String, role: String, signOut: String, account: String? = nil) {
        self.account = account
        self.name = name
        self.role = role
        self.signOut = signOut
    }
}

/// What surrounds the content of every page: head, header, navigation, messages.
///
/// On a wide window the navigation stands in the header, with places for which there is no room behind "More"; on a
/// phone a bar at the bottom carries up to three places and "More", which holds all of them. Everything works without script; `portico.js` makes it better.
public struct PageShell: Sendable {
    /// What the page is, without the name of the application.
    public var title: String
    /// The name of the application.
    public var application: String
    /// The application's mark.
    public var mark: Icon
    /// Where the mark leads.
    public var home: String
    /// Every place the person may go, in order.
    public var navigation: [NavigationItem]
    /// Further places, which stand behind "More" on a wide window.
    public var furtherNavigation: [NavigationItem] = []
    /// The places in the bar of a phone; three at most, "More" is added.
    public var bottomBar: [NavigationItem]
    /// Who is signed in.
    public var person: SignedInPerson?
    /// The token that scripts send as `X-CSRF-Token` and forms as `_csrf`.
    public var csrfToken: String?
    /// What stands in the header of every page, such as a box for codes.
    public var headerSlot: HTML
    /// Messages above the content.
    public var notices: [Notice]
    /// The language of the page (BCP 47).
    public var language: String
    /// Where styles and scripts are served.
    public var assets: AssetLinks
    /// Names of style sheets after `portico.css`.
    public var styles: [String]
    /// Names of scripts, loaded as modules.
    public var scripts: [String]
    /// The value the content policy lists for this answer's scripts.
    public var nonce: String?
    /// A class of the style sheet for the whole page.
    public var pageClass: StaticString
    /// The address of the manifest by which a device installs the page as an application of its own.
    public var manifest: String?

    /// The surroundings of a page.
    public init(
        title: String, application: String, mark: Icon, home: String, assets: AssetLinks,
        navigation: [NavigationItem] = [], bottomBar: [NavigationItem] = [], person: SignedInPerson? = nil,
        csrfToken: String? = nil, headerSlot: HTML = .empty, notices: [Notice] = [], language: String = "en",
        styles: [String] = [], scripts: [String] = ["portico.js"], nonce: String? = nil, pageClass: StaticString = ""
    ) {
        self.title = title
        self.application = application
        self.mark = mark
        self.home = home
        self.assets = assets
        self.navigation = navigation
        self.bottomBar = bottomBar
        self.person = person
        self.csrfToken = csrfToken
        self.headerSlot = headerSlot
        self.notices = notices
        self.language = language
        self.styles = styles
        self.scripts = scripts
        self.nonce = nonce
        self.pageClass = pageClass
    }

    /// The whole document around `content`.
    public func document(_ content: HTML) -> HTML {
        """
        <!doctype html>
        <html lang="\(language)">
        \(head)
        <body class="\(pageClass.description)">
        <a class="skip" href="#main">Skip to content</a>
        \(header)
        <main id="main" tabindex="-1">
        \(notices.isEmpty ? nil : "<div class=\"notices\">\(notices)</div>" as HTML?)\(content)
        </main>
        \(phoneBar)
        </body>
        </html>

        """
    }

    private var head: HTML {
        let sheets = (["portico.css"] + styles).map { name -> HTML in
            "<link rel=\"stylesheet\" href=\"\(assets(name))\">\n"
        }
        let modules = scripts.map { name -> HTML in
            "<script type=\"module\" src=\"\(assets(name))\"\(HTML.attribute("nonce", nonce))></script>\n"
        }
        let installation: HTML? = manifest.map { "<link rel=\"manifest\" href=\"\($0)\">\n" }
        let token: HTML? = csrfToken.map { "<meta name=\"csrf-token\" content=\"\($0)\">\n" }
        return """
            <head>
            <meta charset="utf-8">
            <title>\(title == application ? title : "\(title) – \(application)")</title>
            <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
            <meta name="color-scheme" content="light dark">
            \(token)<link rel="icon" href="\(mark.tabMark(background: "#0b5d57"))">
            \(installation)\(sheets)\(modules)</head>
            """
    }

    private var header: HTML {
        let places: HTML? =
            navigation.isEmpty
            ? nil
            : "<nav class=\"places\" aria-label=\"Main\"><ul>\(navigation.map { link($0) })\(furtherPlaces)</ul></nav>"
        let slot: HTML? = headerSlot.isEmpty ? nil : "<div class=\"header-slot\">\(headerSlot)</div>"
        return """
            <header class="top"><div class="top-inside">\
            <a class="brand" href="\(home)"><span class="brand-mark">\(mark)</span><span>\(application)</span></a>\
            \(slot)\(account)\(places)</div></header>
            """
    }

    private var furtherPlaces: HTML? {
        guard !furtherNavigation.isEmpty else { return nil }
        let isThere = furtherNavigation.contains(where: \.isCurrent)
        return """
            <li><details class="menu further\(isThere ? " is-current" : "")"><summary>\(Icon.more)<span>More</span></summary>\
            <div class="sheet"><ul>\(furtherNavigation.map { link($0) })</ul></div></details></li>
            """
    }

    private var account: HTML? {
        person.map { person in
            """
            <details class="menu account"><summary>\(Icon.user)<span class="account-name">\(person.name)</span>\
            </summary>\
            <div class="sheet"><p class="sheet-name">\(person.name)</p><p class="sheet-role">\(person.role)</p>\
            <label class="shortcut-switch" hidden><input type="checkbox" data-shortcuts> Single-key shortcuts</label>\
            \(person.account.map { Button("Your account", href: $0, weight: .quiet, icon: .user) })\
            \(signOut(person))</div></details>
            """
        }
    }

    private func signOut(_ person: SignedInPerson) -> HTML {
        """
        <form method="post" action="\(person.signOut)" data-sign-out>\
        <input type="hidden" name="_csrf" value="\(csrfToken)">\
        \(Button("Sign out", weight: .secondary, icon: .signOut))</form>
        """
    }

    private var phoneBar: HTML {
        guard !bottomBar.isEmpty else { return .empty }
        let all = navigation + furtherNavigation
        let isElsewhere = !bottomBar.contains(where: \.isCurrent) && all.contains(where: \.isCurrent)
        return """
            <nav class="phone-bar" aria-label="Quick"><ul>\(bottomBar.prefix(3).map { link($0) })\
            <li><details class="menu more\(isElsewhere ? " is-current" : "")"><summary>\(Icon.more)<span>More</span>\
            </summary>\
            <div class="sheet"><ul>\(all.map { link($0) })</ul></div></details></li></ul></nav>
            """
    }

    private func link(_ item: NavigationItem) -> HTML {
        """
        <li><a href="\(item.href)"\(HTML.attribute("aria-current", item.isCurrent ? "page" : nil))>\
        \(item.icon)<span>\(item.label)</span></a></li>
        """
    }
}

/// The heading of a page: its name, a line below it, and its actions at the side.
public struct PageHeading: PageComponent {
    /// The name of the page.
    public var title: HTML
    /// A line below it.
    public var subtitle: HTML?
    /// Buttons at the side.
    public var actions: [Button]
    /// Where the page belongs, above the name.
    public var back: (label: String, href: String)?

    /// A heading.
    public init(
        _ title: HTML, subtitle: HTML? = nil, actions: [Button] = [], back: (label: String, href: String)? = nil
    ) {
        self.title = title
        self.subtitle = subtitle
        self.actions = actions
        self.back = back
    }

    /// The finished markup.
    public var html: HTML {
        let above: HTML? = back.map {
            "<a class=\"back\" href=\"\($0.href)\">\(Icon.arrowLeft)<span>\($0.label)</span></a>"
        }
        let below: HTML? = subtitle.map { "<p class=\"subtitle\">\($0)</p>" }
        let side: HTML? = actions.isEmpty ? nil : "<div class=\"buttons\">\(actions)</div>"
        return "<div class=\"page-head\"><div>\(above)<h1>\(title)</h1>\(below)</div>\(side)</div>"
    }
}
