import Glibc
import PorticoHTTP

/// Reads a request head from raw bytes, as far as an answer from memory needs it, and tells where the request ends.
///
/// It understands only what is beyond doubt. Everything else is left to the decoder, which alone refuses: whatever this
/// takes for a request the decoder takes for the same one.
struct HeadScan {
    /// What stands at the front of the bytes.
    enum Finding {
        /// A GET or HEAD without a body that a kept answer may serve.
        case simple(HeadScan)
        /// A request of which only the end is known: its head and its body together have so many bytes.
        case other(length: Int)
        /// Not all of a head, or nothing that could be measured.
        case unknown
    }

    /// Where the head begins; all places count from the front of the bytes.
    var origin = 0
    /// Bytes of the head with its last line break.
    var length = 0
    var isHead = false
    var target = 0..<0
    /// Where the value of `Accept-Encoding` lies; nil without one.
    var accepted: Range<Int>?
    /// Where the value of `If-None-Match` lies; nil without one.
    var condition: Range<Int>?
    /// Where the value of `If-Modified-Since` lies; nil without one.
    var date: Range<Int>?

    /// Whether the client, or a proxy, gave the request an id.
    private(set) var hasRequestID = false
    private var hosts = 0
    private var bodyLength: Int?
    private var isPlain = true

    private init() {}

    /// Looks at the bytes from `start` on.
    static func find(in bytes: UnsafeBufferPointer<UInt8>, from start: Int, mostBytes: Int, mostFields: Int) -> Finding
    {
        guard let base = bytes.baseAddress, start < bytes.count else { return .unknown }
        let count = min(bytes.count, start + mostBytes)
        var scan = HeadScan()
        guard let line = scan.endOfLine(base, start, count), scan.takeRequestLine(base, start..<line) else {
            return .unknown
        }
        var position = line + 2
        var fields = 0
        while true {
            guard let end = scan.endOfLine(base, position, count) else { return .unknown }
            if end == position { break }
            fields += 1
            guard fields <= mostFields, scan.takeField(base, position..<end) else { return .unknown }
            position = end + 2
        }
        scan.origin = start
        scan.length = position + 2 - start
        guard scan.hosts == 1 else { return .unknown }
        guard scan.isPlain, scan.bodyLength == nil else {
            return .other(length: scan.length + (scan.bodyLength ?? 0))
        }
        return .simple(scan)
    }

    /// Where the CR of the next line break stands. A lone CR or LF is nothing to be measured.
    private func endOfLine(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int? {
        guard start < end, let found = memchr(base + start, 0x0A, end - start) else { return nil }
        let feed = base.distance(to: found.assumingMemoryBound(to: UInt8.self))
        guard feed > start, base[feed - 1] == 0x0D else { return nil }
        return feed - 1
    }

    /// `GET /path HTTP/1.1`; another method is measured only.
    private mutating func takeRequestLine(_ base: UnsafePointer<UInt8>, _ line: Range<Int>) -> Bool {
        let version: StaticString = " HTTP/1.1"
        let end = line.upperBound - version.utf8CodeUnitCount
        guard end > line.lowerBound, memcmp(base + end, version.utf8Start, version.utf8CodeUnitCount) == 0 else {
            return false
        }
        guard let space = (line.lowerBound..<end).first(where: { base[$0] == 0x20 }) else { return false }
        let method = UnsafeBufferPointer(start: base + line.lowerBound, count: space - line.lowerBound)
        switch method.count {
        case 3 where method.elementsEqual("GET".utf8): break
        case 4 where method.elementsEqual("HEAD".utf8): isHead = true
        // PRI begins HTTP/2 (RFC 9113 §3.4).
        case 3...7
        where !method.elementsEqual("CONNECT".utf8) && !method.elementsEqual("PRI".utf8)
            && method.allSatisfy({ (0x41...0x5A).contains($0) }):
            isPlain = false
        default: return false
        }
        target = space + 1..<end
        guard !target.isEmpty, base[target.lowerBound] == 0x2F else { return false }
        return target.allSatisfy { RequestTarget.isAllowed(base[$0]) }
    }

    private mutating func takeField(_ base: UnsafePointer<UInt8>, _ line: Range<Int>) -> Bool {
        guard let colon = memchr(base + line.lowerBound, 0x3A, line.count) else { return false }
        let end = base.distance(to: colon.assumingMemoryBound(to: UInt8.self))
        let name = UnsafeBufferPointer(start: base + line.lowerBound, count: end - line.lowerBound)
        var value = end + 1..<line.upperBound
        while let first = value.first, base[first] == 0x20 || base[first] == 0x09 { value.removeFirst() }
        while let last = value.last, base[last] == 0x20 || base[last] == 0x09 { value.removeLast() }
        let bytes = UnsafeBufferPointer(start: base + value.lowerBound, count: value.count)
        guard FieldBytes.isName(name), FieldBytes.isValue(bytes), bytes.allSatisfy({ $0 < 0x80 }) else { return false }
        return note(name, bytes, value)
    }

    /// - Returns: false for what makes the end of the request doubtful.
    private mutating func note(
        _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>, _ place: Range<Int>
    ) -> Bool {
        switch name.count {
        case 4 where FieldBytes.isSame(name, "host"):
            hosts += 1
            return value.allSatisfy(HeadScan.isHost) && !value.isEmpty
        case 5 where FieldBytes.isSame(name, "range"), 8 where FieldBytes.isSame(name, "if-range"),
            8 where FieldBytes.isSame(name, "if-match"), 19 where FieldBytes.isSame(name, "if-unmodified-since"):
            isPlain = false
        case 6 where FieldBytes.isSame(name, "expect"), 7 where FieldBytes.isSame(name, "upgrade"),
            16 where FieldBytes.isSame(name, "proxy-connection"):
            return false
        case 12 where FieldBytes.isSame(name, "x-request-id"): hasRequestID = true
        case 10 where FieldBytes.isSame(name, "connection"):
            return FieldBytes.isSame(value, "keep-alive")
        case 13 where FieldBytes.isSame(name, "if-none-match"):
            if condition != nil { isPlain = false }
            condition = place
        case 14 where FieldBytes.isSame(name, "content-length"):
            guard bodyLength == nil, (1...9).contains(value.count), value.allSatisfy({ (0x30...0x39).contains($0) })
            else { return false }
            bodyLength = value.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        case 15 where FieldBytes.isSame(name, "accept-encoding"):
            if accepted != nil { isPlain = false }
            accepted = place
        case 17 where FieldBytes.isSame(name, "if-modified-since"):
            if date != nil { isPlain = false }
            date = place
        case 17 where FieldBytes.isSame(name, "transfer-encoding"): return false
        default: break
        }
        return true
    }

    private static func isHost(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x3A, 0x5B, 0x5D: true
        default: false
        }
    }
}
