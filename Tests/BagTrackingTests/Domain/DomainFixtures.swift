import Portico

@testable import BagTracking

/// The built-in product types.
let builtInCatalog = ProductCatalog()

/// A sack of mustard in Lucknow.
func sack(
    _ code: String = "SB00001", area: String = "lucknow", count: Int = 0, capacity: Int = 30, retired: Bool = false,
    bill: String? = nil, hold: String? = nil
) -> SackFacts {
    SackFacts(
        code: code, areaCode: area, load: ParentLoad(childCount: count, capacity: capacity, unitWeightGrams: 1000),
        isRetired: retired, billCode: bill, holdReason: hold)
}

/// A registered bag in Lucknow.
func bag(
    _ code: String = "1234567", area: String = "lucknow", retired: Bool = false, in parent: String? = nil,
    bill: String? = nil, link: Int64? = nil
) -> ChildFacts {
    ChildFacts(
        code: code, areaCode: area, isRetired: retired, parentCode: parent, parentBillCode: bill, linkScanID: link)
}

/// A product type with the numbers that matter to a test.
func productType(_ prefix: String, _ digits: Int, active: Bool = true) -> ProductType {
    ProductType(
        code: "type", name: "Type", prefix: prefix, digits: digits, capacity: 10, unitWeightGrams: 500,
        isActive: active)
}

/// What a rule for codes threw, as its stable code; nil when it threw nothing.
func errorCode(_ body: () throws(CodeError) -> Void) -> String? {
    do throws(CodeError) {
        try body()
        return nil
    } catch {
        return error.code
    }
}

/// What reading a text as a sack throws.
func parentError(_ text: String, _ catalog: ProductCatalog = builtInCatalog) -> CodeError? {
    do throws(CodeError) {
        _ = try ParentReference.parse(text, catalog: catalog)
        return nil
    } catch {
        return error
    }
}

/// What reading a text as a bag throws.
func childError(_ text: String, known: Set<String> = []) -> CodeError? {
    do throws(CodeError) {
        _ = try ChildLabel.parse(text, catalog: builtInCatalog, isKnownChild: known.contains)
        return nil
    } catch {
        return error
    }
}
