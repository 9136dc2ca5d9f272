/// What only the testing environment has: a clock that can be moved, and plain routes to measure the server by.
struct TestingRoutes {
    let clock: Clock

    var routes: [Route] {
        [
            .json(
                .post, "/__test/clock", "advanceClock", "Moves the clock of the process", access: .anonymous,
                limit: .unlimited
            ) {
                (_: RequestContext, input: ClockInput) in
                clock.advance(by: .seconds(input.seconds))
                return Reply<ClockAnswer>.ok(ClockAnswer(now: clock.now()))
            },
            .immediate(.get, "/__bench/plaintext", "benchPlaintext", "Thirteen bytes", mediaType: "text/plain") {
                (_: RequestContext, _: NoInput) in .text("Hello, World!")
            },
            .immediateJSON(.get, "/__bench/json", "benchJSON", "A small object, at once") {
                (_: RequestContext, input: BenchInput) in .ok(BenchAnswer(greeting: input.name))
            },
            .json(
                .get, "/__bench/task", "benchTask", "A small object, from a task", access: .anonymous,
                limit: .unlimited
            ) {
                (_: RequestContext, input: BenchInput) async in .ok(BenchAnswer(greeting: input.name))
            },
            .page(
                .get, "/__bench/page", "benchPage", "A page that is the same for everybody", access: .anonymous,
                limit: .unlimited, cache: .shared(SharedCaching(seconds: 600, staleWhileRevalidate: 60))
            ) {
                (_: RequestContext, input: BenchPage) async in .page(input.document)
            },
        ]
    }
}

private struct ClockInput: RouteInput {
    let seconds: Int64

    init(_ fields: inout FieldReader) {
        seconds = fields.integer("advance_seconds", -31_536_000...315_360_000, "How far, in seconds")
    }
}

private struct ClockAnswer: JSONRepresentable {
    let now: Instant
    static let schemaName = "Clock"
    static let example = ClockAnswer(now: Instant(seconds: 1_790_000_000))

    func write(to object: inout JSONObjectWriter) {
        object.field("now", now, "The time it is now")
    }
}

private struct BenchInput: RouteInput {
    let name: String

    init(_ fields: inout FieldReader) {
        name = fields.optionalText("name", 1...60, "Whom to greet") ?? "World"
    }
}

private struct BenchPage: RouteInput {
    let rows: Int64

    init(_ fields: inout FieldReader) {
        rows = fields.integer("rows", 1...2000, "Rows of the table")
    }

    /// About 120 bytes for each row.
    var document: HTML {
        let rows: [HTML] = (1...rows).map { number in
            "<tr><td>\(number)</td><td>Notice \(number * 7919) of the registry</td><td>2026-03-\(number % 28 + 1)</td>"
                + "<td><a href=\"/notices/\(number)\">Read the notice</a></td></tr>"
        }
        return "<!doctype html><html lang=\"en\"><title>Notices</title><h1>Notices</h1><table>\(rows)</table></html>"
    }
}

private struct BenchAnswer: JSONRepresentable {
    let message: String
    let length: Int
    static let schemaName = "BenchAnswer"
    static let example = BenchAnswer(greeting: "World")

    init(greeting name: String) {
        message = "Hello, \(name)!"
        length = name.utf8.count
    }

    func write(to object: inout JSONObjectWriter) {
        object.field("message", message, "A greeting")
        object.field("length", length, "Bytes of the name")
    }
}
