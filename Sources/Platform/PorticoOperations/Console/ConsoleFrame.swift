import PorticoHTTP
import PorticoPages
import PorticoValues

/// What every page of the operators knows of the request it answers.
struct ConsoleFrame: Sendable {
    /// The application's surroundings.
    var shell: PageShell
    /// Where the application is mounted.
    let mount: String
    /// Whether the person may change anything.
    let mayChange: Bool
    /// The moment the page is made.
    let now: Instant
    private let zone: TimeZoneOffset
    private let guarding: FormGuard

    /// - Throws: 401 where nobody is signed in; what the application's surroundings throw.
    init(_ context: RequestContext, _ appearance: ConsoleAppearance) async throws {
        mayChange = try context.caller.may("operations.write")
        shell = try await appearance.shell(context)
        mount = context.mount
        now = context.now
        zone = appearance.zone
        guarding = FormGuard(csrfToken: context.csrf.value, idempotencyKey: randomBytes(18).base64URL)
    }

    /// The address of a page below ``ConsoleAppearance/path``.
    func address(_ path: String) -> String {
        "\(mount)\(ConsoleAppearance.path)\(path)"
    }

    /// A form that is sent to an address below ``ConsoleAppearance/path``; nil for people who may only look.
    ///
    /// - Parameter id: of the form, for fields that stand elsewhere on the page.
    func form(
        _ path: String, fields: HTML = .empty, _ buttons: Button..., arrangement: StaticString = "bare",
        id: String? = nil
    ) -> HTML? {
        guard mayChange else { return nil }
        let place = "\(path)\(id ?? "")"
        return PageForm(
            action: address(path),
            guarding: guarding.distinguished(by: String(Digest.sha256(place.utf8).hexadecimal.prefix(8))),
            fields: fields, buttons: "\(buttons.map(\.html))", arrangement: arrangement, id: id
        ).html
    }

    /// A moment in the reader's time.
    func time(_ instant: Instant, _ detail: TimeText.Detail = .relative) -> HTML {
        TimeText(instant, zone: zone, detail: detail).html
    }
}

/// A page of the operators.
protocol ConsolePage: Sendable {
    /// What it knows about the request.
    var frame: ConsoleFrame { get }
    /// The name of the page.
    var title: String { get }
    /// Which of the operators' pages it is, or belongs to.
    var part: ConsolePart { get }
    /// What is on it, below the tabs.
    var content: HTML { get }
}

/// The operators' pages.
enum ConsolePart: String, CaseIterable {
    case queues, jobs, schedules, events, mail, caches, sql

    var label: String {
        switch self {
        case .queues: "Queues"
        case .jobs: "Jobs"
        case .schedules: "Schedules"
        case .events: "Events"
        case .mail: "Mail"
        case .caches: "Caches"
        case .sql: "Database"
        }
    }
}

extension ConsolePage {
    /// The page as an answer.
    /// - Parameter done: what a form has just done; the page says so.
    func reply(_ status: HTTPStatus = .ok, after done: ConsoleQuery? = nil) -> PageReply {
        var shell = frame.shell
        shell.title = title
        shell.notices += done?.notices ?? []
        let tabs = TabBar(
            label: "Operations",
            tabs: ConsolePart.allCases.map {
                TabBar.Tab($0.label, href: frame.address("/\($0.rawValue)"), isCurrent: $0 == part)
            })
        return .page(shell.document("\(tabs)\(content)"), status: status)
    }
}

/// What a form of these pages has done, as the item `done` of the address it leads back to.
struct ConsoleQuery: RouteInput {
    let done: String

    init(_ fields: inout FieldReader) {
        done = fields.optionalText("done", 0...100, "What a form has just done") ?? ""
    }

    /// The line that says so; none for words that are no deed.
    var notices: [Notice] {
        let parts = done.split(separator: "-").map(String.init)
        guard let words = ConsoleQuery.words[parts.first ?? ""] else { return [] }
        let numbers = parts.dropFirst().map { Int($0) ?? 0 }
        guard let count = numbers.first else { return [Notice(words, tone: .good)] }
        let said = Notice("\(words): \(count)", tone: .good)
        guard numbers.count > 1, numbers[1] > 0 else { return [said] }
        let left = Notice(
            "Left as they are: \(numbers[1])", tone: .warn,
            detail: "<p>Another job counts as the same and is there, or their workflow has ended.</p>")
        return [said, left]
    }

    private static let words = [
        "paused": "Paused: nothing of it starts until it is resumed", "resumed": "Resumed",
        "scaled": "Changed: it holds on all nodes within a second",
        "replayed": "Tried again as soon as there is a place",
        "discarded": "Removed", "cancelled": "It is asked to end", "asked": "It runs within a second",
        "held": "Held: it does not fire until it is let go", "released": "It fires again",
        "rescheduled": "Changed: each node goes by it when it looks next",
        "restored": "The program's word is in force again",
        "purged": "Outdated on all nodes",
        "purging": "Outdated here; other nodes hear of it as soon as they can be reached",
        "many_replayed": "Tried again", "mailed": "It goes out within a second",
        "suppressed": "Nothing more is sent to it", "lifted": "Mails to it are sent from now on",
        "workflow_cancelled": "Nothing more of it starts; what runs is asked to end",
        "workflow_replayed": "It goes on as soon as there is a place",
        "events_retried": "Events that are tried again",
        "event_discarded": "Given up; those behind it follow", "rewound": "It handles events again from there on",
        "rebuilding": "It begins as soon as there is a place",
    ]
}

/// A short length of time, as statements take it: `< 0.01 ms`, `0.04 ms`, `12 ms`, `3.4 s`.
struct LatencyText: PageComponent {
    let nanoseconds: Int64

    init(_ nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    var text: String {
        guard nanoseconds < 10_000_000 else { return SpanText(.milliseconds(nanoseconds / 1_000_000)).text }
        let hundredths = nanoseconds / 10_000
        guard hundredths > 0 else { return "< 0.01 ms" }
        return "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10) ms"
    }

    var html: HTML { "<span class=\"nowrap\">\(text)</span>" }
}

/// How short lengths of time are spread: the half, 95 and 99 of 100 of them are at most so long.
struct LatencySpread: PageComponent {
    private let lengths: [LatencyText]

    init(_ nanoseconds: Int64...) {
        lengths = nanoseconds.map { LatencyText($0) }
    }

    var html: HTML { HTML(trusted: lengths.map(\.html.text).joined(separator: " · ")) }
}

/// Which job, workflow or mail a page shows, and what a form has just done with it.
struct ConsoleItemQuery: RouteInput {
    let id: Int64
    let done: ConsoleQuery

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", in: .path, "Id of what the page shows")
        done = ConsoleQuery(&fields)
    }
}

/// A length of time in as few words as say it: `12 ms`, `3.4 s`, `5 min`, `2 h`, `3 days`.
struct SpanText: PageComponent {
    let span: Span

    init(_ span: Span) {
        self.span = span
    }

    var text: String {
        let milliseconds = span.milliseconds
        return switch milliseconds {
        case ..<1000: "\(milliseconds) ms"
        case ..<60_000: "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
        case ..<7_200_000: "\(milliseconds / 60_000) min"
        case ..<172_800_000: "\(milliseconds / 3_600_000) h"
        default: "\(milliseconds / 86_400_000) days"
        }
    }

    var html: HTML { "<span class=\"nowrap\">\(text)</span>" }
}
