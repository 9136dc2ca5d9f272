import Synchronization

/// The right to bulk work. It ends when it is given back, or with the last who holds it: an export that nobody begins to take
/// gives nothing back.
final class ExportPermit: Sendable {
    private let desk: ExportDesk
    private let holder: String
    private let isExport: Bool
    private let renewing: Task<Void, Never>
    private let isHeld = Atomic<Bool>(true)

    init(desk: ExportDesk, holder: String, isExport: Bool, renewing: Task<Void, Never>) {
        self.desk = desk
        self.holder = holder
        self.isExport = isExport
        self.renewing = renewing
    }

    deinit { _ = giving() }

    /// Does what the export is for, and makes room for another one however that ends. The room is there when this returns,
    /// also for a caller who was cancelled.
    func use(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            await giving()?.value
            throw error
        }
        await giving()?.value
    }

    /// Begins to give the place back; nil when that was begun before.
    private func giving() -> Task<Void, Never>? {
        guard isHeld.exchange(false, ordering: .acquiringAndReleasing) else { return nil }
        renewing.cancel()
        return Task { [desk, holder, isExport] in await desk.release(holder, isExport: isExport) }
    }
}
