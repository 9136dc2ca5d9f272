import PorticoHTTP
import PorticoPages

/// The operators' pages about one thing, with their forms. A form does something and leads back to a page, which says what
/// was done; what could not be done is an error page, or stands on the page of the form.
protocol ConsolePages: Sendable {
    /// How they look, and how often they may be asked for.
    var appearance: ConsoleAppearance { get }
    /// All of them.
    var routes: [Route] { get }
}

extension ConsolePages {
    /// All of them, under the limit of the application.
    var limited: [Route] { routes.map { $0.limited(by: appearance.limit) } }

    /// The way back from a form (303).
    /// - Parameters:
    ///   - place: the page below ``ConsoleAppearance/path``: `jobs/7`.
    ///   - done: what it says: a word that ``ConsoleQuery`` knows, with its numbers: `many_replayed-2-1`.
    ///   - items: what else stands in its address; nil leaves an item out.
    func back(
        _ context: RequestContext, _ place: String, _ done: String, with items: KeyValuePairs<String, String?> = [:]
    ) -> PageReply {
        let address = PageAddress("\(context.mount)\(ConsoleAppearance.path)/\(place)", items)
        return .redirect(to: address.setting("done", done).text)
    }
}
