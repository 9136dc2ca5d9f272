import PorticoHTTP
import PorticoSQL

/// How an application invites people: who may, and what it keeps about them beside the account.
///
/// ```swift
/// let desk = InvitationDesk<ProfileInput>(
///     permission: "user.manage",
///     invited: { invitation, profile, transaction in try Profile.insert(invitation.id, profile, in: transaction) },
///     withdrawn: { invitation, transaction in try Profile.delete(invitation.id, in: transaction) })
/// ```
public struct InvitationDesk<Profile: RouteInput>: Sendable {
    /// The permission that inviting takes.
    public var permission: String
    /// Whether somebody may invite people to a role; nobody should give away more than they have.
    public var mayInvite: @Sendable (Principal, _ role: String) -> Bool
    /// Writes the application's rows about somebody who was invited, in the same transaction. May throw ``Problem``s.
    public var invited: @Sendable (Invitation, Profile, Transaction) throws -> Void
    /// Removes them again.
    public var withdrawn: @Sendable (Invitation, Transaction) throws -> Void

    /// A desk.
    public init(
        permission: String, mayInvite: @escaping @Sendable (Principal, _ role: String) -> Bool = { _, _ in true },
        invited: @escaping @Sendable (Invitation, Profile, Transaction) throws -> Void = { _, _, _ in },
        withdrawn: @escaping @Sendable (Invitation, Transaction) throws -> Void = { _, _ in }
    ) {
        self.permission = permission
        self.mayInvite = mayInvite
        self.invited = invited
        self.withdrawn = withdrawn
    }
}
