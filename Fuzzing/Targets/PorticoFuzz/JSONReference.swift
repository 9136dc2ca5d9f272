/// A second reader of JSON, after the grammar of RFC 8259 rule by rule: slow, recursive and easy to check.
struct JSONReference {
    indirect enum Value {
        case null
        case bool(Bool)
        case number(String)
        case string([UInt8])
        case array([Value])
        case object([(key: [UInt8], value: Value)])
    }

    private struct Refused: Error {}

    private let bytes: [UInt8]
    private let depthLimit: Int
    private var position = 0

    /// The value of a document; nil when it is none, or nested more deeply than `depthLimit`.
    static func value(of bytes: [UInt8], depthLimit: Int) -> Value? {
        guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
        var reader = JSONReference(bytes: bytes, depthLimit: depthLimit)
        guard let value = try? reader.element(depth: 0), reader.position == bytes.count else { return nil }
        return value
    }

    private init(bytes: [UInt8], depthLimit: Int) {
        self.bytes = bytes
        self.depthLimit = depthLimit
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func need(_ text: String) throws {
        for byte in text.utf8 where !take(byte) { throw Refused() }
    }

    private mutating func space() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
    }

    private mutating func element(depth: Int) throws -> Value {
        space()
        defer { space() }
        switch next {
        case UInt8(ascii: "n"):
            try need("null")
            return .null
        case UInt8(ascii: "t"):
            try need("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try need("false")
            return .bool(false)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        default: return .number(try number())
        }
    }

    private mutating func array(depth: Int) throws -> Value {
        guard depth <= depthLimit else { throw Refused() }
        position += 1
        space()
        if take(UInt8(ascii: "]")) { return .array([]) }
        var elements: [Value] = []
        repeat { elements.append(try element(depth: depth)) } while take(UInt8(ascii: ","))
        try need("]")
        return .array(elements)
    }

    private mutating func object(depth: Int) throws -> Value {
        guard depth <= depthLimit else { throw Refused() }
        position += 1
        space()
        if take(UInt8(ascii: "}")) { return .object([]) }
        var members: [(key: [UInt8], value: Value)] = []
        repeat {
            space()
            let key = try string()
            space()
            try need(":")
            members.append((key: key, value: try element(depth: depth)))
        } while take(UInt8(ascii: ","))
        try need("}")
        return .object(members)
    }

    private mutating func digits() throws {
        let start = position
        while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
        guard position > start else { throw Refused() }
    }

    private mutating func number() throws -> String {
        let start = position
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(text), value.isFinite else { throw Refused() }
        return text
    }

    private mutating func string() throws -> [UInt8] {
        try need("\"")
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return text
            case 0x00..<0x20: throw Refused()
            case UInt8(ascii: "\\"): text += Array(String(try escape()).utf8)
            default: text.append(byte)
            }
        }
        throw Refused()
    }

    private mutating func escape() throws -> Unicode.Scalar {
        let plain: [UInt8: Unicode.Scalar] = [
            UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\", UInt8(ascii: "/"): "/", UInt8(ascii: "b"): "\u{8}",
            UInt8(ascii: "f"): "\u{C}", UInt8(ascii: "n"): "\n", UInt8(ascii: "r"): "\r", UInt8(ascii: "t"): "\t",
        ]
        guard let letter = next else { throw Refused() }
        position += 1
        if let scalar = plain[letter] { return scalar }
        guard letter == UInt8(ascii: "u") else { throw Refused() }
        let first = try unit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00 else { throw Refused() }
        try need("\\u")
        let second = try unit()
        guard (0xDC00...0xDFFF).contains(second) else { throw Refused() }
        let code = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        guard let scalar = Unicode.Scalar(code) else { throw Refused() }
        return scalar
    }

    private mutating func unit() throws -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw Refused()
            }
            position += 1
            value = value << 4 | UInt16(digit)
        }
        return value
    }
}
