import Portico

/// What a batch of scans is answered with: one entry for each item, in the order sent (rule R15).
struct BatchAnswer: JSONRepresentable {
    /// What came of one item.
    struct Entry: JSONRepresentable {
        static let schemaName = "BatchEntry"
        static let example = Entry(
            clientScanID: ScanSummary.example.clientScanID, status: 201, body: JSONWriter.encode(ScanAnswer.example))

        var clientScanID: String?
        var status: Int
        /// The answer as the item would have got it alone, byte for byte.
        var body: [UInt8]

        func write(to object: inout JSONObjectWriter) {
            object.field("client_scan_id", clientScanID)
            object.field("status", status, "The status the scan would have got alone")
            object.field("body", (try? JSONValue(parsing: body)) ?? .null, "The answer the scan would have got alone")
        }
    }

    static let schemaName = "BatchAnswer"
    static let example = BatchAnswer(results: [.example])

    var results: [Entry]

    func write(to object: inout JSONObjectWriter) {
        object.field("results", results)
    }

    /// The bytes of the answer, with the items' bodies as they are.
    var encoded: [UInt8] {
        var json = JSONWriter(capacity: 512 * max(1, results.count))
        json.beginObject()
        json.key("results")
        json.beginArray()
        for entry in results {
            json.beginObject()
            json.key("client_scan_id")
            if let id = entry.clientScanID { json.value(id) } else { json.null() }
            json.key("status")
            json.value(entry.status)
            json.key("body")
            json.raw(entry.body)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.finish()
    }
}
