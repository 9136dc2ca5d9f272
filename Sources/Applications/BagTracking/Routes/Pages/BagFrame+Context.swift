import Portico

extension BagFrame {
    /// What a page knows of the request it answers.
    /// - Throws: 401 where nobody is signed in.
    init(_ context: RequestContext, _ catalog: Catalog) throws {
        let principal = try context.caller
        self.init(
            person: principal.name, role: principal.roles.first ?? "",
            area: principal.attributes["area_code"].map { catalog.areaName($0) }, permissions: principal.permissions,
            csrfToken: context.csrf.value, formKey: randomBytes(18).base64URL, assets: context.assets,
            nonce: context.nonce, now: context.now)
    }
}

extension BagFrame {
    /// The surroundings of an error page: for somebody at a browser who is signed in the places and the any-code box, so
    /// that a wrong address is no dead end. The database is not asked, so the area stays unnamed.
    static func shell(title: String, of context: RequestContext) -> PageShell {
        guard let principal = context.principal, principal.csrfBinding != nil else {
            return bagShell(title: title, assets: context.assets, nonce: context.nonce)
        }
        let frame = BagFrame(
            person: principal.name, role: principal.roles.first ?? "", permissions: principal.permissions,
            csrfToken: context.csrf.value, formKey: "", assets: context.assets, nonce: context.nonce,
            now: context.now)
        return frame.shell(title: title)
    }
}

extension BagPage {
    /// The page as an answer.
    func reply(_ status: HTTPStatus = .ok) -> PageReply {
        .page(body, status: status)
    }
}

extension Catalog {
    /// The name of an area; its code where it is not known.
    func areaName(_ code: String) -> String {
        areas.first { $0.code == code }?.name ?? code
    }

    /// The name of a product type; its code where it is not known.
    func productName(_ code: String) -> String {
        products.type(code: code)?.name ?? code
    }

    /// All areas, to filter by.
    var areaChoices: [Choice] { areas.map { Choice($0.code, $0.name) } }

    /// The areas that new sacks and people may belong to.
    var activeAreaChoices: [Choice] { areas.filter(\.isActive).map { Choice($0.code, $0.name) } }

    /// All product types, to filter by.
    var productChoices: [Choice] { products.types.map { Choice($0.code, $0.name) } }
}

extension BagTrackingServices {
    /// The catalog as it is now.
    /// - Throws: ``SQLError``.
    func presentCatalog() async throws -> Catalog {
        let catalog = catalog
        return try await database.read { try catalog.catalog(in: $0) }
    }
}
