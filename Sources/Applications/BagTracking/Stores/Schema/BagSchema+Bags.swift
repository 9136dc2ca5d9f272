import Portico

/// Sacks and bags in one table, because they share one space of codes (rule R8). A bag's sack and a sack's bill are
/// single columns, so that "in two sacks" and "on two bills" cannot be stored.
extension BagSchema {
    static func bags(_ dialect: Dialect) -> String {
        """
        CREATE TABLE bags (
            id \(dialect.identity),
            code \(dialect.text) NOT NULL UNIQUE CHECK (length(code) <= 20),
            code_reversed \(dialect.text) NOT NULL,
            kind \(dialect.text) NOT NULL CHECK (kind IN ('parent', 'child')),
            product_type \(dialect.text) REFERENCES product_types (code),
            area_code \(dialect.text) NOT NULL REFERENCES areas (code),
            status \(dialect.text) NOT NULL,
            parent_id \(dialect.integer),
            parent_kind \(dialect.text),
            bill_id \(dialect.integer) REFERENCES bills (id),
            child_count \(dialect.integer),
            capacity \(dialect.integer),
            unit_weight_grams \(dialect.integer),
            lot \(dialect.text) CHECK (length(lot) <= 40),
            test_date \(dialect.text),
            sscc \(dialect.text) CHECK (length(sscc) = 18),
            hold_reason \(dialect.text) CHECK (length(hold_reason) <= 200),
            hold_since \(dialect.integer),
            link_scan_id \(dialect.integer),
            linked_at \(dialect.integer),
            linked_by \(dialect.integer),
            created_at \(dialect.integer) NOT NULL,
            created_by \(dialect.integer) NOT NULL,
            updated_at \(dialect.integer) NOT NULL,
            UNIQUE (id, kind),
            FOREIGN KEY (parent_id, parent_kind) REFERENCES bags (id, kind),
            CHECK (
                (kind = 'parent' AND parent_id IS NULL AND parent_kind IS NULL AND product_type IS NOT NULL
                    AND status IN ('empty', 'filling', 'full', 'retired')
                    AND capacity IS NOT NULL AND capacity BETWEEN 1 AND 500
                    AND unit_weight_grams IS NOT NULL AND unit_weight_grams > 0
                    AND child_count IS NOT NULL AND child_count BETWEEN 0 AND capacity)
                OR (kind = 'child' AND bill_id IS NULL AND sscc IS NULL AND hold_reason IS NULL
                    AND capacity IS NULL AND child_count IS NULL AND unit_weight_grams IS NULL
                    AND ((parent_id IS NULL AND parent_kind IS NULL AND status IN ('loose', 'retired'))
                        OR (parent_id IS NOT NULL AND parent_kind = 'parent' AND parent_kind IS NOT NULL
                            AND status = 'linked')))),
            CHECK ((hold_reason IS NULL) = (hold_since IS NULL))) \(dialect.strict);
        CREATE INDEX bags_area_code ON bags (area_code, kind, code);
        CREATE INDEX bags_code_reversed ON bags (code_reversed);
        CREATE INDEX bags_parent ON bags (parent_id) WHERE parent_id IS NOT NULL;
        CREATE INDEX bags_bill ON bags (bill_id) WHERE bill_id IS NOT NULL;
        CREATE INDEX bags_area_kind_status ON bags (area_code, kind, status, id);
        CREATE INDEX bags_kind_status ON bags (kind, status, id);
        CREATE INDEX bags_lot ON bags (lot) WHERE lot IS NOT NULL;
        CREATE UNIQUE INDEX bags_sscc ON bags (sscc) WHERE sscc IS NOT NULL;

        """
    }

    /// What a search asks of every code it finds, beside the code. SQLite's rows are found so fast that it brings nothing.
    static func coveringCodes(_ dialect: Dialect) -> String {
        switch dialect {
        case .sqlite: ""
        case .postgresql:
            """
            DROP INDEX bags_code_reversed;
            CREATE INDEX bags_code_reversed ON bags (code_reversed) INCLUDE (id, kind, status, area_code);
            ALTER TABLE bags DROP CONSTRAINT bags_code_key;
            ALTER TABLE bags ADD CONSTRAINT bags_code_key UNIQUE (code) INCLUDE (id, kind, status, area_code);

            """
        }
    }

    /// Codes by their first four characters, and in each beginning in the order of ids: what a search for the beginning of
    /// many codes shows first.
    static func codeStems(_ dialect: Dialect) -> String {
        switch dialect {
        case .sqlite: "CREATE INDEX bags_stem ON bags (substr(code, 1, 4));"
        case .postgresql:
            "CREATE INDEX bags_stem ON bags (substr(code, 1, 4), id) INCLUDE (code, kind, status, area_code);"
        }
    }

    /// Sacks on hold, newest first: few among very many.
    static let sacksOnHold = "CREATE INDEX bags_hold ON bags (id) WHERE hold_reason IS NOT NULL;"

    /// Sacks on bills, newest first. They lie behind all those that are packed today.
    static let sacksOnBills = "CREATE INDEX bags_billed ON bags (id) WHERE bill_id IS NOT NULL;"

    /// Sacks by their codes, with what a search among them asks: one sack stands among twenty-five codes.
    static func sackCodes(_ dialect: Dialect) -> String {
        let further = dialect == .postgresql ? "INCLUDE (id, kind, status, area_code) " : ""
        return "CREATE INDEX bags_sack_code ON bags (code) \(further)WHERE kind = 'parent';"
    }

    /// Which sack carried which SSCC from when to when (rule R7), and the next serial of each number range.
    static func ssccAssignments(_ dialect: Dialect) -> String {
        """
        CREATE TABLE sscc_assignments (
            id \(dialect.identity),
            sscc \(dialect.text) NOT NULL CHECK (length(sscc) = 18),
            bag_id \(dialect.integer) NOT NULL REFERENCES bags (id),
            assigned_at \(dialect.integer) NOT NULL,
            released_at \(dialect.integer)) \(dialect.strict);
        CREATE UNIQUE INDEX sscc_assignments_present ON sscc_assignments (sscc) WHERE released_at IS NULL;
        CREATE INDEX sscc_assignments_sscc ON sscc_assignments (sscc);
        CREATE INDEX sscc_assignments_bag ON sscc_assignments (bag_id);
        CREATE TABLE sscc_serials (
            number_range \(dialect.text) NOT NULL PRIMARY KEY,
            next_serial \(dialect.integer) NOT NULL) \(dialect.strict);

        """
    }
}
