import PorticoHTTP

extension Identity {
    /// The routes to which links in mails lead: to another password and to another address; none where no mail is sent.
    public func mailedLinkRoutes(appearance: IdentityRoutes.Appearance) -> [Route] {
        guard let passwordResets else { return [] }
        let resets = PasswordResetRoutes(
            database: database, hasher: hasher, resets: passwordResets, settings: sessions.settings,
            passwords: passwordRules, appearance: appearance)
        return resets.routes + AddressLinkRoutes(own: ownAccount, appearance: appearance).routes
    }

    /// The routes to invite people and to accept an invitation; none where no mail is sent.
    /// - Parameters:
    ///   - csrf: the signer the site checks tokens with.
    ///   - extras: members the application adds to `user`, as for ``routes(csrf:appearance:extras:)``.
    public func invitationRoutes<Profile: RouteInput>(
        _ desk: InvitationDesk<Profile>, csrf: CSRFSigner, appearance: IdentityRoutes.Appearance,
        extras: @escaping IdentityRoutes.Extras = { _ in [] }
    ) -> [Route] {
        guard let invitations, let office = invitationOffice(desk) else { return [] }
        let inviting = InvitationRoutes(office: office)
        let accepting = InvitationAcceptance(
            database: database, hasher: hasher, invitations: invitations, sessions: sessions, passwords: passwordRules,
            csrf: csrf, appearance: appearance, extras: extras)
        return inviting.routes + accepting.routes
    }

    /// Inviting people, for pages of the application; nil where no mail is sent.
    public func invitationOffice<Profile: RouteInput>(_ desk: InvitationDesk<Profile>) -> InvitationOffice<Profile>? {
        invitations.map {
            InvitationOffice(database: database, desk: desk, invitations: $0, roles: roles, cursors: cursors)
        }
    }
}
