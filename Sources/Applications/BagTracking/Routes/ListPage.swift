import Portico

/// One page of a list as a caller asked for it.
struct ListPage<Item: Sendable>: Sendable {
    let items: [Item]
    /// Where the next page begins; nil at the end.
    let nextCursor: String?

    /// The same for clients of the API.
    func answer<Answer: JSONRepresentable>(_ shape: (Item) throws -> Answer) rethrows -> ListAnswer<Answer> {
        ListAnswer(items: try items.map(shape), nextCursor: nextCursor)
    }
}

extension ListPage where Item: JSONRepresentable {
    /// The same for clients of the API.
    var answer: ListAnswer<Item> { ListAnswer(items: items, nextCursor: nextCursor) }
}

extension BagTrackingServices {
    /// A page of a list in the order of ids.
    /// - Parameters:
    ///   - list: the list's name with what it is narrowed to; a cursor of another one is refused.
    ///   - request: how many rows, and after which page.
    ///   - read: reads rows before an id, so many at the most.
    /// - Throws: 422 `invalid_cursor`, what `read` throws.
    func page<Item: Sendable>(
        of list: String, _ request: PageRequest, _ read: (_ before: Int64?, _ limit: Int) throws -> Page<Item>
    ) throws -> ListPage<Item> {
        let cursor = ListCursor(signer: cursors, list: list)
        let page = try read(try cursor.id(request.cursor), request.limit)
        return ListPage(items: page.items, nextCursor: cursor.next(page))
    }

    /// The same for a page, which stays empty while there is something to say about its filter.
    func page<Item: Sendable>(
        of list: String, _ request: PageRequest, unless messages: [FieldMessage],
        _ read: (_ before: Int64?, _ limit: Int) throws -> Page<Item>
    ) throws -> ListPage<Item> {
        try page(of: list, request) { before, limit in
            messages.isEmpty ? try read(before, limit) : Page(items: [], next: nil)
        }
    }
}

extension FieldReader {
    /// Which part of a list a page shows: what stands in its address, or its beginning.
    mutating func pageCursor() -> PageRequest {
        PageRequest(cursor: typed("cursor", "Where the page before ended").unlessEmpty)
    }
}
