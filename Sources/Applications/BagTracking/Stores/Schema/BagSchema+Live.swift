/// What clients of the live stream missed that come back.
extension BagSchema {
    /// The outbox is the platform's and in the order of ids, which serves whoever wants everything. A stream wants the events of
    /// its areas and jobs, which are their keys: see ``MissedEvents``.
    static let eventsByKey = """
        CREATE INDEX event_outbox_key ON event_outbox (key, id);

        """
}
