extension ExpectedAccess {
    /// Signing in, and what everybody does with the own account.
    static let identity = """
        GET /openapi.json anybody *
        GET /sw.js anybody *
        GET /packing.webmanifest anybody *
        GET /gate.webmanifest anybody *
        GET /icon.svg anybody *
        GET /.well-known/jwks.json anybody *
        POST /api/v1/session anybody *
        GET /api/v1/session signed-in *
        DELETE /api/v1/session signed-in *
        POST /api/v1/tokens anybody *
        POST /api/v1/tokens/refresh anybody *
        DELETE /api/v1/tokens anybody *
        POST /api/v1/sign-in-link anybody *
        POST /api/v1/sign-in-link/confirm anybody *
        POST /api/v1/password-reset anybody *
        POST /api/v1/password-reset/confirm anybody *
        POST /api/v1/invitations/accept anybody *
        GET /api/v1/second-factor signed-in *
        POST /api/v1/second-factor signed-in *
        POST /api/v1/second-factor/confirm signed-in *
        POST /api/v1/second-factor/recovery-codes signed-in *
        POST /api/v1/second-factor/disable signed-in *
        GET /api/v1/phone signed-in *
        POST /api/v1/phone signed-in *
        POST /api/v1/phone/confirm signed-in *
        DELETE /api/v1/phone signed-in *
        GET /api/v1/sessions signed-in *
        DELETE /api/v1/sessions signed-in *
        DELETE /api/v1/sessions/{id} signed-in *
        POST /api/v1/password signed-in *
        POST /api/v1/email-change signed-in *
        POST /api/v1/email-change/confirm anybody *
        GET /api/v1/api-keys signed-in *
        GET /api/v1/api-keys/{id} signed-in *
        POST /api/v1/api-keys signed-in *
        DELETE /api/v1/api-keys/{id} signed-in *
        GET /api/v1/personal-data signed-in bulk
        """

    /// What the people who run the node look at and steer.
    static let operations = """
        GET /api/v1/limits operations.read *
        GET /api/v1/limits/{name} operations.read *
        PUT /api/v1/limits/{name} operations.write *
        DELETE /api/v1/limits/{name} operations.write *
        GET /api/v1/operations/queues operations.read *
        PUT /api/v1/operations/queues/{queue} operations.write *
        GET /api/v1/operations/jobs operations.read *
        GET /api/v1/operations/archive operations.read *
        GET /api/v1/operations/jobs/{id} operations.read *
        POST /api/v1/operations/jobs/{id}/replay operations.write *
        POST /api/v1/operations/jobs/{id}/discard operations.write *
        POST /api/v1/operations/jobs/{id}/cancel operations.write *
        POST /api/v1/operations/jobs/replay operations.write *
        POST /api/v1/operations/jobs/discard operations.write *
        GET /api/v1/operations/workflows/{id} operations.read *
        POST /api/v1/operations/workflows/{id}/cancel operations.write *
        POST /api/v1/operations/workflows/{id}/replay operations.write *
        GET /api/v1/operations/schedules operations.read *
        POST /api/v1/operations/schedules/{name} operations.write *
        GET /api/v1/operations/schedules/{name} operations.read *
        GET /api/v1/operations/schedules/{name}/times operations.read *
        PUT /api/v1/operations/schedules/{name} operations.write *
        DELETE /api/v1/operations/schedules/{name} operations.write *
        GET /api/v1/operations/mail operations.read *
        GET /api/v1/operations/mails operations.read *
        GET /api/v1/operations/mails/{id} operations.read *
        POST /api/v1/operations/mails/{id}/send operations.write *
        POST /api/v1/operations/mails/{id}/discard operations.write *
        GET /api/v1/operations/suppressions operations.read *
        POST /api/v1/operations/suppressions operations.write *
        GET /api/v1/operations/suppressions/{address} operations.read *
        DELETE /api/v1/operations/suppressions/{address} operations.write *
        GET /api/v1/operations/caches operations.read *
        POST /api/v1/operations/caches/purge operations.write *
        GET /api/v1/operations/statements operations.read *
        GET /api/v1/operations/pools operations.read *
        GET /api/v1/operations/database operations.read *
        """
}
