import PorticoPostgreSQL

extension ReplicaAddress {
    /// The copies that `database.replicas` names, each as an address and, behind a space, `weight=N`.
    /// - Throws: ``Settings/Mistake`` for what is no address of PostgreSQL, or where the database is none.
    static func list(_ settings: Settings, of engine: DatabaseAddress.Engine) throws(Settings.Mistake)
        -> [ReplicaAddress]
    {
        let texts = settings.list("database.replicas")
        guard !texts.isEmpty else { return [] }
        guard case .postgresql = engine else {
            throw Settings.Mistake(
                description: "database.replicas: database.url is no PostgreSQL, and only that has replicas")
        }
        var addresses: [ReplicaAddress] = []
        for text in texts {
            guard let address = ReplicaAddress(text) else {
                throw Settings.Mistake(
                    description: """
                        database.replicas: one of its values is not accepted; it takes postgres://… of one host each, \
                        separated by commas, with weight=1 to weight=100 behind a space
                        """)
            }
            addresses.append(address)
        }
        return addresses
    }

    private init?(_ text: String) {
        let words = text.split(separator: " ").map { String($0) }
        guard let url = words.first, words.count <= 2,
            url.hasPrefix("postgres://") || url.hasPrefix("postgresql://")
        else { return nil }
        var weight = 1
        if words.count == 2 {
            let parts = words[1].split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0] == "weight", let number = Int(parts[1]), (1...100).contains(number) else {
                return nil
            }
            weight = number
        }
        self.init(url: url, weight: weight)
    }
}
