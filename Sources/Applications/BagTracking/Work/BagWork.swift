import Portico

/// The jobs of bag tracking: who does them, and which of them come by the clock.
struct BagWork: Sendable {
    let services: BagTrackingServices

    /// Adds what does them to the worker's book.
    func register(in book: inout JobBook) {}

    /// Those that come again and again, in the zone of the warehouses.
    /// - Throws: ``ScheduleError``.
    func schedules() throws -> [Schedule] { [] }
}
