import PorticoHTTP
import PorticoJSON
import PorticoJobs
import PorticoPages
import PorticoSQL

extension MailConsole {
    private static let path = "/api/v1/operations"

    /// The routes with which programs of operators see and do what the pages show, for the mount of the application.
    public func routes(limit: LimitClass = .pages) -> [Route] {
        [
            overview, search, show, one(.send, "sendMailAgain", "Send a mail again that did not arrive"),
            one(.discard, "discardMail", "Remove a mail that is not just being sent, with its deliveries"),
            listSuppressions, addSuppression, showSuppression, liftSuppression,
        ]
        .map { $0.limited(by: limit) }
    }

    private var overview: Route {
        .json(
            .get, MailConsole.path + "/mail", "mailOverview",
            "How many mails stand how, and whether a server takes them", access: ConsolePermission.read
        ) { (_: RequestContext, _: NoInput) -> Reply<MailOverviewAnswer> in
            let counts = try await database.read { try mails.counts(in: $0) }
            return .ok(MailOverviewAnswer(isKept: mails.keepsMails, counts: counts))
        }
    }

    private var search: Route {
        .json(
            .get, MailConsole.path + "/mails", "searchMails",
            "Mails by state, recipient, kind and subject, the newest first",
            access: ConsolePermission.read, refusals: [(422, "invalid_cursor")]
        ) { (_: RequestContext, input: MailSearchInput) -> Reply<ListAnswer<OperatedMailAnswer>> in
            let found = try await database.read { try page(input.search, input.page, in: $0) }
            return .ok(
                ListAnswer(
                    items: found.items.map { OperatedMailAnswer($0) },
                    nextCursor: found.next.map { cursors.sign($0, list: MailConsole.list(input.search)) }))
        }
    }

    private var show: Route {
        .json(
            .get, MailConsole.path + "/mails/{id}", "inspectMail",
            "One mail with everything known of it; what it says only where that may be shown",
            access: ConsolePermission.read, refusals: [(404, "mail_not_found")]
        ) { (_: RequestContext, input: OperatedMailID) -> Reply<OperatedMailAnswer> in
            let found = try await database.read { try mail(input.id, in: $0) }
            return .ok(OperatedMailAnswer(found.mail, found.content))
        }
    }

    private func one(_ deed: Deed, _ name: String, _ summary: String) -> Route {
        .json(
            .post, MailConsole.path + "/mails/{id}/\(deed.rawValue)", name, summary, access: ConsolePermission.write,
            statuses: [(.noContent, "Done")], refusals: [(404, "mail_not_found"), (409, "mail_state")]
        ) { (context: RequestContext, input: OperatedMailID) -> Reply<NoContent> in
            try await act(deed, on: input.id, by: context)
            return Reply(NoContent(), status: .noContent)
        }
    }

    // MARK: - Suppressions

    private var listSuppressions: Route {
        .json(
            .get, MailConsole.path + "/suppressions", "listSuppressions",
            "Addresses that nothing is sent to, in the order of their letters",
            access: ConsolePermission.read, refusals: [(422, "invalid_cursor")]
        ) { (_: RequestContext, input: SuppressionSearchInput) -> Reply<ListAnswer<SuppressionAnswer>> in
            let found = try await database.read {
                try suppressions(startingWith: input.start, input.page, in: $0)
            }
            return .ok(
                ListAnswer(
                    items: found.items.map { SuppressionAnswer(suppression: $0) },
                    nextCursor: found.next.map { cursors.sign($0, list: MailConsole.suppressionList(input.start)) }))
        }
    }

    private var addSuppression: Route {
        .json(
            .post, MailConsole.path + "/suppressions", "addSuppression", "Send nothing more to an address",
            access: ConsolePermission.write, statuses: [(.created, "Nothing more is sent to it")],
            refusals: [(409, "already_suppressed")]
        ) { (context: RequestContext, input: SuppressionInput) -> Reply<SuppressionAnswer> in
            guard let address = input.address else {
                throw Problem.validation([
                    Problem.FieldError(
                        field: "address", code: "invalid_format", message: "is no address that mail can be sent to")
                ])
            }
            let added = try await suppress(address, reason: input.reason, by: context)
            let place = PageAddress.encode(added.address)
            return .created(
                SuppressionAnswer(suppression: added), at: "\(context.mount)\(MailConsole.path)/suppressions/\(place)")
        }
    }

    private var showSuppression: Route {
        .json(
            .get, MailConsole.path + "/suppressions/{address}", "showSuppression",
            "Why and since when nothing is sent to an address", access: ConsolePermission.read,
            refusals: [(404, "suppression_not_found")]
        ) { (_: RequestContext, input: SuppressedAddress) -> Reply<SuppressionAnswer> in
            .ok(SuppressionAnswer(suppression: try await database.read { try suppression(input.address, in: $0) }))
        }
    }

    private var liftSuppression: Route {
        .json(
            .delete, MailConsole.path + "/suppressions/{address}", "liftSuppression", "Send to an address again",
            access: ConsolePermission.write, statuses: [(.noContent, "Mails to it are sent from now on")],
            refusals: [(404, "suppression_not_found")]
        ) { (context: RequestContext, input: SuppressedAddress) -> Reply<NoContent> in
            try await lift(input.address, by: context)
            return Reply(NoContent(), status: .noContent)
        }
    }
}
