import Portico

/// Members that somebody adds to a body in the hope that they are taken (mass assignment), each with a value that would
/// do harm.
enum ForgedMembers {
    private static let all: [(key: String, value: JSONValue)] = [
        (key: "id", value: "1"), (key: "account_id", value: "5"), (key: "user_id", value: "5"),
        (key: "owner", value: "5"), (key: "email", value: "admin@bags.demo"), (key: "role", value: "admin"),
        (key: "roles", value: ["admin"]), (key: "permissions", value: ["user.manage"]),
        (key: "area_code", value: "indore"), (key: "is_active", value: false), (key: "state", value: "delivered"),
        (key: "status", value: "retired"), (key: "version", value: 99),
        (key: "created_at", value: "2001-01-01T00:00:00.000Z"), (key: "created_by", value: "5"),
    ]

    /// The body with those of them that the route does not declare, in the objects of its lists as well.
    static func added(to body: JSONValue, of route: Route) -> JSONValue {
        let declared = route.fields.filter { $0.place == .body }.map {
            JSONSchema.Property(name: $0.name, schema: $0.schema)
        }
        return added(to: body, declared)
    }

    private static func added(to body: JSONValue, _ declared: [JSONSchema.Property]) -> JSONValue {
        let own: [(key: String, value: JSONValue)] = (body.members ?? []).map { member in
            let schema = declared.first { $0.name == member.key }?.schema
            return (key: member.key, value: added(toElementsOf: member.value, schema))
        }
        return .object(own + all.filter { forged in !declared.contains { $0.name == forged.key } })
    }

    private static func added(toElementsOf list: JSONValue, _ schema: JSONSchema?) -> JSONValue {
        guard case .array(let element)? = schema?.shape, case .object(let declared, _) = element.shape,
            let elements = list.elements
        else { return list }
        return .array(elements.map { added(to: $0, declared) })
    }
}
