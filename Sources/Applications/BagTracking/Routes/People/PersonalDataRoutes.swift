import Portico

/// What people are owed about their data: to be told what is kept, and to be forgotten.
struct PersonalDataRoutes: Sendable {
    let identity: Identity
    let mails: MailQueue
    let texts: TextQueue
    let jobs: JobQueue

    var routes: [Route] { [ownExport, export, erase] }

    private var ownExport: Route {
        .raw(
            .get, "/api/v1/personal-data", "exportOwnData", "Everything that is kept about you", access: .signedIn,
            limit: BagLimits.bulk, cache: .noStore, mediaType: "application/json",
            refusals: [(403, "api_key_not_accepted")]
        ) { (context: RequestContext, _: NoInput) -> Response in
            // A key that is allowed to read bags must not tell who owns it.
            let session = try await identity.authenticator.session(of: context.request.head)
            guard let session else { throw Problem(401, "not_signed_in", "Sign in to go on.") }
            return try await document(of: session.principal.accountID, context)
        }
    }

    private var export: Route {
        .raw(
            .get, "/api/v1/users/{id}/personal-data", "exportUserData", "Everything that is kept about a person",
            access: .permission("user.manage"), limit: BagLimits.bulk, cache: .noStore, mediaType: "application/json",
            refusals: [(404, "user_not_found")]
        ) { (context: RequestContext, input: UserInput) -> Response in
            try await document(of: input.id, context)
        }
    }

    private var erase: Route {
        .json(
            .post, "/api/v1/users/{id}/erase", "eraseUser",
            "Forget a person for good: sign-in, sessions, keys, profile. Scans and the audit keep the id, which is "
                + "nobody's name then",
            access: .permission("user.manage"), limit: BagLimits.admin, statuses: [(.ok, "Forgotten")],
            refusals: [
                (404, "user_not_found"), (409, "own_account"), (409, "last_admin"), (409, "has_open_bills"),
                (412, "stale"),
            ]
        ) { (context: RequestContext, input: UserInput) -> Reply<ErasureAnswer> in
            try await .ok(forget(input.id, context) { try context.precondition.require(UserAnswer($0)) })
        }
    }

    /// Erases a person.
    /// - Parameter check: throws when the person is not as the caller has seen them.
    /// - Throws: ``Refusal``, ``SQLError``, what `check` throws.
    func forget(
        _ id: Int64, _ context: RequestContext, expecting check: @escaping @Sendable (BagUser) throws -> Void
    ) async throws -> ErasureAnswer {
        let part = try data.part(for: BagCaller(context), expecting: check)
        let erased = try await identity.personalData([part]).erase(id, by: AuditEntry.Cause(context))
        guard let erased else { throw PeopleStore.unknown }
        return ErasureAnswer(id: id, rows: erased.rows)
    }

    private var data: BagPersonalData {
        BagPersonalData(accounts: identity.accounts, mails: mails, texts: texts, jobs: jobs)
    }

    private func document(of id: Int64, _ context: RequestContext) async throws -> Response {
        let part = try data.part(for: BagCaller(context))
        let told = try await identity.personalData([part]).export(of: id, by: AuditEntry.Cause(context))
        guard let told else { throw PeopleStore.unknown }
        var response = Response.json(told.bytes)
        response.headers.add("content-disposition", "attachment; filename=\"personal-data-\(id).json\"")
        return response
    }
}

/// What was removed of a person, or made nobody's.
struct ErasureAnswer: JSONRepresentable {
    static let schemaName = "Erasure"
    static let example = ErasureAnswer(id: 7, rows: ["api_keys": 1, "bag_tracking": 1, "sessions": 2])

    var id: Int64
    /// Rows by table or part.
    var rows: [String: Int]

    func write(to object: inout JSONObjectWriter) {
        object.field("id", id: id)
        object.map(
            "rows", rows.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
            "How many rows of each kind were removed or made nobody's")
    }
}
