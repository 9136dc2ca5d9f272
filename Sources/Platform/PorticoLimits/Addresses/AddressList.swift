/// What is wrong with a list of networks: every bad line, not only the first.
public struct AddressListError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One line of the list that is no network.
    public struct Line: Sendable, Hashable {
        /// Counted from 1.
        public let number: Int
        /// What stands there, without comment, at most 64 characters.
        public let text: String
    }

    /// The bad lines in order.
    public let lines: [Line]

    /// One sentence a line, for the operator.
    public var description: String {
        lines.map { "Line \($0.number) is no address or network: \($0.text)" }.joined(separator: "\n")
    }
}

extension NetworkSet {
    /// A list as operators keep it: one address or network a line, empty lines allowed, comments after `#` or `;`.
    /// Throws naming every line that is none of these.
    public init(parsing text: String) throws(AddressListError) {
        var networks: [Network] = []
        var bad: [AddressListError.Line] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let entry = line.prefix { $0 != "#" && $0 != ";" }.trimmed
            guard !entry.isEmpty else { continue }
            if let network = Network(entry) {
                networks.append(network)
            } else {
                bad.append(AddressListError.Line(number: index + 1, text: String(entry.prefix(64))))
            }
        }
        guard bad.isEmpty else { throw AddressListError(lines: bad) }
        self.init(networks)
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var rest = drop(while: \.isWhitespace)
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return rest
    }
}
