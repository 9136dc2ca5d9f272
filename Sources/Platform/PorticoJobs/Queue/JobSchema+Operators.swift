import PorticoSQL

extension JobSchema {
    /// What operators say of schedules. `edited_at` says since when their word is in force, `edited_over` what the program
    /// said then.
    static func changedSchedules(_ dialect: Dialect) -> String {
        """
        ALTER TABLE job_schedules ADD COLUMN catch_up \(dialect.text);
        ALTER TABLE job_schedules ADD COLUMN declared_catch_up \(dialect.text);
        ALTER TABLE job_schedules ADD COLUMN edited_at \(dialect.integer);
        ALTER TABLE job_schedules ADD COLUMN edited_over \(dialect.text)
        """
    }

    /// From when the program of a worker is, by which an older one knows that its word is not the last.
    static func programs(_ dialect: Dialect) -> String {
        "ALTER TABLE job_workers ADD COLUMN program_at \(dialect.integer) NOT NULL DEFAULT 0"
    }

    /// By which operators find jobs: in the row as it is shown, with a space around each, and apart, for the search.
    static func tags(_ dialect: Dialect) -> String {
        """
        ALTER TABLE jobs ADD COLUMN tags \(dialect.text);
        CREATE TABLE job_tags (
            job_id \(dialect.integer) NOT NULL REFERENCES jobs (id) ON DELETE CASCADE, tag \(dialect.text) NOT NULL,
            PRIMARY KEY (job_id, tag)) \(dialect.strict);
        CREATE INDEX job_tags_found ON job_tags (tag, job_id)
        """
    }

    /// What is kept of jobs that were removed: nothing that was told to them or came of them.
    static func archive(_ dialect: Dialect) -> String {
        let (integer, text) = (dialect.integer, dialect.text)
        return """
            CREATE TABLE job_archive (
                id \(integer) NOT NULL PRIMARY KEY, name \(text) NOT NULL, queue \(text) NOT NULL,
                state \(text) NOT NULL, tags \(text), attempt \(integer) NOT NULL, rescues \(integer) NOT NULL,
                error_code \(text), request_id \(text), workflow_id \(integer), created_at \(integer) NOT NULL,
                started_at \(integer), finished_at \(integer) NOT NULL,
                archived_at \(integer) NOT NULL) \(dialect.strict);
            CREATE INDEX job_archive_age ON job_archive (archived_at);
            CREATE INDEX job_archive_state ON job_archive (state, id);
            CREATE INDEX job_archive_queue ON job_archive (queue, id)
            """
    }
}
