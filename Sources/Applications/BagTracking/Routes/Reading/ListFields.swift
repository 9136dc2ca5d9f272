import Portico

extension FieldReader {
    /// Two points in time or days of the warehouse, the first not after the second. A day that ends a range is part of
    /// it.
    mutating func moments(_ from: String, _ to: String, _ description: String) -> (from: Instant?, to: Instant?) {
        let first = moment(from, "\(description) from this time or day on")
        let last = moment(to, "\(description) before this time, or up to the end of this day")
        if let first, let last, first.start > last.start { refuse(to, "out_of_range", "must not be before \(from)") }
        return (first?.start, last?.end)
    }

    /// A point in time, or the beginning and end of a day.
    private mutating func moment(_ name: String, _ description: String) -> (start: Instant, end: Instant)? {
        guard let text = optionalText(name, 1...40, in: .query, example: "2026-11-21", description) else { return nil }
        if let instant = Instant(rfc3339: text) { return (instant, instant) }
        if let date = CalendarDate(text) {
            return (TimeZoneOffset.india.start(of: date), TimeZoneOffset.india.start(of: date.adding(days: 1)))
        }
        refuse(name, "invalid_format", "must be a time such as 2026-11-21T10:35:38Z or a day such as 2026-11-21")
        return nil
    }
}

extension BagCaller {
    /// The area a list or figure is about: the one asked for, or the only one the caller sees; nil for all areas.
    /// - Throws: ``Refusal`` 404 for an area that is not the caller's, or does not exist.
    func area(asked: String?, among catalog: Catalog) throws(Refusal) -> String? {
        if let areaCode {
            guard asked == nil || asked == areaCode else { throw CatalogStore.unknownArea(asked ?? "") }
            return areaCode
        }
        guard let asked else { return nil }
        guard catalog.areaCodes.contains(asked) else { throw CatalogStore.unknownArea(asked) }
        return asked
    }
}
