import PorticoSQL

/// The table of limits that operators changed.
public enum LimitSchema {
    /// The steps of its schema.
    public static let component = SchemaComponent(
        name: "limits",
        migrations: [
            Migration(1, "changed limits") { dialect in
                """
                CREATE TABLE changed_limits (
                    name \(dialect.text) NOT NULL PRIMARY KEY,
                    quota \(dialect.integer) NOT NULL,
                    window_seconds \(dialect.integer) NOT NULL,
                    burst \(dialect.integer) NOT NULL,
                    mode \(dialect.text) NOT NULL CHECK (mode IN ('enforced', 'shadow', 'off')),
                    changed_at \(dialect.integer) NOT NULL,
                    changed_by \(dialect.integer)) \(dialect.strict)
                """
            }
        ])
}
