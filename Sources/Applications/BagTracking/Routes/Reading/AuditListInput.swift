import Portico

/// Which rows of the audit are asked for; times as in all lists, also as days of the warehouse.
struct AuditListInput: RouteInput {
    let query: AuditQuery

    init(_ fields: inout FieldReader) {
        var query = AuditQuery()
        query.entityType = fields.optionalText("entity_type", 1...60, "Only this kind of thing")
        query.entityID = fields.optionalText("entity_id", 1...200, "Only the thing with this id")
        query.actorID = fields.optionalIdentifier("actor_id", "Only what this account did")
        query.action = fields.optionalText("action", 1...60, "Only this action")
        (query.from, query.to) = fields.moments("from", "to", "Done")
        query.page = PageRequest(&fields)
        self.query = query
    }
}
