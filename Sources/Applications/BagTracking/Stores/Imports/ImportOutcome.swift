/// What one part of a file came to.
struct ImportOutcome {
    var counts = ImportCounts()
    var errors: [ImportRowError] = []

    /// Refuses a row with an error.
    mutating func refuse(_ row: ImportRow, _ column: String?, _ error: (String, String), value: String?) {
        counts.rejected += 1
        counts.errors += 1
        errors.append(ImportRowError(row, column, error.0, error.1, value: value))
    }

    mutating func refuse(_ row: ImportRow, _ column: String?, _ refusal: Refusal, value: String?) {
        refuse(row, column, (refusal.code, refusal.detail), value: value)
    }

    mutating func refuse(_ row: ImportRow, _ column: String?, _ error: CodeError, value: String?) {
        refuse(row, column, (error.code, error.detail), value: value)
    }

    mutating func warn(_ warnings: [ScanWarning]) {
        for warning in warnings { counts.warnings[warning.rawValue, default: 0] += 1 }
    }
}
