import PorticoTelemetry

/// Durations as header fields and logs show them: milliseconds with three places. Every answer has two of them, so they
/// are written byte by byte; the short ones need no memory of their own.
enum DurationText {
    /// `12.345`.
    static func milliseconds(_ nanoseconds: Int64) -> String {
        text { $0.put(nanoseconds) }
    }

    /// `12.345ms`, for `X-Response-Time`.
    static func responseTime(_ nanoseconds: Int64) -> String {
        text {
            $0.put(nanoseconds)
            $0.put("ms")
        }
    }

    /// The metrics of a request (Server Timing §2): the whole, and the database where it was asked.
    static func serverTiming(_ nanoseconds: Int64, _ summary: RequestSummary?) -> String {
        text {
            $0.put("total;dur=")
            $0.put(nanoseconds)
            guard let summary, summary.statements > 0 else { return }
            $0.put(", db;dur=")
            $0.put(summary.databaseNanoseconds)
            $0.put(";desc=\"")
            $0.put(digits: UInt64(summary.statements))
            $0.put(summary.statements == 1 ? " statement\"" : " statements\"")
        }
    }

    /// What an answer from memory says of itself: id, `X-Response-Time` and Server Timing, as lines of a head.
    static func lines(_ nanoseconds: Int64, id: String) -> String {
        String(unsafeUninitializedCapacity: 192 + id.utf8.count) { buffer in
            var line = Line(buffer: buffer)
            line.put("x-request-id: ")
            line.put(id)
            line.put("\r\nx-response-time: ")
            line.put(nanoseconds)
            line.put("ms\r\nserver-timing: total;dur=")
            line.put(nanoseconds)
            line.put(", cache;desc=hit\r\n")
            return line.count
        }
    }

    private static let capacity = 128

    private static func text(_ write: (inout Line) -> Void) -> String {
        String(unsafeUninitializedCapacity: capacity) { buffer in
            var line = Line(buffer: buffer)
            write(&line)
            return line.count
        }
    }

    /// Text in memory that suffices for three numbers of 20 digits and the words between them.
    private struct Line {
        let buffer: UnsafeMutableBufferPointer<UInt8>
        var count = 0

        mutating func put(_ text: StaticString) {
            for index in 0..<text.utf8CodeUnitCount { put(byte: text.utf8Start[index]) }
        }

        mutating func put(_ text: String) {
            for byte in text.utf8 { put(byte: byte) }
        }

        mutating func put(_ nanoseconds: Int64) {
            let microseconds = UInt64(max(0, nanoseconds)) / 1000
            put(digits: microseconds / 1000)
            put(byte: 0x2E)
            let rest = microseconds % 1000
            put(byte: 0x30 + UInt8(rest / 100))
            put(byte: 0x30 + UInt8(rest / 10 % 10))
            put(byte: 0x30 + UInt8(rest % 10))
        }

        mutating func put(digits number: UInt64) {
            var unit: UInt64 = 1
            while number / unit >= 10 { unit *= 10 }
            while unit > 0 {
                put(byte: 0x30 + UInt8(number / unit % 10))
                unit /= 10
            }
        }

        private mutating func put(byte: UInt8) {
            buffer[count] = byte
            count += 1
        }
    }
}
