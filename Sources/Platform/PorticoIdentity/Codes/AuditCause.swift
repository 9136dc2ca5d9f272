import PorticoHTTP
import PorticoJSON
import PorticoValues

extension AuditEntry {
    /// When and where something was caused, for entries that are made below the routes.
    public struct Cause: Sendable {
        /// When.
        public var at: Instant
        /// Whose account; nil for the program itself and for people who are not signed in.
        public var actorID: Int64?
        /// Id of the request.
        public var requestID: String?
        /// The client's address.
        public var ip: String?

        /// The program's own doing.
        public init(at: Instant) {
            self.at = at
        }

        /// A request's doing.
        public init(_ context: RequestContext) {
            at = context.now
            actorID = context.principal?.accountID
            requestID = context.requestID
            ip = context.clientAddress
        }

        /// An entry of this cause.
        /// - Parameter actorID: who it turned out to be, where the request was not signed in.
        func entry(
            _ action: String, entity: String?, before: JSONValue = .null, after: JSONValue = .null,
            by actorID: Int64? = nil
        ) -> AuditEntry {
            var entry = AuditEntry(action, entity: entity, before: before, after: after, at: at)
            entry.actorID = actorID ?? self.actorID
            entry.requestID = requestID
            entry.ip = ip
            return entry
        }
    }
}
