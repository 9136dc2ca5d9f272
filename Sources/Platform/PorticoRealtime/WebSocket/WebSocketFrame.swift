/// What a frame is (RFC 6455 §5.2).
enum WebSocketOpcode: UInt8, Sendable {
    case continuation = 0x0
    case text = 0x1
    case binary = 0x2
    case close = 0x8
    case ping = 0x9
    case pong = 0xA

    var isControl: Bool { rawValue & 0x8 != 0 }
}

/// Puts frames on the wire as a server does: whole and without a mask.
enum WebSocketFrame {
    /// Messages of at least as many bytes are compressed where the client takes it.
    static let compressesFrom = 1024

    /// The frame of a payload that is as it should go out.
    static func bytes(_ opcode: WebSocketOpcode, _ payload: [UInt8], isCompressed: Bool = false) -> [UInt8] {
        var frame: [UInt8] = []
        frame.reserveCapacity(payload.count + 10)
        frame.append(0x80 | (isCompressed ? 0x40 : 0) | opcode.rawValue)
        switch payload.count {
        case ..<126: frame.append(UInt8(payload.count))
        case ..<65_536:
            frame.append(126)
            frame.appendBigEndian(payload.count, bytes: 2)
        default:
            frame.append(127)
            frame.appendBigEndian(payload.count, bytes: 8)
        }
        frame += payload
        return frame
    }

    /// The frame of a message, compressed where that is agreed and worth it.
    static func message(
        _ opcode: WebSocketOpcode, _ payload: [UInt8], deflate: DeflateWindow?, compressesFrom: Int = compressesFrom
    ) -> [UInt8] {
        guard let deflate, payload.count >= compressesFrom, let small = Deflater.compress(payload, window: deflate),
            small.count < payload.count
        else { return bytes(opcode, payload) }
        return bytes(opcode, small, isCompressed: true)
    }
}

extension [UInt8] {
    fileprivate mutating func appendBigEndian(_ number: Int, bytes count: Int) {
        for shift in (0..<count).reversed() { append(UInt8(truncatingIfNeeded: number >> (shift * 8))) }
    }
}
