import PorticoHTTP
import PorticoIdentity
import PorticoJSON
import PorticoSQL

extension WebhookRoutes {
    /// What is not there, or not the caller's.
    func known<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw WebhookRoutes.unknown }
        return value
    }

    /// Errors of the desk as clients see them.
    func translated<Value>(_ work: () async throws -> Value) async throws -> Value {
        do {
            return try await work()
        } catch let error as WebhookError {
            switch error {
            case .unknown: throw WebhookRoutes.unknown
            case .notActive:
                throw Problem(409, "webhook_not_active", "The webhook is paused or disabled. Activate it first.")
            case .tooMany(let limit):
                throw Problem(409, "too_many_webhooks", "You have \(limit) webhooks already.")
            case .invalid(let field, let message):
                throw Problem.validation([Problem.FieldError(field: field, code: "not_usable", message: message)])
            }
        }
    }

    func position(_ cursor: String?, list: String) throws -> Int64? {
        guard let cursor else { return nil }
        guard let id = cursors.position(cursor, list: list)?.first.flatMap({ Int64($0) }) else {
            throw Problem(422, "invalid_cursor", "The cursor belongs to another list or was changed.")
        }
        return id
    }

    func answer<Item: JSONRepresentable>(_ page: Page<Item>, list: String) -> ListAnswer<Item> {
        ListAnswer(items: page.items, nextCursor: page.next.map { cursors.sign($0, list: list) })
    }

    func entry(_ action: String, _ subscription: WebhookSubscription, _ context: RequestContext) -> AuditEntry {
        AuditEntry(action, entity: "\(subscription.id)", after: subscription.audited, by: context)
    }

    private static var unknown: Problem { Problem(404, "not_found", "You have no such webhook.") }
}
