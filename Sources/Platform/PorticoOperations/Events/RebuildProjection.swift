import PorticoJSON
import PorticoJobs
import PorticoValues

/// Builds a projection anew, beside the rows in force. An interrupted run goes on where it was.
public struct RebuildProjection: Job {
    /// Stable name.
    public static let name = "events.rebuild"
    /// A queue of its own, because it takes long, and half a day of time.
    public static let policy = JobPolicy(
        queue: "events", retries: 5, softTimeout: .hours(12), hardTimeout: .hours(13))
    /// Name of the projection.
    public let projection: String

    /// A job for a projection.
    public init(projection: String) {
        self.projection = projection
    }

    /// Reads what ``payload`` wrote.
    public init(payload: JSONValue) throws {
        projection = try payload.text("projection")
    }

    /// The projection's name.
    public var payload: JSONValue { ["projection": .string(projection)] }
    /// One at a time of each.
    public var uniqueness: JobUniqueness? { .whileActive(projection) }
}
