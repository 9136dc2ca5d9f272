import Portico

/// Areas and product types: the page, and its forms.
struct SettingsPageRoutes: Sendable {
    private struct Query: RouteInput {
        let done: String

        init(_ fields: inout FieldReader) {
            done = fields.typed("done", "What a form has just done")
        }
    }

    let services: BagTrackingServices
    let catalog: CatalogStore
    let webhooks: WebhookDesk

    var routes: [Route] { [show, addArea, changeArea, addProduct, changeProduct] }

    private var show: Route {
        .page(
            .get, "/settings", "settingsPage", "Areas and product types", access: .permission("config.manage"),
            limit: BagLimits.admin
        ) { (context: RequestContext, input: Query) -> PageReply in
            var page = try await page(context)
            page.frame.notices = DoneNotice.notices(input.done)
            return page.reply()
        }
    }

    private var addArea: Route {
        form("/settings/areas", "submitArea", "Add an area by the form") {
            [catalog] (caller: BagCaller, form: AreaForm) in
            _ = try await catalog.add(form.area, by: caller)
        } shownAs: { form in
            ("area", form.values, "code")
        }
    }

    private var changeArea: Route {
        form("/settings/areas/{key}", "submitAreaChange", "Change an area by the form") {
            [catalog] (caller: BagCaller, edit: CatalogEdit<AreaForm>) in
            _ = try await catalog.change(
                area: edit.key, name: edit.form.area.name, isActive: !edit.form.isActive.isEmpty, by: caller)
        } shownAs: { edit in
            ("area-\(edit.key)", edit.form.values, "name")
        }
    }

    private var addProduct: Route {
        form("/settings/product-types", "submitProductType", "Add a product type by the form") {
            [catalog] (caller: BagCaller, form: ProductForm) in
            _ = try await catalog.add(form.type(), by: caller)
        } shownAs: { form in
            ("product", form.values, "prefix")
        }
    }

    private var changeProduct: Route {
        form("/settings/product-types/{key}", "submitProductTypeChange", "Change a product type by the form") {
            [catalog] (caller: BagCaller, edit: CatalogEdit<ProductForm>) in
            _ = try await catalog.change(
                productType: edit.key, name: edit.form.name, isActive: edit.form.isActive, by: caller)
        } shownAs: { edit in
            ("product-\(edit.key)", edit.form.values, "name")
        }
    }

    /// A form of the page. `shownAs` names it, gives what was typed, and the field that a refusal is about.
    private func form<Form: RouteInput>(
        _ path: String, _ name: String, _ summary: String,
        act: @escaping @Sendable (BagCaller, Form) async throws -> Void,
        shownAs: @escaping @Sendable (Form) -> (form: String, values: [String: String], field: String)
    ) -> Route {
        .page(.post, path, name, summary, access: .permission("config.manage"), limit: BagLimits.admin) {
            (context: RequestContext, form: Form) -> PageReply in
            let caller = try BagCaller(context)
            let refusal = try await FormRefusal.of { try await act(caller, form) }
            guard let refusal else { return .redirect(to: "\(context.mount)/settings?done=saved") }
            let shown = shownAs(form)
            var page = try await page(context)
            page.openForm = shown.form
            page.form = refusal.form(shown.values, about: shown.field)
            return page.reply(refusal.status)
        }
    }

    /// The page as it is without a form that came back.
    func page(_ context: RequestContext) async throws -> SettingsPage {
        let catalog = try await services.presentCatalog()
        let frame = try BagFrame(context, catalog)
        let desk = webhooks
        let subscriptions = try await services.database.read {
            try desk.subscriptions(owner: nil, limit: WebhooksPart.most, in: $0).items
        }
        return SettingsPage(
            frame: frame,
            areas: catalog.areas.map { SettingsPage.Area(code: $0.code, name: $0.name, isActive: $0.isActive) },
            products: catalog.products.types.map { SettingsPage.Product($0) },
            webhooks: WebhooksPart(frame: frame, subscriptions: subscriptions))
    }
}

extension SettingsPage.Product {
    /// A product type as the page shows it.
    init(_ type: ProductType) {
        self.init(
            code: type.code, name: type.name, prefix: type.prefix, digits: type.digits, capacity: type.capacity,
            unitWeightGrams: type.unitWeightGrams, isActive: type.isActive)
    }
}
