import PorticoJSON

/// Which part of a list is asked for.
public struct PageRequest: RouteInput {
    /// How many rows at the most: 1…200, 50 unless said.
    public let limit: Int
    /// The position to go on from, as an earlier page gave it.
    public let cursor: String?

    /// Reads `limit` and `cursor` from the query.
    public init(_ fields: inout FieldReader) {
        limit = Int(fields.optionalInteger("limit", 1...200, in: .query, "Rows at the most; 50 unless said") ?? 50)
        cursor = fields.optionalText("cursor", 1...1024, in: .query, "next_cursor of the page before")
    }

    /// A request made in code.
    public init(limit: Int = 50, cursor: String? = nil) {
        self.limit = limit
        self.cursor = cursor
    }
}

/// One page of a list as clients see it.
public struct ListAnswer<Item: JSONRepresentable>: JSONRepresentable {
    /// The rows.
    public let items: [Item]
    /// Where the next page begins; nil at the end.
    public let nextCursor: String?

    /// A page.
    public init(items: [Item], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }

    /// The item's name and `List`.
    public static var schemaName: String { "\(Item.schemaName)List" }

    /// One example item.
    public static var example: ListAnswer<Item> { ListAnswer(items: [Item.example], nextCursor: nil) }

    /// `items` and `next_cursor`.
    public func write(to object: inout JSONObjectWriter) {
        object.field("items", items, "The rows of this page")
        object.field("next_cursor", nextCursor, "Pass as cursor for the next page; null at the end")
    }
}
