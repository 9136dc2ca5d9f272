/// A piece of a page that is the same for everybody who gets to see it, and is therefore made once for all.
///
/// What it shows comes from rows and its key alone. Both functions are static, so there is nothing of a request that they could
/// hold: no form token, no message, no nonce, nobody who is signed in. What a page shows of these stands outside of its
/// fragments, and what a key tells apart is apart.
///
/// ```swift
/// enum NoticeList: PageFragment {
///     static func read(_ area: String, in reading: Reading) throws -> [Notice] { … }
///     static func html(_ notices: [Notice], for area: String) -> HTML { "<ul>\(notices.map(\.line))</ul>" }
/// }
///
/// let lists = PageFragments<NoticeList>(CachePolicy("notices.list", ttl: .minutes(1)), in: caches)
/// let list = try await lists.html(for: area, version: version, in: database)
/// ```
public protocol PageFragment: Sendable {
    /// What tells one from the other: an area, a day. Keys of caches only, so that none can be somebody's session.
    associatedtype Key: CacheKey
    /// What was read, as far as it is shown.
    associatedtype Model: Sendable

    /// Reads what is shown.
    static func read(_ key: Key, in reading: Reading) throws -> Model

    /// The markup of what was read.
    static func html(_ model: Model, for key: Key) -> HTML
}

/// Fragments of one kind, each kept under the version of what it was made of: one is given only to somebody who has just read
/// that version, so it is never stale on any node (see `VersionedCopies`).
public struct PageFragments<Fragment: PageFragment>: Sendable {
    private let copies: VersionedCopies<Fragment.Key, HTML>

    /// No fragments. Name, time to live, entries of the capacity and tags of the policy count.
    public init(_ policy: CachePolicy, in caches: CacheRegistry) {
        copies = VersionedCopies(policy, in: caches)
    }

    /// The fragment of this version, made where there is none.
    /// - Parameter version: of everything that it shows, read in this request; nil where that is not known: it is made, and
    ///   not kept.
    /// - Throws: what reading it throws; nothing is kept then.
    public func html(for key: Fragment.Key, version: Int64?, in database: Database) async throws -> HTML {
        if let version, let known = copies.value(for: key, version: version) { return known }
        let moment = copies.moment
        let model = try await database.read { try Fragment.read(key, in: $0) }
        let html = Fragment.html(model, for: key)
        guard let version else { return html }
        return copies.keep(html, for: key, version: version, since: moment)
    }
}
