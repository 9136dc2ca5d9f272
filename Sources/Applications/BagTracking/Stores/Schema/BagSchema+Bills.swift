import Portico

/// Bills: the document of one lorry load. What was on it at dispatch is frozen, because returned sacks leave it later.
extension BagSchema {
    static func bills(_ dialect: Dialect) -> String {
        """
        CREATE TABLE bills (
            id \(dialect.identity),
            code \(dialect.text) NOT NULL CHECK (length(code) BETWEEN 1 AND 50),
            code_key \(dialect.text) NOT NULL UNIQUE,
            state \(dialect.text) NOT NULL
                CHECK (state IN ('open', 'completed', 'loading', 'dispatched', 'delivered', 'cancelled')),
            area_code \(dialect.text) NOT NULL REFERENCES areas (code),
            capacity \(dialect.integer) NOT NULL CHECK (capacity BETWEEN 1 AND 500),
            linked_count \(dialect.integer) NOT NULL DEFAULT 0 CHECK (linked_count BETWEEN 0 AND capacity),
            child_count \(dialect.integer) NOT NULL DEFAULT 0 CHECK (child_count >= 0),
            actual_weight_grams \(dialect.integer) NOT NULL DEFAULT 0 CHECK (actual_weight_grams >= 0),
            expected_weight_grams \(dialect.integer) NOT NULL DEFAULT 0 CHECK (expected_weight_grams >= 0),
            returned_count \(dialect.integer) NOT NULL DEFAULT 0 CHECK (returned_count >= 0),
            dispatched_linked_count \(dialect.integer),
            dispatched_child_count \(dialect.integer),
            dispatched_weight_grams \(dialect.integer),
            description \(dialect.text) CHECK (length(description) <= 500),
            consignee \(dialect.text) CHECK (length(consignee) <= 120),
            destination \(dialect.text) CHECK (length(destination) <= 200),
            vehicle_number \(dialect.text) CHECK (length(vehicle_number) <= 12),
            driver_name \(dialect.text),
            driver_phone \(dialect.text),
            seal_number \(dialect.text),
            short_reason \(dialect.text),
            received_by \(dialect.text),
            created_by \(dialect.integer) NOT NULL,
            created_at \(dialect.integer) NOT NULL,
            completed_at \(dialect.integer),
            dispatched_at \(dialect.integer),
            delivered_at \(dialect.integer),
            version \(dialect.integer) NOT NULL DEFAULT 1) \(dialect.strict);
        CREATE INDEX bills_area_state ON bills (area_code, state, id);
        CREATE INDEX bills_state ON bills (state, id);
        CREATE INDEX bills_creator ON bills (created_by, id);
        CREATE INDEX bills_created ON bills (created_at);

        """
    }

    /// How the key of a code was made. Keys of ASCII codes are the same in both ways; the others are renewed by
    /// ``BillKeys`` at the start.
    static func keyVersions(_ dialect: Dialect) -> String {
        let bytes =
            switch dialect {
            case .sqlite: "length(CAST(code AS BLOB))"
            case .postgresql: "octet_length(code)"
            }
        return """
            ALTER TABLE bills ADD COLUMN key_version \(dialect.integer) NOT NULL DEFAULT 1;
            UPDATE bills SET key_version = 2 WHERE \(bytes) = length(code);
            CREATE INDEX bills_old_keys ON bills (id) WHERE key_version < 2;

            """
    }
}
