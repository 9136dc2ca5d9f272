import PorticoJSON
import PorticoValues

extension FieldReader {
    /// Text of `length` characters (Unicode scalars) that, with a pattern, has its form.
    public mutating func text(
        _ name: String, _ length: ClosedRange<Int> = 1...10_000, pattern: TextPattern? = nil,
        in place: FieldPlace? = nil, example: String? = nil, _ description: String
    ) -> String {
        readText(name, length, pattern, place, required: true, example, description) ?? example ?? ""
    }

    /// Like ``text(_:_:pattern:in:example:_:)``, nil when the field is absent.
    public mutating func optionalText(
        _ name: String, _ length: ClosedRange<Int> = 0...10_000, pattern: TextPattern? = nil,
        in place: FieldPlace? = nil, example: String? = nil, _ description: String
    ) -> String? {
        readText(name, length, pattern, place, required: false, example, description)
    }

    /// A whole number within a range.
    public mutating func integer(
        _ name: String, _ range: ClosedRange<Int64>, in place: FieldPlace? = nil, _ description: String
    ) -> Int64 {
        readInteger(name, range, place, required: true, description) ?? range.lowerBound
    }

    /// A whole number within a range, or `nil` when the field is absent.
    public mutating func optionalInteger(
        _ name: String, _ range: ClosedRange<Int64>, in place: FieldPlace? = nil, _ description: String
    ) -> Int64? {
        readInteger(name, range, place, required: false, description)
    }

    /// The id of a resource, written as decimal digits. In the path, anything else is an unknown resource (404).
    public mutating func identifier(_ name: String, in place: FieldPlace? = nil, _ description: String) -> Int64 {
        optionalIdentifier(name, in: place, required: true, description) ?? 0
    }

    /// The id of a resource, or nil when the field is absent.
    public mutating func optionalIdentifier(
        _ name: String, in place: FieldPlace? = nil, required: Bool = false, _ description: String
    ) -> Int64? {
        let isInPath = isPathField(name, place)
        return read(
            name, in: place, required: required,
            schema: JSONSchema.id, description, expected: "an id"
        ) { raw in
            guard let text = raw.string else { return isInPath ? .unknown : .wrongType }
            guard let id = FieldReader.id(text)
            else { return isInPath ? .unknown : .wrong(code: "invalid_format", message: "must be decimal digits") }
            return .value(id)
        }
    }

    /// True or false; `default` when the field is absent.
    public mutating func flag(
        _ name: String, default value: Bool = false, in place: FieldPlace? = nil, _ description: String
    ) -> Bool {
        optionalFlag(name, in: place, description) ?? value
    }

    /// True or false, or nil when the field is absent.
    public mutating func optionalFlag(_ name: String, in place: FieldPlace? = nil, _ description: String) -> Bool? {
        read(name, in: place, required: false, schema: JSONSchema.boolean, description, expected: "true or false") {
            $0.flag.map { .value($0) } ?? .wrongType
        }
    }

    /// One of the raw values of an enumeration.
    public mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, of type: Choice.Type, default value: Choice, in place: FieldPlace? = nil,
        required: Bool = true, _ description: String
    ) -> Choice where Choice.RawValue == String {
        readChoice(name, of: type, in: place, required: required, description) ?? value
    }

    /// One of the raw values of an enumeration, or nil when the field is absent.
    public mutating func optionalChoice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, of type: Choice.Type, in place: FieldPlace? = nil, _ description: String
    ) -> Choice? where Choice.RawValue == String {
        readChoice(name, of: type, in: place, required: false, description)
    }

    /// Whether a JSON body or a form names a field at all, whatever its value: null and an empty text count.
    public mutating func isNamed(_ name: String, _ description: String) -> Bool {
        _ = read(
            name, in: .body, required: false, schema: JSONSchema(.any), description, expected: "anything"
        ) { _ in .value(true) }
        return source?.names(name) ?? false
    }

    /// A point in time, RFC 3339; nil when the field is absent.
    public mutating func optionalInstant(_ name: String, in place: FieldPlace? = nil, _ description: String) -> Instant?
    {
        read(
            name, in: place, required: false, schema: JSONSchema.dateTime, description,
            expected: "a time such as 2026-11-21T10:35:38Z"
        ) { raw in
            guard let text = raw.string else { return .wrongType }
            return Instant(rfc3339: text).map { .value($0) }
                ?? .wrong(code: "invalid_format", message: "must be a time such as 2026-11-21T10:35:38Z")
        }
    }

    /// A calendar date `YYYY-MM-DD`; nil when the field is absent.
    public mutating func optionalDate(
        _ name: String, in place: FieldPlace? = nil, required: Bool = false, _ description: String
    ) -> CalendarDate? {
        read(
            name, in: place, required: required, schema: JSONSchema.date, description,
            expected: "a date such as 2026-11-21"
        ) { raw in
            guard let text = raw.string else { return .wrongType }
            return CalendarDate(text).map { .value($0) }
                ?? .wrong(code: "invalid_format", message: "must be a day that exists, such as 2026-11-21")
        }
    }

    /// A list of objects in a JSON body.
    public mutating func list<Element: RouteInput>(
        _ name: String, _ count: ClosedRange<Int>, of type: Element.Type, _ description: String
    ) -> [Element] {
        let nodes: [JSONNode]? = read(
            name, in: .body, required: true,
            schema: JSONSchema.list(of: FieldReader.schema(of: type), count), description,
            expected: "a list of objects"
        ) { raw in
            guard case .json(let node) = raw, node.kind == .array else { return .wrongType }
            guard count.contains(node.count) else {
                return .wrong(
                    code: "out_of_range",
                    message: "must have \(count.lowerBound) to \(count.upperBound) items, not \(node.count)")
            }
            return .value(Array(node.elements))
        }
        return nodes.map { readElements(name, $0) } ?? []
    }

    /// A list of texts in a JSON body; one line each in a form. Nil when the field is absent.
    public mutating func optionalTexts(
        _ name: String, _ count: ClosedRange<Int>, length: ClosedRange<Int>, _ description: String
    ) -> [String]? {
        let element = JSONSchema.text(length, pattern: nil, example: nil)
        return read(
            name, in: .body, required: false, schema: JSONSchema.list(of: element, count), description,
            expected: "a list of texts"
        ) { raw in
            guard let texts = raw.texts else { return .wrongType }
            guard count.contains(texts.count) else {
                return .wrong(
                    code: "out_of_range",
                    message: "must have \(count.lowerBound) to \(count.upperBound) items, not \(texts.count)")
            }
            guard let long = texts.firstIndex(where: { !length.contains($0.unicodeScalars.count) }) else {
                return .value(texts)
            }
            return .wrong(
                code: "out_of_range",
                message: "item \(long + 1) must have \(length.lowerBound) to \(length.upperBound) characters")
        }
    }

    /// Ids in a list of a JSON body; in a form every field of the name, as tick boxes send them. Nil when the field is absent.
    public mutating func optionalIdentifiers(
        _ name: String, _ count: ClosedRange<Int>, _ description: String
    ) -> [Int64]? {
        let sent = source?.formValues(name)
        return read(
            name, in: .body, required: false, schema: JSONSchema.list(of: .id, count), description,
            expected: "a list of ids"
        ) { raw in
            guard let texts = sent ?? raw.texts else { return .wrongType }
            guard count.contains(texts.count) else {
                return .wrong(
                    code: "out_of_range",
                    message: "must have \(count.lowerBound) to \(count.upperBound) items, not \(texts.count)")
            }
            let ids = texts.compactMap { FieldReader.id($0) }
            guard ids.count == texts.count else {
                return .wrong(code: "invalid_format", message: "must be ids of decimal digits")
            }
            return .value(ids)
        }
    }

    private static func id(_ text: String) -> Int64? {
        let isID = (1...19).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        return isID ? Int64(text) : nil
    }

    private mutating func readText(
        _ name: String, _ length: ClosedRange<Int>, _ pattern: TextPattern?, _ place: FieldPlace?, required: Bool,
        _ example: String?, _ description: String
    ) -> String? {
        read(
            name, in: place, required: required,
            schema: JSONSchema.text(length, pattern: pattern?.expression, example: example), description,
            expected: "text"
        ) { raw in
            guard let text = raw.string else { return .wrongType }
            let count = text.unicodeScalars.count
            if count < length.lowerBound {
                return .wrong(
                    code: "too_short",
                    message: count == 0 ? "must not be empty" : "must have at least \(length.lowerBound) characters")
            }
            if count > length.upperBound {
                return .wrong(code: "too_long", message: "must have at most \(length.upperBound) characters")
            }
            if let pattern, !pattern.matches(text) {
                return .wrong(code: "invalid_format", message: "must match \(pattern.expression)")
            }
            return .value(text)
        }
    }

    private mutating func readInteger(
        _ name: String, _ range: ClosedRange<Int64>, _ place: FieldPlace?, required: Bool, _ description: String
    ) -> Int64? {
        read(
            name, in: place, required: required, schema: JSONSchema.wholeNumber(range), description,
            expected: "a whole number from \(range.lowerBound) to \(range.upperBound)"
        ) { raw in
            guard let number = raw.integer else { return .wrongType }
            guard range.contains(number) else {
                return .wrong(
                    code: "out_of_range", message: "must be from \(range.lowerBound) to \(range.upperBound)")
            }
            return .value(number)
        }
    }

    private mutating func readChoice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, of type: Choice.Type, in place: FieldPlace?, required: Bool, _ description: String
    ) -> Choice? where Choice.RawValue == String {
        let names = Choice.allCases.map(\.rawValue)
        return read(
            name, in: place, required: required, schema: JSONSchema.words(names), description,
            expected: "one of \(names.joined(separator: ", "))"
        ) { raw in
            guard let text = raw.string else { return .wrongType }
            return Choice(rawValue: text).map { .value($0) }
                ?? .wrong(code: "not_one_of", message: "must be one of \(names.joined(separator: ", "))")
        }
    }

    private func isPathField(_ name: String, _ place: FieldPlace?) -> Bool {
        place == .path || (place == nil && hasPathName(name))
    }
}
