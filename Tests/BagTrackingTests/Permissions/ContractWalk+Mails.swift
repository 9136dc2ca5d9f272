import Portico

/// What the people who run the node do with mails.
extension ContractWalk {
    static let mails: [Step] = [
        Step("mailOverview", .get, "operations/mail", after: { try await $0.keepFailedMail() }),
        Step("searchMails", .get, "operations/mails?limit=5&state=failed"),
        Step("inspectMail", .get, "operations/mails/{mail}"),
        Step("sendMailAgain", .post, "operations/mails/{mail}/send", status: 204),
        Step("discardMail", .post, "operations/mails/{mail}/discard", status: 204),
        Step(
            "addSuppression", .post, "operations/suppressions",
            ["address": "asha@example.org", "reason": "Asked for by telephone"], status: 201),
        Step("listSuppressions", .get, "operations/suppressions"),
        Step("showSuppression", .get, "operations/suppressions/asha@example.org"),
        Step("liftSuppression", .delete, "operations/suppressions/asha@example.org", status: 204),
    ]
}
