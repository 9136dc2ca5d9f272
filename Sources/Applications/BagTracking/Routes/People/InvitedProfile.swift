import Portico

/// What an invitation to bag tracking says beside name, address and role: the area, for those who belong to one.
struct InvitedProfile: RouteInput {
    let areaCode: String?

    init(areaCode: String?) {
        self.areaCode = areaCode
    }

    init(_ fields: inout FieldReader) {
        areaCode = fields.optionalText("area_code", 2...30, "Area of a dispatcher or gatekeeper; none for others")
    }
}

extension InvitationDesk<InvitedProfile> {
    /// Administrators invite; a profile is kept for everybody who is invited, and goes with an invitation that is taken
    /// back.
    static let bags = InvitationDesk(
        permission: "user.manage",
        mayInvite: { _, role in BagRole(rawValue: role) != nil },
        invited: { invitation, profile, transaction in
            guard let role = BagRole(rawValue: invitation.role) else { throw PeopleStore.unknown }
            try PeopleStore.checkArea(role, profile.areaCode, in: transaction)
            try UserProfile.insert(invitation.id, role, profile.areaCode, in: transaction)
        },
        withdrawn: { invitation, transaction in
            try transaction.execute("profiles.delete", "DELETE FROM user_profiles WHERE user_id = \(invitation.id)")
        })
}
