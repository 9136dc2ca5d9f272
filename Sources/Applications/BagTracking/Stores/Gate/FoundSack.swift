import Portico

/// A sack that was found on a lorry and is not on its bill.
struct FoundSack: Sendable, Hashable {
    /// The sack's own code.
    let code: String
    /// The area it belongs to now.
    let areaCode: String
    /// What was scanned; nil for findings from before that was kept.
    let scanned: String?

    /// What the reader may know of it: the sack's own code where the area is theirs, else what was scanned and nothing more,
    /// because an SSCC must not tell whose it is (rule R9).
    func text(for caller: BagCaller) -> String {
        caller.sees(areaCode) ? code : scanned ?? ""
    }
}
