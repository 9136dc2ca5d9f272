import PorticoJSON
import PorticoSQL

/// An error, or one that another error says was behind it.
public struct JobErrorCause: Sendable, Hashable {
    /// The type, with its module.
    public let type: String
    /// The error's own words; empty where they are sealed.
    public internal(set) var words: String
    /// Name of the statement it came from; nil where it came from none.
    public let statement: String?

    /// How deep is looked, and how many characters of each are kept.
    private static let (depth, length) = (5, 2000)

    /// An error and the errors it carries, the outermost first. Swift keeps no stack of an error: what one type hands on in
    /// another is all there is.
    static func chain(of error: any Error) -> [JobErrorCause] {
        var chain: [JobErrorCause] = []
        var next: (any Error)? = error
        while let error = next, chain.count < depth {
            chain.append(JobErrorCause(error))
            next = Mirror(reflecting: error).children.lazy.compactMap { $0.value as? any Error }.first
        }
        return chain
    }

    private init(_ error: any Error) {
        type = String(reflecting: Swift.type(of: error))
        words = String("\(error)".prefix(JobErrorCause.length))
        statement = (error as? SQLError)?.statement
    }

    var json: JSONValue {
        var value: JSONValue = ["type": .string(type), "words": .string(words)]
        if let statement { value["statement"] = .string(statement) }
        return value
    }

    init?(_ value: JSONValue) {
        guard let type = value["type"]?.string, let words = value["words"]?.string else { return nil }
        self.type = type
        self.words = words
        statement = value["statement"]?.string
    }
}
