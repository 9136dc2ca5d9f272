import Portico

/// What the office may be told about sacks and bags (rules R7, R17, R20, R21, R42).
extension Refusal {
    static func bagNotFound(_ code: String) -> Refusal {
        .notFound("bag_not_found", "\(CodeError.quote(code)) is not registered. Check the code on the label.")
    }

    /// R42: a code that nothing has.
    static func unknownCode(_ text: String, suggestions: [String]) -> Refusal {
        let hint = suggestions.isEmpty ? "Scan it again." : "Did you mean \(suggestions.joined(separator: ", "))?"
        return Refusal(
            status: .notFound, code: "unknown_code", detail: "\(CodeError.quote(text)) is not known. \(hint)",
            suggestions: suggestions)
    }

    static func notLinked(_ child: ChildFacts) -> Refusal {
        .conflict("not_linked", "Bag \(child.code) is in no sack.", current: child.current)
    }

    static func onHold(_ code: String, reason: String) -> Refusal {
        .conflict(
            "on_hold", "Sack \(code) is on hold: \(reason). Load another sack, or have the hold lifted by the office.")
    }

    /// - Parameter billCode: the present bill; nil when the bag left on a dispatched one before.
    static func bagBilled(_ code: String, billCode: String?) -> Refusal {
        let detail =
            billCode.map { "\(code) is on bill \($0). Take it off the bill first." }
            ?? "\(code) has left on a dispatched bill and must stay on record."
        return .conflict("bag_billed", detail)
    }

    static func bagLinked(_ child: ChildFacts) -> Refusal {
        .conflict(
            "bag_linked",
            "Bag \(child.code) is in sack \(child.parentCode ?? ""). Take it out of the sack first.",
            current: child.current)
    }

    static func hasChildren(_ code: String, count: Int) -> Refusal {
        var refusal = Refusal.conflict(
            "has_children",
            "Sack \(code) holds \(counted(count, "bag")). Empty it first, or choose to make its bags loose.")
        refusal.numbers = ["child_count": count]
        return refusal
    }

    static func ssccInUse(_ sscc: SSCC) -> Refusal {
        .conflict("sscc_in_use", "Another sack carries SSCC \(sscc.text). Use another number, or release it there.")
    }

    /// R7: a sack has at most one SSCC.
    static func carriesSSCC(_ code: String, _ present: SSCC) -> Refusal {
        .conflict("sscc_in_use", "Sack \(code) already carries SSCC \(present.text). Release that number first.")
    }

    static func ssccRecentlyUsed(_ sscc: SSCC, freeAt: Instant) -> Refusal {
        let day = TimeZoneOffset.india.date(of: freeAt).text
        return .conflict(
            "sscc_recently_used",
            "SSCC \(sscc.text) was on another sack less than 365 days ago. Only that sack may carry it before \(day).")
    }

    static func companyPrefixMissing() -> Refusal {
        .conflict(
            "company_prefix_missing",
            "No GS1 company prefix is set, so no SSCC can be made. Enter a number yourself, "
                + "or have bags.gs1_company_prefix set.")
    }

    /// `1 bag`, `2 bags`.
    static func counted(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }
}
