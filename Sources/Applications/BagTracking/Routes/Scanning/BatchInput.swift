import Portico

/// Scans that wait on a device, oldest first (rule R15).
struct BatchInput: RouteInput {
    let items: [BatchItem]

    init(_ fields: inout FieldReader) {
        guard !fields.isRecording else {
            items = BatchInput.list(&fields)
            return
        }
        // What is wrong inside an item is the item's own business: it must not refuse the others.
        var lenient = fields
        let read = BatchInput.list(&lenient)
        var problems: [Int: [FieldProblem]] = [:]
        for error in lenient.errors.dropFirst(fields.errors.count) {
            if let (index, problem) = BatchInput.problem(error) {
                problems[index, default: []].append(problem)
            } else {
                fields.refuse(error.field, error.code, error.message)
            }
        }
        let lost = Set(problems.filter { $0.value.contains(BatchItem.notAnObject) }.keys)
        var objects = read.makeIterator()
        items = (0..<(read.count + lost.count)).map { index in
            let object = lost.contains(index) ? nil : objects.next()
            return BatchItem(object, problems: problems[index] ?? [])
        }
    }

    private static func list(_ fields: inout FieldReader) -> [BatchItem] {
        fields.list("items", 1...100, of: BatchItem.self, "The scans, in the order they were made")
    }

    /// An error about `items[3]` or `items[3].code` as a problem of the fourth item; nil for one about the whole list.
    private static func problem(_ error: Problem.FieldError) -> (index: Int, problem: FieldProblem)? {
        guard let match = error.field.wholeMatch(of: /items\[([0-9]+)\](?:\.(.+))?/), let index = Int(match.1) else {
            return nil
        }
        guard let field = match.2 else { return (index, BatchItem.notAnObject) }
        return (index, FieldProblem(field: String(field), code: error.code, message: error.message))
    }
}

/// One scan of a batch. Its values are judged when its turn comes, as if it had come alone, so that one bad entry of a
/// queue does not hold up the others.
struct BatchItem: RouteInput {
    let kind: String
    let code: String?
    let parent: String?
    let billID: String?
    let ticketID: String?
    let condition: String?
    let clientScanID: String?
    let scannedAt: String?
    let deviceID: String?
    let areaCode: String?
    /// What was wrong with the types of its members.
    private(set) var problems: [FieldProblem] = []

    /// What an element of the list that is no object has to be told.
    static let notAnObject = FieldProblem(field: "body", code: "wrong_type", message: "must be a JSON object")

    init(_ fields: inout FieldReader) {
        kind = fields.text("kind", 0...64, example: "child", "parent, child, bill, gate or return")
        code = fields.optionalText("code", 0...200_000, example: "2903411", "What was read")
        parent = fields.optionalText("parent", 0...200_000, example: "SB00012", "The sack of a bag")
        billID = fields.optionalText("bill_id", 0...100, "The bill of a bill or gate scan")
        ticketID = fields.optionalText("ticket_id", 0...100, "The ticket of a return scan")
        condition = fields.optionalText("condition", 0...100, example: "good", "How a returned sack is")
        clientScanID = fields.optionalText("client_scan_id", 0...1000, "The device's own id of the scan")
        scannedAt = fields.optionalText("scanned_at", 0...100, "The device's time of the reading")
        deviceID = fields.optionalText("device_id", 0...1000, "Name of the device")
        areaCode = fields.optionalText("area_code", 0...1000, "The area of a new sack")
    }

    /// An item as it was read, nil for an element that is no object, with what was found wrong with it.
    init(_ read: BatchItem?, problems: [FieldProblem]) {
        kind = read?.kind ?? ""
        code = read?.code
        parent = read?.parent
        billID = read?.billID
        ticketID = read?.ticketID
        condition = read?.condition
        clientScanID = read?.clientScanID
        scannedAt = read?.scannedAt
        deviceID = read?.deviceID
        areaCode = read?.areaCode
        self.problems = problems
    }
}
