import PorticoJSON
import Synchronization

/// Somebody who keeps what nodes give them, as a browser does.
final class Browser: Sendable {
    private let visitor: Visitor
    private let position: Mutex<String?>

    /// The browser of somebody who has just signed in.
    static func signedIn(as role: String, at node: RunningPortico) async throws -> Browser {
        Browser(try await Visitor.signedIn(as: role, at: node), nil)
    }

    private init(_ visitor: Visitor, _ position: String?) {
        self.visitor = visitor
        self.position = Mutex(position)
    }

    /// What it was told to carry of the place of its last write.
    var carried: String? { position.withLock { $0 } }

    /// GET of the API at a node.
    func get(_ path: String, at node: RunningPortico) async throws -> Answer {
        try await send("GET", path, nil, node)
    }

    /// POST to the API at a node.
    func post(_ path: String, _ body: JSONValue, at node: RunningPortico) async throws -> Answer {
        try await send("POST", path, body, node)
    }

    private func send(_ method: String, _ path: String, _ body: JSONValue?, _ node: RunningPortico) async throws
        -> Answer
    {
        let answer = try await visitor.at(node).carrying(carried).send(method, Visitor.api + path, body)
        for header in answer.headers where header.name == "set-cookie" && header.value.hasPrefix("bags_position=") {
            position.withLock { $0 = header.value.split(separator: ";").first.map { String($0) } }
        }
        return answer
    }
}
