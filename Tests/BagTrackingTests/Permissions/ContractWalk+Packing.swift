import Portico

/// The packing table, what is put right there, and what is read of sacks and bags.
extension ContractWalk {
    static let packing: [Step] = [
        Step("currentSession", .get, "session"),
        Step("scanParent", .post, "scans/parent", ["code": "SB00001", "area_code": "lucknow"], status: 201),
        Step("scanParent", .post, "scans/parent", ["code": "SB00002", "area_code": "hisar"], status: 201),
        Step("scanParent", .post, "scans/parent", ["code": "SB00001"]),
        Step(
            "scanChild", .post, "scans/child",
            ["parent": "SB00001", "code": "LABEL NO. 1234567 LOT NO. MUS/1 D.O.T. 01/02/2025"], status: 201,
            keeps: ["scan": "scan.id"]),
        Step("scanChild", .post, "scans/child", ["parent": "SB00001", "code": "1234567"]),
        Step("scanChild", .post, "scans/child", ["parent": "SB00001", "code": "1234568"], status: 201),
        Step(
            "scanBatch", .post, "scans/batch",
            [
                "items": [
                    ["kind": "child", "code": "1234569", "parent": "SB00001", "client_scan_id": "walk-0001"],
                    ["kind": "child", "code": "??", "parent": "SB00001", "client_scan_id": "walk-0002"],
                ]
            ]),
        Step("undoScan", .post, "scans/{scan}/undo", ["reason": "torn"]),
        Step("moveBag", .post, "bags/1234568/move", ["to_parent": "SB00002", "reason": "wrong sack"]),
        Step("unlinkBag", .post, "bags/1234568/unlink", ["reason": "wrong sack"]),
        Step("assignSSCC", .post, "bags/SB00001/sscc", status: 201),
        Step("releaseSSCC", .delete, "bags/SB00001/sscc", status: 204),
        Step("assignSSCC", .post, "bags/SB00001/sscc", status: 201),
        Step("holdParent", .put, "bags/SB00001/hold", ["reason": "seams open"]),
        Step("emptyParent", .post, "bags/SB00001/empty", ["reason": "wrong product"]),
        Step("retireBag", .delete, "bags/1234568", status: 204),
        Step("restoreBag", .post, "bags/1234568/restore"),
        Step("restoreBag", .post, "bags/SB00001/restore"),
        Step("listScans", .get, "scans?limit=5"),
        Step("resolve", .get, "resolve?code=SB00001"),
        Step("resolve", .get, "resolve?code=1234567"),
        Step("listBags", .get, "bags?limit=3"),
        Step("getBag", .get, "bags/SB00001"),
        Step("getBag", .get, "bags/1234567"),
        Step("listBagHistory", .get, "bags/1234568/history"),
        Step("traceLot", .get, "trace?lot=mus/1"),
        Step("traceLot", .get, "trace?lot=none"),
        Step("getStats", .get, "stats"),
        Step("verifyStats", .get, "stats/verify"),
        Step("releaseHold", .delete, "bags/SB00001/hold", status: 204),
        // No JSON comes of it, but JSON goes in.
        Step("printLabels", .post, "labels/sheet", ["layout": "a4-24", "codes": ["SB00001", "SB00002"]]),
    ]
}
