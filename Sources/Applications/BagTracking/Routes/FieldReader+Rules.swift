import Portico

extension FieldReader {
    /// Notes what the rules of the domain say against fields, beside what is wrong with their shape: an answer names every
    /// field at once. A field that has something said against it already keeps that.
    mutating func note(_ problems: [FieldProblem]) {
        guard !isRecording else { return }
        for problem in problems where !errors.contains(where: { $0.field == problem.field }) {
            refuse(problem.field, problem.code, problem.message)
        }
    }
}

/// The area that a body names, for routes that say what is wrong with it beside everything else.
struct NamedArea: RouteInput {
    let areaCode: String?

    init(_ fields: inout FieldReader) {
        areaCode = fields.optionalText("area_code", 0...10_000, in: .body, "The area")
    }
}

extension BagTrackingServices {
    /// The route, which names an area that takes nothing new beside the fields whose shape is wrong. Where every shape is
    /// right, the act itself looks at the area, inside its transaction.
    func judgingArea(_ route: Route) -> Route {
        route.judging { (_: RequestContext, named: NamedArea) in
            guard let area = named.areaCode, try await !presentCatalog().activeAreas.contains(area) else { return [] }
            let problem = FieldProblem.unknownArea
            return [Problem.FieldError(field: problem.field, code: problem.code, message: problem.message)]
        }
    }
}

extension FieldProblem {
    /// An area that is none, or takes nothing new.
    static let unknownArea = FieldProblem.invalid("area_code", "There is no such area.")
}
