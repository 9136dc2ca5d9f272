/// What only imports may say of a row (rule R34).
enum ImportWords {
    static func missing(_ column: String) -> (String, String) { ("missing_value", "The column \(column) is empty.") }

    static let orphan = ("orphan_child", "No sack follows that closes this run of bags.")

    static func duplicate(_ parent: String) -> (String, String) {
        ("duplicate_in_file", "The same bag stands further up in the file, under sack \(parent).")
    }

    static let duplicateParent = ("duplicate_parent_in_file", "This sack was closed further up in the file already.")

    static let emptyBatch = ("empty_batch", "No bag stands above this sack since the sack before.")

    static func overCapacity(_ present: Int, _ new: Int, _ capacity: Int) -> (String, String) {
        (
            "batch_over_capacity",
            "The sack holds \(present) and \(new) more are listed, but it takes \(capacity): none of them was taken."
        )
    }

    static let invalidNumber = ("invalid_number", "Enter a whole number of sacks from 1 to 500.")

    static func unknownArea(_ code: String) -> (String, String) {
        ("unknown_area", "There is no area \(CodeError.quote(code)) that takes new sacks or bills.")
    }

    static let billExists = ("bill_exists", "A bill with this code exists and is not as the row says.")

    static let billNotFound = ("bill_not_found", "There is no bill with this code.")

    /// Why an import came to no good end, in a sentence for whoever asked for it.
    static func failure(_ code: String) -> String {
        switch code {
        case "validation_errors":
            "Rows of it are wrong, and nothing was to be taken then. The page of the import lists them."
        case "too_many_rows": "It has more rows than one import takes. Send it in parts."
        case "unsupported_file": "It is neither CSV nor Excel, or it is damaged."
        case "missing_column": "A sheet of it lacks a column that has to be there."
        case "file_incomplete": "The file was no longer kept in full. Send it again."
        case "import_not_found": "The import is no longer known. Send the file again."
        default: "The server could not finish it after several tries. Send the file again, or tell the operator."
        }
    }

    static func tooLong(_ most: Int) -> (String, String) { ("too_long", "Enter at most \(most) characters.") }
}
