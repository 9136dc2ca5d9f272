import Portico
import PorticoTesting

@testable import BagTracking
@testable import PorticoOperations

/// Pages of bills, the gate, returns, files and settings, with what people, files and receivers have said on them.
extension PageSamples {
    /// Whoever may do everything, so that every form is there.
    static let all = BagRole.allCases.reduce(into: Set<String>()) { $0.formUnion($1.permissions) }

    private static let choices = [Choice("lucknow", hostile)]
    private static let products = [
        StationPage.Product(code: "mustard", name: hostile, prefix: "SB", digits: 5, capacity: 30)
    ]
    private static let names = ["lucknow": hostile, "mustard": hostile]
    private static let company = [PresentMember(id: "8", name: hostile)]
    private static let answer = StationPage.Answer(
        kind: "refused", title: hostile, detail: hostile, code: hostile, currentParent: hostile)

    static func bill(_ state: BillState) -> BillRow {
        var bill = BillRow(
            new: 12, code: hostile, areaCode: "lucknow",
            header: BillHeader(capacity: 5, description: hostile, consignee: hostile, destination: hostile), by: 3,
            at: now)
        bill.state = state
        bill.vehicleNumber = hostile
        bill.driverName = hostile
        bill.driverPhone = hostile
        bill.sealNumber = hostile
        bill.shortReason = hostile
        bill.receivedBy = hostile
        bill.totals = BillTotals(
            linkedCount: 1, childCount: 28, actualWeightGrams: 28_000, expectedWeightGrams: 30_000)
        return bill
    }

    private static func listed(_ state: BillState) -> BillAnswer {
        BillAnswer(
            bill(state), createdBy: ScanItem.User(id: 3, name: hostile),
            check: GateCheckAnswer(
                id: 5, state: .running, progress: GateProgress(expectedCount: 5, seenCount: 1, openFindings: 1),
                findings: [.init(id: 3, code: hostile, resolution: nil)]))
    }

    private static var sack: BagRow {
        BagRow(newParent: 4, code: hostile, type: .mustard, areaCode: "lucknow", at: now)
    }

    private static func billPage(_ state: BillState) -> BillPage {
        BillPage(
            frame: frame(all), userID: "7", bill: bill(state), createdBy: hostile, area: hostile, sacks: [sack],
            steps: [BillStep(deed: .reopened, state: .open, at: now, reason: hostile, userName: hostile)],
            productNames: names, products: products, clientScanID: "scan-id-1", answer: answer, typed: hostile,
            company: company, conflict: .init(lines: [(label: "Consignee", typed: hostile, present: hostile)]))
    }

    private static func gatePage(_ findings: [GateDesk.Finding]) -> GatePage {
        GatePage(
            frame: frame(all), userID: "7", bill: bill(.loading), area: hostile,
            check: .init(
                row: GateCheckRow(
                    id: 5, billID: 12, state: .running,
                    progress: GateProgress(expectedCount: 2, seenCount: 1, openFindings: findings.count),
                    startedAt: now), findings: findings),
            missing: [hostile], recent: [scan()], products: products, clientScanID: "scan-id-1", answer: answer,
            typed: hostile, company: company)
    }

    private static func ticketPage(_ state: TicketState) -> TicketPage {
        var ticket = TicketAnswer.example.ticket
        ticket.state = state
        let item = TicketItem(
            bagID: 4, code: hostile, billID: 12, billCode: hostile, position: 1, areaCode: "lucknow", childCount: 28,
            weightGrams: 28_000, condition: .wet, earlierHold: .init(reason: hostile, since: now), scanID: 9,
            isRestored: false, reason: hostile)
        return TicketPage(
            frame: frame(all), userID: "7",
            answer: TicketAnswer(ticket, createdBy: .init(id: 3, name: hostile), items: [item]), areaName: hostile,
            scanned: answer, typed: hostile, clientScanID: "scan-id-1", recent: [scan()], products: products,
            refusal: Notice("\(hostile)", tone: .bad, detail: "\(hostile)"))
    }

    private static func importRow(_ state: String) -> ImportsPage.Row {
        .init(
            id: 9, file: hostile, kind: "packing", isDryRun: true, state: state, counts: ImportCounts(),
            person: hostile, at: now)
    }

    private static func importPage(_ state: String) -> ImportPage {
        ImportPage(
            frame: frame(all), row: importRow(state), onError: "skip", area: hostile, done: 1, total: 2,
            failure: hostile,
            errors: [
                ImportRowError(
                    sheet: hostile, row: 7, column: hostile, code: "invalid_child_code", message: hostile,
                    value: hostile)
            ], isKept: true)
    }

    private static var summary: DailySummary {
        var acts = DayActs()
        acts.people = [3: .init(childrenLinked: 5)]
        let subject = SummarySubject(day: WarehouseDay(containing: now), scope: .all)
        let bill = DailySummary.Bill(id: 12, code: hostile, state: "open", totals: BillTotals(), createdAt: now)
        return DailySummary(subject: subject, isFinal: true, acts: acts, bills: [bill], names: [3: hostile])
    }

    private static let limit = LimitDesk.Standing(
        name: hostile, declared: LimitTerms(quota: 1, windowSeconds: 1, burst: 1, mode: .enforced),
        changed: LimitTerms(quota: 2, windowSeconds: 1, burst: 1, mode: .shadow), report: nil, routes: [hostile])

    /// One of every page of these.
    static var officePages: [any BagPage] {
        let wrong = FormState(
            values: ["consignee": hostile, "location": hostile, "notes": hostile],
            messages: [FieldMessage("consignee", hostile), FieldMessage("area_code", hostile)])
        let finding = GateDesk.Finding(id: 3, code: hostile, billCode: hostile)
        return [
            BillListPage(
                frame: frame(all), filter: .init(q: hostile), messages: [FieldMessage("from", hostile)],
                rows: [listed(.loading)], areaNames: names, areas: choices, openAreas: choices, nextCursor: hostile,
                form: wrong),
            billPage(.open), billPage(.completed), billPage(.dispatched),
            BillSheetPage(
                frame: frame(all), bill: bill(.completed), createdBy: hostile, area: hostile, sacks: [sack],
                productNames: names),
            GateListPage(
                frame: frame(all), running: [listed(.loading)], waiting: [listed(.completed)], areaNames: names,
                nextCursor: hostile),
            gatePage([finding]), gatePage([]),
            ReturnsPage(
                frame: frame(all), filter: .init(q: hostile), messages: [FieldMessage("q", hostile)],
                tickets: [.example], areas: choices, activeAreas: choices, form: wrong, nextCursor: hostile),
            ticketPage(.open), ticketPage(.cancelled),
            ExportsPage(
                frame: frame(all), openForm: "bags", form: FormState(values: ["q": hostile, "lot": hostile]),
                areas: choices, products: choices),
            ExportsPage(
                frame: frame(all), openForm: "epcis",
                form: FormState(values: ["from": hostile, "to": hostile], messages: [FieldMessage("to", hostile)])),
            ImportsPage(
                frame: frame(all), rows: [importRow("succeeded")], areas: choices,
                form: FormState(values: ["kind": hostile], messages: [FieldMessage("file", hostile)])),
            importPage("running"), importPage("succeeded"), importPage("failed"),
            LabelsPage(
                frame: frame(all), products: choices, typed: .init(productType: hostile, codes: hostile),
                messages: [FieldMessage("codes", hostile)],
                preview: [Label(code: LabelCode(text: hostile, kind: .bag), area: hostile)]),
            LimitsPage(frame: frame(all), limits: [limit]),
            SummaryPage(
                frame: frame(all), summary: summary, before: DayActs(), date: hostile, areaCode: "lucknow",
                areas: choices, messages: [FieldMessage("date", hostile)]),
            SettingsPage(
                frame: frame(all), areas: [], products: [],
                webhooks: WebhooksPart(
                    frame: frame(all), subscriptions: [.example], isOpen: true,
                    form: FormState(
                        values: ["url": hostile, "name": hostile], messages: [FieldMessage("url", hostile)]))),
            WebhookPage(
                frame: frame(all), subscription: .example, deliveries: [.example], secret: hostile,
                nextCursor: hostile),
        ]
    }
}
