import Portico

/// Who acts, from where and when: what stores write beside every change.
struct BagCaller: Sendable {
    let userID: Int64
    /// Name as others see it.
    let name: String
    /// The area the user is bound to; nil for users of all areas.
    let areaCode: String?
    let permissions: Set<String>
    let requestID: String
    /// The client's address.
    let address: String
    /// The server's time of the request.
    let now: Instant

    func may(_ permission: String) -> Bool { permissions.contains(permission) }

    /// Whether what belongs to `area` is visible.
    func sees(_ area: String) -> Bool { AreaRules.sees(area, userArea: areaCode) }

    /// The audit entry of something this caller did.
    func entry(
        _ action: String, entity: String, before: JSONValue = .null, after: JSONValue = .null
    ) -> AuditEntry {
        var entry = AuditEntry(action, entity: entity, before: before, after: after, at: now)
        entry.actorID = userID
        entry.requestID = requestID
        entry.ip = address
        return entry
    }
}

extension BagCaller {
    /// The caller of a request.
    /// - Throws: 401 where nobody is signed in.
    init(_ context: RequestContext) throws {
        let principal = try context.caller
        self.init(
            userID: principal.accountID, name: principal.name, areaCode: principal.attributes["area_code"],
            permissions: principal.permissions, requestID: context.requestID, address: context.clientAddress,
            now: context.now)
    }
}
