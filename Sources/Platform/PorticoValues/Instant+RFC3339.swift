extension Instant {
    /// An instant from an RFC 3339 date-time (`2026-11-21T10:35:38.123Z`, `…+05:30`), or nil.
    ///
    /// Fractions finer than a millisecond are cut off. The leap second `:60` is read as the second after `:59`.
    public init?(rfc3339 text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, let date = CalendarDate(text.prefix(10)), [0x54, 0x74, 0x20].contains(bytes[10]),
            bytes[13] == 0x3A, bytes[16] == 0x3A, let hour = decimal(bytes[11..<13]),
            let minute = decimal(bytes[14..<16]), let second = decimal(bytes[17..<19]), hour < 24, minute < 60,
            second <= 60
        else { return nil }
        var position = 19
        var fraction = 0
        if bytes[position] == 0x2E {
            let digits = bytes[(position + 1)...].prefix { (0x30...0x39).contains($0) }
            guard !digits.isEmpty else { return nil }
            let milliseconds = Array((digits + [0x30, 0x30, 0x30]).prefix(3))
            fraction = decimal(milliseconds) ?? 0
            position += 1 + digits.count
        }
        guard let offset = Instant.zoneOffsetMinutes(bytes[position...]) else { return nil }
        let minutes = date.daysSinceEpoch * 1440 + hour * 60 + minute - offset
        self.init(milliseconds: Int64((minutes * 60 + second) * 1000 + fraction))
    }

    /// RFC 3339 in UTC with milliseconds: `2026-11-21T10:35:38.123Z`.
    public var rfc3339: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        appendRFC3339(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends ``rfc3339`` without building a string.
    public func appendRFC3339(to bytes: inout [UInt8]) {
        let (days, millisecondOfDay) = civil
        let date = CalendarDate(daysSinceEpoch: days)
        appendDecimal(date.year, width: 4, to: &bytes)
        bytes.append(0x2D)
        appendDecimal(date.month, width: 2, to: &bytes)
        bytes.append(0x2D)
        appendDecimal(date.day, width: 2, to: &bytes)
        bytes.append(0x54)
        appendDecimal(millisecondOfDay / 3_600_000, width: 2, to: &bytes)
        bytes.append(0x3A)
        appendDecimal(millisecondOfDay / 60_000 % 60, width: 2, to: &bytes)
        bytes.append(0x3A)
        appendDecimal(millisecondOfDay / 1000 % 60, width: 2, to: &bytes)
        bytes.append(0x2E)
        appendDecimal(millisecondOfDay % 1000, width: 3, to: &bytes)
        bytes.append(0x5A)
    }

    /// Whole days since the epoch and the milliseconds into that day, both in UTC.
    var civil: (days: Int, millisecondOfDay: Int) {
        let perDay = 86_400_000
        let days = Int(milliseconds) >= 0 ? Int(milliseconds) / perDay : (Int(milliseconds) - perDay + 1) / perDay
        return (days, Int(milliseconds) - days * perDay)
    }

    private static func zoneOffsetMinutes(_ bytes: ArraySlice<UInt8>) -> Int? {
        let zone = Array(bytes)
        if zone == [0x5A] || zone == [0x7A] { return 0 }
        guard zone.count == 6, zone[3] == 0x3A, zone[0] == 0x2B || zone[0] == 0x2D, let hours = decimal(zone[1..<3]),
            let minutes = decimal(zone[4..<6]), hours < 24, minutes < 60
        else { return nil }
        return (zone[0] == 0x2B ? 1 : -1) * (hours * 60 + minutes)
    }
}
