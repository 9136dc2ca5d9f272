import Yams

/// The effective settings: for every declared key a valid value and where it came from.
///
/// Later sources win: defaults, a YAML file, the environment, flags.
public struct Settings: Sendable {
    /// Why a start is refused: one line with the setting, the value and what is accepted.
    public struct Mistake: Error, CustomStringConvertible, Sendable {
        /// The line.
        public let description: String

        /// A mistake, told in one line that names the setting, its value and what is accepted.
        public init(description: String) {
            self.description = description
        }
    }

    private struct Entry: Sendable {
        let declaration: SettingDeclaration
        var text: String
        var source: String
    }

    private var entries: [String: Entry] = [:]

    /// Reads the settings.
    /// - Parameters:
    ///   - yaml: content of a configuration file, with its name for messages.
    ///   - environment: variables; those that begin with `PORTICO_` and name no setting are ignored.
    ///   - flags: keys and values of the command line.
    /// - Throws: ``Mistake``.
    public init(
        _ declarations: [SettingDeclaration], yaml: (name: String, text: String)? = nil,
        environment: [String: String] = [:], flags: [(key: String, value: String)] = []
    ) throws(Mistake) {
        for declaration in declarations {
            entries[declaration.key] = Entry(declaration: declaration, text: declaration.fallback, source: "default")
        }
        if let yaml {
            for (key, value) in try Settings.flatten(yaml) { try set(key, value, source: yaml.name) }
        }
        for declaration in declarations {
            guard let value = environment[declaration.environmentName] else { continue }
            try set(declaration.key, value, source: declaration.environmentName)
        }
        for flag in flags { try set(flag.key, flag.value, source: "--\(flag.key)") }
    }

    /// The text of a setting; empty when it is not declared.
    public func text(_ key: String) -> String { entries[key]?.text ?? "" }

    /// The number of a setting; 0 when it is not declared.
    public func integer(_ key: String) -> Int { Int(text(key)) ?? 0 }

    /// The flag of a setting; false when it is not declared.
    public func flag(_ key: String) -> Bool { text(key) == "true" }

    /// The texts of a setting without empty ones.
    public func list(_ key: String) -> [String] {
        Settings.items(of: text(key))
    }

    /// What stands between the commas of a text.
    static func items(of text: String) -> [String] {
        text.split(separator: ",").map { String($0.drop { $0 == " " }) }.filter { !$0.isEmpty }
    }

    /// One line a setting: key, value (secrets masked), source, what it does.
    public var table: [(key: String, value: String, source: String, summary: String)] {
        entries.values.sorted { $0.declaration.key < $1.declaration.key }.map { entry in
            let value = entry.declaration.isSecret && !entry.text.isEmpty ? "•••" : entry.text
            return (
                key: entry.declaration.key, value: value, source: entry.source, summary: entry.declaration.summary
            )
        }
    }

    private mutating func set(_ key: String, _ text: String, source: String) throws(Mistake) {
        guard let entry = entries[key] else {
            throw Mistake(description: "\(key) (from \(source)) is no setting; `portico config` lists them all")
        }
        guard entry.declaration.accepts(text) else {
            let shown = entry.declaration.isSecret ? "its value" : "'\(text)'"
            throw Mistake(
                description: "\(key): \(shown) (from \(source)) is not accepted; it takes \(entry.declaration.accepted)"
            )
        }
        entries[key]?.text = text
        entries[key]?.source = source
    }

    private static func flatten(_ yaml: (name: String, text: String)) throws(Mistake) -> [(String, String)] {
        let root: Yams.Node?
        do {
            root = try Yams.compose(yaml: yaml.text)
        } catch {
            throw Mistake(description: "\(yaml.name) is not YAML: \(error)")
        }
        guard let root else { return [] }
        var pairs: [(String, String)] = []
        try flatten(root, prefix: "", name: yaml.name, into: &pairs)
        return pairs
    }

    private static func flatten(
        _ node: Yams.Node, prefix: String, name: String, into pairs: inout [(String, String)]
    ) throws(Mistake) {
        switch node {
        case .mapping(let mapping):
            for (key, value) in mapping {
                let key = (prefix.isEmpty ? "" : prefix + ".") + (key.string ?? "")
                try flatten(value, prefix: key, name: name, into: &pairs)
            }
        case .sequence(let sequence): pairs.append((prefix, sequence.compactMap(\.string).joined(separator: ",")))
        case .scalar(let scalar): pairs.append((prefix, scalar.string))
        case .alias: throw Mistake(description: "\(name): aliases are not accepted (\(prefix))")
        }
    }
}
