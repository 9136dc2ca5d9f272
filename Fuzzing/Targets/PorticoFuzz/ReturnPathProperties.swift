@testable import PorticoIdentity

/// Where signing in leads to, seen as a browser resolves it: always below the application on the same host.
enum ReturnPathProperties {
    private static let mount = "/bags"

    static func check(_ input: [UInt8]) {
        let next = String(decoding: input, as: UTF8.self)
        let path = ReturnPath.checked(next, mount: mount)
        expect(path == next || path == "\(mount)/", "the wish or the first page")
        expect(path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "nothing that ends a header field")
        expect(resolved(path)?.hasPrefix("\(mount)/") == true, "a browser stays below the application: \(path)")
        expect(ReturnPath.checked(path, mount: mount) == path, "checking twice changes nothing")
    }

    /// The path a browser asks this host for, or nil when it would ask another (WHATWG URL §4.4, in what matters here).
    private static func resolved(_ reference: String) -> String? {
        let bytes = reference.utf8.filter { ![0x09, 0x0A, 0x0D].contains($0) }.map { $0 == 0x5C ? 0x2F : $0 }
        guard bytes.first == 0x2F, !bytes.starts(with: [0x2F, 0x2F]) else { return nil }
        let path = bytes.prefix { $0 != 0x3F && $0 != 0x23 }
        var segments: [[UInt8]] = []
        let parts = path.dropFirst().split(separator: 0x2F, omittingEmptySubsequences: false).map { Array($0) }
        for (index, part) in parts.enumerated() {
            let name = String(decoding: part, as: UTF8.self).lowercased().replacing("%2e", with: ".")
            let isLast = index == parts.count - 1
            switch name {
            case "..":
                _ = segments.popLast()
                if isLast { segments.append([]) }
            case ".": if isLast { segments.append([]) }
            default: segments.append(part)
            }
        }
        return "/" + segments.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/")
    }
}
