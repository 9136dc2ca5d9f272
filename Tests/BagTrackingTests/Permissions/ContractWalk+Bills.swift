import Portico

/// A bill from its opening to its delivery, one that is cancelled, and what comes back.
extension ContractWalk {
    static let bills: [Step] = [
        Step("scanParent", .post, "scans/parent", ["code": "SB00003", "area_code": "lucknow"], status: 201),
        Step("scanChild", .post, "scans/child", ["parent": "SB00003", "code": "1234570"], status: 201),
        Step(
            "createBill", .post, "bills",
            ["code": "LKO 1", "capacity": 2, "area_code": "lucknow", "consignee": "Kisan Seva Kendra"], status: 201,
            keeps: ["bill": "id"]),
        Step("listBills", .get, "bills?q=lko"),
        Step("changeBill", .patch, "bills/{bill}", ["description": "First lorry"]),
        Step("addBillParent", .post, "bills/{bill}/parents", ["code": "SB00003"], status: 201),
        Step("addBillParent", .post, "bills/{bill}/parents", ["code": "SB00003"]),
        Step("listBillParents", .get, "bills/{bill}/parents"),
        Step("removeBillParent", .delete, "bills/{bill}/parents/SB00003", status: 204),
        Step("addBillParent", .post, "bills/{bill}/parents", ["code": "SB00003"], status: 201),
        Step("completeBill", .post, "bills/{bill}/complete", ["short_reason": "Lorry full"]),
        Step("reopenBill", .post, "bills/{bill}/reopen", ["reason": "One more sack"]),
        Step("completeBill", .post, "bills/{bill}/complete", ["short_reason": "Lorry full"]),
        Step("startGateCheck", .post, "bills/{bill}/gate-check", status: 201),
        Step("abandonGateCheck", .post, "bills/{bill}/gate-check/abandon", ["reason": "Rain at the gate"]),
        Step("startGateCheck", .post, "bills/{bill}/gate-check", status: 201),
        // A sack that is not on the bill is refused, and to be unloaded.
        Step("scanAtGate", .post, "bills/{bill}/gate-check/scans", ["code": "SB00001"], status: 409),
        Step("getBill", .get, "bills/{bill}", keeps: ["finding": "gate_check.findings.0.id"]),
        Step(
            "resolveFinding", .post, "bills/{bill}/gate-check/findings/{finding}/resolve", ["resolution": "unloaded"]),
        Step("scanAtGate", .post, "bills/{bill}/gate-check/scans", ["code": "SB00003"], status: 201),
        Step("scanAtGate", .post, "bills/{bill}/gate-check/scans", ["code": "SB00003"]),
        Step("getBill", .get, "bills/{bill}"),
        Step(
            "dispatchBill", .post, "bills/{bill}/dispatch",
            ["vehicle_number": "UP 32 AB 1234", "driver_name": "Ram Kumar"]),
        Step(
            "deliverBill", .post, "bills/{bill}/deliver", ["received_by": "R. K. Singh", "note": "All well"]),
        Step("getBill", .get, "bills/{bill}"),
        Step("getBag", .get, "bags/SB00003"),
        Step("resolve", .get, "resolve?code=lko%201"),
        Step(
            "createBill", .post, "bills", ["code": "LKO 2", "capacity": 2, "area_code": "lucknow"], status: 201,
            keeps: ["other_bill": "id"]),
        Step("cancelBill", .post, "bills/{other_bill}/cancel", ["reason": "No lorry"]),
    ]

    static let returns: [Step] = [
        Step(
            "createReturn", .post, "returns",
            ["area_code": "lucknow", "location": "Depot gate", "consignee": "Kisan Seva Kendra", "notes": "Wet"],
            status: 201, keeps: ["ticket": "id", "ticket_code": "code"]),
        Step("scanReturn", .post, "returns/{ticket}/scans", ["code": "SB00003", "condition": "good"], status: 201),
        Step("scanReturn", .post, "returns/{ticket}/scans", ["code": "SB00003"]),
        Step("getReturn", .get, "returns/{ticket}"),
        Step("commitReturn", .post, "returns/{ticket}/commit"),
        Step("resolve", .get, "resolve?code={ticket_code}"),
        Step(
            "createReturn", .post, "returns", ["area_code": "indore", "location": "Depot 2"], status: 201,
            keeps: ["other_ticket": "id"]),
        Step("cancelReturn", .post, "returns/{other_ticket}/cancel"),
        Step("listReturns", .get, "returns"),
        Step("listBagHistory", .get, "bags/SB00003/history"),
        Step("getBill", .get, "bills/{bill}"),
        Step("listEPCISEvents", .get, "epcis/events?perPage=200"),
        Step("getDailySummary", .get, "summaries/daily?date=2026-11-21"),
    ]
}
