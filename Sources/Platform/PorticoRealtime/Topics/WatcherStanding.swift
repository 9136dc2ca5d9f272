import PorticoHTTP
import PorticoValues

/// Whether somebody who watches topics may still be told of them.
public enum WatcherStanding: Sendable, Hashable {
    /// They may.
    case allowed
    /// They may not: signed out, moved elsewhere, or with a token that is over.
    case over
    /// Nobody can tell now, such as while the database is away. Nothing is told meanwhile, it is asked again, and in the end
    /// the client is sent to come back later.
    case unknown

    /// How long nobody may be able to tell before the client is sent away, unless somebody says otherwise.
    public static let patience = Span.seconds(30)

    /// The standing by a question that may fail. A ``Problem`` below 500 is an answer, and whatever else is thrown none.
    /// - Parameter isAllowed: asks whether they may.
    public static func asking(_ isAllowed: () async throws -> Bool) async -> WatcherStanding {
        do {
            return try await isAllowed() ? .allowed : .over
        } catch {
            let problem = (error as? Problem) ?? (error as? any ProblemConvertible)?.problem
            return (problem?.status.code ?? 500) < 500 ? .over : .unknown
        }
    }
}
