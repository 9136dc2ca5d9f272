import Portico

/// Adds and changes areas and product types (rules R2, R9). Every change raises the version of the catalog, so that all
/// processes read it anew, and writes its audit entry.
struct CatalogStore: Sendable {
    let services: BagTrackingServices

    // MARK: - Areas

    /// Adds an area.
    /// - Throws: ``Refusal``, ``SQLError``.
    func add(_ area: Area, by caller: BagCaller) async throws -> Area {
        if !area.problems.isEmpty { throw Refusal.validation(area.problems) }
        return try await services.database.write { transaction in
            try Catalog.changed(in: transaction)
            let inserted = try transaction.execute(
                "areas.insert",
                """
                INSERT INTO areas (code, name, is_active, created_at)
                VALUES (\(area.code), \(area.name), \(area.isActive), \(caller.now)) ON CONFLICT (code) DO NOTHING
                """)
            guard inserted == 1 else { throw CatalogStore.taken("area", area.code) }
            try transaction.audit(caller.entry("area.created", entity: area.code, after: area.audited))
            return area
        }
    }

    /// Changes the name of an area, or whether new sacks may be registered in it.
    /// - Parameter check: throws when the area is not the one the caller has seen.
    /// - Throws: ``Refusal``, ``SQLError``, what `check` throws.
    func change(
        area code: String, name: String?, isActive: Bool?, by caller: BagCaller,
        expecting check: @escaping @Sendable (Area) throws -> Void = { _ in }
    ) async throws -> Area {
        try await services.database.write { transaction in
            try Catalog.changed(in: transaction)
            guard let before = try Catalog.load(in: transaction).areas.first(where: { $0.code == code }) else {
                throw CatalogStore.unknownArea(code)
            }
            try check(before)
            var after = before
            after.name = name ?? before.name
            after.isActive = isActive ?? before.isActive
            if !after.problems.isEmpty { throw Refusal.validation(after.problems) }
            guard after != before else { return before }
            try transaction.execute(
                "areas.update",
                "UPDATE areas SET name = \(after.name), is_active = \(after.isActive) WHERE code = \(code)")
            try transaction.audit(
                caller.entry("area.updated", entity: code, before: before.audited, after: after.audited))
            return after
        }
    }

    // MARK: - Product types

    /// Adds a product type.
    /// - Throws: ``Refusal`` when its codes could be those of another, or are those of bags; ``SQLError``.
    func add(_ type: ProductType, by caller: BagCaller) async throws -> ProductType {
        if !type.problems.isEmpty { throw Refusal.validation(type.problems) }
        return try await services.database.write { try CatalogStore.add(type, by: caller, in: $0) }
    }

    /// The same in the caller's transaction.
    static func add(_ type: ProductType, by caller: BagCaller, in transaction: Transaction) throws -> ProductType {
        // Waits for whoever adds another type at this moment, so that both can't miss each other.
        try Catalog.changed(in: transaction)
        let present = try Catalog.load(in: transaction).products
        if present.type(code: type.code) != nil { throw CatalogStore.taken("product type", type.code) }
        if let refusal = present.refusal(toAdd: type) { throw refusal }
        try keepOutNewBags(in: transaction)
        if let child = try CatalogStore.child(claimedBy: type, in: transaction) {
            throw Refusal.patternTaken(type, childCode: child)
        }
        try CatalogStore.insert(type, at: caller.now, in: transaction)
        try transaction.audit(caller.entry("product_type.created", entity: type.code, after: type.audited))
        return type
    }

    /// Waits for all who are writing bags, and lets others begin after the commit: whoever registers a bag does so before
    /// the codes are searched, or knows the new type. A few milliseconds, a few times a year; scans pay nothing for it.
    private static func keepOutNewBags(in transaction: Transaction) throws {
        guard transaction.dialect == .postgresql else { return }
        try transaction.execute("product_types.keep_out", "LOCK TABLE bags IN SHARE MODE")
    }

    /// Changes the name of a product type, or whether new sacks of it may be registered.
    /// - Parameter check: throws when the product type is not the one the caller has seen.
    /// - Throws: ``Refusal``, ``SQLError``, what `check` throws.
    func change(
        productType code: String, name: String?, isActive: Bool?, by caller: BagCaller,
        expecting check: @escaping @Sendable (ProductType) throws -> Void = { _ in }
    ) async throws -> ProductType {
        try await services.database.write { transaction in
            try Catalog.changed(in: transaction)
            guard let before = try Catalog.load(in: transaction).products.type(code: code) else {
                throw CatalogStore.unknownType(code)
            }
            try check(before)
            var after = before
            after.name = name ?? before.name
            after.isActive = isActive ?? before.isActive
            if !after.problems.isEmpty { throw Refusal.validation(after.problems) }
            guard after != before else { return before }
            try transaction.execute(
                "product_types.update",
                "UPDATE product_types SET name = \(after.name), is_active = \(after.isActive) WHERE code = \(code)")
            try transaction.audit(
                caller.entry("product_type.updated", entity: code, before: before.audited, after: after.audited))
            return after
        }
    }

    private static func insert(_ type: ProductType, at now: Instant, in transaction: Transaction) throws {
        try transaction.execute(
            "product_types.insert",
            """
            INSERT INTO product_types (code, name, prefix, digits, capacity, unit_weight_grams, is_active, created_at)
            VALUES (\(type.code), \(type.name), \(type.prefix), \(type.digits), \(type.capacity), \(type.unitWeightGrams),
                \(type.isActive), \(now))
            """)
    }

    /// A bag whose code the type would claim. Only codes that begin with its prefix are read.
    private static func child(claimedBy type: ProductType, in session: some SQLSession) throws -> String? {
        var claimed: String?
        try session.each(
            "product_types.claimed",
            """
            SELECT code FROM bags WHERE code >= \(type.prefix + "0") AND code < \(type.prefix + ":")
                AND length(code) = \(type.prefix.utf8.count + type.digits) AND kind = 'child'
            ORDER BY code
            """
        ) { row in
            let code: String = try row[0]
            if claimed == nil, type.matches(code) { claimed = code }
        }
        return claimed
    }

    // MARK: - Refusals

    static func taken(_ noun: String, _ code: String) -> Refusal {
        .conflict("code_taken", "There is already a\(noun == "area" ? "n" : "") \(noun) called \(code).")
    }

    static func unknownArea(_ code: String) -> Refusal {
        .notFound("area_not_found", "There is no area \(CodeError.quote(code)).")
    }

    static func unknownType(_ code: String) -> Refusal {
        .notFound("product_type_not_found", "There is no product type \(CodeError.quote(code)).")
    }
}

extension Area {
    /// What the audit keeps of it.
    fileprivate var audited: JSONValue {
        .object([
            (key: "code", value: .string(code)), (key: "name", value: .string(name)),
            (key: "is_active", value: .bool(isActive)),
        ])
    }
}

extension ProductType {
    /// What the audit keeps of it.
    fileprivate var audited: JSONValue {
        .object([
            (key: "code", value: .string(code)), (key: "name", value: .string(name)),
            (key: "prefix", value: .string(prefix)), (key: "digits", value: .integer(Int64(digits))),
            (key: "capacity", value: .integer(Int64(capacity))),
            (key: "unit_weight_grams", value: .integer(Int64(unitWeightGrams))),
            (key: "is_active", value: .bool(isActive)),
        ])
    }
}
