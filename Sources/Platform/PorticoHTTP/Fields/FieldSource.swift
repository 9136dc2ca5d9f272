import PorticoJSON

/// The raw fields of one request.
struct FieldSource {
    enum Body {
        case none
        case json(JSONNode)
        case form([(name: String, value: String)])
    }

    var path: [(name: String, value: String)] = []
    var query: [(name: String, value: String)] = []
    var headers: Headers = [:]
    var body: Body = .none

    func raw(_ name: String, in place: FieldPlace) -> RawField {
        switch place {
        case .path: path.first { $0.name == name }.map { .text($0.value) } ?? .missing
        case .query: query.first { $0.name == name && !$0.value.isEmpty }.map { .text($0.value) } ?? .missing
        case .header: headers[name].map { .text($0) } ?? .missing
        case .body: bodyField(name)
        }
    }

    /// Whether the body has a field of this name, even one that says nothing.
    func names(_ name: String) -> Bool {
        switch body {
        case .none: false
        case .json(let object): object[name] != nil
        case .form(let fields): fields.contains { $0.name == name }
        }
    }

    /// Names of the fields whose text has a NUL character in it, at the top of a body or one list below it.
    var namesWithNUL: [String] {
        func has(_ text: String?) -> Bool { text?.utf8.contains(0) ?? false }
        var names = (path + query).filter { has($0.value) }.map(\.name)
        switch body {
        case .none: break
        case .form(let fields): names += fields.filter { has($0.value) }.map(\.name)
        case .json(let object):
            for (name, node) in object.members {
                if has(node.string) { names.append(name) }
                for (index, element) in node.elements.enumerated() {
                    if has(element.string) { names.append("\(name)[\(index)]") }
                    names += element.members.filter { has($0.node.string) }.map { "\(name)[\(index)].\($0.key)" }
                }
            }
        }
        return names
    }

    /// Everything that a form sent under a name, the empty left out; nil for any other body.
    func formValues(_ name: String) -> [String]? {
        guard case .form(let fields) = body else { return nil }
        return fields.filter { $0.name == name && !$0.value.isEmpty }.map(\.value)
    }

    private func bodyField(_ name: String) -> RawField {
        switch body {
        case .none: return .missing
        case .json(let object):
            guard let node = object[name], !node.isNull else { return .missing }
            return .json(node)
        case .form(let fields):
            guard let value = fields.first(where: { $0.name == name })?.value, !value.isEmpty else { return .missing }
            return .text(value)
        }
    }
}

/// A field as it came: text from a path, query or form, a typed value from JSON, or nothing. JSON null counts as nothing,
/// and so does an empty field of a form or a query.
enum RawField {
    case missing
    case text(String)
    case json(JSONNode)

    var string: String? {
        switch self {
        case .missing: nil
        case .text(let text): text
        case .json(let node): node.string
        }
    }

    var integer: Int64? {
        switch self {
        case .missing: nil
        case .text(let text): Int64(text)
        case .json(let node): node.int64
        }
    }

    var flag: Bool? {
        switch self {
        case .missing: nil
        case .text(let text):
            switch text {
            case "true", "1", "on": true
            case "false", "0", "off": false
            default: nil
            }
        case .json(let node): node.bool
        }
    }

    /// The texts of a list, or the lines of a text of a form that are not empty; nil for anything else.
    var texts: [String]? {
        switch self {
        case .missing: return nil
        case .text(let text):
            return text.split(whereSeparator: \.isNewline).map { String($0) }
        case .json(let node):
            guard node.kind == .array else { return nil }
            let texts = node.elements.compactMap(\.string)
            return texts.count == node.count ? texts : nil
        }
    }

    var isMissing: Bool {
        if case .missing = self { true } else { false }
    }
}
