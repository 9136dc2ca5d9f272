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
}
