import NIOCore
import PorticoHTTP

/// Puts the head of an answer on the wire.
///
/// Fields that could end early or smuggle another one are made harmless: control bytes in a value become spaces, a field
/// whose name is no token is left out. Length, coding, connection and date are the transport's, whatever the answer says.
enum AnswerHead {
    /// Bytes of the status line, the fixed fields and the last line break, at most.
    private static let fixedBytes = 256

    /// Room that the head and a body of that many bytes need, at most.
    static func capacity(_ response: Response, body: Int) -> Int {
        var capacity = fixedBytes + body
        for field in response.headers { capacity += field.name.utf8.count + field.value.utf8.count + 4 }
        return capacity
    }

    /// Appends the head.
    /// - Parameter capacity: what ``capacity(_:body:)`` tells.
    static func write(
        _ response: Response, framing: BodyFraming, exchange: Exchange, date: [UInt8], capacity: Int,
        into buffer: inout ByteBuffer
    ) {
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: capacity) { raw in
            var cursor = Cursor(raw)
            cursor.put(StatusLines.bytes(of: response.status))
            cursor.put(date)
            for field in response.headers { cursor.putField(field.name, field.value) }
            cursor.putFraming(framing)
            if !exchange.keepsAlive {
                cursor.put("connection: close\r\n\r\n")
            } else if !exchange.isHTTP11 {
                cursor.put("connection: keep-alive\r\n\r\n")
            } else {
                cursor.put("\r\n")
            }
            return cursor.count
        }
    }

    /// Whether the transport alone sets this field.
    static func isReserved(_ name: String) -> Bool {
        switch name.utf8.count {
        case 4: FieldBytes.isSame(name, "date")
        case 7: FieldBytes.isSame(name, "upgrade") || FieldBytes.isSame(name, "trailer")
        case 10: FieldBytes.isSame(name, "connection") || FieldBytes.isSame(name, "keep-alive")
        case 14: FieldBytes.isSame(name, "content-length")
        case 17: FieldBytes.isSame(name, "transfer-encoding")
        default: false
        }
    }

    /// Writes into memory that is known to suffice.
    private struct Cursor {
        private let start: UnsafeMutablePointer<UInt8>?
        private let capacity: Int
        private(set) var count = 0

        init(_ raw: UnsafeMutableRawBufferPointer) {
            start = raw.baseAddress?.assumingMemoryBound(to: UInt8.self)
            capacity = raw.count
        }

        mutating func put(_ bytes: [UInt8]) {
            bytes.withUnsafeBufferPointer { put($0) }
        }

        mutating func put(_ text: StaticString) {
            put(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        }

        mutating func put(_ bytes: UnsafeBufferPointer<UInt8>) {
            guard let start, let source = bytes.baseAddress, count + bytes.count <= capacity else { return }
            (start + count).update(from: source, count: bytes.count)
            count += bytes.count
        }

        mutating func putField(_ name: String, _ value: String) {
            guard !isReserved(name) else { return }
            let before = count
            var name = name
            let isName = name.withUTF8 { bytes in
                put(bytes)
                return FieldBytes.isName(bytes)
            }
            guard isName else {
                count = before
                return
            }
            put(": ")
            var value = value
            value.withUTF8 { bytes in
                if FieldBytes.isValue(bytes) { put(bytes) } else { putHarmless(bytes) }
            }
            put("\r\n")
        }

        private mutating func putHarmless(_ bytes: UnsafeBufferPointer<UInt8>) {
            put(bytes.map { FieldBytes.isControl($0) ? 0x20 : $0 })
        }

        mutating func putFraming(_ framing: BodyFraming) {
            switch framing {
            case .none, .untilClose: break
            case .chunked: put("transfer-encoding: chunked\r\n")
            case .length(let length):
                put("content-length: ")
                putDecimal(length)
                put("\r\n")
            }
        }

        private mutating func putDecimal(_ number: Int) {
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { buffer in
                var index = 20
                var rest = number
                repeat {
                    index -= 1
                    buffer[index] = 0x30 + UInt8(rest % 10)
                    rest /= 10
                } while rest > 0
                put(UnsafeBufferPointer(rebasing: UnsafeBufferPointer(buffer)[index...]))
            }
        }
    }
}
