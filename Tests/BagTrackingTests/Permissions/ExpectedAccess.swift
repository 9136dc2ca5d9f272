import Portico
import Testing

@testable import BagTracking

/// Who may call what, written down a second time by hand, from the rules of the warehouse and not from the declarations:
/// a route that is declared for the wrong permission, or forgotten here, fails ``AccessTests``.
enum ExpectedAccess {
    /// One line of a table: method, path, who, and the class of its limit (`*` where it is the platform's own affair).
    struct Line: Sendable, CustomStringConvertible {
        let method: String
        let path: String
        let access: Access
        let limit: String

        /// What tells it from others.
        var route: String { "\(method) \(path)" }
        var description: String { route }

        init?(_ text: Substring) {
            let words = text.split(separator: " ")
            guard words.count == 4 else { return nil }
            (method, path, limit) = (String(words[0]), String(words[1]), String(words[3]))
            let names = words[2].split(separator: "|").map(String.init)
            switch names[0] {
            case "anybody": access = .anonymous
            case "signed-in": access = .signedIn
            default: access = names.count == 1 ? .permission(names[0]) : .anyPermission(names)
            }
        }
    }

    /// What each role may do: the permissions that are not everybody's, role by role.
    static let roles: [BagRole: Set<String>] = [
        .dispatcher: ["scan.pack", "scan.undo_own", "bag.read", "bill.read", "stats.read", "label.print"],
        .gatekeeper: ["bag.read", "bill.read", "stats.read", "gate.check"],
        .biller: [
            "scan.pack", "scan.undo_own", "bag.read", "bill.read", "stats.read", "bag.correct", "bag.hold",
            "bag.retire",
            "bill.write", "bill.deliver", "return.write", "label.print", "summary.read_own", "export.read",
            "epcis.read", "trace.read",
        ],
        .admin: [
            "scan.pack", "scan.undo_own", "scan.undo_any", "bag.read", "bill.read", "stats.read", "bag.correct",
            "bag.hold", "bag.retire", "bill.write", "bill.deliver", "return.write", "bill.cancel", "bag.restore",
            "gate.check", "label.print", "summary.read_own", "summary.read_all", "summary.send", "export.read",
            "epcis.read", "trace.read", "import.run", "user.manage", "config.manage", "audit.read", "operations.read",
            "operations.write",
        ],
    ]

    /// All lines.
    static let lines = [packing, office, administration, identity, operations, pages, officePages, adminPages]
        .flatMap { $0.split(separator: "\n") }.map { (text: $0, line: Line($0)) }

    private static let packing = """
        POST /api/v1/scans/parent scan.pack scan
        POST /api/v1/scans/child scan.pack scan
        POST /api/v1/scans/batch scan.pack|bill.write|gate.check|return.write batch
        POST /api/v1/scans/{id}/undo scan.undo_own|scan.undo_any scan
        GET /api/v1/scans bag.read read
        GET /api/v1/resolve bag.read search
        GET /api/v1/bags bag.read read
        GET /api/v1/bags/{code} bag.read read
        GET /api/v1/bags/{code}/history bag.read read
        GET /api/v1/stats stats.read read
        GET /api/v1/stream stats.read read
        GET /api/v1/socket stats.read read
        GET /api/v1/labels/{code}.svg label.print read
        POST /api/v1/labels/sheet label.print bulk
        GET /api/v1/areas signed-in read
        GET /api/v1/areas/{code} signed-in read
        GET /api/v1/product-types signed-in read
        GET /api/v1/product-types/{code} signed-in read
        GET /api/v1/jobs/{id} signed-in read
        DELETE /api/v1/jobs/{id} signed-in read
        POST /api/v1/bills/{id}/gate-check gate.check write
        POST /api/v1/bills/{id}/gate-check/abandon gate.check write
        POST /api/v1/bills/{id}/gate-check/scans gate.check scan
        POST /api/v1/bills/{id}/gate-check/findings/{finding_id}/resolve gate.check write
        POST /api/v1/bills/{id}/dispatch gate.check write
        """

    private static let office = """
        POST /api/v1/bags/{code}/move bag.correct write
        POST /api/v1/bags/{code}/unlink bag.correct write
        POST /api/v1/bags/{code}/empty bag.correct write
        POST /api/v1/bags/{code}/sscc bag.correct write
        DELETE /api/v1/bags/{code}/sscc bag.correct write
        PUT /api/v1/bags/{code}/hold bag.hold write
        DELETE /api/v1/bags/{code}/hold bag.hold write
        DELETE /api/v1/bags/{code} bag.retire write
        POST /api/v1/bags/{code}/restore bag.restore write
        GET /api/v1/trace trace.read search
        GET /api/v1/bills bill.read read
        POST /api/v1/bills bill.write write
        GET /api/v1/bills/{id} bill.read read
        PATCH /api/v1/bills/{id} bill.write write
        GET /api/v1/bills/{id}/parents bill.read read
        POST /api/v1/bills/{id}/parents bill.write scan
        DELETE /api/v1/bills/{id}/parents/{code} bill.write write
        POST /api/v1/bills/{id}/complete bill.write write
        POST /api/v1/bills/{id}/reopen bill.write write
        POST /api/v1/bills/{id}/cancel bill.cancel write
        POST /api/v1/bills/{id}/deliver bill.deliver write
        GET /api/v1/returns return.write read
        POST /api/v1/returns return.write write
        GET /api/v1/returns/{id} return.write read
        POST /api/v1/returns/{id}/scans return.write scan
        POST /api/v1/returns/{id}/commit return.write write
        POST /api/v1/returns/{id}/cancel return.write write
        GET /api/v1/exports/bags.ndjson export.read bulk
        GET /api/v1/exports/bags.csv export.read bulk
        GET /api/v1/exports/bags.xlsx export.read bulk
        GET /api/v1/exports/bills.ndjson export.read bulk
        GET /api/v1/exports/bills.csv export.read bulk
        GET /api/v1/exports/bills.xlsx export.read bulk
        GET /api/v1/exports/scans.ndjson export.read bulk
        GET /api/v1/exports/scans.csv export.read bulk
        GET /api/v1/exports/scans.xlsx export.read bulk
        GET /api/v1/exports/epcis.json epcis.read bulk
        GET /api/v1/epcis/events epcis.read read
        GET /api/v1/summaries/daily summary.read_own|summary.read_all read
        """

    private static let administration = """
        POST /api/v1/imports import.run bulk
        GET /api/v1/imports/{id}/errors import.run read
        GET /api/v1/imports/{id}/errors.csv import.run read
        GET /api/v1/imports/{id}/errors.xlsx import.run read
        GET /api/v1/imports/templates/{kind} import.run read
        GET /api/v1/stats/verify audit.read read
        GET /api/v1/audit audit.read read
        GET /api/v1/audit/verify audit.read admin
        POST /api/v1/summaries/daily/send summary.send write
        POST /api/v1/areas config.manage admin
        PATCH /api/v1/areas/{code} config.manage admin
        POST /api/v1/product-types config.manage admin
        PATCH /api/v1/product-types/{code} config.manage admin
        GET /api/v1/users user.manage admin
        POST /api/v1/users user.manage admin
        GET /api/v1/users/{id} user.manage admin
        PATCH /api/v1/users/{id} user.manage admin
        DELETE /api/v1/users/{id} user.manage admin
        POST /api/v1/users/{id}/reactivate user.manage admin
        DELETE /api/v1/users/{id}/sessions user.manage admin
        DELETE /api/v1/users/sessions user.manage admin
        DELETE /api/v1/users/{id}/second-factor user.manage admin
        GET /api/v1/users/{id}/personal-data user.manage bulk
        POST /api/v1/users/{id}/erase user.manage admin
        GET /api/v1/invitations user.manage *
        GET /api/v1/invitations/{id} user.manage *
        POST /api/v1/invitations user.manage *
        POST /api/v1/invitations/{id}/resend user.manage *
        DELETE /api/v1/invitations/{id} user.manage *
        GET /api/v1/webhooks config.manage admin
        POST /api/v1/webhooks config.manage admin
        GET /api/v1/webhooks/{id} config.manage admin
        PUT /api/v1/webhooks/{id} config.manage admin
        DELETE /api/v1/webhooks/{id} config.manage admin
        POST /api/v1/webhooks/{id}/secret config.manage admin
        POST /api/v1/webhooks/{id}/ping config.manage admin
        GET /api/v1/webhooks/{id}/deliveries config.manage admin
        GET /api/v1/webhooks/{id}/deliveries/{delivery} config.manage admin
        POST /api/v1/webhooks/{id}/deliveries/{delivery}/redeliver config.manage admin
        """
}
