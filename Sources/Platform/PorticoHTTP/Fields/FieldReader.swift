import PorticoJSON
import PorticoValues

/// Reads the fields of a request by their declarations, and collects what is wrong with them.
///
/// A field stands in the path when the route's path names it, in the query of GET and DELETE, else in the body; `in:` says
/// otherwise. See ``RouteInput``.
public struct FieldReader {
    /// What is wrong so far.
    public private(set) var errors: [Problem.FieldError] = []
    /// Whether an identifier in the path can't belong to anything: the answer is then 404.
    public private(set) var isUnknownResource = false
    /// The declarations met so far; only while recording.
    public private(set) var shapes: [FieldShape] = []
    /// Why the body could not be read at all; the fields in it are missing then.
    var shapeProblem: Problem?
    let source: FieldSource?
    private let pathNames: [String]
    private let defaultPlace: FieldPlace
    private var prefix = ""

    /// A reader for a request.
    init(source: FieldSource, pathNames: [String], defaultPlace: FieldPlace) {
        self.source = source
        self.pathNames = pathNames
        self.defaultPlace = defaultPlace
    }

    /// A reader that records declarations.
    init(recordingWith pathNames: [String], defaultPlace: FieldPlace) {
        self.source = nil
        self.pathNames = pathNames
        self.defaultPlace = defaultPlace
    }

    /// The same reader before it has read anything, with what stands in the path and nothing else.
    var ofPath: FieldReader {
        FieldReader(source: FieldSource(path: source?.path ?? []), pathNames: pathNames, defaultPlace: defaultPlace)
    }

    /// Whether the route's path names the field.
    func hasPathName(_ name: String) -> Bool { pathNames.contains(name) }

    /// Whether this run only records declarations and the values mean nothing.
    public var isRecording: Bool { source == nil }

    /// Notes that a field is wrong, for rules over several fields.
    public mutating func refuse(_ field: String, _ code: String, _ message: String) {
        errors.append(Problem.FieldError(field: prefix + field, code: code, message: message))
    }

    /// Reads one field: finds it, converts it, and notes what is wrong. Returns nil when there is no good value.
    mutating func read<Value>(
        _ name: String, in place: FieldPlace?, required: Bool, schema: @autoclosure () -> JSONSchema,
        _ description: String, expected: String, convert: (RawField) -> Conversion<Value>
    ) -> Value? {
        let place = place ?? (pathNames.contains(name) ? .path : defaultPlace)
        guard let source else {
            shapes.append(
                FieldShape(
                    name: name, place: place, isRequired: required || place == .path, schema: schema(),
                    description: description))
            return nil
        }
        let raw = source.raw(name, in: place)
        if raw.isMissing {
            if required { refuse(name, "required", "is missing; \(expected) is needed") }
            return nil
        }
        switch convert(raw) {
        case .value(let value): return value
        case .wrongType: refuse(name, "wrong_type", "must be \(expected)")
        case .wrong(let code, let message): refuse(name, code, message)
        case .unknown: isUnknownResource = true
        }
        return nil
    }

    /// Reads the objects of a list with a reader of their own each, so that errors name `items[3].code`.
    mutating func readElements<Element: RouteInput>(_ name: String, _ nodes: [JSONNode]) -> [Element] {
        var elements: [Element] = []
        elements.reserveCapacity(nodes.count)
        for (index, node) in nodes.enumerated() {
            guard node.kind == .object else {
                refuse("\(name)[\(index)]", "wrong_type", "must be an object")
                continue
            }
            var reader = FieldReader(
                source: FieldSource(body: .json(node)), pathNames: [], defaultPlace: .body)
            reader.prefix = "\(prefix)\(name)[\(index)]."
            elements.append(Element(&reader))
            errors += reader.errors
        }
        return elements
    }

    /// The schema of one element of a list.
    static func schema<Element: RouteInput>(of type: Element.Type) -> JSONSchema {
        var recorder = FieldReader(recordingWith: [], defaultPlace: .body)
        _ = Element(&recorder)
        return JSONSchema.object(recorder.shapes)
    }
}

/// What became of a raw field.
enum Conversion<Value> {
    case value(Value)
    case wrongType
    case wrong(code: String, message: String)
    case unknown
}
