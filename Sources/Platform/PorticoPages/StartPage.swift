/// The page at `/`: what is running here, with a link to each.
public struct StartPage: PageComponent {
    /// One application.
    public struct Application: Sendable {
        /// Its name.
        public var name: String
        /// What it is for, in one sentence.
        public var purpose: String
        /// Where it begins.
        public var href: String
        /// Its mark.
        public var mark: Icon

        /// An application.
        public init(name: String, purpose: String, href: String, mark: Icon) {
            self.name = name
            self.purpose = purpose
            self.href = href
            self.mark = mark
        }
    }

    /// The surroundings.
    public var shell: PageShell
    /// What is running, in order.
    public var applications: [Application]
    /// Links for operators, such as the console.
    public var operatorLinks: [NavigationItem]

    /// A start page.
    public init(shell: PageShell, applications: [Application], operatorLinks: [NavigationItem] = []) {
        self.shell = shell
        self.applications = applications
        self.operatorLinks = operatorLinks
    }

    /// The finished document.
    public var html: HTML {
        let cards = applications.map { application -> HTML in
            """
            <li><a class="application" href="\(application.href)"><span class="brand-mark">\(application.mark)</span>\
            <span><span class="application-name">\(application.name)</span>\
            <span class="application-purpose">\(application.purpose)</span></span>\(Icon.arrowRight)</a></li>
            """
        }
        let anchors = operatorLinks.map { "<a href=\"\($0.href)\">\($0.label)</a>" as HTML }
        let links: HTML? = anchors.isEmpty ? nil : "<p class=\"operator-links\">\(anchors)</p>"
        let empty: EmptyState? =
            applications.isEmpty ? EmptyState("Nothing is running here", detail: "Start an application first.") : nil
        return shell.document(
            """
            <div class="start"><h1>Running here</h1><ul class="applications">\(cards)</ul>\(empty)\(links)</div>
            """)
    }
}
