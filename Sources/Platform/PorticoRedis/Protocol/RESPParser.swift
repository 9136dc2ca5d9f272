import NIOCore

/// Reads RESP2 and RESP3 values out of bytes that arrive in pieces of any size.
///
/// It never recurses, never trusts a declared length before the bytes are there, and looks at each byte of a line once,
/// so bytes of any origin cost time and memory in proportion to their number. After a flaw it answers only that flaw.
///
/// ```swift
/// var parser = RESPParser()
/// parser.append([0x3A, 0x34, 0x32, 0x0D])
/// try parser.next()  // nil: the line is not complete
/// parser.append([0x0A])
/// try parser.next()  // .number(42)
/// ```
public struct RESPParser: Sendable {
    private enum Step {
        case value(RESPValue)
        case open(RESPFrame)
        case bulk(RESPBulk)
        case skip
        case wait
    }

    private let limits: RESPLimits
    private var buffer = ByteBuffer()
    private var frames: [RESPFrame] = []
    /// A bulk string whose length has been read.
    private var bulk: RESPBulk?
    /// Bytes of the present line that hold no line end.
    private var scanned = 0
    private var elements = 0
    private var bytes = 0
    private var flaw: RESPFlaw?

    /// A parser that has read nothing.
    public init(limits: RESPLimits = RESPLimits()) {
        self.limits = limits
    }

    /// Bytes that are waiting for the rest of their value's line or text.
    public var pendingBytes: Int { buffer.readableBytes }

    /// Whether a value has begun and not ended.
    public var isMidValue: Bool { !frames.isEmpty || bulk != nil || buffer.readableBytes > 0 }

    /// Takes more bytes.
    public mutating func append(_ more: some Sequence<UInt8>) {
        buffer.writeBytes(more)
    }

    /// Takes all bytes of a buffer, without copying when nothing is pending.
    public mutating func append(_ more: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = more
        } else {
            if buffer.readerIndex > 32_768 { buffer.discardReadBytes() }
            buffer.writeImmutableBuffer(more)
        }
    }

    /// The next whole value; nil when more bytes are needed.
    /// - Throws: ``RESPFlaw``, again on every later call.
    public mutating func next() throws(RESPFlaw) -> RESPValue? {
        if let flaw { throw flaw }
        do {
            return try read()
        } catch {
            flaw = error
            buffer = ByteBuffer()
            frames = []
            throw error
        }
    }

    private mutating func read() throws(RESPFlaw) -> RESPValue? {
        while true {
            switch try step() {
            case .wait:
                return nil
            case .skip:
                continue
            case .open(let frame):
                guard frames.count < limits.depth else { throw RESPFlaw("nested too deeply") }
                frames.append(frame)
            case .bulk(let header):
                bulk = header
            case .value(let value):
                guard let whole = close(value) else { continue }
                elements = 0
                bytes = 0
                return whole
            }
        }
    }

    /// Puts a value where it belongs; answers it when it belongs to nothing and is thereby whole.
    private mutating func close(_ value: RESPValue) -> RESPValue? {
        var value = value
        while let last = frames.indices.last {
            frames[last].values.append(value)
            guard frames[last].isComplete else { return nil }
            let frame = frames.removeLast()
            // Attributes say something about the value that follows; nobody here asks.
            guard frame.kind != .attribute else { return nil }
            value = frame.value
        }
        return value
    }

    private mutating func step() throws(RESPFlaw) -> Step {
        if let bulk { return try text(bulk) }
        guard let line = try line() else { return .wait }
        var content = line
        guard let type = content.readInteger(as: UInt8.self) else { throw RESPFlaw("an empty line") }
        elements += 1
        guard elements <= limits.elements + 1 else { throw RESPFlaw("too many elements") }
        switch type {
        case UInt8(ascii: "$"), UInt8(ascii: "="), UInt8(ascii: "!"):
            return try bulkHeader(type, content)
        case UInt8(ascii: "*"), UInt8(ascii: "~"), UInt8(ascii: "%"), UInt8(ascii: "|"), UInt8(ascii: ">"):
            return try aggregate(type, content)
        default:
            try count(content.readableBytes)
            return .value(try RESPScalar.value(type, content))
        }
    }

    private mutating func bulkHeader(_ type: UInt8, _ content: ByteBuffer) throws(RESPFlaw) -> Step {
        let length = try RESPScalar.integer(content)
        if length == -1, type == UInt8(ascii: "$") { return .value(.null) }
        guard length >= 0, length <= limits.bulkBytes else { throw RESPFlaw("a text of impossible length") }
        try count(Int(length))
        return .bulk(RESPBulk(type: type, length: Int(length)))
    }

    private mutating func count(_ more: Int) throws(RESPFlaw) {
        bytes += more
        guard bytes <= limits.totalBytes else { throw RESPFlaw("too many bytes in one value") }
    }

    private mutating func text(_ header: RESPBulk) throws(RESPFlaw) -> Step {
        guard buffer.readableBytes >= header.length + 2 else { return .wait }
        guard let content = buffer.readBytes(length: header.length),
            buffer.readInteger(as: UInt16.self) == 0x0D0A
        else { throw RESPFlaw("a text without end") }
        bulk = nil
        return .value(try header.value(content))
    }

    private func aggregate(_ type: UInt8, _ content: ByteBuffer) throws(RESPFlaw) -> Step {
        let number = try RESPScalar.integer(content)
        if number == -1, type == UInt8(ascii: "*") { return .value(.null) }
        guard let kind = RESPFrame.Kind(rawValue: type), number >= 0 else {
            throw RESPFlaw("a list of impossible length")
        }
        guard kind != .push || frames.isEmpty else { throw RESPFlaw("a push inside a value") }
        guard number <= limits.elements / kind.width else { throw RESPFlaw("too many elements") }
        let frame = RESPFrame(kind: kind, expected: Int(number) * kind.width)
        guard frame.expected == 0 else { return .open(frame) }
        return kind == .attribute ? .skip : .value(frame.value)
    }

    /// The next line without its end.
    private mutating func line() throws(RESPFlaw) -> ByteBuffer? {
        let view = buffer.readableBytesView
        let start = view.startIndex
        guard let end = view[(start + scanned)...].firstIndex(of: UInt8(ascii: "\r")) else {
            scanned = view.count
            guard view.count <= limits.lineBytes else { throw RESPFlaw("a line too long") }
            return nil
        }
        guard end - start <= limits.lineBytes else { throw RESPFlaw("a line too long") }
        guard end + 1 < view.endIndex else {
            scanned = end - start
            return nil
        }
        guard view[end + 1] == UInt8(ascii: "\n") else { throw RESPFlaw("a line without end") }
        scanned = 0
        let line = buffer.readSlice(length: end - start)
        buffer.moveReaderIndex(forwardBy: 2)
        return line
    }
}
