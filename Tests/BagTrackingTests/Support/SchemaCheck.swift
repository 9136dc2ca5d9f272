import Portico

/// Says where a JSON value differs from a schema. Checks what the contracts of routes use: kinds, required fields,
/// nulls, listed values, bounds.
struct SchemaCheck {
    let components: [String: JSONSchema]

    /// Every difference, each with its place: `$.items[0].code: …`.
    func differences(_ value: JSONValue, from schema: JSONSchema, at place: String = "$") -> [String] {
        if value.isNull {
            let allowsNull = schema.isNullable || schema.shape == .any
            return allowsNull ? [] : ["\(place): null is not allowed"]
        }
        if !schema.allowedValues.isEmpty, !schema.allowedValues.contains(value) {
            return ["\(place): \(value) is none of the listed values"]
        }
        switch schema.shape {
        case .any: return []
        case .boolean: return value.bool == nil ? ["\(place): is not true or false"] : []
        case .integer: return integer(value, schema, place)
        case .number: return value.double == nil ? ["\(place): is not a number"] : []
        case .string: return string(value, schema, place)
        case .array(let element): return array(value, element, place)
        case .object(let properties, let additional): return object(value, properties, additional, place)
        case .reference(let name):
            guard let component = components[name] else { return ["\(place): there is no component \(name)"] }
            return differences(value, from: component, at: place)
        case .oneOf(let choices):
            let fits = choices.filter { differences(value, from: $0, at: place).isEmpty }
            return fits.count == 1 ? [] : ["\(place): fits \(fits.count) of the choices"]
        }
    }

    private func integer(_ value: JSONValue, _ schema: JSONSchema, _ place: String) -> [String] {
        guard let number = value.int64 else { return ["\(place): is not a whole number"] }
        let isLow = schema.minimum.map { Double(number) < $0 } ?? false
        let isHigh = schema.maximum.map { Double(number) > $0 } ?? false
        return isLow || isHigh ? ["\(place): \(number) is out of its bounds"] : []
    }

    private func string(_ value: JSONValue, _ schema: JSONSchema, _ place: String) -> [String] {
        guard let text = value.string else { return ["\(place): is not text"] }
        switch schema.format {
        case "date-time": return Instant(rfc3339: text) == nil ? ["\(place): \(text) is no time"] : []
        case "date": return CalendarDate(text) == nil ? ["\(place): \(text) is no date"] : []
        default: return []
        }
    }

    private func array(_ value: JSONValue, _ element: JSONSchema, _ place: String) -> [String] {
        guard let elements = value.elements else { return ["\(place): is not a list"] }
        return elements.enumerated().flatMap { differences($1, from: element, at: "\(place)[\($0)]") }
    }

    private func object(
        _ value: JSONValue, _ properties: [JSONSchema.Property], _ additional: JSONSchema?, _ place: String
    ) -> [String] {
        guard let members = value.members else { return ["\(place): is not an object"] }
        let missing = properties.filter { $0.isRequired && value[$0.name] == nil }
        var found = missing.map { "\(place).\($0.name): is missing" }
        for member in members {
            let declared = properties.first { $0.name == member.key }?.schema ?? additional
            guard let declared else {
                found.append("\(place).\(member.key): is not declared")
                continue
            }
            found += differences(member.value, from: declared, at: "\(place).\(member.key)")
        }
        return found
    }
}
