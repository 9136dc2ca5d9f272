import PorticoSQL

extension JobSchema {
    /// What a job was unique by. `unique_key` says what it is unique by now and is taken from it when it ends without
    /// success; a replay takes it back from here.
    static func keptKeys(_ dialect: Dialect) -> String {
        """
        ALTER TABLE jobs ADD COLUMN own_key \(dialect.text);
        UPDATE jobs SET own_key = unique_key WHERE unique_key IS NOT NULL
        """
    }

    /// `is_failed` says of a workflow that has ended whether one of its steps did not succeed. `place` is the order in
    /// which steps were added, `open` how many jobs of a step have not ended.
    static func workflows(_ dialect: Dialect) -> String {
        let (integer, text) = (dialect.integer, dialect.text)
        return """
            ALTER TABLE jobs ADD COLUMN workflow_id \(integer);
            ALTER TABLE jobs ADD COLUMN step_id \(integer);
            CREATE INDEX jobs_stepped ON jobs (workflow_id, step_id) WHERE workflow_id IS NOT NULL;
            CREATE TABLE job_workflows (
                id \(key(dialect)),
                name \(text) NOT NULL, owner \(integer), created_at \(integer) NOT NULL, cancelled_at \(integer),
                finished_at \(integer), is_failed \(integer) NOT NULL) \(dialect.strict);
            CREATE INDEX job_workflows_finished ON job_workflows (finished_at) WHERE finished_at IS NOT NULL;
            CREATE TABLE job_steps (
                id \(key(dialect)),
                workflow_id \(integer) NOT NULL, place \(integer) NOT NULL, name \(text) NOT NULL,
                is_batch \(integer) NOT NULL, state \(text) NOT NULL, total \(integer) NOT NULL,
                open \(integer) NOT NULL, unsuccessful \(integer) NOT NULL, started_at \(integer)) \(dialect.strict);
            CREATE UNIQUE INDEX job_steps_named ON job_steps (workflow_id, name);
            CREATE TABLE job_edges (
                workflow_id \(integer) NOT NULL, before_step \(integer) NOT NULL, after_step \(integer) NOT NULL,
                condition \(text) NOT NULL, PRIMARY KEY (workflow_id, before_step, after_step)) \(dialect.strict)
            """
    }
}
