import Portico

/// Which scans are asked for.
struct ScanListInput: RouteInput {
    let page: PageRequest
    private let fields: ScanFilterFields

    init(_ fields: inout FieldReader) {
        self.fields = ScanFilterFields(&fields)
        page = PageRequest(&fields)
    }

    /// The filter of the store.
    /// - Throws: ``CodeError`` for a code that is too long or a web address without one.
    func filter(for caller: BagCaller) throws(CodeError) -> ScanFilter { try fields.filter(for: caller) }
}

/// Which sacks and bags are asked for.
struct BagListInput: RouteInput {
    let page: PageRequest
    private let fields: BagFilterFields

    var areaCode: String? { fields.areaCode }

    init(_ fields: inout FieldReader) {
        self.fields = BagFilterFields(&fields)
        page = PageRequest(&fields)
    }

    /// The filter of the store.
    func filter(area: String?) -> BagFilter { fields.filter(area: area) }
}

/// Any code that somebody wants to know about.
struct ResolveInput: RouteInput {
    let code: String

    init(_ fields: inout FieldReader) {
        code = fields.text("code", 1...10_000, example: "SB00012", "What was read or typed")
    }
}

/// The history of a sack or bag.
struct HistoryInput: RouteInput {
    let code: String
    let page: PageRequest

    init(_ fields: inout FieldReader) {
        code = fields.codeInPath("code", "Code of a sack or bag, or a sack's SSCC", example: "SB00012")
        page = PageRequest(&fields)
    }
}

/// An area that figures are asked of.
struct AreaInput: RouteInput {
    let areaCode: String?

    init(_ fields: inout FieldReader) {
        areaCode = fields.optionalText("area_code", 1...30, "The area; left out, all that the caller sees")
    }
}
