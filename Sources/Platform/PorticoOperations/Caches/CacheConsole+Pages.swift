import PorticoCache
import PorticoHTTP
import PorticoPages

extension CacheConsole {
    /// The page about caches, and its form.
    ///
    /// | POST below `/ops` | fields besides `_csrf` and `idempotency_key` |
    /// |---|---|
    /// | `/caches/purge` | `tag`, or `cache`, or `everything` |
    public func pages(_ appearance: ConsoleAppearance) -> [Route] {
        CacheConsolePages(console: self, appearance: appearance).limited
    }
}

/// The routes of the operators' page about caches.
struct CacheConsolePages: ConsolePages {
    let console: CacheConsole
    let appearance: ConsoleAppearance

    var routes: [Route] { [show, purge] }

    private var show: Route {
        .page(
            .get, ConsoleAppearance.path + "/caches", "cachesPage", "The caches of this node",
            access: ConsolePermission.read
        ) { (context: RequestContext, query: ConsoleQuery) -> PageReply in
            try await cachesPage(context).reply(after: query)
        }
    }

    private var purge: Route {
        .page(
            .post, ConsoleAppearance.path + "/caches/purge", "submitCachePurge", "Outdate cached values by the form",
            access: ConsolePermission.write
        ) { (context: RequestContext, form: PurgeForm) -> PageReply in
            guard let target = form.target else {
                var page = try await cachesPage(context)
                page.form = FormState(
                    values: ["tag": form.tag],
                    messages: [FieldMessage("tag", "Enter the tag whose values are to be outdated.")])
                return page.reply(422)
            }
            let isTold = try await console.purge(target, by: context)
            return back(context, "caches", isTold ? "purged" : "purging")
        }
    }

    private func cachesPage(_ context: RequestContext) async throws -> CachesPage {
        let caches = console.caches
        return CachesPage(
            frame: try await ConsoleFrame(context, appearance), caches: caches.statistics,
            policies: Dictionary(caches.policies.map { ($0.name, $0) }) { first, _ in first },
            tags: caches.tags.mostInvalidated(20), advice: caches.advice.map { "\($0.cache): \($0.advice.text)" })
    }
}

/// What is to be outdated, as a form sends it. Everything is taken as it comes; the page says what is wrong.
struct PurgeForm: RouteInput {
    let tag: String
    private let cache: String
    private let everything: String

    init(_ fields: inout FieldReader) {
        tag = fields.optionalText("tag", 0...300, "Values that carry this tag") ?? ""
        cache = fields.optionalText("cache", 0...100, "All values of this cache") ?? ""
        everything = fields.optionalText("everything", 0...10, "All values of all caches") ?? ""
    }

    var target: CacheConsole.Target? {
        if !tag.isEmpty { return .tag(tag) }
        if !cache.isEmpty { return .cache(cache) }
        return everything == "true" ? .everything : nil
    }
}
