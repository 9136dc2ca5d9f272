import Hummingbird
import Logging

/// What the JSON route answers with, encoded per request as its authors would.
struct Greeting: ResponseEncodable {
    let message: String
    let length: Int
}

let port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 8092
let router = Router()
router.get("__bench/plaintext") { _, _ in "Hello, World!" }
for path in ["__bench/json", "__bench/task"] {
    router.get(RouterPath(path)) { request, _ in
        let name = request.uri.queryParameters["name"].map { String($0) } ?? "World"
        return Greeting(message: "Hello, \(name)!", length: name.utf8.count)
    }
}

var logger = Logger(label: "rival")
logger.logLevel = .error
let application = Application(
    router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)), logger: logger)
try await application.runService()
