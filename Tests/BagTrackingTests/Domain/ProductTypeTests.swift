import Testing

@testable import BagTracking

@Suite("Rules R2 and R3: product types and sack codes")
struct ProductTypeTests {
    @Test("knows the built-in types")
    func builtIn() {
        #expect(ProductType.mustard.pattern == "^SB[0-9]{5}$")
        #expect(ProductType.moong.pattern == "^M444-[0-9]{5}$")
        #expect(ProductType.mustard.capacity == 30)
        #expect(ProductType.moong.capacity == 15)
        #expect(ProductType.builtIn.allSatisfy { $0.unitWeightGrams == 1000 && $0.isActive && $0.problems.isEmpty })
        #expect(builtInCatalog.type(code: "moong") == .moong)
    }

    @Test(
        "recognises sack codes", arguments: [("SB00001", "mustard"), ("M444-00001", "moong"), ("SB99999", "mustard")])
    func matches(code: String, type: String) throws {
        #expect(builtInCatalog.type(ofParentCode: code)?.code == type)
        #expect(try ParentReference.parse(code.lowercased(), catalog: builtInCatalog).text == code)
    }

    @Test(
        "refuses what is no sack code",
        arguments: [
            "SB1234", "SB123456", "SB-12345", "M445-12345", "SB1234A", "", "SB", "SB١٢٣٤٥", "M44400001", "1234567",
            "SB00001'; DROP TABLE bags", "<script>", "🌾",
        ])
    func refuses(code: String) {
        #expect(builtInCatalog.type(ofParentCode: code) == nil)
        #expect(parentError(code)?.code == "invalid_parent_code")
    }

    @Test(
        "says what is wrong with a sack code",
        arguments: [
            ("SB1234", "SB1234 has 4 digits, Mustard sacks have SB and 5 digits"),
            ("SB123456", "SB123456 has 6 digits"),
            ("SB-12345", "hyphen"),
            ("M445-12345", "Sacks have SB and 5 digits, or M444- and 5 digits"),
            ("", "No code was read"),
            ("LABEL NO: 1234567", "label of a bag"),
        ])
    func explains(code: String, hint: String) {
        #expect(parentError(code)?.detail.contains(hint) == true)
    }

    @Test("an inactive type still claims its codes")
    func inactive() {
        let catalog = ProductCatalog([productType("XY", 4, active: false)])
        #expect(catalog.type(ofParentCode: "XY0001") != nil)
    }

    @Test(
        "two types overlap when one string could match both",
        arguments: [
            ("SB", 5, "SB", 5, true),
            ("SB", 5, "SB1", 4, true),
            ("SB", 5, "SB12", 3, true),
            ("SB", 5, "SB1", 5, false),
            ("SB", 5, "SB", 6, false),
            ("SB", 5, "SBA", 4, false),
            ("SB", 5, "SB-", 4, false),
            ("SB", 5, "SC", 5, false),
            ("M444-", 5, "M", 9, false),
            ("M444", 6, "M", 9, true),
        ])
    func overlaps(first: String, digits: Int, second: String, otherDigits: Int, expected: Bool) {
        let one = productType(first, digits)
        let other = productType(second, otherDigits)
        #expect(one.overlaps(other) == expected)
        #expect(other.overlaps(one) == expected)
        #expect(ProductCatalog([one]).refusal(toAdd: other)?.code == (expected ? "pattern_overlap" : nil))
    }

    @Test(
        "checks every member at its limits",
        arguments: [
            (
                "code", ["ab", "a_9", String(repeating: "a", count: 30)],
                ["a", "9a", "Ab", "a-b", "", String(repeating: "a", count: 31)]
            ),
            ("name", ["A", String(repeating: "ä", count: 60)], ["", "  ", String(repeating: "n", count: 61)]),
            ("prefix", ["A", "M444-", "ABCDEFGHIJ"], ["", "4M", "-A", "ab", "ABCDEFGHIJK", "A_"]),
        ])
    func texts(field: String, good: [String], bad: [String]) {
        for (value, isGood) in good.map({ ($0, true) }) + bad.map({ ($0, false) }) {
            var type = productType("AB", 5)
            switch field {
            case "code": type.code = value
            case "name": type.name = value
            default: type.prefix = value
            }
            #expect(type.problems.map(\.field) == (isGood ? [] : [field]), "\(field) = \(value)")
        }
    }

    @Test("checks numbers at their limits")
    func numbers() {
        let cases: [(WritableKeyPath<ProductType, Int>, String, ClosedRange<Int>)] = [
            (\.digits, "digits", 3...12), (\.capacity, "capacity", 1...500),
            (\.unitWeightGrams, "unit_weight_grams", 1...100_000),
        ]
        for (path, field, range) in cases {
            for value in [range.lowerBound - 1, range.lowerBound, range.upperBound, range.upperBound + 1] {
                var type = productType("AB", 5)
                type[keyPath: path] = value
                #expect(type.problems.map(\.field) == (range.contains(value) ? [] : [field]), "\(field) = \(value)")
            }
        }
        #expect(productType("ABCDEFGHIJ", 10).problems.isEmpty)
        #expect(productType("ABCDEFGHIJ", 11).problems.map(\.field) == ["digits"])
    }

    @Test("only name and activity can change afterwards")
    func patch() {
        #expect(ProductType.refusal(toPatch: ["name", "is_active", "colour"]) == nil)
        let refusal = ProductType.refusal(toPatch: ["name", "capacity", "digits"])
        #expect(refusal?.code == "product_type_fixed")
        #expect(refusal?.status == .conflict)
        #expect(refusal?.detail.hasPrefix("digits, capacity cannot change") == true)
    }

    @Test("numbers sacks with leading zeros as long as they fit")
    func serials() {
        #expect(ProductType.mustard.parentCode(serial: 1) == "SB00001")
        #expect(ProductType.moong.parentCode(serial: 99_999) == "M444-99999")
        #expect(ProductType.mustard.parentCode(serial: 100_000) == nil)
        #expect(ProductType.mustard.parentCode(serial: -1) == nil)
    }
}
