import Portico

/// What the forms about areas send.
struct AreaForm: RouteInput {
    let code: String
    let name: String
    let isActive: String

    init(_ fields: inout FieldReader) {
        code = fields.typed("code", "Short name, fixed for ever")
        name = fields.typed("name", "Name people read")
        isActive = fields.typed("is_active", "true when new sacks may be registered there")
    }

    /// What was typed, for the form that is shown again.
    var values: [String: String] {
        let typed = ["code": code, "name": name]
        return isActive.isEmpty ? typed : typed.merging(["is_active": isActive]) { $1 }
    }

    var area: Area { Area(code: ScannedText.tidied(code), name: FreeText.trimmed(name)) }
}

/// What the forms about product types send.
struct ProductForm: RouteInput {
    private static let numbers = ["digits", "capacity", "unit_weight_grams"]

    /// What was typed, for the form that is shown again.
    let values: [String: String]

    init(_ fields: inout FieldReader) {
        var values: [String: String] = [:]
        values["code"] = fields.typed("code", "Short name, fixed for ever")
        values["name"] = fields.typed("name", "Name people read")
        values["prefix"] = fields.typed("prefix", "How the codes of its sacks begin")
        values["digits"] = fields.typed("digits", "How many digits follow the prefix")
        values["capacity"] = fields.typed("capacity", "How many bags fill a sack")
        values["unit_weight_grams"] = fields.typed("unit_weight_grams", "What a bag weighs")
        values["is_active"] = fields.typed("is_active", "true when new sacks may be registered").unlessEmpty
        self.values = values
    }

    var name: String { FreeText.trimmed(values["name"] ?? "") }
    var isActive: Bool { values["is_active"] != nil }

    /// The product type to be added.
    func type() throws(Refusal) -> ProductType {
        let strange = ProductForm.numbers.filter { number($0) == nil }
        let type = ProductType(
            code: text("code"), name: name, prefix: text("prefix"), digits: number("digits") ?? 0,
            capacity: number("capacity") ?? 0, unitWeightGrams: number("unit_weight_grams") ?? 0, isActive: true)
        guard strange.isEmpty else {
            let others = type.problems.filter { !strange.contains($0.field) }
            throw .validation(others + strange.map { FieldProblem.invalid($0, "Enter a whole number.") })
        }
        return type
    }

    private func text(_ field: String) -> String { ScannedText.tidied(values[field] ?? "") }

    private func number(_ field: String) -> Int? { Int(text(field)) }
}

/// An area or product type that a path names, and what is to be different.
struct CatalogEdit<Form: RouteInput>: RouteInput {
    /// Its code. Not called so in the path, because the forms have a field of that name.
    let key: String
    let form: Form

    init(_ fields: inout FieldReader) {
        key = fields.text("key", 1...1000, in: .path, "Short name")
        form = Form(&fields)
    }
}
