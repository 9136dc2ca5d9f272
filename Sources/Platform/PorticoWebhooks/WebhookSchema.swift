import PorticoSQL

/// The tables of webhooks.
public enum WebhookSchema {
    /// The steps of the schema. Needs `EventSchema`, `JobSchema` and the audit of `IdentitySchema` beside it.
    public static let component = SchemaComponent(
        name: "webhooks",
        migrations: [
            Migration(1, "subscriptions and deliveries") { dialect in
                subscriptions(dialect) + deliveries(dialect)
            }
        ])

    private static func subscriptions(_ dialect: Dialect) -> String {
        let (integer, text) = (dialect.integer, dialect.text)
        return """
            CREATE TABLE webhook_subscriptions (
                id \(key(dialect)), owner \(integer) NOT NULL, name \(text) NOT NULL, url \(text) NOT NULL,
                kinds \(text) NOT NULL, secret \(dialect.blob) NOT NULL, old_secret \(dialect.blob),
                old_secret_until \(integer), state \(text) NOT NULL, reason \(text), failing_since \(integer),
                created_at \(integer) NOT NULL) \(dialect.strict);
            CREATE INDEX webhook_subscriptions_owner ON webhook_subscriptions (owner, id);

            """
    }

    /// Those that wait have indexes of their own, so that what is done costs deliveries nothing.
    private static func deliveries(_ dialect: Dialect) -> String {
        let (integer, text) = (dialect.integer, dialect.text)
        return """
            CREATE TABLE webhook_deliveries (
                id \(key(dialect)), subscription_id \(integer) NOT NULL, message_id \(text) NOT NULL,
                kind \(text) NOT NULL, key \(text) NOT NULL, body \(text) NOT NULL, state \(text) NOT NULL,
                attempts \(integer) NOT NULL, due_at \(integer) NOT NULL, created_at \(integer) NOT NULL,
                finished_at \(integer), status \(integer), error \(text)) \(dialect.strict);
            CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (subscription_id, key, id)
                WHERE state = 'waiting';
            CREATE INDEX webhook_deliveries_due ON webhook_deliveries (due_at) WHERE state = 'waiting';
            CREATE INDEX webhook_deliveries_listed ON webhook_deliveries (subscription_id, id);
            CREATE INDEX webhook_deliveries_created ON webhook_deliveries (created_at);
            CREATE TABLE webhook_attempts (
                id \(key(dialect)), delivery_id \(integer) NOT NULL, at \(integer) NOT NULL, status \(integer),
                error \(text), duration \(integer) NOT NULL, excerpt \(text)) \(dialect.strict);
            CREATE INDEX webhook_attempts_delivery ON webhook_attempts (delivery_id, id)
            """
    }

    /// Ids stand in addresses and in seals: none is ever given twice.
    private static func key(_ dialect: Dialect) -> String {
        switch dialect {
        case .sqlite: "INTEGER PRIMARY KEY AUTOINCREMENT"
        case .postgresql: dialect.identity
        }
    }
}
