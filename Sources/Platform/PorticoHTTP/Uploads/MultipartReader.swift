import Glibc

/// Takes a `multipart/form-data` body apart as it comes (RFC 7578, RFC 2046 §5.1).
///
/// Bytes of a part are handed on at once, but for those that may be the beginning of a boundary.
struct MultipartReader {
    /// What was found.
    enum Event {
        /// A part begins.
        case began(name: String, fileName: String?)
        /// Bytes of the part.
        case bytes(ArraySlice<UInt8>)
        /// The part ends.
        case ended
    }

    /// The body is not what its content type says.
    struct Malformed: Error {}

    private enum Place {
        /// Before the first boundary, or behind one.
        case preamble, behindBoundary
        case header, content, epilogue
    }

    /// The most bytes of the header of a part.
    private static let longestHeader = 8192
    /// The most parts of a body.
    private static let mostParts = 64

    /// Line end, two hyphens, and what separates the parts.
    private let boundary: [UInt8]
    private var buffer: [UInt8]
    private var place = Place.preamble
    private var parts = 0
    /// Whether the line end before the content is still to be passed.
    private var isAtContentStart = false

    /// - Parameter contentType: the value of the header field.
    /// - Returns: nil where it is no multipart form, or has no usable boundary.
    init?(contentType: String) {
        guard let value = HeaderParameters(contentType), value.value == "multipart/form-data",
            let boundary = value["boundary"], (1...70).contains(boundary.utf8.count)
        else { return nil }
        self.boundary = Array("\r\n--\(boundary)".utf8)
        // The first boundary stands at the beginning, without a line end before it.
        buffer = [0x0D, 0x0A]
    }

    /// Whether the last boundary was read.
    var isComplete: Bool { place == .epilogue }

    /// Takes the next bytes.
    /// - Throws: ``Malformed``, or what `handle` throws.
    mutating func take(_ bytes: UnsafeRawBufferPointer, _ handle: (Event) throws -> Void) throws {
        guard place != .epilogue else { return }
        buffer.append(contentsOf: bytes)
        var start = 0
        while try step(&start, handle) {}
        buffer.removeFirst(start)
    }

    /// Goes one step on from `start`; false when more bytes are needed.
    private mutating func step(_ start: inout Int, _ handle: (Event) throws -> Void) throws -> Bool {
        switch place {
        case .epilogue:
            start = buffer.count
            return false
        case .preamble:
            guard let found = boundaryStart(from: start) else {
                start = max(start, buffer.count - boundary.count + 1)
                return false
            }
            start = found + boundary.count
            place = .behindBoundary
            return true
        case .behindBoundary: return try passBoundary(&start)
        case .header: return try readHeader(&start, handle)
        case .content: return try readContent(&start, handle)
        }
    }

    /// Two hyphens end the body; white space and a line end lead to the next part.
    private mutating func passBoundary(_ start: inout Int) throws -> Bool {
        var index = start
        while index < buffer.count, buffer[index] == 0x20 || buffer[index] == 0x09 { index += 1 }
        guard index - start <= 128 else { throw Malformed() }
        guard index + 1 < buffer.count else { return false }
        let pair = (buffer[index], buffer[index + 1])
        guard pair != (0x2D, 0x2D) else {
            place = .epilogue
            return true
        }
        guard pair == (0x0D, 0x0A), parts < MultipartReader.mostParts else { throw Malformed() }
        parts += 1
        // The line end stays: a header without fields is an empty line behind it.
        start = index
        place = .header
        return true
    }

    private mutating func readHeader(_ start: inout Int, _ handle: (Event) throws -> Void) throws -> Bool {
        guard let end = find([0x0D, 0x0A, 0x0D, 0x0A], from: start) else {
            guard buffer.count - start <= MultipartReader.longestHeader else { throw Malformed() }
            return false
        }
        guard end - start <= MultipartReader.longestHeader,
            let header = String(validating: buffer[start..<end], as: UTF8.self),
            let disposition = MultipartReader.disposition(in: header), disposition.value == "form-data",
            let name = disposition["name"]
        else { throw Malformed() }
        // The boundary of an empty part begins with the last line end of the header.
        start = end + 2
        place = .content
        isAtContentStart = true
        try handle(.began(name: name, fileName: disposition["filename"]))
        return true
    }

    private mutating func readContent(_ start: inout Int, _ handle: (Event) throws -> Void) throws -> Bool {
        let found = boundaryStart(from: start)
        if isAtContentStart {
            guard found != nil || buffer.count - start >= boundary.count + 2 else { return false }
            isAtContentStart = false
            if found != start { start += 2 }
            return true
        }
        let end = found ?? max(start, buffer.count - boundary.count + 1)
        if end > start { try handle(.bytes(buffer[start..<end])) }
        start = end
        guard found != nil else { return false }
        start += boundary.count
        place = .behindBoundary
        try handle(.ended)
        return true
    }

    private func boundaryStart(from start: Int) -> Int? { find(boundary, from: start) }

    private func find(_ pattern: [UInt8], from start: Int) -> Int? {
        guard buffer.count - start >= pattern.count else { return nil }
        return buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            var index = start
            let last = bytes.count - pattern.count
            while index <= last, let hit = memchr(base + index, CInt(pattern[0]), last - index + 1) {
                index = UnsafeRawPointer(hit) - base
                if memcmp(hit, pattern, pattern.count) == 0 { return index }
                index += 1
            }
            return nil
        }
    }

    private static func disposition(in header: String) -> HeaderParameters? {
        for line in header.split(separator: "\r\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, Headers.isSame(String(parts[0]), "content-disposition") else { continue }
            return HeaderParameters(String(parts[1]))
        }
        return nil
    }
}
