import Portico

/// Files that are imported: in the database, so that whichever node takes the job finds them, also after a restart.
extension BagSchema {
    static func imports(_ dialect: Dialect) -> String {
        """
        CREATE TABLE import_files (
            id \(dialect.identity),
            name \(dialect.text) NOT NULL CHECK (length(name) <= 200),
            size \(dialect.integer) NOT NULL,
            created_at \(dialect.integer) NOT NULL) \(dialect.strict);
        CREATE TABLE import_file_parts (
            file_id \(dialect.integer) NOT NULL REFERENCES import_files (id),
            seq \(dialect.integer) NOT NULL,
            content \(dialect.blob) NOT NULL,
            PRIMARY KEY (file_id, seq)) \(keyed(dialect));
        CREATE TABLE imports (
            job_id \(dialect.integer) NOT NULL PRIMARY KEY,
            file_id \(dialect.integer) NOT NULL,
            file_name \(dialect.text) NOT NULL CHECK (length(file_name) <= 200),
            kind \(dialect.text) NOT NULL CHECK (kind IN ('packing', 'bags', 'bills', 'bill_parents')),
            dry_run \(dialect.integer) NOT NULL CHECK (dry_run IN (0, 1)),
            on_error \(dialect.text) NOT NULL CHECK (on_error IN ('skip', 'abort')),
            area_code \(dialect.text) REFERENCES areas (code),
            user_id \(dialect.integer) NOT NULL,
            user_name \(dialect.text) NOT NULL,
            request_id \(dialect.text) NOT NULL,
            ip \(dialect.text) NOT NULL,
            created_at \(dialect.integer) NOT NULL,
            is_checked \(dialect.integer) NOT NULL DEFAULT 0 CHECK (is_checked IN (0, 1)),
            rows_done \(dialect.integer) NOT NULL DEFAULT 0,
            counts \(dialect.text) NOT NULL DEFAULT '{}',
            failure \(dialect.text)) \(dialect.strict);
        CREATE INDEX imports_file ON imports (file_id);
        CREATE TABLE import_errors (
            job_id \(dialect.integer) NOT NULL REFERENCES imports (job_id),
            seq \(dialect.integer) NOT NULL,
            sheet \(dialect.text),
            row_number \(dialect.integer) NOT NULL,
            column_name \(dialect.text),
            code \(dialect.text) NOT NULL,
            message \(dialect.text) NOT NULL,
            value \(dialect.text),
            PRIMARY KEY (job_id, seq)) \(keyed(dialect));

        """
    }
}
