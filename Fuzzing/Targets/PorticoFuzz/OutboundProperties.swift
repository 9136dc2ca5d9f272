import Glibc
import PorticoLimits
import PorticoOutbound

/// Addresses that strangers name: no way of writing one of the house's own addresses gets past the policy, and what was read
/// comes back.
enum OutboundProperties {
    private static let policy = DestinationPolicy.publicOnly

    static func check(_ input: [UInt8]) {
        var reader = InputReader(input)
        switch reader.byte() % 3 {
        case 0: check(reader.text())
        case 1:
            let shape = reader.byte()
            let host = disguised(address(&reader), shape, reader.byte())
            let tail = reader.text()
            checkHidden("http\(shape & 1 == 0 ? "" : "s")://\(host)\(tail.first == "/" ? tail : "/")")
        default:
            check("https://\(reader.text())")
        }
    }

    // MARK: - Anything

    private static func check(_ text: String) {
        guard let url = try? OutboundURL(text) else { return }
        expect(url.scheme == "http" || url.scheme == "https", "a scheme of the web")
        expect((1...65_535).contains(url.port) && !url.host.isEmpty, "a host and a port")
        let forbidden: Set<UInt8> = [0x20, 0x2F, 0x3F, 0x23, 0x40, 0x5C]
        expect(!url.host.utf8.contains { forbidden.contains($0) }, "a host is a host: \(url.host)")
        expect(url.text.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "an address is printable")
        let again = try? OutboundURL(url.text)
        expect(again?.origin == url.origin, "an address is read as it was written: \(url.text)")
        expect(again?.text == url.text, "its normal form is one: \(url.text)")
        checkHost(url)
    }

    /// The C library reads more forms of an address than anybody writes. Whatever it takes for a number is judged as one.
    private static func checkHost(_ url: OutboundURL) {
        guard let bytes = numeric(url.host) else { return }
        guard isOurs(bytes) else { return }
        expect(policy.flaw(of: url) != nil, "\(url.host) gets through")
        let address = NetworkAddress(text(bytes))
        expect(address.map { !policy.permits($0, port: 443) } ?? false, "a connection to \(text(bytes)) is permitted")
    }

    // MARK: - The house's own addresses in other clothes

    /// One of the networks that nobody outside has, and an address of it.
    private static func address(_ reader: inout InputReader) -> [UInt8] {
        let (kind, a, b, c) = (reader.byte(), reader.byte(), reader.byte(), reader.byte())
        return switch kind % 8 {
        case 0: [127, a, b, c]
        case 1: [10, a, b, c]
        case 2: [172, 16 | a & 15, b, c]
        case 3: [192, 168, b, c]
        case 4: [169, 254, b, c]
        case 5: [0, a, b, c]
        case 6: [100, 64 | a & 63, b, c]
        default: [127, 0, 0, 1]
        }
    }

    private static func disguised(_ bytes: [UInt8], _ shape: UInt8, _ salt: UInt8) -> String {
        let number = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let dotted = bytes.map(String.init).joined(separator: ".")
        let (high, low) = (String(number >> 16, radix: 16), String(number & 0xFFFF, radix: 16))
        return switch shape >> 1 & 15 {
        case 0: dotted
        case 1: String(number)
        case 2: "0x" + String(number, radix: 16)
        case 3: "0" + String(number, radix: 8)
        case 4: bytes.map { "0" + String($0, radix: 8) }.joined(separator: ".")
        case 5: bytes.map { "0X" + String($0, radix: 16, uppercase: true) }.joined(separator: ".")
        case 6: "\(bytes[0]).\(number & 0xFF_FFFF)"
        case 7: "\(bytes[0]).\(bytes[1]).\(number & 0xFFFF)"
        case 8: "[::ffff:\(dotted)]"
        case 9: "[::ffff:\(high):\(low)]"
        case 10: "[64:ff9b::\(high):\(low)]"
        case 11: "[2002:\(high):\(low)::\(salt)]"
        case 12: "[::\(dotted)]"
        case 13: ["[::1]", "[::]", "[fe80::1]", "[fd00::1]", "[ff02::1]", "[0:0:0:0:0:0:0:1]"][Int(salt) % 6]
        case 14: dotted.utf8.map { "%" + String($0, radix: 16) }.joined()
        default: dotted.enumerated().map { $0 == Int(salt) % dotted.count ? encoded($1) : String($1) }.joined()
        }
    }

    private static func encoded(_ letter: Character) -> String {
        letter.utf8.map { "%" + String($0, radix: 16) }.joined()
    }

    private static func checkHidden(_ text: String) {
        guard let url = try? OutboundURL(text) else { return }
        expect(policy.flaw(of: url) != nil, "\(text.prefix(80)) gets through as \(url.host)")
        check(url.text)
    }

    // MARK: - A second judge

    /// The address that the C library takes a host for without asking anybody.
    private static func numeric(_ host: String) -> [UInt8]? {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST
        hints.ai_family = AF_UNSPEC
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0, let list else { return nil }
        defer { freeaddrinfo(list) }
        // The address lies behind family and port, in IPv6 behind the flow as well.
        let (offset, length) = list.pointee.ai_family == AF_INET ? (4, 4) : (8, 16)
        guard let address = list.pointee.ai_addr, Int(list.pointee.ai_addrlen) >= offset + length else { return nil }
        return Array(UnsafeRawBufferPointer(start: UnsafeRawPointer(address) + offset, count: length))
    }

    private static func text(_ bytes: [UInt8]) -> String {
        guard bytes.count == 16 else { return bytes.map(String.init).joined(separator: ".") }
        return stride(from: 0, to: 16, by: 2).map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }
            .joined(separator: ":")
    }

    private static func isOurs(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 16 else { return isOursOfFour(bytes) }
        if bytes[..<12].elementsEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]) {
            return isOursOfFour(Array(bytes[12...]))
        }
        if bytes[0] == 0x20, bytes[1] == 0x02 { return isOursOfFour(Array(bytes[2..<6])) }
        if bytes[..<12].elementsEqual([0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]) {
            return isOursOfFour(Array(bytes[12...]))
        }
        return bytes[0] == 0 || bytes[0] & 0xFE == 0xFC || bytes[0] >= 0xFE
    }

    private static func isOursOfFour(_ bytes: [UInt8]) -> Bool {
        switch (bytes[0], bytes[1]) {
        case (0, _), (10, _), (127, _), (169, 254), (192, 168), (224..., _): true
        case (172, 16...31), (100, 64...127), (198, 18...19): true
        default: false
        }
    }
}
