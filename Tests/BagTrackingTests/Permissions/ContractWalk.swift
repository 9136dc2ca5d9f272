import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// A walk through the JSON API that calls every route at least once so that it works.
///
/// What a step keeps of its answer stands, by its name in braces, in the paths and bodies of later steps.
struct ContractWalk {
    /// One call.
    struct Step: Sendable {
        /// Does what no request does.
        typealias Preparation = @Sendable (inout ContractWalk) async throws -> Void

        let route: String
        let method: HTTPMethod
        /// Below `/bags/api/v1/`.
        let path: String
        let body: JSONValue
        /// A file that goes along; the members of the body are then fields of a form.
        let file: String?
        let status: Int
        /// Who calls; a stranger comes with a new browser each time.
        let person: String
        /// Names, and where in the answer stands what they are for: `items.0.id`.
        let keeps: [String: String]
        let preparation: Preparation?

        init(
            _ route: String, _ method: HTTPMethod, _ path: String, _ body: JSONValue = .object([]), file: String? = nil,
            status: Int = 200, by person: String = "admin", keeps: [String: String] = [:],
            after preparation: Preparation? = nil
        ) {
            (self.route, self.method, self.path, self.body, self.file) = (route, method, path, body, file)
            (self.status, self.person, self.keeps, self.preparation) = (status, person, keeps, preparation)
        }
    }

    /// A step that was taken.
    struct Call: Sendable {
        let step: Step
        let route: Route
        let answer: TestAnswer
    }

    private static let chapters: [[Step]] = [
        packing, bills, returns, catalogue, files, operations, mails, webhooks, people, account, farewell,
    ]

    /// All steps, in their order.
    static let steps = chapters.flatMap(\.self)

    private let app: AppHarness
    private let isForging: Bool
    private var clients: [String: TestClient] = [:]
    private var kept: [String: String] = [:]

    private init(_ app: AppHarness, isForging: Bool) {
        (self.app, self.isForging) = (app, isForging)
    }

    /// Takes the walk.
    /// - Parameter isForging: whether bodies get members that their routes do not declare.
    static func calls(on engine: TestEngine, isForging: Bool = false) async throws -> [Call] {
        var calls: [Call] = []
        // Nobody is called: no job that sends is done.
        let settings = [(key: "sms.url", value: "http://127.0.0.1:9/messages")]
        try await withApp(on: engine, settings: settings) { app in
            var walk = ContractWalk(app, isForging: isForging)
            for step in ContractWalk.steps {
                let call = try await walk.take(step)
                calls.append(call)
            }
        }
        return calls
    }

    private mutating func take(_ step: Step) async throws -> Call {
        if let prepare = step.preparation { try await prepare(&self) }
        let routes = app.mount.routes
        let route = try #require(routes.first { $0.name == step.route }, "there is no route \(step.route)")
        let sender = try await client(step.person)
        let (type, bytes) = message(of: step, to: route)
        let answer = await sender.send(
            step.method, "/bags/api/v1/\(filled(step.path))", ["content-type": type],
            body: step.method.isSafe ? [] : bytes)
        for (name, place) in step.keeps {
            guard let text = ContractWalk.text(at: place, in: answer.json) else {
                Issue.record("\(step.route) tells no \(place): \(answer.status) \(answer.text.prefix(300))")
                continue
            }
            kept[name] = text
        }
        return Call(step: step, route: route, answer: answer)
    }

    private mutating func client(_ person: String) async throws -> TestClient {
        if person == "stranger" { return app.stranger() }
        if let known = clients[person] { return known }
        let new = try await app.client(person)
        clients[person] = new
        return new
    }

    /// The content type and the bytes of a step's body.
    private func message(of step: Step, to route: Route) -> (type: String, bytes: [UInt8]) {
        var body = filled(step.body)
        if isForging { body = ForgedMembers.added(to: body, of: route) }
        guard let file = step.file else { return ("application/json", body.bytes) }
        let boundary = "----portico7d3f"
        let fields = (body.members ?? []).map { member in
            let value = member.value.string ?? String(decoding: member.value.bytes, as: UTF8.self)
            return "--\(boundary)\r\ncontent-disposition: form-data; name=\"\(member.key)\"\r\n\r\n\(value)\r\n"
        }
        let head = "content-disposition: form-data; name=\"file\"; filename=\"list.csv\""
        let text = "\(fields.joined())--\(boundary)\r\n\(head)\r\n\r\n\(file)\r\n--\(boundary)--\r\n"
        return ("multipart/form-data; boundary=\(boundary)", Array(text.utf8))
    }

    /// A text with what was kept in place of the names in braces.
    private func filled(_ text: String) -> String {
        kept.reduce(into: text) { text, entry in text.replace("{\(entry.key)}", with: entry.value) }
    }

    private func filled(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): .string(filled(text))
        case .array(let elements): .array(elements.map { filled($0) })
        case .object(let members): .object(members.map { (key: $0.key, value: filled($0.value)) })
        default: value
        }
    }

    private static func text(at place: String, in answer: JSONValue) -> String? {
        var value: JSONValue? = answer
        for part in place.split(separator: ".") {
            if let index = Int(part) { value = value?[index] } else { value = value?[String(part)] }
        }
        return value?.string
    }
}

// MARK: - What no request does

extension ContractWalk {
    /// Does the jobs that wait, and makes a schedule known.
    func work() async throws {
        var book = JobBook()
        app.jobs(&book)
        let nightly = try Schedule("walk.nightly", "30 2 * * *") { _ in CheckCounters() }
        try await JobWorker(
            database: app.database, queue: app.environment.jobs, book: book, schedules: [nightly],
            logger: app.environment.logger, metrics: MetricsRegistry(),
            configuration: JobWorker.Configuration(application: "bags")
        ).runUntilIdle()
    }

    /// Keeps as `mail` one that could not be delivered.
    mutating func keepFailedMail() async throws {
        let mail = Mail(to: try MailAddress("asha@example.org"), subject: "Walk", text: "Walk")
        let id = try await app.database.write { [app] transaction in
            let id = try app.environment.mails.enqueue(mail, in: transaction)
            try transaction.execute("test.mail", "UPDATE mails SET state = 'failed' WHERE id = \(id)")
            try transaction.execute(
                "test.delivery",
                """
                UPDATE jobs SET state = 'cancelled', finished_at = run_at WHERE name = 'mail.deliver' AND state = 'queued'
                """)
            return id
        }
        kept["mail"] = String(id)
    }

    /// Keeps as `workflow` one that waits to begin.
    mutating func keepWorkflow() async throws {
        let jobs = app.environment.jobs
        let workflow = JobWorkflow.chain("walk", ["one": WalkErrand(), "two": WalkErrand()])
        let ticket = try await app.database.write { try jobs.enqueue(workflow, in: $0) }
        kept["workflow"] = "\(ticket.id)"
    }

    /// Puts the declared limits in force, as a node does when it starts.
    func openLimits() async throws {
        try await app.environment.limits.open(app.mount)
    }

    /// Keeps as `code` what the only authenticator shows.
    mutating func keepCode() async throws {
        let secret = try await app.secondFactorSecret()
        kept["code"] = app.code(secret)
    }

    /// Keeps as `code` that of the newest text message.
    mutating func keepTextedCode() async throws {
        kept["code"] = try await app.textedCode()
    }

    /// Keeps as `token` that of the link in the newest mail to an address.
    mutating func keepToken(mailedTo address: String) async throws {
        let texts = try await app.database.read {
            try $0.all(
                "test.mails", "SELECT text FROM mails WHERE recipient = \(address) ORDER BY id DESC LIMIT 1"
            ) { try $0[0] as String }
        }
        let text = try #require(texts.first, "no mail to \(address)")
        let link = try #require(text.split(whereSeparator: \.isWhitespace).first { $0.contains("?token=") })
        kept["token"] = String(try #require(link.split(separator: "=").last))
    }
}

// MARK: - What came of it

extension ContractWalk.Call {
    /// Where the answer is not as its route declares. Refusals are the business of ``RefusalContractTests``.
    var differences: [String] {
        guard answer.status < 400 else { return [] }
        guard let declared = route.answers.first(where: { $0.status.code == answer.status }) else {
            return ["the route declares no \(answer.status)"]
        }
        guard let schema = declared.schema else {
            return declared.mediaType == nil && !answer.bytes.isEmpty ? ["the route declares no body"] : []
        }
        // The application adds a member of its own to the platform's description of a person.
        return SchemaCheck(components: schema.components).differences(answer.json, from: schema.schema)
            .filter { $0 != "$.user.area_code: is not declared" }
    }

    /// Routes that tell what was measured, or name what is random.
    private static let measuring: Set<String> = [
        "listStatements", "listPools", "examineDatabase", "listCaches", "listOwnSessions",
    ]

    /// Members that are random, or hashes of what is.
    private static let random: Set<String> = [
        "csrf_token", "access_token", "refresh_token", "secret", "uri", "recovery_codes", "key", "message_id",
        "client_scan_id", "request_id", "trace_id", "eventID", "hash", "prev_hash", "next_cursor",
    ]

    /// What the same step of another walk is answered with as well.
    var lasting: JSONValue {
        ContractWalk.Call.measuring.contains(step.route) ? .null : ContractWalk.Call.lasting(answer.json)
    }

    private static func lasting(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): .array(elements.map { lasting($0) })
        case .object(let members):
            .object(members.filter { !random.contains($0.key) }.map { (key: $0.key, value: lasting($0.value)) })
        // The code of a return ticket, or an address with one.
        case .string(let text) where text.contains("RTN-"): "RTN-"
        default: value
        }
    }
}

/// Work that nobody does.
private struct WalkErrand: Job {
    static let name = "walk.errand"
    var payload: JSONValue { [:] }

    init() {}
    init(payload: JSONValue) {}
}
