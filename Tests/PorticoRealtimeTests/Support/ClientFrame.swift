@testable import PorticoRealtime

/// Frames as a client sends them.
enum ClientFrame {
    static func bytes(
        _ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true, reserved: UInt8 = 0, mask: [UInt8]? = [1, 2, 3, 4]
    ) -> [UInt8] {
        var frame = [(isFinal ? 0x80 : 0) | reserved | opcode]
        let bit: UInt8 = mask == nil ? 0 : 0x80
        switch payload.count {
        case ..<126: frame.append(bit | UInt8(payload.count))
        case ..<65_536: frame += [bit | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default: frame += [bit | 127] + (0..<8).reversed().map { UInt8(payload.count >> ($0 * 8) & 0xFF) }
        }
        guard let mask else { return frame + payload }
        return frame + mask + payload.enumerated().map { $0.element ^ mask[$0.offset % 4] }
    }

    static func text(_ text: String, isFinal: Bool = true) -> [UInt8] {
        bytes(1, Array(text.utf8), isFinal: isFinal)
    }

    static func close(_ code: UInt16, _ reason: String = "") -> [UInt8] {
        bytes(8, WebSocketClose(code, reason).payload)
    }
}

/// A frame of the server, taken apart.
struct ServerFrame: Equatable {
    var opcode: UInt8
    var isCompressed: Bool
    var payload: [UInt8]

    var text: String { String(decoding: payload, as: UTF8.self) }
    /// Code of a close frame.
    var code: Int? { payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : nil }

    /// The whole frames in bytes.
    static func parse(_ bytes: [UInt8]) -> [ServerFrame] {
        var frames: [ServerFrame] = []
        var rest = bytes[...]
        while rest.count >= 2 {
            let start = rest.startIndex
            var length = Int(rest[start + 1])
            var head = 2
            if length == 126 {
                head = 4
                length = Int(rest[start + 2]) << 8 | Int(rest[start + 3])
            } else if length == 127 {
                head = 10
                length = rest[(start + 2)..<(start + 10)].reduce(0) { $0 << 8 | Int($1) }
            }
            guard rest.count >= head + length else { break }
            frames.append(
                ServerFrame(
                    opcode: rest[start] & 0x0F, isCompressed: rest[start] & 0x40 != 0,
                    payload: Array(rest[(start + head)..<(start + head + length)])))
            rest = rest.dropFirst(head + length)
        }
        return frames
    }
}
