import Portico

/// A sack or bag that a path names.
struct BagInput: RouteInput {
    let code: String

    init(_ fields: inout FieldReader) {
        code = fields.codeInPath("code", "Code of a sack or bag, or a sack's SSCC", example: "SB00012")
    }
}

/// A sack or bag, and why something is done to it.
struct ReasonedInput: RouteInput {
    let code: String
    let reason: String

    init(_ fields: inout FieldReader) {
        code = fields.codeInPath("code", "Code of a sack or bag, or a sack's SSCC", example: "SB00012")
        reason = fields.reason()
    }
}

/// A bag and where it is to be moved.
struct MoveInput: RouteInput {
    let code: String
    let target: String
    let reason: String

    init(_ fields: inout FieldReader) {
        code = fields.codeInPath("code", "Code of the bag", example: "2903411")
        target = fields.text("to_parent", 1...1000, example: "SB00013", "The sack it is to be in")
        reason = fields.reason()
    }
}

/// A sack and the number it is to carry.
struct SSCCInput: RouteInput {
    let code: String
    let sscc: String?

    init(_ fields: inout FieldReader) {
        code = fields.codeInPath("code", "Code of the sack", example: "SB00012")
        sscc = fields.optionalText("sscc", 1...1000, "The number; left out, the next own one is taken")
    }
}

/// A sack or bag to be retired.
struct RetireInput: RouteInput {
    /// What may happen to the bags of a sack.
    enum Cascade: String, CaseIterable {
        /// They become loose.
        case unlink
    }

    let code: String
    let cascade: Cascade?

    init(_ fields: inout FieldReader) {
        code = fields.codeInPath("code", "Code of a sack or bag", example: "SB00012")
        cascade = fields.optionalChoice("cascade", of: Cascade.self, "unlink: make the bags of a sack loose first")
    }
}

extension FieldReader {
    /// The reason that every correction must give (rules R17, R21), without white space at its ends.
    mutating func reason() -> String {
        let text = text("reason", 0...1000, example: "Wrong sack at the table", "Why, 3 to 200 characters")
        guard !isRecording, !text.isEmpty || !errors.contains(where: { $0.field == "reason" }) else { return text }
        do throws(FieldProblem) {
            return try Reason.check(text)
        } catch {
            if !errors.contains(where: { $0.field == "reason" }) { refuse(error.field, error.code, error.message) }
            return text
        }
    }
}
