import PorticoJSON

/// Decodes request bodies into fields.
enum RequestBody {
    /// The fields of a body by its content type.
    /// - Throws: ``Problem`` 415 for another media type than the route takes, 400 for malformed content, 422 for JSON that is no
    ///   object.
    static func decode(_ request: Request, for format: Route.Format) throws -> FieldSource.Body {
        switch (format, mediaType(of: request.head)) {
        case (.json, "application/json"): return .json(try object(request.body))
        case (.page, "application/x-www-form-urlencoded"): return .form(try form(request.body))
        case (.json, _):
            throw Problem(415, "unsupported_media_type", "Send the body as application/json.")
        case (.page, _):
            throw Problem(415, "unsupported_media_type", "Send the form as application/x-www-form-urlencoded.")
        case (.raw, "application/json"): return .json(try object(request.body))
        case (.raw, _):
            throw Problem(415, "unsupported_media_type", "Send the body as application/json.")
        }
    }

    /// The media type without parameters, lower case; empty when there is none.
    static func mediaType(of head: RequestHead) -> String {
        let value = head.headers["content-type"] ?? ""
        return value.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
    }

    /// Whether a page of another site could have sent this without asking: the content types of HTML forms.
    static func isFormContent(_ head: RequestHead) -> Bool {
        ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"].contains(mediaType(of: head))
    }

    static func object(_ body: [UInt8]) throws -> JSONNode {
        let document: JSONDocument
        do {
            document = try JSONDocument(parsing: body)
        } catch {
            throw Problem(400, "malformed_json", "The body is not JSON: \(error).")
        }
        guard document.root.kind == .object else {
            throw Problem.validation([
                Problem.FieldError(field: "body", code: "wrong_type", message: "must be a JSON object")
            ])
        }
        return document.root
    }

    private static func form(_ body: [UInt8]) throws -> [(name: String, value: String)] {
        guard let text = String(validating: body, as: UTF8.self), let pairs = PercentCoding.pairs(text) else {
            throw Problem(400, "malformed_form", "The form is not percent-encoded UTF-8.")
        }
        return pairs
    }
}
