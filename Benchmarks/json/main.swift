import Foundation
import PorticoJSON
import PorticoValues

// Usage: bench write FILE | bench measure FILE
// `write` makes the list as JSON; `measure` prints one line per measurement: name, MB/s, records/s.

enum State: String, CaseIterable, Codable {
    case open, closed, inTransit = "in_transit"
}

/// Ten fields as a list of an application has them.
struct Record: JSONRepresentable, Codable {
    static let schemaName = "Record"
    static let example = Record(number: 1)

    var id: Int
    var code: String
    var name: String
    var note: String
    var state: State
    var weightGrams: Int
    var isOpen: Bool
    var longitude: Double
    var price: Double
    var createdAt: Instant

    enum CodingKeys: String, CodingKey {
        case id, code, name, note, state, longitude, price
        case weightGrams = "weight_grams"
        case isOpen = "is_open"
        case createdAt = "created_at"
    }

    func write(to object: inout JSONObjectWriter) {
        object.field("id", id, "Number of the record")
        object.field("code", code, "The code on the label")
        object.field("name", name, "Who it belongs to")
        object.field("note", note, "What somebody typed")
        object.field("state", state, "Where it stands")
        object.field("weight_grams", weightGrams, "Weight in grams")
        object.field("is_open", isOpen, "Whether more goes in")
        object.field("longitude", longitude, "Degrees east")
        object.field("price", price, "Price with two decimals")
        object.field("created_at", createdAt, "When it was made")
    }

    /// Deterministic, so that all programs work on the same bytes.
    init(number: Int) {
        var seed = UInt64(number) &* 0x9E37_79B9_7F4A_7C15 &+ 1
        func next(_ bound: UInt64) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((seed >> 33) % bound)
        }
        id = 100_000 + number
        code = "BAG-2026-" + String(1_000_000 + next(9_000_000))
        let names = ["Ananya Krishnan", "José Álvarez", "Li Wei", "Fatima al-Zahra", "Søren Kierkegaard"]
        name = names[next(UInt64(names.count))]
        let words = ["checked at the gate", "torn label", "seal intact", "weighed twice", "moved to rack"]
        note = (0..<3).map { _ in words[next(UInt64(words.count))] }.joined(separator: "; ")
        if number % 20 == 0 { note += " (\"fragile\")\n" }
        state = State.allCases[next(3)]
        weightGrams = next(25_000)
        isOpen = next(2) == 0
        longitude = 68 + Double(next(1 << 31)) / Double(1 << 31) * 29
        price = Double(next(1_000_000)) / 100
        createdAt = Instant(milliseconds: 1_790_000_000_000 + Int64(next(1 << 31)))
    }

    init?(_ node: JSONNode) {
        guard let id = node["id"]?.int64, let code = node["code"]?.string, let name = node["name"]?.string,
            let note = node["note"]?.string, let state = node["state"]?.string.flatMap(State.init),
            let weight = node["weight_grams"]?.int64, let isOpen = node["is_open"]?.bool,
            let longitude = node["longitude"]?.double, let price = node["price"]?.double,
            let createdAt = node["created_at"]?.string
        else { return nil }
        self.init(
            id: Int(id), code: code, name: name, note: note, state: state, weightGrams: Int(weight), isOpen: isOpen,
            longitude: longitude, price: price, stamp: createdAt)
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try fields.decode(Int.self, forKey: .id), code: try fields.decode(String.self, forKey: .code),
            name: try fields.decode(String.self, forKey: .name), note: try fields.decode(String.self, forKey: .note),
            state: try fields.decode(State.self, forKey: .state),
            weightGrams: try fields.decode(Int.self, forKey: .weightGrams),
            isOpen: try fields.decode(Bool.self, forKey: .isOpen),
            longitude: try fields.decode(Double.self, forKey: .longitude),
            price: try fields.decode(Double.self, forKey: .price),
            stamp: try fields.decode(String.self, forKey: .createdAt))
    }

    // No reader parses the time, so that reading JSON is what is compared; the text must be there.
    private init(
        id: Int, code: String, name: String, note: String, state: State, weightGrams: Int, isOpen: Bool,
        longitude: Double, price: Double, stamp: String
    ) {
        self.id = id
        self.code = code
        self.name = name
        self.note = note
        self.state = state
        self.weightGrams = weightGrams
        self.isOpen = isOpen
        self.longitude = longitude
        self.price = price
        self.createdAt = Instant(milliseconds: Int64(stamp.utf8.count))
    }
}

extension Instant: @retroactive Codable {
    /// Never used: the record reads its time as text.
    public init(from decoder: any Decoder) throws {
        self.init(milliseconds: 0)
    }

    /// The form that the other encoders get, RFC 3339.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rfc3339)
    }
}

/// Processor time of the fastest of many runs, in seconds.
func fastest(for seconds: Double = 0.4, _ work: () throws -> Int) rethrows -> Double {
    var best = Double.infinity
    let end = ProcessInfo.processInfo.systemUptime + seconds
    var sink = 0
    while ProcessInfo.processInfo.systemUptime < end {
        let start = clock()
        sink &+= try work()
        best = min(best, Double(clock() - start) / Double(CLOCKS_PER_SEC))
    }
    precondition(sink != 0)
    return best
}

func report(_ name: String, _ bytes: Int, _ records: Int, _ seconds: Double) {
    print(name, String(format: "%.1f %.0f", Double(bytes) / seconds / 1e6, Double(records) / seconds))
}

let arguments = CommandLine.arguments
guard arguments.count == 3 else { exit(2) }
let records = (0..<1000).map(Record.init(number:))
if arguments[1] == "write" {
    try Data(JSONWriter.encode(list: records)).write(to: URL(fileURLWithPath: arguments[2]))
    exit(0)
}

let data = try Data(contentsOf: URL(fileURLWithPath: arguments[2]))
let bytes = [UInt8](data)
precondition(JSONWriter.encode(list: records) == bytes)

report("portico.encode", bytes.count, records.count, fastest { JSONWriter.encode(list: records).count })
let encoder = JSONEncoder()
let encoded = try encoder.encode(records).count
report("foundation.encode", encoded, records.count, try fastest { try encoder.encode(records).count })

report(
    "portico.parse", bytes.count, records.count, try fastest { try JSONDocument(parsing: bytes).root.count })
report(
    "portico.decode", bytes.count, records.count,
    try fastest { try JSONDocument(parsing: bytes).root.elements.compactMap(Record.init).count })
let decoder = JSONDecoder()
report(
    "foundation.decode", bytes.count, records.count,
    try fastest { try decoder.decode([Record].self, from: data).count })
