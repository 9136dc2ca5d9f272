import PorticoValues

/// How long mails wait for a server that can't be reached. Such a wait costs no try: it says nothing of the mail.
enum MailPatience {
    /// From this age on, a mail that finds no server is treated as any that could not be delivered.
    static let limit = Span.days(1)
    private static let shortest = Span.minutes(1)
    private static let longest = Span.hours(1)

    /// The pause before a mail of some age looks for the server again: a quarter of its age, between a minute and an
    /// hour, and up to a fifth more at random, so that what waits does not come back together. Nil when it has waited
    /// long enough.
    /// - Parameter least: what the pause is not to be shorter than.
    static func pause(atAge age: Span, least: Span? = nil) -> Span? {
        guard age < limit else { return nil }
        let base = min(max(.milliseconds(age.milliseconds / 4), shortest), longest)
        let pause = Span.milliseconds(base.milliseconds + Int64.random(in: 0...base.milliseconds / 5))
        return max(pause, least ?? pause)
    }
}
