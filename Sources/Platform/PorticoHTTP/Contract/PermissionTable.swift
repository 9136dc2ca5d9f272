/// Every route of a mount against every role: who may and who may not. Generated, printed, and tested.
public struct PermissionTable: Sendable {
    /// One route and one role.
    public struct Cell: Sendable, Hashable {
        /// Method of the route.
        public let method: HTTPMethod
        /// Whole path pattern of the route.
        public let path: String
        /// Name of the route.
        public let route: String
        /// Name of the role; nil stands for nobody signed in.
        public let role: String?
        /// Whether the role passes.
        public let isAllowed: Bool
    }

    /// All cells, routes in the order of declaration.
    public let cells: [Cell]

    /// The table of a mount.
    public init(of mount: Mount) {
        var cells: [Cell] = []
        for route in mount.routes {
            let path = mount.prefix + route.path
            cells.append(
                Cell(
                    method: route.method, path: path, route: route.name, role: nil,
                    isAllowed: route.access.admits(nil)))
            for role in mount.roles {
                cells.append(
                    Cell(
                        method: route.method, path: path, route: route.name, role: role.name,
                        isAllowed: route.access.admits(role.permissions)))
            }
        }
        self.cells = cells
    }
}
