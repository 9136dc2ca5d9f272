import Portico

/// What every page of bag tracking knows about the request it answers.
struct BagFrame: Sendable {
    /// The signed-in person's name.
    var person: String
    /// `dispatcher`, `gatekeeper`, `biller` or `admin`.
    var role: String
    /// The name of the person's area; nil for people of all areas.
    var area: String?
    /// The names of the permissions the person has.
    var permissions: Set<String>
    /// The session's CSRF token.
    var csrfToken: String
    /// A fresh key of at most 48 characters; the forms of the page send it as `idempotency_key`.
    var formKey: String
    /// Addresses of styles and scripts.
    var assets: AssetLinks
    /// The nonce of the content policy.
    var nonce: String?
    /// The moment the page is made.
    var now: Instant
    /// Messages above the content, such as what the last form did.
    var notices: [Notice] = []
    /// What stands in the any-code box.
    var searched = ""
    /// Where the readers are.
    var zone = TimeZoneOffset.india

    /// Whether the person may do what the permission of this name allows.
    func may(_ permission: String) -> Bool {
        permissions.contains(permission)
    }

    /// The hidden values of a form; a suffix keeps two forms with one address apart.
    func guarding(_ suffix: String? = nil) -> FormGuard {
        let base = FormGuard(csrfToken: csrfToken, idempotencyKey: formKey)
        return suffix.map { base.distinguished(by: $0) } ?? base
    }

    /// A moment in the warehouse's time.
    func time(_ instant: Instant, _ detail: TimeText.Detail = .dateAndTime) -> TimeText {
        TimeText(instant, zone: zone, detail: detail)
    }

    /// The day of a moment, for lists of what was just done; nil on the same day. On a morning the latest is of another.
    /// - Parameter asOf: when the list was made; nil for now.
    func day(of instant: Instant, asOf: Instant? = nil) -> TimeText? {
        zone.date(of: instant) == zone.date(of: asOf ?? now) ? nil : time(instant, .day)
    }
}

/// The places of the navigation.
enum BagSection: CaseIterable {
    case dashboard, scan, gate, find, bills, returns, bags, history, labels, summary, exports, imports, users, settings
    case audit

    /// How many places a line takes.
    static let mostInLine = 10

    /// Whether it is something that the office looks after now and then.
    var isOfOffice: Bool {
        switch self {
        case .labels, .exports, .imports, .users, .settings, .audit: true
        default: false
        }
    }

    /// The permission without which the place is not shown.
    var permission: String {
        switch self {
        case .dashboard: "stats.read"
        case .scan: "scan.pack"
        case .gate: "gate.check"
        case .bills: "bill.read"
        case .find, .bags, .history: "bag.read"
        case .returns: "return.write"
        case .summary: "summary.read_own"
        case .labels: "label.print"
        case .exports: "export.read"
        case .imports: "import.run"
        case .users: "user.manage"
        case .settings: "config.manage"
        case .audit: "audit.read"
        }
    }

    func item(current: BagSection?) -> NavigationItem {
        let (label, href, icon) = entry
        return NavigationItem(label, href: href, icon: icon, isCurrent: self == current)
    }

    private var entry: (String, String, Icon) {
        switch self {
        case .dashboard: ("Dashboard", "/bags/", .home)
        case .scan: ("Scan", "/bags/scan", .scan)
        case .gate: ("Gate", "/bags/gate", .shield)
        case .bills: ("Bills", "/bags/bills", .list)
        case .find: ("Find", "/bags/find", .find)
        case .bags: ("Bags", "/bags/bags", .sack)
        case .history: ("History", "/bags/scans", .history)
        case .returns: ("Returns", "/bags/returns", .undo)
        case .summary: ("Summary", "/bags/summary", .calendar)
        case .labels: ("Labels", "/bags/labels", .printer)
        case .exports: ("Exports", "/bags/exports", .download)
        case .imports: ("Imports", "/bags/imports", .plus)
        case .users: ("People", "/bags/users", .users)
        case .settings: ("Settings", "/bags/settings", .settings)
        case .audit: ("Audit", "/bags/audit", .shield)
        }
    }
}

/// A page of bag tracking: a view model that knows its content.
protocol BagPage: Sendable {
    /// What it knows about the request.
    var frame: BagFrame { get }
    /// The name of the page.
    var title: String { get }
    /// The place of the navigation it belongs to.
    var place: BagSection? { get }
    /// What is on it.
    var content: HTML { get }
    /// Names of style sheets besides the platform's.
    var styles: [String] { get }
    /// Names of its scripts.
    var scripts: [String] { get }
    /// A class for the whole page.
    var pageClass: StaticString { get }
    /// The address of its manifest; nil where the page is not installed on a device.
    var manifest: String? { get }
}

extension BagPage {
    var styles: [String] { [] }
    var scripts: [String] { ["portico.js"] }
    var pageClass: StaticString { "" }
    var manifest: String? { nil }

    /// The whole document.
    var body: HTML {
        var shell = frame.shell(title: title, place: place)
        shell.styles = styles
        shell.scripts = scripts
        shell.pageClass = pageClass
        shell.manifest = manifest
        return shell.document(content)
    }
}

extension BagFrame {
    /// The surroundings of a page for whoever is signed in.
    func shell(title: String, place: BagSection? = nil) -> PageShell {
        var shell = bagShell(title: title, assets: assets, nonce: nonce)
        let places = BagSection.allCases.filter { may($0.permission) }
        // As many as stand in one line of a desk's window; whoever has more finds what the office keeps behind "More".
        let near = places.count > BagSection.mostInLine ? places.filter { !$0.isOfOffice } : places
        shell.navigation = near.map { $0.item(current: place) }
        shell.furtherNavigation = places.filter { !near.contains($0) }.map { $0.item(current: place) }
        let isGate = may("gate.check") && !may("scan.pack")
        let quick: [BagSection] = isGate ? [.gate, .find, .bills] : [.scan, .find, .bills]
        shell.bottomBar = quick.filter { may($0.permission) }.map { $0.item(current: place) }
        shell.person = SignedInPerson(
            name: person, role: [BagWords.role(role), area].compactMap(\.self).joined(separator: ", "),
            signOut: "/bags/sign-out", account: "/bags\(AccountAppearance.accountPath)")
        shell.csrfToken = csrfToken
        shell.headerSlot = may("bag.read") ? codeBox : .empty
        shell.notices = notices
        return shell
    }

    /// The box in the header that takes any code: GET `/bags/find` with `code`.
    private var codeBox: HTML {
        """
        <form class="code-box" method="get" action="/bags/find" role="search" aria-label="Any code">\
        <label class="unseen" for="any-code">Find any code</label>\
        <input class="code" id="any-code" name="code" type="search" autocomplete="off" autocapitalize="characters" \
        spellcheck="false" placeholder="Any code" maxlength="200" data-slash value="\(searched)">\
        <button class="button secondary" type="submit">\(Icon.find.labelled("Find"))</button></form>
        """
    }
}

/// The surroundings of bag tracking's pages before anybody is known; sign-in and error pages stand in them as they are.
func bagShell(title: String, assets: AssetLinks, nonce: String? = nil) -> PageShell {
    PageShell(title: title, application: "Bag tracking", mark: .sack, home: "/bags/", assets: assets, nonce: nonce)
}
