import Portico

/// The page of exports. A filled-in form leads on to the file.
struct ExportPageRoutes: Sendable {
    let services: BagTrackingServices

    var routes: [Route] {
        [
            .page(
                .get, "/exports", "exportsPage", "Whole tables as files", access: .permission("export.read"),
                limit: BagLimits.read
            ) { (context: RequestContext, query: ExportPageQuery) -> PageReply in
                let messages = query.messages
                if messages.isEmpty, let file = query.file(below: context.mount) { return .redirect(to: file) }
                let catalog = try await services.presentCatalog()
                let caller = try BagCaller(context)
                let page = ExportsPage(
                    frame: try BagFrame(context, catalog), openForm: messages.isEmpty ? nil : query.name,
                    form: FormState(values: query.values, messages: messages),
                    areas: caller.areaCode == nil ? catalog.areaChoices : [], products: catalog.productChoices,
                    most: services.settings.exportsPerUser)
                return page.reply(messages.isEmpty ? .ok : 422)
            }
        ]
    }
}

/// What a form of the page sends.
struct ExportPageQuery: RouteInput {
    private static let filters = [
        "kind", "status", "area_code", "product_type", "billed", "hold", "lot", "q", "created_from", "created_to",
        "state", "from", "to", "outcome", "code", "parent_code",
    ]

    let name: String
    let values: [String: String]
    private let format: String

    init(_ fields: inout FieldReader) {
        name = fields.typed("name", "What is exported: bags, bills, scans or epcis")
        format = fields.typed("format", "As which file: csv, xlsx or ndjson; json for epcis")
        var values: [String: String] = [:]
        for name in ExportPageQuery.filters { values[name] = fields.typed(name, "Narrows the export") }
        self.values = values
    }

    /// What is wrong with the filter, as far as people can type something wrong.
    var messages: [FieldMessage] {
        let names = name == "bags" ? (from: "created_from", to: "created_to") : (from: "from", to: "to")
        let days = DayFilter(from: values[names.from] ?? "", to: values[names.to] ?? "", names: names)
        var found = days.messages
        if name == ExportPageQuery.events { found += eventMessages(days) }
        if name == "bags", let query = values["q"]?.unlessEmpty {
            do throws(FieldProblem) {
                _ = try BagSearch.parse(query)
            } catch {
                found.append(FieldMessage("q", error.message))
            }
        }
        return found
    }

    /// The name of the form for events, and of their file.
    private static let events = "epcis"

    /// A document of events has a first and a last day, and not too many between them.
    private func eventMessages(_ days: DayFilter) -> [FieldMessage] {
        let missing = ["from", "to"].filter { values[$0]?.unlessEmpty == nil }
        guard missing.isEmpty else {
            return missing.map { FieldMessage($0, "Enter a day, such as 2026-11-21.") }
        }
        guard days.messages.isEmpty, let from = days.from, let to = days.to, to - from > EPCISExportInput.longest else {
            return []
        }
        return [FieldMessage("to", "Choose at most \(ExportsPage.mostEventDays) days; further files take the others.")]
    }

    /// The address of the file; nil where none is asked for.
    func file(below mount: String) -> String? {
        if name == ExportPageQuery.events, format == "json" {
            return PageAddress("\(mount)/api/v1/exports/epcis.json").setting("from", values["from"])
                .setting("to", values["to"]).text
        }
        guard let name = ExportName(rawValue: name), let format = TableFormat(rawValue: format) else { return nil }
        var address = PageAddress("\(mount)/api/v1/exports/\(name.rawValue).\(format.rawValue)")
        for filter in ExportPageQuery.filters { address = address.setting(filter, values[filter]) }
        return address.text
    }
}
