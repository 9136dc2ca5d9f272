import Portico

/// Labels for people: what is to be printed, a look at it, and the file.
struct LabelPageRoutes: Sendable {
    let services: BagTrackingServices

    var routes: [Route] { [show, submit] }

    private var show: Route {
        .page(
            .get, "/labels", "labelsPage", "Labels to be printed", access: .permission("label.print"),
            limit: BagLimits.read
        ) { (context: RequestContext, input: LabelForm) -> PageReply in
            try await page(context, input).reply()
        }
    }

    private var submit: Route {
        // Printing makes nothing that a second time could double, and whoever goes back prints other numbers.
        Route.page(
            .post, "/labels", "submitLabels", "Print labels by the form, or look at them",
            access: .permission("label.print"), limit: BagLimits.bulk
        ) { [services] (context: RequestContext, form: LabelForm) -> PageReply in
            let caller = try BagCaller(context)
            var page = try await page(context, form)
            do {
                let (choice, layout) = try form.wish()
                guard form.deed != "print" else {
                    let labels = try await services.labels.print(choice, on: layout, by: caller)
                    return .file(
                        LabelPaper(layout: layout).document(labels), mediaType: "application/pdf",
                        name: "labels-\(layout.rawValue).pdf")
                }
                page.preview = try await services.database.read {
                    try services.labels.preview(choice, by: caller, in: $0)
                }
                return page.reply()
            } catch let refusal as Refusal where refusal.status == .unprocessable {
                page.messages = LabelPageRoutes.messages(refusal)
                return page.reply(422)
            }
        }
        .answeringAnew()
    }

    private func page(_ context: RequestContext, _ form: LabelForm) async throws -> LabelsPage {
        let catalog = try await services.presentCatalog()
        return LabelsPage(frame: try BagFrame(context, catalog), products: catalog.productChoices, typed: form.typed)
    }

    /// What is wrong with single codes stands at the field of all of them.
    private static func messages(_ refusal: Refusal) -> [FieldMessage] {
        refusal.fields.prefix(5).map { problem in
            FieldMessage(problem.field.hasPrefix("codes") ? "codes" : problem.field, problem.message)
        }
    }
}

/// What the form about labels sends.
struct LabelForm: RouteInput {
    let typed: LabelsPage.Typed
    let deed: String

    init(_ fields: inout FieldReader) {
        var typed = LabelsPage.Typed()
        typed.layout = fields.typed("layout", "How the labels lie on paper").unlessEmpty ?? typed.layout
        typed.productType = fields.typed("product_type", "Codes of this product type")
        typed.firstSerial = fields.typed("first_serial", "The first number")
        typed.count = fields.typed("count", "How many").unlessEmpty ?? typed.count
        typed.codes = fields.typed("codes", "The codes, one a line")
        self.typed = typed
        deed = fields.typed("do", "print: answer with the file")
    }

    /// What is to be printed.
    func wish() throws(Refusal) -> (choice: LabelChoice, layout: LabelLayout) {
        guard let layout = LabelLayout(rawValue: typed.layout) else {
            throw .validation([.invalid("layout", "Choose one of the layouts.")])
        }
        let codes = typed.codes.split(whereSeparator: \.isNewline).map { ScannedText.tidied(String($0)) }
        let given = codes.filter { !$0.isEmpty }
        guard given.isEmpty else { return (.codes(given), layout) }
        guard let first = Int(ScannedText.tidied(typed.firstSerial)), first >= 0 else {
            throw .validation([.invalid("first_serial", "Enter the first number, or codes below.")])
        }
        guard let count = Int(ScannedText.tidied(typed.count)) else {
            throw .validation([.outOfRange("count", "Enter 1 to \(Label.most) labels.")])
        }
        return (.serials(productType: typed.productType, first: first, count: count), layout)
    }
}
