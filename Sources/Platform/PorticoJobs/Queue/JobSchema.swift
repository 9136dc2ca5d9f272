import PorticoSQL

/// The tables of jobs, groups, workflows and schedules.
public enum JobSchema {
    /// The steps of the schema. Belongs to the schema of every application that enqueues.
    public static let component = SchemaComponent(
        name: "jobs",
        migrations: [
            Migration(1, "queue") { dialect in
                jobs(dialect) + indexes + groups(dialect) + schedules(dialect)
            },
            Migration(2, "rates, shares and terms of queues") { dialect in
                orders(dialect) + starts(dialect)
            },
            Migration(3, "where jobs come from and who does them") { dialect in
                origins(dialect) + workers(dialect)
            },
            Migration(4, "keys that outlast their jobs") { dialect in keptKeys(dialect) },
            Migration(5, "workflows") { dialect in workflows(dialect) },
            Migration(6, "schedules that operators change") { dialect in changedSchedules(dialect) },
            Migration(7, "tags") { dialect in tags(dialect) },
            Migration(8, "traces of removed jobs") { dialect in archive(dialect) },
            Migration(9, "from when programs are") { dialect in programs(dialect) },
        ])

    /// `rank` is when a job became due less its head start; `turns` counts its runs ever and is what a run shows to
    /// change it.
    private static func jobs(_ dialect: Dialect) -> String {
        let (integer, text) = (dialect.integer, dialect.text)
        return """
            CREATE TABLE jobs (
                id \(key(dialect)),
                name \(text) NOT NULL, queue \(text) NOT NULL, state \(text) NOT NULL,
                rank \(integer) NOT NULL, head_start \(integer) NOT NULL, run_at \(integer) NOT NULL,
                payload \(text) NOT NULL, owner \(integer),
                unique_key \(text), unique_ends_at_start \(integer) NOT NULL,
                limit_key \(text), limit_most \(integer),
                group_id \(integer), follows_group \(integer),
                turns \(integer) NOT NULL, attempt \(integer) NOT NULL, retries \(integer) NOT NULL,
                rescues \(integer) NOT NULL, holder \(text), lease_until \(integer),
                cancel_requested \(integer) NOT NULL, done \(integer), total \(integer),
                result \(text), errors \(text) NOT NULL,
                created_at \(integer) NOT NULL, started_at \(integer), finished_at \(integer)) \(dialect.strict);

            """
    }

    /// Each holds only the rows of its state, so that finished jobs cost the queue nothing.
    private static let indexes = """
        CREATE INDEX jobs_ready ON jobs (queue, rank, id) WHERE state = 'queued';
        CREATE INDEX jobs_scheduled ON jobs (run_at) WHERE state = 'scheduled';
        CREATE INDEX jobs_leased ON jobs (lease_until) WHERE state = 'running';
        CREATE INDEX jobs_limited ON jobs (limit_key) WHERE state = 'running' AND limit_key IS NOT NULL;
        CREATE INDEX jobs_blocked ON jobs (limit_key, rank, id) WHERE state = 'blocked';
        CREATE INDEX jobs_failed ON jobs (queue, id) WHERE state = 'failed';
        CREATE INDEX jobs_finished ON jobs (finished_at) WHERE finished_at IS NOT NULL;
        CREATE INDEX jobs_grouped ON jobs (group_id) WHERE group_id IS NOT NULL;
        CREATE UNIQUE INDEX jobs_unique ON jobs (name, unique_key) WHERE unique_key IS NOT NULL;

        """

    private static func groups(_ dialect: Dialect) -> String {
        let integer = dialect.integer
        return """
            CREATE TABLE job_groups (
                id \(key(dialect)),
                total \(integer) NOT NULL, open \(integer) NOT NULL, unsuccessful \(integer) NOT NULL,
                continuation \(integer), condition \(dialect.text) NOT NULL,
                created_at \(integer) NOT NULL) \(dialect.strict);
            CREATE INDEX job_groups_created ON job_groups (created_at);
            CREATE TABLE job_queues (
                queue \(dialect.text) NOT NULL PRIMARY KEY, paused_at \(integer)) \(dialect.strict);

            """
    }

    /// `declared` is what the program says; `cron` and `zone` are in force and may have been changed since.
    private static func schedules(_ dialect: Dialect) -> String {
        """
        CREATE TABLE job_schedules (
            name \(dialect.text) NOT NULL PRIMARY KEY, declared \(dialect.text) NOT NULL,
            cron \(dialect.text) NOT NULL, zone \(dialect.text) NOT NULL, next_at \(dialect.integer),
            last_at \(dialect.integer), is_paused \(dialect.integer) NOT NULL) \(dialect.strict)
        """
    }

    /// Keys of uniqueness carry their scope, the name of the kind or `@` and the queue.
    private static func orders(_ dialect: Dialect) -> String {
        let (integer, text) = (dialect.integer, dialect.text)
        return """
            ALTER TABLE jobs ADD COLUMN version \(integer) NOT NULL DEFAULT 1;
            ALTER TABLE jobs ADD COLUMN is_sealed \(integer) NOT NULL DEFAULT 0;
            ALTER TABLE jobs ADD COLUMN unique_until \(integer);
            ALTER TABLE jobs ADD COLUMN rate_key \(text);
            ALTER TABLE jobs ADD COLUMN rate_most \(integer);
            ALTER TABLE jobs ADD COLUMN rate_span \(integer);
            ALTER TABLE jobs ADD COLUMN share_key \(text);
            ALTER TABLE jobs ADD COLUMN share_step \(integer);
            ALTER TABLE job_queues ADD COLUMN at_most \(integer);
            ALTER TABLE job_queues ADD COLUMN per_node \(integer);
            ALTER TABLE job_schedules ADD COLUMN asked_at \(integer);
            DROP INDEX jobs_unique;
            UPDATE jobs SET unique_key = name || ' ' || unique_key WHERE unique_key IS NOT NULL;
            CREATE UNIQUE INDEX jobs_unique ON jobs (unique_key) WHERE unique_key IS NOT NULL;
            CREATE INDEX jobs_shared ON jobs (queue, share_key, rank)
                WHERE state = 'queued' AND share_key IS NOT NULL;
            CREATE INDEX jobs_rated ON jobs (rate_key) WHERE state = 'queued' AND rate_key IS NOT NULL;
            CREATE INDEX jobs_throttled ON jobs (rate_key, rank, id) WHERE state = 'throttled';

            """
    }

    /// `job_starts` has the beginnings of runs that a rate counts, until they count no more; `job_rates` the keys for which
    /// jobs wait, with when the next of them may begin.
    private static func starts(_ dialect: Dialect) -> String {
        let (integer, text) = (dialect.integer, dialect.text)
        return """
            CREATE TABLE job_starts (
                rate_key \(text) NOT NULL, started_at \(integer) NOT NULL, starts \(integer) NOT NULL,
                counts_until \(integer) NOT NULL, PRIMARY KEY (rate_key, started_at)) \(dialect.strict);
            CREATE INDEX job_starts_ended ON job_starts (counts_until);
            CREATE TABLE job_rates (
                rate_key \(text) NOT NULL PRIMARY KEY, most \(integer) NOT NULL, span \(integer) NOT NULL,
                opens_at \(integer) NOT NULL) \(dialect.strict)
            """
    }

    /// The request that enqueued a job, itself or by a job it enqueued.
    private static func origins(_ dialect: Dialect) -> String {
        """
        ALTER TABLE jobs ADD COLUMN request_id \(dialect.text);
        ALTER TABLE jobs ADD COLUMN traceparent \(dialect.text);

        """
    }

    /// The processes that do jobs, each with its places by queue and the versions it knows by name of job.
    private static func workers(_ dialect: Dialect) -> String {
        let (integer, text) = (dialect.integer, dialect.text)
        return """
            CREATE TABLE job_workers (
                holder \(text) NOT NULL PRIMARY KEY, node \(text) NOT NULL, places \(text) NOT NULL,
                kinds \(text) NOT NULL, started_at \(integer) NOT NULL, seen_at \(integer) NOT NULL) \(dialect.strict)
            """
    }

    /// Ids stand in addresses: none is ever given twice.
    static func key(_ dialect: Dialect) -> String {
        switch dialect {
        case .sqlite: "INTEGER PRIMARY KEY AUTOINCREMENT"
        case .postgresql: dialect.identity
        }
    }
}
