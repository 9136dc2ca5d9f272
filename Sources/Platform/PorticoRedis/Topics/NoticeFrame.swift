/// A notice as it travels: version 1, 16 bytes of origin, the topic's length and the topic, the payload. Without a topic it
/// says that notices of its origin may have been lost.
struct NoticeFrame: Hashable {
    private static let version: UInt8 = 1

    let origin: String
    let topic: String
    let payload: [UInt8]

    init(origin: String, topic: String, payload: [UInt8]) {
        self.origin = origin
        self.topic = topic
        self.payload = payload
    }

    /// Nil when the bytes are no notice of this version.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 18, bytes[0] == NoticeFrame.version else { return nil }
        let start = 18 + Int(bytes[17])
        guard bytes.count >= start, let topic = String(validating: bytes[18..<start], as: UTF8.self) else { return nil }
        self.init(
            origin: String(decoding: bytes[1..<17], as: UTF8.self), topic: topic, payload: Array(bytes[start...]))
    }

    var bytes: [UInt8] {
        [NoticeFrame.version] + Array(origin.utf8) + [UInt8(truncatingIfNeeded: topic.utf8.count)] + Array(topic.utf8)
            + payload
    }
}
