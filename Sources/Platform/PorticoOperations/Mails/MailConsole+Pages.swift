import PorticoHTTP
import PorticoJobs
import PorticoPages
import PorticoSQL

extension MailConsole {
    /// The pages on which operators see mails and suppressed addresses, with their forms.
    ///
    /// | POST below `/ops` | fields besides `_csrf` and `idempotency_key` |
    /// |---|---|
    /// | `/mail/{id}/send`, `/discard` | none |
    /// | `/suppressions` | `address`, `reason` |
    /// | `/suppressions/lift` | `address` |
    public func pages(_ appearance: ConsoleAppearance) -> [Route] {
        MailConsolePages(console: self, appearance: appearance).limited
    }
}

/// The routes of the operators' pages about mails.
struct MailConsolePages: ConsolePages {
    let console: MailConsole
    let appearance: ConsoleAppearance

    var routes: [Route] {
        [list, show, markup] + MailConsole.Deed.allCases.map(one) + [suppressions, suppress, lift]
    }

    private static let path = ConsoleAppearance.path

    // MARK: - Mails

    private var list: Route {
        .page(
            .get, MailConsolePages.path + "/mail", "mailsPage", "Mails by state, recipient, kind and subject",
            access: ConsolePermission.read
        ) { (context: RequestContext, input: MailListQuery) -> PageReply in
            let (found, counts) = try await console.database.read { [console] reading in
                (
                    try console.page(input.search, PageRequest(limit: 50, cursor: input.cursor), in: reading),
                    try console.mails.counts(in: reading)
                )
            }
            return MailListPage(
                frame: try await ConsoleFrame(context, appearance), search: input.search, mails: found.items,
                counts: counts, keepsMails: console.mails.keepsMails, cursor: input.cursor,
                nextCursor: found.next.map { console.cursors.sign($0, list: MailConsole.list(input.search)) }
            ).reply(after: input.done)
        }
    }

    private var show: Route {
        Route.page(
            .get, MailConsolePages.path + "/mail/{id}", "mailPage", "One mail, and what became of it",
            access: ConsolePermission.read, cache: .noStore
        ) { (context: RequestContext, input: ConsoleItemQuery) -> PageReply in
            let found = try await console.database.read { [console] in try console.mail(input.id, in: $0) }
            return MailPage(
                frame: try await ConsoleFrame(context, appearance), mail: found.mail, said: found.content,
                isHidden: !console.shows(found.mail), publicURL: console.publicURL,
                deeds: MailConsole.Deed.allCases.filter { console.fits($0, found.mail) }
            ).reply(after: input.done)
        }
        .showingFrames()
    }

    /// What a mail says in markup, as a document for the frame on its page.
    private var markup: Route {
        .raw(
            .get, MailConsolePages.path + "/mail/{id}/markup", "mailMarkup", "What one mail says in markup",
            access: ConsolePermission.read, mediaType: "text/html", refusals: [(404, "mail_not_found")]
        ) { (_: RequestContext, input: OperatedMailID) -> Response in
            let found = try await console.database.read { [console] in try console.mail(input.id, in: $0) }
            guard let html = found.content?.html else {
                throw Problem(404, "mail_not_found", "There is no such mail, or it shows no markup.")
            }
            return MailMarkup(html: html).response
        }
    }

    private func one(_ deed: MailConsole.Deed) -> Route {
        let (name, summary, done) =
            switch deed {
            case .send: ("submitMailAgain", "Send a mail again by the form", "mailed")
            case .discard: ("submitMailDiscard", "Remove a mail by the form", "discarded")
            }
        return .page(
            .post, MailConsolePages.path + "/mail/{id}/\(deed.rawValue)", name, summary,
            access: ConsolePermission.write
        ) { (context: RequestContext, input: OperatedMailID) -> PageReply in
            try await console.act(deed, on: input.id, by: context)
            return back(context, deed == .discard ? "mail" : "mail/\(input.id)", done)
        }
    }

    // MARK: - Suppressions

    private var suppressions: Route {
        .page(
            .get, MailConsolePages.path + "/suppressions", "suppressionsPage", "Addresses that nothing is sent to",
            access: ConsolePermission.read
        ) { (context: RequestContext, input: SuppressionListQuery) -> PageReply in
            try await suppressionsPage(context, input.start, cursor: input.cursor).reply(after: input.done)
        }
    }

    private func suppressionsPage(
        _ context: RequestContext, _ start: String = "", cursor: String? = nil
    ) async throws -> SuppressionsPage {
        let found = try await console.database.read { [console] reading in
            try console.suppressions(
                startingWith: start, PageRequest(limit: 50, cursor: cursor), in: reading)
        }
        return SuppressionsPage(
            frame: try await ConsoleFrame(context, appearance), start: start, suppressions: found.items, cursor: cursor,
            nextCursor: found.next.map { console.cursors.sign($0, list: MailConsole.suppressionList(start)) })
    }

    private var suppress: Route {
        .page(
            .post, MailConsolePages.path + "/suppressions", "submitSuppression", "Suppress an address by the form",
            access: ConsolePermission.write
        ) { (context: RequestContext, form: SuppressionForm) -> PageReply in
            var (messages, status) = (form.messages, 422 as HTTPStatus)
            if messages.isEmpty, let address = form.address {
                do {
                    _ = try await console.suppress(address, reason: form.reason, by: context)
                    return back(context, "suppressions", "suppressed")
                } catch let problem as Problem where problem.code == "already_suppressed" {
                    (messages, status) = ([FieldMessage("address", problem.detail)], problem.status)
                }
            }
            var page = try await suppressionsPage(context)
            page.form = FormState(values: form.values, messages: messages)
            return page.reply(status)
        }
    }

    private var lift: Route {
        .page(
            .post, MailConsolePages.path + "/suppressions/lift", "submitSuppressionLift",
            "Lift a suppression by the form", access: ConsolePermission.write
        ) { (context: RequestContext, form: LiftForm) -> PageReply in
            try await console.lift(form.address, by: context)
            return back(context, "suppressions", "lifted")
        }
    }
}
