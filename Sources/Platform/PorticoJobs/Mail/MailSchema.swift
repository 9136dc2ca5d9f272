import PorticoSQL

/// The tables of mail.
public enum MailSchema {
    /// The steps of the schema. Belongs, after ``JobSchema``, to the schema of every application that sends mail.
    public static let component = SchemaComponent(
        name: "mail",
        migrations: [
            Migration(1, "mails") { dialect in
                let (integer, text) = (dialect.integer, dialect.text)
                return """
                    CREATE TABLE mails (
                        id \(dialect.identity),
                        recipient \(text) NOT NULL, recipient_key \(text) NOT NULL, recipient_name \(text),
                        subject \(text) NOT NULL, text \(text) NOT NULL, html \(text),
                        message_id \(text) NOT NULL, state \(text) NOT NULL, reply \(text),
                        created_at \(integer) NOT NULL, sent_at \(integer)) \(dialect.strict);
                    CREATE INDEX mails_by_recipient ON mails (recipient_key, id);
                    CREATE INDEX mails_by_time ON mails (created_at);
                    CREATE TABLE mail_attachments (
                        id \(dialect.identity),
                        mail_id \(integer) NOT NULL REFERENCES mails (id) ON DELETE CASCADE,
                        name \(text) NOT NULL, media_type \(text) NOT NULL, content \(dialect.blob) NOT NULL
                        ) \(dialect.strict);
                    CREATE INDEX mail_attachments_by_mail ON mail_attachments (mail_id);
                    CREATE TABLE mail_suppressions (
                        recipient_key \(text) NOT NULL PRIMARY KEY, reason \(text) NOT NULL,
                        since \(integer) NOT NULL) \(dialect.strict)
                    """
            },
            Migration(2, "what was sent is forgotten") { _ in
                """
                UPDATE mails SET text = '', html = NULL WHERE state IN ('sent', 'suppressed');
                DELETE FROM mail_attachments WHERE mail_id IN (
                    SELECT id FROM mails WHERE state IN ('sent', 'suppressed'))
                """
            },
            // Holds deliveries of mails only; whoever is forgotten has them found by it.
            Migration(3, "deliveries found by their mail") { _ in
                "CREATE INDEX jobs_of_mails ON jobs (payload) WHERE name = 'mail.deliver'"
            },
            // When the server refused the recipient without saying well enough why.
            Migration(4, "refusals in doubt") { dialect in
                "ALTER TABLE mails ADD COLUMN doubted_at \(dialect.integer)"
            },
            // What was written before may hold codes and links: nobody knows which.
            Migration(5, "kinds of mails, and where they stand") { dialect in
                """
                ALTER TABLE mails ADD COLUMN kind \(dialect.text) NOT NULL DEFAULT '';
                ALTER TABLE mails ADD COLUMN is_confidential \(dialect.integer) NOT NULL DEFAULT 1;
                CREATE INDEX mails_by_state ON mails (state, id)
                """
            },
        ])
}
