import Glibc

/// Reads answers of HTTP/1.1 (RFC 9112) out of bytes as they come, one answer after the other.
///
/// It reads what a driver needs: the status, how long the body is, whether the connection stays. Fields are kept only when
/// they are wanted. Interim answers (1xx) are passed over.
public struct AnswerParser {
    /// What came of some bytes.
    public enum Step: Equatable, Sendable {
        /// All bytes are read, the answer is not whole yet.
        case more
        /// The answer is whole after this many of the bytes.
        case complete(taken: Int)
        /// This is no answer; the connection is of no more use.
        case broken(String)
    }

    private enum Place {
        case status
        case fields
        case body(left: Int)
        case chunkSize
        case chunk(left: Int)
        case chunkEnd
        case trailers
        case untilClose
        case whole
    }

    /// The status of the answer, once its first line is read; 0 before.
    public private(set) var status = 0
    /// Whether the server keeps the connection open after this answer.
    public private(set) var staysOpen = true
    /// Whether all fields are read.
    public private(set) var hasHead = false
    /// The fields of the answer, names in lower case; nothing unless they are kept.
    public private(set) var fields: [(name: String, value: String)] = []
    /// Whether fields are kept.
    public let keepsFields: Bool

    private var place = Place.status
    private var length: Int?
    private var isChunked = false
    /// The beginning of a line whose end has not come.
    private var line: [UInt8] = []
    private var headBytes = 0

    private static let longestHead = 64 * 1024

    /// A parser before its first answer.
    public init(keepsFields: Bool = false) {
        self.keepsFields = keepsFields
    }

    /// Forgets the answer that was read; the next one may come.
    public mutating func startOver() {
        status = 0
        hasHead = false
        staysOpen = true
        if keepsFields { fields = [] }
        place = .status
        length = nil
        isChunked = false
        line.removeAll(keepingCapacity: true)
        headBytes = 0
    }

    /// Reads bytes up to the end of the answer.
    /// - Parameter body: hears the pieces of the body as they come; they are gone afterwards.
    public mutating func read(_ bytes: UnsafeRawBufferPointer, body: (UnsafeRawBufferPointer) -> Void) -> Step {
        var at = 0
        while true {
            if case .whole = place { return .complete(taken: at) }
            guard at < bytes.count else { return .more }
            switch place {
            case .body(let left):
                let piece = AnswerParser.piece(of: bytes, at: &at, left)
                body(piece)
                place = left == piece.count ? .whole : .body(left: left - piece.count)
            case .chunk(let left):
                let piece = AnswerParser.piece(of: bytes, at: &at, left)
                body(piece)
                place = left == piece.count ? .chunkEnd : .chunk(left: left - piece.count)
            case .untilClose: body(AnswerParser.piece(of: bytes, at: &at, bytes.count))
            default:
                if let flaw = readLine(bytes, &at) { return .broken(flaw) }
            }
        }
    }

    /// Says what the answer is when the other side has closed: whole where its end was to be told so, else cut off.
    public mutating func end() -> Step {
        if case .untilClose = place {
            place = .whole
            return .complete(taken: 0)
        }
        return .broken("the connection was closed before the answer was whole")
    }

    private static func piece(of bytes: UnsafeRawBufferPointer, at: inout Int, _ most: Int) -> UnsafeRawBufferPointer {
        let count = min(most, bytes.count - at)
        defer { at += count }
        return UnsafeRawBufferPointer(rebasing: bytes[at..<(at + count)])
    }

    // MARK: - Lines

    /// Reads to the end of a line, or of the bytes.
    /// - Returns: what is wrong with the line.
    private mutating func readLine(_ bytes: UnsafeRawBufferPointer, _ at: inout Int) -> String? {
        guard let base = bytes.baseAddress else { return nil }
        let start = base + at
        let rest = bytes.count - at
        let end = memchr(start, 0x0A, rest)
        let count = end.map { UnsafeRawPointer($0) - start } ?? rest
        headBytes += count
        guard headBytes <= AnswerParser.longestHead else { return "its head has no end" }
        let part = UnsafeRawBufferPointer(start: start, count: count)
        guard end != nil else {
            line.append(contentsOf: part)
            at += count
            return nil
        }
        at += count + 1
        guard !line.isEmpty else { return take(AnswerParser.withoutReturn(part)) }
        line.append(contentsOf: part)
        var whole: [UInt8] = []
        swap(&whole, &line)
        return whole.withUnsafeBytes { take(AnswerParser.withoutReturn($0)) }
    }

    private static func withoutReturn(_ line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        line.last == 0x0D ? UnsafeRawBufferPointer(rebasing: line.dropLast()) : line
    }

    private mutating func take(_ line: UnsafeRawBufferPointer) -> String? {
        switch place {
        case .status: takeStatus(line)
        case .fields: line.isEmpty ? endHead() : takeField(line)
        case .chunkSize: takeChunkSize(line)
        case .chunkEnd: endChunk(line)
        case .trailers: endTrailers(line)
        case .body, .chunk, .untilClose, .whole: nil
        }
    }

    private mutating func takeStatus(_ line: UnsafeRawBufferPointer) -> String? {
        // HTTP/1.1 200 OK; the phrase may be missing.
        guard line.count >= 12, line.starts(with: "HTTP/1.".utf8), line[8] == 0x20, line.count == 12 || line[12] == 0x20
        else { return "it does not begin like an answer" }
        var number = 0
        for byte in line[9..<12] {
            guard (0x30...0x39).contains(byte) else { return "its status is no number" }
            number = number * 10 + Int(byte - 0x30)
        }
        status = number
        staysOpen = line[7] != 0x30
        place = .fields
        return nil
    }

    private mutating func takeField(_ line: UnsafeRawBufferPointer) -> String? {
        guard let colon = line.firstIndex(of: 0x3A), colon > 0 else { return "a line of its head is no field" }
        let name = UnsafeRawBufferPointer(rebasing: line[..<colon])
        let value = AnswerParser.trimmed(UnsafeRawBufferPointer(rebasing: line[(colon + 1)...]))
        if keepsFields {
            fields.append((String(decoding: name, as: UTF8.self).lowercased(), String(decoding: value, as: UTF8.self)))
        }
        switch name.count {
        case 10 where AnswerParser.same(name, "connection"):
            if AnswerParser.same(value, "close") { staysOpen = false }
        case 14 where AnswerParser.same(name, "content-length"):
            guard let number = AnswerParser.number(value, radix: 10), length == nil || length == number else {
                return "its length is no number"
            }
            length = number
        case 17 where AnswerParser.same(name, "transfer-encoding"):
            guard AnswerParser.same(value, "chunked") else { return "its coding is not chunked" }
            isChunked = true
        default: break
        }
        return nil
    }

    private mutating func endHead() -> String? {
        if (100..<200).contains(status) {
            guard status != 101 else { return "it changes the protocol" }
            startOver()
            return nil
        }
        hasHead = true
        headBytes = 0
        if status == 204 || status == 304 {
            place = .whole
        } else if isChunked {
            place = .chunkSize
        } else if let length {
            place = length == 0 ? .whole : .body(left: length)
        } else {
            staysOpen = false
            place = .untilClose
        }
        return nil
    }

    private mutating func takeChunkSize(_ line: UnsafeRawBufferPointer) -> String? {
        headBytes = 0
        let size = line.prefix { $0 != 0x3B && $0 != 0x20 }
        guard let number = AnswerParser.number(UnsafeRawBufferPointer(rebasing: size), radix: 16) else {
            return "the size of a chunk is no number"
        }
        place = number == 0 ? .trailers : .chunk(left: number)
        return nil
    }

    private mutating func endChunk(_ line: UnsafeRawBufferPointer) -> String? {
        guard line.isEmpty else { return "a chunk is longer than it said" }
        place = .chunkSize
        return nil
    }

    private mutating func endTrailers(_ line: UnsafeRawBufferPointer) -> String? {
        if line.isEmpty { place = .whole }
        return nil
    }

    // MARK: - Bytes

    private static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var rest = bytes[...]
        while rest.first == 0x20 || rest.first == 0x09 { rest = rest.dropFirst() }
        while rest.last == 0x20 || rest.last == 0x09 { rest = rest.dropLast() }
        return UnsafeRawBufferPointer(rebasing: rest)
    }

    /// Whether they are the same letters, in whatever case; `text` is in lower case.
    private static func same(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        guard bytes.count == text.utf8CodeUnitCount else { return false }
        for index in 0..<bytes.count {
            let byte = bytes[index]
            let lower = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
            guard lower == text.utf8Start[index] else { return false }
        }
        return true
    }

    /// A number of digits only, below 2^48.
    private static func number(_ bytes: UnsafeRawBufferPointer, radix: Int) -> Int? {
        guard !bytes.isEmpty else { return nil }
        var number = 0
        for byte in bytes {
            guard let digit = digit(byte), digit < radix, number < 1 << 48 else { return nil }
            number = number * radix + digit
        }
        return number < 1 << 48 ? number : nil
    }

    private static func digit(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte - 0x30)
        case 0x41...0x46: Int(byte - 0x41) + 10
        case 0x61...0x66: Int(byte - 0x61) + 10
        default: nil
        }
    }
}
