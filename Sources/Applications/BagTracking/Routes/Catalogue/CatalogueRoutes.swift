import Portico

/// Areas and product types: read by everybody, changed by administrators.
struct CatalogueRoutes: Sendable {
    let services: BagTrackingServices
    let catalog: CatalogStore

    var routes: [Route] {
        [areas, addArea, area, changeArea, productTypes, addProductType, productType, changeProductType]
    }

    private var areas: Route {
        .json(
            .get, "/api/v1/areas", "listAreas", "Areas, in the order they were added", access: .signedIn,
            limit: BagLimits.read, cache: .privateRevalidated, refusals: [(422, "invalid_cursor")]
        ) { [services] (_: RequestContext, page: PageRequest) -> Reply<ListAnswer<AreaAnswer>> in
            let areas = try await services.presentAreas()
            return .ok(try services.answer("areas", areas.map { AreaAnswer(area: $0) }, page, code: \.area.code))
        }
    }

    private var addArea: Route {
        .json(
            .post, "/api/v1/areas", "addArea", "Add an area", access: .permission("config.manage"),
            limit: BagLimits.admin, statuses: [(.created, "The area is there")], refusals: [(409, "code_taken")]
        ) { [catalog] (context: RequestContext, input: NewAreaInput) -> Reply<AreaAnswer> in
            let area = try await catalog.add(input.area, by: BagCaller(context))
            return .created(AreaAnswer(area: area), at: "\(context.mount)/api/v1/areas/\(area.code)")
        }
    }

    private var area: Route {
        .json(
            .get, "/api/v1/areas/{code}", "getArea", "An area", access: .signedIn, limit: BagLimits.read,
            cache: .privateRevalidated, refusals: [(404, "area_not_found")]
        ) { [services] (_: RequestContext, input: CatalogueItemInput) -> Reply<AreaAnswer> in
            guard let area = try await services.presentCatalog().areas.first(where: { $0.code == input.code }) else {
                throw CatalogStore.unknownArea(input.code)
            }
            return .ok(AreaAnswer(area: area))
        }
    }

    private var changeArea: Route {
        .json(
            .patch, "/api/v1/areas/{code}", "changeArea", "Rename an area, or close it for new sacks",
            access: .permission("config.manage"), limit: BagLimits.admin,
            refusals: [(404, "area_not_found"), (412, "stale")]
        ) { [catalog] (context: RequestContext, input: CatalogueChangeInput) -> Reply<AreaAnswer> in
            let area = try await catalog.change(
                area: input.code, name: input.name, isActive: input.isActive, by: BagCaller(context),
                expecting: { try context.precondition.require(AreaAnswer(area: $0)) })
            return .ok(AreaAnswer(area: area))
        }
    }

    private var productTypes: Route {
        .json(
            .get, "/api/v1/product-types", "listProductTypes", "Product types, in the order they were added",
            access: .signedIn, limit: BagLimits.read, cache: .privateRevalidated, refusals: [(422, "invalid_cursor")]
        ) { [services] (_: RequestContext, page: PageRequest) -> Reply<ListAnswer<ProductTypeAnswer>> in
            let types = try await services.database.read { try services.catalog.catalog(in: $0).products.types }
            return .ok(
                try services.answer("product-types", types.map { ProductTypeAnswer(type: $0) }, page, code: \.type.code)
            )
        }
    }

    private var addProductType: Route {
        .json(
            .post, "/api/v1/product-types", "addProductType", "Add a product type",
            access: .permission("config.manage"), limit: BagLimits.admin,
            statuses: [(.created, "The product type is there")],
            refusals: [(409, "code_taken"), (409, "pattern_overlap"), (409, "pattern_taken")]
        ) { [catalog] (context: RequestContext, input: NewProductTypeInput) -> Reply<ProductTypeAnswer> in
            let type = try await catalog.add(input.type, by: BagCaller(context))
            return .created(
                ProductTypeAnswer(type: type), at: "\(context.mount)/api/v1/product-types/\(type.code)")
        }
    }

    private var productType: Route {
        .json(
            .get, "/api/v1/product-types/{code}", "getProductType", "A product type", access: .signedIn,
            limit: BagLimits.read, cache: .privateRevalidated, refusals: [(404, "product_type_not_found")]
        ) { [services] (_: RequestContext, input: CatalogueItemInput) -> Reply<ProductTypeAnswer> in
            guard let type = try await services.presentCatalog().products.type(code: input.code) else {
                throw CatalogStore.unknownType(input.code)
            }
            return .ok(ProductTypeAnswer(type: type))
        }
    }

    private var changeProductType: Route {
        .json(
            .patch, "/api/v1/product-types/{code}", "changeProductType",
            "Rename a product type, or close it for new sacks", access: .permission("config.manage"),
            limit: BagLimits.admin,
            refusals: [
                (404, "product_type_not_found"), (409, "product_type_fixed"), (412, "stale"),
            ]
        ) { [catalog] (context: RequestContext, input: ProductTypeChangeInput) -> Reply<ProductTypeAnswer> in
            if let refusal = ProductType.refusal(toPatch: input.fixed) { throw refusal }
            let type = try await catalog.change(
                productType: input.change.code, name: input.change.name, isActive: input.change.isActive,
                by: BagCaller(context),
                expecting: { try context.precondition.require(ProductTypeAnswer(type: $0)) })
            return .ok(ProductTypeAnswer(type: type))
        }
    }
}

extension BagTrackingServices {
    fileprivate func presentAreas() async throws -> [Area] {
        let services = self
        return try await database.read { try services.catalog.catalog(in: $0).areas }
    }

    /// A page of a short list that is in memory anyway. A page goes on after the code of the last one.
    fileprivate func answer<Item: JSONRepresentable>(
        _ list: String, _ items: [Item], _ request: PageRequest, code: (Item) -> String
    ) throws -> ListAnswer<Item> {
        let cursor = ListCursor(signer: cursors, list: list)
        let last = try cursor.position(request.cursor)?.first
        let start = last.flatMap { last in items.firstIndex { code($0) == last } }.map { $0 + 1 } ?? 0
        let page = Page(
            fetched: Array(items.dropFirst(start).prefix(request.limit + 1)), limit: request.limit
        ) { [code($0)] }
        return ListAnswer(items: page.items, nextCursor: cursor.next(page))
    }
}
