import Portico

/// Areas and product types: small, read by every request, changed a few times a year.
extension BagSchema {
    static func catalog(_ dialect: Dialect) -> String {
        """
        CREATE TABLE areas (
            code \(dialect.text) NOT NULL PRIMARY KEY CHECK (length(code) <= 30),
            name \(dialect.text) NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
            is_active \(dialect.integer) NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
            created_at \(dialect.integer) NOT NULL) \(dialect.strict);
        CREATE TABLE product_types (
            code \(dialect.text) NOT NULL PRIMARY KEY CHECK (length(code) <= 30),
            name \(dialect.text) NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
            prefix \(dialect.text) NOT NULL CHECK (length(prefix) BETWEEN 1 AND 10),
            digits \(dialect.integer) NOT NULL CHECK (digits BETWEEN 3 AND 12),
            capacity \(dialect.integer) NOT NULL CHECK (capacity BETWEEN 1 AND 500),
            unit_weight_grams \(dialect.integer) NOT NULL CHECK (unit_weight_grams > 0),
            is_active \(dialect.integer) NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
            created_at \(dialect.integer) NOT NULL,
            UNIQUE (prefix, digits)) \(dialect.strict);
        CREATE TABLE catalog_version (
            id \(dialect.integer) NOT NULL PRIMARY KEY CHECK (id = 1),
            version \(dialect.integer) NOT NULL) \(dialect.strict);
        INSERT INTO catalog_version (id, version) VALUES (1, 1);

        """
    }

    /// What every new database begins with (rules R2, R9). The text is fixed with the step: later built-in entries
    /// are steps of their own.
    static func seeds(_ dialect: Dialect) -> String {
        let now =
            switch dialect {
            case .sqlite: "unixepoch() * 1000"
            case .postgresql: "CAST(extract(epoch FROM now()) * 1000 AS BIGINT)"
            }
        return """
            INSERT INTO areas (code, name, created_at) VALUES
                ('lucknow', 'Lucknow', \(now)), ('indore', 'Indore', \(now)), ('jaipur', 'Jaipur', \(now)),
                ('hisar', 'Hisar', \(now)), ('sri_ganganagar', 'Sri Ganganagar', \(now)),
                ('sangaria', 'Sangaria', \(now)), ('bathinda', 'Bathinda', \(now)), ('raipur', 'Raipur', \(now)),
                ('ranchi', 'Ranchi', \(now)), ('akola', 'Akola', \(now));
            INSERT INTO product_types (code, name, prefix, digits, capacity, unit_weight_grams, created_at) VALUES
                ('mustard', 'Mustard', 'SB', 5, 30, 1000, \(now)), ('moong', 'Moong', 'M444-', 5, 15, 1000, \(now));

            """
    }
}
