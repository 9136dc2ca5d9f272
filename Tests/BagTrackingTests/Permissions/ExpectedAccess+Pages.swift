extension ExpectedAccess {
    /// Pages of everybody who packs, looks or lets out; a form may no more than the call that it stands for.
    static let pages = """
        GET /sign-in anybody *
        POST /sign-in anybody *
        GET /sign-in/code anybody *
        POST /sign-in/code anybody *
        GET /reset anybody *
        POST /reset anybody *
        POST /reset/confirm anybody *
        GET /invitation anybody *
        POST /invitation anybody *
        POST /sign-out signed-in *
        GET /account signed-in *
        POST /account/password signed-in *
        POST /account/sessions/{id}/end signed-in *
        POST /account/sessions/end-others signed-in *
        GET /account/second-factor signed-in *
        POST /account/second-factor signed-in *
        POST /account/second-factor/confirm signed-in *
        POST /account/second-factor/recovery-codes signed-in *
        POST /account/second-factor/remove signed-in *
        GET /account/keys signed-in *
        POST /account/keys signed-in *
        POST /account/keys/{id}/revoke signed-in *
        GET / stats.read *
        GET /scan scan.pack *
        POST /scan scan.pack scan
        GET /scans bag.read read
        POST /scans/{id}/undo scan.undo_own|scan.undo_any scan
        GET /find bag.read search
        GET /bags bag.read read
        GET /bags/{code} bag.read read
        GET /id/{kind}/{key} bag.read read
        GET /labels label.print read
        POST /labels label.print bulk
        GET /gate gate.check read
        GET /bills/{id}/gate gate.check read
        POST /bills/{id}/gate/scans gate.check scan
        POST /bills/{id}/gate/findings/{finding_id} gate.check write
        POST /bills/{id}/gate/start gate.check write
        POST /bills/{id}/gate/abandon gate.check write
        POST /bills/{id}/gate/dispatch gate.check write
        """

    /// Pages of the office.
    static let officePages = """
        GET /bills bill.read read
        POST /bills bill.write write
        GET /bills/{id} bill.read read
        GET /bills/{id}/sheet bill.read read
        POST /bills/{id}/complete bill.write write
        POST /bills/{id}/reopen bill.write write
        POST /bills/{id}/cancel bill.cancel write
        POST /bills/{id}/deliver bill.deliver write
        POST /bills/{id}/parents bill.write scan
        POST /bills/{id}/parents/{code}/remove bill.write write
        POST /bills/{id}/edit bill.write write
        POST /bags/{code}/move bag.correct write
        POST /bags/{code}/unlink bag.correct write
        POST /bags/{code}/empty bag.correct write
        POST /bags/{code}/sscc bag.correct write
        POST /bags/{code}/sscc/release bag.correct write
        POST /bags/{code}/hold bag.hold write
        POST /bags/{code}/release bag.hold write
        POST /bags/{code}/retire bag.retire write
        POST /bags/{code}/restore bag.restore write
        GET /returns return.write read
        POST /returns return.write write
        GET /returns/{id} return.write read
        POST /returns/{id}/scans return.write scan
        POST /returns/{id}/commit return.write write
        POST /returns/{id}/cancel return.write write
        GET /exports export.read read
        GET /summary summary.read_own|summary.read_all read
        POST /summary/send summary.send write
        """

    /// Pages of the administration.
    static let adminPages = """
        GET /users user.manage admin
        GET /users/new user.manage admin
        POST /users user.manage admin
        GET /users/{id} user.manage admin
        POST /users/{id} user.manage admin
        POST /users/{id}/deactivate user.manage admin
        POST /users/{id}/sessions/end user.manage admin
        POST /users/sessions/end user.manage admin
        POST /users/{id}/second-factor/remove user.manage admin
        POST /users/{id}/erase user.manage admin
        POST /users/invitations user.manage *
        POST /users/invitations/{id}/resend user.manage *
        POST /users/invitations/{id}/withdraw user.manage *
        GET /settings config.manage admin
        POST /settings/areas config.manage admin
        POST /settings/areas/{key} config.manage admin
        POST /settings/product-types config.manage admin
        POST /settings/product-types/{key} config.manage admin
        POST /settings/webhooks config.manage admin
        GET /settings/webhooks/{id} config.manage admin
        POST /settings/webhooks/{id}/ping config.manage admin
        POST /settings/webhooks/{id}/secret config.manage admin
        POST /settings/webhooks/{id}/pause config.manage admin
        POST /settings/webhooks/{id}/activate config.manage admin
        POST /settings/webhooks/{id}/delete config.manage admin
        POST /settings/webhooks/{id}/deliveries/{delivery}/redeliver config.manage admin
        GET /audit audit.read *
        GET /imports import.run *
        POST /imports import.run bulk
        GET /imports/{id} import.run *
        POST /imports/{id}/run import.run bulk
        POST /imports/{id}/cancel import.run *
        GET /limits operations.read *
        POST /limits/{name} operations.write *
        POST /limits/{name}/reset operations.write *
        GET /ops/queues operations.read *
        POST /ops/queues/{queue}/pause operations.write *
        POST /ops/queues/{queue}/resume operations.write *
        POST /ops/queues/{queue}/scale operations.write *
        GET /ops/jobs operations.read *
        GET /ops/jobs/{id} operations.read *
        POST /ops/jobs/{id}/replay operations.write *
        POST /ops/jobs/{id}/discard operations.write *
        POST /ops/jobs/{id}/cancel operations.write *
        POST /ops/jobs/replay operations.write *
        POST /ops/jobs/discard operations.write *
        GET /ops/schedules operations.read *
        POST /ops/schedules/{name}/run operations.write *
        POST /ops/schedules/{name}/pause operations.write *
        POST /ops/schedules/{name}/resume operations.write *
        GET /ops/caches operations.read *
        POST /ops/caches/purge operations.write *
        GET /ops/sql operations.read *
        """
}
