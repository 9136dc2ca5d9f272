import Portico

extension Dialect {
    /// Texts as rows of one column, `value`: one statement for any number of them.
    func rows(of texts: some Sequence<String>) -> SQL {
        let list = JSONValue.array(texts.map { .string($0) })
        let text = String(decoding: list.bytes, as: UTF8.self)
        return switch self {
        case .sqlite: "(SELECT value FROM json_each(\(text)))"
        case .postgresql: "(SELECT json_array_elements_text(CAST(\(text) AS json)) COLLATE \"C\" AS value)"
        }
    }
}
