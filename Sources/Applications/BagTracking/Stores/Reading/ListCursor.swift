import Portico

/// Reads and writes the cursors of one list.
struct ListCursor: Sendable {
    let signer: CursorSigner
    /// Name of the list with its filter.
    let list: String

    /// The position to go on from; nil for the first page.
    /// - Throws: 422 `invalid_cursor` for a cursor that was changed or belongs to another list.
    func position(_ cursor: String?) throws -> [String]? {
        guard let cursor else { return nil }
        guard let position = signer.position(cursor, list: list) else { throw ListCursor.refusal }
        return position
    }

    /// The id to go on from, for lists in the order of ids.
    /// - Throws: 422 `invalid_cursor`.
    func id(_ cursor: String?) throws -> Int64? {
        guard let position = try position(cursor) else { return nil }
        guard let id = position.first.flatMap({ Int64($0) }) else { throw ListCursor.refusal }
        return id
    }

    /// The cursor of the page after this one.
    func next(_ page: Page<some Sendable>) -> String? {
        page.next.map { signer.sign($0, list: list) }
    }

    /// A list's name with the values it is narrowed to.
    static func name(_ list: String, _ parts: [String?]) -> String {
        list + parts.map { part in part.map { "\u{1F}=\($0)" } ?? "\u{1F}" }.joined()
    }

    /// Says that a cursor can't be used.
    static let refusal = Refusal(
        status: .unprocessable, code: "invalid_cursor",
        detail: "The cursor was changed, or belongs to another list. Begin with the first page.")
}
