import Portico

/// What the blocks of the dashboard show, kept in process under the versions of what it is read from. Nothing of it is about
/// the person who looks: areas are apart, and what somebody may undo is decided when the page is made.
struct DashboardCopies: Sendable {
    /// The hours of one day of one area; nil for all areas.
    struct Day: CacheKey {
        let area: String?
        let date: CalendarDate

        var cacheText: String { "\(date.text) \(area ?? "")" }
    }

    /// The versions of everything the dashboard is made of, in one snapshot.
    struct Versions: Sendable {
        /// Of areas and product types.
        let catalog: Int64
        /// Of the figures of the area, and of what is shown beside them.
        let figures: Int64
        /// How far the events of scans are in the hours of activity.
        let activity: Int64

        /// - Throws: ``SQLError``.
        static func read(area: String?, in session: some SQLSession) throws -> Versions? {
            try session.first(
                "dashboard.versions",
                """
                SELECT version, (\(CounterStore.versionQuery(area: area))),
                    coalesce((SELECT id FROM event_positions WHERE projection = \(ActivityProjection().name)), 0)
                FROM catalog_version
                """
            ) { Versions(catalog: try $0[0], figures: try $0[1], activity: try $0[2]) }
        }
    }

    /// The markup of a day, under ``Versions/activity``.
    let today: PageFragments<TodayBlock>
    /// The newest scans of an area, the empty text for all, under ``Versions/figures``.
    let latest: VersionedCopies<String, Page<ScanItem>>
    /// Findings and late devices of an area, for those who may not know of imports, under ``Versions/figures``.
    let watch: VersionedCopies<String, Watchfulness>

    /// No copies. After a minute each is read again, also because devices cease to be late as time goes by.
    init(in caches: CacheRegistry) {
        let ttl = Span.seconds(60)
        today = PageFragments(CachePolicy("bags.dashboard_today", ttl: ttl), in: caches)
        latest = VersionedCopies(CachePolicy("bags.dashboard_latest", ttl: ttl), in: caches)
        watch = VersionedCopies(CachePolicy("bags.dashboard_watch", ttl: ttl), in: caches)
    }
}
