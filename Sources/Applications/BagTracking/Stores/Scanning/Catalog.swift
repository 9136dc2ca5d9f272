import Portico

/// Areas and product types as they stood at one version of them.
struct Catalog: Sendable {
    let version: Int64
    let products: ProductCatalog
    let areas: [Area]

    /// Areas that new sacks may be registered in.
    var activeAreas: Set<String> { Set(areas.lazy.filter(\.isActive).map(\.code)) }

    /// Codes of all areas, active or not.
    var areaCodes: Set<String> { Set(areas.map(\.code)) }

    /// Reads everything in one statement.
    /// - Throws: ``SQLError``.
    static func load(in session: some SQLSession) throws -> Catalog {
        var version: Int64 = 0
        var areas: [Area] = []
        var types: [ProductType] = []
        try session.each("catalog.load", entries) { row in
            switch try row[0] as String {
            case "area": areas.append(Area(code: try row[1], name: try row[2], isActive: try row[3]))
            case "type":
                types.append(
                    ProductType(
                        code: try row[1], name: try row[2], prefix: try row[4], digits: try row[5],
                        capacity: try row[6], unitWeightGrams: try row[7], isActive: try row[3]))
            default: version = try row[8]
            }
        }
        return Catalog(version: version, products: ProductCatalog(types), areas: areas)
    }

    /// Says in the caller's transaction that areas or product types have changed. Every process then reads them anew
    /// before it next uses them.
    static func changed(in transaction: Transaction) throws {
        try transaction.execute("catalog.changed", "UPDATE catalog_version SET version = version + 1")
    }

    private static let entries: SQL = """
        SELECT 'area' AS what, code, name, is_active, '' AS prefix, 0 AS digits, 0 AS capacity, 0 AS weight, 0 AS version,
            created_at FROM areas
        UNION ALL
        SELECT 'type', code, name, is_active, prefix, digits, capacity, unit_weight_grams, 0, created_at
        FROM product_types
        UNION ALL
        SELECT 'version', '', '', 0, '', 0, 0, 0, version, 0 FROM catalog_version
        ORDER BY 1, 10, 2
        """
}

/// The catalog as this process knows it. Whoever uses it says which version is the present one, read in the same
/// snapshot, so that an old copy is never taken for the truth.
final class CatalogCache: Sendable {
    private let copies: VersionedCopies<String, Catalog>
    private static let key = "catalog"

    /// - Parameter caches: where the copy is listed.
    init(in caches: CacheRegistry = CacheRegistry()) {
        copies = VersionedCopies(CachePolicy("bags.catalog", ttl: .hours(1)), in: caches)
    }

    /// The catalog of `version`, from memory or read now.
    ///
    /// Not to be asked by a transaction that changes the catalog: what it reads may never become true.
    /// - Throws: ``SQLError``.
    func catalog(version: Int64, in session: some SQLSession) throws -> Catalog {
        if let catalog = copies.value(for: CatalogCache.key, version: version) { return catalog }
        let moment = copies.moment
        let catalog = try Catalog.load(in: session)
        // A copy of the database may be behind; what it says of the past is not kept over the present.
        return copies.keep(catalog, for: CatalogCache.key, version: catalog.version, since: moment)
    }

    /// The present catalog. Costs one small statement while nothing has changed.
    /// - Throws: ``SQLError``.
    func catalog(in session: some SQLSession) throws -> Catalog {
        let version = try session.scalar("catalog.version", "SELECT version FROM catalog_version", as: Int64.self)
        return try catalog(version: version ?? 0, in: session)
    }
}
