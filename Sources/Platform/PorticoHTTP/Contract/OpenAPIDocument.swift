import PorticoJSON
import PorticoLimits

/// The OpenAPI 3.1 document of an application, produced from the declarations that serve.
public struct OpenAPIDocument {
    private let mount: Mount
    private let version: String
    private let isSecure: Bool

    /// The document of a mount.
    /// - Parameter isSecure: whether clients come over TLS, where cookies have another name.
    public init(of mount: Mount, version: String, isSecure: Bool = false) {
        self.mount = mount
        self.version = version
        self.isSecure = isSecure
    }

    /// The document's bytes.
    public var bytes: [UInt8] {
        let info: JSONValue = ["title": .string(mount.title), "version": .string(version)]
        let components: JSONValue = ["schemas": .object(schemas), "securitySchemes": securitySchemes]
        let document: JSONValue = [
            "openapi": "3.1.0", "info": info, "paths": .object(paths), "components": components,
        ]
        return document.bytes
    }

    private var securitySchemes: JSONValue {
        let cookie = "\(isSecure ? "__Host-" : "")\(mount.id)_session"
        return [
            "session": ["type": "apiKey", "in": "cookie", "name": .string(cookie)],
            "token": ["type": "http", "scheme": "bearer", "bearerFormat": "JWT"],
            "csrf": [
                "type": "apiKey", "in": "header", "name": "X-CSRF-Token",
                "description": "csrf_token of the session; needed wherever the session's cookie changes something",
            ],
        ]
    }

    private typealias Members = [(key: String, value: JSONValue)]

    private var documented: [Route] { mount.routes.filter { $0.format != .page } }

    private var paths: Members {
        var paths: [(path: String, operations: Members)] = []
        for route in documented {
            let path = mount.prefix + route.path
            let member = (key: route.method.name.lowercased(), value: operation(route))
            if let index = paths.firstIndex(where: { $0.path == path }) {
                paths[index].operations.append(member)
            } else {
                paths.append((path: path, operations: [member]))
            }
        }
        return paths.map { (key: $0.path, value: .object($0.operations)) }
    }

    private var schemas: Members {
        var components: [String: JSONSchema] = [:]
        for answer in documented.flatMap(\.answers) {
            for (name, schema) in answer.schema?.components ?? [:] { components[name] = schema }
        }
        var schemas: Members = components.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value.json) }
        schemas.append((key: "Problem", value: OpenAPIDocument.problemSchema))
        return schemas
    }

    private func operation(_ route: Route) -> JSONValue {
        var members: Members = [
            (key: "operationId", value: .string(route.name)), (key: "summary", value: .string(route.summary)),
            (key: "description", value: .string(access(route))),
        ]
        var parameters = route.fields.filter { $0.place != .body }.map(parameter)
        if isRepeatable(route) { parameters.append(OpenAPIDocument.idempotencyKey) }
        if !parameters.isEmpty { members.append((key: "parameters", value: .array(parameters))) }
        let body = route.fields.filter { $0.place == .body }
        if !body.isEmpty || route.upload != nil {
            members.append((key: "requestBody", value: requestBody(body, route.upload)))
        }
        members.append((key: "responses", value: .object(responses(route))))
        members.append((key: "security", value: security(route)))
        if case .permission(let name) = route.access { members.append((key: "x-permission", value: .string(name))) }
        members.append((key: "x-rate-limit-class", value: .string(route.limit.name)))
        return .object(members)
    }

    private func security(_ route: Route) -> JSONValue {
        guard route.access != .anonymous else { return .array([]) }
        return route.method.isSafe
            ? [["session": []], ["token": []]] : [["session": [], "csrf": []], ["token": []]]
    }

    private func isRepeatable(_ route: Route) -> Bool { route.method == .post && route.keepsIdempotencyKeys }

    private static let idempotencyKey: JSONValue = [
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "A retry with the same key and body gets the first answer, for 24 hours",
        "schema": ["type": "string", "minLength": 1, "maxLength": 255],
    ]

    private func requestBody(_ fields: [FieldShape], _ upload: UploadRule?) -> JSONValue {
        guard let upload else { return jsonBody(fields) }
        var schema = JSONSchema.object(fields).json
        let file: JSONValue = [
            "type": "string", "format": "binary",
            "description": .string("The file, at most \(upload.mostBytes >> 20) MiB"),
        ]
        var properties = schema["properties"]?.members ?? []
        properties.append((key: upload.field, value: file))
        schema["properties"] = .object(properties)
        let required = (schema["required"]?.elements ?? []) + [.string(upload.field)]
        schema["required"] = .array(required)
        return ["required": true, "content": ["multipart/form-data": ["schema": schema]]]
    }

    private func jsonBody(_ fields: [FieldShape]) -> JSONValue {
        [
            "required": .bool(fields.contains(where: \.isRequired)),
            "content": ["application/json": ["schema": JSONSchema.object(fields).json]],
        ]
    }

    private func parameter(_ field: FieldShape) -> JSONValue {
        .object([
            (key: "name", value: .string(field.name)), (key: "in", value: .string(field.place.rawValue)),
            (key: "required", value: .bool(field.isRequired)), (key: "description", value: .string(field.description)),
            (key: "schema", value: field.schema.json),
        ])
    }

    private func responses(_ route: Route) -> Members {
        var responses: Members = route.answers.map { (key: String($0.status.code), value: response($0)) }
        let problem: JSONValue = ["application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]]
        for (status, codes) in refusals(route).sorted(by: { $0.key < $1.key }) {
            let value: JSONValue = ["description": .string(codes.joined(separator: ", ")), "content": problem]
            responses.append((key: String(status), value: value))
        }
        return responses
    }

    private func response(_ answer: Route.Answer) -> JSONValue {
        var members: Members = [(key: "description", value: .string(answer.description))]
        if answer.status == .created {
            members.append((key: "headers", value: ["Location": OpenAPIDocument.location]))
        }
        if let mediaType = answer.mediaType {
            let content: JSONValue = answer.schema.map { ["schema": $0.schema.json] } ?? .object([])
            members.append((key: "content", value: .object([(key: mediaType, value: content)])))
        }
        return .object(members)
    }

    /// Status and codes of every refusal: the declared ones and those that every such route may give.
    private func refusals(_ route: Route) -> [Int: [String]] {
        var codes: [Int: [String]] = [:]
        func add(_ status: Int, _ code: String) {
            if codes[status]?.contains(code) != true { codes[status, default: []].append(code) }
        }
        for refusal in route.refusals { add(refusal.status.code, refusal.code) }
        let hasBody = route.fields.contains { $0.place == .body }
        add(400, "malformed_query")
        if hasBody {
            add(400, route.upload == nil ? "malformed_json" : "malformed_form")
            add(413, "too_large")
            add(415, "unsupported_media_type")
        }
        if route.fields.contains(where: { $0.place == .path || $0.place == .query }) { add(414, "uri_too_long") }
        if !route.fields.isEmpty { add(422, "validation_failed") }
        if route.fields.contains(where: { $0.place == .path }) { add(404, "not_found") }
        if route.access != .anonymous {
            add(401, "not_signed_in")
            add(403, "forbidden")
        }
        if asksWhoCalls(route) {
            for refusal in mount.authenticator?.refusals(of: route) ?? [] { add(refusal.status.code, refusal.code) }
        }
        if !route.method.isSafe { add(403, "csrf_failed") }
        if route.fields.contains(where: { $0.place == .path }) { add(400, "malformed_path") }
        if isRepeatable(route) {
            add(409, "idempotency_answer_lost")
            add(422, "idempotency_key_reused")
            add(409, "idempotency_in_progress")
        }
        if !route.limit.isUnlimited { add(429, "rate_limited") }
        if route.priority != .vital {
            add(403, "address_denied")
            add(429, "address_banned")
            add(503, "overloaded")
        }
        add(503, "database_unavailable")
        if !route.method.isSafe { add(503, "storage_full") }
        return codes
    }

    /// Whether the site looks for the account behind a request. It does not where all get the same copy, nor where it
    /// answers at once.
    private func asksWhoCalls(_ route: Route) -> Bool {
        guard route.cache.sharing == nil else { return false }
        guard case .immediate = route.handler else { return true }
        return !route.limit.isUnlimited
    }

    private func access(_ route: Route) -> String {
        switch route.access {
        case .anonymous: "Open to everybody."
        case .signedIn: "For everybody who is signed in."
        case .permission(let name): "Needs the permission \(name)."
        case .anyPermission(let names): "Needs one of the permissions \(names.joined(separator: ", "))."
        case .operators: "For operators and callers on the machine itself."
        }
    }

    private static let location: JSONValue = [
        "description": "Where what was made is found", "schema": ["type": "string", "format": "uri-reference"],
    ]

    private static let problemSchema: JSONValue = [
        "type": "object", "description": "RFC 9457 problem details",
        "required": ["type", "title", "status", "detail", "code", "request_id"],
        "properties": [
            "type": ["type": "string"], "title": ["type": "string"], "status": ["type": "integer"],
            "detail": ["type": "string"], "code": ["type": "string"], "request_id": ["type": "string"],
            "errors": [
                "type": "array",
                "items": [
                    "type": "object", "required": ["field", "code", "message"],
                    "properties": [
                        "field": ["type": "string"], "code": ["type": "string"], "message": ["type": "string"],
                    ],
                ],
            ],
        ],
    ]
}
