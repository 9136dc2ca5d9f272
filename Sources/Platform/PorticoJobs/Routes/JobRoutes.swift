import PorticoHTTP
import PorticoJSON
import PorticoSQL

/// The routes on which the one who asked for a job follows and ends it.
public struct JobRoutes: Sendable {
    private let queue: JobQueue
    private let database: Database
    private let permission: String?
    private let limit: LimitClass
    private let missing: String
    private let details: (@Sendable (JobRecord, Reading) throws -> [JSONValue])?

    /// Routes of an application.
    /// - Parameters:
    ///   - permission: who has it follows and ends the jobs of others too; nil for nobody.
    ///   - limit: how often they may be called.
    ///   - missing: the code of the 404 for a job that the caller has not.
    ///   - details: what else went wrong in a job, such as rows of its file; follows what went wrong with the job itself.
    public init(
        queue: JobQueue, database: Database, permission: String? = nil, limit: LimitClass = .pages,
        missing: String = "not_found", details: (@Sendable (JobRecord, Reading) throws -> [JSONValue])? = nil
    ) {
        self.queue = queue
        self.database = database
        self.permission = permission
        self.limit = limit
        self.missing = missing
        self.details = details
    }

    /// All of them.
    public var routes: [Route] { [show, cancel] }

    /// Where a job is followed: `Location` of a 202.
    public static func address(of id: Int64, below mount: String) -> String { "\(mount)/api/v1/jobs/\(id)" }

    private struct Target: RouteInput {
        let id: Int64

        init(_ fields: inout FieldReader) {
            id = fields.identifier("id", "Id of the job")
        }
    }

    private var show: Route {
        .json(
            .get, "/api/v1/jobs/{id}", "showJob", "A job you asked for", access: .signedIn, limit: limit,
            refusals: [(HTTPStatus(404), missing)]
        ) { (context: RequestContext, input: Target) -> Reply<JobAnswer> in
            let caller = try context.caller
            // Whoever hears that a job has ended looks for what it has done.
            ReadSession.current?.hear()
            return try await database.read { reading in
                let record = try visible(queue.record(input.id, in: reading), to: caller)
                return .ok(JobAnswer(shown(record, to: caller), details: try details?(record, reading) ?? []))
            }
        }
    }

    private var cancel: Route {
        .json(
            .delete, "/api/v1/jobs/{id}", "cancelJob", "End a job you asked for", access: .signedIn,
            limit: limit, statuses: [(.ok, "Cancelled"), (.accepted, "It runs, and was asked to end")],
            refusals: [(HTTPStatus(404), missing), (HTTPStatus(409), "job_ended")]
        ) { (context: RequestContext, input: Target) -> Reply<JobAnswer> in
            let caller = try context.caller
            let record = try await database.write { transaction in
                let before = try visible(queue.record(input.id, in: transaction), to: caller)
                guard !before.state.isFinal else {
                    throw Problem(409, "job_ended", "The job has ended already.")
                }
                return try visible(queue.cancel(input.id, in: transaction), to: caller)
            }
            return Reply(JobAnswer(shown(record, to: caller)), status: record.state.isFinal ? .ok : .accepted)
        }
    }

    /// What comes of a sealed job is for whoever asked for it, and for nobody who only may look at the jobs of others.
    private func shown(_ record: JobRecord, to caller: Principal) -> JobRecord {
        record.owner == caller.accountID ? queue.opened(record) : record
    }

    /// Jobs of others are not there.
    private func visible(_ record: JobRecord?, to caller: Principal) throws -> JobRecord {
        guard let record, record.owner == caller.accountID || permission.map({ caller.may($0) }) ?? false else {
            throw Problem(404, missing, "You have no such job.")
        }
        return record
    }
}
