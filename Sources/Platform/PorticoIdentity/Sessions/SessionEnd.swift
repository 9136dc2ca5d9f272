import PorticoSQL
import PorticoValues

/// When sessions end by themselves, as a rule of values and as a condition of statements. Both say the same.
///
/// A kept session does not end by idleness, only at its absolute end. What was kept before counts by the settings of
/// today: where fewer days are offered it ends after those, and where none are it is a session like any other.
extension SessionSettings {
    /// Whether people may stay signed in on a device.
    var offersKept: Bool { kept > .seconds(0) }

    /// How long a session lasts in any case.
    func life(isKept: Bool) -> Span {
        isKept && offersKept ? kept : absolute
    }

    /// When a session ends if no further request comes.
    func end(isKept: Bool, createdAt: Instant, lastSeenAt: Instant, expiresAt: Instant) -> Instant {
        let latest = min(expiresAt, createdAt + life(isKept: isKept))
        return isKept && offersKept ? latest : min(latest, lastSeenAt + idle)
    }

    /// Whether a row of the table `sessions` is valid. The condition names its columns as they are.
    func isValid(at now: Instant) -> SQL {
        let isUsed: SQL = "created_at > \(now - absolute) AND last_seen_at > \(now - idle)"
        guard offersKept else { return "expires_at > \(now) AND \(isUsed)" }
        return """
            expires_at > \(now)
                AND ((is_kept = 1 AND created_at > \(now - kept)) OR (is_kept = 0 AND \(isUsed)))
            """
    }

    /// The column that tells kept sessions apart; those that began before it came are not kept.
    static func keptColumn(_ dialect: Dialect) -> String {
        """
        ALTER TABLE sessions ADD COLUMN is_kept \(dialect.integer) NOT NULL DEFAULT 0 CHECK (is_kept IN (0, 1));
        """
    }
}
