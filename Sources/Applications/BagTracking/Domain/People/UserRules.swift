/// A change that somebody wants to make to a user, with what decides about it.
struct UserChange: Sendable {
    /// Who changes.
    let actorID: Int64
    /// Who is changed.
    let userID: Int64
    let role: BagRole
    /// The role wanted; nil when the role stays.
    var newRole: BagRole?
    var deactivates = false
    var setsPassword = false
    /// Active administrators apart from the user, counted in the transaction that makes the change.
    let otherActiveAdmins: Int
    /// The user's own bills in `open` or `completed`.
    let openBills: Int

    var changesRole: Bool { newRole.map { $0 != role } ?? false }
}

/// Who may be changed how (rule R45).
enum UserRules {
    /// Why a user of `role` may not have `areaCode`; nil when it fits. Dispatchers and gatekeepers have one area,
    /// others none.
    static func areaProblem(role: BagRole, areaCode: String?, knownAreas: Set<String>) -> FieldProblem? {
        guard role.isBoundToArea else {
            return areaCode == nil
                ? nil : .invalid("area_code", "\(role.title)s work for all areas: leave the area empty.")
        }
        guard let areaCode else { return .required("area_code", "\(role.title)s belong to one area: choose it.") }
        return knownAreas.contains(areaCode) ? nil : .invalid("area_code", "There is no such area.")
    }

    /// Why a change may not be made; nil when it may.
    static func refusal(of change: UserChange) -> Refusal? {
        if change.setsPassword, change.actorID == change.userID { return .ownPassword() }
        guard change.changesRole || change.deactivates else { return nil }
        if change.actorID == change.userID { return .ownAccount() }
        if change.role == .admin, change.otherActiveAdmins == 0 { return .lastAdmin() }
        if change.changesRole, change.role == .biller, change.openBills > 0 {
            return .hasOpenBills(change.openBills)
        }
        return nil
    }

    /// Whether a change ends all sessions and tokens of the user at once.
    static func endsSessions(
        changesRole: Bool, changesArea: Bool, changesPassword: Bool, deactivates: Bool
    ) -> Bool {
        changesRole || changesArea || changesPassword || deactivates
    }
}
