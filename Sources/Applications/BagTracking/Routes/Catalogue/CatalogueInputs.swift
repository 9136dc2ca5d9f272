import Portico

/// An area to be added.
struct NewAreaInput: RouteInput {
    let area: Area

    init(_ fields: inout FieldReader) {
        let code = fields.text("code", 0...100, example: "kota", "Short name, fixed for ever")
        let name = fields.text("name", 0...200, example: "Kota", "Name people read")
        area = Area(code: code, name: FreeText.trimmed(name))
        fields.note(area.problems)
    }
}

/// An area or a product type that a path names.
struct CatalogueItemInput: RouteInput {
    let code: String

    init(_ fields: inout FieldReader) {
        code = fields.codeInPath("code", "Its short name")
    }
}

/// What is to be different about an area or a product type.
struct CatalogueChangeInput: RouteInput {
    let code: String
    let name: String?
    let isActive: Bool?

    init(_ fields: inout FieldReader) {
        code = fields.codeInPath("code", "Its short name")
        name = fields.optionalText("name", 0...200, "Another name").map { FreeText.trimmed($0) }
        isActive = fields.optionalFlag("is_active", "Whether new sacks may be registered")
    }
}

/// A product type to be added.
struct NewProductTypeInput: RouteInput {
    let type: ProductType

    init(_ fields: inout FieldReader) {
        type = ProductType(
            code: fields.text("code", 0...100, example: "sesame", "Short name, fixed for ever"),
            name: FreeText.trimmed(fields.text("name", 0...200, example: "Sesame", "Name people read")),
            prefix: fields.text("prefix", 0...40, example: "TL", "How its sack codes begin"),
            digits: Int(fields.integer("digits", 3...12, "How many digits follow")),
            capacity: Int(fields.integer("capacity", 1...500, "How many bags fill a sack")),
            unitWeightGrams: Int(fields.integer("unit_weight_grams", 1...100_000, "Weight of one bag in grams")),
            isActive: fields.flag("is_active", default: true, "Whether new sacks may be registered"))
        fields.note(type.problems)
    }
}

/// A change of a product type. Naming a member that is fixed is refused, whatever its value.
struct ProductTypeChangeInput: RouteInput {
    let change: CatalogueChangeInput
    let fixed: [String]

    init(_ fields: inout FieldReader) {
        change = CatalogueChangeInput(&fields)
        fixed = ["code", "prefix", "digits", "capacity", "unit_weight_grams"].filter {
            fields.isNamed($0, "Fixed: naming it is refused, whatever it says")
        }
    }
}
