import PorticoSQL
import PorticoValues

/// Which jobs an operator looks for.
public struct JobSearch: Sendable, Hashable {
    /// Jobs that a search by text looks at, the newest of those that fit otherwise.
    public static let reach = 20_000

    /// Only jobs that stand there; nil for wherever.
    public var state: JobState?
    /// Only of this queue.
    public var queue: String?
    /// In the name, a key, a tag or an argument, capitals or not; or the id. Sealed arguments are not looked into.
    public var text: String
    /// Only jobs with this tag, as it was given: of all that are queued, run or failed and the like, else of the newest
    /// ``reach`` that have it.
    public var tag: String?

    /// A search.
    public init(state: JobState? = nil, queue: String? = nil, text: String = "", tag: String? = nil) {
        self.state = state
        self.queue = queue
        self.text = text
        self.tag = tag
    }
}

extension JobQueue {
    /// Jobs that fit, the newest first.
    /// - Parameter before: only jobs with lower ids, for the next page.
    /// - Throws: ``SQLError``.
    public func jobs(
        _ search: JobSearch, before: Int64? = nil, limit: Int = 50, in session: some SQLSession
    ) throws -> [JobRecord] {
        let most = max(1, min(limit, 1000))
        let frame = search.frame(before: before, most: most)
        let statement: SQL =
            search.text.isEmpty
            ? "SELECT \(JobRecord.columns) FROM jobs WHERE \(frame.condition) ORDER BY \(frame.id) DESC LIMIT \(most)"
            : """
            SELECT \(JobRecord.columns) FROM jobs WHERE id IN (
                SELECT id FROM jobs WHERE \(frame.condition) ORDER BY \(frame.id) DESC LIMIT \(JobSearch.reach))
            AND \(search.hit(session.dialect)) ORDER BY id DESC LIMIT \(most)
            """
        return try session.all("jobs.list", statement) { try JobRecord($0) }
    }

    /// Removes the jobs that fit and have ended, a thousand at most.
    /// - Returns: number of jobs.
    /// - Throws: ``SQLError``.
    @discardableResult
    public func discard(_ search: JobSearch, in transaction: Transaction) throws -> Int {
        try jobs(search, limit: 1000, in: transaction).filter { try discard($0.id, in: transaction) }.count
    }
}

extension JobSearch {
    /// What an index answers. States with an index of their own are read from it, and tags from theirs; by the ids the
    /// engine would walk through all that have ended.
    fileprivate func frame(before: Int64?, most: Int) -> (condition: SQL, id: SQL) {
        let id: SQL = hasIndex || tag != nil ? "id + 0" : "id"
        let place: SQL = queue.map { " AND queue = \($0)" } ?? ""
        let standing: SQL = state.map { "state = '\(SQL(trusted: $0.rawValue))' AND " } ?? ""
        let end = before ?? Int64.max
        let tagged: SQL = tag.map { " AND \(has(JobTag.cleaned($0), before: end, most: most))" } ?? ""
        return ("\(standing)\(id) < \(end)\(place)\(tagged)", id)
    }

    private var hasIndex: Bool { state.map { ![.succeeded, .cancelled, .waiting].contains($0) } ?? false }

    /// The few that failed may be older than thousands with their tag: each of them is looked at. Where the index of tags
    /// is walked through, it is no further than is needed.
    private func has(_ tag: String, before end: Int64, most: Int) -> SQL {
        guard !hasIndex else { return "EXISTS (SELECT 1 FROM job_tags WHERE job_id = jobs.id AND tag = \(tag))" }
        let isAll = state == nil && queue == nil && text.isEmpty
        return """
            id IN (SELECT job_id FROM job_tags WHERE tag = \(tag) AND job_id < \(end)
                ORDER BY job_id DESC LIMIT \(isAll ? most : JobSearch.reach))
            """
    }

    fileprivate func hit(_ dialect: Dialect) -> SQL {
        let position: SQL = dialect == .sqlite ? "instr" : "strpos"
        let wanted = text.lowercased()
        let places: [SQL] = ["name", "unique_key", "limit_key", "rate_key", "share_key", "tags"]
        let keys = places.reduce("" as SQL) { "\($0)\(position)(lower(coalesce(\($1), '')), \(wanted)) > 0 OR " }
        return """
            (\(keys)(is_sealed = 0 AND \(position)(lower(payload), \(wanted)) > 0)
                OR id = \(Int64(text) ?? -1))
            """
    }
}
