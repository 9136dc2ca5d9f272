import Hummingbird
import Logging

/// What the JSON route answers with, encoded per request as its authors would.
struct Greeting: ResponseEncodable {
    let id: Int
    let message: String
    let ok: Bool
}

let port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 8092
let router = Router()
router.get("__bench/plaintext") { _, _ in "Hello, World!" }
router.get("__bench/json") { _, _ in Greeting(id: 42, message: "Hello, World!", ok: true) }

var logger = Logger(label: "rival")
logger.logLevel = .error
let application = Application(
    router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)), logger: logger)
try await application.runService()
