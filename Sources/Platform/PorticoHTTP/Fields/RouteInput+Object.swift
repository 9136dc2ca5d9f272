import PorticoJSON

extension RouteInput {
    /// Reads the input from a JSON object, as from the body of a route: for calls that come another way than as a request.
    /// - Throws: ``Problem`` 400 for what is no JSON, 422 for what is no object or breaks the rules, naming each field.
    public static func reading(_ object: [UInt8]) throws -> Self {
        var reader = FieldReader(
            source: FieldSource(body: .json(try RequestBody.object(object))), pathNames: [], defaultPlace: .body)
        let input = Self(&reader)
        guard reader.errors.isEmpty else { throw Problem.validation(reader.errors) }
        guard !reader.isUnknownResource else {
            throw Problem(404, "not_found", "There is nothing of this name.")
        }
        return input
    }
}
