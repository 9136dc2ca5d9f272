import Portico

/// What the page of a check at the gate shows of it.
enum GateDesk {
    /// A sack on the lorry that is not on the bill and was not unloaded yet.
    struct Finding: Sendable, Hashable {
        let id: Int64
        /// The sack's code, or what was scanned where the reader may not know it; empty where neither can be told.
        let code: String
        /// The bill that the sack is on; nil also where the reader may not know.
        let billCode: String?
        /// Whether the reader may know where the sack belongs.
        var isVisible = true
    }

    /// A running check with its open findings, oldest first.
    struct Check: Sendable, Hashable {
        let row: GateCheckRow
        var findings: [Finding]

        var progress: GateProgress { row.progress }
    }
}

extension GateReader {
    /// The running check of a bill with its open findings, in one statement; nil when none is running.
    /// - Throws: ``SQLError``.
    func desk(of billID: Int64, for caller: BagCaller) throws -> GateDesk.Check? {
        var check: GateDesk.Check?
        try session.each(
            "gate.desk",
            """
            SELECT \(GateCheckRow.columns), f.id, b.code, b.area_code, f.scanned, l.code FROM gate_checks c
            LEFT JOIN gate_findings f ON f.gate_check_id = c.id AND f.resolution IS NULL
            LEFT JOIN bags b ON b.id = f.bag_id LEFT JOIN bills l ON l.id = b.bill_id
            WHERE c.bill_id = \(billID) AND c.state = 'running' ORDER BY f.id
            """
        ) { row in
            var present = try check ?? GateDesk.Check(row: GateCheckRow(row), findings: [])
            let next = GateCheckRow.columnCount
            if !row.isNull(next) {
                let sack = FoundSack(code: try row[next + 1], areaCode: try row[next + 2], scanned: try row[next + 3])
                let isVisible = caller.sees(sack.areaCode)
                present.findings.append(
                    GateDesk.Finding(
                        id: try row[next], code: sack.text(for: caller), billCode: try isVisible ? row[next + 4] : nil,
                        isVisible: isVisible))
            }
            check = present
        }
        return check
    }
}
