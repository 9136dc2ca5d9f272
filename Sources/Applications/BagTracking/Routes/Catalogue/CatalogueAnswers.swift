import Portico

/// An area.
struct AreaAnswer: JSONRepresentable {
    static let schemaName = "Area"
    static let example = AreaAnswer(area: Area(code: "lucknow", name: "Lucknow"))

    var area: Area

    func write(to object: inout JSONObjectWriter) {
        object.field("code", area.code)
        object.field("name", area.name)
        object.field("is_active", area.isActive, "Whether new sacks may be registered in it")
    }
}

/// A product type.
struct ProductTypeAnswer: JSONRepresentable {
    static let schemaName = "ProductType"
    static let example = ProductTypeAnswer(type: .mustard)

    var type: ProductType

    func write(to object: inout JSONObjectWriter) {
        object.field("code", type.code)
        object.field("name", type.name)
        object.field("prefix", type.prefix, "How its sack codes begin")
        object.field("digits", type.digits, "How many digits follow")
        object.field("capacity", type.capacity, "How many bags fill a sack")
        object.field("unit_weight_grams", type.unitWeightGrams, "Weight of one bag")
        object.field("is_active", type.isActive, "Whether new sacks may be registered")
        object.field("pattern", type.pattern, "Its sack codes as a regular expression")
    }
}
