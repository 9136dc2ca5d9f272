import Portico

/// Labels as drawings and on paper (rule R43).
struct LabelRoutes: Sendable {
    let services: BagTrackingServices

    var routes: [Route] { [drawing, sheet] }

    private var drawing: Route {
        .raw(
            .get, "/api/v1/labels/{code}.svg", "labelDrawing", "The QR code of a label as an SVG drawing",
            access: .permission("label.print"), limit: BagLimits.read, cache: .privateFor(seconds: 86_400),
            mediaType: "image/svg+xml", refusals: [(404, "unknown_code")]
        ) { [services] (_: RequestContext, input: LabelDrawingInput) -> Response in
            let code = try await services.database.read { try services.labels.code(input.code, in: $0) }
            guard let code, let square = QRCode(code.text, label: code.text) else {
                throw Refusal.notFound(
                    "unknown_code", "\(CodeError.quote(input.code)) is no code that a label can carry.")
            }
            return Response(
                .ok, headers: ["content-type": "image/svg+xml; charset=utf-8"],
                body: .bytes(square.svgFile(side: input.size)))
        }
    }

    private var sheet: Route {
        .raw(
            .post, "/api/v1/labels/sheet", "printLabels", "Labels on paper (PDF 1.4), written down in the audit",
            access: .permission("label.print"), limit: BagLimits.bulk, mediaType: "application/pdf"
        ) { [services] (context: RequestContext, input: LabelSheetInput) -> Response in
            let labels = try await services.labels.print(input.choice, on: input.layout, by: BagCaller(context))
            return Response(
                .ok,
                headers: [
                    "content-type": "application/pdf",
                    "content-disposition": "inline; filename=\"labels-\(input.layout.rawValue).pdf\"",
                ], body: .bytes(LabelPaper(layout: input.layout).document(labels)))
        }
    }
}
