import Logging
// example: route
import PorticoHTTP
import PorticoJSON
// end of example
import PorticoPages
import PorticoTelemetry
import PorticoValues
import Testing

@Suite("The README's routes") struct ExampleTests {
    // example: route
    struct Greeting: JSONRepresentable {
        static let schemaName = "Greeting"
        static let example = Greeting(text: "Hello Asha")
        let text: String
        func write(to object: inout JSONObjectWriter) { object.field("text", text, "What to say") }
    }

    struct GreetingInput: RouteInput {
        let name: String
        init(_ fields: inout FieldReader) { name = fields.text("name", 1...60, "Whom to greet") }
    }

    let greeting = Route.json(.get, "/api/v1/greeting", "greeting", "Says hello", access: .anonymous) {
        (_: RequestContext, input: GreetingInput) in
        Reply<Greeting>.ok(Greeting(text: "Hello \(input.name)"))
    }
    // end of example

    // example: shared
    struct NoticeNumber: RouteInput {
        let number: Int64
        init(_ fields: inout FieldReader) { number = fields.identifier("number", "Number of the notice") }
    }

    let notice = Route.page(
        .get, "/notices/{number}", "notice", "A notice", access: .anonymous,
        cache: .shared(
            SharedCaching(
                seconds: 300, staleWhileRevalidate: 30, staleIfError: 3600, tags: ["notices", "notice:{number}"]))
    ) { (_: RequestContext, input: NoticeNumber) in
        .page("<h1>Notice \(input.number)</h1>")
    }
    // end of example

    @Test("answer, and refuse what breaks their rules")
    func example() async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        // example: route
        let mount = Mount(id: "hello", prefix: "/hello", title: "Hello", routes: [greeting])
        // end of example
        var both = mount
        both.routes.append(notice)
        let site = try Site(
            Site.Configuration(
                mounts: [both], csrf: CSRFSigner(key: Array(repeating: 7, count: 32)), clock: Clock(), logger: logger,
                metrics: MetricsRegistry(), assets: AssetLinks { "/assets/\($0)" }))
        func get(_ target: String) async -> Response {
            await site.respond(
                to: Request(head: RequestHead(method: .get, target: target, headers: [:], peer: "192.0.2.1")))
        }
        let hello = await get("/hello/api/v1/greeting?name=Asha")
        #expect(hello.status == .ok)
        #expect(try hello.json()["text"] == "Hello Asha")
        #expect(await get("/hello/api/v1/greeting").status == 422)
        let page = await get("/hello/notices/7")
        #expect(page.status == .ok && page.bodyText.contains("<h1>Notice 7</h1>"))
        #expect(page.headers["cache-control"] == "public, no-cache")
    }
}
