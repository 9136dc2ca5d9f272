import Portico

/// A person to be added.
struct NewUserInput: RouteInput {
    let email: EmailAddress?
    let name: String
    let role: BagRole
    let areaCode: String?
    let password: String?

    init(_ fields: inout FieldReader) {
        let text = fields.text("email", 1...254, example: "asha@example.org", "Sign-in address")
        email = EmailAddress(text)
        name = FreeText.trimmed(fields.text("name", 1...100, example: "Asha Verma", "Name as others see it"))
        role = fields.choice("role", of: BagRole.self, default: .dispatcher, "What the person does")
        areaCode = fields.optionalText("area_code", 1...30, "The area of dispatchers and gatekeepers")
        password = fields.optionalText("password", 1...1024, "Left out, the person is invited to choose one")
        if !fields.isRecording, email == nil, !text.isEmpty {
            fields.refuse("email", "invalid_format", "must be an email address")
        }
        if !fields.isRecording, name.isEmpty, !fields.errors.contains(where: { $0.field == "name" }) {
            fields.refuse("name", "too_short", "must not be empty")
        }
    }
}

/// What is to be different about a person.
struct UserChangeInput: RouteInput {
    let id: Int64
    let name: String?
    let role: BagRole?
    /// The area wanted; an empty text takes it away, and so does null, which ``takesAreaAway(_:)`` tells.
    let areaCode: String?
    let password: String?

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", "The person")
        name = fields.optionalText("name", 1...100, "Another name").map { FreeText.trimmed($0) }
        role = fields.optionalChoice("role", of: BagRole.self, "Another role")
        areaCode = fields.optionalText("area_code", 0...30, "Another area; empty or null takes it away")
        password = fields.optionalText("password", 1...1024, "Another password")
        if name?.isEmpty == true { fields.refuse("name", "too_short", "must not be empty") }
    }

    /// Whether a body says that the person is to have no area. Fields that are null read as absent ones.
    static func takesAreaAway(_ body: [UInt8]) -> Bool {
        (try? JSONValue(parsing: body))?["area_code"]?.isNull ?? false
    }

    /// The change of the store. A role that has no area takes the area away by itself.
    func change(passwordHash: String?, takesAreaAway: Bool) -> BagUserChange {
        var change = BagUserChange(name: name, role: role, passwordHash: passwordHash)
        if let areaCode {
            change.areaCode = .some(areaCode.isEmpty ? nil : areaCode)
        } else if takesAreaAway || role?.isBoundToArea == false {
            change.areaCode = .some(nil)
        }
        return change
    }
}

/// A person that a path names.
struct UserInput: RouteInput {
    let id: Int64

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", "The person")
    }
}
