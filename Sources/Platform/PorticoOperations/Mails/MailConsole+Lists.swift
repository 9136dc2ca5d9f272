import PorticoHTTP
import PorticoJobs
import PorticoSQL

extension MailConsole {
    /// A page of a search for mails.
    /// - Throws: ``Problem`` 422 for a cursor of another list; ``SQLError``.
    func page(_ search: MailSearch, _ page: PageRequest, in session: some SQLSession) throws -> Page<MailRecord> {
        let before = try position(page.cursor, of: MailConsole.list(search)).map { text in
            guard let id = Int64(text) else { throw MailConsole.otherList }
            return id
        }
        let fetched = try mails.records(search, before: before, limit: page.limit + 1, in: session)
        return Page(fetched: fetched, limit: page.limit) { ["\($0.id)"] }
    }

    /// A page of the addresses that nothing is sent to.
    /// - Throws: ``Problem`` 422 for a cursor of another list; ``SQLError``.
    func suppressions(
        startingWith start: String, _ page: PageRequest, in session: some SQLSession
    ) throws -> Page<MailSuppression> {
        let after = try position(page.cursor, of: MailConsole.suppressionList(start))
        let fetched = try mails.suppressions(
            startingWith: start, after: after, limit: page.limit + 1, in: session)
        return Page(fetched: fetched, limit: page.limit) { [$0.address] }
    }

    private func position(_ cursor: String?, of list: String) throws -> String? {
        guard let cursor else { return nil }
        guard let position = cursors.position(cursor, list: list)?.first else { throw MailConsole.otherList }
        return position
    }

    private static var otherList: Problem {
        Problem(422, "invalid_cursor", "The cursor belongs to another list.")
    }

    /// The list a cursor belongs to.
    static func list(_ search: MailSearch) -> String {
        "operations.mails/\(search.standing?.rawValue ?? "")/\(search.recipient)/\(search.kind)/\(search.text)"
    }

    /// The list a cursor belongs to.
    static func suppressionList(_ start: String) -> String { "operations.suppressions/\(start)" }
}
