import Portico

/// Which time of a scan to believe (rule R14).
enum ScanTiming {
    /// How far the device's time may lie before the server's.
    static let longestDelay = Span.days(7)
    /// How far the device's time may lie after the server's.
    static let largestLead = Span.minutes(5)

    /// The device's time when it is near enough to the server's, both limits included; else the server's, flagged.
    static func accept(scannedAt: Instant?, recordedAt: Instant) -> (scannedAt: Instant, clockAdjusted: Bool) {
        guard let scannedAt else { return (recordedAt, false) }
        let isNear = scannedAt >= recordedAt - longestDelay && scannedAt <= recordedAt + largestLead
        return isNear ? (scannedAt, false) : (recordedAt, true)
    }
}
