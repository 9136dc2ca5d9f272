import PorticoSQL

/// The table of text messages.
public enum TextSchema {
    /// The steps of the schema. Belongs, after ``JobSchema``, to the schema of every application that sends text messages.
    public static let component = SchemaComponent(
        name: "texts",
        migrations: [
            Migration(1, "text messages") { dialect in
                let (integer, text) = (dialect.integer, dialect.text)
                return """
                    CREATE TABLE text_messages (
                        id \(dialect.identity), message_id \(text) NOT NULL, account_id \(integer),
                        kind \(text) NOT NULL, content \(dialect.blob), state \(text) NOT NULL, status \(integer),
                        created_at \(integer) NOT NULL, expires_at \(integer) NOT NULL, ended_at \(integer)
                        ) \(dialect.strict);
                    CREATE INDEX text_messages_by_account ON text_messages (account_id);
                    CREATE INDEX text_messages_by_time ON text_messages (created_at)
                    """
            }
        ])
}
