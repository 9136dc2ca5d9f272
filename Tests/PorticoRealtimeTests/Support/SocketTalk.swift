import PorticoJSON

@testable import PorticoRealtime

extension TestLink {
    /// Sends a command.
    func say(_ command: JSONValue) {
        send(ClientFrame.bytes(1, command.bytes))
    }

    /// The texts it was told, once that is enough.
    func told(until isEnough: ([JSONValue]) -> Bool) async -> [JSONValue] {
        TestLink.texts(await frames { isEnough(TestLink.texts($0)) })
    }

    /// Sends a command and waits for what is said to its `ref`.
    func ask(_ command: JSONValue) async -> JSONValue {
        let ref = command["ref"]
        say(command)
        return await told { $0.contains { $0["ref"] == ref } }.last { $0["ref"] == ref } ?? .null
    }

    static func texts(_ frames: [ServerFrame]) -> [JSONValue] {
        frames.filter { $0.opcode == 1 }.compactMap { try? JSONValue(parsing: $0.payload) }
    }
}
