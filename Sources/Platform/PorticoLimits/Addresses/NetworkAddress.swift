import Glibc

/// An IPv4 or IPv6 address as a number. An IPv4 address in IPv6 clothes (`::ffff:192.0.2.1`) is the IPv4 address.
public struct NetworkAddress: Sendable, Hashable, Comparable {
    /// The address; IPv4 in the low 32 bits.
    public let bits: UInt128
    /// Whether it is an IPv4 address.
    public let isIPv4: Bool

    /// An address from its number.
    init(bits: UInt128, isIPv4: Bool) {
        self.bits = bits
        self.isIPv4 = isIPv4
    }

    /// A numeric address, with or without a zone (`fe80::1%eth0`); nil when the text is none.
    public init?(_ text: String) {
        let zone = text.utf8.firstIndex(of: UInt8(ascii: "%"))
        let plain = zone.map { String(text[..<$0]) } ?? text
        // Text goes to C, where it ends at a NUL; and only IPv6 has zones.
        guard !text.utf8.contains(0) else { return nil }
        var v4 = in_addr()
        if zone == nil, inet_pton(AF_INET, plain, &v4) == 1 {
            self.init(bits: UInt128(UInt32(bigEndian: v4.s_addr)), isIPv4: true)
            return
        }
        var v6 = in6_addr()
        guard inet_pton(AF_INET6, plain, &v6) == 1 else { return nil }
        let bits = withUnsafeBytes(of: &v6) { UInt128(bigEndian: $0.loadUnaligned(as: UInt128.self)) }
        let isMapped = bits >> 32 == 0xFFFF
        self.init(bits: isMapped ? bits & 0xFFFF_FFFF : bits, isIPv4: isMapped)
    }

    /// Whether the address is the machine's own (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).
    public var isLoopback: Bool { isIPv4 ? bits >> 24 == 127 : bits == 1 }

    /// The address in its usual form (RFC 5952 for IPv6).
    public var text: String {
        isIPv4 ? ipv4Text : ipv6Text
    }

    /// The number of bits of an address of this family.
    public var width: Int { isIPv4 ? 32 : 128 }

    /// IPv4 comes before IPv6, then the number counts.
    public static func < (left: NetworkAddress, right: NetworkAddress) -> Bool {
        left.isIPv4 == right.isIPv4 ? left.bits < right.bits : left.isIPv4
    }

    private var ipv4Text: String {
        stride(from: 24, through: 0, by: -8).map { String(UInt8(truncatingIfNeeded: bits >> $0)) }
            .joined(separator: ".")
    }

    private var ipv6Text: String {
        var address = in6_addr()
        withUnsafeMutableBytes(of: &address) { $0.storeBytes(of: bits.bigEndian, as: UInt128.self) }
        let text = [CChar](unsafeUninitializedCapacity: Int(INET6_ADDRSTRLEN)) { buffer, count in
            let written = inet_ntop(AF_INET6, &address, buffer.baseAddress, socklen_t(INET6_ADDRSTRLEN))
            count = written == nil ? 0 : strlen(written.unsafelyUnwrapped)
        }
        return String(decoding: text.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
