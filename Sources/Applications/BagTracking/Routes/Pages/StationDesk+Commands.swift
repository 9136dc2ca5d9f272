import Portico

extension StationDesk {
    /// Does what a form asks for: the command of a card, or else a scan.
    /// - Throws: ``SQLError``.
    func answer(_ form: StationForm) async throws -> Result<Taken, StationRefusal> {
        switch form.command {
        case .undo: try await undo(form)
        case .done: .success(Taken(scanID: nil, sack: nil))
        case .again: .success(Taken(scanID: try await newestScan(), sack: form.parent.unlessEmpty))
        case nil: try await take(form)
        }
    }

    private func undo(_ form: StationForm) async throws -> Result<Taken, StationRefusal> {
        let caller = try BagCaller(context)
        do {
            guard caller.may("scan.undo_own") || caller.may("scan.undo_any") else {
                throw Refusal.forbidden("Your role does not allow undoing scans.")
            }
            guard let scanID = try await undoable(form, caller) else {
                throw Refusal.conflict("not_undoable", "You have no scan that can be undone.")
            }
            _ = try await services.undo.undo(scan: scanID, reason: nil, by: caller)
            return .success(Taken(scanID: scanID, sack: form.parent.unlessEmpty))
        } catch let refusal as Refusal {
            return .failure(StationRefusal(refusal, typed: form.code))
        }
    }

    /// The scan that the form's page offered to undo, so that a form sent twice undoes one scan; the newest for a form
    /// that names none.
    private func undoable(_ form: StationForm, _ caller: BagCaller) async throws -> Int64? {
        if let shown = Int64(form.undo) { return shown }
        let start = caller.now - services.settings.undoWindow
        return try await services.database.read { reading in
            try ScanLog.newestLink(of: caller.userID, area: caller.areaCode, since: start, in: reading)?.id
        }
    }

    private func newestScan() async throws -> Int64? {
        let caller = try BagCaller(context)
        return try await services.database.read { reading in
            try ScanLog.newest(of: caller.userID, area: caller.areaCode, limit: 1, in: reading).first?.id
        }
    }
}
