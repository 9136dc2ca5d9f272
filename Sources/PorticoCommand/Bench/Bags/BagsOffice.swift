import Portico
import PorticoBench

/// The people who work on the server that is measured, and what it is.
struct BagsOffice: Sendable {
    /// Somebody who is signed in.
    struct Person: Sendable {
        let session: BenchSession
        /// Where they work; nil for all areas.
        let area: String?
    }

    static let api = "/bags/api/v1"
    private static let areas = [
        "indore", "jaipur", "hisar", "sri_ganganagar", "sangaria", "bathinda", "raipur", "ranchi", "akola",
    ]

    let target: BenchTarget
    let client: BenchClient
    let watch: ServerWatch
    let engine: BagsEngine
    /// One for each area.
    let dispatchers: [Person]
    let biller: Person
    let admin: Person
    /// Sacks and bags there were at the beginning.
    let bags: Int
    let serials: BagsSerials

    /// Signs everybody in and looks at what is there.
    /// - Throws: ``BenchError`` when this is no server with demonstration data that lets itself be measured.
    static func open(_ target: BenchTarget, password: String) async throws(BenchError) -> BagsOffice {
        let client = BenchClient(target)
        let admin = try await signIn("admin", password, client)
        let biller = try await signIn("biller", password, client)
        var dispatchers = [try await signIn("dispatcher", password, client)]
        for area in areas { dispatchers.append(try await signIn("dispatcher.\(area)", password, client)) }
        let watch = ServerWatch(client, BenchRequest(get: "/metrics", of: target, as: admin.session))
        guard let engine = BagsEngine(try await watch.figures()) else {
            throw BenchError("the /metrics of \(target.url) show no database of bag tracking")
        }
        let stats = try await get("\(api)/stats", client, admin)
        // Told only where a limit refuses.
        guard stats.field("ratelimit-policy") == nil else { throw limited }
        return BagsOffice(
            target: target, client: client, watch: watch, engine: engine, dispatchers: dispatchers, biller: biller,
            admin: admin, bags: count(stats.json["bags"]), serials: try await BagsSerials.free(client, biller))
    }

    /// How much data it is, in the words of `--demo-scale`.
    var scale: String { bags >= 1_500_000 ? "full" : bags >= 80_000 ? "medium" : "small" }

    /// Sacks and bags of an answer of the statistics.
    static func count(_ bags: JSONValue?) -> Int {
        ["parents", "children"].reduce(0) { sum, kind in
            sum + (bags?[kind]?.members ?? []).reduce(0) { $0 + Int($1.value.int64 ?? 0) }
        }
    }

    /// GET by somebody.
    /// - Throws: ``BenchError`` when the answer is not 200.
    func get(_ path: String, as person: Person) async throws(BenchError) -> BenchAnswer {
        try await BagsOffice.get(path, client, person)
    }

    static func get(_ path: String, _ client: BenchClient, _ person: Person) async throws(BenchError) -> BenchAnswer {
        let answer = try await client.send(BenchRequest(get: path, of: client.target, as: person.session))
        try check(answer, is: 200, path)
        return answer
    }

    /// POST of JSON by somebody.
    /// - Throws: ``BenchError`` when the answer has another status.
    func post(_ path: String, _ body: String, as person: Person, wanting status: Int) async throws(BenchError)
        -> BenchAnswer
    {
        let answer = try await client.send(PostTemplate(path, of: target, as: person.session).request(body))
        try BagsOffice.check(answer, is: status, path)
        return answer
    }

    static func check(_ answer: BenchAnswer, is status: Int, _ path: String) throws(BenchError) {
        guard answer.status != 429 else { throw limited }
        guard answer.status == status else {
            throw BenchError("\(path) gave \(answer.status): \(answer.excerpt)")
        }
    }

    /// What a server is started with that lets itself be measured: a driver asks more than any person may, and listens to more.
    static let settings = "--set limits.mode=off --set bags.streams_per_user=300"
    static let limited = BenchError("the server limits how much may be asked; start it with: \(settings)")

    private static func signIn(
        _ name: String, _ password: String, _ client: BenchClient
    ) async throws(BenchError) -> Person {
        let body: JSONValue = ["email": .string("\(name)@bags.demo"), "password": .string(password)]
        let template = PostTemplate("\(api)/session", of: client.target)
        let answer = try await client.send(template.request(String(decoding: body.bytes, as: UTF8.self)))
        switch answer.status {
        case 201: break
        case 401:
            throw BenchError(
                "\(name)@bags.demo may not sign in at \(client.target.url); start the server with --demo, or give --password"
            )
        case 404: throw BenchError("there is no bag tracking at \(client.target.url)")
        default: try check(answer, is: 201, "signing in as \(name)@bags.demo")
        }
        guard let cookie = answer.field("set-cookie")?.split(separator: ";").first,
            let csrf = answer.json["csrf_token"]?.string
        else { throw BenchError("signing in as \(name)@bags.demo gave no session") }
        return Person(
            session: BenchSession(cookie: String(cookie), csrf: csrf),
            area: answer.json["user"]?["area_code"]?.string)
    }
}
