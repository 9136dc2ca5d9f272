import Glibc

/// What a node calls itself to the server that takes its mails (RFC 5321 §4.1.1.1). Many refuse a caller without a full
/// name.
enum HelloName {
    /// The name of the setting; without one that of the machine when it is a full name, else the host of the address
    /// people reach the node at.
    /// - Throws: ``Settings/Mistake``.
    static func choose(_ setting: String, machine: String, publicURL: String) throws(Settings.Mistake) -> String {
        if isName(setting) { return setting }
        guard setting.isEmpty else {
            throw Settings.Mistake(
                description: "mail.hello_name: '\(setting)' is no name of a host; it takes one such as app.example.org")
        }
        if machine.contains("."), isName(machine) { return machine }
        return host(of: publicURL)
    }

    /// What this machine is called; empty when the system does not say.
    static var machine: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A host that is a number stands in brackets (RFC 5321 §4.1.3).
    private static func host(of url: String) -> String {
        let afterScheme = url.split(separator: "://", maxSplits: 1).last ?? ""
        let authority = afterScheme.prefix { $0 != "/" }
        if authority.hasPrefix("[") {
            let number = authority.dropFirst().prefix { $0 != "]" }
            return "[IPv6:\(number)]"
        }
        let host = String(authority.prefix { $0 != ":" })
        if NetworkAddress(host) != nil { return "[\(host)]" }
        return isName(host) ? host : "localhost"
    }

    private static func isName(_ text: String) -> Bool {
        let labels = text.utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
        return text.utf8.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.count) && label.first != 0x2D && label.last != 0x2D
                    && label.allSatisfy { byte in
                        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D
                    }
            }
    }
}
