import Portico

/// What the application keeps about accounts: one role each, and the area of those who belong to one (rule R45).
extension BagSchema {
    static func people(_ dialect: Dialect) -> String {
        """
        CREATE TABLE user_profiles (
            user_id \(dialect.integer) NOT NULL PRIMARY KEY REFERENCES accounts (id),
            role \(dialect.text) NOT NULL CHECK (role IN ('dispatcher', 'gatekeeper', 'biller', 'admin')),
            area_code \(dialect.text) REFERENCES areas (code),
            CHECK ((role IN ('dispatcher', 'gatekeeper')) = (area_code IS NOT NULL))) \(dialect.strict);
        CREATE INDEX user_profiles_role ON user_profiles (role, area_code);

        """
    }
}
