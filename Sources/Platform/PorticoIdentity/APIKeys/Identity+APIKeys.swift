import PorticoHTTP

extension Identity {
    /// The routes with which people make and revoke keys for their machines.
    public var apiKeyRoutes: [Route] {
        APIKeyRoutes(own: ownAPIKeys).routes
    }

    var ownAPIKeys: OwnAPIKeys {
        OwnAPIKeys(
            database: database, signIn: signIn, authenticator: authenticator, keys: apiKeys, cursors: cursors)
    }
}
