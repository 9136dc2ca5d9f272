/// Takes the bytes of a client apart into messages and control frames (RFC 6455 §5, RFC 7692 §7.2.2), and refuses what
/// breaks the rules at the first byte that shows it.
struct WebSocketReader: Sendable {
    /// What has come.
    enum Event: Sendable, Hashable {
        case text([UInt8])
        case binary([UInt8])
        case ping([UInt8])
        case pong([UInt8])
        case close(WebSocketClose?)
    }

    private struct Header {
        var isFinal = false
        var isCompressed = false
        var opcode = WebSocketOpcode.continuation
        var missing = 0
        var mask: UInt32 = 0
        /// Bytes of the payload that have come, for the phase of the mask.
        var phase = 0
    }

    private struct Message {
        var isText: Bool
        var bytes: [UInt8] = []
        var utf8 = UTF8Check()
        /// Set where the message is compressed.
        var inflater: Inflater?
    }

    private let maximumMessage: Int
    private let maximumFrame: Int
    private let inflates: Bool
    private var head = InlineArray<14, UInt8>(repeating: 0)
    private var headCount = 0
    private var frame: Header?
    private var message: Message?
    private var control: [UInt8] = []

    /// A reader.
    /// - Parameters:
    ///   - maximumMessage: bytes of a message, inflated; more end the connection with 1009.
    ///   - maximumFrame: bytes of a frame as it is sent.
    ///   - inflates: whether permessage-deflate was agreed.
    init(maximumMessage: Int, maximumFrame: Int, inflates: Bool) {
        self.maximumMessage = maximumMessage
        self.maximumFrame = maximumFrame
        self.inflates = inflates
    }

    /// Takes bytes and tells what they complete, in order.
    mutating func read(_ bytes: UnsafeRawBufferPointer, _ tell: (Event) -> Void) throws(WebSocketFailure) {
        var rest = bytes[...]
        while true {
            if frame == nil {
                guard try readHead(&rest) else { return }
            }
            guard var current = frame else { return }
            let part = rest.prefix(current.missing)
            if !part.isEmpty {
                try take(UnsafeRawBufferPointer(rebasing: part), of: current)
                rest = rest.dropFirst(part.count)
                current.missing -= part.count
                current.phase += part.count
            }
            frame = current
            guard current.missing == 0 else { return }
            frame = nil
            try finish(current, tell)
        }
    }

    // MARK: - The head

    /// - Returns: whether a head is whole.
    private mutating func readHead(_ rest: inout Slice<UnsafeRawBufferPointer>) throws(WebSocketFailure) -> Bool {
        while let byte = rest.popFirst() {
            head[headCount] = byte
            headCount += 1
            if headCount == 2 { try checkStart() }
            guard headCount >= 2, headCount == headSize else { continue }
            frame = try parsedHead()
            headCount = 0
            return true
        }
        return false
    }

    private var headSize: Int {
        switch head[1] & 0x7F {
        case 126: 8
        case 127: 14
        default: 6
        }
    }

    /// What the first two bytes give away, before a length or a mask has come.
    private func checkStart() throws(WebSocketFailure) {
        guard let opcode = WebSocketOpcode(rawValue: head[0] & 0x0F) else {
            throw WebSocketFailure(.protocolError("an opcode that is not known"))
        }
        let length = head[1] & 0x7F
        let reserved = head[0] & 0x70
        guard head[1] & 0x80 != 0 else { throw WebSocketFailure(.protocolError("a frame without a mask")) }
        if opcode.isControl {
            guard reserved == 0, head[0] & 0x80 != 0, length <= 125 else {
                throw WebSocketFailure(.protocolError("a control frame that is fragmented, large or has reserved bits"))
            }
            return
        }
        let mayCompress = inflates && opcode != .continuation
        guard reserved == 0 || (reserved == 0x40 && mayCompress) else {
            throw WebSocketFailure(.protocolError("a reserved bit is set"))
        }
        guard (opcode == .continuation) == (message != nil) else {
            throw WebSocketFailure(.protocolError("a fragment out of order"))
        }
    }

    private mutating func parsedHead() throws(WebSocketFailure) -> Header {
        let size = headSize
        var length = 0
        switch size {
        case 6: length = Int(head[1] & 0x7F)
        default:
            guard size == 8 || head[2] & 0x80 == 0 else {
                throw WebSocketFailure(.protocolError("a length of more than 63 bits"))
            }
            for index in 2..<(size - 4) { length = length << 8 | Int(head[index]) }
        }
        var header = Header()
        header.isFinal = head[0] & 0x80 != 0
        header.isCompressed = head[0] & 0x40 != 0
        header.opcode = WebSocketOpcode(rawValue: head[0] & 0x0F) ?? .continuation
        header.missing = length
        for index in (size - 4)..<size { header.mask = header.mask >> 8 | UInt32(head[index]) << 24 }
        try begin(header)
        return header
    }

    private mutating func begin(_ header: Header) throws(WebSocketFailure) {
        guard !header.opcode.isControl else { return }
        guard header.missing <= maximumFrame else { throw WebSocketFailure(.tooBig) }
        if header.opcode != .continuation {
            message = Message(isText: header.opcode == .text)
            if header.isCompressed {
                guard let inflater = InflaterPool.shared.take() else { throw WebSocketFailure(.tryAgainLater) }
                message?.inflater = inflater
            }
        }
        guard message?.inflater == nil else { return }
        let size = (message?.bytes.count ?? 0) + header.missing
        guard size <= maximumMessage else { throw WebSocketFailure(.tooBig) }
        // What is only announced gets no memory to speak of.
        if size <= 65_536 { message?.bytes.reserveCapacity(size) }
    }

    // MARK: - The payload

    private mutating func take(_ part: UnsafeRawBufferPointer, of header: Header) throws(WebSocketFailure) {
        if header.opcode.isControl {
            Mask.append(part, to: &control, key: header.mask, phase: header.phase)
            return
        }
        // Taken out, so that the bytes have one owner and grow in place.
        guard var current = message.take() else { return }
        defer { message = current }
        if current.inflater != nil {
            var masked: [UInt8] = []
            masked.reserveCapacity(part.count)
            Mask.append(part, to: &masked, key: header.mask, phase: header.phase)
            try inflate(masked, into: &current)
        } else {
            let start = current.bytes.count
            Mask.append(part, to: &current.bytes, key: header.mask, phase: header.phase)
            try WebSocketReader.check(&current, from: start)
        }
    }

    private func inflate(_ bytes: [UInt8], into message: inout Message) throws(WebSocketFailure) {
        let start = message.bytes.count
        switch message.inflater?.inflate(bytes, into: &message.bytes, atMost: maximumMessage) {
        case .tooBig: throw WebSocketFailure(.tooBig)
        case .broken, nil: throw WebSocketFailure(.badData("the message does not inflate"))
        case .fine: try WebSocketReader.check(&message, from: start)
        }
    }

    private static func check(_ message: inout Message, from start: Int) throws(WebSocketFailure) {
        guard message.isText else { return }
        let isFine = message.bytes.withUnsafeBytes { bytes in
            message.utf8.accept(UnsafeRawBufferPointer(rebasing: bytes[start...]))
        }
        guard isFine else { throw WebSocketFailure(.badData("the text is not UTF-8")) }
    }

    private mutating func finish(_ header: Header, _ tell: (Event) -> Void) throws(WebSocketFailure) {
        if header.opcode.isControl {
            let payload = control
            control = []
            switch header.opcode {
            case .ping: tell(.ping(payload))
            case .pong: tell(.pong(payload))
            default: tell(.close(try WebSocketClose.parse(payload)))
            }
            return
        }
        guard header.isFinal, var whole = message.take() else { return }
        if let inflater = whole.inflater {
            // The end that the sender leaves out (RFC 7692 §7.2.2).
            try inflate([0x00, 0x00, 0xFF, 0xFF], into: &whole)
            InflaterPool.shared.giveBack(inflater)
        }
        guard whole.isText else { return tell(.binary(whole.bytes)) }
        guard whole.utf8.isComplete else { throw WebSocketFailure(.badData("the text ends within a character")) }
        tell(.text(whole.bytes))
    }
}

/// The mask of a client's frames (RFC 6455 §5.3).
enum Mask {
    /// Appends bytes without their mask.
    /// - Parameters:
    ///   - key: the four bytes in the order of the wire, the first one lowest.
    ///   - phase: bytes of the payload that came before.
    static func append(_ bytes: UnsafeRawBufferPointer, to target: inout [UInt8], key: UInt32, phase: Int) {
        let start = target.count
        target.append(contentsOf: bytes)
        let turned = UInt32(phase & 3) * 8
        let key = turned == 0 ? key : key >> turned | key << (32 - turned)
        let wide = UInt64(key) << 32 | UInt64(key)
        target.withUnsafeMutableBytes { all in
            var index = start
            while index + 8 <= all.count {
                let word = all.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                all.storeBytes(of: word ^ wide.littleEndian, toByteOffset: index, as: UInt64.self)
                index += 8
            }
            var shift: UInt32 = 0
            while index < all.count {
                all[index] ^= UInt8(truncatingIfNeeded: key >> (shift & 31))
                shift += 8
                index += 1
            }
        }
    }
}
