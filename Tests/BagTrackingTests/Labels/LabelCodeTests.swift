import Testing

@testable import BagTracking

/// Which codes a label may carry, and how labels lie on paper (rule R43).
@Suite struct LabelCodeTests {
    private let catalog = ProductCatalog()

    private func read(_ text: String, known: Bool = false) throws -> LabelCode {
        try LabelCode.read(text, catalog: catalog) { _ in known }
    }

    @Test(
        "R43: the bare code is what stands in the square, however it was given",
        arguments: [
            ("sb00001", "SB00001"), (" M444-00001\n", "M444-00001"), ("]Q12903411", "2903411"),
            ("LABEL NO. 0012345 LOT NO. MUS/1", "0012345"), ("(00)389012340000000015", "389012340000000015"),
            ("https://id.gs1.org/00/389012340000000015", "389012340000000015"),
            ("rtn-20261122-0A1F", "RTN-20261122-0A1F"),
            ("cmd:undo", "CMD:UNDO"),
        ])
    func bareCodes(given: String, text: String) throws {
        #expect(try read(given).text == text)
    }

    @Test(
        "R43: what no scan would take is no label",
        arguments: ["", "SB 1", "abc", "389012340000000016", "RTN-1-0A1F", "🙂"])
    func refused(text: String) {
        #expect(throws: CodeError.self) { try read(text) }
    }

    @Test("R4, R43: what looks like a damaged sack code gets a label only where a bag is called so")
    func damaged() throws {
        #expect(throws: CodeError.self) { try read("SB1234") }
        #expect(try read("SB1234", known: true).kind == .bag)
    }

    @Test("R43: numbers in a row are padded with zeros and must fit the digits")
    func serials() throws {
        let codes = try #require(LabelCode.serials(of: .moong, from: 98, count: 3))
        #expect(codes.map(\.text) == ["M444-00098", "M444-00099", "M444-00100"])
        #expect(LabelCode.serials(of: .mustard, from: 99_999, count: 1)?.map(\.text) == ["SB99999"])
        #expect(LabelCode.serials(of: .mustard, from: 99_999, count: 2) == nil)
        #expect(LabelCode.serials(of: .mustard, from: .max, count: 2) == nil)
        #expect(LabelCode.serials(of: .mustard, from: -1, count: 1) == nil)
    }

    @Test("R43: all labels of a layout lie on its page and none on another", arguments: LabelLayout.allCases)
    func geometry(layout: LabelLayout) {
        let corners = (0..<layout.perPage).map { layout.corner(of: $0) }
        for (left, top) in corners {
            #expect(left >= 0 && left + layout.label.width <= layout.page.width)
            #expect(top >= 0 && top + layout.label.height <= layout.page.height)
        }
        for (index, one) in corners.enumerated() {
            for other in corners[(index + 1)...] {
                let isBeside = abs(one.left - other.left) >= layout.label.width - 0.001
                #expect(isBeside || abs(one.top - other.top) >= layout.label.height - 0.001)
            }
        }
    }

    @Test("R43: a label says product, capacity and area; a name that paper can't show gives way to the short name")
    func words() {
        var hindi = ProductType.mustard
        hindi.name = "सरसों"
        let label = Label(code: LabelCode(text: "SB00001", kind: .sack(hindi)), area: "Lucknow")
        #expect(label.lines() == ["सरसों", "30 bags", "Lucknow"])
        #expect(label.lines { $0.utf8.allSatisfy { $0 < 0x80 } } == ["mustard", "30 bags", "Lucknow"])
    }
}
