import Portico

/// A span as a collector reads it, out of an `ExportTraceServiceRequest`.
struct CollectedSpan {
    var trace = ""
    var id = ""
    var parent: String?
    var name = ""
    /// 2 server, 3 client, 4 producer, 5 consumer.
    var kind: UInt64 = 0
    var attributes: [String: String] = [:]
    /// Ids of the spans that it is linked to.
    var links: [String] = []

    /// All spans of the bodies of requests.
    static func all(in bodies: [[UInt8]]) -> [CollectedSpan] {
        bodies.flatMap { messages(1, in: $0) }.flatMap { messages(2, in: $0) }.flatMap { messages(2, in: $0) }
            .map { CollectedSpan($0) }
    }

    /// `service.name` and the like.
    static func resource(in body: [UInt8]) -> [String: String] {
        let pairs = messages(1, in: body).flatMap { messages(1, in: $0) }.flatMap { messages(1, in: $0) }
        return Dictionary(pairs.map { pair($0) }) { first, _ in first }
    }

    private init(_ bytes: [UInt8]) {
        var reader = ProtobufReader(bytes)
        while let field = reader.next() {
            switch (field.number, field.value) {
            case (1, .bytes(let id)): trace = id.hexadecimal
            case (2, .bytes(let id)): self.id = id.hexadecimal
            case (4, .bytes(let id)): parent = id.hexadecimal
            case (5, .bytes(let text)): name = String(decoding: text, as: UTF8.self)
            case (6, .number(let number)): kind = number
            case (9, .bytes(let bytes)):
                let (key, value) = CollectedSpan.pair(bytes)
                attributes[key] = value
            case (13, .bytes(let link)): links += CollectedSpan.messages(2, in: link).map(\.hexadecimal)
            default: break
            }
        }
    }

    private static func pair(_ bytes: [UInt8]) -> (String, String) {
        let key = messages(1, in: bytes).first.map { String(decoding: $0, as: UTF8.self) } ?? ""
        var reader = ProtobufReader(messages(2, in: bytes).first ?? [])
        switch reader.next()?.value {
        case .bytes(let text): return (key, String(decoding: text, as: UTF8.self))
        case .number(let number): return (key, String(number))
        case nil: return (key, "")
        }
    }

    private static func messages(_ number: Int, in bytes: [UInt8]) -> [[UInt8]] {
        var reader = ProtobufReader(bytes)
        var found: [[UInt8]] = []
        while let field = reader.next() {
            if field.number == number, case .bytes(let message) = field.value { found.append(message) }
        }
        return found
    }
}
