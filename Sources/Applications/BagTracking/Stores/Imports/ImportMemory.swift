/// What an import remembers of its own file from the first row to the last.
struct ImportMemory {
    /// Under which sack each bag stood first; empty for none.
    var parents: [String: String] = [:]
    /// The sacks that were closed.
    var closed: Set<String> = []

    /// Notes that a bag stands under a sack.
    /// - Returns: the other sack under which it stood before; nil where there is none.
    mutating func note(_ child: String, under parent: String) -> String? {
        guard let first = parents[child] else {
            parents[child] = parent
            return nil
        }
        return first == parent ? nil : first
    }
}

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
