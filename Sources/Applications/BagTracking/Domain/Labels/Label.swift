/// A label to be printed: a code and what is written beside it.
struct Label: Sendable, Hashable {
    let code: LabelCode
    /// Name of the area that the sack or bag is registered in, where the person who prints may see it.
    let area: String?

    /// The most labels of one sheet.
    static let most = 1000

    /// What is written below the code, the product first. A product whose name the fonts of paper have not is called by its
    /// short name.
    /// - Parameter draws: whether paper can show a text.
    func lines(draws: (String) -> Bool = { _ in true }) -> [String] {
        let own: [String]
        switch code.kind {
        case .sack(let type):
            let bags = type.capacity == 1 ? "1 bag" : "\(type.capacity) bags"
            own = [draws(type.name) ? type.name : type.code, bags]
        case .bag: own = ["Bag"]
        case .sscc: own = ["SSCC"]
        case .ticket: own = ["Return ticket"]
        case .command(let command): own = [command.words]
        }
        return own + [area].compactMap(\.self)
    }
}

/// Which labels are asked for: codes one by one, or serial numbers of a product type (rule R43).
enum LabelChoice: Sendable, Hashable {
    case codes([String])
    case serials(productType: String, first: Int, count: Int)

    /// The codes.
    /// - Parameter isKnownChild: see ``LabelCode/read(_:catalog:isKnownChild:)``.
    /// - Throws: a refusal that names each field.
    func codes(
        _ catalog: ProductCatalog, isKnownChild: (String) -> Bool
    ) throws(Refusal) -> [LabelCode] {
        switch self {
        case .codes(let texts): try LabelChoice.read(texts, catalog, isKnownChild)
        case .serials(let name, let first, let count): try LabelChoice.serials(name, first, count, catalog)
        }
    }

    private static func read(
        _ texts: [String], _ catalog: ProductCatalog, _ isKnownChild: (String) -> Bool
    ) throws(Refusal) -> [LabelCode] {
        guard (1...Label.most).contains(texts.count) else {
            throw .validation([.outOfRange("codes", "Enter 1 to \(Label.most) codes.")])
        }
        var codes: [LabelCode] = []
        var problems: [FieldProblem] = []
        for (index, text) in texts.enumerated() {
            do throws(CodeError) {
                codes.append(try LabelCode.read(text, catalog: catalog, isKnownChild: isKnownChild))
            } catch {
                problems.append(FieldProblem(field: "codes[\(index)]", code: error.code, message: error.detail))
            }
        }
        guard problems.isEmpty else { throw .validation(Array(problems.prefix(100))) }
        return codes
    }

    private static func serials(
        _ name: String, _ first: Int, _ count: Int, _ catalog: ProductCatalog
    ) throws(Refusal) -> [LabelCode] {
        guard let type = catalog.type(code: name) else {
            throw .validation([.invalid("product_type", "There is no product type \(CodeError.quote(name)).")])
        }
        guard (1...Label.most).contains(count) else {
            throw .validation([.outOfRange("count", "Enter 1 to \(Label.most) labels.")])
        }
        guard let codes = LabelCode.serials(of: type, from: first, count: count) else {
            throw .validation([
                .outOfRange("first_serial", "The last number has more digits than the \(type.digits) of \(type.name).")
            ])
        }
        return codes
    }
}
