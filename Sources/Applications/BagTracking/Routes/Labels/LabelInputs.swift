import Portico

/// One label as a drawing.
struct LabelDrawingInput: RouteInput {
    let code: String
    let size: Int

    init(_ fields: inout FieldReader) {
        code = fields.codeInPath("code", "Code of a sack, bag or return ticket, an SSCC, or a command card")
        size = Int(
            fields.optionalInteger("size_mm", 10...200, in: .query, "Side of the square in millimetres; 40 unless said")
                ?? 40)
    }
}

/// Which labels are to be printed, and on what.
struct LabelSheetInput: RouteInput {
    let choice: LabelChoice
    let layout: LabelLayout

    init(_ fields: inout FieldReader) {
        layout = fields.choice(
            "layout", of: LabelLayout.self, default: .small, "Paper: 24 or 8 labels on A4, or a roll of 100 × 50 mm")
        let codes = fields.optionalTexts(
            "codes", 1...Label.most, length: 1...1000, "The codes; or product_type, first_serial and count")
        let type = fields.optionalText("product_type", 1...30, "Sack codes of this product type")
        let first = fields.optionalInteger("first_serial", 0...999_999_999_999, "The first number")
        let count = fields.optionalInteger("count", 1...Int64(Label.most), "How many")
        choice = LabelSheetInput.choice(codes, type, first, count, &fields)
    }

    private static func choice(
        _ codes: [String]?, _ type: String?, _ first: Int64?, _ count: Int64?, _ fields: inout FieldReader
    ) -> LabelChoice {
        let serials = LabelChoice.serials(productType: type ?? "", first: Int(first ?? 0), count: Int(count ?? 1))
        guard !fields.isRecording, fields.errors.isEmpty else { return serials }
        let parts: [(name: String, isGiven: Bool)] = [
            ("product_type", type != nil), ("first_serial", first != nil), ("count", count != nil),
        ]
        if let codes {
            for part in parts where part.isGiven {
                fields.refuse(part.name, "not_allowed", "must not be given beside codes")
            }
            return .codes(codes)
        }
        if parts.allSatisfy({ !$0.isGiven }) {
            fields.refuse("codes", "required", "is missing; codes, or product_type, first_serial and count are needed")
            return serials
        }
        for part in parts where !part.isGiven { fields.refuse(part.name, "required", "is missing") }
        return serials
    }
}
