import PorticoCache
import PorticoPages
import PorticoValues

/// `/ops/caches`: what the caches of the node hold and have done, tier by tier, which tags change most, and the purge.
struct CachesPage: ConsolePage {
    var frame: ConsoleFrame
    var caches: [CacheStatistics]
    var policies: [String: CachePolicy]
    var tags: [(tag: CacheTag, count: Int)]
    var advice: [String]
    var form = FormState.fresh

    var title: String { "Caches" }
    var part: ConsolePart { .caches }

    var content: HTML {
        """
        \(PageHeading("Caches", subtitle: "Those of the node that made this page, since its start."))\
        \(ErrorSummary(form.messages))
        <div class="stack"><div class="stack" id="caches-now" data-current="5">\(tiles)\(counsel)\
        <section class="block" aria-labelledby="caches-title"><h2 id="caches-title">Caches</h2>\(overview)</section>\
        <section class="block" aria-labelledby="tags-title"><h2 id="tags-title">Tags that change most</h2>\(changes)\
        </section></div>
        \(purge)</div>
        """
    }

    private var tiles: HTML {
        let (hits, misses) = (sum(\.local.hits), sum(\.local.misses))
        let shared = (hits: sum(\.sharedHits), misses: sum(\.sharedMisses))
        let tiles = [
            StatTile(
                "Values in process", value: sum(\.local.entries), detail: CachesPage.bytes(sum(\.local.bytes)),
                icon: .archive),
            StatTile(
                "Found in process", value: hits, detail: "\(CachesPage.share(hits, misses)) of reads", icon: .check),
            StatTile(
                "Found in tier 2", value: shared.hits,
                detail: shared.hits + shared.misses == 0
                    ? "not asked" : "\(CachesPage.share(shared.hits, shared.misses)) of reads there", icon: .link),
            StatTile("Loaded anew", value: sum(\.loads), detail: "\(sum(\.loadFailures)) failed", icon: .retry),
            StatTile(
                "Pushed out", value: sum(\.local.evictions), detail: CachesPage.bytes(sum(\.local.evictedBytes)),
                icon: .cross),
        ]
        return "<div class=\"tiles\">\(tiles)</div>"
    }

    private func sum(_ count: (CacheStatistics) -> Int) -> Int {
        caches.reduce(0) { $0 + count($1) }
    }

    /// What is incoherent about how a cache is declared.
    private var counsel: HTML? {
        guard !advice.isEmpty else { return nil }
        return Notice(
            "Some caches are declared in a way that does not fit together", tone: .warn,
            detail: "<ul class=\"plain\">\(advice.map { "<li>\($0)</li>" as HTML })</ul>"
        ).html
    }

    private var overview: HTML {
        guard !caches.isEmpty else {
            return EmptyState(
                "No cache yet", detail: "Caches appear with the first value that is kept.", icon: .archive
            ).html
        }
        let columns: [DataTable.Column] = [
            .init("Cache"), .init("Values", .number), .init("Bytes", .number), .init("In process"), .init("In tier 2"),
            .init("Pushed out", .number), .init("Stale served", .number), .init("Waits saved", .number), .init("Loads"),
            .init("Kept for"), .init("Do", .actions),
        ]
        return DataTable(caption: "Caches", columns: columns, rows: caches.map(line)).html
    }

    private func line(_ cache: CacheStatistics) -> DataTable.Row {
        let loads = GroupedNumber(cache.loads).text
        let mean = cache.loads > 0 ? ", \(CachesPage.length(cache.loadNanoseconds / Int64(cache.loads))) each" : ""
        let empty = frame.form(
            "/caches/purge", fields: "<input type=\"hidden\" name=\"cache\" value=\"\(cache.name)\">",
            Button(
                "Empty", weight: .quiet, spoken: "Empty \(cache.name)",
                confirm: "Outdate all of \(cache.name), on all nodes?"))
        return DataTable.Row([
            "<span class=\"code\">\(cache.name)</span>", "\(GroupedNumber(cache.local.entries).text)",
            "<span class=\"nowrap\">\(CachesPage.bytes(cache.local.bytes))</span>",
            "\(CachesPage.share(cache.local.hits, cache.local.misses))",
            "\(CachesPage.share(cache.sharedHits, cache.sharedMisses))", "\(GroupedNumber(cache.local.evictions).text)",
            "\(GroupedNumber(cache.staleServes).text)", "\(GroupedNumber(cache.coalescedWaits).text)",
            "<span class=\"nowrap\">\(loads)\(mean)</span>",
            policies[cache.name].map { SpanText($0.ttl).html } ?? .empty,
            empty ?? .empty,
        ])
    }

    private var changes: HTML {
        guard !tags.isEmpty else {
            return EmptyState(
                "No tag was outdated since the node started",
                detail: "A change of rows outdates the tags it names, on every node.", icon: .tag
            ).html
        }
        let rows = tags.map {
            DataTable.Row(["<span class=\"code\">\($0.tag.text)</span>", "\(GroupedNumber($0.count).text)"])
        }
        return DataTable(caption: "Tags", columns: [.init("Tag"), .init("Times outdated", .number)], rows: rows).html
    }

    private var purge: HTML? {
        let field = TextField(
            "tag", label: "Tag", value: form.value("tag"),
            hint: "Such as bags. All values that carry it are loaded anew.",
            error: form.message("tag"), maxLength: 300, isCode: false)
        guard let one = frame.form("/caches/purge", fields: field.html, Button("Outdate"), arrangement: "stacked"),
            let all = frame.form(
                "/caches/purge", fields: "<input type=\"hidden\" name=\"everything\" value=\"true\">",
                Button(
                    "Empty all caches", weight: .danger, icon: .archive,
                    confirm: "Outdate everything in all caches, on all nodes? Everything is loaded anew."))
        else { return nil }
        return """
            <section class="block" aria-labelledby="purge-title"><h2 id="purge-title">Outdate by tag</h2>\
            <div class="stack">\(one)\(all)</div></section>
            """
    }

    /// `93 %`; a dash before the first read.
    private static func share(_ hits: Int, _ misses: Int) -> String {
        let reads = hits + misses
        guard reads > 0 else { return "–" }
        let tenths = hits * 1000 / reads
        return tenths == 1000 ? "100 %" : "\(tenths / 10).\(tenths % 10) %"
    }

    /// `0.4 ms`, `12 ms`, `3.4 s`.
    private static func length(_ nanoseconds: Int64) -> String {
        guard nanoseconds < 10_000_000 else { return SpanText(.milliseconds(nanoseconds / 1_000_000)).text }
        let tenths = max(1, nanoseconds / 100_000)
        return "\(tenths / 10).\(tenths % 10) ms"
    }

    /// `1.2 MiB`.
    private static func bytes(_ count: Int) -> String {
        switch count {
        case ..<1024: "\(count) B"
        case ..<1_048_576: "\(count / 1024) KiB"
        default: "\(count / 1_048_576).\(count % 1_048_576 * 10 / 1_048_576) MiB"
        }
    }
}
